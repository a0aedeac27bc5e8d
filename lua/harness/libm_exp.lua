--- exp, log, log10 and pow, each off by less than 0.52 units in the last place.
---
--- exp: x = n * ln2 / 64 + r, exp(x) = 2^(n div 64) * 2^((n mod 64) / 64) * exp(r), where the second
--- factor comes from a table of double-doubles and exp(r) - 1 is a short Taylor sum, |r| < 0.0055.
--- log: x = 2^k * z, m = 128 / z rounded, log(x) = k * ln2 - log(m / 128) + log(1 + r) with
--- r = z * m / 128 - 1, |r| < 0.0056. r is formed without error, the sum is a double-double, good to
--- about 2^-66, so that pow(x, y) = exp(y * log(x)) is good to the last place for every y.

local Dd = require("harness.libm_dd")

local arshift = bit.arshift
local floor, sqrt = math.floor, math.sqrt
local add, divide, multiply, on_grid = Dd.add, Dd.divide, Dd.multiply, Dd.on_grid
local two_product, upper_word = Dd.two_product, Dd.upper_word
local POWER, BIAS, ROUND, SPLIT = Dd.POWER, Dd.BIAS, Dd.ROUND, Dd.SPLIT
local INFINITY = math.huge

local LN2_HIGH, LN2_LOW = on_grid(Dd.LN2, Dd.LN2_LOW, 2 ^ -42)
-- n * STEP_HIGH is exact for every n that occurs (17 bits times 36 bits).
local STEP_HIGH, STEP_LOW = on_grid(Dd.LN2 / 64, Dd.LN2_LOW / 64, 2 ^ -42)
local STEPS_PER_ONE = 64 / Dd.LN2

-- ROOT[j] + ROOT_LOW[j] = 2^(j / 64), j = 0..63.
local ROOT, ROOT_LOW = { [0] = 1 }, { [0] = 0 }
do
	local root, root_low = 2, 0
	for _ = 1, 6 do
		root, root_low = Dd.sqrt(root, root_low)
	end
	for j = 1, 63 do
		ROOT[j], ROOT_LOW[j] = multiply(ROOT[j - 1], ROOT_LOW[j - 1], root, root_low)
	end
end

-- LOG[m] + LOG_LOW[m] = -log(m / 128), m = 90..182. LOG is on the grid of LN2_HIGH, so that
-- k * LN2_HIGH + LOG[m] is exact.
local LOG, LOG_LOW = table_new(182, 0), table_new(182, 0)
for m = 1, 182 do
	LOG[m], LOG_LOW[m] = 0, 0
end
do
	--- log((m + 1) / m) = 2 * (t + t^3 / 3 + t^5 / 5 + ...) with t = 1 / (2m + 1).
	local function log_step(m)
		local t, t_low = divide(1, 0, 2 * m + 1, 0)
		local square = t * t
		local tail = square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square * (1 / 11))))
		local third, third_low = divide(1, 0, 3, 0)
		local sum, sum_low = add(third, third_low, tail, 0)
		sum, sum_low = multiply(sum, sum_low, multiply(t, t_low, t, t_low))
		sum, sum_low = add(1, 0, sum, sum_low)
		sum, sum_low = multiply(t, t_low, sum, sum_low)
		return 2 * sum, 2 * sum_low
	end
	for direction = -1, 1, 2 do
		local sum, sum_low = 0, 0
		for m = 128 + direction, direction < 0 and 90 or 182, direction do
			local step, step_low = log_step(direction < 0 and m or m - 1)
			sum, sum_low = add(sum, sum_low, -direction * step, -direction * step_low)
			LOG[m], LOG_LOW[m] = on_grid(sum, sum_low, 2 ^ -42)
		end
	end
end

--- exp(high + low) = 2^k * (value + value_low), for |high| < 800 and |low| far below |high|.
local function exp_parts(high, low)
	local n = high * STEPS_PER_ONE + ROUND - ROUND
	local r = high - n * STEP_HIGH - n * STEP_LOW + low
	local k = floor(n * 0.015625)
	local j = n - k * 64
	local tail = r * (1 / 24 + r * (1 / 120 + r * (1 / 720)))
	local e = r + r * r * (0.5 + r * (1 / 6 + tail))
	local value = ROOT[j]
	return value, ROOT_LOW[j] + value * e, k
end

--- (value + value_low) * 2^k, rounded once, also where the result is subnormal or overflows.
local function scale(value, value_low, k)
	if k >= -1021 then
		if k <= 1022 then
			return (value + value_low) * POWER[k + BIAS]
		end
		return (value + value_low) * 2 ^ 1023 * POWER[k - 1023 + BIAS]
	elseif k < -1080 then
		return 0
	end
	-- In units of the smallest normal number: adding 1 first rounds at the last place that a
	-- subnormal result keeps.
	local unit = POWER[k + 1022 + BIAS]
	local a, b = value * unit, value_low * unit
	if a + b >= 1 then
		return (a + b) * 2 ^ -1022
	end
	local sum = 1 + a
	return (sum + ((1 - sum + a) + b) - 1) * 2 ^ -1022
end

local function exp(x)
	if x > 709.8 then
		return INFINITY
	elseif x < -745.2 then
		return 0
	elseif x ~= x then
		return x
	end
	local value, value_low, k = exp_parts(x, 0)
	if k > -1021 and k < 1023 then
		return (value + value_low) * POWER[k + BIAS]
	end
	return scale(value, value_low, k)
end

--- log(x) as a double-double, for finite x > 0.
local function log_parts(x)
	local shift = 0
	if x < 2.2250738585072014e-308 then
		x, shift = x * 2 ^ 54, 54
	end
	-- 0x3fe6a09e begins the double sqrt(1/2): z is from about sqrt(1/2) to sqrt(2).
	local k = arshift(upper_word(x) - 0x3fe6a09e, 20)
	local z = x * POWER[BIAS - k]
	k = k - shift
	local m = 128 / z + ROUND - ROUND
	local center = m * 0.0078125
	local c = z * SPLIT
	local z_high = c - (c - z)
	local part = z_high * center - 1
	local part_low = (z - z_high) * center
	local r = part + part_low
	local r_low = part_low - (r - part)
	-- r * r as a double-double.
	local d = r * SPLIT
	local r_head = d - (d - r)
	local r_tail = r - r_head
	local square = r * r
	local square_low = r_head * r_head - square + 2 * r_head * r_tail + r_tail * r_tail
	local fifth = 1 / 5 - r * (1 / 6 - r * (1 / 7 - r * (1 / 8 - r * (1 / 9))))
	local cube = r * square * (1 / 3 - r * (1 / 4 - r * fifth))
	-- The terms by size; each sum is exact together with its rest.
	local base = k * LN2_HIGH + LOG[m]
	local first = base + r
	local first_rest = base - first + r
	local half = -0.5 * square
	local second = first + half
	local second_rest = first - second + half
	local rest = k * LN2_LOW + LOG_LOW[m] + (r_low - r * r_low - 0.5 * square_low)
	rest = rest + (first_rest + second_rest) + cube
	local high = second + rest
	return high, rest - (high - second)
end

--- What log answers where there is no finite logarithm; nil elsewhere.
local function log_special(x)
	if x == 0 then
		return -INFINITY
	elseif x == INFINITY then
		return x
	elseif not (x > 0) then
		return 0 / 0
	end
	return nil
end

local function log(x)
	if x > 0 and x < INFINITY then
		return (log_parts(x))
	end
	return log_special(x)
end

-- 1 / ln(10).
local PER_LN10, PER_LN10_LOW = 0.4342944819032518, 1.098319650216765e-17

local function log10(x)
	if x > 0 and x < INFINITY then
		local high, low = log_parts(x)
		local product, rest = two_product(high, PER_LN10)
		return product + (rest + (high * PER_LN10_LOW + low * PER_LN10))
	end
	return log_special(x)
end

--- log(x) / log(base), rounded once where both are finite and base is not 1.
local function log_of_base(x, base)
	local finite = x > 0 and x < INFINITY and base > 0 and base < INFINITY
	if not finite or base == 1 then
		return log(x) / log(base)
	end
	local high, low = log_parts(x)
	local quotient, rest = divide(high, low, log_parts(base))
	return quotient + rest
end

local function is_odd(y)
	return y % 2 == 1
end

--- pow where x is zero, negative, infinite or not a number, or y is infinite, huge or not a number.
local function pow_special(x, y)
	if x ~= x or y ~= y then
		return x + y
	elseif y == INFINITY or y == -INFINITY then
		local size = x < 0 and -x or x
		if size == 1 then
			return 1
		end
		return (size > 1) == (y > 0) and INFINITY or 0
	elseif x == 0 or x == INFINITY or x == -INFINITY then
		local value = (x == 0) == (y > 0) and 0 or INFINITY
		-- Only the inverse shows the sign of a zero.
		local negative = x < 0 or (x == 0 and 1 / x < 0)
		return negative and is_odd(y) and -value or value
	elseif x < 0 then
		if y % 1 ~= 0 then
			return 0 / 0
		end
		return nil
	end
	return nil
end

local function pow_of_positive(x, y)
	-- Beyond these y, y * log(x) rounds to 0 or is out of range for every x but 1.
	local size = y < 0 and -y or y
	if size < 2 ^ -65 then
		return 1
	elseif size > 2 ^ 64 then
		return (x > 1) == (y > 0) and INFINITY or 0
	end
	local high, low = log_parts(x)
	local product, rest = two_product(high, y)
	if product > 709.8 then
		return INFINITY
	elseif product < -745.2 then
		return 0
	end
	local value, value_low, k = exp_parts(product, rest + low * y)
	if k > -1021 and k < 1023 then
		return (value + value_low) * POWER[k + BIAS]
	end
	return scale(value, value_low, k)
end

local function pow(x, y)
	if y == 2 then
		return x * x
	elseif y == 0 or x == 1 then
		return 1
	elseif y == 1 then
		return x
	elseif y == -1 then
		return 1 / x
	end
	if not (x > 0 and x < INFINITY and y > -INFINITY and y < INFINITY) then
		local special = pow_special(x, y)
		if special then
			return special
		elseif x < 0 then
			local value = x == -1 and 1 or pow_of_positive(-x, y)
			return is_odd(y) and -value or value
		end
	elseif y == 0.5 then
		return sqrt(x)
	end
	return pow_of_positive(x, y)
end

return {
	exp = exp,
	exp_parts = exp_parts,
	log = log,
	log10 = log10,
	log_of_base = log_of_base,
	pow = pow,
	scale = scale,
}
