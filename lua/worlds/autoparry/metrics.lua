--- The metrics of a run, from what was counted. Counts are there also when they are 0.

local Metrics = {}

--- Counters at 0, for the world to raise.
function Metrics.counters()
	return {
		parries = 0,
		remote_events = 0,
		threats = 0,
		hitches = 0,
		highlight_toggles = 0,
		autoparry_toggles = 0,
		-- Reachable threats whose contact window met a hitch, and the parried ones among the others.
		hitch_excluded = 0,
		parried_on_time = 0,
		gate_outs_within_grace = 0,
		gate_outs_justified = 0,
	}
end

--- Outcomes at 0.
function Metrics.outcomes()
	return { parried = 0, missed = 0, passed = 0, unresolved = 0 }
end

--- Count what became of one threat.
---@param hitch_overlap boolean whether its contact window met a hitch
function Metrics.count_outcome(counters, outcomes, outcome, hitch_overlap)
	outcomes[outcome] = outcomes[outcome] + 1
	if outcome == "parried" or outcome == "missed" then
		if hitch_overlap then
			counters.hitch_excluded = counters.hitch_excluded + 1
		elseif outcome == "parried" then
			counters.parried_on_time = counters.parried_on_time + 1
		end
	end
end

-- Without a threat that counts there is no ratio: nothing is on time because nothing happened.
local function on_time(counters, outcomes)
	local reachable = outcomes.parried + outcomes.missed
	local counted = reachable - counters.hitch_excluded
	return {
		reachable = reachable,
		parried = counters.parried_on_time,
		hitchExcluded = counters.hitch_excluded,
		ratio = counted > 0 and counters.parried_on_time / counted or nil,
	}
end

--- The table that `World:metrics` returns.
function Metrics.table(counters, outcomes)
	return {
		parries = counters.parries,
		remoteEvents = counters.remote_events,
		threats = counters.threats,
		hitches = counters.hitches,
		highlightToggles = counters.highlight_toggles,
		autoparryEnabled = counters.autoparry_toggles,
		outcomes = {
			parried = outcomes.parried,
			missed = outcomes.missed,
			passed = outcomes.passed,
			unresolved = outcomes.unresolved,
		},
		onTime = on_time(counters, outcomes),
		gateOuts = {
			withinGrace = counters.gate_outs_within_grace,
			justified = counters.gate_outs_justified,
		},
	}
end

--- Whether some hitch, from when it was due to its end, meets the time from `from_s` to `to_s`,
--- ends included. The hitches are those of `env.hitches`, in the order in which they began.
function Metrics.meets_hitch(hitches, from_s, to_s)
	for index = hitches.count(), 1, -1 do
		local row = hitches.row(index)
		local end_s = row.endedAt or row.dispatchedAt + row.magnitude
		if end_s >= from_s and row.time <= to_s then
			return true
		elseif row.endedAt and row.endedAt < from_s then
			-- Those before it have ended before.
			return false
		end
	end
	return false
end

return Metrics
