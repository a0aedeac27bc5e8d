--- The events of the telemetry, as the controller makes them: what it knew when something happened.

local Lead = require("worlds.autoparry.controller.lead")
local Schedule = require("worlds.autoparry.controller.schedule")
local ThreatWatch = require("worlds.autoparry.controller.threat_watch")

local huge, max = math.huge, math.max

local Events = {}

-- A number that may be infinite for "never" leaves as nothing.
local function finite(value)
	return value < huge and value > -huge and value or nil
end

local function latency_of(c)
	local adaptive_s = c.tuner.adaptive:applied_s(c.smart:is_enabled())
	return c.activation.estimate_s, c.startup.has_success_remote, adaptive_s
end

--- A schedule was made for `b`: the fields of the event.
---@return table fields
function Events.schedule(c, b)
	local n, plan = c.numbers, b.plan
	local activation_s, is_remote, adaptive_s = latency_of(c)
	local threat = ThreatWatch.view(c, b, plan.impact_s, plan.placed_s)
	return {
		ballId = b.id,
		predictedImpact = plan.impact_s,
		lead = n.lead_s,
		slack = plan.slack_s,
		reason = plan.reason,
		pressAt = b.press_at_s,
		eta = max(b.press_at_s - plan.placed_s, 0),
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
		tempo = threat.tempo,
		volatility = threat.volatility,
		panic = c.burst:panics(plan.placed_s),
	}
end

--- The schedule of `b`, which began at `began_s`, has ended.
function Events.cleared(c, b, reason, began_s)
	local now, plan = c.clock:now(), b.plan
	c.telemetry:emit("schedule-cleared", {
		ballId = b.id,
		reason = reason,
		previousReason = plan.reason,
		previousPressAt = b.press_at_s,
		previousPredictedImpact = plan.impact_s,
		previousLead = plan.lead_s,
		previousSlack = plan.slack_s,
		timeSinceUpdate = now - plan.placed_s,
		pressedAt = Schedule.LED_TO_PRESS[reason] and now or nil,
		lifetime = now - began_s,
	})
end

-- What the press was decided by.
local function decision_of(c, b, now, account)
	local n, due, timing, threat = c.numbers, b.due, account.timing, account.threat
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
		sincePress = finite(account.since_s),
		tempo = threat.tempo,
		volatility = threat.volatility,
		actualWait = timing and timing.actual_wait_s,
		waitDelta = timing and timing.wait_delta_s,
		achievedLead = timing and timing.achieved_lead_s,
		leadDelta = timing and timing.lead_delta_s,
	}
end

--- `b` was pressed.
---@param account PressAccount
function Events.press(c, b, now, account)
	local activation_s, _, adaptive_s = latency_of(c)
	local due, is_timed = b.due, account.timing ~= nil
	c.telemetry:emit("press", {
		ballId = b.id,
		ballName = b.id,
		forced = account.is_forced,
		immediate = not is_timed,
		scheduledReason = is_timed and due.reason or nil,
		transientRetry = account.is_retry,
		reactionTime = now - b.detected_s,
		decisionTime = account.decided_s - b.detected_s,
		decisionToPressTime = account.late_s,
		activationLatency = activation_s,
		adaptiveBias = adaptive_s,
		smartTuning = c.smart:nested(),
		position = account.position,
		velocity = account.velocity,
		decision = decision_of(c, b, now, account),
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
