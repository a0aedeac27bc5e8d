--- How much a ball's path bends, and what that is worth.

local abs, max, min, sqrt = math.abs, math.max, math.min, math.sqrt

local Curve = {
	KAPPA_MAX = 5,
	KAPPA_RATE_MAX = 120,
	ACCELERATION_MAX = 650,
	JERK_MAX = 20000,
}

local KAPPA_MAX, KAPPA_RATE_MAX = Curve.KAPPA_MAX, Curve.KAPPA_RATE_MAX
local ACCELERATION_MAX, JERK_MAX = Curve.ACCELERATION_MAX, Curve.JERK_MAX

--- Curvature of a path with velocity v and acceleration a, per stud; 0 for a ball at rest.
---@return number kappa
function Curve.kappa(vx, vy, vz, ax, ay, az)
	local speed = sqrt(vx * vx + vy * vy + vz * vz)
	if speed == 0 then
		return 0
	end
	local cx, cy, cz = vy * az - vz * ay, vz * ax - vx * az, vx * ay - vy * ax
	return sqrt(cx * cx + cy * cy + cz * cz) / (speed * speed * speed)
end

--- How far beyond `limit` a value is, as a share of the limit, from 0 to 1.
---@return number share
function Curve.overflow(value, limit)
	return min(max(abs(value) / limit - 1, 0), 1)
end

--- `value`, at most `limit` on either side of 0.
---@return number
function Curve.clamp(value, limit)
	return min(max(value, -limit), limit)
end

--- How severely a ball curves: the bend of its path, or the change of its closing speed.
---@param lead_scale number option `curvatureLeadScale`
---@param hold_boost number option `curvatureHoldBoost`
---@return number severity
function Curve.severity(kappa, kappa_rate, ar, jr, lead_scale, hold_boost)
	return max(
		max(kappa / KAPPA_MAX, kappa_rate / KAPPA_RATE_MAX) * lead_scale,
		max(abs(ar) / ACCELERATION_MAX, abs(jr) / JERK_MAX) * hold_boost
	)
end

return Curve
