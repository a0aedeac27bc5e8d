--- Rules that a plan switches.

local Show = require("worlds.autoparry.show")
local Unhandled = require("worlds.autoparry.unhandled")

local Rules = {}

local HANDLERS = {}

-- What is neither true nor false is most likely a slip: `yes` is a text in a manifest.
local function warn_of_value(world, rule, value, becomes)
	if type(value) ~= "boolean" then
		local text = "rule '%s': the value must be true or false, got %s; it counts as %s"
		local got = Show.value(value, world.env.null)
		world.env.record:warn(text:format(rule, got, becomes), true)
	end
end

HANDLERS["autoparry-enabled"] = function(world, value)
	world.counters.autoparry_toggles = world.counters.autoparry_toggles + 1
	warn_of_value(world, "autoparry-enabled", value, "false")
	world.controller.api.setEnabled(value == true)
end

HANDLERS["highlight-gate"] = function(world, value)
	world.counters.highlight_toggles = world.counters.highlight_toggles + 1
	warn_of_value(world, "highlight-gate", value, "true")
	world.stage:set_highlight(value ~= false)
	world.target_watch:highlight(value ~= false, world.env.clock:now())
	-- When it changed counts, not when somebody looks.
	world.controller:notice_highlight()
end

HANDLERS["balls-folder-present"] = function(world, value)
	warn_of_value(world, "balls-folder-present", value, "true")
	world.stage:set_balls_folder(value ~= false)
end

--- Switch the rule `args.rule` to `args.value`.
function Rules.apply(world, action)
	local rule = action.args.rule
	local handle = HANDLERS[rule]
	if handle then
		handle(world, action.args.value)
	else
		Unhandled.warn(world.env.record, "rule", rule, HANDLERS)
	end
	return true
end

return Rules
