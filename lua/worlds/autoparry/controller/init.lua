--- AutoParry: decides when to press the parry key.
---
--- The public interface is a table of plain functions; the rest of the controller is what they
--- share. It reads threats from flat arrays and everything else through the services.

local Api = require("worlds.autoparry.controller.api")
local Assembly = require("worlds.autoparry.controller.assembly")
local Config = require("worlds.autoparry.controller.config")
local Evaluate = require("worlds.autoparry.controller.evaluate")
local Events = require("worlds.autoparry.controller.events")
local Guard = require("worlds.autoparry.controller.guard")
local Hold = require("worlds.autoparry.controller.hold")
local Numbers = require("worlds.autoparry.controller.numbers")
local Ping = require("worlds.autoparry.controller.ping")
local Plain = require("worlds.autoparry.plain")
local Schedule = require("worlds.autoparry.controller.schedule")
local Targeting = require("worlds.autoparry.controller.targeting")

local Controller = {}
Controller.__index = Controller

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
---@field reading fun(slot: integer): table, table where a threat is now and how it moves: {x, y, z}
---@field balls_are_visible fun(): boolean
---@field gated_out fun(): boolean a press was held back for want of the highlight: true if it ought
--- not to have been
---@field record fun(name: string, fields: table)
---@field warn fun(text: string)

local function new_guard(self)
	return Guard.new(self.port.empty_list, function(stage) Events.guard(self, stage) end)
end

-- What does not outlive a reset.
local function forget(self)
	self.of_slot = {}
	self.tracked_slot, self.tracked_serial, self.tracked_id, self.best = 0, 0, nil, nil
	-- Why the ball that is tracked may not be pressed yet.
	self.tracked_blocked = nil
	self.due, self.due_count, self.candidates = {}, 0, 0
	-- The event of the schedule that was made last.
	self.last_scheduled = nil
	self.burst:reset()
	self.threat_watch:reset()
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
		hold = Hold.new(),
		is_enabled = false,
		is_immortal = false,
		last_press_s = -math.huge,
		-- When a press that failed may be tried again.
		input_again_s = -math.huge,
		last_success_s = 0,
		last_broadcast_s = 0,
		steady_s = 0,
	}, Controller)
	self.guard = new_guard(self)
	Assembly.add_parts(self, port)
	forget(self)
	self.api = Api.of(self)
	self.connection = port.services.RunService.PreRender:Connect(function(dt)
		self.announcements:hold()
		Evaluate.run(self, dt)
		self.announcements:release()
	end)
	return self
end

--- Stop for good: everything back to how it began, every connection cut.
function Controller:destroy()
	self.announcements:hold()
	self:forget_balls("destroyed")
	self.connection:Disconnect()
	self.startup:reset()
	self.config:reset()
	self:reset_estimates()
	self.guard = new_guard(self)
	self.targeting, self.hold = Targeting.new(), Hold.new()
	self.ping = Ping.new(self.ping.read)
	self.is_enabled, self.is_immortal = false, false
	self.last_press_s, self.last_success_s, self.last_broadcast_s = -math.huge, 0, 0
	self.input_again_s = -math.huge
	self:reset_telemetry("destroyed")
	-- Whoever listens hears of the end.
	self.announcements:after(function()
		for _, name in ipairs(Assembly.SIGNALS) do
			self.listeners[name]:clear()
		end
		self.telemetry.listeners:clear()
	end)
	self.announcements:release()
end

--- Another ball is the best, or the same one again.
function Controller:track(b)
	self.telemetry.stats:selected(self.candidates, b.serial ~= self.tracked_serial)
	if b.serial ~= self.tracked_serial then
		self.tracked_blocked = nil
	end
	self.tracked_slot, self.tracked_serial, self.tracked_id = b.slot, b.serial, b.id
end

--- What is known of the ball that is tracked, while it is alive.
---@return table|nil b
function Controller:tracked_ball()
	local b = self.of_slot[self.tracked_slot]
	local is_alive = b and b.serial == self.tracked_serial
		and self.threats.serial[self.tracked_slot] == self.tracked_serial
	return is_alive and b or nil
end

--- Lead and slack follow what was learned.
function Controller:tune_numbers()
	self.smart:follow()
	local adaptive_s = self.tuner.adaptive:applied_s(self.smart:is_enabled())
	Numbers.tune(self.numbers, self.values, self.smart, adaptive_s)
end

--- The highlight may have changed: note it, at the time it did.
function Controller:notice_highlight()
	local now = self.clock:now()
	local is_present = self.startup:highlight_present()
	if self.targeting:note(is_present, now) then
		self.guard:highlight(is_present, now)
	end
end

--- A press was due in every respect but for the highlight. Told once per ball and drop.
function Controller:gated_out(b)
	local drops = self.targeting.drops
	if b.due.gated_drop ~= drops then
		b.due.gated_drop = drops
		if self.port.gated_out() then
			self.telemetry.stats:gated_within_grace()
		end
	end
end

--- A schedule was made for `b`.
function Controller:scheduled(b)
	local plan = b.plan
	plan.slack_s, plan.smart = self.numbers.slack_s, self.smart:nested()
	local fields = Events.schedule(self, b)
	self.last_scheduled = fields
	self.tuner:scheduled(b, fields.eta)
	self.telemetry:emit("schedule", fields)
end

--- The schedule of `b`, which began at `began_s`, has ended.
function Controller:cleared(b, reason, began_s)
	Events.cleared(self, b, reason, began_s)
	-- A ball that is gone has an outcome: that tells it.
	if not Schedule.LED_TO_PRESS[reason] and reason ~= "no-ball" then
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
		self.burst:forget(b)
		return b
	end
	return nil
end

--- The server has answered the press of a ball.
---@param kind "success"|"broadcast"
function Controller:answered(id, kind)
	self.announcements:hold()
	local now = self.clock:now()
	if kind == "success" then
		self.last_success_s = now
		self.port.record("parry-success", { id = id })
		local press, accepted = self.activation:answered(id, now, self.ping.value_s)
		Events.success(self, id, now, press, accepted)
		self.answered_id, self.answered_ball = id, press and press.ball
	else
		self.last_broadcast_s = now
	end
	-- The ball may be gone by now: it is the one that was pressed.
	local ball = self.answered_id == id and self.answered_ball or self.port.ball_of_id(id)
	self.announcements:tell(self.listeners[kind], ball, now)
	self.announcements:release()
end

--- The telemetry begins anew.
function Controller:reset_telemetry(reason)
	self.tuner:telemetry_reset()
	self.telemetry:reset(reason)
end

--- Forget every ball, with its schedule and its guard.
function Controller:forget_balls(reason)
	self:clear_schedules(reason)
	if self.guard.active then
		self.guard:clear(reason, self.clock:now())
	end
	self.input:release()
	forget(self)
end

--- What was learned is forgotten: latency, smart tuning, what tuning has added.
function Controller:reset_estimates()
	self.activation:reset(self.values.activationLatency)
	self.smart:reset()
	self.tuner:reset()
end

--- Change options; nothing is changed if one of them is wrong. A copy of all.
---@param overrides table
---@return table
function Controller:change(overrides)
	local copy = self.config:configure(overrides)
	self.port.configured()
	self:notice_highlight()
	return copy
end

--- Options were changed because of what was observed.
---@param source string who did
function Controller:tell_adjustment(updates, reasons, status, source)
	self.telemetry:emit("config-adjustment", {
		updates = Plain.copy(updates),
		reasons = Plain.copy(reasons),
		status = status,
		source = source,
		appliedAt = self.clock:now(),
	})
end

--- Change options for a policy: what tuning has added stays its own.
---@param overrides table
---@param source string the policies
---@param notes string[]
---@return table
function Controller:tune(overrides, source, notes)
	local copy = self:change(overrides)
	self:tell_adjustment(overrides, notes, "updates", source)
	return copy
end

return Controller
