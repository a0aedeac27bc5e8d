--- Smart tuning: reaction bias, slack and padding follow what is measured, not just the options.
---
--- Each has a target, worked out anew in every evaluation that tracks a ball, and moves a share of
--- the way to it. The options give where it begins and, unless told otherwise, its lower end.
--- Without tuning the options themselves are in force, and nothing is kept from before.

local max, min = math.max, math.min

local COMMIT_QUANTILE = 0.99
-- With fewer samples a quantile says nothing yet.
local COMMIT_SAMPLES_MIN, LOOKAHEAD_SAMPLES_MIN = 6, 4
-- A ball that is slower, or not closing, gives no more slack than one at this speed.
local CLOSING_MIN = 1

local SmartTuning = {}
SmartTuning.__index = SmartTuning

---@class SmartTuningFacts what an evaluation knows of its tracked ball
---@field now number
---@field ball_id string
---@field sigma number
---@field mu number
---@field mu_plus number
---@field mu_minus number
---@field vr number
---@field delta_s number until a press takes effect
---@field ping_s number
---@field lead_s number
---@field commit table SortedWindow: how late presses were made, in seconds
---@field lookahead table SortedWindow: how early schedules were made, of balls seen early enough

-- The range may be the wrong way round: then its upper end holds.
local function clamp(value, low, high)
	return min(max(value, low), high)
end

-- The option may be any number >= 0. A share above 1 would miss its target by more each time.
local function moved(from, to, alpha)
	return from + min(alpha, 1) * (to - from)
end

-- Fields before the first measurement. Targets that are false are the options themselves.
local function begin(self)
	self.updated_s, self.update_count, self.ball_id = 0, 0, false
	self.sigma, self.mu, self.mu_plus, self.mu_minus = 0, 0, 0, 0
	self.delta_s, self.ping_s, self.lead_s = 0, 0, 0
	self.overshoot_s, self.late_count = 0, 0
	self.target_reaction_s, self.target_slack_s, self.target_padding = false, false, false
	self.reaction_bias_s, self.schedule_slack_s, self.padding = nil, nil, nil
	return self
end

local NOTHING = begin({})

-- The table of options; nil while there is no tuning.
local function options_of(values)
	local options = values.smartTuning
	return options and options.enabled and options or nil
end

---@param values table the configuration, as it is now at any time
function SmartTuning.new(values)
	return begin(setmetatable({ values = values }, SmartTuning))
end

--- Forget everything: the applied values begin at the options again.
function SmartTuning:reset()
	begin(self)
end

---@return boolean
function SmartTuning:is_enabled()
	return options_of(self.values) ~= nil
end

-- What is in force while the options are these; nothing before the first update.
local function applied(self, values, options)
	local reaction_s, slack_s, padding = self.reaction_bias_s, self.schedule_slack_s, self.padding
	if not reaction_s or not options then
		return nil
	end
	if options.enforceBaseReaction then
		reaction_s = max(reaction_s, values.pressReactionBias)
	end
	if options.enforceBaseSlack then
		slack_s = max(slack_s, values.pressScheduleSlack)
	end
	if options.enforceBaseConfidence then
		padding = max(padding, values.pressConfidencePadding)
	end
	return reaction_s, slack_s, padding
end

--- The options may have changed since the last update. Call it before the applied values are read:
--- none is below an option that was raised, and none is left where tuning was switched off.
function SmartTuning:follow()
	local values = self.values
	local options = options_of(values)
	if options then
		self.reaction_bias_s, self.schedule_slack_s, self.padding = applied(self, values, options)
	elseif self.update_count + self.late_count > 0 then
		begin(self)
	end
end

local function measure(self, f, options)
	local delta_s, ping_s = f.delta_s, f.ping_s
	if self.update_count > 0 then
		delta_s = moved(self.delta_s, delta_s, options.deltaAlpha)
		ping_s = moved(self.ping_s, ping_s, options.pingAlpha)
	end
	self.delta_s, self.ping_s = delta_s, ping_s
	self.sigma = max(f.sigma, options.sigmaFloor)
	self.mu, self.mu_plus, self.mu_minus = f.mu, f.mu_plus, f.mu_minus
	self.lead_s = f.lead_s
	self.updated_s, self.ball_id = f.now, f.ball_id
	self.update_count = self.update_count + 1
end

-- By how much presses are made too late, and schedules too late to be of use.
local function shortfalls(f, options)
	local commit, lookahead = f.commit, f.lookahead
	local over_s, deficit_s = 0, 0
	if commit.count >= COMMIT_SAMPLES_MIN then
		over_s = max(commit:quantile(COMMIT_QUANTILE) - options.commitP99Target, 0)
	end
	if lookahead.count >= LOOKAHEAD_SAMPLES_MIN then
		local early_s = lookahead:quantile(options.lookaheadQuantile)
		deficit_s = max(options.lookaheadGoal - early_s, 0)
	end
	return over_s, deficit_s
end

local function aim(self, f, options)
	local over_s, deficit_s = shortfalls(f, options)
	local min_slack_s, max_slack_s = options.minSlack, options.maxSlack
	local spread_s = self.sigma / max(f.vr, CLOSING_MIN)
	-- Within the range twice: what presses and schedules add begins at its end, not beyond.
	local slack_s = clamp(spread_s * options.sigmaLead, min_slack_s, max_slack_s)
		- options.commitSlackGain * over_s + options.lookaheadSlackGain * deficit_s
	self.target_slack_s = clamp(slack_s, min_slack_s, max_slack_s)
	self.target_padding =
		clamp(self.sigma * options.sigmaConfidence, options.minConfidence, options.maxConfidence)
	local reaction_s = self.delta_s * options.reactionLatencyShare
		+ self.overshoot_s * options.overshootShare
		+ options.commitReactionGain * over_s + options.lookaheadReactionGain * deficit_s
	self.target_reaction_s = clamp(reaction_s, options.minReactionBias, options.maxReactionBias)
end

local function approach(self, values, options)
	if not self.reaction_bias_s then
		self.reaction_bias_s = values.pressReactionBias
		self.schedule_slack_s = values.pressScheduleSlack
		self.padding = values.pressConfidencePadding
	end
	self.reaction_bias_s =
		moved(self.reaction_bias_s, self.target_reaction_s, options.reactionAlpha)
	self.schedule_slack_s = moved(self.schedule_slack_s, self.target_slack_s, options.slackAlpha)
	self.padding = moved(self.padding, self.target_padding, options.confidenceAlpha)
end

--- An evaluation has a tracked ball. Nothing happens without tuning.
---@param f SmartTuningFacts
function SmartTuning:update(f)
	local values = self.values
	local options = options_of(values)
	if options then
		measure(self, f, options)
		aim(self, f, options)
		approach(self, values, options)
	end
	self:follow()
end

--- A press that had a timer was made so long after its time.
---@param late_s number early counts as 0
function SmartTuning:overshoot(late_s)
	local options = options_of(self.values)
	if not options then
		return
	end
	local sample_s = max(late_s, 0)
	self.overshoot_s = self.late_count == 0 and sample_s
		or moved(self.overshoot_s, sample_s, options.overshootAlpha)
	self.late_count = self.late_count + 1
end

local function three(reaction_s, slack_s, padding)
	return { reactionBias = reaction_s, scheduleSlack = slack_s, confidencePadding = padding }
end

-- What it heads for: the options, before the first update.
local function targets(seen, values)
	return seen.target_reaction_s or values.pressReactionBias,
		seen.target_slack_s or values.pressScheduleSlack,
		seen.target_padding or values.pressConfidencePadding
end

--- All of it as plain data. Without tuning there are no applied values, and nothing was measured.
---@return table
function SmartTuning:snapshot()
	local values = self.values
	local options = options_of(values)
	local seen = options and self or NOTHING
	local reaction_s, slack_s, padding = applied(self, values, options)
	local target_reaction_s, target_slack_s, target_padding = targets(seen, values)
	return {
		enabled = options ~= nil,
		lastUpdate = seen.updated_s, lastBallId = seen.ball_id or nil,
		baseReactionBias = values.pressReactionBias,
		baseScheduleSlack = values.pressScheduleSlack,
		baseConfidencePadding = values.pressConfidencePadding,
		targetReactionBias = target_reaction_s,
		targetScheduleSlack = target_slack_s,
		targetConfidencePadding = target_padding,
		reactionBias = reaction_s, scheduleSlack = slack_s, confidencePadding = padding,
		sigma = seen.sigma, mu = seen.mu, muPlus = seen.mu_plus, muMinus = seen.mu_minus,
		delta = seen.delta_s, ping = seen.ping_s, overshoot = seen.overshoot_s,
		scheduleLead = seen.lead_s, updateCount = seen.update_count,
	}
end

--- What an event says of it. Without tuning there is only what it would begin at; nothing is
--- applied before the first update either.
---@return {enabled: boolean, base: table, target: table|nil, applied: table|nil}
function SmartTuning:nested()
	local values = self.values
	local options = options_of(values)
	local base = three(
		values.pressReactionBias, values.pressScheduleSlack, values.pressConfidencePadding
	)
	if not options then
		return { enabled = false, base = base }
	end
	return {
		enabled = true,
		base = base,
		target = three(targets(self, values)),
		applied = self.reaction_bias_s and three(applied(self, values, options)) or nil,
	}
end

return SmartTuning
