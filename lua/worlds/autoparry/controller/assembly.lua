--- What the controller is made of: its parts, and what each of them tells it.

local Activation = require("worlds.autoparry.controller.activation")
local Announcements = require("worlds.autoparry.controller.announcements")
local Burst = require("worlds.autoparry.controller.burst")
local Events = require("worlds.autoparry.controller.events")
local Input = require("worlds.autoparry.controller.input")
local Listeners = require("worlds.autoparry.controller.listeners")
local Ping = require("worlds.autoparry.controller.ping")
local Presses = require("worlds.autoparry.controller.presses")
local Remote = require("worlds.autoparry.controller.remote")
local Schedule = require("worlds.autoparry.controller.schedule")
local SmartTuning = require("worlds.autoparry.controller.learning.smart_tuning")
local Startup = require("worlds.autoparry.controller.startup")
local Telemetry = require("worlds.autoparry.controller.telemetry.init")
local ThreatWatch = require("worlds.autoparry.controller.threat_watch")
local Tuner = require("worlds.autoparry.controller.learning.tuner")
local Reports = require("worlds.autoparry.controller.reports.init")

local Assembly = {}

--- Lists of listeners; and by the public function that adds to them.
Assembly.SIGNALS = { "state", "immortal", "parry", "success", "broadcast" }
local ADDED_BY = {
	state = "onStateChanged", immortal = "onImmortalChanged", parry = "onParry",
	success = "onParrySuccess", broadcast = "onParryBroadcast",
}

local function add_listeners(self, port)
	self.announcements = Announcements.new(port.warn)
	self.listeners = {}
	for _, name in ipairs(Assembly.SIGNALS) do
		self.listeners[name] = Listeners.new(port.warn, ADDED_BY[name])
	end
end

local function add_startup(self, port)
	self.startup = Startup.new({
		services = port.services,
		clock = port.clock,
		values = self.values,
		warn = port.warn,
		on_status = function(status)
			port.record("status", status)
		end,
		on_restart = function(reason)
			local is_folder = reason == "balls-folder-missing"
			self:clear_schedules(is_folder and "missing-balls" or "missing-remotes")
		end,
		on_success = function(id) self:answered(id, "success") end,
		on_broadcast = function(id) self:answered(id, "broadcast") end,
	})
end

local function add_parts(self, port)
	local values = self.values
	self.input = Input.new({ services = port.services })
	self.remote = Remote.new({ startup = self.startup, values = values })
	self.ping = Ping.new(function() return self.startup:read_ping() end)
	self.schedule = Schedule.new(port.clock, port.scheduler, {
		due = function(b)
			self.announcements:hold()
			Presses.timer_due(self, b)
			self.announcements:release()
		end,
		made = function(b) self:scheduled(b) end,
		placing = function(plan) self.tuner:placing(plan) end,
		cleared = function(b, reason, began_s) self:cleared(b, reason, began_s) end,
	})
	self.activation = Activation.new(values.activationLatency, {
		sample = function(source, value_s, reason)
			Events.latency(self, source, value_s, reason)
			if not reason then
				self.tuner:latency(value_s)
			end
		end,
		settled = function(press, effective_s) self.tuner:settled(press, effective_s) end,
	})
end

-- What AutoParry knows of itself, and what it learns from that.
local function add_learning(self, port)
	self.telemetry = Telemetry.new({
		clock = port.clock, warn = port.warn, empty_list = port.empty_list,
		announcements = self.announcements,
	})
	self.threat_watch = ThreatWatch.new()
	self.smart = SmartTuning.new(self.values)
	self.smart_facts = {}
	self.burst = Burst.new()
	self.tuner = Tuner.new(self)
	self.reports = Reports.new(self)
end

--- Give the controller its parts.
---@param c table with port, clock and configuration
---@param port Port
function Assembly.add_parts(c, port)
	add_listeners(c, port)
	add_startup(c, port)
	add_parts(c, port)
	add_learning(c, port)
end

return Assembly
