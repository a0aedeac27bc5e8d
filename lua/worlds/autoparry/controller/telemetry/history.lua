--- The last events. Who asks for them gets copies.

local Event = require("worlds.autoparry.controller.telemetry.event")

local History = {}
History.__index = History

---@class History
---@field count integer events that are kept

---@param limit integer at least 1; one more pushes the oldest out
---@param empty_list fun(): table makes a list that leaves as one though nothing is in it
function History.new(limit, empty_list)
	assert(limit >= 1, "a history holds at least one event")
	-- `ring` is in order of arrival, `newest` the place of its last one.
	return setmetatable({
		limit = limit, count = 0, newest = 0, ring = {}, empty_list = empty_list,
	}, History)
end

--- Keep an event: itself, not a copy, so nobody may change it from now on.
---@param event table
function History:push(event)
	local place = self.newest % self.limit + 1
	self.ring[place], self.newest = event, place
	if self.count < self.limit then
		self.count = self.count + 1
	end
end

--- Copies of all events, oldest first.
---@return table[]
function History:list()
	local list, oldest = self.empty_list(), self.newest - self.count
	for index = 1, self.count do
		local place = (oldest + index - 1) % self.limit + 1
		list[index] = Event.copy(self.ring[place], self.empty_list)
	end
	return list
end

--- A copy of the newest event; nil without any.
---@return table|nil
function History:last()
	local event = self.ring[self.newest]
	return event and Event.copy(event, self.empty_list)
end

function History:clear()
	self.count, self.newest, self.ring = 0, 0, {}
end

return History
