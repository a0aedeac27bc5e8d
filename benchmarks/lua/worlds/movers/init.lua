--- Many objects that move and bounce: the hot loop of a physics world, structure of arrays.

local Movers = {}
Movers.__index = Movers

Movers.describe = { actions = { nudge = {} }, metrics = { "bounces", "sum" } }

local WALL = 100

function Movers.new(env, options)
	local self = setmetatable({ env = env, count = options.count or 5000, bounces = 0 }, Movers)
	self.x, self.y, self.vx, self.vy = {}, {}, {}, {}
	local stream = env.rng:stream("start")
	for index = 1, self.count do
		self.x[index], self.y[index] = stream:random() * WALL, stream:random() * WALL
		self.vx[index], self.vy[index] = stream:random() * 20 - 10, stream:random() * 20 - 10
	end
	return self
end

function Movers:apply(action)
	if action.name ~= "nudge" then
		return nil, "unknown_action", "movers know no " .. action.name
	end
	for index = 1, self.count do
		self.vx[index] = self.vx[index] + 0.5
	end
	return true
end

function Movers:substep(dt)
	local x, y, vx, vy, bounces = self.x, self.y, self.vx, self.vy, 0
	for index = 1, self.count do
		local px, py = x[index] + vx[index] * dt, y[index] + vy[index] * dt
		if px < 0 or px > WALL then
			vx[index] = -vx[index]
			bounces = bounces + 1
		end
		if py < 0 or py > WALL then
			vy[index] = -vy[index]
			bounces = bounces + 1
		end
		x[index], y[index] = px, py
	end
	if bounces > 0 then
		self.bounces = self.bounces + bounces
		self.env.record:sample("bounces", self.bounces)
	end
end

function Movers:step() end

function Movers:done()
	return true
end

function Movers:metrics()
	local sum = 0
	for index = 1, self.count do
		sum = sum + self.x[index] + self.y[index]
	end
	return { bounces = self.bounces, sum = sum }
end

return Movers
