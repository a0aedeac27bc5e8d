--- The adaptive profile: how far five metrics are from their targets, and which of them got better.

local Plain = require("worlds.autoparry.plain")

local abs, max, min = math.abs, math.max, math.min

-- Debt is missing the target, surplus being better than it.
local NAMES = {
	{ name = "wait", metric = "averageWaitDelta", is_signed = true, target = 0.003 },
	{ name = "lead", metric = "leadDeltaMean", is_signed = true, target = 0.004 },
	{ name = "commit", metric = "commitLatencyP99", target = 0.01 },
	{ name = "latency", metric = "averageLatency", target = 0.16 },
	{
		name = "lookahead", metric = "scheduleLookaheadP10", option = "pressLookaheadGoal",
		more_is_better = true,
	},
}

-- What is below is rounding.
local SHARE_MIN = 1e-9

local Profile = {}
Profile.__index = Profile

function Profile.new()
	local self = { previous = {}, shown = { updatedAt = 0 } }
	return setmetatable(self, Profile)
end

local function put(shown, key, share)
	if share > SHARE_MIN then
		shown[key] = min(share, 1)
	end
end

--- Compare with the targets, and with what was there at the last update.
---@param summary table<string, number>
---@param values table the configuration
---@param now number
function Profile:update(summary, values, now)
	local shown = { updatedAt = now }
	local previous = self.previous
	for _, row in ipairs(NAMES) do
		local name, value = row.name, summary[row.metric]
		local target = row.target or values[row.option]
		value = value and row.is_signed and abs(value) or value
		-- Without a goal, and against one of 0, there is no share.
		if value and target and target > 0 then
			local missed, gained = value / target - 1, (previous[name] or value) - value
			if row.more_is_better then
				missed, gained = -missed, -gained
			end
			put(shown, name .. "Debt", missed)
			put(shown, name .. "Surplus", -missed)
			put(shown, name .. "Relief", max(gained, 0) / target)
		end
		previous[name] = value
	end
	self.shown = shown
end

--- A copy: `updatedAt`, `pressCount`, `scheduleCount`, and all debts, surpluses and reliefs that
--- are not 0, each in [0, 1]. The counts are those of now.
---@param counters {press: integer, schedule: integer}
---@return table<string, number>
function Profile:view(counters)
	local view = Plain.copy(self.shown)
	view.pressCount, view.scheduleCount = counters.press, counters.schedule
	return view
end

return Profile
