--- The metrics of a run, from what was counted. Counts are there also when they are 0.

local Metrics = {}

--- Counters at 0, for the world to raise.
function Metrics.counters()
	return {
		threats = 0,
		highlight_toggles = 0,
		autoparry_toggles = 0,
		-- Reachable threats whose contact window met a hitch, and the parried ones among the others.
		hitch_excluded = 0,
		parried_on_time = 0,
	}
end

--- Outcomes at 0.
function Metrics.outcomes()
	return { parried = 0, missed = 0, passed = 0 }
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
---@param counters table of `Metrics.counters`
---@param outcomes table of `Metrics.outcomes`
---@param others table what is counted where it happens: `{parries, remote_events, hitches,
--- gate_outs, presses, accuracy?, live}`; a threat that is alive is unresolved so far
function Metrics.table(counters, outcomes, others)
	return {
		parries = others.parries,
		remoteEvents = others.remote_events,
		threats = counters.threats,
		hitches = others.hitches,
		highlightToggles = counters.highlight_toggles,
		autoparryEnabled = counters.autoparry_toggles,
		outcomes = {
			parried = outcomes.parried,
			missed = outcomes.missed,
			passed = outcomes.passed,
			unresolved = others.live,
		},
		onTime = on_time(counters, outcomes),
		gateOuts = {
			withinGrace = others.gate_outs.withinGrace,
			justified = others.gate_outs.justified,
		},
		presses = others.presses,
		accuracy = others.accuracy,
	}
end

return Metrics
