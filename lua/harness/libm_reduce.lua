--- Reduces an angle to a quarter turn: x = n * pi/2 + r, |r| <= pi/4, r a double-double.
---
--- Up to about 1.6 million x - n * pi/2 is formed in three steps whose products are exact. Larger
--- angles, and those so near a multiple of pi/2 that the third step would not suffice, multiply the
--- needed digits of 2/pi (in base 2^24) by the digits of x and keep the fraction, so the result is
--- good for every double.

local Dd = require("harness.libm_dd")

local rshift = bit.rshift
local floor = math.floor
local sub, tonumber = string.sub, tonumber
local add, multiply, two_sum = Dd.add, Dd.multiply, Dd.two_sum
local upper_word = Dd.upper_word
local POWER, BIAS, ROUND = Dd.POWER, Dd.BIAS, Dd.ROUND

-- pi/2 in three parts; the first two have 33 bits, so n * part is exact for n < 2^20.
local PART_1 = 1.5707963267341256
local PART_2 = 6.077100506303966e-11
local PART_3 = 2.0222662487959506e-21
local PER_QUARTER = 2 / Dd.PI
local STEPPED_MAX = 1.6e6
-- Below this the error of the third step, 2^-99, would show.
local CLOSE = 2 ^ -30

-- 2/pi = 0.a2f983... in base 16; DIGITS[i] is the i-th digit in base 2^24.
local HEX = "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2"
	.. "e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d6398353"
	.. "39f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e"
	.. "5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc20"
local DIGITS = {}
for i = 1, #HEX / 6 do
	DIGITS[i] = tonumber(sub(HEX, 6 * i - 5, 6 * i), 16)
end

local BASE = 2 ^ 24
local FRACTION_DIGITS = 7

--- The digits of x * 2/pi modulo 4: [0] is the whole part, [1].. are the fraction in base 2^24.
local function quarter_digits(x)
	-- x = whole * 2^e with a whole number below 2^53, then as four digits of base 2^24 times
	-- 2^(24q).
	local e = rshift(upper_word(x), 20) - 1023 - 52
	local q = floor(e / 24)
	local whole = x * POWER[BIAS - e]
	local upper = floor(whole * 2 ^ -24)
	local shift = POWER[e - 24 * q + BIAS]
	local top = floor(upper / BASE)
	local digits = { (whole - upper * BASE) * shift, (upper - top * BASE) * shift, top * shift }
	local carry = 0
	for j = 1, 3 do
		local digit = digits[j] + carry
		carry = floor(digit / BASE)
		digits[j] = digit - carry * BASE
	end
	digits[4] = carry

	local result = {}
	for n = FRACTION_DIGITS, 0, -1 do
		local sum = 0
		for j = 1, 4 do
			sum = sum + digits[j] * (DIGITS[n + q + j - 1] or 0)
		end
		result[n] = sum
	end
	carry = 0
	for n = FRACTION_DIGITS, 0, -1 do
		local digit = result[n] + carry
		carry = floor(digit / BASE)
		result[n] = digit - carry * BASE
	end
	return result
end

--- The same for any finite x > 0, by the digits of 2/pi.
local function reduce_by_digits(x)
	local digits = quarter_digits(x)
	local n, sign = digits[0] % 4, 1
	if digits[1] >= BASE / 2 then
		-- More than half a quarter: count from the next multiple.
		n, sign = (n + 1) % 4, -1
		for i = 1, FRACTION_DIGITS do
			digits[i] = BASE - 1 - digits[i]
		end
	end
	local high, low = 0, 0
	for i = FRACTION_DIGITS, 1, -1 do
		high, low = add(digits[i] * POWER[BIAS - 24 * i], 0, high, low)
	end
	high, low = multiply(sign * high, sign * low, Dd.HALF_PI, Dd.HALF_PI_LOW)
	return n, high, low
end

--- n modulo 4 (as any integer with that rest), r and its low part, for finite x.
local function reduce(x)
	if x < STEPPED_MAX and x > -STEPPED_MAX then
		local n = x * PER_QUARTER + ROUND - ROUND
		local first = x - n * PART_1
		local second, rest = two_sum(first, -(n * PART_2))
		local step = n * PART_3
		local r = second - step
		if r > CLOSE or r < -CLOSE then
			return n, r, second - r - step + rest
		end
	end
	if x < 0 then
		local n, r, r_low = reduce_by_digits(-x)
		return -n, -r, -r_low
	end
	return reduce_by_digits(x)
end

return { reduce = reduce }
