--- When a ball that was pressed may be pressed again.

local max = math.max

local Rearm = {}

local WINDOW_MIN_S = 0.0675
local BYPASS_IMPACT_S = 0.08
local ROUNDING_S = 1e-9

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

--- Nil when the ball may be pressed, else why not.
---@param parry_window_s number how long a press protects
---@return string|nil reason
function Rearm.blocked(b, now, impact_s, is_urgent, ping_s, values, parry_window_s)
	if now < b.detected_s + (values.pressMinDetectionTime or 0) - ROUNDING_S then
		return "low-detection-delay"
	elseif b.pressed_s == -math.huge then
		return nil
	elseif is_bypassed(b, now, impact_s, is_urgent, values.cooldown, parry_window_s) then
		return nil
	end
	local since_s = now - b.pressed_s + ROUNDING_S
	if since_s < values.cooldown then
		return "min-delay"
	elseif since_s < max(values.cooldown, WINDOW_MIN_S) + ping_s / 2 then
		return "rearm-window"
	elseif not (b.has_moved_away and b.vr > 0) then
		return "no-progress"
	end
	return nil
end

return Rearm
