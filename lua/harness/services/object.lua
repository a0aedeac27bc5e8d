--- Objects that user code holds and the host owns.
---
--- Such an object is a userdata without content; what the host knows of it is its metatable, which
--- user code cannot see. User code cannot make a userdata, so what a method is given is either an
--- object of ours or something that is refused.

local ordered = require("harness.ordered")

local newproxy, type = newproxy, type
local error, format, lower = error, string.format, string.lower
local abs, byte, find, min, sub = math.abs, string.byte, string.find, math.min, string.sub
local raw_getmetatable, raw_setmetatable = debug.getmetatable, debug.setmetatable

local Object = {}

-- A name that differs by more edits than this is another name.
local EDITS_MAX = 2
local COMPARED_BYTES_MAX = 40
-- Of a text in a message. A message about a long one would be paid for by nobody.
local SHOWN_BYTES_MAX = 200

--- Make an object. `state` becomes its metatable: `kind`, `__index`, `__newindex`, `__tostring`.
function Object.make(state)
	local object = newproxy()
	state.object = object
	state.__metatable = false
	raw_setmetatable(object, state)
	ordered.register(object)
	return state
end

--- What the host knows of an object of this kind; nil for any other value.
function Object.state(value, kind)
	if type(value) == "userdata" then
		local state = raw_getmetatable(value)
		if state and state.kind == kind then
			return state
		end
	end
	return nil
end

--- How a message calls a value: without an address.
function Object.show(value)
	local kind = type(value)
	if kind == "string" then
		if #value > SHOWN_BYTES_MAX then
			return format("%q and %d bytes more", sub(value, 1, SHOWN_BYTES_MAX),
				#value - SHOWN_BYTES_MAX)
		end
		return format("%q", value)
	elseif kind == "number" then
		return format("%.14g", value)
	elseif kind == "boolean" or kind == "nil" then
		return tostring(value)
	elseif kind == "userdata" then
		local state = raw_getmetatable(value)
		return "a " .. (state and (state.class and state.class.name or state.kind) or kind)
	elseif kind == "cdata" then
		-- Only vectors and CFrames are cdata here, and they know what they are.
		return "a " .. value.TypeName
	end
	return "a " .. kind
end

--- What the host knows of the object that a method was called on. The method calls this directly:
--- level 3 is the line that called it. `class_name`: the class of Instance that has the method.
function Object.self_of(value, kind, method, class_name)
	local state = Object.state(value, kind)
	if not state or class_name and not state.class.ancestry[class_name] then
		local wanted = class_name or kind
		error(format("%s must be called with a colon on %s %s, got %s", method,
			find(wanted, "^[AEIO]") and "an" or "a", wanted, Object.show(value)), 3)
	end
	return state
end

-- How many letters must be changed, put in or left out to make `b` of `a`.
local function distance(a, b)
	local row = {}
	for j = 0, #b do
		row[j] = j
	end
	for i = 1, #a do
		local diagonal = row[0]
		row[0] = i
		for j = 1, #b do
			local changed = diagonal + (byte(a, i) == byte(b, j) and 0 or 1)
			diagonal = row[j]
			row[j] = min(changed, diagonal + 1, row[j - 1] + 1)
		end
	end
	return row[#b]
end

--- The entry of `names` that `name` is most likely a misspelling of.
function Object.nearest(name, names)
	if type(name) ~= "string" or #name > COMPARED_BYTES_MAX then
		return nil
	end
	local best, best_edits = nil, min(EDITS_MAX, #name - 1) + 1
	for index = 1, #names do
		if abs(#name - #names[index]) < best_edits then
			local edits = distance(lower(name), lower(names[index]))
			if edits < best_edits then
				best, best_edits = names[index], edits
			end
		end
	end
	return best
end

--- `; did you mean "x"?`, or nothing.
function Object.suggestion(name, names)
	local near = Object.nearest(name, names)
	return near and format("; did you mean %q?", near) or ""
end

return Object
