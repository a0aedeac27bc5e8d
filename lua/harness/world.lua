--- The world under test: what it is given, and what it must answer.
---
--- `env` is all that a world can reach. Its functions may be called with a dot or a colon.

local format = string.format

local World = {}

--- Methods that a world may have. Python learns from `World.methods` which are there.
World.METHODS = {
	"actions", "apply", "assets", "done", "free_text", "line", "metrics", "new", "observe", "parse",
	"phase", "restore", "reward", "section", "snapshot", "step", "substep", "typing_targets",
}

--- Load the world's module and check that it is one.
---@param require fun(name: string): any the sandbox's
function World.load(require, name)
	local class = require("worlds." .. name)
	if type(class) ~= "table" then
		error(format("world %s: its module must return a table, got a %s", name, type(class)), 0)
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

local function require_name(value, what)
	if type(value) ~= "string" or value == "" then
		error(format("%s needs a name, got %s", what, type(value)), 4)
	end
end

local function record_of(run)
	local recorder, tostring = run.recorder, run.sandbox.tostring
	return either_way({
		{ "event", function(name, fields)
			require_name(name, "record.event")
			if fields ~= nil and type(fields) ~= "table" then
				error("record.event: fields must be a table, got a " .. type(fields), 3)
			end
			recorder:event("world", name, fields)
		end },
		{ "sample", function(name, number)
			require_name(name, "record.sample")
			if type(number) ~= "number" then
				error("record.sample: the value must be a number, got a " .. type(number), 3)
			end
			recorder:sample(name, number)
		end },
		{ "log", function(level, text)
			require_name(level, "record.log")
			recorder:log(level, tostring(text))
		end },
	})
end

--- What `World.new` gets.
function World.environment(run)
	return {
		clock = clock_of(run),
		scheduler = scheduler_of(run),
		rng = rng_of(run),
		record = record_of(run),
		seed = run.job.seed,
		options = run.job.options,
		frame_rate_hz = run.clock.rate_hz,
	}
end

--- Make one world.
function World.create(class, name, env, options)
	if type(class.new) ~= "function" then
		error(format("world %s has no function new", name), 0)
	end
	local world = class.new(env, options)
	if type(world) ~= "table" then
		error(format("world %s: new must return a table, got a %s", name, type(world)), 0)
	end
	return world
end

--- Apply one action. True and details, or false, code and message.
---@param action table {name, args}
function World.apply(world, action)
	local accepted, second, third = world:apply(action)
	if accepted == true then
		return true, second
	end
	if accepted ~= nil or type(second) ~= "string" then
		error(
			format("apply(%s) must return true, details? or nil, code, message; got %s, %s",
			action.name, tostring(accepted), type(second)
			),
			0
		)
	end
	return false, second, third ~= nil and tostring(third) or ""
end

--- The world's metrics, checked to be a table.
function World.metrics(world)
	local metrics = world:metrics()
	if type(metrics) ~= "table" then
		error("metrics must return a table, got a " .. type(metrics), 0)
	end
	return metrics
end

return World
