--- All randomness of one run: named streams, and generators with states of a world's own.
---
--- Promises that a stream depends on the run's seed and its own name alone, never on which other
--- streams exist or how much was drawn from them, and that no generator exists that is not in
--- `states()`.

local Lcg = require("harness.lcg")
local Pcg = require("harness.pcg")

local byte, find = string.byte, string.find
local insert = table.insert
local assert, error, setmetatable, type = assert, error, setmetatable, type

---@class harness.Rng
local Rng = {}
Rng.__index = Rng

--- The code point that begins at `i` and its length in bytes. A byte that begins no well-formed
--- UTF-8 sequence (overlong forms and surrogates are not well formed) stands for its own value.
local function code_point(text, i)
	local a, b, c, d = byte(text, i, i + 3)
	if a < 0xC2 or a > 0xF4 or not b or b < 0x80 or b > 0xBF then
		return a, 1
	elseif a < 0xE0 then
		return (a - 0xC0) * 64 + b - 0x80, 2
	elseif not c or c < 0x80 or c > 0xBF then
		return a, 1
	elseif a < 0xF0 then
		local point = ((a - 0xE0) * 64 + b - 0x80) * 64 + c - 0x80
		if point < 0x800 or (point >= 0xD800 and point <= 0xDFFF) then
			return a, 1
		end
		return point, 3
	elseif not d or d < 0x80 or d > 0xBF then
		return a, 1
	end
	local point = (((a - 0xF0) * 64 + b - 0x80) * 64 + c - 0x80) * 64 + d - 0x80
	if point < 0x10000 or point > 0x10FFFF then
		return a, 1
	end
	return point, 4
end

--- A 32-bit hash of a text by its Unicode code points: h = h * 33 + c, from 5381.
---@param text string
---@return integer
function Rng.hash32(text)
	local h, i, n = 5381, 1, #text
	while i <= n do
		local point, length = code_point(text, i)
		h = (h * 33 + point) % 4294967296
		i = i + length
	end
	return h
end

--- The generators of a run with this seed, which is text.
---@param seed_text string
---@return harness.Rng
function Rng.new(seed_text)
	assert(type(seed_text) == "string", "the seed of a run is text")
	local made = { pcg32 = 0, lcg32 = 0 }
	return setmetatable({ _seed = seed_text, _by_name = {}, _names = {}, _made = made }, Rng)
end

local function enlist(self, name, generator)
	local names, place = self._names, 1
	-- Kept in byte order, so that `states` has nothing to sort.
	while names[place] and names[place] < name do
		place = place + 1
	end
	insert(names, place, name)
	self._by_name[name] = generator
	return generator
end

local function next_name(self, kind)
	self._made[kind] = self._made[kind] + 1
	return kind .. "#" .. self._made[kind]
end

--- The stream with this name; the same name gives the same stream.
---@param name string
---@return harness.Stream
function Rng:stream(name)
	if type(name) ~= "string" then
		error("the name of a stream is text; got " .. Pcg.show(name), 2)
	elseif find(name, "^[pl]cg32#%d+$") then
		error("stream name '" .. name .. "' is kept for generators made by pcg32 and lcg32", 2)
	end
	local known = self._by_name[name]
	if known then
		return known
	end
	local stream = Pcg.new(name, Rng.hash32(self._seed .. "|" .. name))
	-- From a 32-bit state the first output is always below 32.
	stream:random()
	return enlist(self, name, stream)
end

--- A generator of the same kind with a state of the caller's, listed as `pcg32#1`, `pcg32#2`, …
---@param state string|integer  16 lower-case hex digits or a whole number from 0 to 2^53
---@return harness.Stream
function Rng:pcg32(state)
	local generator = Pcg.new("", state)
	generator.name = next_name(self, "pcg32")
	return enlist(self, generator.name, generator)
end

--- A 32-bit linear congruential generator, listed as `lcg32#1`, `lcg32#2`, …
---@param seed integer|string  any whole number, or its decimal digits
---@return harness.Lcg
function Rng:lcg32(seed)
	local generator = Lcg.new("", seed)
	generator.name = next_name(self, "lcg32")
	return enlist(self, generator.name, generator)
end

--- Name and state of every generator made so far, sorted by name in byte order. The state is 16 hex
--- digits, that of an `lcg32` a table `{seed, value, uses}`.
---@return {name: string, state: string|table}[]
function Rng:states()
	local names, rows = self._names, {}
	for i = 1, #names do
		rows[i] = { name = names[i], state = self._by_name[names[i]]:state() }
	end
	return rows
end

return Rng
