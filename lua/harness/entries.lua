--- How the entries of the event queue lie in memory, and the questions that walk over all of them.
---
--- All fields of an entry stand side by side in one array, 32 bytes: one look-up and mostly one
--- cache line where separate arrays cost four. A slot is the index of the due time, the first
--- field.
--- Slots are STEP, 2 * STEP, …; slot 0 is none.

local floor, sort = math.floor, table.sort
local type = type

---@class harness.Entries
local Entries = {
	KEY = 1, -- priority * KEY_STEP + sequence: the order among equal times, unique
	NEXT = 2, -- the next slot in the list that holds this one, 0 at the end
	CALL = 3, -- a function, the table of an `every`, or false: free or cancelled
	STEP = 4,
	KEY_STEP = 2 ^ 40, -- keys stay below 2^53, so one comparison of doubles decides exactly
}

local KEY, CALL, STEP, KEY_STEP = Entries.KEY, Entries.CALL, Entries.STEP, Entries.KEY_STEP

--- The sequence number that the live entry in a slot was created with.
function Entries.born(entries, slot)
	local call = entries[slot + CALL]
	return type(call) == "table" and call.born or entries[slot + KEY] % KEY_STEP
end

--- How many live entries of the first `capacity` are due by `limit`.
function Entries.due_count(entries, capacity, limit)
	local count = 0
	for slot = STEP, STEP * capacity, STEP do
		if entries[slot + CALL] and entries[slot] <= limit then
			count = count + 1
		end
	end
	return count
end

--- The live entries of the first `capacity` as { due_s, priority, period_s or false }, in queue
--- order.
function Entries.pending(entries, capacity)
	local slots = {}
	for slot = STEP, STEP * capacity, STEP do
		if entries[slot + CALL] then
			slots[#slots + 1] = slot
		end
	end
	sort(slots, function(a, b)
		return entries[a] < entries[b]
			or (entries[a] == entries[b] and entries[a + KEY] < entries[b + KEY])
	end)
	local rows = {}
	for index = 1, #slots do
		local slot = slots[index]
		local call = entries[slot + CALL]
		local period_s = type(call) == "table" and call.period_s
		rows[index] = { entries[slot], floor(entries[slot + KEY] / KEY_STEP), period_s }
	end
	return rows
end

return Entries
