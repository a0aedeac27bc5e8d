--- Instances: a tree of named objects with typed properties.
---
--- Children keep the order in which they got their parent. A member that a class does not have, and
--- no child has for a name, is an error that says so.

local Object = require("harness.services.object")
local Signal = require("harness.services.signal")

local concat, error, format = table.concat, error, string.format
local setmetatable, type = setmetatable, type
local raw_getmetatable = debug.getmetatable
local show = Object.show

local Instance = {}

-- Instances that are looked at for one work unit.
local SEEN_PER_UNIT = 16
-- Instances that are entered into a list by name for one work unit.
local NAMED_PER_UNIT = 4
local BYTES_PER_UNIT = 16
local UNITS_TO_MAKE = 32
-- With more children than this a list by name is kept.
local SCANNED_MAX = 8

-- The names from below the game down to this instance.
local function full_name(state)
	local names, count, bytes, at = {}, 0, 0, state
	repeat
		count, bytes = count + 1, bytes + #at.name
		names[count] = at.name
		at = at.parent
	until not at or at.class.name == "DataModel"
	state.tree.charge(count / SEEN_PER_UNIT + bytes / BYTES_PER_UNIT)
	for place = 1, count / 2 do
		local other = count + 1 - place
		names[place], names[other] = names[other], names[place]
	end
	return concat(names, ".")
end

-- Whatever the world shows in place of children: objects with a Name of their own.
local function provided_of(state)
	local list = state.provide()
	if type(list) ~= "table" then
		error(format("children_of(%s): the function must return a list, got %s",
			full_name(state), show(list)), 0)
	end
	state.tree.charge(#list / SEEN_PER_UNIT)
	return list
end

local function find_provided(state, name)
	local list = provided_of(state)
	for index = 1, #list do
		if list[index].Name == name then
			return list[index]
		end
	end
end

local function find_state(state, name)
	local children, count = state.children, state.count
	if count <= SCANNED_MAX then
		for index = 1, count do
			if children[index].name == name then
				return children[index]
			end
		end
		return nil
	end
	local by_name = state.by_name
	if not by_name then
		by_name = {}
		state.tree.charge(count / NAMED_PER_UNIT)
		for index = count, 1, -1 do
			by_name[children[index].name] = children[index]
		end
		state.by_name = by_name
	end
	return by_name[name]
end

--- The first child of this name, as user code gets it. Level 3 is who asked.
function Instance.find_child(state, name)
	if state.fault then
		error(state.fault, 3)
	end
	local child = find_state(state, name)
	if child then
		return child.object
	end
	return state.provide and find_provided(state, name) or nil
end

local find_child = Instance.find_child

--- The signal of this name, made when somebody asks for it first.
function Instance.signal(state, name)
	local signals = state.signals
	if not signals then
		signals = {}
		state.signals = signals
	end
	local signal = signals[name]
	if not signal then
		signal = Signal.new(state.tree.runner, name)
		signals[name] = signal
		state.signal_list[#state.signal_list + 1] = signal
	end
	return signal
end

--- Fire a signal if anybody has ever asked for it.
function Instance.fire(state, name, ...)
	local signal = state.signals and state.signals[name]
	if signal and signal.count > 0 then
		Signal.fire(signal, ...)
	end
end

local fire = Instance.fire

--- Say that a property has another value.
function Instance.changed(state, name)
	if not state.signals then
		return
	end
	fire(state, "property " .. name)
	if state.class.properties.Value then
		if name == "Value" then
			fire(state, "Changed", state.values.Value)
		end
	else
		fire(state, "Changed", name)
	end
end

local function unknown(state, key)
	local class = state.class
	local near = Object.suggestion(key, class.member_names)
	error(format("%s (a %s) has no member or child %s%s", full_name(state), class.name, show(key),
		near), 3)
end

local function index(object, key)
	local state = raw_getmetatable(object)
	local class = state.class
	local method = class.methods[key]
	if method then
		return method
	end
	local property = class.properties[key]
	if property then
		if property.get then
			return property.get(state)
		end
		return state.values[key]
	elseif class.signals[key] then
		return Instance.signal(state, key).object
	end
	local child = find_child(state, key)
	if child == nil then
		unknown(state, key)
	end
	return child
end

local function newindex(object, key, value)
	local state = raw_getmetatable(object)
	local class = state.class
	local property = class.properties[key]
	if not property then
		if class.methods[key] or class.signals[key] then
			error(format("%s.%s cannot be set", class.name, key), 2)
		end
		unknown(state, key)
	elseif property.is_read_only then
		error(format("%s.%s can be read only", class.name, key), 2)
	end
	if not property.accepts(value) then
		error(format("%s.%s must be %s, got %s", class.name, key, property.what, show(value)), 2)
	end
	if property.set then
		property.set(state, value, key)
	else
		local values = state.values
		if values[key] ~= value then
			values[key] = value
			Instance.changed(state, key)
		end
	end
end

local function text(object)
	return raw_getmetatable(object).name
end

--- A new instance without a parent, as the host knows it; its field `object` is user code's.
---@param tree table see `harness.services.tree`
function Instance.new(tree, class)
	tree.charge(UNITS_TO_MAKE)
	return Object.make({
		kind = "Instance", class = class, tree = tree, name = class.name, parent = false,
		children = {}, count = 0, by_name = false, signals = false, signal_list = {},
		values = setmetatable({}, class.default_values), attributes = false, waiting = false,
		provide = false, fault = false, is_locked = false, is_going = false, type_of = "Instance",
		__index = index, __newindex = newindex, __tostring = text,
	})
end

Instance.full_name, Instance.provided_of = full_name, provided_of
return Instance
