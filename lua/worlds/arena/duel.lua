--- The rules of the arena. Targets are replaced, never changed, so views may keep them.

local Duel = {}

local LANE, SPEED_PER_S = 4, 4
-- What many frames count down would end a frame late without an allowance.
local ROUNDING = 1e-9

function Duel.apply(self, action)
	local name, args = action.name, action.args
	if name == "send" then
		table.insert(self.lane, { id = args.id, distance = LANE })
		self.env.record:event("sent", { id = args.id })
	elseif name == "strike" and self.rest_s > 0 then
		return nil, "cooling", ("the arm rests for %.3f s"):format(self.rest_s)
	elseif name == "strike" and not self.lane[1] then
		return nil, "nobody", "the lane is empty"
	elseif name == "strike" then
		self.felled, self.rest_s = self.felled + 1, self.cooldown_s
		self.env.record:event("felled", { id = table.remove(self.lane, 1).id })
	elseif name == "guard" then
		Duel.guard_until(self, self.env.clock:now() + args.seconds)
	elseif name == "rule" and args.rule == "sharp" then
		self.sharp = args.value
	else
		return nil, "unknown_action", "the arena knows no such " .. name
	end
	return true
end

--- Put the guard up until then, in place of one that is up.
function Duel.guard_until(self, time_s)
	self.env.scheduler:cancel(self.guard_timer)
	self.guard_until_s = time_s
	self.guard_timer = self.env.scheduler:at(time_s, function()
		self.guard_until_s = false
		self.env.record:event("lowered")
	end)
end

function Duel.walk(self, dt)
	local lane = self.lane
	for index, target in ipairs(lane) do
		lane[index] = { id = target.id, distance = target.distance - SPEED_PER_S * dt }
	end
	while lane[1] and lane[1].distance <= ROUNDING do
		local blow = self.blows:integer(8, 12) * (self.sharp and 2 or 1)
		local damage = self.guard_until_s and 0 or math.min(blow, self.hp)
		self.hp = self.hp - damage
		self.env.record:log("info", ("%d hp are left"):format(self.hp))
		self.env.record:event("reached", { id = table.remove(lane, 1).id, damage = damage })
	end
end

function Duel.rest(self, dt)
	self.rest_s = self.rest_s - dt > ROUNDING and self.rest_s - dt or 0
end

return Duel
