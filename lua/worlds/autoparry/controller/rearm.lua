--- When a ball that was pressed may be pressed again.

local Time = require("worlds.autoparry.time")

local max = math.max

local Rearm = {}

local WINDOW_MIN_S = 0.0675
local BYPASS_IMPACT_S = 0.08
local ROUNDING_S = Time.ROUNDING_S

--- A press of this ball has been made.
function Rearm.pressed(b, now)
	b.pressed_s = now
	b.has_moved_away = false
end

--- Once per evaluation: progress is to move away and to close in again.
function Rearm.observe(b)
	if b.vr <= 0 then
		b.has_moved_away = true
	end
end

-- Too close to wait, and the last press does not protect any more.
local function is_bypassed(b, now, impact_s, is_urgent, cooldown_s, parry_window_s)
	return is_urgent
		and impact_s <= BYPASS_IMPACT_S
		and b.pressed_s + parry_window_s < now + impact_s
		and now >= b.pressed_s + cooldown_s - ROUNDING_S
end

--- Whether the ball may not be pressed yet.
---@param parry_window_s number how long a press protects
function Rearm.blocks(b, now, impact_s, is_urgent, ping_s, values, parry_window_s)
	if now < b.detected_s + (values.pressMinDetectionTime or 0) - ROUNDING_S then
		return true
	elseif b.pressed_s == -math.huge then
		return false
	elseif is_bypassed(b, now, impact_s, is_urgent, values.cooldown, parry_window_s) then
		return false
	end
	local rearmed_s = b.pressed_s + max(values.cooldown, WINDOW_MIN_S) + ping_s / 2
	return now < rearmed_s - ROUNDING_S or not (b.has_moved_away and b.vr > 0)
end

return Rearm
