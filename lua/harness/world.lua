--- The world under test: what it is given, and what it must answer.
---
--- `env` is all that a world can reach. Its functions may be called with a dot or a colon.

local Services = require("harness.services")
local json = require("harness.json")
local ordered = require("harness.ordered")

local format = string.format

local World = {}

local SEVERITIES = { error = true, warning = true }

--- Methods that a world may have. Python learns from `World.methods` which are there.
World.METHODS = {
	"actions", "apply", "assets", "done", "free_text", "metrics", "new", "observe", "parse",
	"phase", "restore", "reward", "section", "snapshot", "step", "substep", "typing_targets",
}

local IS_METHOD = {}
for index = 1, #World.METHODS do
	IS_METHOD[World.METHODS[index]] = true
end

--- Whether a world may have a method of this name.
function World.is_method(name)
	return IS_METHOD[name] == true
end

-- A value in a message, without an address.
local function show(value)
	local kind = type(value)
	if kind == "table" or kind == "function" or kind == "thread" then
		return "a " .. kind
	end
	return kind == "string" and format("%q", value) or tostring(value)
end

local function require_invariants(declared, name)
	local where = format("world %s: invariants", name)
	if type(declared) ~= "table" then
		error(format("%s must be a table, got %s", where, show(declared)), 0)
	end
	for key, invariant in ordered.pairs(declared) do
		local what = type(key) == "string" and where .. "." .. key
		if not what then
			error(format("%s: a name must be a text, got %s", where, show(key)), 0)
		elseif type(invariant) ~= "table" or type(invariant.check) ~= "function" then
			error(what .. " must be a table with a function check", 0)
		elseif invariant.severity ~= nil and not SEVERITIES[invariant.severity] then
			local severity = show(invariant.severity)
			error(format("%s.severity must be error or warning, got %s", what, severity), 0)
		end
	end
end

--- Load the world's module and check that it is one.
---@param require fun(name: string): any the sandbox's
function World.load(require, name)
	local class = require("worlds." .. name)
	if type(class) ~= "table" then
		error(format("world %s: its module must return a table, got %s", name, show(class)), 0)
	elseif class.invariants ~= nil then
		require_invariants(class.invariants, name)
	end
	return class
end

--- The methods that `class` has, in byte order. Inherited ones count.
function World.methods(class)
	local present = {}
	for index = 1, #World.METHODS do
		local name = World.METHODS[index]
		if type(class[name]) == "function" then
			present[#present + 1] = name
		end
	end
	return present
end

-- `object.method(...)` and `object:method(...)` are the same call.
local function either_way(methods)
	local object = {}
	for index = 1, #methods do
		local name, fn = methods[index][1], methods[index][2]
		object[name] = function(first, ...)
			if first == object then
				return fn(...)
			end
			return fn(first, ...)
		end
	end
	return object
end

local function clock_of(run)
	local clock = run.clock
	return either_way({
		{ "now", function() return clock.now end },
		{ "frame", function() return clock.frame end },
		{ "advance", function(delta_s) return run:advance(delta_s) end },
	})
end

local function scheduler_of(run)
	local scheduler = run.scheduler
	return either_way({
		{ "after", function(delay_s, fn, priority) return scheduler:after(delay_s, fn, priority) end },
		{ "at", function(time_s, fn, priority) return scheduler:at(time_s, fn, priority) end },
		{ "every", function(period_s, fn) return scheduler:every(period_s, fn) end },
		{ "cancel", function(handle) return scheduler:cancel(handle) end },
	})
end

local function rng_of(run)
	local rng = run.rng
	return either_way({
		{ "stream", function(name) return rng:stream(name) end },
		{ "pcg32", function(state) return rng:pcg32(state) end },
		{ "lcg32", function(seed) return rng:lcg32(seed) end },
	})
end

-- Level 3 is the line that called the function of `env.record`.
local function require_name(value, what, noun)
	noun = noun or "name"
	if type(value) ~= "string" or value == "" then
		error(format("%s needs a %s, got %s", what, noun, show(value)), 3)
	elseif not json.is_utf8(value) then
		error(format("%s: the %s %q is not UTF-8", what, noun, value), 3)
	end
end

local function record_of(run)
	local recorder, tostring = run.recorder, run.sandbox.tostring
	return either_way({
		{ "event", function(name, fields)
			require_name(name, "record.event")
			if fields ~= nil and type(fields) ~= "table" then
				error("record.event: fields must be a table, got " .. show(fields), 2)
			end
			recorder:event("world", name, fields)
			run.declared:event(name)
		end },
		{ "sample", function(name, number)
			require_name(name, "record.sample")
			if type(number) ~= "number" then
				error("record.sample: the value must be a number, got " .. show(number), 2)
			end
			recorder:sample(name, number)
		end },
		{ "log", function(level, text)
			require_name(level, "record.log")
			recorder:log(level, tostring(text))
		end },
		{ "warn", function(text, at_event)
			require_name(text, "record.warn", "text")
			recorder:world_warning(text, at_event and run.doing_index)
		end },
	})
end

local function hitches_of(run)
	local hitches = run.hitches
	return either_way({
		{ "count", function() return #hitches.log end },
		{ "row", function(index) return hitches:copy(index) end },
		{ "policy", function() return run.job.hitch_policy end },
	})
end

--- What `World.new` gets.
---@param options table the world's own
function World.environment(run, options)
	return Services.offer(run, {
		clock = clock_of(run),
		scheduler = scheduler_of(run),
		rng = rng_of(run),
		record = record_of(run),
		hitches = hitches_of(run),
		seed = run.job.authored_seed,
		options = options,
		-- Each world gets one of its own.
		config = json.decode(run.job.config, json.null),
		-- Of its own too.
		intelligence = run.plan:intelligence(),
		null = json.null,
		empty_list = function() return json.mark_empty_list({}) end,
		frame_rate_hz = run.clock.rate_hz,
	})
end

--- Make one world.
function World.create(class, name, env, options)
	if type(class.new) ~= "function" then
		error(format("world %s has no function new", name), 0)
	end
	local world = class.new(env, options)
	if type(world) ~= "table" then
		error(format("world %s: new must return a table, got %s", name, show(world)), 0)
	end
	return world
end

--- Apply one action. True and details, or false, code and message.
---@param action table {name, args}
---@param to_text fun(value: any): string the sandbox's
function World.apply(world, action, to_text)
	local accepted, second, third = world:apply(action)
	if accepted == true then
		return true, second
	end
	if accepted ~= nil or type(second) ~= "string" then
		local what = "apply(%s) must return true, details? or nil, code, message; got %s, %s"
		error(format(what, action.name, show(accepted), show(second)), 0)
	end
	return false, second, third ~= nil and to_text(third) or ""
end

-- What has names: a table that is no list.
local function require_map(value, what)
	if type(value) ~= "table" then
		error(format("%s must return a table, got %s", what, show(value)), 0)
	elseif rawget(value, 1) ~= nil or json.is_empty_list(value) then
		error(what .. " must return a table with names, got a list", 0)
	end
	return value
end

--- The world's metrics, checked to have names.
---@param names? string[] those that are looked at; nil for all
function World.metrics(world, names)
	return require_map(world:metrics(names), "metrics")
end

--- Whether the world has come to rest, and if not, what is left, in words: `what` is counted or
--- named ("3 timers pending"), `which` lists it.
---@return boolean is_done, string|nil what, string|nil which
function World.done(world)
	local is_done, what, which = world:done()
	if is_done == true or what == nil and which == nil then
		return is_done == true
	elseif type(what) ~= "string" or which ~= nil and type(which) ~= "string" then
		local message = "done must return true, or false, what?, which? as texts; got %s, %s, %s"
		error(format(message, show(is_done), show(what), show(which)), 0)
	end
	return false, what, which
end

--- What the world adds to the record, as JSON text; nil for nothing.
---@return string|nil
function World.section(world, name, recorder)
	local section = world:section()
	if section == nil then
		return nil
	end
	return recorder:json(require_map(section, "section"), "section " .. name)
end

return World
