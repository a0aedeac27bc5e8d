--- exp, off by less than 0.52 units in the last place.
---
--- x = n * ln2 / 64 + r and exp(x) = 2^(n div 64) * 2^((n mod 64) / 64) * exp(r); the second factor
--- comes from a table of double-doubles and exp(r) - 1 is a short Taylor sum, |r| < 0.0055.

local Dd = require("harness.libm_dd")

local floor = math.floor
local POWER, BIAS, ROUND = Dd.POWER, Dd.BIAS, Dd.ROUND
local INFINITY = math.huge

-- n * STEP_HIGH is exact for every n that occurs (17 bits times 36 bits).
local STEP_HIGH, STEP_LOW = Dd.on_grid(Dd.LN2 / 64, Dd.LN2_LOW / 64, 2 ^ -42)
local STEPS_PER_ONE = 64 / Dd.LN2

-- ROOT[j] + ROOT_LOW[j] = 2^(j / 64), j = 0..63.
local ROOT, ROOT_LOW = { [0] = 1 }, { [0] = 0 }
do
	local root, root_low = 2, 0
	for _ = 1, 6 do
		root, root_low = Dd.sqrt(root, root_low)
	end
	for j = 1, 63 do
		ROOT[j], ROOT_LOW[j] = Dd.multiply(ROOT[j - 1], ROOT_LOW[j - 1], root, root_low)
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

return { exp = exp, exp_parts = exp_parts, scale = scale }
