--- What is learned from presses once they are settled, and how it changes the options.

local Adaptive = require("worlds.autoparry.controller.learning.adaptive")
local Adjustments = require("worlds.autoparry.controller.learning.adjustments")
local AutoTuning = require("worlds.autoparry.controller.learning.auto_tuning")
local Profile = require("worlds.autoparry.controller.learning.profile")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")

local SAMPLES_MAX = 512

local Tuner = {}
Tuner.__index = Tuner

---@param c table the controller
function Tuner.new(c)
	local self = setmetatable({
		c = c,
		-- How often somebody has set the options.
		generation = 0,
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

--- The telemetry begins anew, and what was compared with its past.
function Tuner:telemetry_reset()
	self.profile = Profile.new()
end

--- Somebody has set the options: what tuning had added is theirs from now on.
function Tuner:configured()
	-- The sum of what adjustments have added to `pressReactionBias`.
	self.auto_bias_s = 0
	self.generation = self.generation + 1
end

--- A press timer is being placed: its press will be judged by what tuning has added by now.
---@param plan table
function Tuner:placing(plan)
	plan.auto_bias_s, plan.generation = self.auto_bias_s, self.generation
end

--- A schedule was made.
function Tuner:scheduled(b, eta_s)
	local smart = self.c.values.smartTuning
	self.auto:lookahead(eta_s)
	-- A ball counts once: when it is scheduled again, it was not seen late.
	local is_first = b.plan.ever_scheduled_s == b.first_scheduled_s
	if smart and is_first and (b.plan.first_wait_s or eta_s) >= smart.lookaheadGoal then
		self.early_lookahead:add(eta_s)
	end
end

--- A press was made.
---@param account PressAccount
function Tuner:pressed(account)
	self.auto:commit(account.late_s)
	if account.timing then
		self.c.smart:overshoot(account.late_s)
	end
end

--- A sample of the latency was accepted.
function Tuner:latency(value_s)
	self.auto:latency(value_s)
end

-- How much a press of now would miss its lead by: what was tuned since the press was planned has
-- been made good already.
local function lead_delta_now(self, timing)
	if timing.generation == self.generation then
		return timing.lead_delta_s + (self.auto_bias_s - timing.auto_bias_s)
	end
	return timing.lead_delta_s
end

local function learn(self, timing)
	local c = self.c
	-- The statistics have forgotten what was pressed before they were reset.
	if timing.resets == c.telemetry.stats.counters.resets then
		c.telemetry.stats:settled(timing)
	end
	self.auto:settled({
		wait_delta_s = timing.wait_delta_s, lead_delta_s = lead_delta_now(self, timing),
	})
	self.adaptive:settled(timing.lead_delta_s, c.smart:is_enabled(), c.clock:now())
end

--- All is known of a press.
---@param press PendingPress
---@param effective_s number|nil when it took effect, if somebody has answered
function Tuner:settled(press, effective_s)
	local c, timing = self.c, press.timing
	if timing then
		local early_s = effective_s and press.pressed_s - effective_s or 0
		timing.achieved_lead_s = timing.achieved_lead_s + early_s
		timing.lead_delta_s = timing.lead_delta_s + early_s
		learn(self, timing)
	end
	-- The profile follows what the telemetry says, a settled press at a time.
	self.profile:update(c.reports:summary(c.reports:stats()), c.values, c.clock:now())
end

-- Change options because of what was learned. The new configuration.
local function commit(self, updates, result, source)
	local c = self.c
	local before_s = c.values.pressReactionBias
	local config = c:change(updates)
	self.auto_bias_s = self.auto_bias_s + (c.values.pressReactionBias - before_s)
	c:tell_adjustment(updates, result.reasons, result.status, source)
	return config
end

--- What adjustments would do, from all samples so far.
---@param options table|nil
function Tuner:build(options)
	local chosen = Adjustments.options("buildTelemetryAdjustments", options)
	return Adjustments.build(chosen, self.c.reports:adjustment_source())
end

--- Do it, unless `options.dryRun`.
---@param options table|nil
function Tuner:apply(options)
	local chosen = Adjustments.options("applyTelemetryAdjustments", options, true)
	local result = Adjustments.build(chosen, self.c.reports:adjustment_source())
	if result.status == "updates" and not result.options.dryRun then
		result.newConfig = commit(self, result.updates, result, "manual")
		result.appliedAt = self.c.clock:now()
		self.auto:clear_samples()
	end
	return result
end

--- Tune by what is new since the last time.
---@param options table|nil
---@param force boolean|nil
function Tuner:run(options, force)
	local c = self.c
	local source = c.reports:adjustment_source()
	return self.auto:run(options, force, {
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
