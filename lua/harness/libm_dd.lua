--- Double-double arithmetic: a number as the unevaluated sum of two doubles, high and low.
---
--- Promises results that depend on + - * / and sqrt of IEEE doubles alone, so they are the same on
--- every CPU, compiled or not. The order of operations is the algorithm: nothing may be regrouped.

local sqrt = math.sqrt

-- Adding and subtracting 1.5 * 2^52 rounds to the nearest integer (ties to even), |x| < 2^51.
local ROUND = 6755399441055744
-- Multiplying by 2^27 + 1 splits a double into two halves of 26 bits whose products are exact.
local SPLIT = 134217729

local Dd = { ROUND = ROUND, SPLIT = SPLIT }

--- The exact product of two doubles, for |a|, |b| < 2^990 and products above 2^-960.
local function two_product(a, b)
	local product = a * b
	local c = SPLIT * a
	local a_high = c - (c - a)
	local a_low = a - a_high
	local d = SPLIT * b
	local b_high = d - (d - b)
	local b_low = b - b_high
	local rest = a_high * b_high - product + a_high * b_low + a_low * b_high + a_low * b_low
	return product, rest
end
Dd.two_product = two_product

--- The exact sum of two doubles.
local function two_sum(a, b)
	local sum = a + b
	local b_part = sum - a
	return sum, (a - (sum - b_part)) + (b - b_part)
end
Dd.two_sum = two_sum

--- Sum of two double-doubles.
function Dd.add(a, a_low, b, b_low)
	local sum, rest = two_sum(a, b)
	rest = rest + (a_low + b_low)
	local high = sum + rest
	return high, rest - (high - sum)
end

--- Product of two double-doubles.
function Dd.multiply(a, a_low, b, b_low)
	local product, rest = two_product(a, b)
	rest = rest + (a * b_low + a_low * b)
	local high = product + rest
	return high, rest - (high - product)
end

--- Quotient of two sums high + low as a double-double. The parts of a sum may overlap, as long as
--- the high one is the larger.
function Dd.divide(n, n_low, d, d_low)
	local divisor = d + d_low
	local divisor_low = d_low - (divisor - d)
	local dividend = n + n_low
	local dividend_low = n_low - (dividend - n)
	local quotient = dividend / divisor
	local product, rest = two_product(quotient, divisor)
	local left = (dividend - product) - rest + dividend_low - quotient * divisor_low
	return quotient, left / divisor
end

--- Square root of a positive double-double.
function Dd.sqrt(a, a_low)
	local root = sqrt(a)
	local product, rest = two_product(root, root)
	return root, ((a - product) - rest + a_low) / (root + root)
end

--- A double-double with its high part on the grid of multiples of `step` (a power of two).
function Dd.on_grid(high, low, step)
	local rounded = (high / step + ROUND - ROUND) * step
	return rounded, (high - rounded) + low
end

-- POWER[k + BIAS] = 2^k for every double that is a power of two.
local BIAS = 1075
local POWER = table_new(2099, 0)
for k = -1074, 1023 do
	POWER[k + BIAS] = k == -1074 and 4.9406564584124654e-324 or POWER[k - 1 + BIAS] * 2
end
Dd.POWER, Dd.BIAS = POWER, BIAS

local order = ffi.abi("le") and "low, high" or "high, low"
local view = ffi.new("union { double value; struct { int32_t " .. order .. "; } word; }")

--- The upper 32 bits of a double: sign, exponent and the first 20 bits of the fraction.
function Dd.upper_word(x)
	view.value = x
	return view.word.high
end

Dd.PI, Dd.PI_LOW = 3.141592653589793, 1.2246467991473532e-16
Dd.HALF_PI, Dd.HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
Dd.LN2, Dd.LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17

return Dd
