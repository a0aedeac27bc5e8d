--- What is learned from presses once they are settled, and how it changes the options.

local Adaptive = require("worlds.autoparry.controller.adaptive")
local Adjustments = require("worlds.autoparry.controller.reports.adjustments")
local AutoTuning = require("worlds.autoparry.controller.reports.auto_tuning")
local Profile = require("worlds.autoparry.controller.reports.profile")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")

local SAMPLES_MAX = 512

local Tuner = {}
Tuner.__index = Tuner

---@param c table the controller
function Tuner.new(c)
	local self = setmetatable({
		c = c,
		auto = AutoTuning.new(c.values, c.port.empty_list),
		adaptive = Adaptive.new(),
		-- How long ahead balls were scheduled that could have been early enough.
		early_lookahead = SortedWindow.new(SAMPLES_MAX),
	}, Tuner)
	self:reset()
	return self
end

--- As if nothing had been learned yet.
function Tuner:reset()
	self:configured()
	self.auto:reset()
	self.adaptive:reset()
	self.early_lookahead:clear()
	self.profile = Profile.new()
end

--- Somebody has set the options: what tuning had added is theirs from now on.
function Tuner:configured()
	-- The sum of what adjustments have added to `pressReactionBias`.
	self.auto_bias_s = 0
	local schedule = self.c.schedule
	schedule.auto_bias_s, schedule.tuning = 0, schedule.tuning + 1
end

--- A schedule was made.
function Tuner:scheduled(b, eta_s)
	local smart = self.c.values.smartTuning
	self.auto:lookahead(eta_s)
	if smart and (b.plan.first_wait_s or eta_s) >= smart.lookaheadGoal then
		self.early_lookahead:add(eta_s)
	end
end

--- A press was made.
function Tuner:pressed(b, now)
	local due = b.due
	local late_s = math.max(now - due.at_s, 0)
	self.auto:commit(late_s)
	if due.is_timed then
		self.c.smart:overshoot(late_s)
	end
end

--- A sample of the latency was accepted.
function Tuner:latency(value_s)
	self.auto:latency(value_s)
end

-- How much a press of now would miss its lead by: what was tuned since `facts` were planned has
-- been made good already.
local function lead_delta_now(schedule, facts)
	if facts.tuning == schedule.tuning then
		return facts.lead_delta_s + (schedule.auto_bias_s - facts.auto_bias_s)
	end
	return facts.lead_delta_s
end

--- All is known of a press.
---@param press PendingPress
---@param effective_s number|nil when it took effect, if somebody has answered
function Tuner:settled(press, effective_s)
	local c, facts = self.c, press.facts
	if facts then
		if effective_s then
			local early_s = press.pressed_s - effective_s
			facts.achieved_lead_s = facts.achieved_lead_s + early_s
			facts.lead_delta_s = facts.lead_delta_s + early_s
		end
		-- The statistics have forgotten what was pressed before they were reset.
		if facts.resets == c.telemetry.stats.counters.resets then
			c.telemetry.stats:settled(facts)
		end
		self.auto:settled({
			wait_delta_s = facts.wait_delta_s, lead_delta_s = lead_delta_now(c.schedule, facts),
		})
		self.adaptive:settled(facts.lead_delta_s, c.smart:is_enabled(), c.clock:now())
	end
	-- The profile follows what the telemetry says, a settled press at a time.
	local view = c.reports:stats()
	self.profile:update(c.reports:summary(view), view.counters, c.values, c.clock:now())
end

-- Change options because of what was learned. The new configuration.
local function commit(self, updates, result, source)
	local c = self.c
	local before_s = c.values.pressReactionBias
	local config = c:change(updates)
	self.auto_bias_s = self.auto_bias_s + (c.values.pressReactionBias - before_s)
	c.schedule.auto_bias_s = self.auto_bias_s
	c:tell_adjustment(updates, result.reasons, result.status, source)
	return config
end

--- What adjustments would do, from all samples so far.
---@param options table|nil
---@param caller? string the function of AutoParry that was called, for messages
function Tuner:build(options, caller)
	local c = self.c
	return Adjustments.build(options, c.reports:adjustment_source(), caller)
end

--- Do it, unless `options.dryRun`.
---@param options table|nil
function Tuner:apply(options)
	local result = self:build(options, "applyTelemetryAdjustments")
	if result.status == "updates" and not result.options.dryRun then
		result.newConfig = commit(self, result.updates, result, "manual")
		result.appliedAt = self.c.clock:now()
		self.auto:clear_samples()
	end
	return result
end

--- Tune by what is new since the last time.
function Tuner:run(options, is_forced)
	local c = self.c
	local source = c.reports:adjustment_source()
	return self.auto:run(options, is_forced, {
		now = c.clock:now(),
		stats = source.stats,
		summary = source.summary,
		config = source.config,
		smart_enabled = source.smart_enabled,
		apply = function(updates, result)
			return commit(self, updates, result, "auto")
		end,
	})
end

--- Once per evaluation.
function Tuner:step(now)
	if self.auto:is_due(now) then
		self:run(nil, false)
	end
end

return Tuner
