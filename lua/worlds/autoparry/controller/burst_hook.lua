--- What `_testEvaluateOscillationBurstTuning` tells: what the presses of a ball that oscillates
--- would keep to, for numbers that are given. Nothing is pressed and nothing changes.

local BurstValues = require("worlds.autoparry.controller.burst_values")
local Config = require("worlds.autoparry.controller.config")
local Plain = require("worlds.autoparry.plain")

local huge = math.huge

local NAME = "AutoParry._testEvaluateOscillationBurstTuning"

local function is_number(value)
	return type(value) == "number" and value > -huge and value < huge
end

local function is_share(value)
	return is_number(value) and value >= 0 and value <= 1
end

local function is_size(value)
	return is_number(value) and value >= 0
end

-- What may be given. `config` is checked as options are.
local FIELDS = {
	closeness = is_share, config = Plain.is_table, jitter = is_size, ping = is_size,
	severity = is_share, slack = is_number, speed = is_size, tightness = is_share,
}

local function check(payload)
	if not Plain.is_table(payload) then
		error(NAME .. ": expected a table", 0)
	end
	for _, key in ipairs(Plain.keys(payload)) do
		local is_valid = FIELDS[key]
		if not is_valid then
			local allowed = table.concat(Plain.keys(FIELDS), ", ")
			error(("%s: unknown field '%s'; allowed: %s"):format(NAME, tostring(key), allowed), 0)
		elseif not is_valid(payload[key]) then
			error(("%s: invalid value for '%s'"):format(NAME, key), 0)
		end
	end
end

local BurstHook = {}

--- Evaluate `payload`: {ping, jitter, tightness, speed, slack, config}, also closeness and
--- severity, all optional. Without a tightness it follows from the gap; without a slack there is
--- plenty.
---@param payload table seconds, studs/s; `config` holds options that differ
---@param config table|nil the configuration that `config` is put over; nil for the defaults
---@return table values what is off is absent
function BurstHook.evaluate(payload, config)
	check(payload)
	config = config or Config.new()
	local found = BurstValues.of({
		values = config:with(payload.config or {}),
		ping_s = payload.ping or 0,
		jitter_s = payload.jitter or 0,
		closeness = payload.closeness or 0,
		severity = payload.severity or 0,
		tightness = payload.tightness,
		speed = payload.speed or 0,
		slack_s = payload.slack or huge,
	})
	found.maxLookahead, found.max_lookahead = found.max_lookahead, nil
	return found
end

return BurstHook
