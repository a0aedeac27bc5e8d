--- log and log10, off by less than 0.51 units in the last place.
---
--- x = 2^k * z, m = 128 / z rounded, and log(x) = k * ln2 - log(m / 128) + log(1 + r) with
--- r = z * m / 128 - 1, |r| < 0.0056. r is formed without error, log(m / 128) comes from a table,
--- and the sum is a double-double good to about 2^-66 of its value, near 1 too.

local Dd = require("harness.libm_dd")

local arshift = bit.arshift
local add, divide, on_grid = Dd.add, Dd.divide, Dd.on_grid
local two_product, upper_word = Dd.two_product, Dd.upper_word
local POWER, BIAS, ROUND, SPLIT = Dd.POWER, Dd.BIAS, Dd.ROUND, Dd.SPLIT
local INFINITY = math.huge

local LN2_HIGH, LN2_LOW = on_grid(Dd.LN2, Dd.LN2_LOW, 2 ^ -42)

-- LOG[m] + LOG_LOW[m] = -log(m / 128), m = 90..182. LOG is on the grid of LN2_HIGH, so that
-- k * LN2_HIGH + LOG[m] is exact.
local LOG, LOG_LOW = table_new(182, 0), table_new(182, 0)
for m = 1, 182 do
	LOG[m], LOG_LOW[m] = 0, 0
end
do
	--- log((m + 1) / m) = 2 * (t + t^3 / 3 + t^5 / 5 + ...) with t = 1 / (2m + 1), good to 2^-77.
	local function log_step(m)
		local t, t_low = divide(1, 0, 2 * m + 1, 0)
		local s = t * t
		local rest = t * s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * (1 / 9))))
		return 2 * t, 2 * (t_low + rest)
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

return { log = log, log10 = log10, log_of_base = log_of_base, log_parts = log_parts }
