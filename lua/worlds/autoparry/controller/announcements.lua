--- What listeners are told, and when: once AutoParry has done what it is doing. So whoever listens
--- may call it, and everybody hears of things in the order in which they happened.

-- A listener may cause more to be told. So much at once, and no more. What AutoParry does by itself
-- is not limited here: a frame has as many events as it has.
local CAUSED_MAX = 1000
local TOO_MANY = "listeners of AutoParry cause more than %d calls of listeners at once; the rest "
	.. "is not told"

local Announcements = {}
Announcements.__index = Announcements

---@param warn fun(text: string)
function Announcements.new(warn)
	return setmetatable({
		warn = warn, held = 0, waiting = {}, count = 0, is_telling = false, caused = 0,
	}, Announcements)
end

-- Tell all that waits, and what is caused by that.
local function tell_all(self)
	self.is_telling, self.caused = true, 0
	local waiting, index = self.waiting, 1
	while index <= self.count do
		waiting[index]()
		index = index + 1
	end
	self.waiting, self.count, self.is_telling = {}, 0, false
end

-- Whether listeners have caused too much already; said once.
local function is_too_much(self)
	if not self.is_telling then
		return false
	end
	self.caused = self.caused + 1
	if self.caused == CAUSED_MAX + 1 then
		self.warn(TOO_MANY:format(CAUSED_MAX))
	end
	return self.caused > CAUSED_MAX
end

--- Call `fn`, now or as soon as nothing is held any more, after all that waits already. Not for
--- what could cause itself: no limit holds for it.
---@param fn fun()
function Announcements:after(fn)
	self.count = self.count + 1
	self.waiting[self.count] = fn
	if self.held == 0 and not self.is_telling then
		tell_all(self)
	end
end

--- Tell `listeners`.
---@param listeners table of `Listeners`
---@param first any
---@param second any
function Announcements:tell(listeners, first, second)
	if listeners.count > 0 and not is_too_much(self) then
		self:after(function() listeners:fire(first, second) end)
	end
end

--- AutoParry is doing something: nobody is told before `release`. May be nested.
function Announcements:hold()
	self.held = self.held + 1
end

--- It is done.
function Announcements:release()
	self.held = self.held - 1
	if self.held == 0 and self.count > 0 and not self.is_telling then
		tell_all(self)
	end
end

return Announcements
