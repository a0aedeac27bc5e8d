--- How long the key stays down after a press: while its ball is near, and a little longer.

local Time = require("worlds.autoparry.time")

local HOLD_GRACE_S = 0.1
local ROUNDING_S = Time.ROUNDING_S

local Hold = {}
Hold.__index = Hold

function Hold.new()
	return setmetatable({ until_s = -math.huge, slot = nil, serial = nil }, Hold)
end

--- The key went down for `b`.
function Hold:pressed(b, now)
	self.slot, self.serial = b.slot, b.serial
	self.until_s = now + HOLD_GRACE_S
end

--- Once per evaluation: release the key when nothing holds it any more.
---@param is_held boolean the ball that was pressed is alive and near, and the player its target
function Hold:evaluate(input, is_held, now)
	if not input.is_down then
		return
	end
	if is_held then
		self.until_s = now + HOLD_GRACE_S
	elseif now >= self.until_s - ROUNDING_S then
		input:release()
	end
end

return Hold
