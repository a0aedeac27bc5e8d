--- How a threat's velocity changes: curvature, oscillation, a trajectory; by its attributes.
---
--- A threat without such attributes has no motion (`false`) and flies straight.

local Attribute = require("worlds.autoparry.attribute")
local Time = require("worlds.autoparry.time")
local Trajectory = require("worlds.autoparry.trajectory")

local Motion = {}

local CURVATURES = { "curvature", "curvatureRate", "curvatureJerk" }
local OSCILLATION = { "oscillationFrequency", "oscillationMagnitude" }
-- What is left of a trajectory after rounding is no flight of its own.
local ROUNDING_S = Time.ROUNDING_S
-- An axis along the velocity within this (the square of a sine) bends nothing.
local PARALLEL = 1e-18
local FRAME_S = Time.FRAME_S

local function has_any(attributes, names)
	for _, name in ipairs(names) do
		if attributes[name] ~= nil then
			return name
		end
	end
	return nil
end

--- What is wrong with the attributes that physics reads.
---@return string|nil message naming the attribute, what is allowed and the value
function Motion.check(attributes, position)
	for _, name in ipairs(CURVATURES) do
		local bad = attributes[name] ~= nil and Attribute.not_number(name, attributes[name])
		if bad then
			return bad
		end
	end
	local swings = has_any(attributes, OSCILLATION)
	for _, name in ipairs(swings and OSCILLATION or {}) do
		local bad = Attribute.not_number(name, attributes[name])
		if bad then
			return name ~= swings and ("%s, beside %s"):format(bad, swings) or bad
		end
	end
	local needs_axis = swings or has_any(attributes, CURVATURES)
	if needs_axis then
		local bad = Attribute.not_direction("axis", attributes.axis)
		if bad then
			return ("%s, and %s needs one"):format(bad, needs_axis)
		end
	end
	return attributes.latency ~= nil and Attribute.negative("latency", attributes.latency)
		or attributes.trajectory ~= nil and Trajectory.check(attributes.trajectory, position)
		or nil
end

--- The motion of checked attributes.
---@return table|false
function Motion.new(attributes, position)
	local bends, swings = has_any(attributes, CURVATURES), has_any(attributes, OSCILLATION)
	local trajectory = attributes.trajectory
	if not (bends or swings or trajectory) then
		return false
	end
	local x, y, z = 0, 0, 0
	if bends or swings then
		x, y, z = Attribute.vector(attributes.axis)
	end
	return {
		x = x, y = y, z = z,
		bends = bends ~= nil,
		curvature = attributes.curvature or 0,
		rate = attributes.curvatureRate or 0,
		jerk = attributes.curvatureJerk or 0,
		swings = swings ~= nil,
		pace = 2 * math.pi * (attributes.oscillationFrequency or 0),
		magnitude = attributes.oscillationMagnitude or 0,
		phase = 0,
		path = trajectory and Trajectory.new(trajectory, position) or false,
		elapsed_s = 0,
	}
end

--- A copy that goes its own way. A path does not change and is shared.
function Motion.copy(motion)
	return {
		x = motion.x, y = motion.y, z = motion.z,
		bends = motion.bends,
		curvature = motion.curvature, rate = motion.rate, jerk = motion.jerk,
		swings = motion.swings,
		pace = motion.pace, magnitude = motion.magnitude, phase = motion.phase,
		path = motion.path, elapsed_s = motion.elapsed_s,
	}
end

--- Whether nothing is left of a trajectory.
function Motion.is_over(motion)
	return not motion.path or motion.elapsed_s >= motion.path.duration_s
end

--- The velocity with which a trajectory begins; without one, the given velocity.
function Motion.first_velocity(motion, vx, vy, vz)
	local path = motion.path
	if not path then
		return vx, vy, vz
	end
	return Trajectory.velocity(path, 0, math.min(FRAME_S, path.duration_s))
end

-- The velocity after the acceleration v² · curvature across it, in the plane square to the axis.
local function bend(motion, dt, vx, vy, vz)
	motion.curvature = motion.curvature + motion.rate * dt
	motion.rate = motion.rate + motion.jerk * dt
	local speed2 = vx * vx + vy * vy + vz * vz
	if speed2 == 0 then
		return vx, vy, vz
	end
	local x, y, z = motion.x, motion.y, motion.z
	-- Tangent × axis has the direction of tangent × the part of the axis square to the tangent.
	local rx, ry, rz = vy * z - vz * y, vz * x - vx * z, vx * y - vy * x
	local radial2 = rx * rx + ry * ry + rz * rz
	if radial2 <= PARALLEL * speed2 * (x * x + y * y + z * z) then
		return vx, vy, vz
	end
	local gain = speed2 * motion.curvature * dt / math.sqrt(radial2)
	return vx + rx * gain, vy + ry * gain, vz + rz * gain
end

-- The velocity after one stretch of the oscillation. The length of the axis counts.
local function swing(motion, dt, vx, vy, vz)
	local turn = motion.pace * dt
	motion.phase = motion.phase + turn
	local gain = math.sin(motion.phase) * motion.magnitude * turn
	return vx + motion.x * gain, vy + motion.y * gain, vz + motion.z * gain
end

-- The velocity along the path. The stretch that completes it ends beyond the finish, on the
-- straight line that the threat flies from then on.
local function follow(motion, dt, vx, vy, vz)
	local path, from_s = motion.path, motion.elapsed_s
	local left_s = path.duration_s - from_s
	if left_s <= 0 then
		return vx, vy, vz
	end
	local to_s = left_s - dt <= ROUNDING_S and path.duration_s or from_s + dt
	motion.elapsed_s = to_s
	return Trajectory.velocity(path, from_s, to_s)
end

--- The velocity of the next `dt` seconds; the motion goes on by them. A trajectory, while it lasts,
--- has the last word.
function Motion.turn(motion, dt, vx, vy, vz)
	if motion.bends then
		vx, vy, vz = bend(motion, dt, vx, vy, vz)
	end
	if motion.swings then
		vx, vy, vz = swing(motion, dt, vx, vy, vz)
	end
	if motion.path then
		vx, vy, vz = follow(motion, dt, vx, vy, vz)
	end
	return vx, vy, vz
end

return Motion
