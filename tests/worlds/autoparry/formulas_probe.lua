--- Calls the controller's formulas with plain data and says what they gave.
---
--- "huge" stands for math.huge and "none" for nil, in both directions: as plain data infinity, NaN
--- and nil would all be the same null, and a wrong one of them would pass.

local Kinematics = require("worlds.autoparry.controller.kinematics")
local Lead = require("worlds.autoparry.controller.lead")
local Ping = require("worlds.autoparry.controller.ping")
local Prediction = require("worlds.autoparry.controller.prediction")
local ThreatScore = require("worlds.autoparry.controller.threat_score")

local Probe = {}

-- What a prediction looks at.
local GIVEN = {
	"readings", "x", "y", "z", "vx", "vy", "vz", "ux", "uy", "uz", "fax", "fay", "faz", "distance",
	"d0", "speed", "vr", "ar", "jr", "kappa", "kappa_rate", "sigma_d", "sigma_v", "sigma_a", "sigma_j",
}

local function encoded(value)
	if value == nil then
		return "none"
	elseif value ~= value then
		return "nan"
	elseif value == math.huge then
		return "huge"
	elseif value == -math.huge then
		return "-huge"
	end
	return value
end

local function decoded(value)
	if value == "huge" then
		return math.huge
	elseif value == "none" then
		return nil
	end
	return value
end

local function row_of(ball, more, fields)
	local row = {}
	for index, name in ipairs(fields) do
		local value = more[name]
		if value == nil then
			value = ball[name]
		end
		row[index] = encoded(value)
	end
	return row
end

local function timing(ball, ping, delta_s, history)
	local p, j = ping.smoothed_s, ping.jitter_s
	local compensation = Ping.compensation(p, j)
	local min_lead, slack_add = Ping.min_lead(p), Ping.slack_add(p, j)
	local lead = Lead.lead(
		delta_s,
		history.bias_s,
		Lead.floor(history.ping_offset_s),
		min_lead,
		compensation,
		history.parry_window_s
	)
	local lookahead = Lead.max_lookahead(history.press_max_lookahead_s, history.goal_s)
	local tti = Lead.tti(ball.distance, ball.vr, ping.value_s, history.ping_offset_s)
	local score = ThreatScore.score(
		ball.impact,
		history.press_max_lookahead_s,
		ball.speed,
		history.is_targeting,
		ball.severity
	)
	return {
		ping = ping.value_s,
		smoothed = ping.smoothed_s,
		jitter = ping.jitter_s,
		stress = Ping.stress(p, j),
		compensation = compensation,
		min_lead = min_lead,
		slack_add = slack_add,
		lead = lead,
		max_lookahead = lookahead,
		slack = Lead.slack(history.slack_s, min_lead, slack_add, lookahead),
		tti = tti,
		wait = Lead.wait(ball.impact, lead, tti, history.max_tti_s, ball.response_window),
		score = score,
		status = ThreatScore.status(score),
		confidence = ThreatScore.confidence(ball.sigma, ball.mu, history.config.safeRadius),
		volatility = ThreatScore.volatility(ball.recent_vr, math.min(ball.readings, 32)),
	}
end

local function read_ping(ms)
	if ms == "error" then
		error("the stat is broken")
	end
	return decoded(ms)
end

local function follow(ball, history, fields)
	local ms
	local ping = Ping.new(function()
		return read_ping(ms)
	end)
	local rows = {}
	Kinematics.begin(ball, history.moments[1][1])
	for index, moment in ipairs(history.moments) do
		local now, dt = moment[1], moment[2]
		ms = moment[9]
		ping:update(now)
		Kinematics.update(ball, dt, history.config.safeRadius, unpack(moment, 3, 8))
		local delta_s = ping.value_s / 2 + history.activation_s
		Prediction.update(ball, delta_s, history.config)
		rows[index] = row_of(ball, timing(ball, ping, delta_s, history), fields)
	end
	return rows
end

--- Every second history is followed by a ball record that has been used before.
function Probe.follow(histories, fields)
	local used = Kinematics.new_ball()
	local found = {}
	for index, history in ipairs(histories) do
		found[index] = follow(index % 2 == 0 and used or Kinematics.new_ball(), history, fields)
	end
	return found
end

--- Predict from what is given of a ball; say when it arrives.
function Probe.impacts(balls, delta_s, config)
	local found = {}
	for index, given in ipairs(balls) do
		local ball = Kinematics.new_ball()
		Kinematics.begin(ball, 0)
		for _, name in ipairs(GIVEN) do
			ball[name] = given[name]
		end
		Prediction.update(ball, delta_s, config)
		found[index] = encoded(ball.impact)
	end
	return found
end

--- Call one function of one module of the controller with each list of arguments.
function Probe.each(module, name, calls)
	local called = require("worlds.autoparry.controller." .. module)[name]
	local found = {}
	for index, call in ipairs(calls) do
		local arguments = {}
		for place, value in ipairs(call) do
			arguments[place] = decoded(value)
		end
		found[index] = encoded(called(unpack(arguments, 1, #call)))
	end
	return found
end

--- Update a ping at times, each with the stat's answer; say what it held and how often it asked.
function Probe.ping(steps)
	local answer
	local reads = 0
	local ping = Ping.new(function()
		reads = reads + 1
		return read_ping(answer)
	end)
	local found = {}
	for index, step in ipairs(steps) do
		answer = step[2]
		ping:update(step[1])
		found[index] = { ping.value_s, ping.smoothed_s, ping.jitter_s, reads }
	end
	return found
end

return Probe
