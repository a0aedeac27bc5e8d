--- What a press was: everything that is to be told of it, taken down when the key has gone down and
--- before anything follows from it.

local ThreatWatch = require("worlds.autoparry.controller.threat_watch")
local Time = require("worlds.autoparry.time")

local abs, max = math.abs, math.max

local FRAME_S = Time.FRAME_S

local PressAccount = {}

---@class PressTiming how a press kept to its schedule, as far as is known; an answer says more
---@field actual_wait_s number from the last placing of its timer
---@field wait_delta_s number how much longer than planned; 0 within a frame
---@field achieved_lead_s number before the impact that was predicted at that placing
---@field lead_delta_s number more than was planned, but for what tuning had added
---@field auto_bias_s number what tuning had added
---@field generation integer how often the options had been set by then
---@field resets integer how often the telemetry had been reset when the key went down

local function timing_of(c, b, now)
	local plan = b.plan
	local actual_wait_s = now - plan.placed_s
	local wait_delta_s = actual_wait_s - max(b.press_at_s - plan.placed_s, 0)
	local achieved_lead_s = plan.impact_s - actual_wait_s
	return {
		actual_wait_s = actual_wait_s,
		wait_delta_s = abs(wait_delta_s) <= FRAME_S and 0 or wait_delta_s,
		achieved_lead_s = achieved_lead_s,
		lead_delta_s = achieved_lead_s - (plan.lead_s - plan.auto_bias_s),
		auto_bias_s = plan.auto_bias_s,
		generation = plan.generation,
		resets = c.telemetry.stats.counters.resets,
	}
end

---@class PressAccount
---@field timing PressTiming|nil of a press that a timer made
---@field late_s number after it was due, >= 0
---@field since_s number since the press before, of any ball; infinite for the first
---@field decided_s number when it was decided, or first planned
---@field scheduled_s number|false when its schedule was made
---@field auto_bias_s number what tuning had added to its lead
---@field is_forced boolean because the ball swings
---@field is_retry boolean the input had failed before
---@field threat table of `ThreatWatch.view`
---@field position table {x, y, z} of the ball
---@field velocity table {x, y, z} of the ball

--- The account of the press of `b` that is being made now.
---@param c table the controller
---@param b table
---@param now number
---@param is_retry boolean
---@return PressAccount
function PressAccount.of(c, b, now, is_retry)
	local due = b.due
	local is_timed = due.is_timed
	local position, velocity = c.port.reading(b.slot)
	return {
		timing = is_timed and timing_of(c, b, now) or nil,
		late_s = max(now - due.at_s, 0),
		since_s = now - c.last_press_s,
		decided_s = is_timed and b.first_scheduled_s or due.decided_s,
		scheduled_s = b.first_scheduled_s,
		auto_bias_s = is_timed and b.plan.auto_bias_s or c.tuner.auto_bias_s,
		is_forced = due.reason == "oscillation",
		is_retry = is_retry,
		threat = ThreatWatch.view(c, b, due.impact_s, now),
		position = position,
		velocity = velocity,
	}
end

return PressAccount
