--- Runs handlers on threads, so that they may wait.
---
--- A thread serves one handler after the other. One that user code has got hold of, which every way
--- to wait does, ends with its handler: what user code does with it later is no other handler's.

local Runner = {}

local UNITS_TO_CALL = 4

---@param sandbox table with `threads`, `thread_failed` and `resume_thread`
---@param work table
function Runner.new(sandbox, work)
	local threads, failed = sandbox.threads, sandbox.thread_failed
	local create, resume, raw_yield = threads.create, threads.resume, threads.yield
	local is_shown, charge = threads.is_shown, work.charge
	local idle, idle_count = {}, 0
	-- Set by the thread whose handler has returned, read right after the resume.
	local is_free = false

	local function run(fn, ...)
		fn(...)
	end

	local function serve(...)
		run(...)
		while not is_shown() do
			is_free = true
			run(raw_yield())
		end
	end

	local function after(thread, ok, message)
		if not ok then
			if threads.status(thread) ~= "dead" then
				-- Too deep to begin: the error is that of the line that fired.
				error(message, 0)
			end
			failed(thread, message)
		end
		if is_free then
			is_free = false
			idle_count = idle_count + 1
			idle[idle_count] = thread
		end
	end

	--- Call `fn` on a thread. It returns when `fn` does, or waits.
	local function call(fn, ...)
		charge(UNITS_TO_CALL)
		local thread
		if idle_count > 0 then
			thread = idle[idle_count]
			idle[idle_count] = nil
			idle_count = idle_count - 1
		else
			thread = create(serve)
		end
		is_free = false
		after(thread, resume(thread, fn, ...))
	end

	return {
		call = call,
		charge = charge,
		resume = sandbox.resume_thread,
		running = threads.running,
		yield = raw_yield,
	}
end

return Runner
