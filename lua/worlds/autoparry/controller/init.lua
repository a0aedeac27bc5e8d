--- AutoParry: decides when to press the parry key.
---
--- The public interface is a table of plain functions; the rest of the controller is what they
--- share. It reads threats from flat arrays and everything else through the services.

local Activation = require("worlds.autoparry.controller.activation")
local Api = require("worlds.autoparry.controller.api")
local Config = require("worlds.autoparry.controller.config")
local Evaluate = require("worlds.autoparry.controller.evaluate")
local Guard = require("worlds.autoparry.controller.guard")
local Hold = require("worlds.autoparry.controller.hold")
local Input = require("worlds.autoparry.controller.input")
local Listeners = require("worlds.autoparry.controller.listeners")
local Numbers = require("worlds.autoparry.controller.numbers")
local Ping = require("worlds.autoparry.controller.ping")
local Presses = require("worlds.autoparry.controller.presses")
local Remote = require("worlds.autoparry.controller.remote")
local Schedule = require("worlds.autoparry.controller.schedule")
local Startup = require("worlds.autoparry.controller.startup")
local Targeting = require("worlds.autoparry.controller.targeting")

local Controller = {}
Controller.__index = Controller

-- Clearing a schedule for these reasons calls nothing off: the press was made, or nothing is left.
local NO_CANCELLATION = { pressed = true, ["no-ball"] = true }

-- Lists of listeners, by the public function that adds to them.
local LISTS = { "state", "immortal", "parry", "success", "broadcast" }
local ADDED_BY = {
	state = "onStateChanged", immortal = "onImmortalChanged", parry = "onParry",
	success = "onParrySuccess", broadcast = "onParryBroadcast",
}

---@class Port what the world offers the controller
---@field clock table
---@field scheduler table
---@field services table
---@field threats table flat arrays of live threats
---@field ahead_s number how far the clock is beyond the physics
---@field parry_window_s number how long a press protects
---@field null any what stands for nil in options
---@field empty_list fun(): table
---@field pressed fun(press: table) a press was made
---@field configured fun() the options may have changed
---@field ball fun(slot: integer): table the object of a threat
---@field ball_of_id fun(id: string): table|nil the object of a live threat
---@field balls_are_visible fun(): boolean
---@field record fun(name: string, fields: table)
---@field warn fun(text: string)

local function add_parts(self, port)
	local values = self.values
	self.startup = Startup.new({
		services = port.services,
		clock = port.clock,
		values = values,
		warn = port.warn,
		on_status = function(status)
			port.record("status", status)
		end,
		on_restart = function(reason)
			self:clear_schedules(reason == "balls-folder-missing" and "missing-balls" or "missing-remotes")
		end,
		on_success = function(id) self:answered(id, "success") end,
		on_broadcast = function(id) self:answered(id, "broadcast") end,
	})
	self.input = Input.new({ services = port.services })
	self.remote = Remote.new({ startup = self.startup, values = values })
	self.ping = Ping.new(function() return self.startup:read_ping() end)
	self.schedule = Schedule.new(port.clock, port.scheduler, function(b)
		Presses.timer_due(self, b)
	end, function(b, reason)
		self:cleared(b, reason)
	end)
	self.listeners = {}
	for index = 1, #LISTS do
		local name = LISTS[index]
		self.listeners[name] = Listeners.new(port.warn, ADDED_BY[name])
	end
end

-- What does not outlive a reset.
local function forget(self)
	self.of_slot = {}
	self.tracked_serial, self.tracked_id, self.best = 0, nil, nil
	self.due, self.due_count = {}, 0
end

---@param port Port
function Controller.new(port)
	local config = Config.new(port.null, port.empty_list)
	local self = setmetatable({
		port = port,
		clock = port.clock,
		threats = port.threats,
		round32 = port.services.round32,
		parry_window_s = port.parry_window_s,
		config = config,
		values = config.values,
		numbers = Numbers.new(),
		targeting = Targeting.new(),
		guard = Guard.new(port.empty_list),
		hold = Hold.new(),
		activation = Activation.new(config.values.activationLatency),
		is_enabled = false,
		is_immortal = false,
		last_press_s = -math.huge,
		-- When a press that failed may be tried again.
		input_again_s = -math.huge,
		last_success_s = 0,
		last_broadcast_s = 0,
		steady_s = 0,
		gate_outs = { withinGrace = 0, justified = 0 },
	}, Controller)
	forget(self)
	add_parts(self, port)
	self.api = Api.of(self)
	self.connection = port.services.RunService.PreRender:Connect(function(dt)
		Evaluate.run(self, dt)
	end)
	return self
end

--- Stop for good: everything back to how it began, every connection cut.
function Controller:destroy()
	self:forget_balls("destroyed")
	self.connection:Disconnect()
	self.startup:reset()
	self.config:reset()
	self:reset_estimates()
	self.guard = Guard.new(self.port.empty_list)
	self.targeting, self.hold = Targeting.new(), Hold.new()
	self.is_enabled, self.is_immortal = false, false
	self.last_press_s, self.last_success_s, self.last_broadcast_s = -math.huge, 0, 0
	self.input_again_s = -math.huge
	for index = 1, #LISTS do
		self.listeners[LISTS[index]]:clear()
	end
end

--- The highlight may have changed: note it, at the time it did.
function Controller:notice_highlight()
	local now = self.clock:now()
	local is_present = self.startup:highlight_present()
	if self.targeting:note(is_present, now) then
		self.guard:highlight(is_present, now)
	end
end

--- A press was due in every respect but for the highlight. Counted once per ball and drop.
function Controller:gated_out(b, now)
	local targeting = self.targeting
	if b.due.gated_drop ~= targeting.drops then
		b.due.gated_drop = targeting.drops
		local is_within = targeting.was_seen and targeting:in_grace(now)
		local kind = is_within and "withinGrace" or "justified"
		self.gate_outs[kind] = self.gate_outs[kind] + 1
	end
end

--- The schedule of `b` was taken away.
function Controller:cleared(b, reason)
	if not NO_CANCELLATION[reason] then
		self.port.record("schedule-cleared", { id = b.id, reason = reason })
	end
end

--- Take away the schedules of all balls.
function Controller:clear_schedules(reason)
	local threats = self.threats
	for index = 1, threats.count do
		local b = self.of_slot[threats.order[index]]
		if b then
			self.schedule:clear(b, reason)
		end
	end
end

--- Take away the schedules of balls that nobody has seen for too long.
function Controller:clear_stale_schedules()
	local threats = self.threats
	for index = 1, threats.count do
		local b = self.of_slot[threats.order[index]]
		if b and b.timer and Schedule.is_stale(b, self.steady_s) then
			self.schedule:clear(b, "schedule-stale")
		end
	end
end

--- The threat in `slot` is about to leave the world.
---@return table|nil b what was known of it
function Controller:forget(slot)
	local b = self.of_slot[slot]
	if b and b.serial == self.threats.serial[slot] then
		self.schedule:clear(b, "no-ball")
		return b
	end
	return nil
end

--- The server has answered the press of a ball.
---@param kind "success"|"broadcast"
function Controller:answered(id, kind)
	local now = self.clock:now()
	if kind == "success" then
		self.last_success_s = now
		self.port.record("parry-success", { id = id })
		local press = self.activation:answered(id, now, self.ping.value_s)
		self.answered_id, self.answered_ball = id, press and press.ball
	else
		self.last_broadcast_s = now
	end
	-- The ball may be gone by now: it is the one that was pressed.
	local ball = self.answered_id == id and self.answered_ball or self.port.ball_of_id(id)
	self.listeners[kind]:fire(ball, now)
end

--- Forget every ball, with its schedule.
function Controller:forget_balls(reason)
	self:clear_schedules(reason)
	self.input:release()
	forget(self)
end

--- The latency estimate begins anew.
function Controller:reset_estimates()
	self.activation:reset(self.values.activationLatency)
end

return Controller
