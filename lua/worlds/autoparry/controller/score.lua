--- How much a target deserves the next press: the highest score goes first.

local ThreatScore = require("worlds.autoparry.controller.threat_score")

-- Weights of what holds or does not, then of what is a share from 0 to 1.
local TARGETING, APPROACHING, DUE, HOLD, TRACKED, SCHEDULED = 2.5, 1.2, 1, 0.5, 0.6, 0.5
local URGENCY, THREAT, DETECTION, TIME, PRESSURE = 1.2, 1.05, 0.8, 0.9, 1.4

local TIME_HORIZON_S = 0.85
local DETECTION_S = 0.1

local max, min = math.max, math.min

local Score = {}

local function share(value)
	return min(max(value, 0), 1)
end

--- The score of one ball.
---@param b table its kinematics and prediction
---@param impact_s number seconds until it reaches the sphere; infinite for never
---@param targeting boolean
---@param is_due boolean it could be pressed now
---@param lead_s number
---@param age_s number seconds since it was first seen
---@param is_tracked boolean it had the highest score before
---@param is_scheduled boolean it has a press timer
---@param press_max_lookahead_s number
function Score.of(
	b, impact_s, targeting, is_due, lead_s, age_s, is_tracked, is_scheduled, press_max_lookahead_s
)
	local score = targeting and TARGETING or 0
	score = score + (b.vr > 0 and APPROACHING or 0) + (is_due and DUE or 0)
	score = score + (b.proximity_hold and targeting and HOLD or 0)
	score = score + (is_tracked and TRACKED or 0) + (is_scheduled and SCHEDULED or 0)
	score = score + URGENCY * share(1 - impact_s / b.response_window / 2)
	score = score + THREAT * ThreatScore.score(
		impact_s, press_max_lookahead_s, b.speed, targeting, b.severity
	)
	score = score + DETECTION * share(age_s / DETECTION_S)
	score = score + TIME * share(1 - impact_s / TIME_HORIZON_S)
	return score + PRESSURE * share(1 - (impact_s - lead_s) / lead_s)
end

return Score
