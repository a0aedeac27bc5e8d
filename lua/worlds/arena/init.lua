--- A practice arena: targets close in on a duelist, who strikes them, guards, tires and rests.
---
--- Movement lives on the frame grid (`substep`), stamina in the frame callback (`step`), guard and
--- cooldown are timers. So a guard that should end in a stall still blocks under the hitch policy
--- `stall`, where timers run late, and does not under `catch_up`.

local Duel = require("worlds.arena.duel")

local Arena = {}
Arena.__index = Arena

local STAMINA_MAX, DRAIN_PER_S, RECOVERY_PER_S = 100, 80, 20
local REST_PERIOD_S, REST_HP = 1, 2
-- A distance is a sum of many steps: without an allowance a target could arrive a frame late.
local ROUNDING = 1e-9
--- The event that a timer gives when it ends.
local ENDED = { guard = "lowered", ready = "ready" }

Arena.describe = {
	actions = {
		send = { id = "string", distance = "number", speed = "number?", hp = "integer?" },
		strike = {},
		guard = { seconds = "number?" },
		lower = {},
		rule = { rule = "string", value = "boolean" },
	},
	metrics = { "hp", "stamina", "guarding", "cooling", "sharp", "lane", "counts" },
	events = { "sent", "hit", "felled", "reached", "lowered", "ready", "rested", "fell" },
	options = {
		hp = "integer?",
		power = "integer?",
		reach = "number?",
		cooldown_s = "number?",
		sample_s = "number?",
	},
	frame_rate_hz = 240,
}

local function check_hp(world, args)
	local floor = args.floor or 0
	if world.hp < floor or world.hp > world.hp_max then
		return ("hp %d is outside %d to %d"):format(world.hp, floor, world.hp_max)
	end
end

local function check_distances(world, args)
	local close, limit = {}, args.distance or 1
	for _, target in ipairs(world.targets) do
		if target.distance < limit then
			close[target.id] = ("closer than %g"):format(limit)
		end
	end
	return close
end

Arena.invariants = {
	hp_in_range = { severity = "error", check = check_hp },
	targets_apart = { severity = "warning", check = check_distances },
}

local function copy_of_counts(c)
	return {
		sent = c.sent or 0,
		felled = c.felled or 0,
		reached = c.reached or 0,
		blocked = c.blocked or 0,
		rests = c.rests or 0,
	}
end

local function copy_of_targets(targets)
	local copy = {}
	for index, t in ipairs(targets) do
		copy[index] = { id = t.id, distance = t.distance, speed = t.speed, hp = t.hp }
	end
	return copy
end

function Arena.new(env, options)
	local self = setmetatable({
		env = env,
		hp = options.hp or 100,
		hp_max = options.hp or 100,
		power = options.power or 10,
		reach = options.reach or 4,
		cooldown_s = options.cooldown_s or 0.4,
		stamina = STAMINA_MAX,
		sharp = false,
		targets = {},
		timers = {},
		counts = copy_of_counts({}),
		blows = env.rng:stream("blows"),
		speeds = env.rng:stream("speeds"),
	}, Arena)
	self:rest_at(env.clock:now() + REST_PERIOD_S)
	if options.sample_s then
		env.scheduler:every(options.sample_s, function()
			env.record:sample("hp", self.hp)
		end)
	end
	return self
end

function Arena:rest_at(due_s)
	self.rest_due_s = due_s
	self.rest_handle = self.env.scheduler:at(due_s, function()
		self.counts.rests = self.counts.rests + 1
		self.hp = math.min(self.hp_max, self.hp + REST_HP)
		self.env.record:event("rested", { hp = self.hp })
		self:rest_at(due_s + REST_PERIOD_S)
	end)
end

--- Call what ends the guard or the cooldown `delay_s` from now.
function Arena:start(name, delay_s)
	local handle = self.env.scheduler:after(delay_s, self:ending(name))
	self.timers[name] = { due_s = self.env.clock:now() + delay_s, handle = handle }
end

function Arena:ending(name)
	return function()
		self:stop(name, "time")
	end
end

function Arena:stop(name, reason)
	self.env.scheduler:cancel(self.timers[name].handle)
	self.timers[name] = nil
	self.env.record:event(ENDED[name], { reason = reason })
end

function Arena:refusal(name, args)
	local refusal = Duel.refusal[name]
	if not refusal then
		return "unknown_action", "the arena knows no " .. tostring(name)
	elseif self.hp == 0 then
		return "over", "the duelist has fallen"
	end
	return refusal(self, args)
end

function Arena:apply(action)
	local args = action.args or {}
	local code, message = self:refusal(action.name, args)
	if code then
		return nil, code, message
	end
	return true, Duel.effect[action.name](self, args)
end

function Arena:substep(dt)
	local left = {}
	for _, target in ipairs(self.targets) do
		target.distance = target.distance - target.speed * dt
		if target.distance > ROUNDING or self.hp == 0 then
			left[#left + 1] = target
		else
			Duel.arrive(self, target)
		end
	end
	self.targets = left
end

function Arena:step(dt)
	if not self.timers.guard then
		self.stamina = math.min(STAMINA_MAX, self.stamina + RECOVERY_PER_S * dt)
		return
	end
	self.stamina = math.max(0, self.stamina - DRAIN_PER_S * dt)
	if self.stamina == 0 then
		self:stop("guard", "exhausted")
	end
end

function Arena:done()
	return self.hp == 0 or not (self.targets[1] or self.timers.guard or self.timers.ready)
end

function Arena:metrics()
	return {
		hp = self.hp,
		stamina = self.stamina,
		guarding = self.timers.guard ~= nil,
		cooling = self.timers.ready ~= nil,
		sharp = self.sharp,
		lane = copy_of_targets(self.targets),
		counts = copy_of_counts(self.counts),
	}
end

Arena.observe = Arena.metrics

--- What would be accepted now.
function Arena:actions()
	local open = {}
	local newcomer = { id = "target-" .. self.counts.sent + 1, distance = 10 }
	for _, name in ipairs({ "strike", "guard", "lower", "send" }) do
		local args = name == "send" and newcomer or {}
		if not self:refusal(name, args) then
			open[#open + 1] = { name = name, args = args }
		end
	end
	return open
end

function Arena:snapshot()
	local state, timers = self:metrics(), self.timers
	state.at_s = self.env.clock:now()
	state.guard_due_s = timers.guard and timers.guard.due_s
	state.ready_due_s = timers.ready and timers.ready.due_s
	state.rest_due_s = self.rest_due_s
	state.blows, state.speeds = self.blows:state(), self.speeds:state()
	return state
end

--- Back to a snapshot. One from another time is shifted: what was pending is due as much later.
function Arena:restore(state)
	self.hp, self.stamina, self.sharp = state.hp, state.stamina, state.sharp
	self.targets, self.counts = copy_of_targets(state.lane), copy_of_counts(state.counts)
	self.timers = {}
	local shift_s = self.env.clock:now() - state.at_s
	for _, name in ipairs({ "guard", "ready" }) do
		local due_s = state[name .. "_due_s"]
		if due_s then
			due_s = due_s + shift_s
			local handle = self.env.scheduler:at(due_s, self:ending(name))
			self.timers[name] = { due_s = due_s, handle = handle }
		end
	end
	if state.rest_due_s then
		self:rest_at(state.rest_due_s + shift_s)
	end
	self.blows:set_state(state.blows)
	self.speeds:set_state(state.speeds)
end

--- The options that were in effect.
function Arena:section()
	return {
		hp = self.hp_max,
		power = self.power,
		reach = self.reach,
		cooldown_s = self.cooldown_s,
	}
end

return Arena
