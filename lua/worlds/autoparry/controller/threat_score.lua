--- How threatening a ball is, how sure that is, and how restless the scene.

local Time = require("worlds.autoparry.time")

local abs, huge, max, min, sqrt = math.abs, math.huge, math.max, math.min, math.sqrt

local URGENCY, SPEED, TARGETING, SEVERITY = 0.4, 0.25, 0.2, 0.15
-- At this speed a ball has half of what speed can give.
local HALF_SPEED = 120

local LOW, MEDIUM, HIGH, CRITICAL = 0.2, 0.4, 0.65, 0.85

local TEMPO_S = 0.3
local ROUNDING_S = Time.ROUNDING_S

local ThreatScore = {}

local function share(value)
	return min(max(value, 0), 1)
end

--- From 0 to 1.
---@param impact_s number infinite for never
---@param press_max_lookahead_s number option `pressMaxLookahead`
---@param speed number
---@param targeting boolean
---@param severity number of the curve
---@return number score
function ThreatScore.score(impact_s, press_max_lookahead_s, speed, targeting, severity)
	local urgency = impact_s < huge and share(1 - impact_s / press_max_lookahead_s) or 0
	return URGENCY * urgency + SPEED * speed / (speed + HALF_SPEED)
		+ (targeting and TARGETING or 0) + SEVERITY * min(severity, 1)
end

--- A score in a word.
---@return string status `idle`, `low`, `medium`, `high` or `critical`
function ThreatScore.status(score)
	if score < LOW then
		return "idle"
	elseif score < MEDIUM then
		return "low"
	elseif score < HIGH then
		return "medium"
	end
	return score < CRITICAL and "high" or "critical"
end

--- How far `sigma` leaves `mu` certain, from 0 to 1.
function ThreatScore.confidence(sigma, mu, safe_radius)
	return share(1 - sigma / max(abs(mu), safe_radius))
end

--- How much the closing speed varies, as a share of its mean; 0 before there are two.
---@param recent_vr number[] the last closing speeds in any order: those of a ball's record
---@param count integer how many of them there are
---@return number volatility
function ThreatScore.volatility(recent_vr, count)
	if count < 2 then
		return 0
	end
	local sum, scatter = 0, 0
	for index = 1, count do
		sum = sum + recent_vr[index]
	end
	local mean = sum / count
	for index = 1, count do
		local difference = recent_vr[index] - mean
		scatter = scatter + difference * difference
	end
	return sqrt(scatter / count) / max(abs(mean), 1)
end

--- Changes of the highlight per second, over the last 0.3 s.
---@param changes_s number[] the times of the changes, in order
---@param now number
---@return number tempo
function ThreatScore.tempo(changes_s, now)
	local count = 0
	for index = #changes_s, 1, -1 do
		if now - changes_s[index] > TEMPO_S + ROUNDING_S then
			break
		end
		count = count + 1
	end
	return count / TEMPO_S
end

return ThreatScore
