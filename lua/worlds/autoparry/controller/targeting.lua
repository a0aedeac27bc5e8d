--- Whether the player is the target: the highlight on the character, with a grace after it drops.
---
--- Changes are noted at the time of their event, not when somebody looks.

local Time = require("worlds.autoparry.time")

local Targeting = {}
Targeting.__index = Targeting

--- A press within this time after a drop is never gated out.
Targeting.GRACE_S = 0.2

local KEPT_S = 1.4
local ROUNDING_S = Time.ROUNDING_S

function Targeting.new()
	return setmetatable({
		is_present = false,
		-- Whether anybody has looked yet: how it was found is no change.
		is_known = false,
		-- Without a name of the highlight there is nothing to wait for.
		is_needed = true,
		was_seen = false,
		last_drop_s = -math.huge,
		-- Which drop this is, so that something can be counted once per drop.
		drops = 0,
		-- When it came or went, lately.
		changes_s = {},
	}, Targeting)
end

local function forget_old(changes_s, now)
	while changes_s[1] and now - changes_s[1] > KEPT_S do
		table.remove(changes_s, 1)
	end
end

--- The highlight is there or not, from now on. True if that is a change.
function Targeting:note(is_present, now)
	local was_known = self.is_known
	self.is_known = true
	if is_present == self.is_present then
		return false
	end
	self.is_present = is_present
	if not is_present then
		self.last_drop_s = now
		self.drops = self.drops + 1
	end
	if was_known then
		self.changes_s[#self.changes_s + 1] = now
		forget_old(self.changes_s, now)
	end
	return true
end

--- An evaluation looks.
---@param is_needed boolean false: no highlight is asked for
function Targeting:look(is_needed)
	self.is_needed = is_needed
	self.was_seen = self.was_seen or self.is_present
end

--- Whether `now` is in the grace after the last drop.
function Targeting:in_grace(now)
	return now <= self.last_drop_s + Targeting.GRACE_S + ROUNDING_S
end

function Targeting:holds(now)
	if not self.is_needed or self.is_present then
		return true
	end
	return self.was_seen and self:in_grace(now)
end

return Targeting
