--- A village as game code is written: objects with methods, states, messages, closures, short
--- texts. Nothing in it is made fast; it is there to be measured.

local Villager = require("worlds.village.villager")

local Village = {}
Village.__index = Village

Village.describe = {
	actions = { rumour = { text = "string" } },
	metrics = {
		"told", "friendships", "disappointed", "busiest", "sum", "idle", "walking", "waiting",
	},
	frame_rate_hz = 60,
}

local SIDE, CELL = 80, 8
local CELLS = SIDE / CELL
-- Each frame one villager in so many looks around.
local LOOK_EVERY = 15

function Village.new(env, options)
	local self = setmetatable({ env = env, frame = 0, villagers = {}, mail = {} }, Village)
	self.told, self.friendships, self.disappointed, self.busiest = 0, 0, 0, ""
	local stream = env.rng:stream("village")
	self.draw = function()
		return stream:random()
	end
	for id = 1, options.count or 500 do
		local x, y = self.draw() * SIDE, self.draw() * SIDE
		self.villagers[id] = Villager.new(id, x, y, self.draw)
	end
	self.answers = self:make_answers()
	env.scheduler:every(1, function()
		self:rank()
	end)
	return self
end

function Village:make_answers()
	local function befriend(one, other)
		one.friends[other.name] = true
		self.friendships = self.friendships + 1
	end
	return {
		greet = function(villager, from, energy)
			local other = self.villagers[from]
			if tonumber(energy) > 40 then
				befriend(villager, other)
				self:tell(other, "welcome " .. villager.name)
			end
		end,
		welcome = function(villager, from)
			befriend(villager, self.villagers[from])
			villager:enter("idle")
		end,
		rumour = function(villager, _, text)
			for word in text:gmatch("%a+") do
				if word:upper() == "FEAST" then
					villager.goal = { x = SIDE / 2, y = SIDE / 2 }
					villager:enter("walking")
				end
			end
		end,
	}
end

function Village:place()
	return { x = self.draw() * SIDE, y = self.draw() * SIDE }
end

function Village:tell(villager, text)
	table.insert(self.mail, { to = villager, text = text })
	self.told = self.told + 1
end

function Village:apply(action)
	if action.name ~= "rumour" then
		return nil, "unknown_action", "nobody in the village knows how to " .. action.name
	end
	for _, villager in ipairs(self.villagers) do
		self:tell(villager, "rumour v000 " .. action.args.text)
	end
	return true
end

function Village:crowd_around(villager)
	local crowd = {}
	local column, row = math.floor(villager.x / CELL), math.floor(villager.y / CELL)
	for near_row = row - 1, row + 1 do
		for near_column = column - 1, column + 1 do
			for _, other in ipairs(self.cells[near_row * CELLS + near_column] or {}) do
				crowd[#crowd + 1] = other
			end
		end
	end
	return crowd
end

function Village:sort_into_cells()
	self.cells = {}
	for _, villager in ipairs(self.villagers) do
		local key = math.floor(villager.y / CELL) * CELLS + math.floor(villager.x / CELL)
		local cell = self.cells[key]
		if not cell then
			cell = {}
			self.cells[key] = cell
		end
		cell[#cell + 1] = villager
	end
end

function Village:deliver()
	local mail = self.mail
	self.mail = {}
	for _, message in ipairs(mail) do
		message.to:hear(self, message.text)
	end
end

function Village:step(dt)
	self.frame = self.frame + 1
	self:deliver()
	self:sort_into_cells()
	for index, villager in ipairs(self.villagers) do
		if (index + self.frame) % LOOK_EVERY == 0 then
			villager:look(self:crowd_around(villager))
		end
		villager:live(self, dt)
	end
end

function Village:rank()
	local rows = {}
	for _, villager in ipairs(self.villagers) do
		rows[#rows + 1] = { name = villager.name, heard = villager.heard }
	end
	table.sort(rows, function(a, b)
		return a.heard > b.heard or (a.heard == b.heard and a.name < b.name)
	end)
	local names = {}
	for index = 1, 10 do
		names[index] = rows[index].name .. "=" .. rows[index].heard
	end
	self.busiest = table.concat(names, " ")
	self.env.record:event("ranked", { busiest = self.busiest })
end

function Village:done()
	return true
end

function Village:metrics()
	local metrics = { idle = 0, walking = 0, waiting = 0, sum = 0, busiest = self.busiest }
	for _, villager in ipairs(self.villagers) do
		metrics[villager.state] = metrics[villager.state] + 1
		metrics.sum = metrics.sum + villager.x + villager.y
	end
	metrics.told, metrics.friendships = self.told, self.friendships
	metrics.disappointed = self.disappointed
	return metrics
end

return Village
