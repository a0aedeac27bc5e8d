--- Listeners of one signal. One that fails is reported and stops no other.

local Listeners = {}
Listeners.__index = Listeners

---@param warn fun(text: string) told of each listener that fails
---@param name? string what the signal is called in messages
---@param copy? fun(value: any): any each listener gets a copy of its own of the one value fired
function Listeners.new(warn, name, copy)
	return setmetatable({ warn = warn, name = name, copy = copy, count = 0, list = {} }, Listeners)
end

-- A new list each time: whoever walks the old one neither skips nor meets anybody anew.
local function keep_connected(self, newcomer)
	local kept = {}
	for _, listener in ipairs(self.list) do
		if listener.is_connected then
			kept[#kept + 1] = listener
		end
	end
	kept[#kept + 1] = newcomer
	self.list, self.count = kept, #kept
end

--- Listen. During a `fire`, from the next one on.
---@param fn function
---@return {Disconnect: function, disconnect: function} connection may be cut more than once
function Listeners:connect(fn)
	if type(fn) ~= "function" then
		-- Level 3 is whoever called the function of AutoParry that listens here.
		error(("a listener of %s must be a function, got %s"):format(self.name, type(fn)), 3)
	end
	local listener = { fn = fn, is_connected = true }
	keep_connected(self, listener)
	local function disconnect()
		if listener.is_connected then
			listener.is_connected = false
			keep_connected(self)
		end
	end
	return { Disconnect = disconnect, disconnect = disconnect }
end

local function call(self, fn, ...)
	local ok, message
	if self.copy then
		ok, message = pcall(fn, self.copy((...)))
	else
		ok, message = pcall(fn, ...)
	end
	if not ok then
		self.warn(("a listener of %s failed: %s"):format(self.name, tostring(message)))
	end
end

--- Call all listeners in the order in which they came. One that was cut is not called any more.
function Listeners:fire(...)
	for _, listener in ipairs(self.list) do
		if listener.is_connected then
			-- On a thread of its own: one that waits holds nobody up.
			local ok, message = coroutine.resume(coroutine.create(call), self, listener.fn, ...)
			if not ok then
				error(message, 0)
			end
		end
	end
end

--- Cut all connections.
function Listeners:clear()
	for _, listener in ipairs(self.list) do
		listener.is_connected = false
	end
	keep_connected(self)
end

return Listeners
