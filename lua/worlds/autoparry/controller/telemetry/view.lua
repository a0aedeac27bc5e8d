--- What the statistics look like from outside. Nothing changes by looking.

local Plain = require("worlds.autoparry.plain")

local COMMIT_QUANTILE, LOOKAHEAD_QUANTILE = 0.99, 0.1

local View = {}

---@class StatsNow what is so when somebody looks
---@field open {achieved_lead_s: number|nil, lead_delta_s: number|nil}[] presses of which more may
--- yet be learned
---@field activation number the latency estimate, in s
---@field adaptive_state {reactionBias: number, lastUpdate: number}

local function of_schedule(stats)
	local view = stats.schedule:put({})
	view.reasonCounts = Plain.copy(stats.schedule_reasons)
	return view
end

local function of_press(stats)
	local view = Plain.copy(stats.press_counts)
	stats.press:put(view)
	stats.decision:put(view)
	view.scheduledReasons = Plain.copy(stats.scheduled_reasons)
	view.smart = stats.smart:put({})
	return view
end

local function of_latency(stats, now)
	local counters = stats.counters
	return {
		accepted = stats.accepted:view(),
		localAccepted = stats.accepted_local:view(),
		remoteAccepted = stats.accepted_remote:view(),
		activation = now.activation,
		counters = {
			latency = counters.latency,
			latencyAccepted = counters.latencyAccepted,
			latencyRejected = counters.latencyRejected,
			latencyLocal = counters.latencyLocal,
			latencyRemote = counters.latencyRemote,
		},
	}
end

local function of_cancellations(stats)
	return {
		total = stats.cancelled,
		stale = stats.cancelled_stale,
		reasonCounts = Plain.copy(stats.cancel_reasons),
	}
end

-- Presses that are not settled count with what is known of them so far.
local function of_timeline(stats, open)
	local leads_s, deltas_s = {}, {}
	for index = 1, #open do
		local facts = open[index]
		leads_s[#leads_s + 1], deltas_s[#deltas_s + 1] = facts.achieved_lead_s, facts.lead_delta_s
	end
	return {
		scheduleLifetime = stats.lifetime:view(),
		achievedLead = stats.achieved_lead:with(leads_s),
		leadDelta = stats.lead_delta:with(deltas_s),
	}
end

local function of_threat(stats)
	local view = stats.threat:put({})
	view.statusCounts = Plain.copy(stats.threat_statuses)
	return view
end

--- All statistics as plain data. A quantile without a sample is absent.
---@param stats Stats
---@param now StatsNow
---@return table
function View.of(stats, now)
	return {
		counters = Plain.copy(stats.counters),
		schedule = of_schedule(stats),
		press = of_press(stats),
		selection = Plain.copy(stats.selection),
		latency = of_latency(stats, now),
		success = {
			latency = stats.success_latency:view(), acceptedCount = stats.success_accepted,
		},
		cancellations = of_cancellations(stats),
		timeline = of_timeline(stats, now.open),
		threat = of_threat(stats),
		performance = {
			evaluations = stats.evaluations, ballsEvaluated = stats.balls_evaluated,
		},
		quantiles = {
			commitLatency = { p99 = stats.commit:quantile(COMMIT_QUANTILE) },
			scheduleLookahead = { p10 = stats.lookahead:quantile(LOOKAHEAD_QUANTILE) },
		},
		adaptiveState = Plain.copy(now.adaptive_state),
	}
end

return View
