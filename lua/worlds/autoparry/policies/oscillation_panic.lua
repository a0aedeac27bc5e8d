--- Signs of a swinging, flickering or panicking fight make AutoParry look further ahead, the more
--- of them the further; in calm, where the slack is ample, it looks less far.

local Step = require("worlds.autoparry.policies.step")

local OscillationPanic = {
	id = "oscillation-panic-handler",
	runs_on = { press = true, schedule = true },
	key = "pressMaxLookahead",
}

local TEMPO_HIGH = 28
local VOLATILITY_HIGH = 0.5
local SLACK_AMPLE_S = 0.05
local CALM_STEPS = -0.5

local function severity_of(facts)
	local severity = 0
	if facts.reason and facts.reason:find("oscillation", 1, true) then
		severity = severity + 1
	end
	if facts.tempo and facts.tempo >= TEMPO_HIGH then
		severity = severity + 1
	end
	if facts.volatility and facts.volatility >= VOLATILITY_HIGH then
		severity = severity + 1
	end
	return facts.is_panicking and severity + 1 or severity
end

--- What the option should be after a press or a schedule.
---@param facts table `{reason?, tempo?, volatility?, is_panicking}`
---@param values table options by name
---@return number to, string note
function OscillationPanic.step(facts, values)
	local severity, key = severity_of(facts), OscillationPanic.key
	if severity > 0 then
		return Step.moved(values, key, severity), ("severity-%d"):format(severity)
	elseif Step.current(values, "pressScheduleSlack") > SLACK_AMPLE_S then
		return Step.moved(values, key, CALM_STEPS), "slack-ample"
	end
	return Step.current(values, key), "steady"
end

return OscillationPanic
