--- Threats as objects of the game, for whoever asks: the listeners of AutoParry, and those who list
--- the balls folder. The threats themselves live in flat arrays and need none of this.
---
--- An object shows its threat while it lives and how it was last afterwards. Vectors are made on
--- access.

local Attribute = require("worlds.autoparry.attribute")
local Plain = require("worlds.autoparry.plain")

local Balls = {}
Balls.__index = Balls

-- What `getmetatable` says of an object of a threat.
local MARK = "a ball"
local CLASSES = { Instance = true, PVInstance = true, BasePart = true, Part = true }

-- Physics has taken these up at the spawn; whether a ball is real is asked anew each time.
local FIXED = {}
for _, name in ipairs(Attribute.NAMES) do
	FIXED[name] = name ~= "realBall"
end

---@param services table
---@param physics table
---@param clock table
---@param stage table {balls_folder, balls_present}
function Balls.new(services, physics, clock, stage)
	return setmetatable({
		services = services,
		physics = physics,
		threats = physics.threats,
		clock = clock,
		stage = stage,
		-- By slot, the objects that somebody has asked for.
		objects = {},
		states = {},
	}, Balls)
end

-- Where a threat is now, and its velocity.
local function reading(self, slot)
	return self.threats:reading(slot, self.physics:ahead_s(self.clock:now()))
end

local function motion_of(state)
	if state.slot then
		return reading(state.balls, state.slot)
	end
	return unpack(state.last)
end

local function position_of(state)
	local x, y, z = motion_of(state)
	return state.balls.services.Vector3.new(x, y, z)
end

local function velocity_of(state)
	local _, _, _, x, y, z = motion_of(state)
	return state.balls.services.Vector3.new(x, y, z)
end

-- The authored rotation, else one that looks along the velocity.
local function cframe_of(state)
	local CFrame, position = state.balls.services.CFrame, position_of(state)
	local given = state.spec.cframe
	if given then
		return CFrame.new(position.X, position.Y, position.Z, unpack(given, 4, 12))
	end
	local velocity = velocity_of(state)
	if velocity.Magnitude == 0 then
		return CFrame.new(position.X, position.Y, position.Z)
	end
	return CFrame.lookAt(position, position + velocity)
end

local function is_real(state)
	if state.slot then
		return state.balls.threats.is_real[state.slot]
	end
	return state.was_real
end

local function parent_of(state)
	local stage = state.balls.stage
	return state.slot and stage.balls_present and stage.balls_folder or nil
end

local function attribute_of(state, name)
	if name == "realBall" then
		return is_real(state)
	end
	return Plain.copy((state.spec.attributes or {})[name])
end

local PROPERTIES = {
	Name = function(state) return state.spec.id end,
	ClassName = function() return "Part" end,
	Parent = parent_of,
	Position = position_of,
	AssemblyLinearVelocity = velocity_of,
	CFrame = cframe_of,
	realBall = is_real,
	latency = function(state) return attribute_of(state, "latency") or 0 end,
	attributes = function(state) return Plain.copy(state.spec.attributes or {}) end,
	tags = function(state) return Plain.copy(state.spec.tags or {}) end,
	metadata = function(state) return Plain.copy(state.spec.metadata or {}) end,
}

-- The slot of a threat that is to be changed.
local function live_slot(state, what)
	if not state.slot then
		error(("%s:%s: the ball has left the world"):format(state.spec.id, what), 3)
	end
	return state.slot
end

local function components(state, what, vector)
	local typeof = state.balls.services.typeof
	if typeof(vector) ~= "Vector3" then
		error(("%s:%s needs a Vector3, got a %s"):format(state.spec.id, what, typeof(vector)), 3)
	end
	return vector.X, vector.Y, vector.Z
end

-- Make the threat be at a place with a velocity now.
local function put(state, slot, x, y, z, vx, vy, vz)
	local balls, threats = state.balls, state.balls.threats
	local ahead_s = balls.physics:ahead_s(balls.clock:now())
	threats.px[slot], threats.py[slot], threats.pz[slot] =
		x - vx * ahead_s, y - vy * ahead_s, z - vz * ahead_s
	threats.vx[slot], threats.vy[slot], threats.vz[slot] = vx, vy, vz
end

local METHODS = {}

--- Where its trajectory leads, if it flies on one: `{duration, points}`, 16 points.
function METHODS.PredictTrajectory(state)
	local slot = live_slot(state, "PredictTrajectory")
	return state.balls.physics:predict_trajectory(slot)
end

function METHODS.IsA(_, class)
	return CLASSES[class] == true
end

function METHODS.GetAttribute(state, name)
	return attribute_of(state, name)
end

function METHODS.SetAttribute(state, name, value)
	local slot = live_slot(state, "SetAttribute")
	if FIXED[name] then
		error(("%s: attribute %s is fixed once the ball flies"):format(state.spec.id, name), 2)
	end
	state.spec.attributes = state.spec.attributes or {}
	state.spec.attributes[name] = Plain.copy(value)
	if name == "realBall" then
		state.balls.threats.is_real[slot] = value ~= false
	end
end

function METHODS.SetRealBall(state, value)
	METHODS.SetAttribute(state, "realBall", value)
end

function METHODS.SetPosition(state, position)
	local slot = live_slot(state, "SetPosition")
	local x, y, z = components(state, "SetPosition", position)
	local _, _, _, vx, vy, vz = motion_of(state)
	put(state, slot, x, y, z, vx, vy, vz)
end

function METHODS.SetVelocity(state, velocity)
	local slot = live_slot(state, "SetVelocity")
	local vx, vy, vz = components(state, "SetVelocity", velocity)
	local x, y, z = motion_of(state)
	put(state, slot, x, y, z, vx, vy, vz)
end

function METHODS.IsDescendantOf(state, ancestor)
	local parent = parent_of(state)
	return parent ~= nil and (parent == ancestor or parent:IsDescendantOf(ancestor))
end

--- It leaves the world: whatever it might have touched, it has passed.
function METHODS.Destroy(state)
	if state.slot then
		state.balls.physics:remove(state.slot, "passed")
	end
end

local function object_of(state)
	local methods = {}
	local meta = { __metatable = MARK }
	function meta.__index(_, key)
		local read = PROPERTIES[key]
		if read then
			return read(state)
		end
		local method = METHODS[key]
		if not method then
			error(("ball %s has no member %s"):format(state.spec.id, tostring(key)), 2)
		end
		methods[key] = methods[key] or function(_, ...) return method(state, ...) end
		return methods[key]
	end
	function meta.__newindex(_, key)
		error(("ball %s: %s cannot be set"):format(state.spec.id, tostring(key)), 2)
	end
	function meta.__tostring() return state.spec.id end
	return setmetatable({}, meta)
end

--- The object of the live threat in `slot`: the same one as long as it lives.
function Balls:of(slot)
	local object = self.objects[slot]
	if not object then
		local state = { balls = self, slot = slot, spec = self.threats.spec[slot] }
		object = object_of(state)
		self.objects[slot], self.states[slot] = object, state
	end
	return object
end

--- The threat in `slot` is about to leave the world: its object keeps what it shows now.
function Balls:leaving(slot)
	local state = self.states[slot]
	if state then
		state.last = { reading(self, slot) }
		state.was_real = self.threats.is_real[slot]
		state.slot = nil
		self.objects[slot], self.states[slot] = nil, nil
	end
end

--- The id of the threat that a value is the object of; nil for any other value.
function Balls.id_of(value)
	return getmetatable(value) == MARK and value.Name or nil
end

--- The objects of all live threats, in spawn order.
function Balls:list()
	local list, threats = {}, self.threats
	for index = 1, threats.count do
		list[index] = self:of(threats.order[index])
	end
	return list
end

return Balls
