--- Attributes of an Instance: values under names that a game chooses.

local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Types = require("harness.services.types")
local ordered = require("harness.ordered")

local error, find, format, type = error, string.find, string.format, type
local self_of, show = Object.self_of, Object.show

local NAME_BYTES_MAX = 100
local NAME = "^[%w_]+$"
-- Attributes that are copied for one work unit.
local KEYS_PER_UNIT = 4

local methods = {}

local function require_name(name, what)
	if type(name) == "string" and #name > NAME_BYTES_MAX then
		error(format("%s: the name of an attribute may be %d bytes long, got %d", what,
			NAME_BYTES_MAX, #name), 3)
	elseif type(name) ~= "string" or not find(name, NAME) then
		error(format("%s: the name of an attribute has letters, digits and _ only, got %s", what,
			show(name)), 3)
	end
end

function methods.GetAttribute(self, name)
	local state = self_of(self, "Instance", "GetAttribute")
	local value
	if state.attributes then
		value = state.attributes[name]
	end
	if value == nil then
		-- A name that was set is one; only others need to be looked at.
		require_name(name, "GetAttribute")
	end
	return value
end

function methods.SetAttribute(self, name, value)
	local state = self_of(self, "Instance", "SetAttribute")
	require_name(name, "SetAttribute")
	if value ~= nil and not Types.is_attribute(value) then
		error(format("SetAttribute: %s must be a text, a number, true or false, a vector, a CFrame or "
			.. "nil, got %s", name, show(value)), 2)
	end
	state.attributes = state.attributes or {}
	if state.attributes[name] ~= value then
		state.attributes[name] = value
		Instance.fire(state, "AttributeChanged", name)
		Instance.fire(state, "attribute " .. name)
	end
end

function methods.GetAttributes(self)
	local state = self_of(self, "Instance", "GetAttributes")
	local copy = {}
	local step, walk = ordered.pairs(state.attributes or {})
	state.tree.charge(walk.n / KEYS_PER_UNIT)
	for name, value in step, walk do
		copy[name] = value
	end
	return copy
end

function methods.GetAttributeChangedSignal(self, name)
	local state = self_of(self, "Instance", "GetAttributeChangedSignal")
	require_name(name, "GetAttributeChangedSignal")
	return Instance.signal(state, "attribute " .. name).object
end

return { methods = methods }
