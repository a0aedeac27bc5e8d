--- The summary: 14 metrics of the statistics. What nothing was sampled of is absent.

local max, min = math.max, math.min

local Summary = {}

local function rate(count, whole)
	return whole > 0 and count / whole or nil
end

---@param view table the statistics, as plain data
---@param facts {answerable: integer} how many presses are older than the ping
---@return table<string, number>
function Summary.of(view, facts)
	local counters, press, timeline = view.counters, view.press, view.timeline
	local eta, cancelled = view.schedule.eta, view.cancellations.total
	-- The ping may have grown since an answer came: what was answered could be. And answers may come
	-- to presses of before the last reset.
	local answerable = min(max(facts.answerable, counters.success), counters.press)
	return {
		averageLatency = view.latency.accepted.mean,
		averageActivationLatency = press.activationLatency.mean,
		averageWaitDelta = press.waitDelta.mean,
		leadDeltaMean = timeline.leadDelta.mean,
		achievedLeadMean = timeline.achievedLead.mean,
		scheduleLifetimeMean = timeline.scheduleLifetime.mean,
		adaptiveBias = view.adaptiveState.reactionBias,
		immediateRate = rate(press.immediateCount, counters.press),
		cancellationCount = cancelled,
		cancellationRate = rate(cancelled, counters.schedule),
		successRate = rate(min(counters.success, answerable), answerable),
		commitLatencyP99 = view.quantiles.commitLatency.p99,
		scheduleLookaheadP10 = view.quantiles.scheduleLookahead.p10,
		scheduleLookaheadMin = eta.min,
	}
end

return Summary
