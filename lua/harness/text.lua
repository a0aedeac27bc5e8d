--- `tostring`, `string.format` and `print` without addresses.
---
--- Tables, functions and threads are called by the number that `ordered` gives them: `table: #3`.

local concat, debug_getmetatable, error = table.concat, debug.getmetatable, error
local find, format, gmatch, gsub = string.find, string.format, string.gmatch, string.gsub
local rawget, select, tostring, type, unpack = rawget, select, tostring, type, unpack

local Text = {}

local REMEMBERED_MAX = 1000
local BYTES_PER_UNIT = 16
-- Texts up to this length are formatted for nothing: looking at them would take as long.
local SHORT_BYTES_MAX = 256
local CONVERSIONS = "^[cdiouxXeEfgGqsaA]$"

-- The conversions of a format, one letter per argument; false if one is not allowed.
local function conversions_of(text)
	local letters, count = {}, 0
	local plain = gsub(text, "%%%%", "")
	for flags, letter in gmatch(plain, "%%([-+ #0]*%d*%.?%d*)(.?)") do
		if letter == "p" then
			error("string.format: '%p' would print an address, which differs per run", 3)
		elseif not find(letter, CONVERSIONS) then
			error(format("invalid option '%%%s%s' to 'format'", flags, letter), 3)
		end
		count = count + 1
		letters[count] = letter
	end
	return letters
end

---@param work table
---@param ordered table
---@return table text `{tostring, format, join}`
function Text.new(work, ordered)
	local text = {}
	local remembered, remembered_count = {}, 0
	local charge, object_name = work.charge, ordered.name

	local function name_of(value)
		local kind = type(value)
		if kind == "string" then
			return value
		elseif kind == "number" or kind == "nil" or kind == "boolean" then
			return tostring(value)
		end
		local metatable = debug_getmetatable(value)
		local convert = metatable and rawget(metatable, "__tostring")
		if convert then
			return convert(value)
		end
		return kind .. ": " .. object_name(value)
	end

	-- As `print` and `%s` need it.
	local function text_of(value)
		local result = name_of(value)
		if type(result) == "number" then
			return tostring(result)
		elseif type(result) ~= "string" then
			error("'tostring' must return a string", 3)
		end
		return result
	end

	function text.tostring(...)
		if select("#", ...) == 0 then
			error("bad argument #1 to 'tostring' (value expected)", 2)
		end
		return (name_of((...)))
	end

	local function letters_of(pattern)
		local letters = remembered[pattern]
		if not letters then
			if remembered_count >= REMEMBERED_MAX then
				remembered, remembered_count = {}, 0
			end
			letters = conversions_of(pattern)
			remembered[pattern] = letters
			remembered_count = remembered_count + 1
		end
		return letters
	end

	local function is_plain(value)
		local kind = type(value)
		return kind == "number" or kind == "string"
	end

	local function pay_if_long(value)
		if type(value) == "string" and #value > SHORT_BYTES_MAX then
			charge(#value / BYTES_PER_UNIT)
		end
	end

	function text.format(pattern, ...)
		if type(pattern) ~= "string" then
			return format(pattern, ...)
		end
		local letters = letters_of(pattern)
		local count = select("#", ...)
		-- The usual case without a table: three arguments at most, all of them texts and numbers.
		local a, b, c = ...
		if count <= 3 and (count < 1 or is_plain(a)) and (count < 2 or is_plain(b)) then
			if count < 3 or is_plain(c) then
				pay_if_long(a)
				pay_if_long(b)
				pay_if_long(c)
				return format(pattern, ...)
			end
		end
		local values, size = { ... }, #pattern
		for index = 1, count do
			if letters[index] == "s" then
				values[index] = text_of(values[index])
				size = size + #values[index]
			end
		end
		charge(size / BYTES_PER_UNIT)
		return format(pattern, unpack(values, 1, count))
	end

	--- What `print` writes.
	function text.join(...)
		local parts, count = {}, select("#", ...)
		for index = 1, count do
			parts[index] = text_of((select(index, ...)))
		end
		return concat(parts, "\t")
	end

	return text
end

return Text
