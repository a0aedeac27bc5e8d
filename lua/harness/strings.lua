--- The `string` library of user code: LuaJIT's, with work that is paid for and bounded.
---
--- C code cannot be stopped, so nothing is started that could run for long: results have a largest
--- size, and a search whose worst case is expensive is done by our own matcher, step by step.

local format = string.format
local Matcher = require("harness.matcher")
local Pattern = require("harness.pattern")

local raw = string
local concat, error, select, tostring, type = table.concat, error, select, tostring, type
local find, gmatch, gsub, rep, sub = string.find, string.gmatch, string.gsub, string.rep, string.sub
local byte, floor, unpack = string.byte, math.floor, unpack

local Strings = {}

-- Bytes that C code touches per work unit.
local BYTES_PER_UNIT = 16
local RESULT_BYTES_MAX = 64 * 1024 * 1024
-- What LuaJIT's matcher may need at worst; a few milliseconds.
local CHEAP_STEPS = 262144
local TOO_LARGE = "resulting string too large (more than 64 MB)"

local PERCENT, DIGIT_0, DIGIT_9 = byte("%09", 1, -1)

-- Numbers are texts to the string functions.
local function text_of(value)
	return type(value) == "number" and tostring(value) or value
end

local function start_index(init, length)
	if init == nil then
		return 1
	elseif init < 0 then
		init = length + init + 1
	end
	if init < 1 then
		return 1
	end
	return init <= length and floor(init) or length + 1
end

-- The program of a pattern if our own matcher must do the search, else nil.
local function expensive(s, p, length)
	local program = Pattern.compile(p)
	if Pattern.worst_case(program, length) > CHEAP_STEPS and program.is_sound then
		return program
	end
	return nil
end

-- All captures of a match.
local function captures(m, start, stop, whole)
	local count = (m.level == 0 and whole) and 1 or m.level
	local results = {}
	for index = 1, count do
		results[index] = Matcher.capture(m, index, start, stop)
	end
	return results, count
end

local function is_index(value)
	return value == nil or type(value) == "number"
end

local function is_text(value)
	return type(value) == "string" or type(value) == "number"
end

local function add_searches(library, charge)
	local function after_find(init, length, start, stop, ...)
		charge(((stop or length) - init) / BYTES_PER_UNIT)
		if not start then
			return nil
		end
		return start, stop, ...
	end

	local function after_match(s, init, start, stop, ...)
		charge(((stop or #s) - init) / BYTES_PER_UNIT)
		if start and select("#", ...) == 0 then
			return sub(s, start, stop)
		elseif start then
			return ...
		end
		return nil
	end

	local function metered(s, program, init)
		local m = Matcher.new(s, program, charge)
		local start, stop = Matcher.search(m, init)
		Matcher.settle(m)
		return m, start, stop
	end

	function library.find(s, p, init, plain)
		s, p = text_of(s), text_of(p)
		if type(s) ~= "string" or type(p) ~= "string" or not is_index(init) then
			return find(s, p, init, plain)
		end
		local from = start_index(init, #s)
		if plain then
			if #p > BYTES_PER_UNIT then
				charge((#s - from) * #p / 1024)
			end
		elseif not Pattern.compile(p).is_sound then
			return find(s, p, init)
		else
			local program = expensive(s, p, #s - from)
			if program then
				local m, start, stop = metered(s, program, from)
				if not start then
					return nil
				end
				local results, count = captures(m, start, stop, false)
				return start, stop - 1, unpack(results, 1, count)
			end
		end
		return after_find(from, #s, find(s, p, from, plain))
	end

	function library.match(s, p, init)
		s, p = text_of(s), text_of(p)
		if
			type(s) ~= "string" or type(p) ~= "string" or not is_index(init)
			or not Pattern.compile(p).is_sound
		then
			return raw.match(s, p, init)
		end
		local from = start_index(init, #s)
		local program = expensive(s, p, #s - from)
		if program then
			local m, start, stop = metered(s, program, from)
			if not start then
				return nil
			end
			local results, count = captures(m, start, stop, true)
			return unpack(results, 1, count)
		end
		return after_match(s, from, find(s, p, from))
	end

	function library.gmatch(s, p)
		s, p = text_of(s), text_of(p)
		if type(s) ~= "string" or type(p) ~= "string" then
			return gmatch(s, p)
		end
		charge(#s / BYTES_PER_UNIT)
		-- An anchor has no meaning here, neither for LuaJIT.
		local program = byte(p) ~= 94 and expensive(s, p, #s)
		if not program then
			return gmatch(s, p)
		end
		local m, position = Matcher.new(s, program, charge), 1
		return function()
			if position > #s + 1 then
				return nil
			end
			local start, stop = Matcher.search(m, position)
			Matcher.settle(m)
			if not start then
				position = #s + 2
				return nil
			end
			position = stop == start and stop + 1 or stop
			local results, count = captures(m, start, stop, true)
			return unpack(results, 1, count)
		end
	end
end

-- What a replacement text stands for at one match.
local function expand(m, replacement, start, stop)
	if not find(replacement, "%", 1, true) then
		return replacement
	end
	local parts, count, i = {}, 0, 1
	while i <= #replacement do
		local code = byte(replacement, i)
		if code == PERCENT then
			i = i + 1
			code = byte(replacement, i)
			if code and code >= DIGIT_0 and code <= DIGIT_9 then
				local part = code == DIGIT_0 and sub(m.s, start, stop - 1)
					or Matcher.capture(m, code - DIGIT_0, start, stop)
				count = count + 1
				parts[count] = part
				code = nil
			end
		end
		if code then
			count = count + 1
			parts[count] = sub(replacement, i, i)
		end
		i = i + 1
	end
	return concat(parts)
end

local function replacement_for(m, replacement, start, stop)
	if type(replacement) == "string" then
		return expand(m, replacement, start, stop)
	end
	local value
	if type(replacement) == "table" then
		value = replacement[Matcher.capture(m, 1, start, stop)]
	else
		local results, count = captures(m, start, stop, true)
		value = replacement(unpack(results, 1, count))
	end
	if not value then
		return sub(m.s, start, stop - 1)
	elseif not is_text(value) then
		error(format("invalid replacement value (a %s)", type(value)), 0)
	end
	return text_of(value)
end

local function metered_gsub(s, program, replacement, count_max, charge)
	local m = Matcher.new(s, program, charge)
	local parts, count, size, i, done = {}, 0, 0, 1, 0
	local function add(part)
		count = count + 1
		parts[count] = part
		size = size + #part
		if size > RESULT_BYTES_MAX then
			error(TOO_LARGE, 0)
		end
	end
	while done < count_max do
		local stop = Matcher.match_at(m, i)
		if stop then
			done = done + 1
			add(replacement_for(m, replacement, i, stop))
		end
		if stop and stop > i then
			i = stop
		elseif i <= #s then
			add(sub(s, i, i))
			i = i + 1
		else
			break
		end
		if program.anchored then
			break
		end
	end
	Matcher.settle(m)
	add(sub(s, i))
	charge(size / BYTES_PER_UNIT)
	return concat(parts), done
end

local function add_gsub(library, charge, threads)
	function library.gsub(s, p, replacement, count_max)
		s, p = text_of(s), text_of(p)
		local kind = type(replacement)
		if
			type(s) ~= "string" or type(p) ~= "string"
			or not (is_text(replacement) or kind == "table" or kind == "function")
			or not is_index(count_max)
		then
			return gsub(s, p, replacement, count_max)
		end
		charge(#s / BYTES_PER_UNIT)
		replacement = text_of(replacement)
		local program = Pattern.compile(p)
		local grows = type(replacement) == "string" and #replacement * (#s + 1) > RESULT_BYTES_MAX
		if program.is_sound and (grows or expensive(s, p, #s)) then
			return metered_gsub(s, program, replacement, count_max or #s + 1, charge)
		elseif kind == "table" or kind == "function" then
			-- LuaJIT's gsub calls back from C: deep nesting would overflow the C stack.
			return threads.nested(gsub, s, p, replacement, count_max)
		end
		return gsub(s, p, replacement, count_max)
	end
end

local function add_builders(library, charge)
	function library.rep(s, n, separator)
		s = text_of(s)
		if type(s) == "string" and type(n) == "number" then
			local size = (#s + (is_text(separator) and #text_of(separator) or 0)) * n
			if size > RESULT_BYTES_MAX then
				error(TOO_LARGE, 2)
			elseif size > 0 then
				charge(size / BYTES_PER_UNIT)
			end
		end
		return rep(s, n, separator)
	end

	function library.sub(s, i, j)
		if type(s) == "string" and #s > 1024 then
			local first, last = i or 1, j or -1
			if type(first) == "number" and type(last) == "number" then
				last = last < 0 and #s + last + 1 or last
				first = start_index(first, #s)
				charge((last - first > #s and #s or last - first) / BYTES_PER_UNIT)
			end
		end
		return sub(s, i, j)
	end

	local whole = { "lower", "upper", "reverse" }
	for index = 1, #whole do
		local convert = raw[whole[index]]
		library[whole[index]] = function(s)
			if type(s) == "string" and #s >= BYTES_PER_UNIT then
				charge(#s / BYTES_PER_UNIT)
			end
			return convert(s)
		end
	end
end

--- A new `string` library.
---@param work table
---@param threads table
---@param format function
---@param unavailable fun(name: string, why: string): function
function Strings.library(work, threads, format, unavailable)
	local library = {
		byte = raw.byte,
		char = raw.char,
		len = raw.len,
		format = format,
		dump = unavailable("string.dump", "compiled code cannot be loaded here"),
	}
	local charge = work.charge
	add_searches(library, charge)
	add_gsub(library, charge, threads)
	add_builders(library, charge)
	return library
end

return Strings
