--- The `table` library of user code: LuaJIT's, with work that is paid for and bounded.

local Sort = require("harness.sort")

local raw = table
local concat, error, insert, maxn, remove, select, type =
	table.concat, error, table.insert, table.maxn, table.remove, select, type

local Tables = {}

local BYTES_PER_UNIT = 16
-- Elements that C code moves per work unit.
local MOVES_PER_UNIT = 4

---@param work table
---@param ordered table
function Tables.library(work, ordered)
	local charge = work.charge
	local library = { getn = raw.getn }

	function library.maxn(t)
		if type(t) == "table" then
			charge(#t / MOVES_PER_UNIT)
		end
		return maxn(t)
	end

	function library.insert(t, ...)
		if select("#", ...) == 2 and type(t) == "table" then
			local position = ...
			if type(position) == "number" then
				local length = #t
				-- Otherwise LuaJIT would move elements from there up to the end.
				if not (position >= 0) then
					error("bad argument #2 to 'insert' (position out of bounds)", 2)
				end
				charge((length - position) / MOVES_PER_UNIT)
			end
		end
		return insert(t, ...)
	end

	function library.remove(t, position)
		if position == nil then
			return remove(t)
		elseif type(t) == "table" and type(position) == "number" and position >= 1 then
			charge((#t - position) / MOVES_PER_UNIT)
		end
		return remove(t, position)
	end

	function library.concat(t, separator, first, last)
		if type(t) == "table" then
			charge(#t / MOVES_PER_UNIT)
			local text = concat(t, separator, first, last)
			charge(#text / BYTES_PER_UNIT)
			return text
		end
		return concat(t, separator, first, last)
	end

	function library.sort(t, before)
		if type(t) == "table" and (before == nil or type(before) == "function") then
			charge(Sort.cost(#t))
		end
		return Sort.sort(t, before)
	end

	function library.move(from, first, last, to, target)
		if type(first) == "number" and type(last) == "number" then
			charge((last - first) / MOVES_PER_UNIT)
		end
		return raw.move(from, first, last, to, target)
	end

	function library.foreach(t, fn)
		local iterate, state = ordered.pairs(t)
		charge(state.n / MOVES_PER_UNIT)
		for key, value in iterate, state do
			local result = fn(key, value)
			if result ~= nil then
				return result
			end
		end
	end

	function library.foreachi(t, fn)
		charge(#t / MOVES_PER_UNIT)
		for index = 1, #t do
			local result = fn(index, t[index])
			if result ~= nil then
				return result
			end
		end
	end

	return library
end

return Tables
