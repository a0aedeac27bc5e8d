--- sin, cos and tan for every double, each off by less than 0.55 units in the last place.
---
--- The angle is reduced to |r| <= pi/4 as a double-double. Then r = c + d with c a multiple of
--- 1/64; sine and cosine of c come from tables of double-doubles, those of d are short Taylor sums,
--- and the addition theorems join them.

local Dd = require("harness.libm_dd")
local Reduce = require("harness.libm_reduce")

local band = bit.band
local add, divide, multiply = Dd.add, Dd.divide, Dd.multiply
local ROUND = Dd.ROUND
local reduce = Reduce.reduce
local INFINITY = math.huge
local EIGHTH_TURN = Dd.PI / 4

-- SIN[j + CENTER] + SIN_LOW[j + CENTER] = sin(j / 64), j = -51..51; the same for the cosine.
local CENTER, LAST = 52, 51
local SIN, SIN_LOW, COS, COS_LOW = {}, {}, {}, {}
do
	--- first * (1 - t/(n(n+1)) + t^2/(n(n+1)(n+2)(n+3)) - ...) with t = (1/64)^2.
	local function alternating(n)
		local sum, sum_low, term, term_low = 1, 0, 1, 0
		for _ = 1, 8 do
			term, term_low = divide(-term / 4096, -term_low / 4096, n * (n + 1), 0)
			sum, sum_low = add(sum, sum_low, term, term_low)
			n = n + 2
		end
		return sum, sum_low
	end
	local c, c_low = alternating(1)
	local s, s_low = alternating(2)
	s, s_low = s / 64, s_low / 64
	local x, x_low, y, y_low = 1, 0, 0, 0
	for j = 0, LAST do
		SIN[CENTER + j], SIN_LOW[CENTER + j] = y, y_low
		SIN[CENTER - j], SIN_LOW[CENTER - j] = -y, -y_low
		COS[CENTER + j], COS_LOW[CENTER + j] = x, x_low
		COS[CENTER - j], COS_LOW[CENTER - j] = x, x_low
		local xc, xc_low = multiply(x, x_low, c, c_low)
		local ys, ys_low = multiply(y, y_low, s, s_low)
		local xs, xs_low = multiply(x, x_low, s, s_low)
		local yc, yc_low = multiply(y, y_low, c, c_low)
		x, x_low = add(xc, xc_low, -ys, -ys_low)
		y, y_low = add(xs, xs_low, yc, yc_low)
	end
end

--- sin(r + r_low) as high + low, |r| <= pi/4.
local function sin_parts(r, r_low)
	if r < 0.125 and r > -0.125 then
		local s = r * r
		local tail = s * (1 / 362880 - s * (1 / 39916800))
		local sum = -1 / 6 + s * (1 / 120 - s * (1 / 5040 - tail))
		return r, r_low + r * s * sum
	end
	local j = r * 64 + ROUND - ROUND
	local d = r - j * 0.015625
	local s = d * d
	local sine = d + (r_low + d * s * (-1 / 6 + s * (1 / 120 - s * (1 / 5040))))
	local less = s * (-0.5 + s * (1 / 24 - s * (1 / 720)))
	local i = j + CENTER
	local high = SIN[i]
	return high, SIN_LOW[i] + COS_LOW[i] * d + high * less + COS[i] * sine
end

--- cos(r + r_low) as high + low, |r| <= pi/4.
local function cos_parts(r, r_low)
	local j = r * 64 + ROUND - ROUND
	local d = r - j * 0.015625
	local s = d * d
	local sine = d + (r_low + d * s * (-1 / 6 + s * (1 / 120 - s * (1 / 5040))))
	local less = s * (-0.5 + s * (1 / 24 - s * (1 / 720)))
	local i = j + CENTER
	local high = COS[i]
	return high, COS_LOW[i] - SIN_LOW[i] * d + high * less - SIN[i] * sine
end

local function sin(x)
	if x < EIGHTH_TURN and x > -EIGHTH_TURN then
		if x < 2 ^ -28 and x > -2 ^ -28 then
			return x
		end
		local high, low = sin_parts(x, 0)
		return high + low
	elseif not (x < INFINITY and x > -INFINITY) then
		return x - x
	end
	local n, r, r_low = reduce(x)
	local high, low
	if band(n, 1) == 0 then
		high, low = sin_parts(r, r_low)
	else
		high, low = cos_parts(r, r_low)
	end
	local value = high + low
	return band(n, 2) == 0 and value or -value
end

local function cos(x)
	if x < EIGHTH_TURN and x > -EIGHTH_TURN then
		local high, low = cos_parts(x, 0)
		return high + low
	elseif not (x < INFINITY and x > -INFINITY) then
		return x - x
	end
	local n, r, r_low = reduce(x)
	local high, low
	if band(n, 1) == 0 then
		high, low = cos_parts(r, r_low)
	else
		high, low = sin_parts(r, r_low)
	end
	local value = high + low
	return band(n + 1, 2) == 0 and value or -value
end

local function tan(x)
	local n, r, r_low = 0, x, 0
	if not (x < EIGHTH_TURN and x > -EIGHTH_TURN) then
		if not (x < INFINITY and x > -INFINITY) then
			return x - x
		end
		n, r, r_low = reduce(x)
	elseif x < 2 ^ -28 and x > -2 ^ -28 then
		return x
	end
	local s, s_low = sin_parts(r, r_low)
	local c, c_low = cos_parts(r, r_low)
	local quotient, rest
	if band(n, 1) == 0 then
		quotient, rest = divide(s, s_low, c, c_low)
	else
		quotient, rest = divide(-c, -c_low, s, s_low)
	end
	return quotient + rest
end

return { cos = cos, sin = sin, tan = tan }
