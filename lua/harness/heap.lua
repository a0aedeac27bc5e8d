--- A binary heap of entries by (due, key).
---
--- Promises the earliest entry at the root and no garbage per operation: the array grows in
--- `reserve` alone. Knows nothing of time, lists or callbacks.

local Entries = require("harness.entries")

local floor, huge = math.floor, math.huge
local setmetatable = setmetatable

-- Node i is at 2i: its due time, then its slot. Times stand here, beside their neighbours in the
-- tree; the key is read from the entry, and only among equal times.
local SLOT = 1

local KEY, CALL = Entries.KEY, Entries.CALL

---@class harness.Heap
---@field nodes number[]  `nodes[2]` is the earliest time, infinite when the heap is empty
---@field count integer
local Heap = {}
Heap.__index = Heap

---@param entries table  due and key of each slot; they do not change while the slot is here
function Heap.new(entries)
	return setmetatable({ entries = entries, nodes = { 0, huge, 0 }, count = 0 }, Heap)
end

--- Make room for `capacity` entries.
function Heap:reserve(capacity)
	-- One more than can be held: beyond the last node stands an infinite one, so that `drop`
	-- compares children without asking whether they exist.
	local nodes = self.nodes
	for node = #nodes + 1, 2 * capacity + 2, 2 do
		nodes[node], nodes[node + SLOT] = huge, 0
	end
end

function Heap:push(due, key, slot)
	local entries, nodes = self.entries, self.nodes
	local index = self.count + 1
	self.count = index
	while index > 1 do
		local parent = floor(index * 0.5)
		local parent_due, parent_slot = nodes[2 * parent], nodes[2 * parent + SLOT]
		if parent_due < due or (parent_due == due and entries[parent_slot + KEY] < key) then
			break
		end
		nodes[2 * index], nodes[2 * index + SLOT] = parent_due, parent_slot
		index = parent
	end
	nodes[2 * index], nodes[2 * index + SLOT] = due, slot
end

--- Remove and return the slot at the root.
function Heap:pop()
	local entries, nodes, count = self.entries, self.nodes, self.count
	local root = nodes[2 + SLOT]
	local due, slot = nodes[2 * count], nodes[2 * count + SLOT]
	nodes[2 * count] = huge
	count = count - 1
	self.count = count
	if count == 0 then
		return root
	end
	local index, child = 1, 2
	while child <= count do
		local child_due, right_due = nodes[2 * child], nodes[2 * child + 2]
		if right_due <= child_due and child < count then
			local left, right = nodes[2 * child + SLOT], nodes[2 * child + 2 + SLOT]
			if right_due < child_due or entries[right + KEY] < entries[left + KEY] then
				child, child_due = child + 1, right_due
			end
		end
		local below = nodes[2 * child + SLOT]
		if due < child_due or (due == child_due and entries[slot + KEY] < entries[below + KEY]) then
			break
		end
		nodes[2 * index], nodes[2 * index + SLOT] = child_due, below
		index = child
		child = 2 * index
	end
	nodes[2 * index], nodes[2 * index + SLOT] = due, slot
	return root
end

local function earliest_below(self, index, best)
	local due = index <= self.count and self.nodes[2 * index] or huge
	if due >= best then
		return best
	elseif self.entries[self.nodes[2 * index + SLOT] + CALL] then
		return due
	end
	best = earliest_below(self, 2 * index, best)
	return earliest_below(self, 2 * index + 1, best)
end

--- The earliest time of an entry that was not cancelled; infinite when there is none.
function Heap:earliest()
	return earliest_below(self, 1, huge)
end

--- Remove all entries.
function Heap:empty()
	for index = 1, self.count do
		self.nodes[2 * index] = huge
	end
	self.count = 0
end

return Heap
