--- The queue of the scheduler: entries in the order (due, key).
---
--- Four places hold the entries, and the earliest is the least of three fronts:
--- * the wheel: a circle of buckets of 1/480 s, each an unordered list, for the near future;
--- * the open bucket: the first of them, sorted from late to early, taken from its end;
--- * the line: a first-in first-out list for what is due at the present moment (zero delays);
--- * the heap: the far future, and whatever would take long to insert into the open bucket.
---
--- Promises exact order, no garbage but when it grows, and never to be much worse than a heap. An
--- entry is in at most one place; its due and key do not change there.

local Entries = require("harness.entries")
local Heap = require("harness.heap")
local sort = require("harness.slot_sort").sort

local floor, huge, min = math.floor, math.huge, math.min
local setmetatable = setmetatable
local table_new = table_new

local KEY, NEXT, CALL, STEP = Entries.KEY, Entries.NEXT, Entries.CALL, Entries.STEP

local BUCKETS_PER_S = 480
local BUCKETS = 4096

-- Beyond this, bucket numbers are no exact integers: all later times share one bucket.
local BUCKET_MAX = 2 ^ 52

-- How far an insertion into the open bucket walks before the heap is cheaper.
local WALK_MAX = 24

---@class harness.Wheel
---@field entries table  the fields of all entries, by slot
local Wheel = {}
Wheel.__index = Wheel

function Wheel.new()
	local head = table_new(BUCKETS, 1)
	for index = 0, BUCKETS - 1 do
		head[index] = 0
	end
	local entries = { 0, 0, 0 }
	return setmetatable({
		entries = entries,
		head = head, -- bucket number modulo BUCKETS -> first slot of its list
		bucket = -1, -- number of the open bucket; the lists hold later ones
		open = {},
		open_count = 0,
		scratch = {},
		first = 0,
		last = 0,
		heap = Heap.new(entries),
	}, Wheel)
end

--- Make room for the slots STEP * (1 .. capacity).
function Wheel:reserve(capacity)
	local entries = self.entries
	for index = #self.open + 1, capacity do
		local slot = STEP * index
		entries[slot], entries[slot + KEY] = 0.5, 0.5
		entries[slot + NEXT], entries[slot + CALL] = 0, false
		self.open[index] = 0
		self.scratch[index] = 0
	end
	self.heap:reserve(capacity)
end

local function bucket_of(due)
	return min(floor(due * BUCKETS_PER_S), BUCKET_MAX)
end

local function push_open(self, due, key, slot)
	local entries, open, count = self.entries, self.open, self.open_count
	local index, stop = count, count - WALK_MAX
	while index > 0 do
		local other = open[index]
		local other_due = entries[other]
		if other_due > due or (other_due == due and entries[other + KEY] > key) then
			break
		end
		index = index - 1
		if index < stop then
			return self.heap:push(due, key, slot)
		end
	end
	for place = count, index + 1, -1 do
		open[place + 1] = open[place]
	end
	open[index + 1] = slot
	self.open_count = count + 1
end

--- Set an entry's due and key and add it. `now` decides only how fast it is found again.
function Wheel:push(slot, due, key, now)
	local entries = self.entries
	entries[slot], entries[slot + KEY] = due, key
	if due == now then
		local last = self.last
		if last == 0 then
			self.first, self.last, entries[slot + NEXT] = slot, slot, 0
			return
		elseif entries[last] < due or (entries[last] == due and entries[last + KEY] < key) then
			entries[last + NEXT], self.last, entries[slot + NEXT] = slot, slot, 0
			return
		end
	end
	local bucket = bucket_of(due)
	local ahead = bucket - self.bucket
	if ahead <= 0 then
		return push_open(self, due, key, slot)
	elseif ahead > BUCKETS then
		return self.heap:push(due, key, slot)
	end
	local head, place = self.head, bucket % BUCKETS
	entries[slot + NEXT] = head[place]
	head[place] = slot
end

-- Move a bucket's list into the open bucket.
local function open_list(self, slot)
	local entries, open = self.entries, self.open
	local count, is_sorted = 0, true
	local before_due, before_key = huge, huge
	while slot ~= 0 do
		local due, key = entries[slot], entries[slot + KEY]
		-- What was pushed in order comes out of the list from late to early.
		if due > before_due or (due == before_due and key > before_key) then
			is_sorted = false
		end
		count = count + 1
		open[count] = slot
		before_due, before_key = due, key
		slot = entries[slot + NEXT]
	end
	self.open_count = count
	if not is_sorted then
		self.open, self.scratch = sort(entries, open, self.scratch, count)
	end
end

-- Open the first bucket up to number `final` that holds an entry.
local function advance(self, final)
	local head = self.head
	for bucket = self.bucket + 1, min(final, self.bucket + BUCKETS) do
		local slot = head[bucket % BUCKETS]
		if slot ~= 0 then
			self.bucket = bucket
			head[bucket % BUCKETS] = 0
			return open_list(self, slot)
		end
	end
	self.bucket = final
end

--- Remove and return the earliest slot with due <= limit and due < before; 0 when there is none.
function Wheel:take(limit, before)
	if self.open_count == 0 then
		local final = min(bucket_of(limit), bucket_of(before))
		if final > self.bucket then
			advance(self, final)
		end
	end
	local entries, heap, first, count = self.entries, self.heap, self.first, self.open_count
	local slot, due = 0, huge
	if count > 0 then
		slot = self.open[count]
		due = entries[slot]
	end
	local is_first = false
	if first ~= 0 then
		local first_due = entries[first]
		if first_due < due or (first_due == due and entries[first + KEY] < entries[slot + KEY]) then
			slot, due, is_first = first, first_due, true
		end
	end
	local heap_due = heap.nodes[2]
	if heap_due <= due and heap.count > 0 then
		local root = heap.nodes[3]
		if heap_due < due or entries[root + KEY] < entries[slot + KEY] then
			if heap_due > limit or heap_due >= before then
				return 0
			end
			return heap:pop()
		end
	end
	if due > limit or due >= before then
		return 0
	elseif is_first then
		first = entries[slot + NEXT]
		self.first = first
		if first == 0 then
			self.last = 0
		end
	else
		self.open_count = count - 1
	end
	return slot
end

-- The earliest time in the buckets that are not open yet; `bound` when it is no later.
local function earliest_listed(self, bound)
	local head, entries = self.head, self.entries
	for bucket = self.bucket + 1, min(self.bucket + BUCKETS, bucket_of(bound)) do
		local slot, best = head[bucket % BUCKETS], bound
		while slot ~= 0 do
			if entries[slot + CALL] and entries[slot] < best then
				best = entries[slot]
			end
			slot = entries[slot + NEXT]
		end
		if best < bound then
			return best
		end
	end
	return bound
end

--- The earliest time of an entry that was not cancelled; infinite when there is none.
function Wheel:earliest()
	local entries, open = self.entries, self.open
	local best = self.heap:earliest()
	for index = self.open_count, 1, -1 do
		if entries[open[index] + CALL] then
			best = min(best, entries[open[index]])
			break
		end
	end
	local slot = self.first
	while slot ~= 0 do
		if entries[slot + CALL] then
			best = min(best, entries[slot])
			break
		end
		slot = entries[slot + NEXT]
	end
	return earliest_listed(self, best)
end

--- Remove all entries; the open bucket is then the one before that of `now`.
function Wheel:empty(now)
	for index = 0, BUCKETS - 1 do
		self.head[index] = 0
	end
	self.open_count, self.first, self.last = 0, 0, 0
	self.bucket = bucket_of(now) - 1
	self.heap:empty()
end

return Wheel
