--- When a ball that was pressed may be pressed again.

local Time = require("worlds.autoparry.time")

local max, huge = math.max, math.huge

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

--- Whether the ball has not been known for long enough to be pressed at all.
---@param detection_s number|nil option `pressMinDetectionTime`
function Rearm.is_too_new(b, now, detection_s)
	return now < b.detected_s + (detection_s or 0) - ROUNDING_S
end

--- Why the ball may not be pressed yet; nil when it may.
---@param parry_window_s number how long a press protects
---@return "low-detection-delay"|"min-delay"|"rearm-window"|"no-progress"|nil reason
function Rearm.blocked(b, now, impact_s, is_urgent, ping_s, values, parry_window_s)
	if Rearm.is_too_new(b, now, values.pressMinDetectionTime) then
		return "low-detection-delay"
	elseif b.pressed_s == -huge then
		return nil
	elseif is_bypassed(b, now, impact_s, is_urgent, values.cooldown, parry_window_s) then
		return nil
	end
	local rested_s = b.pressed_s + max(values.cooldown, WINDOW_MIN_S)
	if now < rested_s - ROUNDING_S then
		return "min-delay"
	elseif now < rested_s + ping_s / 2 - ROUNDING_S then
		return "rearm-window"
	end
	return not (b.has_moved_away and b.vr > 0) and "no-progress" or nil
end

return Rearm
