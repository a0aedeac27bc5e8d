--- A practice arena: targets walk up to a duelist, who strikes them down or guards against them.
--- Each part of a frame has one rule: targets walk in `substep`, a timer of the queue ends a guard,
--- the arm rests in `step`. So hitches, and the policy for hitches, decide duels.

local Duel = require("worlds.arena.duel")

local Arena = { apply = Duel.apply, substep = Duel.walk, step = Duel.rest }
Arena.__index = Arena

Arena.describe = {
	actions = {
		send = { id = "string" }, strike = {}, guard = { seconds = "number" },
		rule = { rule = "string", value = "boolean" },
	},
	metrics = { "hp", "felled", "lane", "rest_s", "guard_until_s", "sharp" },
	events = { "sent", "felled", "reached", "lowered" },
	options = { hp = "integer?", cooldown_s = "number?", sample_s = "number?" },
	frame_rate_hz = 240,
}

Arena.invariants = {
	hp_in_range = { severity = "error", check = function(self)
		return self.hp < 0 and "hp is " .. self.hp or nil
	end },
	lane_is_clear = { severity = "warning", check = function(self, args)
		local first = self.lane[1]
		return first and first.distance < (args.distance or 1) and { [first.id] = "is close" } or nil
	end },
}

function Arena.new(env, options)
	local self = setmetatable({ env = env, blows = env.rng:stream("blows"), guard_timer = 0 }, Arena)
	self.hp, self.cooldown_s = options.hp or 30, options.cooldown_s or 0.4
	self.felled, self.lane, self.rest_s, self.guard_until_s, self.sharp = 0, {}, 0, false, false
	if options.sample_s then
		-- A curve is no part of the state: `restore` does not take it up again.
		env.scheduler:every(options.sample_s, function()
			env.record:sample("guard", self.guard_until_s and 1 or 0)
		end)
	end
	return self
end

function Arena:metrics()
	return {
		hp = self.hp, felled = self.felled, lane = { unpack(self.lane) },
		rest_s = self.rest_s, guard_until_s = self.guard_until_s, sharp = self.sharp,
	}
end
Arena.observe = Arena.metrics

function Arena:actions()
	local guard, strike = { name = "guard", args = { seconds = 0.5 } }, { name = "strike" }
	return { guard, self.lane[1] and self.rest_s == 0 and strike or nil }
end

function Arena:done() return not (self.lane[1] or self.guard_until_s) end
function Arena:section() return { cooldown_s = self.cooldown_s } end

function Arena:snapshot()
	local state = self:metrics()
	state.at_s, state.blows = self.env.clock:now(), self.blows:state()
	return state
end

function Arena:restore(state)
	self.hp, self.felled, self.lane = state.hp, state.felled, { unpack(state.lane) }
	self.rest_s, self.guard_until_s, self.sharp = state.rest_s, state.guard_until_s, state.sharp
	self.blows:set_state(state.blows)
	if state.guard_until_s then
		Duel.guard_until(self, state.guard_until_s + (self.env.clock:now() - state.at_s))
	end
end

return Arena
