--- Aggregates of several fields at once, each under the name of its field.

local Aggregate = require("worlds.autoparry.controller.telemetry.aggregate")

local Aggregates = {}
Aggregates.__index = Aggregates

---@class Aggregates
---@field of table<string, Aggregate>

---@param names string[] of the fields
function Aggregates.new(names)
	local of = {}
	for index = 1, #names do
		of[names[index]] = Aggregate.new()
	end
	return setmetatable({ names = names, of = of }, Aggregates)
end

--- Take a sample of each field; one that is not there gives none.
---@param fields table
function Aggregates:add(fields)
	local names, of = self.names, self.of
	for index = 1, #names do
		local name = names[index]
		of[name]:add(fields[name])
	end
end

--- Put the views of all into `view`, which is returned.
---@param view table
function Aggregates:put(view)
	for index = 1, #self.names do
		local name = self.names[index]
		view[name] = self.of[name]:view()
	end
	return view
end

return Aggregates
