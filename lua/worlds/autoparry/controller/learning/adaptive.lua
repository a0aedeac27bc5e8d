--- Adaptive bias: presses that came late or early make the next ones earlier or later.
---
--- It stands in where there is no smart tuning, and fades while there is.

local max, min = math.max, math.min

local ALPHA = 0.45
local EARLIER_MAX_S, LATER_MAX_S = 0.08, 0.03

local Adaptive = {}
Adaptive.__index = Adaptive

function Adaptive.new()
	return setmetatable({ bias_s = 0, count = 0, updated_s = 0 }, Adaptive)
end

--- As if new.
function Adaptive:reset()
	self.bias_s, self.count, self.updated_s = 0, 0, 0
end

--- A press that had a timer is settled. The first one sets the bias.
---@param lead_delta_s number how much earlier than planned it took effect; negative for late
---@param smart_enabled boolean smart tuning does this work
---@param now number
function Adaptive:settled(lead_delta_s, smart_enabled, now)
	-- Not `-lead_delta_s`, which of 0 is -0.
	local target_s = smart_enabled and 0
		or min(max(0 - lead_delta_s, -LATER_MAX_S), EARLIER_MAX_S)
	self.bias_s = self.count == 0 and target_s
		or self.bias_s + ALPHA * (target_s - self.bias_s)
	self.count = self.count + 1
	self.updated_s = now
end

--- What is added to the reaction bias.
---@param smart_enabled boolean
---@return number
function Adaptive:applied_s(smart_enabled)
	return smart_enabled and 0 or self.bias_s
end

--- As plain data.
---@return {reactionBias: number, lastUpdate: number}
function Adaptive:state()
	return { reactionBias = self.bias_s, lastUpdate = self.updated_s }
end

return Adaptive
