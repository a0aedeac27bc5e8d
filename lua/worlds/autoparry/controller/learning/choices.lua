--- Options that somebody hands to a report: checked, and laid over the defaults.

local Plain = require("worlds.autoparry.plain")

local Choices = {}

-- NaN fails both comparisons.
local function is_valid(value, default)
	if type(value) ~= type(default) then
		return false
	end
	return type(value) == "boolean" or (value >= 0 and value < math.huge)
end

--- All options, as given or else as by default. An option takes what its default is; numbers are
--- at least 0. The first wrong key, in the order of the keys, is an error without position.
---@param caller string the function of AutoParry that was called
---@param given table|nil
---@param defaults table<string, number|boolean>
---@return table<string, number|boolean>
function Choices.read(caller, given, defaults)
	local chosen = Plain.copy(defaults)
	if given == nil then
		return chosen
	elseif not Plain.is_table(given) then
		error(("AutoParry.%s: expected a table"):format(caller), 0)
	end
	for _, key in ipairs(Plain.keys(given)) do
		local default = defaults[key]
		if default == nil then
			error(("AutoParry.%s: unknown option '%s'"):format(caller, tostring(key)), 0)
		elseif not is_valid(given[key], default) then
			error(("AutoParry.%s: invalid value for '%s'"):format(caller, key), 0)
		end
		chosen[key] = given[key]
	end
	return chosen
end

return Choices
