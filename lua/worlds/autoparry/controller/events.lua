--- The events of the telemetry, as the controller makes them: what it knew when something happened.

local Lead = require("worlds.autoparry.controller.lead")

local abs, huge, max = math.abs, math.huge, math.max

local Events = {}

-- A number that may be infinite for "never" leaves as nothing.
local function finite(value)
	return value < huge and value > -huge and value or nil
end

local function latency_of(c)
	local adaptive_s = c.tuner.adaptive:applied_s(c.smart:is_enabled())
	return c.activation.estimate_s, c.startup.has_success_remote, adaptive_s
end

--- A schedule was made for `b`.
function Events.schedule(c, b)
	local now, n, plan = c.clock:now(), c.numbers, b.plan
	local activation_s, is_remote, adaptive_s = latency_of(c)
	plan.slack_s, plan.smart = n.slack_s, c.smart:nested()
	local eta_s = max(b.press_at_s - now, 0)
	c.last_scheduled = {
		ballId = b.id,
		predictedImpact = plan.impact_s,
		lead = n.lead_s,
		slack = n.slack_s,
		reason = b.plan.reason,
		pressAt = b.press_at_s,
		eta = eta_s,
		activationLatency = activation_s,
		remoteLatencyActive = is_remote,
		adaptiveBias = adaptive_s,
		immediate = plan.is_postponed,
		smartTuning = plan.smart,
		distance = b.distance,
		timeToImpact = finite(Lead.tti(b.distance, b.vr, n.ping_s, n.ping_offset_s)),
		speed = b.speed,
		pressRadius = b.press_radius,
		holdRadius = b.hold_radius,
		pingCompensation = n.compensation_s,
	}
	c.telemetry:emit("schedule", c.last_scheduled)
	c.tuner:scheduled(b, eta_s)
end

--- The schedule of `b`, which began at `began_s`, has ended.
function Events.cleared(c, b, reason, began_s)
	local now, plan = c.clock:now(), b.plan
	local is_pressed = reason == "pressed" or reason == "ready-to-press"
	c.telemetry:emit("schedule-cleared", {
		ballId = b.id,
		reason = reason,
		previousReason = b.plan.reason,
		previousPressAt = b.press_at_s,
		previousPredictedImpact = plan.impact_s,
		previousLead = b.plan.lead_s,
		previousSlack = plan.slack_s,
		timeSinceUpdate = now - plan.placed_s,
		pressedAt = is_pressed and now or nil,
		lifetime = now - began_s,
	})
end

--- How a press kept to the schedule it was made by, as it looks when the key goes down.
---@param frame_s number a press that is not later than this is on time
---@return table facts {actual_wait_s, wait_delta_s, achieved_lead_s, lead_delta_s, auto_bias_s,
--- tuning}; the last two are those of its planning
function Events.facts(b, now, frame_s)
	local plan = b.plan
	local actual_wait_s = now - plan.placed_s
	local wait_delta_s = actual_wait_s - max(b.press_at_s - plan.placed_s, 0)
	local achieved_lead_s = plan.impact_s - actual_wait_s
	return {
		actual_wait_s = actual_wait_s,
		wait_delta_s = abs(wait_delta_s) <= frame_s and 0 or wait_delta_s,
		achieved_lead_s = achieved_lead_s,
		lead_delta_s = achieved_lead_s - (plan.lead_s - plan.auto_bias_s),
		auto_bias_s = plan.auto_bias_s,
		tuning = plan.tuning,
	}
end

-- What the press was decided by.
local function decision_of(c, b, now, facts, more)
	local n, due = c.numbers, b.due
	return {
		reason = due.reason,
		score = due.score,
		predictedImpact = finite(due.impact_s),
		plannedLead = due.lead_s,
		lead = n.lead_s,
		slack = n.slack_s,
		mu = b.mu,
		muPlus = b.mu_plus,
		muMinus = b.mu_minus,
		sigma = b.sigma,
		distance = b.distance,
		speed = b.speed,
		proximity = b.proximity_press,
		panic = c.burst:panics(now),
		sincePress = finite(more.since_s),
		tempo = more.threat.tempo,
		volatility = more.threat.volatility,
		actualWait = facts and facts.actual_wait_s,
		waitDelta = facts and facts.wait_delta_s,
		achievedLead = facts and facts.achieved_lead_s,
		leadDelta = facts and facts.lead_delta_s,
	}
end

--- `b` was pressed.
---@param facts table|nil of `Events.facts`, of a press that a timer made
---@param more table {threat, decided_s, position, velocity, since_s}
function Events.press(c, b, now, facts, more)
	local activation_s, _, adaptive_s = latency_of(c)
	local due = b.due
	local is_forced = due.reason == "oscillation"
	c.telemetry:emit("press", {
		ballId = b.id,
		ballName = b.id,
		forced = is_forced,
		immediate = facts == nil,
		scheduledReason = facts and due.reason or nil,
		transientRetry = due.reason == "retry",
		reactionTime = now - b.detected_s,
		decisionTime = more.decided_s - b.detected_s,
		decisionToPressTime = max(now - due.at_s, 0),
		activationLatency = activation_s,
		adaptiveBias = adaptive_s,
		smartTuning = c.smart:nested(),
		position = more.position,
		velocity = more.velocity,
		decision = decision_of(c, b, now, facts, more),
		telemetry = {
			filteredD = b.d0 - b.residual_d,
			filteredVr = b.vr_filtered,
			filteredAr = b.ar,
			filteredJr = b.jr,
		},
	})
end

--- A sample of how long a press takes to work.
---@param reason string|nil why it was not accepted
function Events.latency(c, source, value_s, reason)
	c.telemetry:emit("latency-sample", {
		source = source, value = value_s, accepted = reason == nil, reason = reason,
	})
end

--- The server has answered.
---@param press table|nil the press that it answered, if it is known
function Events.success(c, id, now, press, accepted)
	c.telemetry:emit("success", {
		ballId = id,
		latency = press and now - press.pressed_s,
		accepted = accepted,
		source = "remote",
	})
end

--- The safe-state guard has come to another stage. Its own lists are left out: the events before
--- this one tell the same.
function Events.guard(c, stage)
	local fields = c.guard:snapshot()
	fields.history, fields.observations = nil, nil
	fields.stage = stage
	c.telemetry:emit("targeting-safe-state", fields)
end

return Events
