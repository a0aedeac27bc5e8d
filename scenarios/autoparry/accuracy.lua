-- Accuracy scenarios: small ones, each with the presses that it wants: for whom, in which frames,
-- how far apart.
--
-- A frame is 1/120 s here, two of the engine's. Frames count from 1 after six frames of warm-up;
-- what happens at a frame is authored at the first of its two.
local WARM_UP = 6 / 120

local function at(frame)
	return WARM_UP + (2 * frame - 1) / 240
end

local function ball(distance, speed, more)
	more = more or {}
	return {
		time = at(more.frame or 1),
		threat = {
			id = more.id or "a",
			spawn = {
				position = { 0, 0, distance },
				velocity = { 0, 0, -speed },
				attributes = more.attributes,
			},
		},
	}
end

local function highlight(time, value)
	return { time = time, rule = "highlight-gate", value = value }
end

local function press(id, first, last)
	return { id = id, frames = first and { first, last or first } or nil }
end

-- A ball that swings about its way: it comes, goes, and comes again.
local function swinging(frequency, magnitude, is_real)
	return {
		oscillationFrequency = frequency,
		oscillationMagnitude = magnitude,
		axis = { 0, 0, 1 },
		realBall = is_real,
	}
end

-- Many presses for one ball: the first two have their frames.
local function burst()
	local presses = { press("a", 1), press("a", 12, 17) }
	for number = 3, 8 do
		presses[number] = press("a")
	end
	return presses
end

local function expect(row, balls)
	local set = {
		threats = balls,
		parries = #row.presses,
		hitches = 0,
		autoparryEnabled = 2,
		["gateOuts.withinGrace"] = 0,
		["accuracy.expected"] = #row.presses,
		["accuracy.accuracy"] = 1,
		["accuracy.falsePositives"] = 0,
		["accuracy.frameViolations"] = 0,
		["accuracy.spacingViolations"] = 0,
		["accuracy.targetingViolations"] = 0,
	}
	for name, value in pairs(row.expect or {}) do
		set[name] = value
	end
	if row.is_destroyed ~= false then
		set["outcomes.parried"] = #row.presses
	end
	return set
end

-- `row`: id, label, frames, balls, presses, and where they are not as usual: spacing, events,
-- is_highlighted, is_destroyed, autoparry, engine, expect.
local function scenario(row)
	local timeline = {
		{ time = 0, rule = "autoparry-enabled", value = true },
		{ time = 0, network = { event = "remotes:ParryButtonPress", payload = { available = true } } },
	}
	if row.is_highlighted == false then
		timeline[#timeline + 1] = highlight(0, false)
	end
	for _, entry in ipairs(row.balls) do
		timeline[#timeline + 1] = entry
	end
	for _, entry in ipairs(row.events or {}) do
		timeline[#timeline + 1] = entry
	end
	-- The last frame of the row is looked at; its telemetry is kept before it is reset.
	local over = WARM_UP + row.frames / 120
	timeline[#timeline + 1] =
		{ time = over, player = { action = "observe-telemetry", duration = 1 / 240 } }
	timeline[#timeline + 1] =
		{ time = over + 1 / 240, rule = "autoparry-enabled", value = false }
	return {
		metadata = {
			id = "accuracy_" .. row.id, label = row.label, tags = { "engine-perf", "accuracy" },
		},
		config = {
			autoparry = row.autoparry,
			engine = row.engine,
			world = {
				destroyOnPress = row.is_destroyed ~= false,
				accuracy = { presses = row.presses, spacing = row.spacing },
			},
		},
		timeline = timeline,
		expect = expect(row, #row.balls),
		expect_events = {
			{ event = "status", where = { stage = "ready" }, count = { min = 1 } },
			{ event = "press", count = #row.presses },
			{ event = "spawn-threat", count = #row.balls },
		},
	}
end

local ROWS = {
	{
		id = "direct_approach",
		label = "A ball that is due soon",
		frames = 12,
		balls = { ball(56, 160) },
		presses = { press("a", 1, 3) },
	},
	{
		id = "safe_radius_snap",
		label = "A ball that is there already",
		frames = 6,
		balls = { ball(8, 20) },
		presses = { press("a", 1) },
	},
	{
		id = "highlight_gate",
		label = "A highlight that comes with the ball on its way",
		frames = 14,
		is_highlighted = false,
		balls = { ball(62, 180) },
		events = { highlight(at(6), true) },
		presses = { press("a", 6, 8) },
	},
	{
		id = "non_target_ignore",
		label = "A ball for somebody else",
		frames = 12,
		is_highlighted = false,
		balls = { ball(56, 160) },
		presses = {},
		expect = { ["outcomes.missed"] = 1 },
	},
	{
		id = "slow_ball_ignore",
		label = "A ball that is too slow to matter",
		frames = 12,
		balls = { ball(60, 6) },
		presses = {},
		engine = { settleLimit = 0.25 },
		expect = { ["outcomes.unresolved"] = 1 },
	},
	{
		id = "fake_ball_ignore",
		label = "A ball that is not real",
		frames = 12,
		balls = { ball(56, 160, { attributes = { realBall = false } }) },
		presses = {},
		expect = { ["outcomes.passed"] = 1 },
	},
	{
		id = "cooldown_sequence",
		label = "Three balls, one after another",
		frames = 64,
		balls = {
			ball(58, 180, { id = "a" }), ball(58, 180, { id = "b", frame = 18 }),
			ball(58, 180, { id = "c", frame = 36 }),
		},
		presses = { press("a"), press("b"), press("c") },
		spacing = 10,
	},
	{
		id = "tti_priority",
		label = "The closer one of two balls first",
		frames = 48,
		balls = { ball(72, 180, { id = "FarThreat" }), ball(62, 240, { id = "CloseThreat" }) },
		presses = { press("CloseThreat"), press("FarThreat") },
		spacing = 10,
	},
	{
		id = "due_order",
		label = "Two balls due at once",
		frames = 30,
		balls = { ball(58, 180, { id = "FarThreat" }), ball(56, 240, { id = "CloseThreat" }) },
		presses = { press("CloseThreat"), press("FarThreat") },
		spacing = 10,
	},
	{
		id = "slack_first_sight",
		label = "A ball that is due within the slack when it is first seen",
		frames = 12,
		balls = { ball(62, 160) },
		presses = { press("a", 1) },
	},
	{
		id = "tti_gate",
		label = "A zone that opens late",
		frames = 60,
		autoparry = { maxTTI = 0.15 },
		balls = { ball(100, 160) },
		presses = { press("a", 39, 42) },
	},
	{
		id = "min_lead",
		label = "The least lead that there is",
		frames = 40,
		autoparry = { activationLatency = 0, pressReactionBias = 0, smartTuning = false },
		balls = { ball(66, 160) },
		presses = { press("a", 23, 26) },
	},
	{
		id = "lead_cap",
		label = "A lead no longer than a press protects",
		frames = 60,
		engine = { pingMs = 700 },
		balls = { ball(120, 160) },
		presses = { press("a", 34, 37) },
	},
	{
		id = "swing_back",
		label = "A ball that turns away and comes back",
		frames = 80,
		is_destroyed = false,
		balls = { ball(30, 125, { attributes = swinging(2, 100) }) },
		presses = { press("a", 1), press("a", 42, 47) },
		expect = { ["outcomes.parried"] = 1 },
	},
	{
		id = "oscillation_burst",
		label = "A ball that swings in front of the player",
		frames = 58,
		is_destroyed = false,
		balls = { ball(11.5, 13, { attributes = swinging(12, 13) }) },
		presses = burst(),
		spacing = 5,
		engine = { settleLimit = 0.25 },
	},
	{
		id = "oscillation_fake",
		label = "The same with a ball that is not real",
		frames = 58,
		is_destroyed = false,
		balls = { ball(11.5, 13, { attributes = swinging(12, 13, false) }) },
		presses = {},
		engine = { settleLimit = 0.25 },
	},
}

local scenarios = {}
for index, row in ipairs(ROWS) do
	scenarios[index] = scenario(row)
end

return {
	version = 1,
	metadata = { label = "AutoParry, press by press" },
	world = "autoparry",
	scenarios = scenarios,
}
