--- Copies of telemetry events.

local Plain = require("worlds.autoparry.plain")

local Event = {}

-- What is a list in an event, and must leave as one though nothing may be in it.
local LISTS = { history = true, observations = true, reasons = true }

local function copy(value, name, empty_list)
	if not Plain.is_table(value) then
		return value
	end
	local made = LISTS[name] and empty_list() or {}
	-- The order in which a copy is filled shows nowhere.
	table.foreach(value, function(key, inner)
		made[key] = copy(inner, key, empty_list)
	end)
	return made
end

--- A deep copy.
---@param event table
---@param empty_list fun(): table makes a list that leaves as one though nothing is in it
function Event.copy(event, empty_list)
	return copy(event, nil, empty_list)
end

return Event
