--- Plays steps on the parts of the telemetry and says what they show after them.
---
--- "nan", "huge" and "nothing" stand for what plain data cannot say. A list that is marked to leave
--- as one is told from a map by its mark, which only the tables of `empty_list` have.

local Aggregate = require("worlds.autoparry.controller.telemetry.aggregate")
local Aggregates = require("worlds.autoparry.controller.telemetry.aggregates")
local Announcements = require("worlds.autoparry.controller.announcements")
local History = require("worlds.autoparry.controller.telemetry.history")
local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")
local Stats = require("worlds.autoparry.controller.telemetry.stats")
local Telemetry = require("worlds.autoparry.controller.telemetry")

local Probe = {}

local marked = setmetatable({}, { __mode = "k" })

local function empty_list()
	local list = {}
	marked[list] = true
	return list
end

local SPECIAL = { nan = 0 / 0, huge = math.huge, ["-huge"] = -math.huge, nothing = false }

local function decoded(value)
	if SPECIAL[value] ~= nil then
		return SPECIAL[value] or nil
	end
	return value
end

--- For each list and more numbers: its aggregate, that with the more, and once more its own.
function Probe.aggregates(cases)
	local found = {}
	for index, case in ipairs(cases) do
		local aggregate = Aggregate.new()
		for _, value in ipairs(case.list) do
			aggregate:add(decoded(value))
		end
		local before, with = aggregate:view(), aggregate:with(case.more)
		found[index] = {
			before = before,
			with = with,
			after = aggregate:view(),
			mean = aggregate:mean() or "nothing",
			count = aggregate.count,
		}
	end
	return found
end

--- The aggregates of a few fields, of which not every row has all.
function Probe.fields(names, rows)
	local aggregates = Aggregates.new(names)
	for _, row in ipairs(rows) do
		aggregates:add(row)
	end
	return aggregates:put({ other = 1 })
end

local function seen_of(window, ranks)
	local seen = { window.count, window:least() or "nothing" }
	for _, q in ipairs(ranks) do
		seen[#seen + 1] = window:quantile(q) or "nothing"
	end
	return seen
end

--- After each step that is looked at: the number of samples, the least, and quantiles. A step is
--- a sample or "clear".
function Probe.window(limit, steps, looks, ranks)
	local window, rows = SortedWindow.new(limit), {}
	for index, step in ipairs(steps) do
		if step == "clear" then
			window:clear()
		else
			window:add(decoded(step))
		end
		if looks[#rows + 1] == index then
			rows[#rows + 1] = seen_of(window, ranks)
		end
	end
	return { rows = rows }
end

--- After each step the numbers of the events that are kept, oldest first, and of the last one.
function Probe.history(limit, steps)
	local history, rows = History.new(limit, empty_list), {}
	for index, step in ipairs(steps) do
		if step == "clear" then
			history:clear()
		else
			history:push({ sequence = step })
		end
		local list, last = history:list(), history:last()
		local numbers = {}
		for place, event in ipairs(list) do
			numbers[place] = event.sequence
		end
		rows[index] = { history.count, last and last.sequence or "nothing", unpack(numbers) }
		assert(marked[list], "the list of events is not marked")
	end
	return rows
end

local function new_telemetry()
	local clock, warnings = { time_s = 0 }, {}
	function clock:now() return self.time_s end
	local function warn(text) warnings[#warnings + 1] = text end
	local telemetry = Telemetry.new({
		clock = clock, warn = warn, empty_list = empty_list,
		announcements = Announcements.new(warn),
	})
	return telemetry, clock, warnings
end

local PLAY = {}
function PLAY.emit(telemetry, step) telemetry:emit(step.type, step.fields) end
function PLAY.reset(telemetry, step) telemetry:reset(step.reason) end
function PLAY.evaluated(telemetry, step) telemetry.stats:evaluated(step.balls) end
function PLAY.selected(telemetry, step) telemetry.stats:selected(step.candidates, step.switch) end
function PLAY.gated(telemetry) telemetry.stats:gated_within_grace() end
function PLAY.settled(telemetry, step) telemetry.stats:settled(step.facts) end

--- Play all steps; the statistics wherever a step asks to look, and at the end everything.
function Probe.play(steps)
	local telemetry, clock, warnings = new_telemetry()
	local views = {}
	for _, step in ipairs(steps) do
		clock.time_s = step.at_s or clock.time_s
		if step.play == "view" then
			views[#views + 1] = telemetry.stats:view(step.now)
		else
			PLAY[step.play](telemetry, step)
		end
	end
	return {
		views = views,
		sequence = telemetry.sequence,
		history = telemetry.history:list(),
		last = telemetry.history:last() or "nothing",
		warnings = table.concat(warnings, "\n"),
	}
end

local NOW = { open = {}, activation = 0.12, adaptive_state = { reactionBias = 0, lastUpdate = 0 } }

-- All that can be written over in a table, at any depth.
local function spoil(value)
	for key, inner in pairs(value) do
		if type(inner) == "table" then
			spoil(inner)
		end
		value[key] = "spoilt"
	end
	value.more = "spoilt"
end

--- Write over whatever the telemetry hands out, then look again.
function Probe.spoilt(events)
	local telemetry = new_telemetry()
	telemetry.listeners:connect(spoil)
	local heard
	telemetry.listeners:connect(function(event) heard = event end)
	for _, event in ipairs(events) do
		telemetry:emit(event.type, event)
	end
	local function look()
		return {
			history = telemetry.history:list(),
			last = telemetry.history:last(),
			stats = telemetry.stats:view(NOW),
		}
	end
	local before = look()
	local heard_before = telemetry.history:last()
	spoil(look())
	spoil(telemetry.stats:view(NOW))
	return { before = before, after = look(), heard = heard, kept = heard_before }
end

--- Which lists of an event are still marked in its copies, though nothing is in them.
function Probe.marks()
	local telemetry = new_telemetry()
	local heard
	telemetry.listeners:connect(function(event) heard = event end)
	telemetry:emit("config-adjustment", { updates = {}, reasons = empty_list() })
	telemetry:emit("targeting-safe-state", {
		history = empty_list(), observations = { { what = "drop" } }, lastObservation = {},
	})
	local list = telemetry.history:list()
	local adjustment, guard, last = list[1], list[2], telemetry.history:last()
	local function is_marked(value) return marked[value] == true end
	return {
		reasons = is_marked(adjustment.reasons),
		updates = is_marked(adjustment.updates),
		history = is_marked(guard.history),
		last = is_marked(last.history),
		heard = is_marked(heard.history),
		observations = { is_marked(guard.observations), is_marked(guard.observations[1]) },
		lastObservation = is_marked(guard.lastObservation),
	}
end

--- Values that are no plain tables are the same ones in a copy.
function Probe.values()
	local telemetry = new_telemetry()
	local vector = setmetatable({ x = 1 }, {})
	telemetry:emit("press", { position = vector, decision = { at = vector } })
	local copy = telemetry.history:last()
	return copy.position == vector and copy.decision.at == vector and copy.decision ~= nil
end

--- Listeners of all sorts; what was heard, in order, and what was warned of.
function Probe.listeners()
	local telemetry, clock, warnings = new_telemetry()
	local heard = {}
	local function hear(name)
		return function(event)
			heard[#heard + 1] = ("%s %d %s %g"):format(name, event.sequence, event.type, event.time)
		end
	end
	telemetry.listeners:connect(hear("first"))
	telemetry.listeners:connect(function(event) error("no " .. event.type, 0) end)
	local once
	once = telemetry.listeners:connect(function(event)
		hear("once")(event)
		once.Disconnect()
	end)
	local last = telemetry.listeners:connect(hear("last"))
	clock.time_s = 0.5
	telemetry:emit("success", {})
	clock.time_s = 0.75
	telemetry:reset("enabled")
	last:disconnect()
	telemetry:emit("threat", {})
	return {
		heard = heard, warnings = table.concat(warnings, "\n"),
		listeners = telemetry.listeners.count,
	}
end

--- What a listener finds when it looks while it hears.
function Probe.looks()
	local telemetry = new_telemetry()
	local found = {}
	telemetry.listeners:connect(function(event)
		local counters = telemetry.stats:view(NOW).counters
		found[#found + 1] = {
			event.sequence, telemetry.sequence, telemetry.history.count,
			telemetry.history:last().sequence, counters.press, counters.resets,
		}
	end)
	telemetry:emit("press", {})
	telemetry:emit("press", {})
	telemetry:reset("disabled")
	return found
end

--- Each event makes a listener cause another, `times` times or without end.
function Probe.nested(times)
	local telemetry, _, warnings = new_telemetry()
	local heard = {}
	telemetry.listeners:connect(function(event)
		heard[#heard + 1] = event.sequence
		if #heard <= times then
			telemetry:emit("threat", {})
		end
	end)
	telemetry:emit("threat", {})
	local first = #heard
	times = 0
	telemetry:emit("threat", {})
	return {
		heard = first, after = #heard, warnings = table.concat(warnings, "\n"),
		sequence = telemetry.sequence,
		counted = telemetry.stats:view(NOW).counters.threat, kept = telemetry.history.count,
	}
end

local function hear_all(telemetry, names, heard)
	for _, name in ipairs(names) do
		telemetry.listeners:connect(function(event)
			heard[#heard + 1] = name .. event.sequence
		end)
	end
end

--- The first of three listeners causes two events when it hears the first one, and forgets all when
--- it hears the second.
function Probe.order()
	local telemetry = new_telemetry()
	local heard = {}
	telemetry.listeners:connect(function(event)
		if event.sequence == 1 then
			telemetry:emit("threat", {})
			telemetry:emit("press", {})
		elseif event.sequence == 2 then
			telemetry:reset("enabled")
		end
	end)
	hear_all(telemetry, { "a", "b" }, heard)
	telemetry:emit("threat", {})
	return heard
end

--- What is kept and heard while AutoParry is doing something, and once it is done.
function Probe.held()
	local telemetry = new_telemetry()
	local heard = {}
	hear_all(telemetry, { "a", "b" }, heard)
	telemetry.announcements:hold()
	telemetry:emit("threat", {})
	telemetry:emit("press", {})
	local before = {
		telemetry.sequence, telemetry.history.count,
		telemetry.stats:view(NOW).counters.press, #heard,
	}
	telemetry.announcements:release()
	return before, heard
end

--- Whether a type that nobody knows is refused.
function Probe.unknown()
	return pcall(function() Stats.new():take({ type = "presses" }) end)
end

--- The windows that others look into outlive a reset, and are empty after it.
function Probe.windows_stay()
	local telemetry = new_telemetry()
	local stats = telemetry.stats
	local commit, lookahead = stats.commit, stats.lookahead
	telemetry:emit("press", { decisionToPressTime = 0.25 })
	telemetry:emit("schedule", { eta = 0.5 })
	local before = { commit:quantile(0.99), lookahead:quantile(0.1), commit.count, lookahead.count }
	telemetry:reset("config-reset")
	local is_same = stats.commit == commit and stats.lookahead == lookahead
	return before, { is_same, commit.count, lookahead.count }
end

return Probe
