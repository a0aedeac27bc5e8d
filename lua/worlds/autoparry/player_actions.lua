--- What a plan's player does: to the configuration of AutoParry, and to its safe-state guard.

local Overrides = require("worlds.autoparry.overrides")
local Plain = require("worlds.autoparry.plain")
local Show = require("worlds.autoparry.show")
local Unhandled = require("worlds.autoparry.unhandled")

local PlayerActions = {}

local HANDLERS = {}

local function parameters_of(args)
	return type(args.parameters) == "table" and args.parameters or {}
end

-- The overrides of an event with the current values in place of "default"; nil after a warning.
local function overrides_of(world, args)
	local record, null = world.env.record, world.env.null
	local overrides = parameters_of(args).overrides
	if type(overrides) ~= "table" or overrides == null or overrides[1] ~= nil then
		local text = "%s: parameters.overrides must be a map, got %s"
		record:warn(text:format(args.action, Show.value(overrides, null)), true)
		return nil
	end
	local resolved, problem = Overrides.resolve(overrides, world.controller.api.getConfig())
	if not resolved then
		local text = "%s: parameters.overrides.%s: %s stands for no value; allowed: %s"
		local value = Show.value(problem.value, null)
		record:warn(text:format(args.action, problem.key, value, problem.allowed), true)
	end
	return resolved
end

function HANDLERS.configure(world, args)
	local overrides = overrides_of(world, args)
	if overrides then
		local _, problem = world.controller.config:check(overrides)
		if problem then
			world.env.record:warn(Show.problem(problem, world.env.null), true)
		else
			world.controller.api.configure(overrides)
		end
	end
	return true
end

local function is_equal(a, b)
	if type(a) ~= "table" or type(b) ~= "table" then
		return a == b
	end
	local keys = Plain.keys(a)
	if #keys ~= #Plain.keys(b) then
		return false
	end
	for _, key in ipairs(keys) do
		if not is_equal(a[key], b[key]) then
			return false
		end
	end
	return true
end

-- The keys whose values differ, in order.
local function changed_keys(before, after)
	local both = Plain.copy(after)
	for _, key in ipairs(Plain.keys(before)) do
		both[key] = before[key]
	end
	local changed = {}
	for _, key in ipairs(Plain.keys(both)) do
		if not is_equal(before[key], after[key]) then
			changed[#changed + 1] = tostring(key)
		end
	end
	return changed
end

-- Put back what `overrides` has changed. What was unset is unset again.
local function restore(world, overrides, before)
	local earlier = {}
	for _, key in ipairs(Plain.keys(overrides)) do
		local value = before[key]
		if value == nil then
			value = world.env.null
		end
		earlier[key] = value
	end
	world.controller.api.configure(earlier)
end

HANDLERS["configure-invalid"] = function(world, args)
	local overrides = overrides_of(world, args)
	if not overrides then
		return true
	end
	local api = world.controller.api
	local before = api.getConfig()
	local accepted, answer = pcall(api.configure, overrides)
	if accepted then
		local message = "configure-invalid overrides were accepted unexpectedly"
		restore(world, overrides, before)
		world.env.record:warn(message)
		return nil, "configure-invalid-accepted", message
	end
	local changed = changed_keys(before, api.getConfig())
	if changed[1] then
		local message = "configure-invalid was refused (%s) and has changed %s"
		local names = table.concat(changed, ", ")
		return nil, "configuration-changed", message:format(tostring(answer), names)
	end
	return true, { message = tostring(answer) }
end

HANDLERS["reset-config"] = function(world)
	world.controller.api.resetConfig()
	return true
end

HANDLERS["snapshot-targeting-safe"] = function(world)
	return true, { targetingSafeState = world.controller.api.getTargetingSafeState() }
end

HANDLERS["clear-targeting-safe"] = function(world, args)
	local reason = parameters_of(args).reason
	if reason ~= nil and type(reason) ~= "string" then
		local text = "clear-targeting-safe: parameters.reason must be a text, got %s"
		world.env.record:warn(text:format(Show.value(reason, world.env.null)), true)
		reason = nil
	end
	return true, { targetingSafeCleared = world.controller.api.clearTargetingSafeState(reason) }
end

-- The driver makes the stall; to the world it is nothing but time.
HANDLERS["inject-hitch"] = function()
	return true
end

-- The driver makes the hold, and calls at its end. Without a length there was none.
HANDLERS["observe-telemetry"] = function(world, args)
	local duration_s = args.duration or parameters_of(args).duration
	if type(duration_s) ~= "number" or duration_s <= 0 then
		return true
	end
	return true, { telemetry = world.inspection:observed() }
end

--- Do the action `args.action`.
function PlayerActions.apply(world, action)
	local args = action.args
	local handle = HANDLERS[args.action]
	if handle then
		return handle(world, args)
	end
	Unhandled.warn(world.env.record, "player action", args.action, HANDLERS)
	return true
end

return PlayerActions
