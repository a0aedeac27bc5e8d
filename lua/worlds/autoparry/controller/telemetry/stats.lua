--- Statistics of the telemetry: counts and aggregates of what has happened since the last reset.

local Aggregate = require("worlds.autoparry.controller.telemetry.aggregate")
local Aggregates = require("worlds.autoparry.controller.telemetry.aggregates")
local Schedule = require("worlds.autoparry.controller.schedule")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")
local View = require("worlds.autoparry.controller.telemetry.view")

local WINDOW_MAX = 512

local COUNTERS = {
	"schedule", "scheduleCleared", "press", "success", "latency", "latencyAccepted",
	"latencyRejected", "latencyLocal", "latencyRemote", "threat",
}
local PRESS_COUNTS = { "immediateCount", "forcedCount", "scheduledCount", "unscheduledCount" }
local SELECTION_COUNTS = { "candidates", "chosen", "switches", "gatedWithinGrace" }

-- Fields that are aggregated, by where they stand.
local OF_SCHEDULE = {
	"lead", "slack", "eta", "predictedImpact", "activationLatency", "adaptiveBias",
}
local OF_PRESS = {
	"activationLatency", "adaptiveBias", "reactionTime", "decisionTime", "decisionToPressTime",
}
local OF_DECISION = { "waitDelta", "actualWait" }
local OF_SMART = { "reactionBias", "scheduleSlack", "confidencePadding" }
local OF_THREAT = { "score", "confidence" }

local Stats = {}
Stats.__index = Stats

---@class Stats
---@field commit SortedWindow the last `decisionToPressTime` of presses, in s; the same one for ever
---@field lookahead SortedWindow the last `eta` of schedules, in s; the same one for ever

local function set_zero(counts, names)
	for index = 1, #names do
		counts[names[index]] = 0
	end
	return counts
end

local function bump(counts, name)
	counts[name] = counts[name] + 1
end

-- Counts by a text that nobody knows in advance.
local function tally(counts, text)
	if text then
		counts[text] = (counts[text] or 0) + 1
	end
end

function Stats.new()
	local self = setmetatable({
		counters = { resets = 0 },
		commit = SortedWindow.new(WINDOW_MAX),
		lookahead = SortedWindow.new(WINDOW_MAX),
	}, Stats)
	self:reset()
	return self
end

--- Forget everything, but for the number of resets.
function Stats:reset()
	set_zero(self.counters, COUNTERS)
	self.schedule, self.schedule_reasons = Aggregates.new(OF_SCHEDULE), {}
	self.press, self.decision = Aggregates.new(OF_PRESS), Aggregates.new(OF_DECISION)
	self.smart = Aggregates.new(OF_SMART)
	self.press_counts, self.scheduled_reasons = set_zero({}, PRESS_COUNTS), {}
	self.selection = set_zero({}, SELECTION_COUNTS)
	self.accepted, self.accepted_local = Aggregate.new(), Aggregate.new()
	self.accepted_remote = Aggregate.new()
	self.success_latency, self.success_accepted = Aggregate.new(), 0
	self.cancelled, self.cancelled_stale, self.cancel_reasons = 0, 0, {}
	self.lifetime = Aggregate.new()
	self.achieved_lead, self.lead_delta = Aggregate.new(), Aggregate.new()
	self.threat, self.threat_statuses = Aggregates.new(OF_THREAT), {}
	self.evaluations, self.balls_evaluated = 0, 0
	self.commit:clear()
	self.lookahead:clear()
end

-- What is counted of an event, by its type.
local TAKE = {}

function TAKE.schedule(self, event)
	bump(self.counters, "schedule")
	self.schedule:add(event)
	tally(self.schedule_reasons, event.reason)
	self.lookahead:add(event.eta)
end

TAKE["schedule-cleared"] = function(self, event)
	bump(self.counters, "scheduleCleared")
	self.lifetime:add(event.lifetime)
	local reason = event.reason
	if not Schedule.LED_TO_PRESS[reason] then
		self.cancelled = self.cancelled + 1
		self.cancelled_stale = self.cancelled_stale + (reason == "schedule-stale" and 1 or 0)
		tally(self.cancel_reasons, reason)
	end
end

function TAKE.press(self, event)
	bump(self.counters, "press")
	local counts, scheduled_reason = self.press_counts, event.scheduledReason
	bump(counts, scheduled_reason and "scheduledCount" or "unscheduledCount")
	tally(self.scheduled_reasons, scheduled_reason)
	counts.immediateCount = counts.immediateCount + (event.immediate and 1 or 0)
	counts.forcedCount = counts.forcedCount + (event.forced and 1 or 0)
	self.press:add(event)
	self.commit:add(event.decisionToPressTime)
	if event.decision then
		self.decision:add(event.decision)
	end
	local smart = event.smartTuning
	if smart and smart.applied then
		self.smart:add(smart.applied)
	end
end

TAKE["latency-sample"] = function(self, event)
	local counters, is_remote = self.counters, event.source == "remote"
	bump(counters, "latency")
	bump(counters, is_remote and "latencyRemote" or "latencyLocal")
	if not event.accepted then
		bump(counters, "latencyRejected")
		return
	end
	bump(counters, "latencyAccepted")
	self.accepted:add(event.value)
	local of_source = is_remote and self.accepted_remote or self.accepted_local
	of_source:add(event.value)
end

function TAKE.success(self, event)
	bump(self.counters, "success")
	self.success_latency:add(event.latency)
	self.success_accepted = self.success_accepted + (event.accepted and 1 or 0)
end

function TAKE.threat(self, event)
	bump(self.counters, "threat")
	self.threat:add(event)
	tally(self.threat_statuses, event.status)
end

TAKE["telemetry-reset"] = function(self)
	bump(self.counters, "resets")
end

-- These say what they say; there is nothing to add up.
TAKE["targeting-safe-state"] = function() end
TAKE["config-adjustment"] = function() end

--- Count an event of a known type.
---@param event table
function Stats:take(event)
	local take = TAKE[event.type]
	assert(take, "the statistics know no event of this type")
	take(self, event)
end

--- An evaluation looked at so many balls.
---@param balls integer
function Stats:evaluated(balls)
	self.evaluations = self.evaluations + 1
	self.balls_evaluated = self.balls_evaluated + balls
end

--- An evaluation chose the best of so many balls; of none it chose none.
---@param candidates integer
---@param is_switch boolean the best one is another than before
function Stats:selected(candidates, is_switch)
	local selection = self.selection
	selection.candidates = selection.candidates + candidates
	selection.chosen = selection.chosen + (candidates > 0 and 1 or 0)
	selection.switches = selection.switches + (is_switch and 1 or 0)
end

--- A press was suppressed although the highlight had been there a moment ago.
function Stats:gated_within_grace()
	bump(self.selection, "gatedWithinGrace")
end

--- What a press achieved is certain by now.
---@param facts {achieved_lead_s: number|nil, lead_delta_s: number|nil}
function Stats:settled(facts)
	self.achieved_lead:add(facts.achieved_lead_s)
	self.lead_delta:add(facts.lead_delta_s)
end

--- All of it, as plain data that is the caller's own.
---@param now StatsNow
---@return table
function Stats:view(now)
	return View.of(self, now)
end

return Stats
