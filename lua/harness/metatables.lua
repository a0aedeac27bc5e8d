--- Metatables of user code, without `__mode`.
---
--- What a collector has dropped from a weak table differs per run, so weak tables do not exist:
--- `__mode` is taken out when a metatable is used, when a module has been loaded, and, in turn,
--- whenever the memory is looked at.

local getmetatable, raw_getmetatable = getmetatable, debug.getmetatable
local rawget, rawset, setmetatable = rawget, rawset, setmetatable

local Metatables = {}

-- Looked at in one turn: a program may have a metatable per object.
local PER_TURN = 64

---@return table watch
function Metatables.watch()
	local seen = setmetatable({}, { __mode = "k" })
	local list, count, position = setmetatable({}, { __mode = "v" }), 0, 0
	local watch = {}

	function watch.add(metatable)
		if rawget(metatable, "__mode") ~= nil then
			rawset(metatable, "__mode", nil)
		end
		if not seen[metatable] then
			seen[metatable] = true
			count = count + 1
			list[count] = metatable
		end
	end

	local function look(at_most)
		for _ = 1, at_most < count and at_most or count do
			position = position % count + 1
			local metatable = list[position]
			if metatable == nil then
				list[position], list[count] = list[count], nil
				count = count - 1
				if count == 0 then
					return
				end
			elseif rawget(metatable, "__mode") ~= nil then
				rawset(metatable, "__mode", nil)
			end
		end
	end

	--- The metatable behind a `__metatable`, if the program has set it itself; the host's stay hidden.
	function watch.metatable_of(value)
		local metatable = raw_getmetatable(value)
		if metatable and seen[metatable] then
			return metatable
		end
		return getmetatable(value) or nil
	end

	function watch.look_at_some()
		look(PER_TURN)
	end

	function watch.look_at_all()
		look(count)
	end

	return watch
end

return Metatables
