--- Adjustments: what the samples say the configuration should be. Nothing is changed here.

local Choices = require("worlds.autoparry.controller.learning.choices")
local Limit = require("worlds.autoparry.controller.reports.limit")
local Plain = require("worlds.autoparry.plain")
local Terms = require("worlds.autoparry.controller.learning.terms")

local abs, max, min = math.abs, math.max, math.min

local LOOKAHEAD_ABOVE_GOAL_S = 0.6

local DEFAULTS = {
	minSamples = 4,
	leadGain = 0.6, leadTolerance = 0.004,
	slackGain = 0.5, waitTolerance = 0.003,
	latencyGain = 0.5, commitTarget = 0.01,
	allowWhenSmartTuning = false,
}

-- For whoever has no such option.
local LIMITS = {
	commitTarget = DEFAULTS.commitTarget,
	maxReactionBias = 0.24, maxScheduleSlack = 0.08, maxActivationLatency = 0.35,
}

-- Those that apply may be asked not to.
local APPLIER_DEFAULTS = Plain.copy(DEFAULTS)
APPLIER_DEFAULTS.dryRun = false

local Adjustments = {}

-- The bounds of each option; pressMaxLookahead is never lowered by a wish for more of it.
local BOUNDED = {
	pressReactionBias = function(value_s, _, given)
		return max(0, min(value_s, given.maxReactionBias))
	end,
	pressScheduleSlack = function(value_s, _, given)
		return max(0, min(value_s, given.maxScheduleSlack))
	end,
	activationLatency = function(value_s, _, given)
		return max(0, min(value_s, given.maxActivationLatency))
	end,
	pressMaxLookahead = function(value_s, config)
		local most_s = config.pressLookaheadGoal + LOOKAHEAD_ABOVE_GOAL_S
		return max(config.pressMaxLookahead, min(value_s, most_s))
	end,
}

-- Wishes for one option add up.
local function sums_of(asks)
	local sums, keys = {}, {}
	for _, ask in ipairs(asks) do
		if not sums[ask.key] then
			sums[ask.key] = 0
			keys[#keys + 1] = ask.key
		end
		sums[ask.key] = sums[ask.key] + ask.change_s
	end
	return sums, keys
end

-- Fills `result.updates` and `result.deltas`. Why what was asked for is dropped, by option.
local function bound(result, asks, config, given)
	local sums, keys = sums_of(asks)
	local dropped = {}
	for _, key in ipairs(keys) do
		local value_s = BOUNDED[key](config[key] + sums[key], config, given)
		local delta_s = value_s - config[key]
		if abs(delta_s) < Terms.CHANGE_MIN_S then
			dropped[key] = ("it stays at %s, as the change is below %s"):format(
				Limit.quantity(config[key], "s"), Limit.quantity(Terms.CHANGE_MIN_S, "s")
			)
		else
			result.updates[key], result.deltas[key] = value_s, delta_s
		end
	end
	return dropped
end

--- One text for each wish; one that is not followed says why.
---@param list table an empty list, to be filled
---@param dropped table<string, string> by option
function Adjustments.reasons(list, asks, dropped)
	for index, ask in ipairs(asks) do
		local why = dropped[ask.key]
		list[index] = why and ("%s (%s)"):format(ask.text, why) or ask.text
	end
	return list
end

local function status_of(result, asks, has_judged)
	if #Plain.keys(result.updates) > 0 then
		return "updates"
	elseif asks[1] then
		return "filtered"
	end
	return has_judged and "stable" or "none"
end

--- The adjustments for options that were checked. Status: `insufficient` for too few presses;
--- `skipped` while smart tuning does the work; `updates`; `filtered` when changes were asked for
--- and none was left; `stable` when no sample was beyond its tolerance; `none` without samples.
---@param options table checked
---@param source table see `build`
---@return table result
---@return table asks
---@return table<string, string> dropped
function Adjustments.of(options, source)
	local given = Plain.copy(options)
	for _, key in ipairs(Plain.keys(LIMITS)) do
		given[key] = given[key] or LIMITS[key]
	end
	local samples, reasons = source.samples, source.empty_list()
	local result = {
		updates = {}, deltas = {}, reasons = reasons,
		minSamples = options.minSamples, options = options,
		stats = source.stats, summary = source.summary, previousConfig = source.config,
	}
	if samples.presses < options.minSamples then
		result.status = "insufficient"
		reasons[1] = ("%d presses, of %s that are needed"):format(
			samples.presses, Limit.quantity(options.minSamples)
		)
		return result, {}, {}
	elseif source.smart_enabled and not options.allowWhenSmartTuning then
		result.status = "skipped"
		reasons[1] = "smart tuning is enabled and allowWhenSmartTuning is false"
		return result, {}, {}
	end
	local asks, has_judged = Terms.ask(samples, source.config, given)
	local dropped = bound(result, asks, source.config, given)
	Adjustments.reasons(reasons, asks, dropped)
	result.status = status_of(result, asks, has_judged)
	return result, asks, dropped
end

--- All options of adjustments; a wrong one is an error without position.
---@param caller string the function of AutoParry that was called
---@param options table|nil as somebody gave them
---@param may_dry_run? boolean whether there is an option `dryRun`: where something is applied
function Adjustments.options(caller, options, may_dry_run)
	return Choices.read(caller, options, may_dry_run and APPLIER_DEFAULTS or DEFAULTS)
end

--- The adjustments that samples ask for.
---@param options table of `Adjustments.options`
---@param source {samples: table, stats: table, summary: table, config: table,
---  smart_enabled: boolean, empty_list: fun(): table} `config`: a copy; `samples`: presses,
---  wait_delta_s, lead_delta_s, commit_p99_s, commit_count, lookahead_p10_s, lookahead_count,
---  latency_s, latency_count
---@return table result
function Adjustments.build(options, source)
	return (Adjustments.of(options, source))
end

return Adjustments
