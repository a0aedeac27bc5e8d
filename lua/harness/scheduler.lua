--- The event queue of one run.
---
--- Callbacks fire in the order (due time, priority, sequence): the same order in every VM, whatever
--- was cancelled in between. Times are exact doubles in seconds of the run's clock. A callback may
--- schedule, cancel, clear and drain; when it raises, the error passes through and the queue stays
--- whole. No event leaves garbage: entries are slots in flat arrays, which grow outside the drain.

local ROUNDING_S = require("harness.clock").ROUNDING_S
local Entries = require("harness.entries")
local Wheel = require("harness.wheel")

local floor, huge, max, min = math.floor, math.huge, math.max, math.min
local format = string.format
local error, setmetatable, type = error, setmetatable, type

-- Called by name: a method of another object costs two more look-ups in the hot path.
local push, take, born_of = Wheel.push, Wheel.take, Entries.born

local KEY, NEXT, CALL = Entries.KEY, Entries.NEXT, Entries.CALL
local STEP, KEY_STEP = Entries.STEP, Entries.KEY_STEP

-- More callbacks than this in one drain are taken for a loop that never lets time pass.
local MAX_DRAIN = 100000

-- A handle is sequence * SLOT_LIMIT + slot, so the sequence number is the generation of the slot.
local SLOT_LIMIT = 2 ^ 22
local ENTRIES_MAX = SLOT_LIMIT / STEP - 1
local ENTRIES_FIRST = 256

-- Far below 2^31, where handles cease to be exact, by more than one drain can add.
local SEQUENCE_MAX = 2 ^ 30

local PRIORITY_MAX = 999
local PRIORITY_DEFAULT = 30

-- Cancelled entries stay in their place until they are due or until they are the majority.
local SWEEP_MIN = 4096

---@class harness.Scheduler
---@field scheduled integer  how many entries were ever scheduled
local Scheduler = {}
Scheduler.__index = Scheduler
Scheduler.MAX_DRAIN = MAX_DRAIN

---@param clock { now: number }  read at each call
---@param first_sequence integer  the sequence number of the first entry
function Scheduler.new(clock, first_sequence)
	local wheel = Wheel.new()
	local self = setmetatable({
		scheduled = 0,
		_clock = clock,
		_first = first_sequence,
		_sequence = first_sequence,
		_ran = 0,
		_ran_max = MAX_DRAIN,
		_cancelled = 0,
		_dead = 0, -- cancelled entries that are still in the wheel
		_wheel = wheel,
		_entries = wheel.entries,
		_repeats = 0, -- live entries of `every`
		_free = 0, -- first free slot; NEXT links it to the others
		_capacity = 0,
	}, Scheduler)
	self:_grow(ENTRIES_FIRST)
	return self
end

function Scheduler:_grow(capacity)
	if capacity > ENTRIES_MAX then
		error(format("scheduler: more than %d entries at once (ENTRIES_MAX)", ENTRIES_MAX), 0)
	end
	self._wheel:reserve(capacity)
	-- From high to low, so that low slots are handed out first.
	for index = capacity, self._capacity + 1, -1 do
		local slot = STEP * index
		self._entries[slot + NEXT], self._free = self._free, slot
	end
	self._capacity = capacity
end

local function show(value)
	return type(value) == "number" and format("%.14g", value) or "a " .. type(value)
end

-- Level 3 is the line that called the method.
local function require_call(method, call)
	if type(call) ~= "function" then
		error(format("%s: the callback must be a function, got %s", method, show(call)), 3)
	end
end

local function require_priority(method, priority)
	local is_whole = type(priority) == "number" and floor(priority) == priority
	if not is_whole or priority < 0 or priority > PRIORITY_MAX then
		local text = "%s: the priority must be a whole number from 0 to %d, got %s"
		error(format(text, method, PRIORITY_MAX, show(priority)), 3)
	end
end

local function add(self, due, now, call, priority)
	if self._free == 0 then
		self:_grow(min(2 * self._capacity, max(ENTRIES_MAX, self._capacity + 1)))
	end
	local slot, entries = self._free, self._entries
	self._free = entries[slot + NEXT]
	local sequence = self._sequence
	self._sequence = sequence + 1
	self.scheduled = self.scheduled + 1
	entries[slot + CALL] = call
	push(self._wheel, slot, due, priority * KEY_STEP + sequence, now)
	return sequence * SLOT_LIMIT + slot
end

--- Call `call` once, `delay_s` after the clock's present time.
---@param delay_s number  >= 0
---@param call fun()
---@param priority? integer  0 to 999, 30 when absent; less is earlier among equal times
---@return number handle
function Scheduler:after(delay_s, call, priority)
	local now = self._clock.now
	if type(delay_s) ~= "number" or not (delay_s >= 0 and now + delay_s < huge) then
		error(format("after: the delay must be a finite number >= 0, got %s", show(delay_s)), 2)
	end
	require_call("after", call)
	if priority ~= nil then
		require_priority("after", priority)
	end
	return (add(self, now + delay_s, now, call, priority or PRIORITY_DEFAULT))
end

--- Call `call` once at `time_s`; a time already past is due now.
---@param time_s number
---@param call fun()
---@param priority? integer
---@return number handle
function Scheduler:at(time_s, call, priority)
	if type(time_s) ~= "number" or not (time_s > -huge and time_s < huge) then
		error(format("at: the time must be a finite number, got %s", show(time_s)), 2)
	end
	require_call("at", call)
	if priority ~= nil then
		require_priority("at", priority)
	end
	local now = self._clock.now
	return (add(self, max(time_s, now), now, call, priority or PRIORITY_DEFAULT))
end

--- Call `call` at the present time + k * `period_s`, k = 1, 2, …, until it is cancelled.
---@param period_s number  > 0
---@param call fun()
---@return number handle
function Scheduler:every(period_s, call)
	local now = self._clock.now
	if type(period_s) ~= "number" or not (period_s > 0 and now + period_s < huge) then
		error(format("every: the period must be a finite number > 0, got %s", show(period_s)), 2)
	end
	require_call("every", call)
	local again =
		{ call = call, start_s = now, period_s = period_s, calls = 1, born = self._sequence }
	self._repeats = self._repeats + 1
	return (add(self, now + period_s, now, again, PRIORITY_DEFAULT))
end

-- Forget a live entry, whose slot is not free yet.
local function forget(self, slot)
	local entries = self._entries
	if type(entries[slot + CALL]) == "table" then
		self._repeats = self._repeats - 1
	end
	entries[slot + CALL] = false
	self._cancelled = self._cancelled + 1
end

local function release(self, slot)
	self._entries[slot + NEXT], self._free = self._free, slot
end

-- Build the queue anew from the live entries.
local function sweep(self)
	local entries, wheel, now = self._entries, self._wheel, self._clock.now
	wheel:empty(now)
	self._free, self._dead = 0, 0
	for slot = STEP * self._capacity, STEP, -STEP do
		if entries[slot + CALL] then
			push(wheel, slot, entries[slot], entries[slot + KEY], now)
		else
			release(self, slot)
		end
	end
end

--- Cancel an entry. A handle whose entry has run, was cancelled or never existed does nothing.
---@param handle number
---@return boolean was_pending
function Scheduler:cancel(handle)
	if type(handle) ~= "number" then
		error(format("cancel: a handle is a number, got %s", show(handle)), 2)
	end
	local entries, slot = self._entries, handle % SLOT_LIMIT
	local is_slot = slot % STEP == 0 and slot > 0 and slot <= STEP * self._capacity
	if not is_slot or not entries[slot + CALL] then
		return false
	elseif born_of(entries, slot) * SLOT_LIMIT + slot ~= handle then
		return false
	end
	forget(self, slot)
	self._dead = self._dead + 1
	if self._dead > SWEEP_MIN and self._dead > self:depth() then
		sweep(self)
	end
	return true
end

--- Cancel everything.
function Scheduler:clear()
	for slot = STEP, STEP * self._capacity, STEP do
		if self._entries[slot + CALL] then
			forget(self, slot)
		end
	end
	sweep(self)
end

--- Begin to count callbacks against MAX_DRAIN; return the next sequence number.
---@return integer watermark
function Scheduler:begin_drain()
	if self._sequence > SEQUENCE_MAX then
		error(format("scheduler: more than %d entries in one run (SEQUENCE_MAX)", SEQUENCE_MAX), 0)
	end
	self._ran_max = self._ran + MAX_DRAIN
	return self._sequence
end

-- Put the next call of an `every` in the queue.
local function rearm(self, slot, again)
	again.calls = again.calls + 1
	local sequence = self._sequence
	self._sequence = sequence + 1
	-- A product: a running sum would drift off the grid.
	local due = again.start_s + again.calls * again.period_s
	push(self._wheel, slot, due, PRIORITY_DEFAULT * KEY_STEP + sequence, self._clock.now)
end

-- Stop a drain that has run MAX_DRAIN callbacks; the entry it came to stays in the queue.
local function stop(self, slot)
	local entries = self._entries
	push(self._wheel, slot, entries[slot], entries[slot + KEY], self._clock.now)
	error("queue does not settle", 0)
end

--- Run, in order, every entry with due <= `now_s` (+ 1e-9) and due < `before_s`, also those that
--- the callbacks add. Return how many callbacks this call ran.
---@param now_s number
---@param before_s number
---@param on_dispatch? fun(due_s: number, born_sequence: integer)  just before each callback
---@return integer dispatched
function Scheduler:drain(now_s, before_s, on_dispatch)
	local entries, wheel, limit = self._entries, self._wheel, now_s + ROUNDING_S
	local dispatched = 0
	while true do
		local slot = take(wheel, limit, before_s)
		if slot == 0 then
			return dispatched
		end
		local call = entries[slot + CALL]
		if call then
			if self._ran >= self._ran_max then
				stop(self, slot)
			end
			self._ran = self._ran + 1
			dispatched = dispatched + 1
			local due, born = entries[slot], on_dispatch and born_of(entries, slot)
			if type(call) == "table" then
				rearm(self, slot, call)
				call = call.call
			else
				entries[slot + CALL] = false
				release(self, slot)
			end
			if on_dispatch then
				on_dispatch(due, born)
			end
			call()
		else
			self._dead = self._dead - 1
			release(self, slot)
		end
	end
end

--- How many entries are pending.
function Scheduler:depth()
	return self._sequence - self._first - self._ran - self._cancelled
end

--- How many entries are pending that are no `every`.
function Scheduler:one_shots()
	return self:depth() - self._repeats
end

--- How many entries are due by `time_s`.
function Scheduler:due_count(time_s)
	return Entries.due_count(self._entries, self._capacity, time_s + ROUNDING_S)
end

--- The time of the earliest entry, nil when nothing is pending.
---@return number?
function Scheduler:next_due()
	if self:depth() > 0 then
		return self._wheel:earliest()
	end
	return nil
end

--- Every entry in queue order as { due_s, priority, period_s or false }.
function Scheduler:pending()
	return Entries.pending(self._entries, self._capacity)
end

return Scheduler
