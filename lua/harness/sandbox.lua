--- The sandbox: user code's globals, and the host's way into user code and back.
---
--- The host calls user code through `call` only: whatever fails there comes back as plain data that
--- names the place in the user's files.

local Globals = require("harness.globals")
local Metatables = require("harness.metatables")
local Modules = require("harness.modules")
local Text = require("harness.text")
local Threads = require("harness.threads")
local Traceback = require("harness.traceback")

local format = string.format
local assert, error, find, load, pcall = assert, error, string.find, load, pcall
local getmetatable, raw_getmetatable = getmetatable, debug.getmetatable
local setmetatable, type = setmetatable, type

local Sandbox = {}

-- What instrumented text begins with. Text without it would run uncounted.
local COUNTED = "^local __t=%(%.%.%.%)%("

-- An error that already was made into plain data where it happened: that of a thread. User code may
-- catch it and raise it again, but what it says is kept where user code cannot change it.
local FAILURE = { __metatable = false }
local failures = setmetatable({}, { __mode = "k" })

function FAILURE.__tostring(err)
	local failure = failures[err]
	local place = failure.file and format("%s:%d: ", failure.file, failure.line) or ""
	return place .. failure.message
end

local function as_error(failure)
	local err = setmetatable({}, FAILURE)
	failures[err] = failure
	return err
end

local function same_name(chunk_name)
	return chunk_name
end

local function add_calls(sandbox, work, threads, text, traceback)
	local function safe_tostring(value)
		local ok, result = pcall(text.tostring, value)
		if ok and type(result) == "string" then
			return result
		end
		return format("(error value of type %s)", type(value))
	end

	local function on_error(err)
		-- First of all: after a stack overflow there is little room for anything else.
		work.inspect(err)
		if work.tripped() == "stack" then
			return traceback:innermost(err)
		end
		return failures[err] or traceback:failure(err, safe_tostring)
	end

	local function answer(ok, ...)
		if ok then
			return true, ...
		end
		local err = ...
		-- LuaJIT calls no handler when the memory is used up.
		work.inspect(err)
		local failure = err
		if type(err) ~= "table" then
			failure = { message = safe_tostring(err), traceback = "" }
		end
		local limit, message = work.tripped()
		if limit then
			failure.limit, failure.message = limit, message
		end
		return false, failure
	end

	function sandbox.call(fn, ...)
		return answer(threads.host_call(fn, on_error, ...))
	end

	--- File and line where a function of user code begins; nil for any other value.
	function sandbox.defined_at(fn)
		return traceback:defined_at(fn)
	end

	--- Raise the error of a thread that the host resumed, with the place where it was made.
	function sandbox.thread_failed(thread, value)
		if failures[value] then
			error(value, 0)
		end
		error(as_error(traceback:failure(value, safe_tostring, thread)), 0)
	end
end

local function add_loading(sandbox, options, work, traceback, watch)
	local env = sandbox.env

	local function load_counted(text, chunk_name, chunk_env)
		local chunk, message = load(text, "@" .. chunk_name, "t", chunk_env or env)
		if not chunk then
			return nil, traceback:with_path(chunk_name, message)
		end
		assert(find(text, COUNTED), "the text of " .. chunk_name .. " is not instrumented")
		local main = chunk(work.bind)
		traceback:add(chunk_name, main)
		return main
	end

	function sandbox.load(text, chunk_name, chunk_env)
		if options.instrument then
			local reason
			text, reason = options.instrument(text, chunk_name)
			if not text then
				return nil, reason
			end
			chunk_name = reason
		end
		return load_counted(text, chunk_name, chunk_env)
	end

	local require, package = Modules.new({
		read = options.read,
		load = load_counted,
		unavailable = Globals.unavailable,
		after_load = watch.look_at_all,
	}, env)
	env.require, env.package, sandbox.require = require, package, require
end

--- A sandbox. `options`: `work`, `ordered`, `print(text)`, `random` with `:random()`, `now()` in
--- seconds, `read(module)`, `math`; optional: `instrument(text, chunk_name)` for the texts given to
--- `load`, which then are as their author wrote them; `chunk_path(chunk_name)` for messages.
---
--- `env`: the globals · `call(fn, …)` → true, … | false, `{message, file, line, traceback,
--- limit}` · `load(text, chunk_name, env?)` → function | nil, message · `require(name)` ·
--- `tostring(value)` · `thread_failed(thread, err)` · `threads`: guarded coroutines.
---@param options table
function Sandbox.new(options)
	local work, ordered = options.work, options.ordered
	ordered.attach(work)
	local threads = Threads.new(work, ordered)
	local text = Text.new(work, ordered)
	local watch = Metatables.watch()
	work.on_look(watch.look_at_some)
	local traceback = Traceback.new(options.chunk_path or same_name, ordered)
	-- What the host takes as text must be one, whatever a `__tostring` answers.
	local sandbox = { threads = threads, tostring = function(value) return text.join(value) end }
	sandbox.env = Globals.new(options, threads, text, traceback, watch)
	add_calls(sandbox, work, threads, text, traceback)
	add_loading(sandbox, options, work, traceback, watch)
	-- The metatable of strings is the VM's only one; from here on it belongs to the program.
	getmetatable("").__index = sandbox.env.string
	Globals.number(sandbox.env, ordered)
	ordered.begin_program()
	return sandbox
end

return Sandbox
