--- The ways to make a CFrame: the table `CFrame` of user code.

local CFrame = require("harness.services.cframe")
local Object = require("harness.services.object")
local Rotation = require("harness.services.rotation")
local Vector3 = require("harness.services.vector3")

local error, format, select, type = error, string.format, select, type
local is_vector, show = Vector3.is, Object.show
local placed, raw = CFrame.placed, CFrame.raw
local IDENTITY, Y_AXIS = CFrame.IDENTITY, Vector3.raw(0, 1, 0)

local CFrameLibrary = {}

-- Level 3 is the line that called the library.
local function require_vector(value, what)
	if not is_vector(value) then
		error(format("%s needs a Vector3, got %s", what, show(value)), 3)
	end
end

local function require_numbers(what, count, ...)
	for index = 1, count do
		local value = select(index, ...)
		if type(value) ~= "number" then
			error(format("%s: argument %d must be a number, got %s", what, index, show(value)), 3)
		end
	end
end

local function looking(at, target, up)
	return placed(at.X, at.Y, at.Z, Rotation.looking(
		target.X - at.X, target.Y - at.Y, target.Z - at.Z, up.X, up.Y, up.Z
	))
end

local library = {}

function library.new(...)
	local count = select("#", ...)
	local first, second = ...
	if count == 0 then
		return IDENTITY
	elseif count <= 2 and is_vector(first) then
		if count == 2 then
			require_vector(second, "CFrame.new with a place to look at")
			return looking(first, second, Y_AXIS)
		end
		return placed(first.X, first.Y, first.Z, 1, 0, 0, 0, 1, 0, 0, 0, 1)
	elseif count ~= 3 and count ~= 7 and count ~= 12 then
		error(format("CFrame.new takes nothing, one or two Vector3, or 3, 7 or 12 numbers; got %d "
			.. "values, the first of them %s", count, show(first)), 2)
	end
	require_numbers("CFrame.new", count, ...)
	if count == 3 then
		return raw(first, second, (select(3, ...)), 1, 0, 0, 0, 1, 0, 0, 0, 1)
	elseif count == 7 then
		return placed(first, second, (select(3, ...)), Rotation.from_quaternion(select(4, ...)))
	end
	return raw(...)
end

function library.lookAt(at, target, up)
	require_vector(at, "CFrame.lookAt")
	require_vector(target, "CFrame.lookAt")
	if up ~= nil then
		require_vector(up, "CFrame.lookAt")
	end
	return looking(at, target, up or Y_AXIS)
end

function library.fromMatrix(position, x, y, z)
	require_vector(position, "CFrame.fromMatrix")
	require_vector(x, "CFrame.fromMatrix")
	require_vector(y, "CFrame.fromMatrix")
	if z ~= nil then
		require_vector(z, "CFrame.fromMatrix")
	else
		z = x:Cross(y).Unit
	end
	return placed(position.X, position.Y, position.Z,
		x.X, y.X, z.X, x.Y, y.Y, z.Y, x.Z, y.Z, z.Z)
end

function library.Angles(x, y, z)
	require_numbers("CFrame.Angles", 3, x, y, z)
	return placed(0, 0, 0, Rotation.from_xyz(x, y, z))
end

function library.fromOrientation(x, y, z)
	require_numbers("CFrame.fromOrientation", 3, x, y, z)
	return placed(0, 0, 0, Rotation.from_yxz(x, y, z))
end

function library.fromAxisAngle(axis, angle)
	require_vector(axis, "CFrame.fromAxisAngle")
	require_numbers("CFrame.fromAxisAngle", 2, 0, angle)
	return placed(0, 0, 0, Rotation.from_axis(axis.X, axis.Y, axis.Z, angle))
end

--- The table that user code gets.
function CFrameLibrary.library()
	return {
		new = library.new, lookAt = library.lookAt, identity = IDENTITY,
		fromMatrix = library.fromMatrix, fromAxisAngle = library.fromAxisAngle,
		Angles = library.Angles, fromEulerAnglesXYZ = library.Angles,
		fromOrientation = library.fromOrientation, fromEulerAnglesYXZ = library.fromOrientation,
	}
end

return CFrameLibrary
