--- What to do about one ball in one evaluation: press it, plan to, or leave it alone.
---
--- First every ball is weighed, and the best becomes the one that is tracked; what is learned from
--- it changes lead and slack; then every ball is decided about.

local Lead = require("worlds.autoparry.controller.lead")
local Oscillation = require("worlds.autoparry.controller.oscillation")
local Rearm = require("worlds.autoparry.controller.rearm")
local Score = require("worlds.autoparry.controller.score")

local huge, max = math.huge, math.max

local Decide = {}

-- Why the rearm rule keeps `b` from being pressed, nil if it does not. A ball that may be pressed
-- again needs no guard, from this very evaluation on.
local function blocked(c, b, is_urgent, now)
	local reason = Rearm.blocked(
		b, now, b.impact, is_urgent, c.numbers.ping_s, c.values, c.parry_window_s
	)
	if not reason and c.guard:blocks(b.id) then
		c.guard:clear("retarget-detection", now)
	end
	return reason
end

-- Whether `b` is to be pressed because it swings, which passes the rearm rule, guard and zone.
local function spams(c, b, now)
	local n, values = c.numbers, c.values
	if not n.targeting or Rearm.is_too_new(b, now, values.pressMinDetectionTime) then
		return nil
	end
	return c.burst:wants(b, now, n, values, c.ping, c.last_press_s)
end

-- Whether `b` is in the zone of presses, and whether it may be pressed outside of it.
local function zone_of(b, n)
	local tti_s = Lead.tti(b.distance, b.vr, n.ping_s, n.ping_offset_s)
	local in_zone = tti_s >= n.min_tti_s and tti_s <= n.max_tti_s
	return in_zone, b.distance <= n.safe_radius or b.proximity_press, tti_s
end

-- Whether an eligible ball is due now, and whether it is one that a press waits for.
local function is_due_now(b, n, in_zone, is_urgent)
	local is_closing = b.vr > 0
	local is_confident = is_closing and b.mu_plus <= 0 and b.mu_plus <= -n.padding
	local wait_s = b.impact - n.lead_s
	local delays = is_closing and not is_confident and wait_s > 0
	local is_due = (in_zone or is_urgent) and b.impact <= n.impact_max_s
	if b.timer then
		is_due = is_due and (is_confident or b.distance <= n.safe_radius)
	else
		is_due = is_due and (not delays or wait_s <= n.wait_max_s)
	end
	return is_due, delays, is_confident
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
	elseif not b.plan.is_postponed then
		local wait_s, reason = wait_of(b, n, tti_s)
		schedule:refresh(b, now + wait_s, b.impact - wait_s, reason)
	end
end

local function score_of(c, b, is_due, now)
	local n = c.numbers
	return Score.of(
		b, b.impact, true, is_due, n.lead_s, now - b.detected_s, c.tracked_serial == b.serial,
		b.timer ~= false, n.score_lookahead_s
	)
end

--- Weigh `b`, whose kinematics and prediction are those of `now`: whether it is eligible, but for
--- the target of the game, and whether it is the best so far.
---@param c table the controller
---@param b table
---@param is_real boolean
---@param now number
function Decide.weigh(c, b, is_real, now)
	local n = c.numbers
	b.contact_s = now + b.impact
	if b.pressed_s ~= -huge then
		Rearm.observe(b)
	end
	b.is_eligible, b.spam = false, false
	if not is_real or b.speed < n.min_speed then
		c.schedule:clear(b, "conditions-changed")
		return
	end
	if Oscillation.has_flipped(b) then
		b.spam = spams(c, b, now) or false
	end
	local in_zone, is_urgent = zone_of(b, n)
	local reason = blocked(c, b, is_urgent, now)
	if c.tracked_serial == b.serial then
		c.tracked_blocked = reason
	end
	if reason and not b.spam then
		c.schedule:clear(b, "conditions-changed")
		return
	end
	b.is_eligible = true
	if not n.targeting then
		return
	end
	c.candidates = c.candidates + 1
	local is_due = b.spam and true or is_due_now(b, n, in_zone, is_urgent)
	local score = score_of(c, b, is_due, now)
	if score > c.best_score or score == c.best_score and b.impact < c.best_impact_s then
		c.best_score, c.best_impact_s, c.best = score, b.impact, b
	end
end

local function add_due(c, b, now, reason)
	c.due_count = c.due_count + 1
	c.due[c.due_count] = b
	local due = b.due
	due.at_s, due.lead_s, due.reason = now, b.impact, reason
	due.score, due.impact_s = score_of(c, b, true, now), b.impact
	due.decided_s, due.is_timed = now, false
end

--- Decide about `b`, which has been weighed. What is to be pressed now goes to `c.due`.
---@param c table the controller
---@param b table
---@param now number
function Decide.ball(c, b, now)
	if not b.is_eligible then
		return
	end
	local n, plan = c.numbers, b.plan
	if b.spam then
		add_due(c, b, now, "oscillation")
		return
	end
	local in_zone, is_urgent, tti_s = zone_of(b, n)
	local is_due, delays, is_confident = is_due_now(b, n, in_zone, is_urgent)
	if not n.targeting then
		if is_due then
			c:gated_out(b)
		end
		c.schedule:clear(b, "not-targeting")
		return
	end
	plan.refreshed_s = c.steady_s
	plan.first_wait_s = plan.first_wait_s or b.impact < huge and b.impact - n.lead_s
	if is_due and b.timer and plan.is_postponed then
		-- It waits already for the first time at which it may be pressed.
		return
	elseif is_due then
		add_due(c, b, now, press_reason(b, n, is_confident, in_zone))
	elseif b.timer then
		follow(c, b, now, tti_s)
	elseif delays and b.impact - n.lead_s <= n.lookahead_s then
		local from_now_s, reason = wait_of(b, n, tti_s)
		c.schedule:place(b, now + from_now_s, b.impact - from_now_s, reason, false)
	end
end

return Decide
