--- A turn-based world: a card duel. Time passes inside actions only.

local Rounds = {}
Rounds.__index = Rounds

Rounds.describe = {
	actions = { draw = {}, play = { card = "integer" }, rest = { seconds = "number" } },
	metrics = { "round", "hand", "score", "poison", "clock_s" },
	events = { "drawn", "played", "poisoned" },
	frame_rate_hz = 60,
}

function Rounds.new(env)
	return setmetatable({
		env = env,
		deck = env.rng:stream("deck"),
		round = 0,
		hand = {},
		score = 0,
		poison = 0,
		poison_left_s = nil,
	}, Rounds)
end

local function copy(list)
	local result = {}
	for index, value in ipairs(list) do
		result[index] = value
	end
	return result
end

-- Poison bites each half second, three times; what is left of it is part of the state.
function Rounds:bite_in(delay_s, times)
	self.bites, self.bite_due_s = times, self.env.clock:now() + delay_s
	self.env.scheduler:after(delay_s, function()
		self.poison = self.poison + 1
		self.env.record:event("poisoned", { poison = self.poison })
		self.bites = nil
		if times > 1 then
			self:bite_in(0.5, times - 1)
		end
	end)
end

local ACTIONS = {}

function ACTIONS.draw(self)
	local card = self.deck:integer(1, 6)
	self.hand[#self.hand + 1] = card
	self.env.record:event("drawn", { card = card })
	self.env.clock:advance(0.25)
	return { card = card }
end

function ACTIONS.play(self, args)
	local card = table.remove(self.hand, args.card)
	self.score = self.score + card
	self.round = self.round + 1
	self.env.record:event("played", { card = card, score = self.score })
	if card == 6 and not self.bites then
		self:bite_in(0.5, 3)
	end
	self.env.clock:advance(0.5)
end

function ACTIONS.rest(self, args)
	self.env.clock:advance(args.seconds)
end

function Rounds:refusal(action)
	if not ACTIONS[action.name] then
		return "unknown_action", "no such action: " .. tostring(action.name)
	elseif action.name == "play" and not self.hand[action.args.card] then
		return "no_card", "no card " .. tostring(action.args.card) .. " in the hand"
	elseif action.name == "draw" and #self.hand >= 5 then
		return "hand_full", "the hand holds five cards"
	end
end

function Rounds:apply(action)
	local code, message = self:refusal(action)
	if code then
		return nil, code, message
	end
	return true, ACTIONS[action.name](self, action.args)
end

function Rounds:metrics()
	return {
		round = self.round,
		hand = copy(self.hand),
		score = self.score,
		poison = self.poison,
		clock_s = self.env.clock:now(),
	}
end

function Rounds:actions()
	local list = { { name = "rest", args = { seconds = 1 } } }
	if #self.hand < 5 then
		list[2] = { name = "draw" }
	end
	for index = 1, #self.hand do
		list[#list + 1] = { name = "play", args = { card = index } }
	end
	return list
end

function Rounds:snapshot()
	return {
		round = self.round,
		hand = copy(self.hand),
		score = self.score,
		poison = self.poison,
		bites = self.bites,
		bite_in_s = self.bites and self.bite_due_s - self.env.clock:now(),
		deck = self.deck:state(),
	}
end

function Rounds:restore(state)
	self.round, self.score, self.poison = state.round, state.score, state.poison
	self.hand = copy(state.hand)
	self.deck:set_state(state.deck)
	if state.bites then
		self:bite_in(state.bite_in_s, state.bites)
	end
end

return Rounds
