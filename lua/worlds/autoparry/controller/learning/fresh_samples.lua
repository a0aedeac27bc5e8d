--- What was sampled since somebody last looked: each sample counts once.

local Aggregate = require("worlds.autoparry.controller.telemetry.aggregate")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")

local WINDOW = 512
local COMMIT_QUANTILE, LOOKAHEAD_QUANTILE = 0.99, 0.1

local FreshSamples = {}
FreshSamples.__index = FreshSamples

function FreshSamples.new()
	local self = setmetatable({}, FreshSamples)
	self.commit, self.lookahead = SortedWindow.new(WINDOW), SortedWindow.new(WINDOW)
	self:clear()
	return self
end

--- As if nothing had been sampled.
function FreshSamples:clear()
	self.presses = 0
	self.wait, self.lead, self.latency = Aggregate.new(), Aggregate.new(), Aggregate.new()
	self.commit:clear()
	self.lookahead:clear()
end

--- A scheduled press was settled.
---@param facts {wait_delta_s: number?, lead_delta_s: number?}
function FreshSamples:settled(facts)
	self.presses = self.presses + 1
	self.wait:add(facts.wait_delta_s)
	self.lead:add(facts.lead_delta_s)
end

--- What adjustments are built from.
function FreshSamples:view()
	local commit, lookahead = self.commit, self.lookahead
	return {
		presses = self.presses,
		wait_delta_s = self.wait:mean(),
		lead_delta_s = self.lead:mean(),
		commit_p99_s = commit:quantile(COMMIT_QUANTILE),
		commit_count = commit.count,
		lookahead_p10_s = lookahead:quantile(LOOKAHEAD_QUANTILE),
		lookahead_count = lookahead.count,
		latency_s = self.latency:mean(),
		latency_count = self.latency.count,
	}
end

return FreshSamples
