--- What listeners are told, and when: once AutoParry has done what it is doing. So whoever listens
--- may call it, and everybody hears of things in the order in which they happened.

-- A listener may cause more to be told. So much at once, and no more.
local TOLD_MAX = 1000
local TOO_MANY = "listeners of AutoParry cause more than %d calls of listeners at once; the rest "
	.. "is not told"

local Announcements = {}
Announcements.__index = Announcements

---@param warn fun(text: string)
function Announcements.new(warn)
	return setmetatable({ warn = warn, held = 0, waiting = {}, count = 0, is_telling = false },
		Announcements)
end

-- Tell all that waits, and what is caused by that.
local function tell_all(self)
	self.is_telling = true
	local waiting, index = self.waiting, 1
	while index <= self.count and index <= TOLD_MAX do
		waiting[index]()
		index = index + 1
	end
	if index <= self.count then
		self.warn(TOO_MANY:format(TOLD_MAX))
	end
	self.waiting, self.count, self.is_telling = {}, 0, false
end

--- Call `fn`, now or as soon as nothing is held any more, after all that waits already.
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
	if listeners.count > 0 then
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
