--- Rules that a plan switches.

local Rules = {}

local HANDLERS = {}

HANDLERS["autoparry-enabled"] = function(world, value)
	world.counters.autoparry_toggles = world.counters.autoparry_toggles + 1
	world.controller.api.setEnabled(value == true)
end

HANDLERS["highlight-gate"] = function(world, value)
	world.counters.highlight_toggles = world.counters.highlight_toggles + 1
	world.stage:set_highlight(value ~= false)
	-- When it changed counts, not when somebody looks.
	world.controller:notice_highlight()
end

HANDLERS["balls-folder-present"] = function(world, value)
	world.stage:set_balls_folder(value ~= false)
end

--- Switch the rule `args.rule` to `args.value`.
function Rules.apply(world, action)
	local rule = action.args.rule
	local handle = HANDLERS[rule]
	if handle then
		handle(world, action.args.value)
	else
		world.env.record:warn(("Unhandled rule '%s'"):format(rule))
	end
	return true
end

return Rules
