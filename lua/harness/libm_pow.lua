--- pow, off by less than 0.53 units in the last place, with the special cases of C99.
---
--- pow(x, y) = exp(y * log(x)), where log(x) and the product are double-doubles, so that the
--- largest exponents lose nothing.

local Dd = require("harness.libm_dd")
local Exp = require("harness.libm_exp")
local Log = require("harness.libm_log")

local sqrt = math.sqrt
local two_product = Dd.two_product
local exp_parts, scale = Exp.exp_parts, Exp.scale
local log_parts = Log.log_parts
local POWER, BIAS = Dd.POWER, Dd.BIAS
local INFINITY = math.huge

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

return { pow = pow }
