--- What becomes of threats and presses, row by row: outcomes, leads, whether a hitch was near.

local Metrics = require("worlds.autoparry.metrics")
local Quality = require("worlds.autoparry.quality")
local Stalls = require("worlds.autoparry.stalls")
local Time = require("worlds.autoparry.time")

local FRAME_S = Time.FRAME_S

local Judge = {}
Judge.__index = Judge

---@param world table
function Judge.new(world)
	return setmetatable({
		world = world,
		outcomes = Metrics.outcomes(),
		-- The row of each live threat, by id.
		row_of = {},
		-- Presses that may still cover a contact, by index; `oldest` is the first of them.
		presses = {},
		oldest = 0,
		quality = Quality.new(world.env.hitches),
	}, Judge)
end

--- A threat is about to enter.
---@param spec table as `Physics:spawn` gets it
function Judge:entering(spec)
	local world = self.world
	world.counters.threats = world.counters.threats + 1
	self.row_of[spec.id] = world.logs:threat(spec.id, spec.authored_s, spec.now_s)
end

--- Forget presses that can cover nothing any more: memory follows the live threats.
---@param settled_s number no contact before this is still to be found
function Judge:forget(settled_s)
	local settings, presses = self.world.settings, self.presses
	local from_s = settled_s - settings.parry_window_s - settings.contact_grace_s - FRAME_S
	while presses[self.oldest] and presses[self.oldest].effect_s < from_s do
		presses[self.oldest] = nil
		self.oldest = self.oldest + 1
	end
end

--- A press was made.
---@param press table as the controller tells of it: pressed_s, planned_s, planned_lead_s,
--- scheduled_s?, auto_bias_s?, and the serial of the threat it was planned for
---@param index integer of its row in the log, from 0
---@param effect_s number when it takes effect
---@param stall_end_s number|nil the end of the stall in which it was planned
function Judge:pressed(press, index, effect_s, stall_end_s)
	local serial, lead_s = press.serial, press.planned_lead_s
	self.presses[index] = { effect_s = effect_s, serial = serial, lead_s = lead_s }
	self.quality:pressed(press, effect_s, stall_end_s)
end

--- The input delay is another one from now on: it is counted anew how soon presses are right again.
function Judge:input_delay_changed()
	self.quality:input_delay_changed()
end

--- The outcome of the threat in `slot` is decided; it leaves the world after this.
function Judge:resolved(slot, outcome, contact_s, press_index)
	local world = self.world
	local threats, settings = world.threats, world.settings
	local id, serial = threats.id[slot], threats.serial[slot]
	local row = self.row_of[id]
	self.row_of[id] = nil
	local press = press_index and self.presses[press_index]
	local known = world.controller:forget(slot)
	local overlaps = contact_s ~= nil and Stalls.meet(
		world.env.hitches, contact_s - settings.parry_window_s, contact_s
	)
	local first_scheduled_s = known and known.plan.ever_scheduled_s or nil
	world.logs.finish_threat(row, {
		outcome = outcome,
		contact_s = contact_s,
		press_index = press_index,
		press_s = press and press.effect_s,
		-- A press that was planned for another threat had no lead on this one.
		planned_lead_s = press and press.serial == serial and press.lead_s or nil,
		hitch_overlap = overlaps,
		first_scheduled_s = first_scheduled_s,
	})
	self.quality:resolved(serial, contact_s, threats.activated_s[slot], first_scheduled_s)
	Metrics.count_outcome(world.counters, self.outcomes, outcome, overlaps)
	world.server:resolved(slot, contact_s)
	world.stage.balls:leaving(slot)
	world.env.record:event("outcome", { id = id, outcome = outcome, contact_s = contact_s })
end

return Judge
