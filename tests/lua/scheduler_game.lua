-- A random game on the scheduler, the twin of `Game` in `test_scheduler_model.py`: both draw from the same
-- generator, so they stay alike as long as every callback comes in the same order.

local seed, rounds, burst_max = ...
local Scheduler = require("harness.scheduler")

local clock = { now = 0 }
local scheduler = Scheduler.new(clock, 7)
local huge = math.huge
local state = seed
local log, handles = {}, {}
local entries_left, depth = 30 * rounds, 0
local PRIORITIES = { 0, 10, 20, 30, 999 }

local function draw(n)
	state = state * 16807 % 2147483647
	return state % n
end

local function unit()
	return draw(1000000) / 1000000
end

local function note(...)
	log[#log + 1] = string.format(...)
end

local function delay()
	local kind = draw(8)
	if kind == 0 then
		return 0
	elseif kind == 1 then
		return unit() * 0.001
	elseif kind == 2 or kind == 3 then
		return draw(10) / 240
	elseif kind == 4 or kind == 5 then
		return unit() * 2
	elseif kind == 6 then
		return unit() * 40
	end
	return draw(4) == 0 and 1e12 * unit() or unit() * 500
end

local fire

local function schedule(wait)
	if entries_left == 0 then
		return
	end
	entries_left = entries_left - 1
	local id = #handles + 1
	local function call()
		fire(id)
	end
	local kind = draw(10)
	if kind == 0 then
		handles[id] = scheduler:every(wait + 0.001, call)
	elseif kind == 1 then
		handles[id] = scheduler:at(clock.now - wait, call)
	elseif kind <= 4 then
		handles[id] = scheduler:at(clock.now + wait, call, PRIORITIES[draw(5) + 1])
	elseif kind <= 7 then
		handles[id] = scheduler:after(wait, call, PRIORITIES[draw(5) + 1])
	else
		handles[id] = scheduler:after(wait, call)
	end
end

local function cancel()
	local id = draw(#handles + 1)
	if draw(4) > 0 then
		id = math.max(0, #handles - draw(20))
	end
	note("cancel %d %s", id, tostring(scheduler:cancel(handles[id] or -1)))
end

local function on_dispatch(due, born)
	note("due %.17g born %d", due, born)
end

local function drain()
	local before = draw(3) == 0 and clock.now + (unit() - 0.5) * 0.01 or huge
	return scheduler:drain(clock.now, before, on_dispatch)
end

function fire(id)
	note("fire %d at %.17g", id, clock.now)
	local kind = draw(100)
	if kind < 35 then
		schedule(delay())
	elseif kind < 45 then
		schedule(0)
		schedule(0)
	elseif kind < 55 then
		cancel()
	elseif kind < 60 then
		note("self %s", tostring(scheduler:cancel(handles[id])))
	elseif kind < 63 and depth < 5 then
		depth = depth + 1
		clock.now = clock.now + draw(2) * 0.01
		note("nested %d", drain())
		depth = depth - 1
	elseif kind == 63 and draw(40) == 0 then
		scheduler:clear()
		note("clear")
	elseif kind == 64 then
		error("fault", 0)
	end
end

local function report()
	note("depth %d one %d scheduled %d", scheduler:depth(), scheduler:one_shots(), scheduler.scheduled)
	note("due %d next %.17g", scheduler:due_count(clock.now + 1), scheduler:next_due() or -1)
	local kind = draw(30)
	local rows = kind == 0 and scheduler:pending() or {}
	for index = 1, #rows do
		note("%.17g %d %.17g", rows[index][1], rows[index][2], rows[index][3] or 0)
	end
end

for _ = 1, rounds do
	local kind = draw(20)
	if kind < 10 then
		schedule(delay())
	elseif kind == 10 then
		local base, width = delay(), draw(2) * 0.002
		for _ = 1, draw(burst_max) + 1 do
			schedule(base + width * unit())
		end
	elseif kind < 13 then
		cancel()
	elseif kind < 19 then
		local step = draw(60) == 0 and 30 * unit() or draw(2) / 240 + draw(2) * 0.02 * unit()
		clock.now = clock.now + step
		note("watermark %d", scheduler:begin_drain())
		depth = 0
		local is_ok, result = pcall(drain)
		note("drained %s %s", tostring(is_ok), tostring(result))
	else
		report()
	end
end
return table.concat(log, "\n")
