--- Active windows: when presses protect.
---
--- A press that takes effect at p protects against a contact at c if
--- c - parry window <= p <= c + contact grace.

local Time = require("worlds.autoparry.time")

local Windows = {}
Windows.__index = Windows

-- Times that mean the same may differ by rounding.
local ROUNDING_S = Time.ROUNDING_S

---@param settings {parry_window_s: number, contact_grace_s: number} read at each use
function Windows.new(settings)
	return setmetatable({ settings = settings, count = 0, effect_s = {}, press = {} }, Windows)
end

-- The first window whose press takes effect at `time_s` or later; count + 1 if there is none.
local function first_from(effect_s, count, time_s)
	local low, high = 1, count + 1
	while low < high do
		local middle = math.floor((low + high) / 2)
		if effect_s[middle] < time_s then
			low = middle + 1
		else
			high = middle
		end
	end
	return low
end

--- Presses may take effect in another order than the one in which they were made: an input delay
--- may change between them. Of equal effects the one opened first comes first.
function Windows:open(press_index, effect_s)
	local at = self.count + 1
	while at > 1 and self.effect_s[at - 1] > effect_s do
		at = at - 1
	end
	table.insert(self.effect_s, at, effect_s)
	table.insert(self.press, at, press_index)
	self.count = self.count + 1
end

--- The earliest press that protects against a contact at this time.
---@return integer|nil press_index
---@return number|nil effect_s
function Windows:covering(contact_s)
	local from_s = contact_s - self.settings.parry_window_s - ROUNDING_S
	local at = first_from(self.effect_s, self.count, from_s)
	local effect_s = self.effect_s[at]
	if effect_s and effect_s <= contact_s + self.settings.contact_grace_s + ROUNDING_S then
		return self.press[at], effect_s
	end
	return nil
end

--- Forget the windows that protect against no contact at `contact_s` or later.
function Windows:forget(contact_s)
	local from_s = contact_s - self.settings.parry_window_s - ROUNDING_S
	local gone = first_from(self.effect_s, self.count, from_s) - 1
	if gone == 0 then
		return
	end
	for i = 1, self.count do
		self.effect_s[i], self.press[i] = self.effect_s[i + gone], self.press[i + gone]
	end
	self.count = self.count - gone
end

return Windows
