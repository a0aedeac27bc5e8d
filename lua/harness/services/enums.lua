--- Enums: `Enum.KeyCode.F`. Items are the same in every world and never change.

local Object = require("harness.services.object")

local error, format = error, string.format
local raw_getmetatable = debug.getmetatable

local Enums = {}

-- Names with the value of the first; the others follow it one by one.
local RANGES = {
	KeyCode = {
		{ 0, "Unknown" }, { 8, "Backspace", "Tab" }, { 12, "Clear", "Return" }, { 19, "Pause" },
		{ 27, "Escape" }, { 32, "Space" }, { 39, "Quote" },
		{ 44, "Comma", "Minus", "Period", "Slash", "Zero", "One", "Two", "Three", "Four", "Five",
			"Six", "Seven", "Eight", "Nine" },
		{ 59, "Semicolon" }, { 61, "Equals" },
		{ 91, "LeftBracket", "BackSlash", "RightBracket" }, { 96, "Backquote", "A", "B", "C", "D",
			"E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V",
			"W", "X", "Y", "Z" },
		{ 127, "Delete" },
		{ 256, "KeypadZero", "KeypadOne", "KeypadTwo", "KeypadThree", "KeypadFour", "KeypadFive",
			"KeypadSix", "KeypadSeven", "KeypadEight", "KeypadNine", "KeypadPeriod", "KeypadDivide",
			"KeypadMultiply", "KeypadMinus", "KeypadPlus", "KeypadEnter", "KeypadEquals", "Up", "Down",
			"Right", "Left", "Insert", "Home", "End", "PageUp", "PageDown", "F1", "F2", "F3", "F4",
			"F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12" },
		{ 300, "NumLock", "CapsLock", "ScrollLock", "RightShift", "LeftShift", "RightControl",
			"LeftControl", "RightAlt", "LeftAlt" },
	},
}
local NAMES = { "KeyCode" }

local function no_member(what, key, names)
	error(format("%s has no item %s%s", what, Object.show(key), Object.suggestion(key, names)), 3)
end

local function item_index(object, key)
	local item = raw_getmetatable(object)
	if key == "Name" then
		return item.name
	elseif key == "Value" then
		return item.value
	elseif key == "EnumType" then
		return item.enum.object
	end
	error(format("an item of an Enum has Name, Value and EnumType, not %s", Object.show(key)), 2)
end

local function cannot_set(_, key)
	error(format("an Enum does not change, so %s cannot be set", Object.show(key)), 2)
end

local function item_text(object)
	local item = raw_getmetatable(object)
	return format("Enum.%s.%s", item.type_name, item.name)
end

local function add_item(enum, name, value)
	local item = Object.make({
		kind = "EnumItem", type_of = "EnumItem", enum = enum, type_name = enum.name, name = name,
		value = value, __index = item_index, __newindex = cannot_set, __tostring = item_text,
	})
	enum.items[name] = item.object
	enum.names[#enum.names + 1] = name
	enum.list[#enum.list + 1] = item.object
end

local function items_of(self)
	local enum = Object.self_of(self, "Enum", "GetEnumItems")
	local list = {}
	for index = 1, #enum.list do
		list[index] = enum.list[index]
	end
	return list
end

local function enum_index(object, key)
	local enum = raw_getmetatable(object)
	local item = enum.items[key]
	if item then
		return item
	elseif key == "GetEnumItems" then
		return items_of
	end
	no_member("Enum." .. enum.name, key, enum.names)
end

local function enum_text(object)
	return raw_getmetatable(object).name
end

local function new_enum(name)
	local enum = Object.make({
		kind = "Enum", type_of = "Enum", name = name, items = {}, names = {}, list = {},
		__index = enum_index, __newindex = cannot_set, __tostring = enum_text,
	})
	local ranges = RANGES[name]
	for place = 1, #ranges do
		local range = ranges[place]
		for index = 2, #range do
			add_item(enum, range[index], range[1] + index - 2)
		end
	end
	return enum
end

local enums = {}
for place = 1, #NAMES do
	enums[NAMES[place]] = new_enum(NAMES[place]).object
end

local function root_index(_, key)
	local enum = enums[key]
	if not enum then
		error(format("there is no Enum %s%s", Object.show(key), Object.suggestion(key, NAMES)), 2)
	end
	return enum
end

--- `Enum`, as user code gets it.
Enums.root = Object.make({
	kind = "Enums", type_of = "Enums", __index = root_index, __newindex = cannot_set,
	__tostring = function() return "Enums" end,
}).object

--- `KeyCode.F` for an item; nil for anything else.
function Enums.text(value)
	local item = Object.state(value, "EnumItem")
	return item and item.type_name .. "." .. item.name or nil
end

return Enums
