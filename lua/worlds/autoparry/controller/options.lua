--- The 43 options of AutoParry: what each may be, and what it is by default.

local Nearest = require("worlds.autoparry.nearest")
local Plain = require("worlds.autoparry.plain")
local Tuning = require("worlds.autoparry.controller.tuning")

local Options = {}

local function is_number(value)
	return type(value) == "number" and value > -math.huge and value < math.huge
end

local function is_name(value)
	return type(value) == "string" and value ~= ""
end

local function is_list_of_names(value)
	if not Plain.is_table(value) then
		return false
	end
	for index = 1, #Plain.keys(value) do
		if not is_name(value[index]) then
			return false
		end
	end
	return true
end

local function rule(words, is_valid)
	return { words = words, read = function(value) return is_valid(value) and value or nil end }
end

local function tuning_rule(name)
	return {
		words = "true, false or a table of its keys",
		tuning = name,
		read = function(value) return Tuning.read(name, value) end,
	}
end

local NUMBER = rule("a number", is_number)
local NOT_NEGATIVE = rule("a number >= 0", function(v) return is_number(v) and v >= 0 end)
local POSITIVE = rule("a number > 0", function(v) return is_number(v) and v > 0 end)
local SHARE =
	rule("a number from 0 to 1", function(v) return is_number(v) and v >= 0 and v <= 1 end)
local AT_LEAST_ONE = rule("a number >= 1", function(v) return is_number(v) and v >= 1 end)
local NAME = rule("a non-empty string", is_name)
local NAMES = rule("a list of non-empty strings", is_list_of_names)

-- By rule; `may_be_unset`: null is a value too.
local GROUPS = {
	{ rule = NOT_NEGATIVE, defaults = {
		cooldown = 0.1, minSpeed = 10, minTTI = 0.12, maxTTI = 0.55, safeRadius = 10,
		curvatureLeadScale = 0.12, curvatureHoldBoost = 0.5, confidenceZ = 2.2,
		activationLatency = 0.12, pressReactionBias = 0.02, pressScheduleSlack = 0.015,
		pressConfidencePadding = 0.08,
		playerTimeout = 10, remotesTimeout = 10, ballsFolderTimeout = 5,
		verificationRetryInterval = 0,
		oscillationFrequency = 3, oscillationDistanceDelta = 0.35,
	} },
	{ rule = NUMBER, defaults = { pingOffset = 0.05 } },
	{ rule = POSITIVE, defaults = { pressMaxLookahead = 1.2 } },
	{ rule = NOT_NEGATIVE, may_be_unset = true, defaults = {
		pressLookaheadGoal = 0.9, pressMinDetectionTime = 0,
		oscillationSpamCooldown = 0.15, oscillationSpamBurstPresses = 2,
		oscillationSpamPanicLookaheadBoost = 0.2, oscillationSpamPanicSpeedDelta = 40,
		oscillationSpamPanicSlack = 0.012, oscillationSpamRecoverySeconds = 0.18,
		oscillationSpamCooldownTightnessGain = 0.55,
	} },
	{ rule = POSITIVE, may_be_unset = true, defaults = {
		oscillationMaxLookahead = 0.45, oscillationSpamBurstGap = 0.05,
		oscillationSpamBurstWindow = 0.28, oscillationSpamBurstLookahead = 0.6,
		oscillationSpamMinGap = 1 / 180, oscillationSpamPanicGapScale = 0.42,
		oscillationSpamCooldownPanicScale = 0.4,
	} },
	{ rule = SHARE, may_be_unset = true, defaults = { oscillationSpamPanicTightness = 0.72 } },
	{ rule = AT_LEAST_ONE, may_be_unset = true, defaults = {
		oscillationSpamPanicWindowScale = 1.35,
	} },
	{ rule = NAME, may_be_unset = true, defaults = { targetHighlightName = "Highlight" } },
	{ rule = NAME, defaults = { ballsFolderName = "Balls" } },
	{ rule = NAMES, may_be_unset = true, defaults = {
		remoteQueueGuards = { "SyncDragonSpirit", "SecondaryEndCD" },
	} },
	{ rule = tuning_rule("smartTuning"), may_be_unset = true, defaults = {
		smartTuning = Tuning.DEFAULTS.smartTuning,
	} },
	{ rule = tuning_rule("autoTuning"), may_be_unset = true, defaults = {
		autoTuning = Tuning.DEFAULTS.autoTuning,
	} },
}

--- By name: {rule, default, may_be_unset}; and all names in byte order.
Options.of, Options.keys = {}, {}
for _, group in ipairs(GROUPS) do
	for _, key in ipairs(Plain.keys(group.defaults)) do
		Options.keys[#Options.keys + 1] = key
		Options.of[key] =
			{ rule = group.rule, default = group.defaults[key], may_be_unset = group.may_be_unset }
	end
end
table.sort(Options.keys)

--- What an option, or a key `smartTuning.x`, may be, in words; nil when there is none.
---@return string|nil
function Options.describe(path)
	local name, key = path:match("^(%a+)%.(.+)$")
	if name then
		return Tuning.DEFAULTS[name] and Tuning.describe(name, key)
	end
	local option = Options.of[path]
	return option and (option.may_be_unset and "null or " or "") .. option.rule.words
end

--- The same, for messages: where there is no such option, what may have been meant.
---@return string
function Options.allowed(path)
	local name, key = path:match("^(%a+)%.(.+)$")
	if name and Tuning.DEFAULTS[name] then
		return Tuning.allowed(name, key)
	end
	return Options.describe(path) or Nearest.suggest("an option of AutoParry", path, Options.keys)
end

return Options
