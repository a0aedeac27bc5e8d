-- Plays scripts on the tuning of one configuration; after each step that is looked at, all it shows.

local Adaptive = require("worlds.autoparry.controller.learning.adaptive")
local Config = require("worlds.autoparry.controller.config")
local SmartTuning = require("worlds.autoparry.controller.learning.smart_tuning")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")

local Probe = {}

local STEPS = {}

function STEPS.configure(stage, overrides)
	stage.config:configure(overrides)
end

function STEPS.update(stage, facts)
	for name, value in pairs(facts) do
		stage.facts[name] = value
	end
	stage.tuning:update(stage.facts)
end

function STEPS.late(stage, late_s)
	stage.tuning:overshoot(late_s)
end

function STEPS.commit(stage, samples)
	for _, sample in ipairs(samples) do
		stage.facts.commit:add(sample)
	end
end

function STEPS.lookahead(stage, samples)
	for _, sample in ipairs(samples) do
		stage.facts.lookahead:add(sample)
	end
end

function STEPS.follow(stage)
	stage.tuning:follow()
end

function STEPS.reset(stage)
	stage.tuning:reset()
end

local function look(tuning)
	return {
		snapshot = tuning:snapshot(),
		nested = tuning:nested(),
		is_enabled = tuning:is_enabled(),
		fields = {
			reactionBias = tuning.reaction_bias_s,
			scheduleSlack = tuning.schedule_slack_s,
			confidencePadding = tuning.padding,
		},
	}
end

local function play(script, only_last)
	local config = Config.new()
	local stage = {
		config = config,
		tuning = SmartTuning.new(config.values),
		facts = { commit = SortedWindow.new(512), lookahead = SortedWindow.new(512) },
	}
	local answers = {}
	for index, step in ipairs(script) do
		STEPS[step[1]](stage, step[2])
		if not only_last or index == #script then
			answers[#answers + 1] = look(stage.tuning)
		end
	end
	return answers
end

function Probe.play(scripts, only_last)
	local found = {}
	for index, script in ipairs(scripts) do
		found[index] = play(script, only_last)
	end
	return found
end

--- A new one looks like this.
function Probe.fresh()
	return look(SmartTuning.new(Config.new().values))
end

--- What leaves is nobody else's: writing to it changes nothing.
function Probe.copies()
	local tuning = SmartTuning.new(Config.new().values)
	local first, nested = tuning:snapshot(), tuning:nested()
	first.sigma, nested.base.reactionBias, nested.target.reactionBias = 1, 2, 3
	return look(tuning)
end

--- Each step settles a press or, without a number, begins anew.
function Probe.adapt(steps)
	local adaptive, found = Adaptive.new(), {}
	for index, step in ipairs(steps) do
		if step.lead_delta_s then
			adaptive:settled(step.lead_delta_s, step.smart, step.now)
		else
			adaptive:reset()
		end
		found[index] = {
			state = adaptive:state(), bias = adaptive.bias_s, is_minus_zero = 1 / adaptive.bias_s < 0,
			applied = { adaptive:applied_s(false), adaptive:applied_s(true) },
		}
	end
	return found
end

--- A new one.
function Probe.unadapted()
	local adaptive = Adaptive.new()
	local seen = adaptive:state()
	seen.reactionBias = 1
	return adaptive:state(), adaptive:applied_s(false)
end

return Probe
