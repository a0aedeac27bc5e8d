--- How threatening the ball is that is tracked: told when that changes.

local ThreatScore = require("worlds.autoparry.controller.threat_score")
local Time = require("worlds.autoparry.time")

local INTERVAL_S = 0.025
local CHANGE_MIN = 0.04
local ROUNDING_S = Time.ROUNDING_S

local abs, min = math.abs, math.min

local ThreatWatch = {}
ThreatWatch.__index = ThreatWatch

function ThreatWatch.new()
	local self = setmetatable({}, ThreatWatch)
	self:reset()
	return self
end

--- As if nothing had been told yet.
function ThreatWatch:reset()
	self.status, self.score, self.told_s = nil, 0, -math.huge
end

--- What is known of the threat that `b` is.
---@param impact_s number
---@return {score: number, status: string, confidence: number, volatility: number, tempo: number}
function ThreatWatch.view(c, b, impact_s, now)
	local targeting = c.targeting
	local score = ThreatScore.score(
		impact_s, c.numbers.score_lookahead_s, b.speed, targeting:holds(now), b.severity
	)
	local readings = min(b.readings, #b.recent_vr)
	return {
		score = score,
		status = ThreatScore.status(score),
		confidence = ThreatScore.confidence(b.sigma, b.mu, c.values.safeRadius),
		volatility = ThreatScore.volatility(b.recent_vr, readings),
		tempo = ThreatScore.tempo(targeting.changes_s, now),
	}
end

--- Once per evaluation, about the ball that is tracked.
function ThreatWatch:look(c, b, now)
	local score = ThreatScore.score(
		b.impact, c.numbers.score_lookahead_s, b.speed, c.numbers.targeting, b.severity
	)
	local status = ThreatScore.status(score)
	if status == self.status then
		local is_soon = now - self.told_s < INTERVAL_S - ROUNDING_S
		if is_soon or abs(score - self.score) < CHANGE_MIN then
			return
		end
	end
	self.status, self.score, self.told_s = status, score, now
	local fields = ThreatWatch.view(c, b, b.impact, now)
	fields.ballId = b.id
	c.telemetry:emit("threat", fields)
end

return ThreatWatch
