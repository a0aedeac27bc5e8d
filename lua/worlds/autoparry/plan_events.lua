--- The plan's events: what each one does to the world.
---
--- `apply` answers as a world's `apply` does. What an event asks for in vain is a warning of the
--- run; the event stays in the log.

local Attribute = require("worlds.autoparry.attribute")
local NetworkEvents = require("worlds.autoparry.network")
local PlayerActions = require("worlds.autoparry.player_actions")
local Rules = require("worlds.autoparry.rules")

local PlanEvents = {}

local function warn_of_slips(env, id, attributes)
	for _, text in ipairs(Attribute.slips(attributes, env.null)) do
		env.record:warn(("threat '%s': %s"):format(id, text), true)
	end
end

local function spawn_threat(world, action)
	local args, physics = action.args, world.physics
	local id = args.id
	if physics.threats:slot_of(id) then
		world.env.record:warn(("threat id '%s' is already alive"):format(id), true)
		return true, { id = id, tags = args.tags, refused = true }
	end
	local spec = {
		id = id,
		position = args.position,
		velocity = args.velocity,
		attributes = args.attributes,
		tags = args.tags,
		metadata = args.metadata,
		cframe = args.cframe,
		start_s = action.due_s,
		authored_s = action.at_s,
		now_s = world.env.clock:now(),
	}
	local code, message = physics.check(spec)
	if code then
		return nil, code, message
	end
	if args.attributes then
		warn_of_slips(world.env, id, args.attributes)
	end
	world.judge:entering(spec)
	physics:spawn(spec)
	return true, { id = id, tags = args.tags }
end

local APPLY = {
	threat = spawn_threat,
	rule = Rules.apply,
	network = NetworkEvents.apply,
	player = PlayerActions.apply,
}

--- Apply one action of a plan.
---@param world table {env, stage, controller, physics, settings, counters, judge}
---@param action table {name, args, at_s, due_s}
---@return true|nil accepted
---@return any details_or_code
---@return string|nil message
function PlanEvents.apply(world, action)
	local apply = APPLY[action.name]
	if not apply then
		local known = "threat, rule, network, player"
		return nil, "unknown_action", ("no action %s; known: %s"):format(action.name, known)
	end
	return apply(world, action)
end

return PlanEvents
