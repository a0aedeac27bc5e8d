--- Vector3: three 32-bit numbers that never change.
---
--- Everything is computed in doubles and rounded once, when a vector is made. Two vectors are equal
--- when their components are; as keys of a table they are two keys all the same.

local Object = require("harness.services.object")
local libm = require("harness.libm")

local error, format, type = error, string.format, type
local abs, ceil, floor, sqrt = math.abs, math.ceil, math.floor, math.sqrt
local acos = libm.math.acos
local istype, tonumber = ffi.istype, tonumber

-- Read where a name is written and no compiler knows it, so no other name may be in use for it.
ffi.cdef("struct Vector3 { const float X, Y, Z; };")

local NAMES = {
	"Abs", "Angle", "Ceil", "Cross", "Dot", "Floor", "FuzzyEq", "Lerp", "Magnitude", "Max", "Min",
	"Sign", "Unit", "X", "Y", "Z",
}
local FUZZY = 1e-5
local NAN = 0 / 0

local ctype
local show = Object.show

local function is(value)
	return istype(ctype, value)
end

local function needs(what, value)
	error(format("%s needs a Vector3, got %s", what, show(value)), 3)
end

local methods = {}

function methods.Dot(a, b)
	if not is(a) or not is(b) then
		needs("Vector3:Dot", is(a) and b or a)
	end
	return a.X * b.X + a.Y * b.Y + a.Z * b.Z
end

function methods.Cross(a, b)
	if not is(a) or not is(b) then
		needs("Vector3:Cross", is(a) and b or a)
	end
	return ctype(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X)
end

function methods.Lerp(a, b, share)
	if not is(a) or not is(b) then
		needs("Vector3:Lerp", is(a) and b or a)
	elseif type(share) ~= "number" then
		error("Vector3:Lerp needs a number as its second argument, got " .. show(share), 2)
	end
	return ctype(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share, a.Z + (b.Z - a.Z) * share)
end

local function fuzzy_equal(a, b, epsilon)
	return a == b or abs(a - b) <= (abs(a) + 1) * epsilon
end

function methods.FuzzyEq(a, b, epsilon)
	if not is(a) or not is(b) then
		needs("Vector3:FuzzyEq", is(a) and b or a)
	elseif epsilon ~= nil and type(epsilon) ~= "number" then
		error("Vector3:FuzzyEq needs a number as its second argument, got " .. show(epsilon), 2)
	end
	epsilon = epsilon or FUZZY
	return fuzzy_equal(a.X, b.X, epsilon) and fuzzy_equal(a.Y, b.Y, epsilon)
		and fuzzy_equal(a.Z, b.Z, epsilon)
end

function methods.Angle(a, b)
	if not is(a) or not is(b) then
		needs("Vector3:Angle", is(a) and b or a)
	end
	local length = sqrt(a.X * a.X + a.Y * a.Y + a.Z * a.Z) * sqrt(b.X * b.X + b.Y * b.Y + b.Z * b.Z)
	local cosine = (a.X * b.X + a.Y * b.Y + a.Z * b.Z) / length
	return cosine ~= cosine and NAN or acos(cosine > 1 and 1 or cosine < -1 and -1 or cosine)
end

-- Not those of the library: of 0 and -0 the compiler may take another one than the interpreter.
local function less(a, b)
	return b < a and b or a
end

local function greater(a, b)
	return b > a and b or a
end

function methods.Min(a, b)
	if not is(a) or not is(b) then
		needs("Vector3:Min", is(a) and b or a)
	end
	return ctype(less(a.X, b.X), less(a.Y, b.Y), less(a.Z, b.Z))
end

function methods.Max(a, b)
	if not is(a) or not is(b) then
		needs("Vector3:Max", is(a) and b or a)
	end
	return ctype(greater(a.X, b.X), greater(a.Y, b.Y), greater(a.Z, b.Z))
end

local function sign(x)
	return x > 0 and 1 or x < 0 and -1 or 0
end

local EACH = { Abs = abs, Ceil = ceil, Floor = floor, Sign = sign }

local function each(name)
	local fn = EACH[name]
	methods[name] = function(a)
		if not is(a) then
			needs("Vector3:" .. name, a)
		end
		return ctype(fn(a.X), fn(a.Y), fn(a.Z))
	end
end

each("Abs")
each("Ceil")
each("Floor")
each("Sign")

local meta = {}

-- X, Y and Z are fields; they do not come here.
function meta.__index(v, key)
	if key == "Magnitude" then
		return sqrt(v.X * v.X + v.Y * v.Y + v.Z * v.Z)
	elseif key == "Unit" then
		local length = sqrt(v.X * v.X + v.Y * v.Y + v.Z * v.Z)
		return ctype(v.X / length, v.Y / length, v.Z / length)
	end
	local method = methods[key]
	if method then
		return method
	elseif key == "TypeName" then
		return "Vector3"
	end
	error(format("a Vector3 has no member %s%s", show(key), Object.suggestion(key, NAMES)), 2)
end

function meta.__newindex(_, key)
	error(format("a Vector3 does not change, so %s cannot be set; make a new one", show(key)), 2)
end

function meta.__add(a, b)
	if not is(a) or not is(b) then
		needs("addition to a Vector3", is(a) and b or a)
	end
	return ctype(a.X + b.X, a.Y + b.Y, a.Z + b.Z)
end

function meta.__sub(a, b)
	if not is(a) or not is(b) then
		needs("subtraction with a Vector3", is(a) and b or a)
	end
	return ctype(a.X - b.X, a.Y - b.Y, a.Z - b.Z)
end

local function needs_factor(what, a, b)
	error(format("%s needs a number or a Vector3, got %s", what, show(is(a) and b or a)), 3)
end

function meta.__mul(a, b)
	if type(b) == "number" then
		return ctype(a.X * b, a.Y * b, a.Z * b)
	elseif type(a) == "number" then
		return ctype(a * b.X, a * b.Y, a * b.Z)
	elseif is(a) and is(b) then
		return ctype(a.X * b.X, a.Y * b.Y, a.Z * b.Z)
	end
	needs_factor("multiplication of a Vector3", a, b)
end

function meta.__div(a, b)
	if type(b) == "number" then
		return ctype(a.X / b, a.Y / b, a.Z / b)
	elseif type(a) == "number" then
		return ctype(a / b.X, a / b.Y, a / b.Z)
	elseif is(a) and is(b) then
		return ctype(a.X / b.X, a.Y / b.Y, a.Z / b.Z)
	end
	needs_factor("division of a Vector3", a, b)
end

function meta.__unm(a)
	return ctype(-a.X, -a.Y, -a.Z)
end

function meta.__eq(a, b)
	return is(a) and is(b) and a.X == b.X and a.Y == b.Y and a.Z == b.Z
end

-- The shortest text that is read back as this 32-bit number.
local function text32(x)
	for digits = 6, 8 do
		local text = format("%." .. digits .. "g", x)
		if tonumber(ffi.cast("float", tonumber(text))) == x then
			return text
		end
	end
	return format("%.9g", x)
end

function meta.__tostring(v)
	return format("%s, %s, %s", text32(v.X), text32(v.Y), text32(v.Z))
end

ctype = ffi.metatype("struct Vector3", meta)

local function component(value, name)
	if value == nil then
		return 0
	elseif type(value) ~= "number" then
		error(format("Vector3.new: %s must be a number, got %s", name, show(value)), 3)
	end
	return value
end

local function new(x, y, z)
	if type(x) == "number" and type(y) == "number" and type(z) == "number" then
		return ctype(x, y, z)
	end
	return ctype(component(x, "x"), component(y, "y"), component(z, "z"))
end

local Vector3 = { is = is, new = new, raw = ctype, text32 = text32 }

--- The table that user code gets.
function Vector3.library()
	return {
		new = new, zero = ctype(0, 0, 0), one = ctype(1, 1, 1),
		xAxis = ctype(1, 0, 0), yAxis = ctype(0, 1, 0), zAxis = ctype(0, 0, 1),
	}
end

--- What stands for a vector in plain data.
function Vector3.plain(v)
	return { x = v.X, y = v.Y, z = v.Z }
end

return Vector3
