--- CFrame: a place and a rotation, twelve 32-bit numbers that never change.
---
--- Everything is computed in doubles and rounded once, when one is made; `cframe_library` has the
--- ways to make one.

local Object = require("harness.services.object")
local Rotation = require("harness.services.rotation")
local Vector3 = require("harness.services.vector3")

local error, format, type = error, string.format, type
local istype = ffi.istype
local show, vector = Object.show, Vector3.raw
local is_vector = Vector3.is

-- The rotation row by row. No arrays: a reference into one would outlive its CFrame.
ffi.cdef([[
	struct CFrame { const float X, Y, Z, _00, _01, _02, _10, _11, _12, _20, _21, _22; };
]])

local NAMES = {
	"GetComponents", "Inverse", "Lerp", "LookVector", "PointToObjectSpace", "PointToWorldSpace",
	"Position", "RightVector", "Rotation", "ToAxisAngle", "ToEulerAnglesXYZ", "ToEulerAnglesYXZ",
	"ToObjectSpace", "ToOrientation", "ToWorldSpace", "UpVector", "VectorToObjectSpace",
	"VectorToWorldSpace", "X", "XVector", "Y", "YVector", "Z", "ZVector",
}

local ctype

local function is(value)
	return istype(ctype, value)
end

local function require_frame(value, what)
	if not is(value) then
		error(format("%s needs a CFrame, got %s", what, show(value)), 3)
	end
end

local function require_vector(value, what)
	if not is_vector(value) then
		error(format("%s needs a Vector3, got %s", what, show(value)), 3)
	end
end

local function rotation(f)
	return f._00, f._01, f._02, f._10, f._11, f._12, f._20, f._21, f._22
end

-- The rotation that undoes that of `f`.
local function transposed(f)
	return f._00, f._10, f._20, f._01, f._11, f._21, f._02, f._12, f._22
end

local function turn(f, x, y, z)
	return f._00 * x + f._01 * y + f._02 * z,
		f._10 * x + f._11 * y + f._12 * z,
		f._20 * x + f._21 * y + f._22 * z
end

local function turn_back(f, x, y, z)
	return f._00 * x + f._10 * y + f._20 * z,
		f._01 * x + f._11 * y + f._21 * z,
		f._02 * x + f._12 * y + f._22 * z
end

-- Values in front of which others stand: a call in the middle of a list gives one value only.
local function placed(x, y, z, ...)
	return ctype(x, y, z, ...)
end

local function product(a, b)
	local x, y, z = turn(a, b.X, b.Y, b.Z)
	local a00, a01, a02, a10, a11, a12, a20, a21, a22 = rotation(a)
	return placed(x + a.X, y + a.Y, z + a.Z,
		Rotation.multiply(a00, a01, a02, a10, a11, a12, a20, a21, a22, rotation(b)))
end

local function inverse(f)
	local x, y, z = turn_back(f, f.X, f.Y, f.Z)
	return placed(-x, -y, -z, transposed(f))
end

local methods = {}

function methods.GetComponents(f)
	require_frame(f, "CFrame:GetComponents")
	return f.X, f.Y, f.Z, rotation(f)
end

methods.components = methods.GetComponents

function methods.Inverse(f)
	require_frame(f, "CFrame:Inverse")
	return inverse(f)
end

function methods.ToWorldSpace(f, other)
	require_frame(f, "CFrame:ToWorldSpace")
	require_frame(other, "CFrame:ToWorldSpace")
	return product(f, other)
end

function methods.ToObjectSpace(f, other)
	require_frame(f, "CFrame:ToObjectSpace")
	require_frame(other, "CFrame:ToObjectSpace")
	local x, y, z = turn_back(f, other.X - f.X, other.Y - f.Y, other.Z - f.Z)
	local a00, a01, a02, a10, a11, a12, a20, a21, a22 = transposed(f)
	return placed(x, y, z,
		Rotation.multiply(a00, a01, a02, a10, a11, a12, a20, a21, a22, rotation(other)))
end

function methods.PointToWorldSpace(f, point)
	require_frame(f, "CFrame:PointToWorldSpace")
	require_vector(point, "CFrame:PointToWorldSpace")
	local x, y, z = turn(f, point.X, point.Y, point.Z)
	return vector(x + f.X, y + f.Y, z + f.Z)
end

function methods.PointToObjectSpace(f, point)
	require_frame(f, "CFrame:PointToObjectSpace")
	require_vector(point, "CFrame:PointToObjectSpace")
	return vector(turn_back(f, point.X - f.X, point.Y - f.Y, point.Z - f.Z))
end

function methods.VectorToWorldSpace(f, direction)
	require_frame(f, "CFrame:VectorToWorldSpace")
	require_vector(direction, "CFrame:VectorToWorldSpace")
	return vector(turn(f, direction.X, direction.Y, direction.Z))
end

function methods.VectorToObjectSpace(f, direction)
	require_frame(f, "CFrame:VectorToObjectSpace")
	require_vector(direction, "CFrame:VectorToObjectSpace")
	return vector(turn_back(f, direction.X, direction.Y, direction.Z))
end

function methods.Lerp(a, b, share)
	require_frame(a, "CFrame:Lerp")
	require_frame(b, "CFrame:Lerp")
	if type(share) ~= "number" then
		error("CFrame:Lerp needs a number as its second argument, got " .. show(share), 2)
	end
	local b00, b01, b02, b10, b11, b12, b20, b21, b22 = transposed(a)
	local x, y, z, angle = Rotation.to_axis(
		Rotation.multiply(b00, b01, b02, b10, b11, b12, b20, b21, b22, rotation(b)))
	local a00, a01, a02, a10, a11, a12, a20, a21, a22 = rotation(a)
	return placed(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share, a.Z + (b.Z - a.Z) * share,
		Rotation.multiply(a00, a01, a02, a10, a11, a12, a20, a21, a22,
			Rotation.from_axis(x, y, z, angle * share)))
end

function methods.ToEulerAnglesXYZ(f)
	require_frame(f, "CFrame:ToEulerAnglesXYZ")
	return Rotation.to_xyz(rotation(f))
end

function methods.ToEulerAnglesYXZ(f)
	require_frame(f, "CFrame:ToEulerAnglesYXZ")
	return Rotation.to_yxz(rotation(f))
end

methods.ToOrientation = methods.ToEulerAnglesYXZ

function methods.ToAxisAngle(f)
	require_frame(f, "CFrame:ToAxisAngle")
	local x, y, z, angle = Rotation.to_axis(rotation(f))
	return vector(x, y, z), angle
end

local properties = {
	Position = function(f) return vector(f.X, f.Y, f.Z) end,
	Rotation = function(f) return placed(0, 0, 0, rotation(f)) end,
	LookVector = function(f) return vector(-f._02, -f._12, -f._22) end,
	RightVector = function(f) return vector(f._00, f._10, f._20) end,
	UpVector = function(f) return vector(f._01, f._11, f._21) end,
	ZVector = function(f) return vector(f._02, f._12, f._22) end,
	TypeName = function() return "CFrame" end,
}
properties.XVector, properties.YVector = properties.RightVector, properties.UpVector

local meta = {}

function meta.__index(f, key)
	local method = methods[key]
	if method then
		return method
	end
	local get = properties[key]
	if get then
		return get(f)
	end
	error(format("a CFrame has no member %s%s", show(key), Object.suggestion(key, NAMES)), 2)
end

function meta.__newindex(_, key)
	error(format("a CFrame does not change, so %s cannot be set; make a new one", show(key)), 2)
end

function meta.__mul(a, b)
	if is(a) then
		if is(b) then
			return product(a, b)
		elseif is_vector(b) then
			local x, y, z = turn(a, b.X, b.Y, b.Z)
			return vector(x + a.X, y + a.Y, z + a.Z)
		end
	end
	local wrong = is(a) and b or a
	error("multiplication of a CFrame needs a CFrame or a Vector3 behind it, got " .. show(wrong), 2)
end

function meta.__add(f, v)
	require_frame(f, "addition of a Vector3")
	require_vector(v, "addition to a CFrame")
	return placed(f.X + v.X, f.Y + v.Y, f.Z + v.Z, rotation(f))
end

function meta.__sub(f, v)
	require_frame(f, "subtraction of a Vector3")
	require_vector(v, "subtraction from a CFrame")
	return placed(f.X - v.X, f.Y - v.Y, f.Z - v.Z, rotation(f))
end

function meta.__eq(a, b)
	return is(a) and is(b) and a.X == b.X and a.Y == b.Y and a.Z == b.Z
		and a._00 == b._00 and a._01 == b._01 and a._02 == b._02
		and a._10 == b._10 and a._11 == b._11 and a._12 == b._12
		and a._20 == b._20 and a._21 == b._21 and a._22 == b._22
end

local function components(f)
	return { f.X, f.Y, f.Z, rotation(f) }
end

function meta.__tostring(f)
	local parts = components(f)
	for index = 1, #parts do
		parts[index] = Vector3.text32(parts[index])
	end
	return table.concat(parts, ", ")
end

ctype = ffi.metatype("struct CFrame", meta)

local CFrame = { is = is, placed = placed, raw = ctype, rotation = rotation }

CFrame.IDENTITY = ctype(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)

--- What stands for a CFrame in plain data.
function CFrame.plain(f)
	return { type = "CFrame", components = components(f) }
end

return CFrame
