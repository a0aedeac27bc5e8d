--- The terms of an adjustment: what each asks of the configuration, given its samples.
---
--- A term without samples has nothing to say. One whose samples are within its tolerance asks for
--- nothing. What is asked for is limited in its step; the bounds of an option are not known here.

local Limit = require("worlds.autoparry.controller.reports.limit")

local abs, max, min = math.abs, math.max, math.min

local LEAD_STEP_MAX_S, SLACK_STEP_MAX_S, LOOKAHEAD_STEP_MAX_S = 0.05, 0.03, 0.75
local COMMIT_SAMPLES_MIN, LOOKAHEAD_SAMPLES_MIN = 6, 4
local COMMIT_BIAS_GAIN, COMMIT_SLACK_GAIN, LOOKAHEAD_GAIN = 1.35, 0.85, 0.5

local Terms = {}

--- A change smaller than this is none.
Terms.CHANGE_MIN_S = 1e-4

local function limited(change_s, step_max_s)
	return max(-step_max_s, min(change_s, step_max_s))
end

local function ask(asks, key, change_s, why)
	local text = ("%s: %s %+.6g s"):format(why, key, change_s)
	asks[#asks + 1] = { key = key, change_s = change_s, text = text }
end

local function lead(asks, samples, _, given)
	local delta_s = samples.lead_delta_s
	if not delta_s then
		return false
	elseif abs(delta_s) > given.leadTolerance then
		local change_s = limited(-given.leadGain * delta_s, LEAD_STEP_MAX_S)
		local why = ("lead: leadDelta %s is beyond the tolerance of %s"):format(
			Limit.quantity(delta_s, "s"), Limit.quantity(given.leadTolerance, "s")
		)
		ask(asks, "pressReactionBias", change_s, why)
	end
	return true
end

local function slack(asks, samples, _, given)
	local delta_s = samples.wait_delta_s
	if not delta_s then
		return false
	elseif abs(delta_s) > given.waitTolerance then
		local change_s = limited(given.slackGain * delta_s, SLACK_STEP_MAX_S)
		local why = ("slack: waitDelta %s is beyond the tolerance of %s"):format(
			Limit.quantity(delta_s, "s"), Limit.quantity(given.waitTolerance, "s")
		)
		ask(asks, "pressScheduleSlack", change_s, why)
	end
	return true
end

local function commit(asks, samples, _, given)
	local p99_s = samples.commit_p99_s
	if not p99_s or samples.commit_count < COMMIT_SAMPLES_MIN then
		return false
	elseif p99_s > given.commitTarget then
		local over_s = p99_s - given.commitTarget
		local why = "commit: " .. Limit.broken("p99", p99_s, "s", Limit.ABOVE, given.commitTarget)
		ask(asks, "pressReactionBias", COMMIT_BIAS_GAIN * over_s, why)
		ask(asks, "pressScheduleSlack", -COMMIT_SLACK_GAIN * over_s, why)
	end
	return true
end

local function lookahead(asks, samples, config)
	local p10_s, goal_s = samples.lookahead_p10_s, config.pressLookaheadGoal
	if not (p10_s and goal_s) or samples.lookahead_count < LOOKAHEAD_SAMPLES_MIN then
		return false
	elseif p10_s < goal_s then
		local change_s = min(LOOKAHEAD_GAIN * (goal_s - p10_s), LOOKAHEAD_STEP_MAX_S)
		local why = "lookahead: " .. Limit.broken("p10", p10_s, "s", Limit.BELOW, goal_s)
		ask(asks, "pressMaxLookahead", change_s, why)
	end
	return true
end

local function latency(asks, samples, config, given)
	local observed_s = samples.latency_s
	if not observed_s or samples.latency_count == 0 then
		return false
	end
	local difference_s = observed_s - config.activationLatency
	-- It has no tolerance of its own: what would make no change is no deviation.
	if abs(difference_s) >= Terms.CHANGE_MIN_S then
		local why = ("latency: observed %s, configured %s"):format(
			Limit.quantity(observed_s, "s"), Limit.quantity(config.activationLatency, "s")
		)
		ask(asks, "activationLatency", given.latencyGain * difference_s, why)
	end
	return true
end

local ALL = { lead, slack, commit, lookahead, latency }

--- What the terms ask for, in their order, and whether there were samples for any.
---@param samples table means and quantiles in seconds; nil where there are none
---@param config table the configuration as it is
---@param given table gains, tolerances, targets
---@return {key: string, change_s: number, text: string}[] asks
---@return boolean has_judged
function Terms.ask(samples, config, given)
	local asks, has_judged = {}, false
	for _, term in ipairs(ALL) do
		has_judged = term(asks, samples, config, given) or has_judged
	end
	return asks, has_judged
end

return Terms
