--- The live threats: one flat array per field, indexed by slot.
---
--- `order[1..count]` are the slots of the live threats in the order in which they were spawned; a
--- slot is used again when its threat is gone, so memory follows the threats alive at once. Slot 0
--- belongs to nobody: physics tries things out there. A time that is not known is `math.huge`.

local Threats = {}
Threats.__index = Threats

local NONE_S = math.huge

-- What a slot holds while nobody lives in it.
local EMPTY = {
	serial = 0, id = false, spec = false, is_real = false, in_contact = false,
	px = 0, py = 0, pz = 0, vx = 0, vy = 0, vz = 0,
	authored_s = 0, activated_s = 0, start_s = 0, latency_s = 0, motion = false,
	entered_s = NONE_S, contact_s = NONE_S, receding_s = NONE_S, is_quiet = true,
}
local FIELDS = {
	"serial", -- rises with each threat, 0 in a free slot
	"id", "spec", "is_real",
	"in_contact", -- inside the sphere at the physics time
	"px", "py", "pz", "vx", "vy", "vz", -- at the physics time
	"authored_s", "activated_s",
	"start_s", -- where its motion begins
	"latency_s", "motion", -- `false` if it flies straight
	"entered_s", -- since when it is inside without a break
	"contact_s", -- when its contact counted
	"receding_s", -- since when it does not come closer
	"is_quiet", -- outside, on its way in and undecided: only its position matters
}

function Threats.new()
	local self = setmetatable({ count = 0, order = {}, free = {}, slots = 0, born = 0 }, Threats)
	for _, field in ipairs(FIELDS) do
		self[field] = { [0] = EMPTY[field] }
	end
	self._by_id = {}
	return self
end

--- Take a slot for the threat of this spec; it is the last of the order.
---@return integer slot
function Threats:add(spec)
	assert(not self._by_id[spec.id], "a threat with this id is alive")
	local slot = table.remove(self.free)
	if not slot then
		slot = self.slots + 1
		self.slots = slot
	end
	self:clear(slot)
	self.born = self.born + 1
	self.serial[slot], self.id[slot], self.spec[slot] = self.born, spec.id, spec
	self._by_id[spec.id] = slot
	self.count = self.count + 1
	self.order[self.count] = slot
	return slot
end

function Threats:clear(slot)
	for _, field in ipairs(FIELDS) do
		self[field][slot] = EMPTY[field]
	end
end

--- The threat is gone; its slot stays in the order until `compact`.
function Threats:drop(slot)
	self._by_id[self.id[slot]] = nil
	self:clear(slot)
end

--- Close the gaps that dropped threats left in the order.
function Threats:compact()
	local order, serial, free = self.order, self.serial, self.free
	local kept = 0
	for i = 1, self.count do
		local slot = order[i]
		if serial[slot] == 0 then
			free[#free + 1] = slot
		else
			kept = kept + 1
			order[kept] = slot
		end
	end
	for i = kept + 1, self.count do
		order[i] = nil
	end
	self.count = kept
end

--- Take over where a threat is, how it moves and what it touched, as it is now.
function Threats:copy(from, to)
	for _, field in ipairs(FIELDS) do
		self[field][to] = self[field][from]
	end
end

--- Where the threat in `slot` is, `ahead_s` seconds after the physics, and its velocity.
---@return number x, number y, number z, number vx, number vy, number vz
function Threats:reading(slot, ahead_s)
	local vx, vy, vz = self.vx[slot], self.vy[slot], self.vz[slot]
	return self.px[slot] + vx * ahead_s, self.py[slot] + vy * ahead_s,
		self.pz[slot] + vz * ahead_s, vx, vy, vz
end

---@return integer|nil slot of the live threat with this id
function Threats:slot_of(id)
	return self._by_id[id]
end

return Threats
