--- sinh, cosh and tanh, each off by less than 0.55 units in the last place.
---
--- Below 1/4 sinh is its Taylor sum and tanh the quotient of the sums of sinh and cosh. Above, all
--- three come from exp(|x|) as a double-double and its inverse, so nothing is lost where the two
--- nearly cancel.

local Dd = require("harness.libm_dd")
local Exp = require("harness.libm_exp")

local divide = Dd.divide
local two_product = Dd.two_product
local exp_parts, scale = Exp.exp_parts, Exp.scale
local POWER, BIAS = Dd.POWER, Dd.BIAS
local INFINITY = math.huge

-- From here on exp(-|x|) is below the last place of exp(|x|) by more than 2^-10.
local ONE_SIDED = 22

--- exp(x) as a double-double, for 0 <= x <= 2 * ONE_SIDED.
local function exp_double(x)
	local value, value_low, k = exp_parts(x, 0)
	local unit = POWER[k + BIAS]
	local high = value + value_low
	return high * unit, (value_low - (high - value)) * unit
end

local function inverse(high, low)
	local value = 1 / high
	local product, rest = two_product(value, high)
	return value, (1 - product - rest - value * low) * value
end

--- sinh(x) - x for |x| < 1/4.
local function sinh_rest(x)
	local s = x * x
	local tail = s * (1 / 362880 + s * (1 / 39916800 + s * (1 / 6227020800)))
	return x * s * (1 / 6 + s * (1 / 120 + s * (1 / 5040 + tail)))
end

--- cosh(x) - 1 for |x| < 1/4.
local function cosh_rest(x)
	local s = x * x
	local tail = s * (1 / 40320 + s * (1 / 3628800 + s * (1 / 479001600)))
	return s * (0.5 + s * (1 / 24 + s * (1 / 720 + tail)))
end

local function exp_half(size)
	if size > 711 then
		return INFINITY
	end
	local value, value_low, k = exp_parts(size, 0)
	return scale(value, value_low, k - 1)
end

local function sinh(x)
	local size = x < 0 and -x or x
	if size < 0.25 then
		-- Below 2^-28 the rest is nothing, and minus zero stays itself.
		return size < 2 ^ -28 and x or x + sinh_rest(x)
	elseif x ~= x then
		return x
	end
	local value
	if size < ONE_SIDED then
		local high, low = exp_double(size)
		local small, small_low = inverse(high, low)
		local difference = high - small
		local rest = high - difference - small
		value = (difference + (rest + low - small_low)) * 0.5
	else
		value = exp_half(size)
	end
	return x < 0 and -value or value
end

local function cosh(x)
	local size = x < 0 and -x or x
	if size < ONE_SIDED then
		local high, low = exp_double(size)
		local small, small_low = inverse(high, low)
		local sum = high + small
		local rest = high - sum + small
		return (sum + (rest + low + small_low)) * 0.5
	elseif x ~= x then
		return x
	end
	return exp_half(size)
end

local function tanh(x)
	local size = x < 0 and -x or x
	if size < 0.25 then
		if size < 2 ^ -28 then
			return x
		end
		local quotient, rest = divide(x, sinh_rest(x), 1, cosh_rest(x))
		return quotient + rest
	elseif x ~= x then
		return x
	elseif size > ONE_SIDED then
		return x < 0 and -1 or 1
	end
	-- tanh(x) = (exp(2x) - 1) / (exp(2x) + 1)
	local high, low = exp_double(size + size)
	local less, more = high - 1, high + 1
	local less_rest, more_rest = high - less - 1, high - more + 1
	local quotient, rest = divide(less, less_rest + low, more, more_rest + low)
	local value = quotient + rest
	return x < 0 and -value or value
end

return { cosh = cosh, sinh = sinh, tanh = tanh }
