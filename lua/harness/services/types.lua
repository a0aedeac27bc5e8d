--- What a property may hold: by the name of a type, a test and the words for a message.

local CFrame = require("harness.services.cframe")
local Enums = require("harness.services.enums")
local Object = require("harness.services.object")
local Vector2 = require("harness.services.vector2")
local Vector3 = require("harness.services.vector3")

local raw_getmetatable, sub, type = debug.getmetatable, string.sub, type

local Types = {}

local function is_instance(value)
	return Object.state(value, "Instance") ~= nil
end

local function or_nil(accepts)
	return function(value)
		return value == nil or accepts(value)
	end
end

local function of_kind(kind)
	return function(value)
		return type(value) == kind
	end
end

local KINDS = {
	boolean = { "true or false", of_kind("boolean") },
	["function?"] = { "a function or nil", or_nil(of_kind("function")) },
	number = { "a number", of_kind("number") },
	integer = { "a whole number", function(value)
		return type(value) == "number" and value % 1 == 0
	end },
	string = { "a text", of_kind("string") },
	Vector3 = { "a Vector3", Vector3.is },
	CFrame = { "a CFrame", CFrame.is },
	["Instance?"] = { "an Instance or nil", or_nil(is_instance) },
}

local function of_class(name)
	return function(value)
		local state = Object.state(value, "Instance")
		return value == nil or state ~= nil and state.class.ancestry[name] == true
	end
end

--- The words for a type and its test. Names of classes with `?` are types, `Enum.<name>` too.
---@param name string
---@return string what, fun(value: any): boolean accepts
function Types.of(name)
	local known = KINDS[name]
	if known then
		return known[1], known[2]
	elseif sub(name, 1, 5) == "Enum." then
		return "an item of " .. name, function(value)
			local item = Object.state(value, "EnumItem")
			return item ~= nil and item.type_name == sub(name, 6)
		end
	end
	local class_name = sub(name, 1, -2)
	return "a " .. class_name .. " or nil", of_class(class_name)
end

local DATA = { { "CFrame", CFrame.is }, { "Vector2", Vector2.is }, { "Vector3", Vector3.is } }

--- The name of a value's type, as code for such engines asks for it.
function Types.typeof(value)
	local kind = type(value)
	if kind == "cdata" then
		for index = 1, #DATA do
			if DATA[index][2](value) then
				return DATA[index][1]
			end
		end
	elseif kind == "userdata" then
		local state = raw_getmetatable(value)
		return state and state.type_of or kind
	end
	return kind
end

--- Whether a value may be an attribute.
function Types.is_attribute(value)
	local kind = type(value)
	return kind == "string" or kind == "number" or kind == "boolean" or kind == "cdata"
end

--- What stands for a host object in plain data; nil and a name for one that has no such form.
function Types.plain(value)
	if CFrame.is(value) then
		return CFrame.plain(value)
	elseif Vector3.is(value) then
		return Vector3.plain(value)
	elseif Vector2.is(value) then
		return Vector2.plain(value)
	end
	local state = type(value) == "userdata" and raw_getmetatable(value)
	if not state then
		return nil, type(value)
	elseif state.kind == "Instance" then
		return { name = state.name, className = state.class.name }
	elseif state.kind == "EnumItem" then
		return Enums.text(value)
	end
	return nil, state.kind
end

return Types
