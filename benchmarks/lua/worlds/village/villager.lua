--- One villager: it looks around, decides by its state, walks, and answers what it is told.

local Villager = {}
Villager.__index = Villager

local SIGHT = 6
local PATIENCE_S = 3

function Villager.new(id, x, y, draw)
	local self = setmetatable({ id = id, name = ("v%03d"):format(id), x = x, y = y }, Villager)
	self.goal = { x = x, y = y }
	self.speed, self.energy = 1 + draw(), 0.5 + draw() / 2
	self.state, self.since_s = "idle", 0
	self.neighbours, self.friends, self.heard = {}, {}, 0
	return self
end

function Villager:distance_to(x, y)
	local dx, dy = x - self.x, y - self.y
	return math.sqrt(dx * dx + dy * dy)
end

function Villager:enter(state)
	self.state, self.since_s = state, 0
end

--- Walk towards the goal; true once it is reached.
function Villager:walk(dt)
	local distance = self:distance_to(self.goal.x, self.goal.y)
	local step = self.speed * dt
	if distance <= step then
		self.x, self.y = self.goal.x, self.goal.y
		return true
	end
	self.x = self.x + (self.goal.x - self.x) / distance * step
	self.y = self.y + (self.goal.y - self.y) / distance * step
	return false
end

--- Remember who is in sight, the nearest first.
function Villager:look(crowd)
	local seen = {}
	for _, other in ipairs(crowd) do
		if other ~= self then
			local distance = self:distance_to(other.x, other.y)
			if distance < SIGHT then
				seen[#seen + 1] = { who = other, distance = distance }
			end
		end
	end
	table.sort(seen, function(a, b)
		if a.distance ~= b.distance then
			return a.distance < b.distance
		end
		return a.who.id < b.who.id
	end)
	self.neighbours = seen
end

--- The nearest neighbour that `is_wanted` takes.
function Villager:find(is_wanted)
	for _, neighbour in ipairs(self.neighbours) do
		if is_wanted(neighbour.who) then
			return neighbour.who
		end
	end
	return nil
end

function Villager:hear(village, text)
	local verb, from, rest = text:match("^(%a+) v(%d+) ?(.*)$")
	local answer = village.answers[verb]
	if answer then
		self.heard = self.heard + 1
		answer(self, tonumber(from), rest)
	end
end

local States = {}

function States.idle(self, village, dt)
	self.energy = math.min(1, self.energy + 0.1 * dt)
	if self.since_s < 0.5 then
		return
	end
	local friend = self:find(function(other)
		return other.state == "idle" and not self.friends[other.name]
	end)
	if friend and self.energy > 0.3 then
		village:tell(friend, ("greet %s %d"):format(self.name, math.floor(self.energy * 100)))
		self:enter("waiting")
	else
		self.goal = village:place()
		self:enter("walking")
	end
end

function States.walking(self, village, dt)
	self.energy = self.energy - 0.05 * dt
	if self:walk(dt) or self.energy < 0.1 or self.since_s > 2 * PATIENCE_S then
		self:enter("idle")
	end
end

function States.waiting(self, village)
	if self.since_s > PATIENCE_S then
		village.disappointed = village.disappointed + 1
		self:enter("idle")
	end
end

function Villager:live(village, dt)
	self.since_s = self.since_s + dt
	States[self.state](self, village, dt)
end

return Villager
