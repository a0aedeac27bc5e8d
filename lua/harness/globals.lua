--- The globals of user code.
---
--- Everything in them is harmless, deterministic and counted. Nothing leads to the host's own tables:
--- user code may change its globals as it likes and changes nothing but its own run. What is not
--- allowed is a function whose call says so, because libraries probe for names before they use them.

local Strings = require("harness.strings")
local Tables = require("harness.tables")

local format = string.format
local assert, bit, error, floor, getinfo, getmetatable = assert, bit, error, math.floor, debug.getinfo, getmetatable
local ipairs, rawequal, rawget, rawset, select = ipairs, rawequal, rawget, rawset, select
local setmetatable, tonumber, type, unpack = setmetatable, tonumber, type, unpack

local Globals = {}

-- Keys paid for with one work unit when a walk begins: they are compared with the last walk's.
local KEYS_PER_UNIT = 4

local FILES = "user code has no files; use print, or record.event and record.log of a world"
local PROCESS = "user code cannot reach the process or the machine"
local CODE = "code cannot be loaded from texts; put it into a module and require it"
local ENVIRONMENTS = "environments of functions are fixed; pass a table instead"
local DEBUGGER = "the debug library could change the run; debug.traceback exists"
local CALENDAR = "the calendar and the time zone differ per machine; os.time() and os.clock() are virtual"

local IO = { "close", "flush", "input", "lines", "open", "output", "popen", "read", "tmpfile", "write" }
local FILE_METHODS = { "close", "flush", "lines", "read", "seek", "setvbuf", "write" }
local PROCESS_OS = { "execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname" }
local DEBUG = {
	"debug", "getfenv", "gethook", "getinfo", "getlocal", "getmetatable", "getregistry", "getupvalue",
	"setfenv", "sethook", "setlocal", "setmetatable", "setupvalue", "upvalueid", "upvaluejoin",
}

local function unavailable(name, why)
	return function()
		error(format("%s is not available here: %s", name, why), 2)
	end
end

local function add_unavailable(library, prefix, names, why)
	for index = 1, #names do
		library[names[index]] = unavailable(prefix .. names[index], why)
	end
	return library
end

local function io_library()
	local library = add_unavailable({}, "io.", IO, FILES)
	-- Nothing here is a file, and libraries ask.
	library.type = function() return nil end
	local streams = { "stdin", "stdout", "stderr" }
	for index = 1, #streams do
		library[streams[index]] = add_unavailable({}, "io." .. streams[index] .. ":", FILE_METHODS, FILES)
	end
	return library
end

local function os_library(now)
	local library = add_unavailable({}, "os.", PROCESS_OS, PROCESS)
	library.date = unavailable("os.date", CALENDAR)
	library.clock = now
	library.difftime = function(later, earlier) return later - (earlier or 0) end
	library.time = function(date)
		if date ~= nil then
			error("os.time with a table is not available here: " .. CALENDAR, 2)
		end
		return floor(now())
	end
	return library
end

local function math_library(functions, random, ordered)
	local library = {}
	for name, value in ordered.pairs(functions) do
		library[name] = value
	end
	library.randomseed = function() end
	library.random = function(low, high)
		local value = random:random()
		if low == nil then
			return value
		elseif high == nil then
			low, high = 1, low
		end
		if type(low) ~= "number" or type(high) ~= "number" then
			local kind = type(type(low) ~= "number" and low or high)
			error(format("bad argument to 'random' (number expected, got %s)", kind), 2)
		end
		low, high = floor(low), floor(high)
		if not (low <= high) then
			error("bad argument to 'random' (interval is empty)", 2)
		end
		return low + floor(value * (high - low + 1))
	end
	return library
end

local function add_walks(env, ordered, charge)
	local walk, step = ordered.pairs, ordered.next
	function env.pairs(t)
		if type(t) ~= "table" then
			error(format("bad argument #1 to 'pairs' (table expected, got %s)", type(t)), 2)
		end
		local iterate, state = walk(t)
		charge(state.n / KEYS_PER_UNIT)
		return iterate, state, nil
	end
	function env.next(t, key)
		if key ~= nil or type(t) ~= "table" then
			return step(t, key)
		end
		local first, value = step(t)
		if first ~= nil then
			charge(ordered.walk_length(t) / KEYS_PER_UNIT)
		end
		return first, value
	end
end

local function add_errors(env, threads, work, traceback)
	env.pcall, env.xpcall = threads.pcall, threads.xpcall
	function env.assert(value, ...)
		if not value then
			work.user_says((...))
		end
		return assert(value, ...)
	end
	-- `error` names the place `level` calls up; a place in our files is nobody's business.
	function env.error(...)
		local message, level = ...
		work.user_says(message)
		if type(message) ~= "string" or level == 0 then
			error(message, 0)
		end
		level = type(level) == "number" and floor(level) or 1
		local info = getinfo(level + 1, "S")
		error(message, info and traceback:is_user(info) and level + 1 or 0)
	end
end

local function add_plain(env, ordered)
	local plain = {
		getmetatable = getmetatable, ipairs = ipairs, rawequal = rawequal,
		rawget = rawget, rawset = rawset, select = select, tonumber = tonumber, type = type,
		unpack = unpack, _VERSION = _VERSION,
	}
	for name, value in ordered.pairs(plain) do
		env[name] = value
	end
end

local function add_refusals(env)
	add_unavailable(env, "", { "load", "loadstring", "loadfile", "dofile" }, CODE)
	add_unavailable(env, "", { "setfenv", "getfenv", "module" }, ENVIRONMENTS)
	env.newproxy = unavailable("newproxy", "its finalizer would run at a time that differs per run")
	local function zero() return 0 end
	env.collectgarbage, env.gcinfo = zero, zero
end

--- Give every function and table of the globals its number, in a fixed order.
function Globals.number(env, ordered)
	local function visit(t)
		for _, value in ordered.pairs(t) do
			local kind = type(value)
			if kind == "function" then
				ordered.register(value)
			elseif kind == "table" and value ~= env then
				ordered.register(value)
				visit(value)
			end
		end
	end
	ordered.register(env)
	visit(env)
end

local function add_debug(env, traceback)
	env.debug = add_unavailable({}, "debug.", DEBUG, DEBUGGER)
	env.debug.traceback = function(thread, message)
		if type(thread) == "thread" then
			return traceback:traceback(message, thread)
		end
		return traceback:traceback(thread)
	end
end

--- New globals. `options` are those of the sandbox.
function Globals.new(options, threads, text, traceback, watch)
	local work, ordered = options.work, options.ordered
	local env = {
		string = Strings.library(work, threads, text.format, unavailable),
		table = Tables.library(work, ordered),
		math = math_library(options.math, options.random, ordered),
		coroutine = threads.library(),
		io = io_library(),
		os = os_library(options.now),
		bit = ordered.plain_fields(bit),
		tick = options.now,
		time = options.now,
		tostring = text.tostring,
	}
	env._G = env
	add_plain(env, ordered)
	add_walks(env, ordered, work.charge)
	add_refusals(env)
	function env.print(...)
		options.print(text.join(...))
	end
	function env.setmetatable(t, metatable)
		if type(t) == "table" and type(metatable) == "table" then
			watch.add(metatable)
			return ordered.register(setmetatable(t, metatable))
		end
		return setmetatable(t, metatable)
	end
	add_errors(env, threads, work, traceback)
	add_debug(env, traceback)
	return env
end

Globals.unavailable = unavailable
return Globals
