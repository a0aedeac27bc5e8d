--- Classes of things that stand in a world, and of values that are kept in a tree.

local CFrame = require("harness.services.cframe")
local Classes = require("harness.services.classes")
local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Vector3 = require("harness.services.vector3")

local error, type = error, type
local vector = Vector3.raw

Classes.define({ name = "Folder", base = "Instance", is_makeable = true })
Classes.define({ name = "Configuration", base = "Instance", is_makeable = true })

local ZERO, SIZE = vector(0, 0, 0), vector(4, 1, 2)

Classes.define({ name = "PVInstance", base = "Instance" })

Classes.define({
	name = "BasePart",
	base = "PVInstance",
	properties = {
		{ "CFrame", "CFrame", CFrame.IDENTITY, set = function(state, value)
			if state.values.CFrame ~= value then
				state.values.CFrame = value
				Instance.changed(state, "CFrame")
				Instance.changed(state, "Position")
			end
		end },
		{ "Position", "Vector3", get = function(state)
			return state.values.CFrame.Position
		end, set = function(state, value)
			local frame = state.values.CFrame
			if frame.Position ~= value then
				state.values.CFrame = CFrame.placed(value.X, value.Y, value.Z, CFrame.rotation(frame))
				Instance.changed(state, "Position")
				Instance.changed(state, "CFrame")
			end
		end },
		{ "AssemblyLinearVelocity", "Vector3", ZERO },
		{ "AssemblyAngularVelocity", "Vector3", ZERO },
		{ "Size", "Vector3", SIZE },
		{ "Anchored", "boolean", false },
		{ "CanCollide", "boolean", true },
		{ "Transparency", "number", 0 },
	},
})
Classes.define({ name = "Part", base = "BasePart", is_makeable = true })

Classes.define({
	name = "Model",
	base = "PVInstance",
	is_makeable = true,
	properties = { { "PrimaryPart", "BasePart?" } },
})

local function set_health(state, value)
	local values = state.values
	local health = value < 0 and 0 or value > values.MaxHealth and values.MaxHealth or value
	if values.Health == health then
		return
	end
	values.Health = health
	Instance.changed(state, "Health")
	Instance.fire(state, "HealthChanged", health)
	if health == 0 and not state.has_died then
		state.has_died = true
		Instance.fire(state, "Died")
	end
end

Classes.define({
	name = "Humanoid",
	base = "Instance",
	is_makeable = true,
	properties = {
		{ "Health", "number", 100, set = set_health },
		{ "MaxHealth", "number", 100, set = function(state, value)
			if state.values.MaxHealth ~= value then
				state.values.MaxHealth = value
				Instance.changed(state, "MaxHealth")
				set_health(state, state.values.Health)
			end
		end },
		{ "WalkSpeed", "number", 16 },
	},
	methods = {
		TakeDamage = function(self, amount)
			local state = Object.self_of(self, "Instance", "TakeDamage", "Humanoid")
			if type(amount) ~= "number" then
				error("TakeDamage needs a number, got " .. Object.show(amount), 2)
			end
			set_health(state, state.values.Health - amount)
		end,
	},
	signals = { "Died", "HealthChanged" },
})

-- An engine has a class of this name; what a game does with it is the game's.
Classes.define({
	name = "Highlight",
	base = "Instance",
	is_makeable = true,
	properties = {
		{ "Adornee", "Instance?" }, { "Enabled", "boolean", true },
		{ "FillTransparency", "number", 0.5 }, { "OutlineTransparency", "number", 0 },
	},
})

Classes.define({ name = "ValueBase", base = "Instance" })

local VALUES = {
	{ "BoolValue", "boolean", false }, { "IntValue", "integer", 0 }, { "NumberValue", "number", 0 },
	{ "ObjectValue", "Instance?" }, { "StringValue", "string", "" },
	{ "Vector3Value", "Vector3", ZERO }, { "CFrameValue", "CFrame", CFrame.IDENTITY },
}
for index = 1, #VALUES do
	local name, kind, default = VALUES[index][1], VALUES[index][2], VALUES[index][3]
	Classes.define({
		name = name,
		base = "ValueBase",
		is_makeable = true,
		properties = { { "Value", kind, default } },
	})
end

return Classes
