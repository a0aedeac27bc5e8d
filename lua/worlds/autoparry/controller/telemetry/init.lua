--- Telemetry: what AutoParry does, as numbered events.
---
--- An event is counted, kept and told, in this order: whoever hears of it finds it in both.

local Event = require("worlds.autoparry.controller.telemetry.event")
local History = require("worlds.autoparry.controller.telemetry.history")
local Listeners = require("worlds.autoparry.controller.listeners")
local Stats = require("worlds.autoparry.controller.telemetry.stats")

local HISTORY_MAX = 200

-- A listener may cause events, and these reach it as well. So deep, and no deeper.
local NESTED_MAX = 8

local Telemetry = {}
Telemetry.__index = Telemetry

---@class Telemetry
---@field sequence integer number of the last event; never starts again
---@field stats Stats
---@field history History
---@field listeners table

---@param given {clock: table, warn: fun(text: string), empty_list: fun(): table}
function Telemetry.new(given)
	local empty_list = given.empty_list
	return setmetatable({
		clock = given.clock,
		warn = given.warn,
		sequence = 0,
		nested = 0,
		stats = Stats.new(),
		history = History.new(HISTORY_MAX, empty_list),
		listeners = Listeners.new(given.warn, "onTelemetry", function(event)
			return Event.copy(event, empty_list)
		end),
	}, Telemetry)
end

local function tell(self, event)
	if self.nested == NESTED_MAX then
		self.warn(
			("listeners of onTelemetry cause events more than %d deep: %s %d is not told"):format(
				NESTED_MAX, event.type, event.sequence
			)
		)
		return
	end
	self.nested = self.nested + 1
	self.listeners:fire(event)
	self.nested = self.nested - 1
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
	if self.listeners.count > 0 then
		tell(self, fields)
	end
end

--- Forget all that was counted and kept, but for how often that was done.
---@param reason string
function Telemetry:reset(reason)
	self.history:clear()
	self.stats:reset()
	self:emit("telemetry-reset", { reason = reason })
end

return Telemetry
