--- What AutoParry has in mind for the ball that it tracks.

local Plain = require("worlds.autoparry.plain")

local PressState = {}

-- Presses whose answer may still come.
local function pending(c)
	local rows = c.port.empty_list()
	for index, press in ipairs(c.activation.pending) do
		rows[index] = { time = press.pressed_s, ballId = press.ball_id }
	end
	return rows
end

-- The schedule of the ball, while it has one.
local function add_schedule(state, b, now)
	local plan = b.plan
	state.pressAt = b.press_at_s
	state.predictedImpact = plan.impact_s
	state.lead = b.plan.lead_s
	state.slack = plan.slack_s
	state.reason = b.plan.reason
	state.lastUpdate = plan.placed_s
	state.timeSinceUpdate = now - plan.placed_s
	state.pressEta = math.max(b.press_at_s - now, 0)
end

---@param c table the controller
---@return table state
function PressState.of(c)
	local now, activation = c.clock:now(), c.activation
	local b = c:tracked_ball()
	local state = {
		ballId = b and b.id,
		pressAt = 0, predictedImpact = 0, lead = 0, slack = 0, lastUpdate = 0,
		-- Without a schedule: why the ball may not be pressed, if that is so.
		reason = b and c.tracked_blocked or nil,
		sampleTime = now,
		latency = activation.estimate_s,
		remoteLatencyActive = c.startup.has_success_remote,
		latencySamples = {
			lastSample = activation.last_s,
			lastLocalSample = activation.last_local_s,
			lastRemoteSample = activation.last_remote_s,
		},
		pendingLatencyPresses = pending(c),
		smartTuning = c.smart:snapshot(),
		lastScheduled = Plain.copy(c.last_scheduled),
	}
	if b then
		state.telemetry = {
			distance = b.distance, speed = b.speed, closingSpeed = b.vr, mu = b.mu,
			muPlus = b.mu_plus, muMinus = b.mu_minus, sigma = b.sigma,
		}
		if b.first_scheduled_s then
			add_schedule(state, b, now)
			state.scheduledSmartTuning = Plain.copy(b.plan.smart)
		end
	end
	return state
end

return PressState
