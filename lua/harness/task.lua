--- `task.*`, `wait`, `delay` and `spawn` on the virtual clock, for code written for engines that
--- have them.
---
--- A thread that waits is resumed by the scheduler. A wait lasts a frame at least, as it does where
--- such code comes from: a loop of empty waits passes frames and never hangs the queue.

local format = string.format

local Task = {}

local function show(value)
	if type(value) == "number" then
		return format("%.14g", value)
	end
	return value == nil and "nil" or "a " .. type(value)
end

---@param scheduler table
---@param clock table
---@param coroutines table the sandbox's guarded `coroutine` library
---@param failed fun(thread: thread, message: any) raises the error of a thread
---@return table globals `{task, wait, delay, spawn}`
---@return fun(thread: thread, ...) resume goes on with a thread that waited and was not cancelled
function Task.library(scheduler, clock, coroutines, failed)
	local handle_of = setmetatable({}, { __mode = "k" })
	local cancelled = setmetatable({}, { __mode = "k" })

	local function resume(thread, ...)
		if cancelled[thread] or coroutines.status(thread) == "dead" then
			return
		end
		handle_of[thread] = nil
		local ok, message = coroutines.resume(thread, ...)
		if not ok then
			failed(thread, message)
		end
	end

	local function thread_of(work, name)
		if type(work) == "function" then
			return coroutines.create(work)
		elseif type(work) == "thread" then
			return work
		end
		error(format("%s needs a function or a thread, got %s", name, show(work)), 3)
	end

	local function later(name, delay_s, work, ...)
		local thread = thread_of(work, name)
		if type(delay_s) ~= "number" or not (delay_s >= 0 and delay_s < math.huge) then
			error(format("%s: the delay must be a finite number >= 0, got %s", name, show(delay_s)), 2)
		end
		local count, arguments = select("#", ...), { ... }
		handle_of[thread] = scheduler:after(delay_s, function()
			resume(thread, unpack(arguments, 1, count))
		end)
		return thread
	end

	local task = {}

	function task.spawn(work, ...)
		local thread = thread_of(work, "task.spawn")
		resume(thread, ...)
		return thread
	end

	function task.defer(work, ...)
		return later("task.defer", 0, work, ...)
	end

	function task.delay(delay_s, work, ...)
		return later("task.delay", delay_s or 0, work, ...)
	end

	function task.wait(delay_s)
		local thread = coroutines.running()
		if not thread then
			error("task.wait was called outside of a thread; start one with task.spawn", 2)
		end
		if delay_s ~= nil and (type(delay_s) ~= "number" or not (delay_s < math.huge)) then
			error("task.wait: the time must be a finite number, got " .. show(delay_s), 2)
		end
		local from_s = clock.now
		local frame_s = 1 / clock.rate_hz
		delay_s = delay_s or 0
		handle_of[thread] = scheduler:after(delay_s > frame_s and delay_s or frame_s, function()
			resume(thread, clock.now - from_s)
		end)
		return coroutines.yield()
	end

	function task.cancel(thread)
		if type(thread) ~= "thread" then
			error("task.cancel needs a thread, got " .. show(thread), 2)
		end
		cancelled[thread] = true
		if handle_of[thread] then
			scheduler:cancel(handle_of[thread])
		end
	end

	return {
		task = task,
		wait = task.wait,
		spawn = task.spawn,
		delay = function(delay_s, work) return task.delay(delay_s, work) end,
	}, resume
end

return Task
