--- Work units: what user code has spent, exactly, and the end of a run that spends too much.
---
--- Instrumented code calls `tick("_k")` at every function entry, loop turn and jump; `k` is the
--- number of the Lua function. Each function draws on a slice of the budget, so that a tick is one
--- subtraction. A slice is granted from the pool of what nobody holds; an empty pool is refilled
--- from unused slices, so the run ends at the very unit that exceeds the budget, with the JIT
--- compiler or without it.
---
--- A trip cannot be survived: the flag stays up, every later tick and charge raises again, and so
--- does `guard`, which `pcall` and its kind call on their way out.

local format = string.format
local collectgarbage, error, floor, max, min = collectgarbage, error, math.floor, math.max, math.min
local match, type = string.match, type

local Work = {}

-- Units per slice. The memory is looked at once per slice.
local SLICE_UNITS = 16384
-- The instrumented text names a function by this and its number.
local NAME_PREFIX = "_"
-- Charges beyond this many units look at the memory at once: they stand for large texts.
local LARGE_CHARGE_UNITS = 4096

-- Error texts of LuaJIT itself that end a run, because where they come is not reproducible.
local OUT_OF_MEMORY = "not enough memory"
local STACK_OVERFLOW, STACK_OVERFLOW_IN_C = ":%d+: stack overflow$", "stack overflow"

--- Give out units of a budget and count them.
---@param options table `{units, memory_kb}`
---@return table work
function Work.new(options)
	local units, memory_kb = options.units, options.memory_kb
	-- By function: units of its slice that are left, and all that it was ever granted. What is
	-- left lies under a name: LuaJIT knows that a user's write to an array or to another name
	-- cannot change it, and keeps it in a register through a loop. Under a number it would be
	-- read back from memory in each turn, which doubles the time of a tight loop.
	local left, granted = {}, {}
	local names, numbers = {}, {}
	local functions = 0
	local pool, charged = units, 0
	local limit_reached, trip_message
	local said_overflow = false
	local checks, check_count = {}, 0
	local work = {}

	-- After a trip nothing is left anywhere, so that the next tick of any function raises again.
	local function mark(limit, message)
		if limit_reached then
			return
		end
		limit_reached, trip_message = limit, message
		for k = 1, functions do
			granted[k] = granted[k] - left[names[k]]
			left[names[k]] = 0
		end
		pool = 0
	end

	local function trip(limit, message)
		mark(limit, message)
		error(trip_message, 0)
	end

	local function reclaim()
		for k = 1, functions do
			pool = pool + left[names[k]]
			granted[k] = granted[k] - left[names[k]]
			left[names[k]] = 0
		end
	end

	local function out_of_units()
		trip("work_units", format("more than %d work units were spent", units))
	end

	local function look_around()
		for index = 1, check_count do
			checks[index]()
		end
		if collectgarbage("count") > memory_kb then
			collectgarbage()
			if collectgarbage("count") > memory_kb then
				trip("memory_mb", format("more than %d MB of memory are in use", memory_kb / 1024))
			end
		end
	end

	-- The slice of function k is used up; the tick that found out is paid from the next one.
	local function refill(k)
		left[names[k]] = 0
		if limit_reached then
			error(trip_message, 0)
		end
		look_around()
		if pool < 1 then
			reclaim()
			if pool < 1 then
				out_of_units()
			end
		end
		-- At most half of the pool is held unused by all functions together: the pool halves at
		-- least with every reclaim, and ends with slices of one unit.
		local slice = max(1, min(SLICE_UNITS, floor(pool / (2 * functions))))
		pool = pool - slice
		granted[k] = granted[k] + slice
		left[names[k]] = slice - 1
	end

	-- Compiled code that calls `tick` must never lead through here: a `tick` that happened to be
	-- compiled on its way into `refill` would end all the traces that call it, and user code would
	-- run several times slower, or not, by chance.
	jit.off(refill)

	local function tick(name)
		local rest = left[name] - 1
		left[name] = rest
		if rest < 0 then
			refill(numbers[name])
		end
	end

	--- What an instrumented chunk calls: make room for its functions, `count` from `first` on.
	---@return fun(k: integer) tick
	function work.bind(first, count)
		for k = functions + 1, first + count - 1 do
			local name = NAME_PREFIX .. k
			names[k], numbers[name] = name, k
			left[name], granted[k] = 0, 0
		end
		functions = max(functions, first + count - 1)
		return tick
	end

	--- Pay for work done in C or in our own Lua. Part of a unit costs nothing.
	---@param n number
	function work.charge(n)
		n = floor(n)
		if n < 1 then
			return
		end
		if n > pool then
			if limit_reached then
				error(trip_message, 0)
			end
			reclaim()
			if n > pool then
				charged = charged + pool
				pool = 0
				out_of_units()
			end
		end
		pool = pool - n
		charged = charged + n
		if n > LARGE_CHARGE_UNITS then
			look_around()
		end
	end

	--- Have `check()` called whenever the memory is looked at.
	function work.on_look(check)
		check_count = check_count + 1
		checks[check_count] = check
	end

	--- Raise if the run is over.
	function work.check()
		if limit_reached then
			error(trip_message, 0)
		end
	end

	--- See whether an error value is LuaJIT's own word for a run that must end; put the flag up.
	function work.inspect(err)
		if type(err) ~= "string" or limit_reached then
			return
		end
		if err == OUT_OF_MEMORY then
			mark("memory_mb", "the memory is used up")
		elseif not said_overflow and (err == STACK_OVERFLOW_IN_C or match(err, STACK_OVERFLOW)) then
			mark("stack", err)
		end
		said_overflow = false
	end

	--- A program may say "stack overflow" itself; then it is no word of LuaJIT.
	function work.user_says(message)
		if type(message) == "string" and match(message, "stack overflow$") then
			said_overflow = true
		end
	end

	--- What a protected call returned, handed on; raises if the run is over.
	function work.guard(ok, ...)
		if not ok then
			work.inspect((...))
		end
		if limit_reached then
			error(trip_message, 0)
		end
		return ok, ...
	end

	--- The limit that ended the run, and what to say about it; nil while it goes on.
	function work.tripped()
		return limit_reached, trip_message
	end

	--- All units spent so far.
	function work.total()
		local total = charged
		for k = 1, functions do
			total = total + granted[k] - left[names[k]]
		end
		return total
	end

	--- Units by number of function; what was charged belongs to none.
	function work.by_function()
		local spent = {}
		for k = 1, functions do
			spent[k] = granted[k] - left[names[k]]
		end
		return spent
	end

	work.trip, work.mark = trip, mark
	return work
end

return Work
