--- What to do about one ball in one evaluation: press it, plan to, or leave it alone.

local Lead = require("worlds.autoparry.controller.lead")
local Rearm = require("worlds.autoparry.controller.rearm")
local Score = require("worlds.autoparry.controller.score")

local huge, max = math.huge, math.max

local Decide = {}

-- Whether the rearm rule lets `b` be pressed. A ball that may be pressed again needs no guard, from
-- this very evaluation on.
local function is_rearmed(c, b, is_urgent, now)
	local ping_s = c.numbers.ping_s
	if Rearm.blocks(b, now, b.impact, is_urgent, ping_s, c.values, c.parry_window_s) then
		return false
	elseif c.guard:blocks(b.id) then
		c.guard:clear("retarget-detection", now)
	end
	return true
end

-- Why a press that is due now is made.
local function press_reason(b, n, is_confident, in_zone)
	if b.distance <= n.safe_radius then
		return "inside-radius"
	elseif is_confident then
		return "confidence"
	end
	return in_zone and "ready-to-press" or "urgent"
end

-- When to press a ball that has time left, counted from now, and why then.
local function wait_of(b, n, tti_s)
	local wait_s = Lead.wait(b.impact, n.lead_s, tti_s, n.max_tti_s, b.response_window)
	return wait_s, wait_s > max(b.impact - n.lead_s, 0) and "tti-open" or "lead"
end

-- A schedule follows what is known now, or goes.
local function follow(c, b, now, tti_s)
	local n, schedule = c.numbers, c.schedule
	if b.vr <= 0 or b.impact == huge then
		schedule:clear(b, "conditions-changed")
	elseif b.impact - n.lead_s > n.lookahead_s then
		schedule:clear(b, "outside-lookahead")
	elseif not b.is_postponed then
		local wait_s, reason = wait_of(b, n, tti_s)
		schedule:refresh(b, now + wait_s, b.impact - wait_s, reason)
	end
end

local function track(c, b, is_due, now)
	local n = c.numbers
	local score = Score.of(
		b, b.impact, true, is_due, n.lead_s, now - b.detected_s, c.tracked_serial == b.serial,
		b.timer ~= false, n.score_lookahead_s
	)
	if is_due then
		b.due.score, b.due.impact_s = score, b.impact
	end
	if score > c.best_score or score == c.best_score and b.impact < c.best_impact_s then
		c.best_score, c.best_impact_s, c.best = score, b.impact, b
	end
end

--- Decide about `b`, whose kinematics and prediction are those of `now`. What is to be pressed now
--- goes to `c.due`.
---@param c table the controller
---@param b table
---@param is_real boolean
---@param now number
function Decide.ball(c, b, is_real, now)
	local n, impact_s = c.numbers, b.impact
	b.contact_s = now + impact_s
	if b.pressed_s ~= -huge then
		Rearm.observe(b)
	end
	local tti_s = Lead.tti(b.distance, b.vr, n.ping_s, n.ping_offset_s)
	local in_zone = tti_s >= n.min_tti_s and tti_s <= n.max_tti_s
	local is_inside = b.distance <= n.safe_radius
	local is_urgent = is_inside or b.proximity_press
	if not is_rearmed(c, b, is_urgent, now) or not is_real or b.speed < n.min_speed then
		c.schedule:clear(b, "conditions-changed")
		return
	end
	local is_closing = b.vr > 0
	local is_confident = is_closing and b.mu_plus <= 0 and b.mu_plus <= -n.padding
	local wait_s = impact_s - n.lead_s
	local delays = is_closing and not is_confident and wait_s > 0
	local is_due = (in_zone or is_urgent) and impact_s <= n.impact_max_s
	if b.timer then
		is_due = is_due and (is_confident or is_inside)
	else
		is_due = is_due and (not delays or wait_s <= n.wait_max_s)
	end
	if not n.targeting then
		if is_due then
			c:gated_out(b, now)
		end
		c.schedule:clear(b, "not-targeting")
		return
	end
	track(c, b, is_due, now)
	b.refreshed_s = c.steady_s
	if is_due and b.timer and b.is_postponed then
		-- It waits already for the first time at which it may be pressed.
		return
	elseif is_due then
		c.due_count = c.due_count + 1
		c.due[c.due_count] = b
		local due = b.due
		due.at_s, due.lead_s = now, impact_s
		due.reason = press_reason(b, n, is_confident, in_zone)
	elseif b.timer then
		follow(c, b, now, tti_s)
	elseif delays and wait_s <= n.lookahead_s then
		local from_now_s, reason = wait_of(b, n, tti_s)
		c.schedule:place(b, now + from_now_s, impact_s - from_now_s, reason, false)
	end
end

return Decide
