--- The classes of instances: what each has beside its base.

local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Placing = require("harness.services.placing")
local Types = require("harness.services.types")
local ordered = require("harness.ordered")

local assert, error, format, setmetatable, type = assert, error, string.format, setmetatable, type

local Classes = {}

local by_name = {}
local makeable_names = {}

local function property_of(definition)
	local what, accepts = Types.of(definition[2])
	return {
		what = what, accepts = accepts, get = definition.get, set = definition.set,
		is_read_only = definition.is_read_only or false,
	}
end

local function inherited(base, field)
	return setmetatable({}, { __index = base and base[field] })
end

local function copied(list)
	local copy = {}
	for index = 1, list and #list or 0 do
		copy[index] = list[index]
	end
	return copy
end

--- Define a class. `definition`: `name`, `base`, `is_makeable`; `methods` by name; `properties` as
--- a list of `{name, type, default, get?, set?, is_read_only?}`; `signals` as a list of names;
--- `child_added(state, child)` and `child_removed`, called when children come and go.
function Classes.define(definition)
	local base = by_name[definition.base]
	assert(base or not definition.base, "a class comes after its base")
	local class = {
		name = definition.name, is_makeable = definition.is_makeable or false,
		ancestry = inherited(base, "ancestry"), methods = inherited(base, "methods"),
		properties = inherited(base, "properties"), signals = inherited(base, "signals"),
		member_names = copied(base and base.member_names),
		child_added = definition.child_added, child_removed = definition.child_removed,
	}
	local defaults = inherited(base, "defaults")
	class.defaults, class.default_values = defaults, { __index = defaults }
	class.ancestry[class.name] = true
	local names = class.member_names
	for name, method in ordered.pairs(definition.methods or {}) do
		class.methods[name] = method
		names[#names + 1] = name
	end
	for _, property in ipairs(definition.properties or {}) do
		local name = property[1]
		class.properties[name] = property_of(property)
		defaults[name] = property[3]
		names[#names + 1] = name
	end
	for _, name in ipairs(definition.signals or {}) do
		class.signals[name] = true
		names[#names + 1] = name
	end
	by_name[class.name] = class
	if class.is_makeable then
		makeable_names[#makeable_names + 1] = class.name
	end
	return class
end

function Classes.get(name)
	return by_name[name]
end

--- `Instance.new` of user code.
---@param tree table
function Classes.library(tree)
	local library = {}
	function library.new(class_name, parent)
		local class = by_name[class_name]
		if not class then
			error(format("Instance.new: unknown class %s%s", Object.show(class_name),
				Object.suggestion(class_name, makeable_names)), 2)
		elseif not class.is_makeable then
			error(format("Instance.new: a %s cannot be made", class_name), 2)
		end
		local above = Object.state(parent, "Instance")
		if parent ~= nil and not above then
			error("Instance.new: the parent must be an Instance, got " .. Object.show(parent), 2)
		end
		local state = Instance.new(tree, class)
		if above then
			Placing.set_parent(state, above)
		end
		return state.object
	end
	return library
end

return Classes
