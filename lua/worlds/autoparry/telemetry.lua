--- The telemetry: a row per frame, where everybody is, thinned out so that it stays small.
---
--- Rows whose frame number is a multiple of the stride are kept, and the last one. When they become
--- too many the stride doubles. All numbers stand in flat arrays that are written over, so a frame
--- makes no garbage; tables are made once, at the end.

local Telemetry = {}
Telemetry.__index = Telemetry

---@param row_limit integer at least 2
---@param projectile_limit integer the oldest live threats that a row holds
function Telemetry.new(row_limit, projectile_limit)
	return setmetatable({
		row_limit = row_limit,
		projectile_limit = projectile_limit,
		stride = 1,
		frames_total = 0,
		samples_total = 0,
		-- Rows 1 … count are kept. The newest frame stands behind them, until it is kept or the next
		-- one is written over it; `has_newest` is false when it is row `count` itself.
		count = 0,
		has_newest = false,
		time = {}, frame = {}, first = {}, length = {},
		-- The samples of all rows, one behind the other; a row has `length` of them from `first`.
		name = {}, x = {}, y = {}, z = {}, vx = {}, vy = {}, vz = {}, contact = {},
	}, Telemetry)
end

local function write_samples(self, threats, first, length, ahead_s)
	local order, id, in_contact = threats.order, threats.id, threats.in_contact
	local px, py, pz = threats.px, threats.py, threats.pz
	local from_vx, from_vy, from_vz = threats.vx, threats.vy, threats.vz
	local name, contact = self.name, self.contact
	local x, y, z, vx, vy, vz = self.x, self.y, self.z, self.vx, self.vy, self.vz
	for index = 1, length do
		local slot, at = order[index], first + index - 1
		local svx, svy, svz = from_vx[slot], from_vy[slot], from_vz[slot]
		name[at], contact[at] = id[slot], in_contact[slot]
		x[at] = px[slot] + svx * ahead_s
		y[at] = py[slot] + svy * ahead_s
		z[at] = pz[slot] + svz * ahead_s
		vx[at], vy[at], vz[at] = svx, svy, svz
	end
end

-- Move the samples of a row down to `first`.
local function move_samples(self, from, first, length)
	local name, contact = self.name, self.contact
	local x, y, z, vx, vy, vz = self.x, self.y, self.z, self.vx, self.vy, self.vz
	for offset = 0, length - 1 do
		local here, there = from + offset, first + offset
		name[there], contact[there] = name[here], contact[here]
		x[there], y[there], z[there] = x[here], y[here], z[here]
		vx[there], vy[there], vz[there] = vx[here], vy[here], vz[here]
	end
end

-- Drop the rows off twice the stride. Only a stall gives two rows one frame number: of them the
-- first stays, or doubling might drop none for ever.
local function double_stride(self)
	local stride, newest = self.stride * 2, self.has_newest and self.count + 1 or 0
	local time, frame, first, length = self.time, self.frame, self.first, self.length
	local rows, kept, free = newest > 0 and newest or self.count, 0, 1
	for row = 1, rows do
		local number = frame[row]
		if row == newest or number % stride == 0 and not (kept > 0 and frame[kept] == number) then
			kept = kept + 1
			move_samples(self, first[row], free, length[row])
			time[kept], frame[kept] = time[row], number
			first[kept], length[kept] = free, length[row]
			free = free + length[kept]
		end
	end
	self.count = newest > 0 and kept - 1 or kept
	self.stride = stride
end

--- Take the frame that is ending: its clock, its number, and how far the clock is past the grid.
---@param threats table the flat arrays of the live threats, oldest first in `order`
---@param ahead_s number the positions are advanced by so much along the velocity
function Telemetry:take(time_s, frame, threats, ahead_s)
	local live = threats.count
	local length = live < self.projectile_limit and live or self.projectile_limit
	self.frames_total = self.frames_total + 1
	self.samples_total = self.samples_total + live
	self.has_newest = false
	while self.count >= self.row_limit and frame % self.stride == 0 do
		double_stride(self)
	end
	local last, row = self.count, self.count + 1
	local first = last > 0 and self.first[last] + self.length[last] or 1
	self.time[row], self.frame[row] = time_s, frame
	self.first[row], self.length[row] = first, length
	write_samples(self, threats, first, length, ahead_s)
	if frame % self.stride == 0 then
		self.count = row
	else
		self.has_newest = true
	end
end

local function sample(self, at)
	return {
		name = self.name[at],
		position = { x = self.x[at], y = self.y[at], z = self.z[at] },
		velocity = { x = self.vx[at], y = self.vy[at], z = self.vz[at] },
		contact = self.contact[at],
	}
end

local function samples_of(self, row, empty_list)
	local list, first = empty_list(), self.first[row]
	for index = 1, self.length[row] do
		list[index] = sample(self, first + index - 1)
	end
	return list
end

-- The one agent never moves, so all rows show the same one.
local function agents(name)
	local rest = { x = 0, y = 0, z = 0 }
	return { { name = name, position = rest, velocity = rest } }
end

--- The telemetry of the artifact.
---@param now_s number the clock at the end
---@param agent_name string
---@param empty_list fun(): table makes a list that leaves as one though nothing is in it
function Telemetry:section(now_s, agent_name, empty_list)
	while self.has_newest and self.count >= self.row_limit do
		double_stride(self)
	end
	local rows = self.has_newest and self.count + 1 or self.count
	local steps, players, kept = empty_list(), agents(agent_name), 0
	for row = 1, rows do
		steps[row] = {
			t = self.time[row], agents = players, projectiles = samples_of(self, row, empty_list),
		}
		kept = kept + self.length[row]
	end
	return {
		now = now_s,
		steps = steps,
		sampling = {
			framesTotal = self.frames_total,
			rowsKept = rows,
			stride = self.stride,
			rowLimit = self.row_limit,
			projectileLimit = self.projectile_limit,
			projectileSamplesTotal = self.samples_total,
			projectileSamplesKept = kept,
		},
	}
end

return Telemetry
