--- What becomes of threats and presses, row by row: outcomes, leads, whether a hitch was near.

local Metrics = require("worlds.autoparry.metrics")
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

--- Whether a press that was planned for `planned_s` was planned inside a stall.
function Judge:is_in_stall(planned_s)
	return Stalls.meet(self.world.env.hitches, planned_s, planned_s)
end

--- A press was made.
---@param lead_s number its planned lead
---@param index integer of its row in the log, from 0
---@param serial integer the threat it was planned for
---@param effect_s number when it takes effect
function Judge:pressed(lead_s, index, serial, effect_s)
	self.presses[index] = { effect_s = effect_s, serial = serial, lead_s = lead_s }
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
	world.logs.finish_threat(row, {
		outcome = outcome,
		contact_s = contact_s,
		press_index = press_index,
		press_s = press and press.effect_s,
		-- A press that was planned for another threat had no lead on this one.
		planned_lead_s = press and press.serial == serial and press.lead_s or nil,
		hitch_overlap = overlaps,
		first_scheduled_s = known and known.ever_scheduled_s or nil,
	})
	Metrics.count_outcome(world.counters, self.outcomes, outcome, overlaps)
	world.server:resolved(slot, contact_s)
	world.stage.balls:leaving(slot)
	world.env.record:event("outcome", { id = id, outcome = outcome, contact_s = contact_s })
end

return Judge
