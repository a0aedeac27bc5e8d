--- The globals of user code.
---
--- Everything in them is harmless, deterministic and counted. Nothing leads to the host's own
--- tables: user code may change its globals as it likes and changes nothing but its own run. What
--- is not allowed is a function whose call says so, because libraries probe for names before they
--- use them.

local Strings = require("harness.strings")
local Tables = require("harness.tables")

local format = string.format
local assert, bit, error, floor = assert, bit, error, math.floor
local getinfo, getmetatable = debug.getinfo, getmetatable
local ipairs, rawequal, rawget, rawset, select = ipairs, rawequal, rawget, rawset, select
local setmetatable, tonumber, type, unpack = setmetatable, tonumber, type, unpack

local Globals = {}

-- Keys paid for with one work unit when a walk begins: they are compared with the last walk's.
local KEYS_PER_UNIT = 4

-- How far up `error` looks for the place that its level names.
local FRAMES_MAX = 64

local FILES = "user code has no files; use print, or record.event and record.log of a world"
local PROCESS = "user code cannot reach the process or the machine"
local CODE = "code cannot be loaded from texts; put it into a module and require it"
local ENVIRONMENTS = "environments of functions are fixed; pass a table instead"
local DEBUGGER = "the debug library could change the run; debug.traceback exists"
local CALENDAR = "calendar and time zone differ per machine; os.time() and os.clock() are virtual"

local IO = {
	"close", "flush", "input", "lines", "open", "output", "popen", "read", "tmpfile", "write",
}
local FILE_METHODS = { "close", "flush", "lines", "read", "seek", "setvbuf", "write" }
local PROCESS_OS = { "execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname" }
local DEBUG = {
	"debug", "getfenv", "gethook", "getinfo", "getlocal", "getregistry",
	"getupvalue", "setfenv", "sethook", "setlocal", "setmetatable", "setupvalue",
	"upvalueid", "upvaluejoin",
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
	-- Libraries take what has the metatable of `io.stdout` for a file: it must not be nil.
	local file = {}
	for index = 1, #streams do
		local name = streams[index]
		local stream = add_unavailable({}, "io." .. name .. ":", FILE_METHODS, FILES)
		library[name] = setmetatable(stream, file)
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
	library.random = function(...)
		return random:lua_random(...)
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
	function env.assert(...)
		local value, message = ...
		if not value then
			work.user_says(message)
		end
		return assert(...)
	end
	-- The frame of user code `level` calls up, seen from `env.error`; 0 if a place in our files.
	-- Frames of ours count as one, as a C function would: `pcall` is one call to user code.
	local function frame_at(level)
		local frame, counted, was_user = 2, 0, true
		while counted < level and frame < FRAMES_MAX do
			frame = frame + 1
			local info = getinfo(frame, "S")
			local is_user = info and traceback:is_user(info)
			if is_user or was_user then
				counted = counted + 1
			end
			was_user = is_user
		end
		return was_user and counted == level and frame - 1 or 0
	end

	function env.error(...)
		local message, level = ...
		work.user_says(message)
		if type(message) ~= "string" or level == 0 then
			error(message, 0)
		end
		local frame = frame_at(type(level) == "number" and floor(level) or 1)
		error(message, frame)
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

local function add_debug(env, traceback, watch)
	env.debug = add_unavailable({}, "debug.", DEBUG, DEBUGGER)
	-- Serializers look behind `__metatable` with it, for every value.
	env.debug.getmetatable = watch.metatable_of
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
	add_debug(env, traceback, watch)
	return env
end

Globals.unavailable = unavailable
return Globals
