--- The statuses of the insights: one level for each thing that may go wrong.

local Limit = require("worlds.autoparry.controller.reports.limit")
local Plain = require("worlds.autoparry.plain")

local LOOKAHEAD_CRITICAL, COMMIT_CRITICAL = 0.7, 1.8

-- A product of decimals is meant as one: 1.8 * 0.01 is above 0.018.
local function decimal(product)
	return math.floor(product * 1e12 + 0.5) / 1e12
end

-- `warning` and `critical`: limits; `warns` and `alarms`: what breaks them.
local ROWS = {
	{
		name = "timing", metric = "leadDeltaMean", unit = "s", is_signed = true,
		warning = 0.004, critical = 0.015, warns = Limit.ABOVE, alarms = Limit.FROM,
	},
	{
		name = "slack", metric = "averageWaitDelta", unit = "s", is_signed = true,
		warning = 0.003, critical = 0.012, warns = Limit.ABOVE, alarms = Limit.FROM,
	},
	{
		name = "latency", metric = "averageLatency", unit = "s",
		warning = 0.16, critical = 0.22, warns = Limit.FROM, alarms = Limit.FROM,
	},
	{
		name = "success", metric = "successRate", unit = "per press",
		warning = 0.8, critical = 0.6, warns = Limit.BELOW, alarms = Limit.BELOW,
	},
	{
		name = "cancellations", metric = "cancellationRate", unit = "per schedule",
		warning = 0.15, warns = Limit.ABOVE,
	},
	{
		name = "immediates", metric = "immediateRate", unit = "per press",
		warning = 0.25, warns = Limit.ABOVE,
	},
}

local Statuses = {}

local ORDER = { "info", "warning", "critical" }

-- Beyond the critical limit is beyond the other one: where that is 0 they are the same.
local function level_of(row, value)
	if not row.warns.is_broken(value, row.warning) then
		return "info"
	elseif row.critical and row.alarms.is_broken(value, row.critical) then
		return "critical"
	end
	return "warning"
end

local function message_of(row, level, name, value)
	local unit, warning = row.unit, row.warning
	if level == "critical" then
		return Limit.broken(name, value, unit, row.alarms, row.critical, "critical ")
	elseif level == "warning" then
		return Limit.broken(name, value, unit, row.warns, warning)
	elseif not (value and warning) then
		return ("%s %s, %s"):format(
			name,
			value and Limit.quantity(value, unit) or "has no samples",
			warning and "the limit is " .. Limit.quantity(warning, unit) or "no limit is set"
		)
	end
	return ("%s %s keeps the limit of %s"):format(
		name, Limit.quantity(value, unit), Limit.quantity(warning, unit)
	)
end

local function status_of(row, value)
	local name, shown = Limit.magnitude(row, value)
	local level = shown and row.warning and level_of(row, shown) or "info"
	return {
		level = level,
		message = message_of(row, level, name, shown),
		payload = {
			metric = row.metric, value = value, unit = row.unit,
			warning = row.warning, critical = row.critical,
		},
	}
end

--- Status by name.
---@param metrics table<string, number> the summary
---@param presses integer
---@param presses_min integer so many presses say something
---@param config table the configuration; its goal of the lookahead is a limit
---@param commit_target_s number
---@return table<string, {level: string, message: string, payload: table}>
function Statuses.of(metrics, presses, presses_min, config, commit_target_s)
	local statuses = {}
	for _, row in ipairs(ROWS) do
		statuses[row.name] = status_of(row, metrics[row.metric])
	end
	local goal_s = config.pressLookaheadGoal
	statuses.dataset = status_of(
		{ metric = "pressCount", unit = "presses", warning = presses_min, warns = Limit.BELOW },
		presses
	)
	statuses["commit-latency"] = status_of({
		metric = "commitLatencyP99", unit = "s", warns = Limit.ABOVE, alarms = Limit.FROM,
		warning = commit_target_s, critical = decimal(COMMIT_CRITICAL * commit_target_s),
	}, metrics.commitLatencyP99)
	statuses.lookahead = status_of({
		metric = "scheduleLookaheadP10", unit = "s", warns = Limit.BELOW, alarms = Limit.UP_TO,
		warning = goal_s, critical = goal_s and decimal(LOOKAHEAD_CRITICAL * goal_s),
	}, metrics.scheduleLookaheadP10)
	return statuses
end

--- The highest level among them.
---@return string
function Statuses.severity(statuses)
	local highest = 1
	for _, name in ipairs(Plain.keys(statuses)) do
		for rank = highest + 1, #ORDER do
			if statuses[name].level == ORDER[rank] then
				highest = rank
			end
		end
	end
	return ORDER[highest]
end

return Statuses
