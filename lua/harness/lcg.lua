--- The 32-bit linear congruential generator of choice-driven worlds.
---
--- Promises exact steps in doubles: every product stays below 2^53. Its whole state is the plain
--- table `{seed, value, uses}`, so a run can be resumed from a saved state anywhere.

local Pcg = require("harness.pcg")

local is_integer, show = Pcg.is_integer, Pcg.show
local byte, find = string.byte, string.find
local error, setmetatable, type = error, setmetatable, type

local WORDS = 4294967296

---@class harness.Lcg
---@field name string
local Lcg = {}
Lcg.__index = Lcg
Lcg.__metatable = false

--- A seed modulo 2^32: a whole number, or its decimal digits (of any length) as text.
local function reduce(seed, level)
	if is_integer(seed) then
		return seed % WORDS
	elseif type(seed) ~= "string" or not find(seed, "^%-?%d+$") then
		error("seed must be an integer (got " .. show(seed) .. ")", level + 1)
	end
	local negative = byte(seed, 1) == 45
	local value = 0
	for i = negative and 2 or 1, #seed do
		value = (value * 10 + byte(seed, i) - 48) % WORDS
	end
	return negative and (WORDS - value) % WORDS or value
end

--- A generator that starts from the seed modulo 2^32; a negative seed wraps.
---@param name string
---@param seed integer|string
---@return harness.Lcg
function Lcg.new(name, seed)
	local value = reduce(seed, 3)
	return setmetatable({ name = name, _seed = value, _value = value, _uses = 0 }, Lcg)
end

--- A number in [0, 1), a multiple of 2^-32. Counts as one use.
---@return number
function Lcg:random()
	local value = (1664525 * self._value + 1013904223) % WORDS
	self._value = value
	self._uses = self._uses + 1
	return value * 2 ^ -32
end

--- The position of a weight, drawn in proportion to the weights by exactly one draw.
---@param weights number[]
---@return integer
function Lcg:weighted_index(weights)
	if type(weights) ~= "table" or #weights == 0 then
		error("weighted_index requires at least one weight", 2)
	end
	local n, sum = #weights, 0
	for i = 1, n do
		local weight = weights[i]
		if type(weight) ~= "number" then
			error("weights must be numbers; weight " .. i .. " is " .. show(weight), 2)
		elseif not (weight >= 0) then
			error("weights must be non-negative", 2)
		end
		sum = sum + weight
	end
	if sum == 0 then
		error("weights must sum to a positive value", 2)
	elseif sum == 1 / 0 then
		error("weights must sum to a finite value", 2)
	end
	local threshold, running = self:random() * sum, 0
	for i = 1, n do
		running = running + weights[i]
		if running > threshold then
			return i
		end
	end
	return n
end

--- The state as a new table; `set_state` takes it back.
---@return {seed: integer, value: integer, uses: integer}
function Lcg:state()
	return { seed = self._seed, value = self._value, uses = self._uses }
end

local function is_word(value)
	return is_integer(value) and value >= 0 and value < WORDS
end

--- Sets the state from a table as `state()` gives it; the table is not kept.
---@param state {seed: integer, value: integer, uses: integer}
function Lcg:set_state(state)
	if type(state) ~= "table" then
		error("a generator state is a table {seed, value, uses}; got " .. show(state), 2)
	elseif not (is_word(state.seed) and is_word(state.value)) then
		local got = "got seed = " .. show(state.seed) .. ", value = " .. show(state.value)
		error("seed and value of a generator state are integers from 0 to 2^32 - 1; " .. got, 2)
	elseif not (is_integer(state.uses) and state.uses >= 0) then
		local got = show(state.uses)
		error("uses of a generator state is an integer from 0 to 2^53; got " .. got, 2)
	end
	self._seed, self._value, self._uses = state.seed, state.value, state.uses
end

return Lcg
