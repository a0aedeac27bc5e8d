--- The options `smartTuning` and `autoTuning`: tables of their own, or false.

local Nearest = require("worlds.autoparry.nearest")
local Plain = require("worlds.autoparry.plain")

local Tuning = {}

Tuning.DEFAULTS = {
	smartTuning = {
		enabled = true,
		minSlack = 0.008, maxSlack = 0.04, sigmaLead = 1.15, slackAlpha = 0.5,
		minConfidence = 0.025, maxConfidence = 0.26, sigmaConfidence = 0.85,
		confidenceAlpha = 0.45,
		reactionLatencyShare = 0.5, overshootShare = 0.28, reactionAlpha = 0.45,
		minReactionBias = 0.008, maxReactionBias = 0.16,
		deltaAlpha = 0.35, pingAlpha = 0.45, overshootAlpha = 0.4, sigmaFloor = 0.0025,
		commitP99Target = 0.01, commitReactionGain = 1.35, commitSlackGain = 0.85,
		lookaheadGoal = 0.9, lookaheadQuantile = 0.1,
		lookaheadReactionGain = 0.65, lookaheadSlackGain = 0.4,
		enforceBaseSlack = true, enforceBaseConfidence = true, enforceBaseReaction = true,
	},
	autoTuning = {
		enabled = false, intervalSeconds = 30, minSamples = 9,
		allowWhenSmartTuning = false, dryRun = false,
		leadGain = 0.75, slackGain = 0.65, latencyGain = 0.65,
		leadTolerance = 0.004, waitTolerance = 0.0025,
		maxReactionBias = 0.24, maxScheduleSlack = 0.08, maxActivationLatency = 0.35,
		minDelta = 0.0003, maxAdjustmentsPerRun = 3,
	},
}

-- A key takes what its default is.
local WORDS = { boolean = "true or false", number = "a number >= 0" }

local function is_valid(value, default)
	if type(value) ~= type(default) then
		return false
	end
	-- NaN fails both comparisons.
	return type(value) == "boolean" or (value >= 0 and value < math.huge)
end

--- What the key of a table may be, in words; nil when there is no such key.
---@param name string "smartTuning" or "autoTuning"
---@return string|nil
function Tuning.describe(name, key)
	return WORDS[type(Tuning.DEFAULTS[name][key])]
end

--- What may stand where a key is wrong.
---@return string
function Tuning.allowed(name, key)
	local keys = Plain.keys(Tuning.DEFAULTS[name])
	return Tuning.describe(name, key) or Nearest.suggest("a key of " .. name, tostring(key), keys)
end

--- What is stored for `value`: false, or a table with all keys. For a wrong value nil, and the key
--- that is wrong unless it is the value itself.
---@return table|false|nil stored
---@return any wrong_key
function Tuning.read(name, value)
	if value == false then
		return false
	end
	local defaults = Tuning.DEFAULTS[name]
	local stored = Plain.copy(defaults)
	if value == true then
		return stored
	elseif not Plain.is_table(value) then
		return nil
	end
	for _, key in ipairs(Plain.keys(value)) do
		if not is_valid(value[key], defaults[key]) then
			return nil, key
		end
		stored[key] = value[key]
	end
	return stored
end

return Tuning
