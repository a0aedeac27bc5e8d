--- Flight, contact and outcome of the threats, in fixed substeps on the grid of frames.
---
--- A threat moves as if it had been there from its start on, whenever it is spawned: its first
--- substep is what is left of the frame of its start. So no contact depends on hitches. What the
--- presses are, windows.lua knows; who made them and why, nobody here.

local Attribute = require("worlds.autoparry.attribute")
local Contact = require("worlds.autoparry.contact")
local Flight = require("worlds.autoparry.flight")
local Motion = require("worlds.autoparry.motion")
local Time = require("worlds.autoparry.time")
local Trajectory = require("worlds.autoparry.trajectory")
local Windows = require("worlds.autoparry.windows")

local Physics = {}
Physics.__index = Physics

local FRAME_RATE_HZ = Time.FRAME_RATE_HZ
local FRAME_S = Time.FRAME_S
-- How long a threat goes away before it counts as passed.
local RECEDING_S = 0.25
-- Times that mean the same may differ by rounding.
local ROUNDING_S = Time.ROUNDING_S
local NONE_S = math.huge
local VELOCITY = { x = 0, y = 0, z = -140 }
-- The slot where `contact_after` tries things out, and an order of it alone.
local COPY = 0
local COPY_ALONE = { COPY }


---@param threats table threats.lua
---@param settings table safe_radius, parry_window_s, contact_grace_s; read at each use
---@param on_resolved fun(slot, outcome, contact_s?, press_index?) while the slot still holds it
function Physics.new(threats, settings, on_resolved)
	return setmetatable({
		threats = threats, settings = settings, on_resolved = on_resolved,
		windows = Windows.new(settings),
		time_s = 0,
		-- How many of the order, from its begin, have moved before and go by whole frames.
		_joined = 0,
		_has_drops = false, _is_moving = false,
	}, Physics)
end

--- What is wrong with a spec: a code and a message; nil if it can be spawned.
---@return string|nil code
---@return string|nil message
function Physics.check(spec)
	local bad = Attribute.not_vector("position", spec.position)
		or spec.velocity ~= nil and Attribute.not_vector("velocity", spec.velocity)
	if bad then
		return "bad_threat", (bad:gsub("^attribute ", ""))
	end
	local message = Motion.check(spec.attributes or {}, spec.position)
	if message then
		return "bad_attribute", message
	end
	return nil
end

local function has_passed(threats, slot, to_s)
	local motion = threats.motion[slot]
	return to_s - threats.receding_s[slot] >= RECEDING_S - ROUNDING_S
		and (not motion or Motion.is_over(motion))
end

-- The outcome of a threat after a substep that ends at `to_s`; nil while it is open. A press may
-- still come in the frame in which the grace ends.
local function outcome_of(self, slot, to_s)
	local threats = self.threats
	local contact_s = threats.contact_s[slot]
	if not threats.is_real[slot] then
		return has_passed(threats, slot, to_s) and "passed" or nil
	elseif contact_s == NONE_S then
		local is_gone = not threats.in_contact[slot] and has_passed(threats, slot, to_s)
		return is_gone and "passed" or nil
	end
	local press = self.windows:covering(contact_s)
	if press then
		return "parried", contact_s, press
	end
	local is_late = to_s > contact_s + self.settings.contact_grace_s + ROUNDING_S
	return is_late and "missed" or nil, contact_s
end

local function reach_of(self)
	return Contact.reach(self.settings.safe_radius)
end

local function judge(self, slot, px, py, pz, vx, vy, vz, from_s, dt, to_s)
	local threats = self.threats
	Flight.touch(threats, reach_of(self), slot, px, py, pz, vx, vy, vz, from_s, dt)
	Flight.recede(threats, slot, px, py, pz, vx, vy, vz, from_s, dt)
	local outcome, contact_s, press = outcome_of(self, slot, to_s)
	if outcome then
		self.on_resolved(slot, outcome, contact_s, press)
		threats:drop(slot)
		self._has_drops = true
		return
	end
	threats.is_quiet[slot] = threats.entered_s[slot] == NONE_S
		and threats.contact_s[slot] == NONE_S and threats.receding_s[slot] == NONE_S
end

-- Move what stands at order[from .. to] and decide what can be decided.
local function move(self, from, to, from_s, dt, to_s)
	local threats = self.threats
	Flight.move(threats, reach_of(self), threats.order, from, to, from_s, dt, to_s, judge, self)
end

-- Let a threat that has not moved yet stand where its flight would have been at `to_s`, or where it
-- starts if that comes first. It stands so for `from_s`.
local function shift(threats, slot, from_s, to_s)
	local start_s = threats.start_s[slot]
	local dt = math.min(to_s, start_s) - math.min(from_s, start_s)
	threats.px[slot] = threats.px[slot] + threats.vx[slot] * dt
	threats.py[slot] = threats.py[slot] + threats.vy[slot] * dt
	threats.pz[slot] = threats.pz[slot] + threats.vz[slot] * dt
end

-- The first substep of the threat at order[i], if it comes to that by `to_s`.
local function join(self, i, from_s, to_s)
	local threats = self.threats
	local slot = threats.order[i]
	local start_s = threats.start_s[slot]
	shift(threats, slot, from_s, to_s)
	if to_s > start_s + ROUNDING_S then
		threats.start_s[slot] = NONE_S
		move(self, i, i, start_s, to_s - start_s, to_s)
	end
end

local function settle(self)
	local threats = self.threats
	if self._has_drops then
		threats:compact()
		self._has_drops = false
	end
	local order, start_s, joined = threats.order, threats.start_s, 0
	while joined < threats.count and start_s[order[joined + 1]] == NONE_S do
		joined = joined + 1
	end
	self._joined = joined
end

--- Let one frame pass, in spawn order.
---@param dt number the length of a frame
---@param time_s number the clock at its end
function Physics:substep(dt, time_s)
	local threats, from_s, count = self.threats, self.time_s, self.threats.count
	self.time_s, self._is_moving = time_s, true
	move(self, 1, self._joined, from_s, dt, time_s)
	for i = self._joined + 1, count do
		if threats.start_s[threats.order[i]] == NONE_S then
			move(self, i, i, from_s, dt, time_s)
		else
			join(self, i, from_s, time_s)
		end
	end
	self._is_moving = false
	if self._has_drops or self._joined < count then
		settle(self)
	end
end

-- The frame of a time on the grid.
local function frame_at(time_s)
	return math.floor(time_s * FRAME_RATE_HZ + 0.5)
end

-- The first frame of the grid after a time.
local function frame_after(time_s)
	local frame = math.floor(time_s * FRAME_RATE_HZ)
	while frame / FRAME_RATE_HZ <= time_s + ROUNDING_S do
		frame = frame + 1
	end
	return frame
end

-- Put a threat that starts at `start_s` where it is at the physics time, with all that happens to
-- it on the way.
local function catch_up(self, slot, start_s)
	local threats, index = self.threats, self.threats.count
	local first, last = frame_after(start_s), frame_at(self.time_s)
	for frame = first, last do
		local to_s = frame / FRAME_RATE_HZ
		if frame == first then
			join(self, index, start_s, to_s)
		else
			local from_s = (frame - 1) / FRAME_RATE_HZ
			move(self, index, index, from_s, FRAME_S, to_s)
		end
		if threats.serial[slot] == 0 then
			return
		end
	end
end

--- Bring a threat into the world. The spec is one that `check` accepts, of an id that no live
--- threat has.
---@param spec table id, position, velocity?, attributes?, start_s, authored_s, now_s; it is kept
---@return integer|nil slot nil if it was resolved before the physics time
function Physics:spawn(spec)
	assert(not self._is_moving, "no threat is spawned inside a substep")
	local threats, attributes = self.threats, spec.attributes or {}
	local slot = threats:add(spec)
	local motion = Motion.new(attributes, spec.position)
	local vx, vy, vz = Attribute.vector(spec.velocity or VELOCITY)
	if motion then
		vx, vy, vz = Motion.first_velocity(motion, vx, vy, vz)
	end
	threats.px[slot], threats.py[slot], threats.pz[slot] = Attribute.vector(spec.position)
	threats.vx[slot], threats.vy[slot], threats.vz[slot] = vx, vy, vz
	threats.start_s[slot] = spec.start_s
	-- One that starts between the grid and an end of a stall beyond it has no place on the grid yet.
	shift(threats, slot, NONE_S, self.time_s)
	threats.is_real[slot] = attributes.realBall ~= false
	threats.latency_s[slot], threats.motion[slot] = attributes.latency or 0, motion
	threats.authored_s[slot], threats.activated_s[slot] = spec.authored_s, spec.now_s
	self._is_moving = true
	catch_up(self, slot, spec.start_s)
	self._is_moving = false
	settle(self)
	return threats.serial[slot] > 0 and slot or nil
end

local function touch_copy(reach, slot, px, py, pz, vx, vy, vz, from_s, dt)
	Flight.touch(reach.threats, reach.studs, slot, px, py, pz, vx, vy, vz, from_s, dt)
end

--- When a live threat's contact counts if it goes on as it does now: at `now_s` + `horizon_s` at
--- the latest, else nil. A fake has none.
---@return number|nil contact_s
function Physics:contact_after(slot, now_s, horizon_s)
	local threats, end_s = self.threats, now_s + horizon_s
	local reach = { threats = threats, studs = reach_of(self) }
	threats:copy(slot, COPY)
	threats.motion[COPY] = threats.motion[COPY] and Motion.copy(threats.motion[COPY])
	local from_s, frame = self.time_s, frame_at(self.time_s)
	if threats.start_s[COPY] ~= NONE_S then
		shift(threats, COPY, from_s, NONE_S)
		from_s = threats.start_s[COPY]
		frame = frame_after(from_s) - 1
	end
	while threats.contact_s[COPY] == NONE_S and from_s < end_s do
		frame = frame + 1
		local to_s = frame / FRAME_RATE_HZ
		Flight.move(
			threats, reach.studs, COPY_ALONE, 1, 1, from_s, to_s - from_s, to_s, touch_copy, reach
		)
		from_s = to_s
	end
	local contact_s = threats.contact_s[COPY]
	threats:clear(COPY)
	return contact_s <= end_s and contact_s or nil
end

--- End a threat from outside.
function Physics:remove(slot, outcome, contact_s, press_index)
	assert(not self._is_moving, "no threat is removed inside a substep")
	self.on_resolved(slot, outcome, contact_s, press_index)
	self.threats:drop(slot)
	self._has_drops = true
	settle(self)
end

--- How far `now` is past the grid frame up to which the physics has come: after a stall that ends
--- off the grid.
function Physics:ahead_s(now)
	return now - self.time_s
end

--- The path of a threat's trajectory from its start to its end; nil for one that has none.
---@return {duration: number, points: {x: number, y: number, z: number}[]}|nil
function Physics:predict_trajectory(slot)
	local motion = self.threats.motion[slot]
	return motion and motion.path and Trajectory.predict(motion.path) or nil
end

--- Every spawn due by `now_s` has been made: windows that only older contacts could ask for go.
function Physics:forget(now_s)
	self.windows:forget(now_s - self.settings.contact_grace_s - ROUNDING_S)
end

return Physics
