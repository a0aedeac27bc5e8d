--- Plain data as JSON text: the only form in which data enters and leaves the VM.
---
--- Lua has one empty table; JSON has `[]` and `{}`. A list that came in empty is remembered by
--- identity and leaves as `[]`; every other empty table leaves as `{}`.

local host_plain = require("harness.host_plain")
local null = require("harness.null")
local ordered = require("harness.ordered")
local shapes = require("harness.shapes")
local utf8 = require("harness.utf8")

local byte, char, find, format = string.byte, string.char, string.find, string.format
local gsub, match, sub = string.gsub, string.match, string.sub
local floor, huge = math.floor, math.huge
local type, tonumber = type, tonumber
local list_length, shape_of = ordered.list_length, shapes.of

local Json = {}

-- A table that contains itself would never end; plain data of games stays far below this.
local DEPTH_MAX = 64
local EXACT_INTEGER_MAX = 2 ^ 53

local empty_lists = setmetatable({}, { __mode = "k" })

--- Stands for a null where nil would drop the key.
Json.null = null

--- Remember that `list` is an empty list, not an empty map.
function Json.mark_empty_list(list)
	empty_lists[list] = true
	return list
end

--- Whether a name stays itself outside.
Json.is_utf8 = utf8.is_valid

--- Whether `value` is an empty list that was marked as one.
function Json.is_empty_list(value)
	return empty_lists[value] == true
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(character)
	return ESCAPES[character] or format("\\u%04x", byte(character))
end

-- A short text is looked at byte by byte, which is compiled; a pattern is not.
local SHORT_MAX = 40

local function needs_escape(text)
	if #text > SHORT_MAX then
		return find(text, '[%c"\\]') ~= nil
	end
	for index = 1, #text do
		local code = byte(text, index)
		if code < 32 or code == 34 or code == 92 or code == 127 then
			return true
		end
	end
	return false
end

local function quote(text)
	if needs_escape(text) then
		text = gsub(text, '[%c"\\]', escape)
	end
	return '"' .. text .. '"'
end

local function is_whole(value)
	return value == floor(value) and value > -EXACT_INTEGER_MAX and value < EXACT_INTEGER_MAX
end

local function number_text(value)
	return format(is_whole(value) and "%d" or "%.17g", value)
end

-- The keys that lead to the value that is being written: only an error makes a path of them.
local way = {}

local function fail(name, depth, what)
	local parts = { name }
	for index = 1, depth do
		local key = way[index]
		parts[#parts + 1] = type(key) == "number" and format("[%d]", key) or "." .. key
	end
	error(table.concat(parts) .. ": " .. what, 0)
end

local function key_text(key, name, depth)
	if type(key) == "string" then
		if not utf8.is_valid(key) then
			fail(name, depth, format("the key %q is not UTF-8", key))
		end
		return key
	end
	if type(key) == "number" and key == key and key ~= huge and key ~= -huge then
		return number_text(key)
	end
	return fail(name, depth, format("a %s cannot be a key of plain data", type(key)))
end

local put

local function put_list(out, list, count, name, depth, strict)
	out:put("[")
	for index = 1, count do
		if index > 1 then
			out:put(",")
		end
		way[depth] = index
		put(out, list[index], name, depth, strict)
	end
	out:put("]")
end

local function put_map(out, map, keys, count, name, depth, strict)
	out:put("{")
	local last
	for index = 1, count do
		local key = keys[index]
		local text = key_text(key, name, depth - 1)
		-- A number comes before every text, so its text may stand a second time anywhere later.
		if text == last or type(key) == "number" and map[text] ~= nil then
			fail(name, depth - 1, format('the keys %s and "%s" are one key of plain data', text, text))
		end
		last = text
		way[depth] = text
		out:put(index > 1 and "," or "", quote(text), ":")
		put(out, map[key], name, depth, strict)
	end
	out:put("}")
end

-- What a row needs before each value: comma, key and colon, in one text.
local function label(shape, name, depth)
	local labels = {}
	for index = 1, shape.count do
		local text = quote(key_text(shape.keys[index], name, depth))
		labels[index] = (index > 1 and "," or "{") .. text .. ":"
	end
	shape.labels = labels
	return labels
end

local function put_shaped(out, map, shape, name, depth, strict)
	local keys, labels = shape.keys, shape.labels or label(shape, name, depth - 1)
	for index = 1, shape.count do
		local key = keys[index]
		way[depth] = key
		out:put(labels[index])
		put(out, map[key], name, depth, strict)
	end
	out:put("}")
end

local function put_table(out, value, name, depth, strict)
	if depth >= DEPTH_MAX then
		local limit = "nested more than %d deep; plain data has no cycles"
		fail(name, 3, format(limit, DEPTH_MAX))
	end
	local length = list_length(value)
	if length == 0 then
		out:put(empty_lists[value] and "[]" or "{}")
		return
	elseif length then
		put_list(out, value, length, name, depth + 1, strict)
		return
	end
	local shape = shape_of(value)
	if shape then
		put_shaped(out, value, shape, name, depth + 1, strict)
		return
	end
	local keys, count, is_list = ordered.keys(value)
	if is_list then
		put_list(out, value, count, name, depth + 1, strict)
	else
		put_map(out, value, keys, count, name, depth + 1, strict)
	end
end

local function put_number(out, value, name, depth, strict)
	if is_whole(value) then
		out:putf("%d", value)
	elseif value == value and value ~= huge and value ~= -huge then
		out:putf("%.17g", value)
	elseif strict then
		fail(name, depth, "a number that is not finite")
	else
		out:put("null")
	end
end

function put(out, value, name, depth, strict)
	local kind = type(value)
	if kind == "number" then
		put_number(out, value, name, depth, strict)
	elseif kind == "string" then
		out:put(quote(value))
	elseif kind == "boolean" then
		out:put(value and "true" or "false")
	elseif kind == "nil" then
		out:put("null")
	elseif kind == "table" then
		put_table(out, value, name, depth, strict)
	elseif value == null then
		out:put("null")
	else
		local data, what = host_plain.of(value)
		if data == nil then
			fail(name, depth, format("a %s is no plain data", what))
		end
		put(out, data, name, depth, strict)
	end
end

--- Return `value` as JSON text.
---@param value any plain data: nil, booleans, numbers, strings, tables of these
---@param name string how messages call the value
---@param strict? boolean true: a number that is not finite is an error; else it becomes null
---@return string
function Json.encode(value, name, strict)
	local out = buffer.new()
	put(out, value, name, 0, strict)
	return out:tostring()
end

local decode_value
-- What stands for a null in the text that is being decoded.
local decoded_null

local function decode_error(text, position, what)
	local near = sub(text, position, position + 10)
	error(format("bad JSON at byte %d: %s near %q", position, what, near), 0)
end

local function skip(text, position)
	return find(text, "[^ \t\r\n]", position) or #text + 1
end

local PLAIN = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- Our own side escapes control characters only, so a code is always one byte.
local function unescape(raw)
	return (gsub(raw, "\\(.)(%x?%x?%x?%x?)", function(letter, digits)
		if letter == "u" then
			return char(tonumber(digits, 16))
		end
		return (PLAIN[letter] or letter) .. digits
	end))
end

local function decode_string(text, position)
	local from = position + 1
	local stop = from
	while true do
		stop = find(text, '["\\]', stop)
		if not stop then
			decode_error(text, position, "a string without end")
		end
		if byte(text, stop) == 34 then
			break
		end
		stop = stop + 2
	end
	local raw = sub(text, from, stop - 1)
	return find(raw, "\\", 1, true) and unescape(raw) or raw, stop + 1
end

local function decode_list(text, position)
	local list, count = {}, 0
	position = skip(text, position + 1)
	if byte(text, position) == 93 then
		return Json.mark_empty_list(list), position + 1
	end
	while true do
		count = count + 1
		list[count], position = decode_value(text, position)
		position = skip(text, position)
		local mark = byte(text, position)
		if mark == 93 then
			return list, position + 1
		elseif mark ~= 44 then
			decode_error(text, position, "expected , or ]")
		end
		position = skip(text, position + 1)
	end
end

local function decode_map(text, position)
	local map = {}
	position = skip(text, position + 1)
	if byte(text, position) == 125 then
		return map, position + 1
	end
	while true do
		local key
		key, position = decode_string(text, position)
		position = skip(text, position)
		map[key], position = decode_value(text, skip(text, position + 1))
		position = skip(text, position)
		local mark = byte(text, position)
		if mark == 125 then
			return map, position + 1
		elseif mark ~= 44 then
			decode_error(text, position, "expected , or }")
		end
		position = skip(text, position + 1)
	end
end

function decode_value(text, position)
	local mark = byte(text, position)
	if mark == 34 then
		return decode_string(text, position)
	elseif mark == 123 then
		return decode_map(text, position)
	elseif mark == 91 then
		return decode_list(text, position)
	end
	local word = match(text, "^[%w+.-]+", position)
	if word == "true" then
		return true, position + 4
	elseif word == "false" then
		return false, position + 5
	elseif word == "null" then
		return decoded_null, position + 4
	end
	local number = word and tonumber(word)
	if not number then
		decode_error(text, position, "expected a value")
	end
	return number, position + #word
end

--- Return what `text` says. A null is nil, absent from a map, unless `stand_in` is given for it.
---@param text string JSON that our own side has written
---@param stand_in? any
function Json.decode(text, stand_in)
	decoded_null = stand_in
	return (decode_value(text, skip(text, 1)))
end

return Json
