--- Sorts slots from late to early by (due, key).
---
--- Our own sort: `table.sort` is never compiled together with its comparison, which made full
--- buckets of the wheel many times slower. Promises no garbage: the caller lends the second array.

local Entries = require("harness.entries")

local min = math.min

local KEY = Entries.KEY

-- Runs of this length are sorted by insertion, then merged.
local RUN = 8

local function insert_run(entries, slots, from, to)
	for index = from + 1, to do
		local slot = slots[index]
		local due, key = entries[slot], entries[slot + KEY]
		local place = index
		while place > from do
			local other = slots[place - 1]
			local other_due = entries[other]
			if other_due > due or (other_due == due and entries[other + KEY] > key) then
				break
			end
			slots[place] = other
			place = place - 1
		end
		slots[place] = slot
	end
end

-- Merge [from, middle) and [middle, stop) of `source` into `target`.
local function merge(entries, source, target, from, middle, stop)
	local left, right, index = from, middle, from
	while left < middle and right < stop do
		local a, b = source[left], source[right]
		local a_due, b_due = entries[a], entries[b]
		if a_due > b_due or (a_due == b_due and entries[a + KEY] > entries[b + KEY]) then
			target[index] = a
			left = left + 1
		else
			target[index] = b
			right = right + 1
		end
		index = index + 1
	end
	for rest = left, middle - 1 do
		target[index] = source[rest]
		index = index + 1
	end
	for rest = right, stop - 1 do
		target[index] = source[rest]
		index = index + 1
	end
end

local SlotSort = {}

--- Sort `slots[1..count]`; return the array that holds the result and the other one.
---@param entries table  due and key of each slot
---@param slots integer[]
---@param scratch integer[]
---@param count integer
---@return integer[], integer[]
function SlotSort.sort(entries, slots, scratch, count)
	for from = 1, count, RUN do
		insert_run(entries, slots, from, min(from + RUN - 1, count))
	end
	local width = RUN
	while width < count do
		for from = 1, count, 2 * width do
			local middle = min(from + width, count + 1)
			merge(entries, slots, scratch, from, middle, min(from + 2 * width, count + 1))
		end
		slots, scratch = scratch, slots
		width = 2 * width
	end
	return slots, scratch
end

return SlotSort
