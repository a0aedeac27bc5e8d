--- How early presses were planned: from the first schedule of a threat to its press.
---
--- A threat can be scheduled no earlier than it is there. What is asked for, its horizon, is the
--- goal, or for a threat that is there too late for it, all of its flight but for the lead. Only
--- those with the whole goal share a percentile; of the others each must reach its own horizon.

local Samples = require("worlds.autoparry.samples")
local Time = require("worlds.autoparry.time")

local max = math.max

local GOAL_S = 0.9
local QUANTILE = 0.1

local Lookahead = {}
Lookahead.__index = Lookahead

function Lookahead.new()
	return setmetatable({ early = Samples.new(), others = 0, shortfall_s = nil }, Lookahead)
end

--- A threat that was pressed has touched.
---@param ahead_s number from its first schedule to the time its press was planned for; 0 for one
--- that was pressed without a schedule: that is as late as it gets, and no sample less
---@param flight_s number from when it came to its contact
---@param lead_s number the planned lead of its press
function Lookahead:add(ahead_s, flight_s, lead_s)
	local horizon_s = flight_s - lead_s
	if horizon_s >= GOAL_S - Time.ROUNDING_S then
		self.early:add(ahead_s)
		return
	end
	local lacking_s = horizon_s - ahead_s
	self.others = self.others + 1
	self.shortfall_s = self.shortfall_s and max(self.shortfall_s, lacking_s) or lacking_s
end

--- `{samples, p10?, others, shortfall?}`, in seconds: how many had the whole goal and their 10th
--- percentile, how many had not and by how much one of them missed its horizon at most.
function Lookahead:figures()
	return {
		samples = #self.early.list,
		p10 = self.early:percentile(QUANTILE),
		others = self.others,
		shortfall = self.shortfall_s,
	}
end

return Lookahead
