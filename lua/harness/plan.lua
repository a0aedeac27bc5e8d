--- The events of a compiled module: one list, and copies of what they hand to a world.
---
--- The module's `empty` and `null` are known by identity, so an empty list stays one and a null
--- inside an argument is absent.

local json = require("harness.json")
local ordered = require("harness.ordered")

local Plan = {}
Plan.__index = Plan

-- Keys of every planned event; the others are the kind's own and go to the world.
local COMMON = { time = true, event = true, notes = true, macro = true }

-- What a row of the event log says in other words.
local OF_THE_ROW = { time = true, event = true }

---@param module table what the compiled module returned
function Plan.new(module)
	local events, count = {}, 0
	for part = 1, #module.events do
		local list = module.events[part]
		for index = 1, #list do
			local event = list[index]
			if type(event.time) ~= "number" or type(event.event) ~= "string" then
				error("each event needs a time and a kind", 0)
			end
			count = count + 1
			events[count] = event
		end
	end
	local plan = { events = events, count = count, empty = module.empty, null = module.null }
	return setmetatable(plan, Plan)
end

--- A deep copy of `value` that a world may keep and change.
function Plan:copy(value)
	if value == self.null then
		return nil
	elseif value == self.empty then
		return json.mark_empty_list({})
	elseif type(value) ~= "table" then
		return value
	end
	local copy = {}
	for key, inner in ordered.pairs(value) do
		copy[key] = self:copy(inner)
	end
	return copy
end

-- The fields of event `index` but for those in `left_out`.
local function fields_without(self, index, left_out)
	local fields = {}
	for key, value in ordered.pairs(self.events[index]) do
		if not left_out[key] then
			fields[key] = self:copy(value)
		end
	end
	return fields
end

--- The fields of event `index` that belong to its kind.
function Plan:fields(index)
	return fields_without(self, index, COMMON)
end

--- The fields of event `index` as its row shows them.
function Plan:row_fields(index)
	return fields_without(self, index, OF_THE_ROW)
end

return Plan
