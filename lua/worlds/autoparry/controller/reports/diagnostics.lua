--- The diagnostics: what stands out, and what to do about it.

local Limit = require("worlds.autoparry.controller.reports.limit")
local Plain = require("worlds.autoparry.plain")

local LATENCY_STRESS_MAX = 1

local Diagnostics = {}

-- In the order of the recommendations; a `limit` may be an option.
local ROWS = {
	{
		metric = "averageWaitDelta", unit = "s", is_signed = true, kind = Limit.ABOVE, limit = 0.01,
		advice = "presses do not come when they were planned, look for stalls",
	},
	{
		metric = "leadDeltaMean", unit = "s", is_signed = true, kind = Limit.ABOVE, limit = 0.01,
		advice = "correct pressReactionBias or let autoTuning do it",
	},
	{
		metric = "immediateRate", unit = "per press", kind = Limit.ABOVE, limit = 0.25,
		advice = "schedule earlier, with a larger pressMaxLookahead",
	},
	{
		metric = "commitLatencyP99", unit = "s", kind = Limit.ABOVE, limit = 0.01,
		advice = "presses come after they were due, look for stalls",
	},
	{
		metric = "scheduleLookaheadP10", unit = "s", kind = Limit.BELOW,
		option = "pressLookaheadGoal",
		advice = "raise pressMaxLookahead, or lower the goal if balls come from nearby",
	},
	{
		metric = "averageLatency", unit = "s", kind = Limit.ABOVE, limit = 0.18,
		advice = "raise activationLatency to what is observed",
	},
	{
		metric = "latencyStress", unit = "of 2", kind = Limit.ABOVE, limit = LATENCY_STRESS_MAX,
		advice = "ping or jitter are high, expect earlier presses",
	},
	{
		metric = "cancellationCount", unit = "schedules", kind = Limit.ABOVE, limit = 0,
		advice = "see cancellations.reasonCounts for why they were called off",
	},
	{
		metric = "adaptiveBias", unit = "s", is_signed = true, kind = Limit.ABOVE, limit = 0.001,
		advice = "move it into pressReactionBias to have it from the first press on",
	},
}

--- A text for each thing that stands out, in a fixed order.
---@param source {stats: table, summary: table, config: table, latency_stress: number,
---  empty_list: fun(): table}
---@return string[]
function Diagnostics.recommendations(source)
	local found, summary = source.empty_list(), source.summary
	local presses = source.stats.counters.press
	if presses < 1 then
		local what = Limit.broken("pressCount", presses, "presses", Limit.BELOW, 1)
		found[1] = what .. ": nothing can be judged before balls are pressed"
	end
	for _, row in ipairs(ROWS) do
		local value = summary[row.metric]
		if row.metric == "latencyStress" then
			value = source.latency_stress
		end
		local name, shown = Limit.magnitude(row, value)
		local limit = row.limit or source.config[row.option]
		if shown and limit and row.kind.is_broken(shown, limit) then
			local what = Limit.broken(name, shown, row.unit, row.kind, limit)
			found[#found + 1] = ("%s: %s"):format(what, row.advice)
		end
	end
	return found
end

--- The report.
---@param source {now: number, stats: table, summary: table, config: table,
---  smart_enabled: boolean, adjustments: table, insights: table,
---  recommendations: string[]} whose recommendations are those of above
---@return table
function Diagnostics.of(source)
	local stats = source.stats
	return {
		generatedAt = source.now,
		counters = Plain.copy(stats.counters),
		stats = stats,
		summary = source.summary,
		smartTuningEnabled = source.smart_enabled,
		adaptiveState = Plain.copy(stats.adaptiveState),
		recommendations = source.recommendations,
		adjustments = source.adjustments,
		config = source.config,
		insights = source.insights,
	}
end

return Diagnostics
