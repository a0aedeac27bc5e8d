--- `pairs` and `next` in an order that is the same in every VM.
---
--- LuaJIT orders string keys by a hash that differs per VM, and tables and functions by address.
--- Here the order is: numbers, strings (bytewise), booleans, then tables, functions and threads
--- by the number that each got when it first passed through the host: as an object given to
--- `setmetatable`, `tostring` or `coroutine.create`. Keys are fixed when a walk begins: a removed
--- key is skipped, a new one is not visited. The only file that may use the raw order.

local object_numbers = require("harness.object_numbers")

-- LuaJIT compiles a raw walk only if the local is called `next`.
local format = string.format
local next, rawget, type, error = next, rawget, type, error
local sort, setmetatable = table.sort, setmetatable

local Ordered = {}

local WEAK_KEYS, WEAK_VALUES = { __mode = "k" }, { __mode = "v" }
local RANKS = { number = 1, string = 2, boolean = 3 }
local OBJECT_RANK = 4

local cache = setmetatable({}, WEAK_KEYS)
local numbers, register = object_numbers.number_of, object_numbers.register

-- What a walk over keys without order does; the sandbox puts the end of the run here.
local function refuse(message)
	error(message, 0)
end

local function before(a, b)
	local rank_a, rank_b = RANKS[type(a)] or OBJECT_RANK, RANKS[type(b)] or OBJECT_RANK
	if rank_a ~= rank_b then
		return rank_a < rank_b
	elseif rank_a == OBJECT_RANK then
		return numbers[a] < numbers[b]
	elseif rank_a == RANKS.boolean then
		return b and not a
	end
	return a < b
end

local function refuse_unnumbered(count, key)
	refuse(format(
		"a walk over a table met %d keys of type %s that have no number, so their order is not "
		.. "reproducible; number each when it is made (setmetatable or tostring does), walk a list "
		.. "of them instead, or use a name as the key",
		count, type(key)
	))
end

-- Only when the set of keys has changed.
local function build(t)
	local raw, keys, n, strings, floats, objects, unnumbered, last = {}, {}, 0, 0, 0, 0, 0, nil
	for key in next, t do
		n = n + 1
		raw[n], keys[n] = key, key
		local kind = type(key)
		if kind == "string" then
			strings = strings + 1
		elseif kind == "number" then
			floats = floats + 1
		elseif kind ~= "boolean" then
			objects = objects + 1
			if numbers[key] == nil then
				unnumbered, last = unnumbered + 1, key
			end
		end
	end
	if unnumbered > 1 then
		refuse_unnumbered(unnumbered, last)
	elseif unnumbered == 1 then
		-- One newcomer cannot be confused with another.
		register(last)
	end
	if strings == n or floats == n then
		sort(keys)
	else
		sort(keys, before)
	end
	if objects > 0 then
		-- The cache must not keep keys alive. A dead key is not in the table anyway.
		setmetatable(raw, WEAK_VALUES)
		setmetatable(keys, WEAK_VALUES)
	end
	local entry = { raw = raw, keys = keys, n = n, i = 0, positions = false }
	cache[t] = entry
	return entry
end

-- The same raw sequence means the same keys. A difference that only a rehash made costs a sort and
-- changes nothing.
local function is_valid(t, entry)
	local raw, i = entry.raw, 0
	for key in next, t do
		i = i + 1
		if raw[i] ~= key then
			return false
		end
	end
	return i == entry.n
end

-- The loops over removed keys are functions of their own: an iterator without a loop is inlined.
local function skip_in_list(state, i)
	local t, n = state.t, state.n
	while i < n do
		i = i + 1
		local value = rawget(t, i)
		if value ~= nil then
			state.i = i
			return i, value
		end
	end
	state.i = n
end

local function step_in_list(state)
	local i = state.i + 1
	if i <= state.n then
		local value = rawget(state.t, i)
		if value ~= nil then
			state.i = i
			return i, value
		end
		return skip_in_list(state, i)
	end
end

local function skip_in_keys(state, i)
	local t, keys, n = state.t, state.keys, state.n
	while i < n do
		i = i + 1
		local key = keys[i]
		if key ~= nil then
			local value = rawget(t, key)
			if value ~= nil then
				state.i = i
				return key, value
			end
		end
	end
	state.i = n
end

local function step_in_keys(state)
	local i = state.i + 1
	if i <= state.n then
		local key = state.keys[i]
		if key ~= nil then
			local value = rawget(state.t, key)
			if value ~= nil then
				state.i = i
				return key, value
			end
		end
		return skip_in_keys(state, i)
	end
end

-- n if the raw order is exactly 1, 2 … n, else nil.
local function list_length(t)
	local i = 0
	for key in next, t do
		i = i + 1
		if key ~= i then
			return nil
		end
	end
	return i
end

local function check_table(t, name)
	if type(t) ~= "table" then
		error(format("bad argument #1 to '%s' (table expected, got %s)", name, type(t)), 3)
	end
end

--- A walk over all keys of `t`. The state's `n` is their number.
local function ordered_pairs(t)
	check_table(t, "pairs")
	local entry = cache[t]
	if not (entry and is_valid(t, entry)) then
		local n = list_length(t)
		if n then
			return step_in_list, { t = t, i = 0, n = n }, nil
		end
		entry = build(t)
	end
	return step_in_keys, { t = t, keys = entry.keys, i = 0, n = entry.n }, nil
end

local function next_after_removed(t, entry, i)
	local keys, n = entry.keys, entry.n
	while i < n do
		i = i + 1
		local key = keys[i]
		if key ~= nil then
			local value = rawget(t, key)
			if value ~= nil then
				entry.i = i
				return key, value
			end
		end
	end
	return nil
end

-- Walks that are interleaved lose the cursor; then the place of a key is looked up.
local function position_of(entry, key)
	local positions = entry.positions
	if not positions then
		positions = setmetatable({}, WEAK_KEYS)
		for i = 1, entry.n do
			local other = entry.keys[i]
			if other ~= nil then
				positions[other] = i
			end
		end
		entry.positions = positions
	end
	return positions[key]
end

-- The entry for a walk, and where in it `key` stands.
local function locate(t, key)
	local entry = cache[t]
	if key == nil then
		if not (entry and is_valid(t, entry)) then
			entry = build(t)
		end
		return entry, 0
	end
	entry = entry or build(t)
	local i = entry.i
	if entry.keys[i] ~= key then
		i = position_of(entry, key)
		if not i then
			if rawget(t, key) == nil then
				error("invalid key to 'next'", 3)
			end
			entry = build(t)
			i = position_of(entry, key)
		end
	end
	return entry, i
end

--- The key after `key`, and its value; nil at the end.
local function ordered_next(t, key)
	check_table(t, "next")
	if key == nil and next(t) == nil then
		return nil
	end
	local entry, i = locate(t, key)
	i = i + 1
	local following = entry.keys[i]
	if following ~= nil then
		local value = rawget(t, following)
		if value ~= nil then
			entry.i = i
			return following, value
		end
	end
	return next_after_removed(t, entry, i)
end

--- Whether `t` has no key at all; cheaper than `next(t) == nil`.
local function isempty(t)
	return next(t) == nil
end

--- A copy with the string and number keys alone: what can be walked whatever else is in `t`.
local function plain_fields(t)
	local copy = {}
	for key, value in next, t do
		if RANKS[type(key)] and type(key) ~= "boolean" then
			copy[key] = value
		end
	end
	return copy
end

--- The keys of `t` in the order of a walk, and whether they are 1 … n; nothing is remembered.
---@return any[] keys, integer count, boolean is_list
local function keys_of(t)
	local keys, count, is_list, strings, numbers = {}, 0, true, 0, 0
	for key in next, t do
		count = count + 1
		keys[count] = key
		is_list = is_list and key == count
		strings = strings + (type(key) == "string" and 1 or 0)
		numbers = numbers + (type(key) == "number" and 1 or 0)
	end
	if not is_list and (strings == count or numbers == count) then
		sort(keys)
		is_list = numbers == count and keys[1] == 1 and keys[count] == count
		for index = 2, is_list and count or 0 do
			is_list = is_list and keys[index] == index
		end
	elseif not is_list and strings + numbers == count then
		sort(keys, before)
	end
	return keys, count, is_list
end

--- Follow the keys of a small map down a tree, in whatever order a raw walk meets them: each key of
--- a node leads to the next. Maps that were made alike end at the same node.
---@param node table the root
---@param most integer keys of a map that is small
---@param grow fun(node: table, key: string): table|nil makes a node that is not there yet
---@return table|nil node nil when a key is no text, there are more than `most`, or none was made
local function follow(map, node, most, grow)
	local count = 0
	for key in next, map do
		count = count + 1
		if type(key) ~= "string" or count > most then
			return nil
		end
		node = node[key] or grow(node, key)
		if not node then
			return nil
		end
	end
	return node
end

--- How many keys the walk that `next(t)` has begun covers.
local function walk_length(t)
	local entry = cache[t]
	return entry and entry.n or 0
end

--- From now on a walk without a reproducible order ends the run.
---@param work table
function Ordered.attach(work)
	refuse = function(message)
		work.trip("unnumbered_keys", message)
	end
end

Ordered.pairs, Ordered.next, Ordered.isempty = ordered_pairs, ordered_next, isempty
Ordered.register, Ordered.id, Ordered.name = register, object_numbers.id, object_numbers.name
Ordered.begin_program = object_numbers.begin_program
Ordered.keys, Ordered.list_length, Ordered.walk_length = keys_of, list_length, walk_length
Ordered.plain_fields, Ordered.follow = plain_fields, follow
return Ordered
