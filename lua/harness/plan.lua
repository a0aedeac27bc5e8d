--- The events of a compiled module: one list, and copies of what they hand to a world.
---
--- The module's `empty` and `null` are known by identity, so an empty list stays one, an argument
--- that is null is absent, and a null inside one is `env.null`. Conditions see neither null.

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
	local plan = {
		events = events,
		count = count,
		empty = module.empty,
		null = module.null,
		said_intelligence = module.intelligence,
	}
	return setmetatable(plan, Plan)
end

-- A deep copy of `value`, with `null` in place of each null.
local function copy_of(self, value, null)
	if value == self.null then
		return null
	elseif value == self.empty then
		return json.mark_empty_list({})
	elseif type(value) ~= "table" then
		return value
	end
	local copy = {}
	for key, inner in ordered.pairs(value) do
		copy[key] = copy_of(self, inner, null)
	end
	return copy
end

-- Copies of the values of `map`; `null` stands for a null inside them, `left_out` are not copied.
local function values_of(self, map, null, left_out)
	local values = {}
	for key, value in ordered.pairs(map) do
		if value ~= self.null and not left_out[key] then
			values[key] = copy_of(self, value, null)
		end
	end
	return values
end

--- Copies of arguments, by name, that a world may keep and change.
function Plan:arguments(args)
	return values_of(self, args, json.null, {})
end

--- A copy of the plan's block `intelligence`, nil without one.
function Plan:intelligence()
	return self.said_intelligence and copy_of(self, self.said_intelligence, json.null)
end

--- The fields of event `index` that belong to its kind.
function Plan:fields(index)
	return values_of(self, self.events[index], json.null, COMMON)
end

--- The fields of event `index` as its row shows them.
function Plan:row_fields(index)
	return values_of(self, self.events[index], nil, OF_THE_ROW)
end

return Plan
