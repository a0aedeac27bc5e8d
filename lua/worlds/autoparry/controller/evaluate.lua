--- One evaluation: every live ball is read, predicted and decided about; then the best is pressed.

local Decide = require("worlds.autoparry.controller.decide")
local Kinematics = require("worlds.autoparry.controller.kinematics")
local Numbers = require("worlds.autoparry.controller.numbers")
local Oscillation = require("worlds.autoparry.controller.oscillation")
local Prediction = require("worlds.autoparry.controller.prediction")
local Presses = require("worlds.autoparry.controller.presses")
local Schedule = require("worlds.autoparry.controller.schedule")
local Time = require("worlds.autoparry.time")

local huge = math.huge

local FRAME_S = Time.FRAME_S
local DT_MAX_S = 0.5
-- What takes longer than this is a hitch.
local STEADY_MAX_S = 2 * FRAME_S
local FORGOTTEN_AFTER_S = 3

local Evaluate = {}

-- Fields that a ball begins with.
local function begin(c, b, slot, now)
	local threats = c.threats
	Kinematics.begin(b, now)
	b.slot, b.serial, b.id = slot, threats.serial[slot], threats.id[slot]
	b.updated_s, b.contact_s = now, huge
	b.pressed_s, b.has_moved_away = -huge, false
	b.is_eligible, b.spam = false, false
	b.due.gated_drop = -1
	Oscillation.fields(b)
	Schedule.fields(b)
end

local function new_ball(c)
	local b = Kinematics.new_ball()
	c.schedule:attach(b)
	-- About a press that is due. `gated_drop` is the drop of the highlight for which one that was not
	-- made has been counted.
	b.due = {
		at_s = 0, lead_s = 0, reason = "lead", score = 0, impact_s = 0, gated_drop = -1,
		decided_s = 0, is_timed = false,
	}
	b.first_scheduled_s, b.timer = false, false
	return b
end

--- What is known of the ball in `slot`; a slot's record is used again for its next ball.
local function state_of(c, slot, now)
	local b = c.of_slot[slot]
	if not b then
		b = new_ball(c)
		c.of_slot[slot] = b
	elseif b.serial == c.threats.serial[slot] and now - b.updated_s <= FORGOTTEN_AFTER_S then
		return b
	end
	c.schedule:clear(b, "no-ball")
	begin(c, b, slot, now)
	return b
end

local function read(c, b, slot, dt, now)
	b.updated_s = now
	local threats, round32 = c.threats, c.round32
	local vx, vy, vz = threats.vx[slot], threats.vy[slot], threats.vz[slot]
	local ahead_s = c.port.ahead_s
	Kinematics.update(b, dt, c.numbers.safe_radius,
		round32(threats.px[slot] + vx * ahead_s),
		round32(threats.py[slot] + vy * ahead_s),
		round32(threats.pz[slot] + vz * ahead_s),
		round32(vx), round32(vy), round32(vz))
end

-- The ball that is tracked teaches what it can, and what is learned holds at once.
local function learn(c, now)
	local best = c.best
	if best then
		c:track(best)
	end
	local b = c:tracked_ball()
	if not b then
		return
	end
	c.threat_watch:look(c, b, now)
	if c.smart:is_enabled() then
		local facts, n, stats = c.smart_facts, c.numbers, c.telemetry.stats
		facts.now, facts.ball_id = now, b.id
		facts.sigma, facts.mu, facts.mu_plus, facts.mu_minus = b.sigma, b.mu, b.mu_plus, b.mu_minus
		facts.vr, facts.delta_s, facts.ping_s, facts.lead_s = b.vr, n.delta_s, n.ping_s, n.lead_s
		facts.commit, facts.lookahead = stats.commit, c.tuner.early_lookahead
		c.smart:update(facts)
	end
end

-- Whoever hears of an event may make AutoParry forget all balls: then there is nothing to decide.
local function decide_balls(c, now)
	local threats, of_slot = c.threats, c.of_slot
	local order, count, is_real = threats.order, threats.count, threats.is_real
	for index = 1, count do
		Decide.weigh(c, of_slot[order[index]], is_real[order[index]], now)
		if c.of_slot ~= of_slot then
			return
		end
	end
	learn(c, now)
	c:tune_numbers()
	for index = 1, count do
		if c.of_slot ~= of_slot then
			return
		end
		Decide.ball(c, of_slot[order[index]], now)
	end
end

-- One loop per concern: compiled code for all of it at once would have more values alive than a
-- processor has room for.
local function evaluate_balls(c, now, dt)
	local threats, delta_s, values = c.threats, c.numbers.delta_s, c.values
	local order, count, of_slot = threats.order, threats.count, c.of_slot
	for index = 1, count do
		read(c, state_of(c, order[index], now), order[index], dt, now)
	end
	if c.of_slot ~= of_slot then
		return
	end
	for index = 1, count do
		local b = of_slot[order[index]]
		Prediction.update(b, delta_s, values)
		Oscillation.observe(b, now)
	end
	if c.startup.is_ready then
		decide_balls(c, now)
	end
	c.telemetry.stats:evaluated(count)
end

-- The guard of the ball that was pressed last, and its key. The guard keeps no key up: the hold
-- began with the press that began the guard.
local function look_after_press(c, now)
	local hold = c.hold
	local b = hold.slot and c.of_slot[hold.slot]
	-- What is known of a ball outlives it until another one takes its slot.
	local is_alive = b and b.serial == hold.serial and c.threats.serial[hold.slot] == hold.serial
	local pressed = is_alive and b or nil
	c.guard:evaluate(now, c.targeting.is_present, c.tracked_id)
	hold:evaluate(c.input, pressed and pressed.proximity_hold and c.numbers.targeting, now)
end

--- Once per frame, whatever the state: start-up, held-back calls, the key.
local function look_after_parts(c, now)
	c.startup:step(now)
	c:notice_highlight()
	c.remote:flush()
end

---@param c table the controller
---@param dt number seconds since the last evaluation
function Evaluate.run(c, dt)
	local now = c.clock:now()
	look_after_parts(c, now)
	if not c.is_enabled then
		-- A release that has failed is tried again.
		c.input:release()
		return
	end
	c.steady_s = c.steady_s + (dt > STEADY_MAX_S and FRAME_S or dt)
	dt = dt < FRAME_S and FRAME_S or dt > DT_MAX_S and DT_MAX_S or dt
	local values = c.values
	c.ping:update(now)
	c.activation:follow(values.activationLatency)
	c.activation:frame(now, c.input.is_down, c.startup.has_success_remote)
	c.targeting:look(values.targetHighlightName ~= nil)
	Numbers.update(c.numbers, values, c.ping, c.activation.estimate_s, c.parry_window_s,
		c.targeting:holds(now))
	c:tune_numbers()
	c.due_count, c.best_score, c.best_impact_s, c.best, c.candidates = 0, -huge, huge, nil, 0
	if not c.startup:has_root() then
		c:clear_schedules("missing-root")
	elseif c.port.balls_are_visible() then
		evaluate_balls(c, now, dt)
	else
		c:clear_stale_schedules()
	end
	if c.due_count > 0 then
		Presses.settle(c, c.due, c.due_count, now)
	end
	look_after_press(c, now)
	c.tuner:step(now)
end

return Evaluate
