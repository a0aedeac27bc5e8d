--- Signals: handlers in the order in which they were connected.
---
--- A handler runs on a thread, so it may wait. A disconnect acts at once, also on the dispatch that
--- is under way; a connect counts from the next one. An error in a handler is that of whoever
--- fires.

local Object = require("harness.services.object")

local error, format, select, type = error, string.format, select, type
local raw_getmetatable = debug.getmetatable
local self_of = Object.self_of

local Signal = {}

local MEMBERS = { "Connect", "Once", "Wait" }
-- Copied entries that are paid for with one work unit.
local COPIED_PER_UNIT = 16

-- A running dispatch keeps the list that it began with, so a list is never shortened: who leaves is
-- marked, and the next dispatch has a list without it.
local function disconnect(connection)
	if not connection.is_connected then
		return
	end
	connection.is_connected = false
	local signal = connection.signal
	local list, kept, count = signal.list, {}, 0
	signal.runner.charge(signal.count / COPIED_PER_UNIT)
	for index = 1, signal.count do
		local other = list[index]
		if other ~= connection then
			count = count + 1
			kept[count] = other
		end
	end
	signal.list, signal.count = kept, count
end

local function disconnect_method(self)
	disconnect(self_of(self, "Connection", "Disconnect"))
end

local function connection_index(object, key)
	if key == "Disconnect" or key == "disconnect" then
		return disconnect_method
	elseif key == "Connected" then
		return raw_getmetatable(object).is_connected
	end
	error(format("a connection has no member %s; there are Connected and Disconnect",
		Object.show(key)), 2)
end

local function connection_newindex(_, key)
	error(format("a connection has no member that can be set, so not %s", Object.show(key)), 2)
end

local function connection_text()
	return "Connection"
end

local function add(signal, connection)
	connection.signal, connection.is_connected = signal, true
	signal.count = signal.count + 1
	signal.list[signal.count] = connection
	return connection
end

local function connect(signal, fn, is_once)
	return add(signal, Object.make({
		kind = "Connection", type_of = "RBXScriptConnection", fn = fn, is_once = is_once, thread = false,
		__index = connection_index, __newindex = connection_newindex,
		__tostring = connection_text,
	})).object
end

local function require_function(signal, name, fn)
	if type(fn) ~= "function" then
		error(format("%s:%s needs a function, got %s", signal.name, name, Object.show(fn)), 3)
	end
	return fn
end

local methods = {}

function methods.Connect(self, fn)
	local signal = self_of(self, "Signal", "Connect")
	return connect(signal, require_function(signal, "Connect", fn), false)
end

function methods.Once(self, fn)
	local signal = self_of(self, "Signal", "Once")
	return connect(signal, require_function(signal, "Once", fn), true)
end

-- Whoever else may have resumed the thread: it waits here no longer.
local function after_wait(connection, ...)
	disconnect(connection)
	return ...
end

function methods.Wait(self)
	local signal = self_of(self, "Signal", "Wait")
	local runner = signal.runner
	local thread = runner.running()
	if not thread then
		local what = "%s:Wait was called outside of a thread; start one with task.spawn"
		error(format(what, signal.name), 2)
	end
	local waiter = add(signal, { thread = thread, is_once = true })
	return after_wait(waiter, runner.yield())
end

local function signal_index(object, key)
	local method = methods[key]
	if method then
		return method
	end
	local signal = raw_getmetatable(object)
	error(format("signal %s has no member %s%s", signal.name, Object.show(key),
		Object.suggestion(key, MEMBERS)), 2)
end

local function signal_newindex(object, key)
	local signal = raw_getmetatable(object)
	error(format("signal %s: %s cannot be set", signal.name, Object.show(key)), 2)
end

local function signal_text(object)
	return "Signal " .. raw_getmetatable(object).name
end

--- A signal; its field `object` is what user code gets.
---@param runner table see `harness.services.runner`
function Signal.new(runner, name)
	return Object.make({
		kind = "Signal", type_of = "RBXScriptSignal", name = name, runner = runner, list = {}, count = 0,
		__index = signal_index, __newindex = signal_newindex, __tostring = signal_text,
	})
end

--- Connect a handler; what user code gets for it.
function Signal.connect(signal, fn)
	return connect(signal, fn, false)
end

--- Call every handler that is connected now.
function Signal.fire(signal, ...)
	local list, runner, count = signal.list, signal.runner, signal.count
	-- Each handler gets the arguments once more.
	runner.charge(count * (1 + select("#", ...)) / COPIED_PER_UNIT)
	for index = 1, count do
		local connection = list[index]
		if connection.is_connected then
			if connection.is_once then
				disconnect(connection)
			end
			if connection.thread then
				runner.resume(connection.thread, ...)
			else
				runner.call(connection.fn, ...)
			end
		end
	end
end

--- Disconnect everybody.
function Signal.clear(signal)
	local list, count = signal.list, signal.count
	signal.runner.charge(count / COPIED_PER_UNIT)
	signal.list, signal.count = {}, 0
	for index = 1, count do
		list[index].is_connected = false
	end
end

return Signal
