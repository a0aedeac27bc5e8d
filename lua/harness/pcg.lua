--- One stream of random numbers: PCG-XSH-RR 64/32.
---
--- Promises the same draws from the same state on every machine, compiled or interpreted. Knows
--- neither seeds nor names' meaning; `harness.rng` makes the streams and keeps their list.

local ffi, bit = ffi, bit
local bxor, ror, rshift, tobit, tohex = bit.bxor, bit.ror, bit.rshift, bit.tobit, bit.tohex
local ceil, floor = math.ceil, math.floor
local find, format, sub = string.find, string.format, string.sub
local error, select, setmetatable = error, select, setmetatable
local tonumber, type = tonumber, type

local WORDS = 4294967296 -- how many outputs there are: 2^32
local INTEGER_MAX = 9007199254740992 -- doubles count without gaps up to 2^53

-- The state is a 64-bit integer in a C struct: a draw writes it in place, so compiled code makes no
-- garbage. It is kept beside the stream, not in it: user code holds streams, and the text of a C
-- object would show it an address.
local Box = ffi.typeof("struct { uint64_t state; }")
local boxes = setmetatable({}, { __mode = "k" })

---@class harness.Stream
---@field name string
local Stream = {}
Stream.__index = Stream
-- All streams share this table, the harness' own too: nobody may look behind it.
Stream.__metatable = false

-- Also used by messages about values that are no numbers; never shows an address.
local function show(value)
	if type(value) == "string" then
		return format("%q", value)
	elseif type(value) ~= "number" then
		return type(value)
	end
	local short = format("%.15g", value)
	return tonumber(short) == value and short or format("%.17g", value)
end

local function is_integer(value)
	return type(value) == "number"
		and value == floor(value)
		and value >= -INTEGER_MAX
		and value <= INTEGER_MAX
end

--- The next output of the generator, an integer in [0, 2^32).
local function draw(self)
	local box = boxes[self]
	local state = box.state
	box.state = state * 6364136223846793005ULL + 2885390081777926815ULL
	local shifted = tobit(rshift(bxor(rshift(state, 18), state), 27))
	local signed = ror(shifted, tobit(rshift(state, 59)))
	-- Flipping the sign bit and adding 2^31 makes it unsigned without a branch.
	return bxor(signed, 0x80000000) + 2147483648
end

--- A number from a..b; the caller has checked both. Outputs below 2^32 mod n are rejected, so every
--- value is equally likely.
local function draw_between(self, a, b)
	if a == b then
		return a
	end
	local n = b - a + 1
	local r = draw(self)
	-- The threshold is below n, so it need not be computed for most outputs.
	while r < n and r < (WORDS - n) % n do
		r = draw(self)
	end
	return a + r % n
end

local function state_bits(text, level)
	if type(text) ~= "string" or #text ~= 16 or find(text, "[^0-9a-f]") then
		error("a generator state is 16 lower-case hex digits; got " .. show(text), level + 1)
	end
	local high, low = tonumber(sub(text, 1, 8), 16), tonumber(sub(text, 9), 16)
	return 4294967296ULL * high + low
end

--- Sets the state from 16 lower-case hex digits, as `state()` gives them.
---@param state string
function Stream:set_state(state)
	local bits = state_bits(state, 2)
	boxes[self].state = bits
end

--- The state as 16 lower-case hex digits; `set_state` takes it back.
---@return string
function Stream:state()
	return tohex(boxes[self].state, 16)
end

--- A number in [0, 1), a multiple of 2^-32.
---@return number
function Stream:random()
	return draw(self) * 2 ^ -32
end

--- An integer in a..b, both included, every one equally likely. a == b draws nothing.
---@param a integer
---@param b integer
---@return integer
function Stream:integer(a, b)
	if not (is_integer(a) and is_integer(b)) then
		local got = "got a = " .. show(a) .. ", b = " .. show(b)
		error("integer(a, b) takes whole numbers from -2^53 to 2^53; " .. got, 2)
	elseif b < a or b - a >= WORDS then
		local rule = b < a and "needs b >= a; " or "covers at most 2^32 values; "
		error("integer(a, b) " .. rule .. "got a = " .. show(a) .. ", b = " .. show(b), 2)
	end
	return draw_between(self, a, b)
end

local function require_list(list, name, level)
	if type(list) ~= "table" then
		error(name .. "(list) takes a list; got " .. show(list), level + 1)
	end
end

--- One element of a list, each equally likely; a list of one draws nothing.
---@generic T
---@param list T[]
---@return T
function Stream:pick(list)
	require_list(list, "pick", 2)
	local n = #list
	if n == 0 then
		error("pick(list) needs at least one element; got an empty list", 2)
	end
	return list[draw_between(self, 1, n)]
end

--- Shuffles a list in place and returns it; every order is equally likely.
---@generic T
---@param list T[]
---@return T[]
function Stream:shuffle(list)
	require_list(list, "shuffle", 2)
	for i = #list, 2, -1 do
		local j = draw_between(self, 1, i)
		list[i], list[j] = list[j], list[i]
	end
	return list
end

local function whole_argument(value, index)
	local number = tonumber(value)
	if type(value) ~= "number" and type(value) ~= "string" or not number then
		local got = "(number expected, got " .. type(value) .. ")"
		error("bad argument #" .. index .. " to 'random' " .. got, 3)
	elseif not (number >= -INTEGER_MAX and number <= INTEGER_MAX) then
		error("bad argument #" .. index .. " to 'random' (number has no integer value)", 3)
	end
	return number < 0 and ceil(number) or floor(number)
end

--- What `math.random` of Lua 5.1 does with the same arguments, one draw for each call.
---@return number
function Stream:lua_random(...)
	local count = select("#", ...)
	if count == 0 then
		return draw(self) * 2 ^ -32
	elseif count > 2 then
		error("wrong number of arguments", 2)
	end
	local first, second = ...
	local low, high = 1, whole_argument(first, 1)
	if count == 2 then
		low, high = high, whole_argument(second, 2)
	end
	if low > high then
		error("bad argument #" .. count .. " to 'random' (interval is empty)", 2)
	end
	return floor(draw(self) * 2 ^ -32 * (high - low + 1)) + low
end

local Pcg = { INTEGER_MAX = INTEGER_MAX, is_integer = is_integer, show = show }

Pcg.random = Stream.random

--- A stream with a given state: 16 hex digits, or a whole number from 0 to 2^53.
---@param name string
---@param state string|integer
---@return harness.Stream
function Pcg.new(name, state)
	local box = Box()
	if type(state) == "string" then
		box.state = state_bits(state, 3)
	elseif is_integer(state) and state >= 0 then
		box.state = state
	else
		local rule = "a whole number from 0 to 2^53 or 16 lower-case hex digits"
		error("a generator starts from " .. rule .. "; got " .. show(state), 3)
	end
	local self = setmetatable({ name = name }, Stream)
	boxes[self] = box
	return self
end

return Pcg
