--- Whether the player is the target, as the game itself sees it: who judges AutoParry does not take
--- its word for it.

local Time = require("worlds.autoparry.time")

-- So long after the highlight has gone the player still counts as the target, if it was ever seen.
-- Not AutoParry's own constant: one that is wrong there shows here.
local GRACE_S = 0.2
local ROUNDING_S = Time.ROUNDING_S

local TargetWatch = {}
TargetWatch.__index = TargetWatch

--- The highlight is there, and nobody has looked yet.
function TargetWatch.new()
	return setmetatable({
		is_highlighted = true,
		was_seen = false,
		dropped_s = -math.huge,
		-- Presses that nothing but the missing highlight has prevented.
		gate_outs = { withinGrace = 0, justified = 0 },
	}, TargetWatch)
end

--- The highlight is there or not, from now on.
function TargetWatch:highlight(is_there, now)
	if self.is_highlighted and not is_there then
		self.dropped_s = now
	end
	self.is_highlighted = is_there
end

--- AutoParry has looked at the game as it is now.
function TargetWatch:looked()
	self.was_seen = self.was_seen or self.is_highlighted
end

--- Whether the player is the target.
---@param needs_highlight boolean whether anything but the highlight would do
function TargetWatch:targets(now, needs_highlight)
	return not needs_highlight or self.is_highlighted
		or self.was_seen and now <= self.dropped_s + GRACE_S + ROUNDING_S
end

--- AutoParry held a press back for want of the highlight.
---@return boolean is_within_grace it should not have
function TargetWatch:gated_out(now)
	local is_within = self:targets(now, true)
	local kind = is_within and "withinGrace" or "justified"
	self.gate_outs[kind] = self.gate_outs[kind] + 1
	return is_within
end

return TargetWatch
