--- The `math` library with transcendental functions of our own.
---
--- Promises the same result on every CPU: sin, cos, tan, asin, acos, atan, atan2, exp, log, log10,
--- pow, sinh, cosh and tanh are made of + - * / and sqrt alone, at most one unit in the last place
--- off; everything else in the library is exact or correctly rounded by its nature. `math` has no
--- random functions: those belong to the streams of `harness.rng`.

local Atan = require("harness.libm_atan")
local Exp = require("harness.libm_exp")
local Hyperbolic = require("harness.libm_hyperbolic")
local Log = require("harness.libm_log")
local Pow = require("harness.libm_pow")
local Trig = require("harness.libm_trig")

local builtin = math
local error, select, tonumber, type = error, select, tonumber, type

--- What the C functions do with an argument that is no number: text that reads as one counts.
local function as_number(value, index, name)
	local number = type(value) == "string" and tonumber(value) or nil
	if not number then
		local got = "(number expected, got " .. type(value) .. ")"
		error("bad argument #" .. index .. " to '" .. name .. "' " .. got, 3)
	end
	return number
end

local Libm = {}

--- The one-argument function as the library offers it.
local function unary(name, fn)
	Libm[name] = function(x)
		if type(x) ~= "number" then
			x = as_number(x, 1, name)
		end
		return fn(x)
	end
end

local function binary(name, fn)
	Libm[name] = function(x, y)
		if type(x) ~= "number" then
			x = as_number(x, 1, name)
		end
		if type(y) ~= "number" then
			y = as_number(y, 2, name)
		end
		return fn(x, y)
	end
end

unary("acos", Atan.acos)
unary("asin", Atan.asin)
unary("atan", Atan.atan)
binary("atan2", Atan.atan2)
unary("cos", Trig.cos)
unary("cosh", Hyperbolic.cosh)
unary("exp", Exp.exp)
unary("log10", Log.log10)
binary("pow", Pow.pow)
unary("sin", Trig.sin)
unary("sinh", Hyperbolic.sinh)
unary("tan", Trig.tan)
unary("tanh", Hyperbolic.tanh)

local log, log_of_base = Log.log, Log.log_of_base

--- The natural logarithm, or that to a base.
---@param x number
---@param base? number
---@return number
function Libm.log(x, ...)
	if type(x) ~= "number" then
		x = as_number(x, 1, "log")
	end
	if select("#", ...) == 0 then
		return log(x)
	end
	local base = ...
	if type(base) ~= "number" then
		base = as_number(base, 2, "log")
	end
	return log_of_base(x, base)
end

--- The whole surface of the `math` library but `random` and `randomseed`; a new table per VM.
Libm.math = {
	abs = builtin.abs,
	acos = Libm.acos,
	asin = Libm.asin,
	atan = Libm.atan,
	atan2 = Libm.atan2,
	ceil = builtin.ceil,
	cos = Libm.cos,
	cosh = Libm.cosh,
	deg = builtin.deg,
	exp = Libm.exp,
	floor = builtin.floor,
	fmod = builtin.fmod,
	frexp = builtin.frexp,
	huge = builtin.huge,
	ldexp = builtin.ldexp,
	log = Libm.log,
	log10 = Libm.log10,
	max = builtin.max,
	min = builtin.min,
	modf = builtin.modf,
	pi = builtin.pi,
	pow = Libm.pow,
	rad = builtin.rad,
	sin = Libm.sin,
	sinh = Libm.sinh,
	sqrt = builtin.sqrt,
	tan = Libm.tan,
	tanh = Libm.tanh,
}

return Libm
