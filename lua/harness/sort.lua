--- The sandbox's `table.sort`: a stable merge sort.
---
--- Equal elements keep their order, and a comparator that contradicts itself gives the same result
--- everywhere instead of an error on some inputs. The comparator is inlined by the JIT compiler,
--- which cannot look into LuaJIT's own sort. The list is written when the order is known: a
--- comparator that fails leaves it as it was.

local format = string.format
local rawget, rawset, type, error = rawget, rawset, type, error

local Sort = {}

-- Runs of this length are sorted by insertion before they are merged.
local RUN = 8

local function less(a, b)
	return a < b
end

local function sort_run(list, first, last, before)
	for i = first + 1, last do
		local value = list[i]
		local j = i - 1
		while j >= first and before(value, list[j]) do
			list[j + 1] = list[j]
			j = j - 1
		end
		list[j + 1] = value
	end
end

-- Merge the neighbours source[first … middle - 1] and source[middle … stop - 1] into target.
local function merge(source, target, first, middle, stop, before)
	local i, j, k = first, middle, first
	while i < middle and j < stop do
		local x, y = source[i], source[j]
		if before(y, x) then
			target[k] = y
			j = j + 1
		else
			target[k] = x
			i = i + 1
		end
		k = k + 1
	end
	while i < middle do
		target[k] = source[i]
		i, k = i + 1, k + 1
	end
	while j < stop do
		target[k] = source[j]
		j, k = j + 1, k + 1
	end
end

local function sorted(list, n, before)
	for first = 1, n, RUN do
		sort_run(list, first, first + RUN - 1 < n and first + RUN - 1 or n, before)
	end
	local source, target, width = list, {}, RUN
	while width < n do
		for first = 1, n, 2 * width do
			local middle, stop = first + width, first + 2 * width
			middle = middle <= n + 1 and middle or n + 1
			stop = stop <= n + 1 and stop or n + 1
			merge(source, target, first, middle, stop, before)
		end
		source, target, width = target, source, 2 * width
	end
	return source
end

--- The cost of sorting n elements in work units, whatever their order; a comparator pays for
--- itself.
function Sort.cost(n)
	local doublings, size = 0, 1
	while size < n do
		doublings, size = doublings + 1, 2 * size
	end
	return n * doublings / 4
end

--- Sort the list `t` in place.
---@param t table
---@param before? fun(a, b): boolean
function Sort.sort(t, before)
	if type(t) ~= "table" then
		error(format("bad argument #1 to 'sort' (table expected, got %s)", type(t)), 2)
	elseif before ~= nil and type(before) ~= "function" then
		error(format("bad argument #2 to 'sort' (function expected, got %s)", type(before)), 2)
	end
	local n = #t
	local copy = {}
	for i = 1, n do
		copy[i] = rawget(t, i)
	end
	local result = sorted(copy, n, before or less)
	for i = 1, n do
		rawset(t, i, result[i])
	end
end

return Sort
