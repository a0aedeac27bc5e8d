--- What AutoParry says of itself: everything is made anew from what it knows when it is asked.

local Adjustments = require("worlds.autoparry.controller.learning.adjustments")
local Diagnostics = require("worlds.autoparry.controller.reports.diagnostics")
local Insights = require("worlds.autoparry.controller.reports.insights")
local Summary = require("worlds.autoparry.controller.reports.summary")

local Reports = {}
Reports.__index = Reports

---@param c table the controller
function Reports.new(c)
	return setmetatable({ c = c }, Reports)
end

--- The statistics of the telemetry.
---@return table
function Reports:stats()
	local c = self.c
	local open, resets = {}, c.telemetry.stats.counters.resets
	for _, press in ipairs(c.activation.pending) do
		local timing = press.timing
		open[#open + 1] = timing and timing.resets == resets and timing or nil
	end
	return c.telemetry.stats:view({
		open = open,
		activation = c.activation.estimate_s,
		adaptive_state = c.tuner.adaptive:state(),
	})
end

--- The 14 metrics.
---@param stats table of `stats`
function Reports:summary(stats)
	local c = self.c
	local answerable =
		c.activation:answerable(stats.counters.press, c.clock:now(), c.ping.value_s)
	return Summary.of(stats, { answerable = answerable })
end

-- What adjustments are made from.
local function samples_of(stats)
	local press, quantiles = stats.press, stats.quantiles
	return {
		presses = stats.counters.press,
		wait_delta_s = press.waitDelta.mean,
		lead_delta_s = stats.timeline.leadDelta.mean,
		commit_p99_s = quantiles.commitLatency and quantiles.commitLatency.p99,
		commit_count = press.decisionToPressTime.count,
		lookahead_p10_s = quantiles.scheduleLookahead and quantiles.scheduleLookahead.p10,
		lookahead_count = stats.schedule.eta.count,
		latency_s = stats.latency.accepted.mean,
		latency_count = stats.latency.accepted.count,
	}
end

--- What adjustments are built from.
function Reports:adjustment_source()
	local c = self.c
	local stats = self:stats()
	return {
		samples = samples_of(stats),
		stats = stats,
		summary = self:summary(stats),
		config = c.config:copy(),
		smart_enabled = c.smart:is_enabled(),
		empty_list = c.port.empty_list,
	}
end

--- What insights and diagnostics are made from.
---@param options table|nil of the adjustments
---@param caller string the function of AutoParry that was called, for messages
function Reports:report_source(options, caller)
	local c = self.c
	local source = self:adjustment_source()
	source.now = c.clock:now()
	source.latency_stress = c.ping:stress_now()
	source.adjustments = Adjustments.build(Adjustments.options(caller, options), source)
	source.auto_tuning = c.tuner.auto:state()
	source.recommendations = Diagnostics.recommendations(source)
	return source
end

--- How the run looks, metric by metric.
---@param options table|nil
function Reports:insights(options)
	return Insights.of(self:report_source(options, "getTelemetryInsights"))
end

--- What a person would want to read first.
function Reports:diagnostics()
	local source = self:report_source(nil, "getDiagnosticsReport")
	source.insights = Insights.of(source)
	return Diagnostics.of(source)
end

--- The telemetry as it stands.
function Reports:snapshot()
	local c = self.c
	local stats = self:stats()
	return {
		sequence = c.telemetry.sequence,
		history = c.telemetry.history:list(),
		activationLatency = c.activation.estimate_s,
		remoteLatencyActive = c.startup.has_success_remote,
		lastEvent = c.telemetry.history:last(),
		smartTuning = c.smart:snapshot(),
		targetingSafe = c.guard:snapshot(),
		stats = stats,
		adaptiveState = stats.adaptiveState,
		summary = self:summary(stats),
		adaptiveProfile = c.tuner.profile:view(stats.counters),
	}
end

return Reports
