--- Plays the physics of `autoparry` without the rest of the world: frames, and what happens after
--- the substep of a frame.

local Contact = require("worlds.autoparry.contact")
local Physics = require("worlds.autoparry.physics")
local Threats = require("worlds.autoparry.threats")
local Windows = require("worlds.autoparry.windows")

local Probe = {}

local Happening = {}

function Happening.spawn(game, event)
	local spec = event.spec
	spec.now_s = event.now_s or game.physics.time_s
	spec.authored_s = spec.start_s
	game.slots[#game.slots + 1] = game.physics:spawn(spec) or false
end

function Happening.press(game, event)
	game.physics.windows:open(event.index, event.effect_s)
end

function Happening.remove(game, event)
	local slot = game.threats:slot_of(event.id)
	game.physics:remove(slot, "parried", event.contact_s, event.index)
end

function Happening.radius(game, event)
	game.settings.safe_radius = event.studs
end

function Happening.real(game, event)
	game.threats.is_real[game.threats:slot_of(event.id)] = event.is_real
end

function Happening.forget(game)
	game.physics:forget(game.physics.time_s)
end

function Happening.ask(game, event)
	local slot = game.threats:slot_of(event.id)
	local contact_s = game.physics:contact_after(slot, event.now_s, event.horizon_s)
	game.answers[#game.answers + 1] = contact_s or false
end

function Happening.predict(game, event)
	local path = game.physics:predict_trajectory(game.threats:slot_of(event.id))
	game.answers[#game.answers + 1] = path or false
end

local function row(threats, slot)
	return {
		threats.id[slot],
		threats.px[slot], threats.py[slot], threats.pz[slot],
		threats.vx[slot], threats.vy[slot], threats.vz[slot],
		threats.in_contact[slot],
	}
end

local function rows(threats)
	local list = {}
	for i = 1, threats.count do
		list[i] = row(threats, threats.order[i])
	end
	return list
end

-- Events are in the order of their frames.
local function play(task)
	local threats = Threats.new()
	local game = {
		settings = task.settings, threats = threats,
		answers = {}, slots = {}, resolved = {}, trail = {}, next = 1,
	}
	game.physics = Physics.new(threats, task.settings, function(slot, outcome, contact_s, press)
		game.resolved[#game.resolved + 1] = {
			id = threats.id[slot], outcome = outcome, contact_s = contact_s, press = press,
			time_s = game.physics.time_s, activated_s = threats.activated_s[slot],
			serial = threats.serial[slot],
		}
	end)
	for frame = 0, task.frames do
		if frame > 0 then
			game.physics:substep(1 / 240, frame / 240)
		end
		local event = task.events[game.next]
		while event and event.frame == frame do
			Happening[event.kind](game, event)
			game.next = game.next + 1
			event = task.events[game.next]
		end
		if task.trail then
			game.trail[frame + 1] = rows(threats)
		end
	end
	return {
		resolved = game.resolved, trail = game.trail, answers = game.answers, slots = game.slots,
		live = rows(threats), slots_ever = threats.slots, windows = game.physics.windows.count,
		unresolved = { unpack(game.threats.order, 1, game.threats.count) },
	}
end

function Probe.play(tasks)
	local results = {}
	for i, task in ipairs(tasks) do
		results[i] = play(task)
	end
	return results
end

function Probe.check(specs)
	local results = {}
	for i, spec in ipairs(specs) do
		local code, message = Physics.check(spec)
		results[i] = code and { code, message } or false
	end
	return results
end

--- What is no plain data cannot come from outside.
function Probe.check_number(name, which)
	local value = ({ nan = 0 / 0, huge = math.huge })[which]
	local attributes = { curvature = 0, axis = { 0, 1, 0 } }
	attributes[name] = value
	return { Physics.check({ id = "a", position = { 0, 0, 50 }, attributes = attributes }) }
end

function Probe.spans(segments)
	local results = {}
	for i, s in ipairs(segments) do
		results[i] = { Contact.span(s[1], s[2], s[3], s[4], s[5], s[6], s[7]) }
	end
	return results
end

--- Opens, asks and forgets; the answers in order.
function Probe.cover(settings, calls)
	local windows, answers = Windows.new(settings), {}
	for _, call in ipairs(calls) do
		local name, time_s = call[1], call[2]
		if name == "open" then
			windows:open(call[3], time_s)
		elseif name == "forget" then
			windows:forget(time_s)
		else
			answers[#answers + 1] = windows:covering(time_s) or false
		end
	end
	return { answers = answers, count = windows.count }
end

return Probe
