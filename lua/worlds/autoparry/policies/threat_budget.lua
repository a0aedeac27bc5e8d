--- Schedules with hardly any slack left get more of it, those with plenty less.

local Step = require("worlds.autoparry.policies.step")

local ThreatBudget = {
	id = "threat-budget-enforcement",
	runs_on = { schedule = true },
	key = "pressScheduleSlack",
}

local SLACK_SHORT_S = 0.006
local SLACK_AMPLE_S = 0.04

--- What the option should be after a schedule.
---@param facts {slack_s: number|nil}
---@param values table options by name
---@return number to, string note
function ThreatBudget.step(facts, values)
	local slack_s, key = facts.slack_s, ThreatBudget.key
	if slack_s and slack_s < SLACK_SHORT_S then
		return Step.moved(values, key, 1), "slack-short"
	elseif slack_s and slack_s > SLACK_AMPLE_S then
		return Step.moved(values, key, -1), "slack-ample"
	end
	return Step.current(values, key), "steady"
end

return ThreatBudget
