--- What can be done in the arena. Each action has a `refusal`, which only looks, and an `effect`.

local Duel = { refusal = {}, effect = {} }
local refusal, effect = Duel.refusal, Duel.effect

local GUARD_S, GUARDED_SHARE = 0.5, 0.25

--- A blow of about `power`, a fifth more or less; twice that under the rule `sharp`.
local function blow(self)
	local spread = math.floor(self.power / 5)
	local amount = self.blows:integer(self.power - spread, self.power + spread)
	return self.sharp and 2 * amount or amount
end

--- A target has come all the way: it hurts the duelist, a quarter as much through a guard.
function Duel.arrive(self, target)
	local counts, guarded, damage = self.counts, self.timers.guard ~= nil, blow(self)
	damage = guarded and math.floor(damage * GUARDED_SHARE) or damage
	self.hp = math.max(0, self.hp - damage)
	counts.reached, counts.blocked = counts.reached + 1, counts.blocked + (guarded and 1 or 0)
	self.env.record:event("reached", { id = target.id, damage = damage, guarded = guarded })
	if self.hp == 0 then
		self.env.scheduler:cancel(self.rest_handle)
		self.rest_due_s = nil
		self.env.record:event("fell", { by = target.id })
		self.env.record:log("info", "the duelist fell to " .. target.id)
	end
end

function refusal.send(self, args)
	if args.distance <= 0 or (args.speed or 1) <= 0 then
		return "not_positive", "distance and speed of a target are above 0"
	end
	for _, target in ipairs(self.targets) do
		if target.id == args.id then
			return "taken", "there is a target " .. args.id
		end
	end
end

function effect.send(self, args)
	local speed = args.speed or 3 + self.speeds:random()
	local target = { id = args.id, distance = args.distance, speed = speed, hp = args.hp or 20 }
	table.insert(self.targets, target)
	self.counts.sent = self.counts.sent + 1
	self.env.record:event("sent", { id = args.id, distance = args.distance, speed = speed })
end

--- The index of the nearest target within reach.
local function within_reach(self)
	local best
	for index, target in ipairs(self.targets) do
		if target.distance < (best and self.targets[best].distance or self.reach) then
			best = index
		end
	end
	return best
end

function refusal.strike(self)
	if self.timers.ready then
		return "cooling", "the last strike was too short a time ago"
	elseif not within_reach(self) then
		return "out_of_reach", ("nothing is within %g"):format(self.reach)
	end
end

function effect.strike(self)
	local index, damage = within_reach(self), blow(self)
	local target = self.targets[index]
	target.hp = target.hp - damage
	self.env.record:event("hit", { id = target.id, damage = damage })
	if target.hp <= 0 then
		table.remove(self.targets, index)
		self.counts.felled = self.counts.felled + 1
		self.env.record:event("felled", { id = target.id })
	end
	self:start("ready", self.cooldown_s)
	return { id = target.id, damage = damage }
end

function refusal.guard(self, args)
	if self.timers.guard then
		return "guarding", "the guard is up"
	elseif self.stamina <= 0 then
		return "exhausted", "there is no stamina left"
	elseif (args.seconds or 1) <= 0 then
		return "not_positive", "a guard takes more than 0 s"
	end
end

function effect.guard(self, args)
	self:start("guard", args.seconds or GUARD_S)
end

function refusal.lower(self)
	if not self.timers.guard then
		return "not_guarding", "the guard is down"
	end
end

function effect.lower(self)
	self:stop("guard", "released")
end

function refusal.rule(_, args)
	if args.rule ~= "sharp" then
		return "unknown_rule", "the one rule is sharp"
	end
end

function effect.rule(self, args)
	self.sharp = args.value
end

return Duel
