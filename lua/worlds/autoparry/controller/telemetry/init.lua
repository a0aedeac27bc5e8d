--- Telemetry: what AutoParry does, as numbered events.
---
--- An event is counted and kept, and told when AutoParry has done what it is doing: whoever hears
--- of it finds it in both.

local Event = require("worlds.autoparry.controller.telemetry.event")
local History = require("worlds.autoparry.controller.telemetry.history")
local Listeners = require("worlds.autoparry.controller.listeners")
local Stats = require("worlds.autoparry.controller.telemetry.stats")

local HISTORY_MAX = 200

local Telemetry = {}
Telemetry.__index = Telemetry

---@class Telemetry
---@field sequence integer number of the last event; never starts again
---@field stats Stats
---@field history History
---@field listeners table

---@param given {clock: table, warn: fun(text: string), empty_list: fun(): table,
--- announcements: table}
function Telemetry.new(given)
	local empty_list = given.empty_list
	return setmetatable({
		clock = given.clock,
		sequence = 0,
		announcements = given.announcements,
		stats = Stats.new(),
		history = History.new(HISTORY_MAX, empty_list),
		listeners = Listeners.new(given.warn, "onTelemetry", function(event)
			return Event.copy(event, empty_list)
		end),
	}, Telemetry)
end

--- Something has happened, now.
---@param kind string type of the event
---@param fields table becomes the event itself: whoever gives it changes nothing in it any more
function Telemetry:emit(kind, fields)
	local sequence = self.sequence + 1
	self.sequence = sequence
	fields.type, fields.sequence, fields.time = kind, sequence, self.clock:now()
	self.stats:take(fields)
	self.history:push(fields)
	self.announcements:tell(self.listeners, fields)
end

--- Forget all that was counted and kept, but for how often that was done.
---@param reason string
function Telemetry:reset(reason)
	self.history:clear()
	self.stats:reset()
	self:emit("telemetry-reset", { reason = reason })
end

return Telemetry
