--- Shows readings to the controller's oscillation and its presses, and says what they gave.
---
--- "huge" stands for math.huge, which plain data does not have. An option that is absent is unset.

local Burst = require("worlds.autoparry.controller.burst")
local Config = require("worlds.autoparry.controller.config")
local Oscillation = require("worlds.autoparry.controller.oscillation")

local Probe = {}

local function decoded(value)
	if value == "huge" then
		return math.huge
	end
	return value
end

--- Show each flight {now, vr, d0}... to one record after the other: whether it oscillates, reading
--- by reading. Every second flight goes to a record that has been used before.
function Probe.swing(flights, values)
	local used = {}
	Oscillation.fields(used)
	local found = {}
	for index, flight in ipairs(flights) do
		local b = index % 2 == 0 and used or {}
		Oscillation.fields(b)
		local row = {}
		for step, reading in ipairs(flight) do
			b.vr, b.d0 = reading[2], reading[3]
			Oscillation.observe(b, reading[1])
			row[step] = Oscillation.is_oscillating(b, reading[1], values)
		end
		found[index] = row
	end
	return found
end

local function new_ball()
	local b = {}
	Oscillation.fields(b)
	return b
end

local function show(b, reading, now)
	b.d0, b.vr, b.speed, b.severity = reading.d0, reading.vr, reading.speed, reading.severity
	b.impact = decoded(reading.impact)
	Oscillation.observe(b, now)
end

-- One evaluation of all balls: what each wants, and whether there was panic then. The first that
-- wants a press gets it, if presses are granted.
local function step_of(burst, balls, step, values, last_press_s)
	local ping = { value_s = step.ping, jitter_s = step.jitter }
	local wants, panics = {}, {}
	local pressed_s = last_press_s
	for index, b in ipairs(balls) do
		show(b, step.balls[index], step.now)
		local kind = burst:wants(b, step.now, { slack_s = step.slack }, values, ping, pressed_s)
		wants[index], panics[index] = kind or "none", burst.is_panicking
		if kind and step.grants and pressed_s ~= step.now then
			burst:pressed(b, step.now, kind)
			pressed_s = step.now
		end
	end
	return { wants, panics }, step.is_pressed and step.now or pressed_s
end

--- Play each history {values, count, steps}: what every ball of every step got.
function Probe.play(histories)
	local found = {}
	for index, history in ipairs(histories) do
		local burst, balls, rows, last_press_s = Burst.new(), {}, {}, -math.huge
		for number = 1, history.count do
			balls[number] = new_ball()
		end
		for number, step in ipairs(history.steps) do
			rows[number], last_press_s = step_of(burst, balls, step, history.values, last_press_s)
			local gone = step.gone and balls[step.gone]
			if gone then
				burst:forget(gone)
				Oscillation.fields(gone)
			end
		end
		found[index] = rows
	end
	return found
end

--- The values of a press, for each of what is given.
function Probe.values(list)
	local found = {}
	for index, given in ipairs(list) do
		given.slack_s = decoded(given.slack_s)
		found[index] = Burst.values(given)
	end
	return found
end

--- What the test hook makes of each payload, or its error; `unset` are options unset beforehand.
function Probe.hook(payloads, unset)
	local null = {}
	local config = Config.new(null)
	for _, key in ipairs(unset or {}) do
		config:configure({ [key] = null })
	end
	local found = {}
	for index, payload in ipairs(payloads) do
		local _, answer = pcall(Burst.test_hook, payload, config)
		found[index] = answer
	end
	return found
end

return Probe
