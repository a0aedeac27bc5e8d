--- Rotations as nine numbers, row by row, in doubles. `cframe` rounds what it keeps.

local libm = require("harness.libm")

local abs, sqrt = math.abs, math.sqrt
local asin, atan2 = libm.math.asin, libm.math.atan2
local cos, pi, sin = libm.math.cos, math.pi, libm.math.sin

local Rotation = {}

-- Two directions that differ by less are one.
local PARALLEL = 1e-12
-- Beyond this sine an angle of 90 degrees is reached, and two of the three axes turn the same way.
local LOCKED_SINE = 0.9999999
local ANGLE_MIN = 1e-9

--- The product of two rotations.
function Rotation.multiply(
	a, b, c, d, e, f, g, h, i,
	j, k, l, m, n, o, p, q, r
)
	return a * j + b * m + c * p, a * k + b * n + c * q, a * l + b * o + c * r,
		d * j + e * m + f * p, d * k + e * n + f * q, d * l + e * o + f * r,
		g * j + h * m + i * p, g * k + h * n + i * q, g * l + h * o + i * r
end

--- Around x, then y, then z, each seen from the turned axes.
function Rotation.from_xyz(x, y, z)
	local cx, sx, cy, sy, cz, sz = cos(x), sin(x), cos(y), sin(y), cos(z), sin(z)
	return cy * cz, -cy * sz, sy,
		cx * sz + sx * sy * cz, cx * cz - sx * sy * sz, -sx * cy,
		sx * sz - cx * sy * cz, sx * cz + cx * sy * sz, cx * cy
end

--- Around y, then x, then z, each seen from the turned axes.
function Rotation.from_yxz(x, y, z)
	local cx, sx, cy, sy, cz, sz = cos(x), sin(x), cos(y), sin(y), cos(z), sin(z)
	return cy * cz + sy * sx * sz, sy * sx * cz - cy * sz, sy * cx,
		cx * sz, cx * cz, -sx,
		cy * sx * sz - sy * cz, sy * sz + cy * sx * cz, cy * cx
end

--- Around an axis, which need not be of length 1; an axis of length 0 turns nothing.
function Rotation.from_axis(x, y, z, angle)
	local length = sqrt(x * x + y * y + z * z)
	if length == 0 then
		return 1, 0, 0, 0, 1, 0, 0, 0, 1
	end
	x, y, z = x / length, y / length, z / length
	local c, s = cos(angle), sin(angle)
	local t = 1 - c
	return t * x * x + c, t * x * y - s * z, t * x * z + s * y,
		t * x * y + s * z, t * y * y + c, t * y * z - s * x,
		t * x * z - s * y, t * y * z + s * x, t * z * z + c
end

--- From a quaternion of any length but 0.
function Rotation.from_quaternion(x, y, z, w)
	local s = 2 / (x * x + y * y + z * z + w * w)
	return 1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w),
		s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w),
		s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)
end

local function unit(x, y, z)
	local length = sqrt(x * x + y * y + z * z)
	return x / length, y / length, z / length
end

local function cross(ax, ay, az, bx, by, bz)
	return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
end

--- Looking along a direction. No direction turns nothing; one along `up` takes another up.
function Rotation.looking(dx, dy, dz, ux, uy, uz)
	if dx == 0 and dy == 0 and dz == 0 then
		return 1, 0, 0, 0, 1, 0, 0, 0, 1
	end
	local bx, by, bz = unit(-dx, -dy, -dz)
	local rx, ry, rz = cross(ux, uy, uz, bx, by, bz)
	if rx * rx + ry * ry + rz * rz < PARALLEL then
		-- Straight up or down: the right side stays where it is, or is any that fits.
		rx, ry, rz = 1, 0, 0
		if abs(bx) > abs(by) and abs(bx) > abs(bz) then
			rx, ry, rz = 0, 0, 1
		end
		local along = rx * bx + ry * by + rz * bz
		rx, ry, rz = rx - along * bx, ry - along * by, rz - along * bz
	end
	rx, ry, rz = unit(rx, ry, rz)
	local tx, ty, tz = cross(bx, by, bz, rx, ry, rz)
	return rx, tx, bx, ry, ty, by, rz, tz, bz
end

--- The angles of `from_xyz`.
function Rotation.to_xyz(r00, r01, r02, r10, r11, r12, _, _, r22)
	if abs(r02) > LOCKED_SINE then
		return atan2(r10, r11), r02 > 0 and pi / 2 or -pi / 2, 0
	end
	return atan2(-r12, r22), asin(r02), atan2(-r01, r00)
end

--- The angles of `from_yxz`, in the order x, y, z.
function Rotation.to_yxz(r00, _, r02, r10, r11, r12, r20, _, r22)
	if abs(r12) > LOCKED_SINE then
		return r12 < 0 and pi / 2 or -pi / 2, atan2(-r20, r00), 0
	end
	return asin(-r12), atan2(r02, r22), atan2(r10, r11)
end

-- The axis of a half turn, from the diagonal and the signs beside its largest entry.
local function axis_of_half_turn(r00, r01, r02, r11, r12, r22)
	if r00 >= r11 and r00 >= r22 then
		local x = sqrt((r00 + 1) / 2)
		return x, r01 / (2 * x), r02 / (2 * x)
	elseif r11 >= r22 then
		local y = sqrt((r11 + 1) / 2)
		return r01 / (2 * y), y, r12 / (2 * y)
	end
	local z = sqrt((r22 + 1) / 2)
	return r02 / (2 * z), r12 / (2 * z), z
end

--- Axis and angle, the angle from 0 to pi.
function Rotation.to_axis(r00, r01, r02, r10, r11, r12, r20, r21, r22)
	local x, y, z = r21 - r12, r02 - r20, r10 - r01
	local sine, cosine = sqrt(x * x + y * y + z * z) / 2, (r00 + r11 + r22 - 1) / 2
	local angle = atan2(sine, cosine)
	if sine < ANGLE_MIN then
		if cosine > 0 then
			return 1, 0, 0, 0
		end
		x, y, z = axis_of_half_turn(r00, r01, r02, r11, r12, r22)
	end
	x, y, z = unit(x, y, z)
	return x, y, z, angle
end

return Rotation
