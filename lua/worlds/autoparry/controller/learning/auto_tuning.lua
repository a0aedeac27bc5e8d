--- Auto tuning: adjusts the configuration from time to time, by what was sampled since last time.

local Adjustments = require("worlds.autoparry.controller.learning.adjustments")
local Choices = require("worlds.autoparry.controller.learning.choices")
local FreshSamples = require("worlds.autoparry.controller.learning.fresh_samples")
local Plain = require("worlds.autoparry.plain")
local Selection = require("worlds.autoparry.controller.learning.selection")
local Time = require("worlds.autoparry.time")
local Tuning = require("worlds.autoparry.controller.tuning")

local max, pcall, tostring = math.max, pcall, tostring

local CALLER = "runAutoTuning"
local ROUNDING_S = Time.ROUNDING_S

-- What stands for the option when it is false.
local OFF = Tuning.DEFAULTS.autoTuning
assert(OFF.enabled == false, "auto tuning is off by default")

local AutoTuning = {}
AutoTuning.__index = AutoTuning

---@param values table the live configuration
---@param empty_list fun(): table makes a list that leaves as one though nothing is in it
function AutoTuning.new(values, empty_list)
	local self = { values = values, empty_list = empty_list, fresh = FreshSamples.new() }
	setmetatable(self, AutoTuning)
	self:reset()
	return self
end

--- As new.
function AutoTuning:reset()
	self.fresh:clear()
	self.last_run_s = nil
	self.last_status, self.last_error = nil, nil
	self.last_summary, self.last_adjustments, self.last_result = nil, nil, nil
end

--- A scheduled press was settled; a latency was accepted; a press was late by `late_s`; a schedule
--- was made `eta_s` before its press.
function AutoTuning:settled(facts) self.fresh:settled(facts) end
function AutoTuning:latency(latency_s) self.fresh.latency:add(latency_s) end
function AutoTuning:commit(late_s) self.fresh.commit:add(late_s) end
function AutoTuning:lookahead(eta_s) self.fresh.lookahead:add(eta_s) end

--- What was sampled so far was judged by somebody else.
function AutoTuning:clear_samples() self.fresh:clear() end

-- Without an earlier run there is nothing to keep a distance to.
local function has_rested(self, settings, now)
	local last_s = self.last_run_s
	return not last_s or now - last_s >= settings.intervalSeconds - ROUNDING_S
end

--- Whether it is time to run by itself. Without a press since the last time there is no news.
---@param now number
---@return boolean
function AutoTuning:is_due(now)
	local settings = self.values.autoTuning
	return settings and settings.enabled
		and self.fresh.presses >= max(settings.minSamples, 1)
		and has_rested(self, settings, now) or false
end

-- What is kept of adjustments.
local function digest(self, result)
	local reasons = self.empty_list()
	for index, reason in ipairs(result.reasons) do
		reasons[index] = reason
	end
	return {
		status = result.status, minSamples = result.minSamples,
		updates = Plain.copy(result.updates), deltas = Plain.copy(result.deltas),
		reasons = reasons,
	}
end

local function copy_result(self, result)
	local config = Plain.copy(result.newConfig)
	local guards = config and config.remoteQueueGuards
	if guards and not guards[1] then
		config.remoteQueueGuards = self.empty_list()
	end
	return {
		status = result.status,
		updates = Plain.copy(result.updates), deltas = Plain.copy(result.deltas),
		appliedAt = result.appliedAt, dryRun = result.dryRun, newConfig = config,
	}
end

-- Apply unless it is a rehearsal. The message when that fails.
local function apply(result, settings, tools)
	if result.status ~= "updates" or settings.dryRun then
		return nil
	end
	local ok, config = pcall(tools.apply, result.updates, result)
	if not ok then
		return tostring(config)
	end
	result.appliedAt, result.newConfig = tools.now, config
	return nil
end

--- Run once: the result, or nil and `disabled`, `interval` or the message of what failed. Samples
--- are used up unless there were too few of them.
---@param options table|nil any of the 15 fields, for this run; a wrong one is an error
---@param force boolean|nil also when it is off or has run just now; true by default
---@param tools {now: number, stats: table, summary: table, config: table, smart_enabled: boolean,
---  apply: fun(updates: table, result: table): table} `config` is a copy; `apply` makes the
---  changes and gives the new configuration
---@return table|nil result
---@return string|nil err
function AutoTuning:run(options, force, tools)
	local settings = Choices.read(CALLER, options, self.values.autoTuning or OFF)
	if force ~= nil and type(force) ~= "boolean" then
		error(("AutoParry.%s: force must be true or false"):format(CALLER), 0)
	elseif force == false then
		if not settings.enabled then
			return nil, "disabled"
		elseif not has_rested(self, settings, tools.now) then
			return nil, "interval"
		end
	end
	local result, asks, dropped = Adjustments.of(settings, {
		samples = self.fresh:view(), stats = tools.stats, summary = tools.summary,
		config = tools.config, smart_enabled = tools.smart_enabled, empty_list = self.empty_list,
	})
	if result.status ~= "insufficient" then
		self.fresh:clear()
	end
	self.last_run_s = tools.now
	self.last_summary = Plain.copy(tools.summary)
	self.last_adjustments = digest(self, result)
	if asks[1] then
		Selection.keep(result, settings, dropped)
		result.reasons = Adjustments.reasons(self.empty_list(), asks, dropped)
	end
	result.dryRun = settings.dryRun
	local err = apply(result, settings, tools)
	if err then
		result.status = "error"
	end
	self.last_status, self.last_error = result.status, err
	self.last_result = copy_result(self, result)
	if err then
		return nil, err
	end
	return result
end

--- The 15 fields as they are configured, and what the last run did: a copy.
---@return table
function AutoTuning:state()
	local state = Plain.copy(self.values.autoTuning or OFF)
	local adjustments, result = self.last_adjustments, self.last_result
	state.lastRun = self.last_run_s or 0
	state.lastStatus, state.lastError = self.last_status, self.last_error
	state.lastSummary = Plain.copy(self.last_summary)
	state.lastAdjustments = adjustments and digest(self, adjustments)
	state.lastResult = result and copy_result(self, result)
	return state
end

return AutoTuning
