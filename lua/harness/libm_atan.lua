--- atan, atan2, asin and acos, each off by less than 0.6 units in the last place.
---
--- All are the angle of a point in the plane: atan(x) of (1, x), asin(x) of (sqrt(1 - x^2), x),
--- acos(x) of (x, sqrt(1 - x^2)). The smaller coordinate over the larger is formed as a
--- double-double t <= 1; with c the multiple of 1/64 nearest to t,
--- atan(t) = atan(c) + atan((t - c) / (1 + t c)), the first from a table of double-doubles, the
--- second a short Taylor sum.

local Dd = require("harness.libm_dd")

local sqrt = math.sqrt
local add, divide, two_product = Dd.add, Dd.divide, Dd.two_product
local ROUND = Dd.ROUND
local PI, PI_LOW = Dd.PI, Dd.PI_LOW
local HALF_PI, HALF_PI_LOW = Dd.HALF_PI, Dd.HALF_PI_LOW
local INFINITY = math.huge

-- ATAN[j] + ATAN_LOW[j] = atan(j / 64), j = 0..64.
local ATAN, ATAN_LOW = { [0] = 0 }, { [0] = 0 }
do
	--- atan((j + 1) / 64) - atan(j / 64) = atan(t) with t = 64 / (4096 + j (j + 1)), good to 2^-71.
	local function atan_step(j)
		local t, t_low = divide(64, 0, 4096 + j * (j + 1), 0)
		local s = t * t
		local tail = s * (1 / 7 - s * (1 / 9 - s * (1 / 11 - s * (1 / 13))))
		return t, t_low - t * s * (1 / 3 - s * (1 / 5 - tail))
	end
	for j = 0, 63 do
		ATAN[j + 1], ATAN_LOW[j + 1] = add(ATAN[j], ATAN_LOW[j], atan_step(j))
	end
end

--- atan(t + t_low) as high + low, 0 <= t <= 1.
local function atan_parts(t, t_low)
	if t < 0.125 then
		local s = t * t
		local tail = s * (1 / 13 - s * (1 / 15 - s * (1 / 17 - s * (1 / 19))))
		local sum = 1 / 5 - s * (1 / 7 - s * (1 / 9 - s * (1 / 11 - tail)))
		return t, t_low - s * t_low - t * s * (1 / 3 - s * sum)
	end
	local j = t * 64 + ROUND - ROUND
	local c = j * 0.015625
	local d = (t - c + t_low) / (1 + t * c)
	local s = d * d
	return ATAN[j], ATAN_LOW[j] + (d - d * s * (1 / 3 - s * (1 / 5 - s * (1 / 7))))
end

--- base + sign * (high + low), rounded once; base is a double-double and the largest.
local function turned(base, base_low, sign, high, low)
	local step = sign * high
	local sum = base + step
	return sum + ((base - sum) + step + (base_low + sign * low))
end

local function atan(x)
	local size = x < 0 and -x or x
	if size < 2 ^ -28 then
		return x
	elseif x ~= x then
		return x
	end
	local value
	if size <= 1 then
		local high, low = atan_parts(size, 0)
		value = high + low
	elseif size < 2 ^ 64 then
		local t = 1 / size
		local product, rest = two_product(t, size)
		local high, low = atan_parts(t, (1 - product - rest) / size)
		value = turned(HALF_PI, HALF_PI_LOW, -1, high, low)
	else
		value = HALF_PI
	end
	return x < 0 and -value or value
end

--- atan2 for coordinates that are zero, infinite or not a number, with the signs of zeros.
local function atan2_special(y, x)
	if x ~= x or y ~= y then
		return x + y
	end
	local left = x < 0 or (x == 0 and 1 / x < 0)
	local down = y < 0 or (y == 0 and 1 / y < 0)
	local value
	if y == INFINITY or y == -INFINITY then
		value = HALF_PI
		if x == INFINITY or x == -INFINITY then
			value = left and 3 * PI / 4 or PI / 4
		end
	elseif y == 0 or x == INFINITY or x == -INFINITY then
		value = left and PI or 0
	else
		value = HALF_PI
	end
	return down and -value or value
end

--- The angle of a point with finite, positive coordinates, `left` meaning that x is negative.
local function angle(y, x, left)
	local steep = y > x
	local small, large = y, x
	if steep then
		small, large = x, y
	end
	if small * 2 ^ 64 < large then
		-- The small coordinate is only seen beside the x axis.
		if steep then
			return HALF_PI
		end
		return left and PI or small / large
	end
	-- Keep the exact product below away from overflow and underflow.
	if large > 2 ^ 500 then
		small, large = small * 2 ^ -600, large * 2 ^ -600
	elseif large < 2 ^ -500 then
		small, large = small * 2 ^ 600, large * 2 ^ 600
	end
	local t = small / large
	local product, rest = two_product(t, large)
	local high, low = atan_parts(t, (small - product - rest) / large)
	if steep then
		return turned(HALF_PI, HALF_PI_LOW, left and 1 or -1, high, low)
	elseif left then
		return turned(PI, PI_LOW, -1, high, low)
	end
	return high + low
end

local function atan2(y, x)
	local y_size, x_size = y < 0 and -y or y, x < 0 and -x or x
	if y_size > 0 and y_size < INFINITY and x_size > 0 and x_size < INFINITY then
		local value = angle(y_size, x_size, x < 0)
		return y < 0 and -value or value
	end
	return atan2_special(y, x)
end

--- sqrt(1 - x^2) as a double-double, 0 <= x < 1.
local function leg(x)
	local square, square_low = two_product(x, x)
	local rest = 1 - square
	return Dd.sqrt(rest, (1 - rest) - square - square_low)
end

local function asin(x)
	local size = x < 0 and -x or x
	if size < 2 ^ -28 then
		return x
	elseif not (size < 1) then
		return size == 1 and x * HALF_PI or 0 / 0
	end
	local s, s_low = leg(size)
	local value
	if size <= s then
		local high, low = atan_parts(divide(size, 0, s, s_low))
		value = high + low
	else
		local high, low = atan_parts(divide(s, s_low, size, 0))
		value = turned(HALF_PI, HALF_PI_LOW, -1, high, low)
	end
	return x < 0 and -value or value
end

local function acos(x)
	local size = x < 0 and -x or x
	if not (size < 1) then
		if size == 1 then
			return x < 0 and PI or 0
		end
		return 0 / 0
	elseif size < 2 ^ -64 then
		return HALF_PI
	end
	local s, s_low = leg(size)
	if size <= s then
		local high, low = atan_parts(divide(size, 0, s, s_low))
		return turned(HALF_PI, HALF_PI_LOW, x < 0 and 1 or -1, high, low)
	end
	local high, low = atan_parts(divide(s, s_low, size, 0))
	if x < 0 then
		return turned(PI, PI_LOW, -1, high, low)
	end
	return high + low
end

return { acos = acos, asin = asin, atan = atan, atan2 = atan2 }
