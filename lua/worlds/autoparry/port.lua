--- What the controller gets of the world, and what the world does when it presses.

local Stalls = require("worlds.autoparry.stalls")

local Port = {}

-- The pressed threat leaves at once. The server judges a press when it takes effect, then by the
-- contact that the threat would have had.
local function destroy(world, slot, index, now, effect_s)
	local physics = world.physics
	local until_s = effect_s + world.settings.parry_window_s
	world.server:resolved(slot, physics:contact_after(slot, now, until_s - now))
	physics:remove(slot, "parried", nil, index)
end

-- A press: its row, its active window, the simulated server.
local function pressed(world, press)
	local env, slot = world.env, press.slot
	local threats = world.threats
	local stall_end_s = Stalls.end_of(env.hitches, press.planned_s)
	local _, index = world.logs:press({
		timestamp = press.pressed_s,
		frame = env.clock:frame(),
		threat_id = press.id,
		planned_at_s = press.planned_s,
		planned_lead_s = press.planned_lead_s,
		scheduled_at_s = press.scheduled_s or nil,
		in_stall = stall_end_s ~= nil,
		remote = press.remote,
		position = press.position,
		velocity = press.velocity,
		real_ball = threats.is_real[slot],
	})
	local effect_s = press.pressed_s + world.settings.input_delay_s
	world.physics.windows:open(index, effect_s)
	env.record:event("press", {
		id = press.id,
		planned_at_s = press.planned_s,
		planned_lead_s = press.planned_lead_s,
		reason = press.reason,
		threat = press.threat,
	})
	world.judge:pressed(press, index, effect_s, stall_end_s)
	if not press.remote then
		world.port.presses_without_remote = world.port.presses_without_remote + 1
	end
	world.server:pressed(slot, press.serial, press.id, effect_s)
	if world.accuracy then
		local needs_highlight = world.controller.values.targetHighlightName ~= nil
		local is_target = world.target_watch:targets(press.pressed_s, needs_highlight)
		world.accuracy:pressed(press.id, press.pressed_s, threats.is_real[slot] and is_target)
	end
	if world.settings.destroy_on_press then
		destroy(world, slot, index, press.pressed_s, effect_s)
	end
end

---@param world table
---@return Port
function Port.new(world)
	local env, stage = world.env, world.stage
	return {
		clock = env.clock,
		scheduler = env.scheduler,
		services = env.services,
		null = env.null,
		empty_list = env.empty_list,
		threats = world.threats,
		parry_window_s = world.settings.parry_window_s,
		ahead_s = 0,
		presses_without_remote = 0,
		gated_out = function() return world.target_watch:gated_out(env.clock:now()) end,
		balls_are_visible = function() return stage.balls_present end,
		ball = function(slot) return stage.balls:of(slot) end,
		ball_of_id = function(id)
			local slot = world.threats:slot_of(id)
			return slot and stage.balls:of(slot) or nil
		end,
		reading = function(slot)
			local ahead_s = world.physics:ahead_s(env.clock:now())
			local x, y, z, vx, vy, vz = world.threats:reading(slot, ahead_s)
			return { x = x, y = y, z = z }, { x = vx, y = vy, z = vz }
		end,
		record = function(name, fields) env.record:event(name, fields) end,
		warn = function(text) env.record:warn(text) end,
		-- What the module names is what is there: nothing comes or goes because of a new name.
		configured = function() stage:follow(world.controller.values) end,
		pressed = function(press) pressed(world, press) end,
	}
end

return Port
