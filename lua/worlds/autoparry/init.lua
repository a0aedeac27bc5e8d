--- World `autoparry`: threats fly at one player, and AutoParry decides when to parry.
---
--- Physics lives in flat arrays, the controller decides once per frame, the simulated server
--- answers; this file ties them to the frame and to the record.

local Controller = require("worlds.autoparry.controller.init")
local Frames = require("worlds.autoparry.frames")
local Judge = require("worlds.autoparry.judge")
local Logs = require("worlds.autoparry.logs")
local Metrics = require("worlds.autoparry.metrics")
local Physics = require("worlds.autoparry.physics")
local PlanEvents = require("worlds.autoparry.plan_events")
local Port = require("worlds.autoparry.port")
local Section = require("worlds.autoparry.section")
local Server = require("worlds.autoparry.server")
local Settings = require("worlds.autoparry.settings")
local Show = require("worlds.autoparry.show")
local Stage = require("worlds.autoparry.stage")
local Threats = require("worlds.autoparry.threats")

local World = { describe = require("worlds.autoparry.describe") }
World.__index = World

local IDS_SHOWN = 10

local function add_physics(self, env)
	self.threats = Threats.new()
	self.physics = Physics.new(self.threats, self.settings, function(slot, outcome, contact_s, press)
		self.judge:resolved(slot, outcome, contact_s, press)
	end)
	self.stage = Stage.new(env.services, self.settings, self.physics, env.clock)
	self.server = Server.new(env, self.physics, self.stage, self.settings)
end

local function add_logs(self, env)
	local settings = self.settings
	self.counters = Metrics.counters()
	self.logs = Logs.new({ threats = settings.threat_log_limit, presses = settings.press_log_limit })
	self.frames = Frames.new(settings.telemetry_row_limit, settings.telemetry_threat_limit)
	self.judge = Judge.new(self)
	local clock = env.clock
	self.stage:on_remote(function(remote, payload)
		self.logs:remote(clock:now(), "client", remote, payload)
	end)
	self.stage:on_key(function(is_pressed, key_code, is_repeat)
		self.logs:input(clock:now(), is_pressed, key_code, is_repeat)
	end)
end

-- The scenario's options of the module. What is wrong with them ends the run before it begins.
local function configure(controller, overrides, null)
	controller.api.resetConfig()
	local _, problem = controller.config:check(overrides)
	if problem then
		local text = "%s; got %s; allowed: %s"
		error({
			message = text:format(problem.message, Show.value(problem.value, null), problem.allowed),
			path = problem.key and "config.autoparry." .. problem.key or "config.autoparry",
		}, 0)
	end
	controller.api.configure(overrides)
end

function World.new(env, options)
	local self = setmetatable({ env = env }, World)
	self.settings = Settings.new(options, env.config.engine or {})
	add_physics(self, env)
	add_logs(self, env)
	self.port = Port.new(self)
	self.controller = Controller.new(self.port)
	configure(self.controller, env.config.autoparry or {}, env.null)
	self.settings:follow(self.controller.values)
	-- The last connection of the frame: it sees what the frame has done.
	env.services.RunService.PreRender:Connect(function()
		self.frames:take(env.clock:now(), env.clock:frame(), self.threats, self.port.ahead_s)
	end)
	return self
end

function World:apply(action)
	return PlanEvents.apply(self, action)
end

function World:substep(dt, time_s)
	self.settings:follow(self.controller.values)
	self.physics:substep(dt, time_s)
end

function World:step()
	local hitches, now = self.env.hitches, self.env.clock:now()
	self.port.ahead_s = now - self.physics.time_s
	local last = hitches:row(hitches:count())
	-- A stall that has just begun holds events back whose threats may touch before now.
	if not last or last.endedAt then
		self.physics:forget(now)
		self.judge:forget(now)
	end
end

function World:metrics()
	local counters = self.counters
	counters.parries, counters.remote_events = self.logs.totals.presses, self.logs.totals.remotes
	counters.hitches = self.env.hitches:count()
	counters.gate_outs_within_grace = self.controller.gate_outs.withinGrace
	counters.gate_outs_justified = self.controller.gate_outs.justified
	self.judge.outcomes.unresolved = self.threats.count
	return Metrics.table(counters, self.judge.outcomes)
end

function World:done()
	local live = self.threats.count
	if live > 0 then
		local ids = {}
		for index = 1, math.min(live, IDS_SHOWN) do
			ids[index] = self.threats.id[self.threats.order[index]]
		end
		return false, ("%d threats unresolved"):format(live), table.concat(ids, ", ")
	end
	local timers = self.controller.schedule.count
	if timers > 0 then
		return false, ("%d press timers pending"):format(timers)
	elseif self.server.pending > 0 then
		return false, ("%d server answers pending"):format(self.server.pending)
	end
	return true
end

function World:section()
	local totals = self.logs.totals
	local unsent = self.port.presses_without_remote
	if unsent > 0 then
		local text = "no parry remote attached: %d presses sent no remote event"
		self.env.record:warn(text:format(unsent))
	end
	return Section.table({
		env = self.env,
		logs = self.logs,
		frames = self.frames,
		threats = self.threats,
		ahead_s = self.port.ahead_s,
		agent_name = self.stage.player.Name,
		config = self.controller.api.getConfig(),
		settings = self.settings:view(),
		parries = totals.presses,
		remote_events = totals.remotes,
	})
end

return World
