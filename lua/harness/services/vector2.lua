--- Vector2: two 32-bit numbers that never change. See `harness.services.vector3`.

local Object = require("harness.services.object")
local Vector3 = require("harness.services.vector3")

local error, format, type = error, string.format, type
local sqrt = math.sqrt
local istype = ffi.istype

ffi.cdef("struct Vector2 { const float X, Y; };")

local NAMES = { "Cross", "Dot", "Lerp", "Magnitude", "Unit", "X", "Y" }

local ctype
local show = Object.show

local function is(value)
	return istype(ctype, value)
end

local function require_both(what, a, b)
	if not is(a) or not is(b) then
		error(format("%s needs a Vector2, got %s", what, show(is(a) and b or a)), 3)
	end
end

local methods = {}

function methods.Dot(a, b)
	require_both("Vector2:Dot", a, b)
	return a.X * b.X + a.Y * b.Y
end

function methods.Cross(a, b)
	require_both("Vector2:Cross", a, b)
	return a.X * b.Y - a.Y * b.X
end

function methods.Lerp(a, b, share)
	require_both("Vector2:Lerp", a, b)
	if type(share) ~= "number" then
		error("Vector2:Lerp needs a number as its second argument, got " .. show(share), 2)
	end
	return ctype(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share)
end

local meta = {}

function meta.__index(v, key)
	if key == "Magnitude" then
		return sqrt(v.X * v.X + v.Y * v.Y)
	elseif key == "Unit" then
		local length = sqrt(v.X * v.X + v.Y * v.Y)
		return ctype(v.X / length, v.Y / length)
	end
	local method = methods[key]
	if method then
		return method
	elseif key == "TypeName" then
		return "Vector2"
	end
	error(format("a Vector2 has no member %s%s", show(key), Object.suggestion(key, NAMES)), 2)
end

function meta.__newindex(_, key)
	error(format("a Vector2 does not change, so %s cannot be set; make a new one", show(key)), 2)
end

function meta.__add(a, b)
	require_both("addition to a Vector2", a, b)
	return ctype(a.X + b.X, a.Y + b.Y)
end

function meta.__sub(a, b)
	require_both("subtraction with a Vector2", a, b)
	return ctype(a.X - b.X, a.Y - b.Y)
end

local function needs_factor(what, a, b)
	error(format("%s needs a number or a Vector2, got %s", what, show(is(a) and b or a)), 3)
end

function meta.__mul(a, b)
	if type(b) == "number" then
		return ctype(a.X * b, a.Y * b)
	elseif type(a) == "number" then
		return ctype(a * b.X, a * b.Y)
	elseif is(a) and is(b) then
		return ctype(a.X * b.X, a.Y * b.Y)
	end
	needs_factor("multiplication of a Vector2", a, b)
end

function meta.__div(a, b)
	if type(b) == "number" then
		return ctype(a.X / b, a.Y / b)
	elseif type(a) == "number" then
		return ctype(a / b.X, a / b.Y)
	elseif is(a) and is(b) then
		return ctype(a.X / b.X, a.Y / b.Y)
	end
	needs_factor("division of a Vector2", a, b)
end

function meta.__unm(a)
	return ctype(-a.X, -a.Y)
end

function meta.__eq(a, b)
	return is(a) and is(b) and a.X == b.X and a.Y == b.Y
end

function meta.__tostring(v)
	return format("%s, %s", Vector3.text32(v.X), Vector3.text32(v.Y))
end

ctype = ffi.metatype("struct Vector2", meta)

local function component(value, name)
	if value == nil then
		return 0
	elseif type(value) ~= "number" then
		error(format("Vector2.new: %s must be a number, got %s", name, show(value)), 3)
	end
	return value
end

local function new(x, y)
	return ctype(component(x, "x"), component(y, "y"))
end

local Vector2 = { is = is, new = new }

--- The table that user code gets.
function Vector2.library()
	return {
		new = new, zero = ctype(0, 0), one = ctype(1, 1), xAxis = ctype(1, 0), yAxis = ctype(0, 1),
	}
end

--- What stands for a vector in plain data.
function Vector2.plain(v)
	return { x = v.X, y = v.Y }
end

return Vector2
