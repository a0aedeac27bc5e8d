--- Protected calls and coroutines of user code.
---
--- Every way back from an error passes `work.guard`, so that the end of a run cannot be caught.
--- Calls that nest on the C stack (a resume, a callback of gsub) are counted: unguarded they
--- would crash the process. Beyond the limit stands an error that user code can catch, as in
--- plain Lua.

local format = string.format
local create, resume = coroutine.create, coroutine.resume
local status, yield = coroutine.status, coroutine.yield
local error, pcall, setmetatable, type, xpcall = error, pcall, setmetatable, type, xpcall

local Threads = {}

-- Calls that may nest on the C stack. LuaJIT itself stops at 200 where it looks.
local NESTED_CALLS_MAX = 160

---@param work table
---@param ordered table
---@return table threads
function Threads.new(work, ordered)
	local guard = work.guard
	-- How many C calls are nested now, and how many were when the running thread was resumed: a
	-- thread may go on at another depth than the one at which it yielded.
	local depth, base = 0, 0
	local running
	-- Threads that user code has got hold of. It may resume or cancel them at any time.
	local shown = setmetatable({}, { __mode = "k" })
	local threads = {}

	local function enter()
		if depth >= NESTED_CALLS_MAX then
			error("C stack overflow: more than 160 nested resumes and callbacks", 3)
		end
		depth = depth + 1
	end

	local function after_nested(depth_before, ...)
		depth = depth_before + base
		return ...
	end

	local function after_host(running_before, ok, ...)
		running = running_before
		if not ok then
			error((...), 0)
		end
		return ...
	end

	--- Call user code from the host in the middle of user code: it runs on no thread of its own, so it
	--- cannot yield. An error is handed on as it is.
	function threads.from_host(fn, ...)
		local running_before = running
		running = nil
		return after_host(running_before, pcall(fn, ...))
	end

	--- Call a C function that calls back.
	function threads.nested(fn, ...)
		local depth_before = depth - base
		enter()
		return after_nested(depth_before, fn(...))
	end

	local function after_protected(depth_before, ok, ...)
		depth = depth_before + base
		return guard(ok, ...)
	end

	function threads.pcall(fn, ...)
		return after_protected(depth - base, pcall(fn, ...))
	end

	function threads.xpcall(fn, handler, ...)
		if type(handler) ~= "function" then
			return after_protected(depth - base, xpcall(fn, handler, ...))
		end
		local function on_error(err)
			work.inspect(err)
			work.check()
			return handler(err)
		end
		return after_protected(depth - base, xpcall(fn, on_error, ...))
	end

	function threads.create(fn)
		if type(fn) ~= "function" then
			error(format("bad argument #1 to 'create' (function expected, got %s)", type(fn)), 2)
		end
		return ordered.register(create(fn))
	end

	local function after_resume(depth_before, base_before, running_before, ...)
		depth, base, running = depth_before, base_before, running_before
		return guard(...)
	end

	local function resume_thread(thread, ...)
		local depth_before, base_before, running_before = depth, base, running
		depth = depth + 1
		base, running = depth, thread
		return after_resume(depth_before, base_before, running_before, resume(thread, ...))
	end

	function threads.resume(thread, ...)
		if type(thread) ~= "thread" then
			error("bad argument #1 to 'resume' (coroutine expected)", 2)
		elseif depth >= NESTED_CALLS_MAX then
			return false, "C stack overflow: more than 160 nested resumes and callbacks"
		end
		return resume_thread(thread, ...)
	end

	local function after_wrapped(ok, ...)
		if not ok then
			-- Level 0: the error says where it was made.
			error((...), 0)
		end
		return ...
	end

	function threads.wrap(fn)
		if type(fn) ~= "function" then
			error(format("bad argument #1 to 'wrap' (function expected, got %s)", type(fn)), 2)
		end
		local thread = ordered.register(create(fn))
		return ordered.register(function(...)
			if depth >= NESTED_CALLS_MAX then
				error("C stack overflow: more than 160 nested resumes and callbacks", 2)
			elseif status(thread) == "dead" then
				error("cannot resume dead coroutine", 2)
			end
			return after_wrapped(resume_thread(thread, ...))
		end)
	end

	--- The thread of the outermost call is the host's: user code neither sees it nor yields from
	--- it.
	function threads.yield(...)
		if not running then
			error("attempt to yield from outside a coroutine", 2)
		end
		return yield(...)
	end

	function threads.running()
		if running then
			shown[running] = true
		end
		return running
	end

	--- Whether user code may hold the running thread, one that the host has made.
	function threads.is_shown()
		return running ~= nil and shown[running] == true
	end

	function threads.isyieldable()
		return running ~= nil
	end

	threads.status = status

	--- A call from the host into user code, which may itself have been called by user code:
	--- like `xpcall`, but a run that is over is answered with false, not with another error.
	function threads.host_call(fn, on_error, ...)
		local depth_before = depth - base
		return after_nested(depth_before, xpcall(fn, on_error, ...))
	end

	--- The `coroutine` library of user code.
	function threads.library()
		return {
			create = threads.create, resume = threads.resume, wrap = threads.wrap,
			yield = threads.yield, running = threads.running, status = status,
			isyieldable = threads.isyieldable,
		}
	end

	return threads
end

return Threads
