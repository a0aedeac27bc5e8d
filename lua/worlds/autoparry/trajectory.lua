--- Flight along a curve: a quadratic Bézier from the spawn to `finish`, whose control point stands
--- midway at `apexHeight`. Without allowance it never falls below the height of its start.

local Attribute = require("worlds.autoparry.attribute")

local Trajectory = {}

local FIELDS = { "finish", "apexHeight", "duration", "speed", "clampHeight", "allowDescent" }
local POINTS = 16
-- How long it flies if neither `duration` nor `speed` say so.
local DURATION_S = 0.85

--- What is wrong with the attribute, for a threat that is spawned at this position.
---@return string|nil message
function Trajectory.check(value, position)
	local bad = Attribute.not_table("trajectory", value)
		or Attribute.unknown_field("trajectory", value, FIELDS)
		or Attribute.not_vector("trajectory.finish", value.finish)
		or Attribute.not_number("trajectory.apexHeight", value.apexHeight)
	for _, field in ipairs({ "duration", "speed" }) do
		bad = bad
			or value[field] ~= nil and Attribute.not_positive("trajectory." .. field, value[field])
	end
	for _, field in ipairs({ "clampHeight", "allowDescent" }) do
		bad = bad
			or value[field] ~= nil and Attribute.not_boolean("trajectory." .. field, value[field])
	end
	if bad then
		return bad
	end
	local x, y, z = Attribute.vector(value.finish)
	local px, py, pz = Attribute.vector(position)
	if value.speed and not value.duration and x == px and y == py and z == pz then
		return "attribute trajectory.finish must differ from the position, since only a speed is given"
	end
	return nil
end

--- The path of a checked attribute.
function Trajectory.new(value, position)
	local x, y, z = Attribute.vector(position)
	local fx, fy, fz = Attribute.vector(value.finish)
	local range = math.sqrt((fx - x) ^ 2 + (fy - y) ^ 2 + (fz - z) ^ 2)
	local may_fall = value.allowDescent or value.clampHeight == false
	return {
		x = x, y = y, z = z, fx = fx, fy = fy, fz = fz,
		cx = (x + fx) / 2, cy = value.apexHeight, cz = (z + fz) / 2,
		floor = may_fall and -math.huge or y,
		duration_s = value.duration or value.speed and range / value.speed or DURATION_S,
	}
end

--- The point of the path `elapsed_s` after its start.
function Trajectory.at(path, elapsed_s)
	local t = elapsed_s / path.duration_s
	local a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
	local y = a * path.y + b * path.cy + c * path.fy
	return a * path.x + b * path.cx + c * path.fx,
		math.max(y, path.floor),
		a * path.z + b * path.cz + c * path.fz
end

--- The mean velocity between two times of the path.
function Trajectory.velocity(path, from_s, to_s)
	local x, y, z = Trajectory.at(path, from_s)
	local tx, ty, tz = Trajectory.at(path, to_s)
	local dt = to_s - from_s
	return (tx - x) / dt, (ty - y) / dt, (tz - z) / dt
end

--- The whole path at equal steps of time, both ends included.
---@return {duration: number, points: {x: number, y: number, z: number}[]}
function Trajectory.predict(path)
	local points = {}
	for i = 1, POINTS do
		local x, y, z = Trajectory.at(path, path.duration_s * ((i - 1) / (POINTS - 1)))
		points[i] = { x = x, y = y, z = z }
	end
	return { duration = path.duration_s, points = points }
end

return Trajectory
