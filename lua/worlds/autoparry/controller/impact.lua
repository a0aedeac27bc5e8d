--- When a ball reaches the sphere: from its motion along the line to the player, and for a ball
--- that curves by stepping it.

local abs, ceil, max, min, sqrt = math.abs, math.ceil, math.max, math.min, math.sqrt
local huge = math.huge

-- A smaller coefficient of the motion counts as none.
local COEFFICIENT_MIN = 1e-9
-- A minimum that misses 0 by no more than this share of its terms touches it.
local TOUCH = 1e-15

local STEPS_PER_S = 180
local STEPS_MAX = 72

-- A Newton step of this share of the time is the last one: the next would be below rounding.
local STEP_MIN = 1e-13
-- Rounding hides a root that is nearly double; the bracket is as small as it gets long before.
local NEWTON_STEPS_MAX = 200
-- The whole range of doubles.
local DOUBLINGS_MAX = 1024

local Impact = {}

-- The root of c0 + c1 t + c2 t^2 + c3 t^3 between `low`, where it is > 0, and `high`, where it is
-- not; it falls all the way.
local function falling_root(c0, c1, c2, c3, low, high)
	local t = 0.5 * (low + high)
	for _ = 1, NEWTON_STEPS_MAX do
		local value = c0 + t * (c1 + t * (c2 + t * c3))
		if value > 0 then
			low = t
		else
			high = t
		end
		local step = value / (c1 + t * (2 * c2 + t * 3 * c3))
		local next_t = t - step
		if abs(step) <= STEP_MIN * t then
			return next_t
		end
		-- Also where the slope is 0 and the quotient no number.
		if not (next_t > low and next_t < high) then
			next_t = 0.5 * (low + high)
			if next_t == low or next_t == high then
				return next_t
			end
		end
		t = next_t
	end
	return t
end

-- Where a falling cubic without further critical points has come below 0.
local function below_zero(c0, c1, c2, c3, low)
	local high = max(2 * low, 1)
	for _ = 1, DOUBLINGS_MAX do
		if c0 + high * (c1 + high * (c2 + high * c3)) <= 0 then
			break
		end
		high = 2 * high
	end
	return high
end

local function touches(c0, c1, c2, c3, t)
	local terms = abs(c0) + abs(c1 * t) + abs(c2 * t * t) + abs(c3 * t * t * t)
	return c0 + t * (c1 + t * (c2 + t * c3)) <= TOUCH * terms
end

-- The critical points of the cubic, the smaller first; two times `huge` when there are none.
local function critical_points(c1, c2, c3)
	local inner = c2 * c2 - 3 * c1 * c3
	if inner < 0 then
		return huge, huge
	end
	-- The one without cancellation, and the other from the product of the two.
	local q = -(c2 + (c2 < 0 and -sqrt(inner) or sqrt(inner)))
	local first = q / (3 * c3)
	local second = q == 0 and first or c1 / q
	if first > second then
		return second, first
	end
	return first, second
end

local function cubic_root(c0, c1, c2, c3)
	local first, second = critical_points(c1, c2, c3)
	if c3 > 0 then
		-- Rises, falls from `first` to `second`, rises.
		if not (second > 0 and second < huge and touches(c0, c1, c2, c3, second)) then
			return huge
		end
		return falling_root(c0, c1, c2, c3, max(first, 0), second)
	end
	-- Falls to `first`, rises to `second`, falls for ever.
	local low = 0
	if second > 0 and second < huge then
		if first > 0 and touches(c0, c1, c2, c3, first) then
			return falling_root(c0, c1, c2, c3, 0, first)
		end
		low = second
	end
	return falling_root(c0, c1, c2, c3, low, below_zero(c0, c1, c2, c3, low))
end

local function quadratic_root(c0, c1, c2)
	local inner = c1 * c1 - 4 * c2 * c0
	if c2 < 0 then
		-- One positive root, in the form without cancellation.
		local s = sqrt(inner)
		return c1 < 0 and 2 * c0 / (s - c1) or (c1 + s) / (-2 * c2)
	end
	local lowest = -c1 / (2 * c2)
	if not (c1 < 0 and touches(c0, c1, c2, 0, lowest)) then
		return huge
	end
	return 2 * c0 / (sqrt(max(inner, 0)) - c1)
end

--- The first time at which d0 - vr t - ar t^2 / 2 - jr t^3 / 6 is 0, also if it only touches 0.
---@param d0 number studs to the sphere
---@param vr number closing speed
---@param ar number its change
---@param jr number and the change of that
---@return number impact_s 0 inside the sphere, infinite for never
function Impact.root(d0, vr, ar, jr)
	if d0 <= 0 then
		return 0
	end
	local c1, c2, c3 = 0 - vr, -0.5 * ar, jr / -6
	if abs(c1) < COEFFICIENT_MIN then
		c1 = 0
	end
	if abs(c2) < COEFFICIENT_MIN then
		c2 = 0
	end
	if abs(c3) >= COEFFICIENT_MIN then
		return cubic_root(d0, c1, c2, c3)
	end
	if c2 ~= 0 then
		return quadratic_root(d0, c1, c2)
	end
	return c1 < 0 and d0 / -c1 or huge
end

--- `impact_s`, or an earlier time at which the ball, stepped with its filtered acceleration, is in
--- the sphere.
---@param b table kinematics
---@param safe_radius number
---@param impact_s number
---@return number impact_s
function Impact.ballistic(b, safe_radius, impact_s)
	local h = 1 / STEPS_PER_S
	local x, y, z, vx, vy, vz = b.x, b.y, b.z, b.vx, b.vy, b.vz
	local ax, ay, az = b.fax, b.fay, b.faz
	-- Steps behind the impact could bound nothing, however few there are before it.
	for step = 1, min(ceil(STEPS_PER_S * impact_s), STEPS_MAX) do
		vx, vy, vz = vx + ax * h, vy + ay * h, vz + az * h
		x, y, z = x + vx * h, y + vy * h, z + vz * h
		if sqrt(x * x + y * y + z * z) <= safe_radius then
			return min(impact_s, step / STEPS_PER_S)
		end
	end
	return impact_s
end

return Impact
