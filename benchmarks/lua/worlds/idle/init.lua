--- Does nothing: what is left is what the harness itself costs.

local Idle = {}
Idle.__index = Idle

function Idle.new()
	return setmetatable({ notes = 0 }, Idle)
end

function Idle:apply()
	self.notes = self.notes + 1
	return true
end

function Idle:metrics()
	return { notes = self.notes }
end

return Idle
