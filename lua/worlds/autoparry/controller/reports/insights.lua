--- The insights: what the telemetry means, by levels.

local Plain = require("worlds.autoparry.plain")
local Statuses = require("worlds.autoparry.controller.reports.statuses")

local Insights = {}

--- The insights. The options of the adjustments are theirs too: `minSamples` and `commitTarget` are
--- limits here as well.
---@param source {stats: table, summary: table, config: table, smart_enabled: boolean,
---  adjustments: table, auto_tuning: table, recommendations: string[]}
---@return table
function Insights.of(source)
	local chosen = source.adjustments.options
	local metrics, adjustments, stats = source.summary, source.adjustments, source.stats
	local counters = stats.counters
	local statuses = Statuses.of(
		metrics, counters.press, chosen.minSamples, source.config, chosen.commitTarget
	)
	return {
		-- Of the latency those that count: the others are in no metric.
		samples = {
			press = counters.press, schedule = counters.schedule,
			latency = stats.latency.accepted.count, success = counters.success,
		},
		metrics = Plain.copy(metrics),
		statuses = statuses,
		severity = Statuses.severity(statuses),
		recommendations = source.recommendations,
		adjustments = {
			status = adjustments.status,
			updates = Plain.copy(adjustments.updates),
			deltas = Plain.copy(adjustments.deltas),
			reasons = adjustments.reasons,
			minSamples = adjustments.minSamples,
		},
		config = source.config,
		smartTuningEnabled = source.smart_enabled,
		autoTuning = source.auto_tuning,
		summary = metrics,
		stats = stats,
	}
end

return Insights
