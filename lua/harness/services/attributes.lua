--- Attributes of an Instance: values under names that a game chooses.

local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Types = require("harness.services.types")
local ordered = require("harness.ordered")

local error, find, format, type = error, string.find, string.format, type
local show = Object.show

local NAME_BYTES_MAX = 100
local NAME = "^[%w_]+$"

local methods = {}

-- Level 3 is the line that called the method.
local function state_of(self, name)
	local state = Object.state(self, "Instance")
	if not state then
		error(format("%s must be called with a colon on an Instance, got %s", name, show(self)), 3)
	end
	return state
end

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
	local state = state_of(self, "GetAttribute")
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
	local state = state_of(self, "SetAttribute")
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
	local state = state_of(self, "GetAttributes")
	local copy, count = {}, 0
	for name, value in ordered.pairs(state.attributes or {}) do
		copy[name] = value
		count = count + 1
	end
	state.tree.charge(count / 4)
	return copy
end

function methods.GetAttributeChangedSignal(self, name)
	local state = state_of(self, "GetAttributeChangedSignal")
	require_name(name, "GetAttributeChangedSignal")
	return Instance.signal(state, "attribute " .. name).object
end

return { methods = methods }
