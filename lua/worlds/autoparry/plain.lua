--- Plain tables whose keys nobody knows in advance. What has a metatable is a value, not a table.

local Plain = {}

function Plain.is_table(value)
	return type(value) == "table" and getmetatable(value) == nil
end

--- The keys of `t`, by their texts; a number stands before the text that looks like it.
---@return any[]
function Plain.keys(t)
	local keys, texts = {}, {}
	table.foreach(t, function(key)
		keys[#keys + 1], texts[key] = key, tostring(key)
	end)
	table.sort(keys, function(a, b)
		if texts[a] ~= texts[b] then
			return texts[a] < texts[b]
		end
		return type(a) < type(b)
	end)
	return keys
end

--- A deep copy.
function Plain.copy(value)
	if not Plain.is_table(value) then
		return value
	end
	local copy = {}
	-- The order in which a copy is filled shows nowhere.
	table.foreach(value, function(key, inner)
		copy[key] = Plain.copy(inner)
	end)
	return copy
end

return Plain
