--- World `autoparry`: threats fly at one player, and AutoParry decides when to parry.
---
--- Physics lives in flat arrays, the controller decides once per frame, the simulated server
--- answers; this file ties them to the frame and to the record.

local Accuracy = require("worlds.autoparry.accuracy")
local Controller = require("worlds.autoparry.controller.init")
local Inspection = require("worlds.autoparry.inspection")
local Intelligence = require("worlds.autoparry.intelligence")
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
local TargetWatch = require("worlds.autoparry.target_watch")
local Telemetry = require("worlds.autoparry.telemetry")
local Threats = require("worlds.autoparry.threats")
local Time = require("worlds.autoparry.time")
local Wanted = require("worlds.autoparry.wanted")

local World = { describe = require("worlds.autoparry.describe") }
World.__index = World

local IDS_SHOWN = 10
local NEVER_ATTACHED = "the parry remote was never attached, so nothing was sent about %s; attach "
	.. 'it in the timeline: {network: {event: "remotes:ParryButtonPress", payload: {available: true}}}'

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
	self.telemetry = Telemetry.new(settings.telemetry_row_limit, settings.telemetry_threat_limit)
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
		error({
			message = Show.problem(problem, null),
			path = problem.key and "config.autoparry." .. problem.key or "config.autoparry",
		}, 0)
	end
	controller.api.configure(overrides)
end

function World.new(env, options)
	local self = setmetatable({ env = env }, World)
	self.settings = Settings.new(options, env.config.engine or {})
	if self.settings.parry_window_s <= Time.FRAME_S then
		local text = "parryWindow of %.14g s is no longer than a frame: no press can be planned ahead"
		env.record:warn(text:format(self.settings.parry_window_s))
	end
	add_physics(self, env)
	add_logs(self, env)
	if options.accuracy ~= nil then
		self.accuracy = Accuracy.new(Wanted.read(options.accuracy))
	end
	self.target_watch = TargetWatch.new()
	self.port = Port.new(self)
	self.controller = Controller.new(self.port)
	self.inspection = Inspection.new(self.controller.api, env)
	configure(self.controller, env.config.autoparry or {}, env.null)
	self.settings:follow(self.controller.values)
	self.intelligence = Intelligence.new({
		wish = env.intelligence,
		controller = self.controller,
		record = env.record,
		empty_list = env.empty_list,
		row_limit = self.settings.press_log_limit,
	})
	-- The last connection of the frame: it sees what the frame has done.
	env.services.RunService.PreRender:Connect(function()
		self.telemetry:take(env.clock:now(), env.clock:frame(), self.threats, self.port.ahead_s)
		if self.controller.is_enabled then
			self.target_watch:looked()
		end
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
	self.port.ahead_s = self.physics:ahead_s(now)
	local last = hitches:row(hitches:count())
	-- A stall that has just begun holds events back whose threats may touch before now.
	if not last or last.endedAt then
		self.physics:forget(now)
		self.judge:forget(now)
	end
end

--- With `names`, `autoparry` has only what they name: in every frame all of it would be dear.
function World:metrics(names)
	local totals = self.logs.totals
	local metrics = Metrics.table(self.counters, self.judge.outcomes, {
		parries = totals.presses,
		remote_events = totals.remotes,
		hitches = self.env.hitches:count(),
		gate_outs = self.target_watch.gate_outs,
		presses = self.judge.quality:figures(),
		accuracy = self.accuracy and self.accuracy:figures() or nil,
		live = self.threats.count,
	})
	metrics.autoparry = self.inspection:metrics(names)
	return metrics
end

function World:done()
	local live = self.threats.count
	if live > 0 then
		local ids = {}
		for index = 1, math.min(live, IDS_SHOWN) do
			ids[index] = self.threats.id[self.threats.order[index]]
		end
		return false, Show.count(live, "threat", "threats") .. " unresolved", table.concat(ids, ", ")
	end
	local timers = self.controller.schedule.count
	if timers > 0 then
		return false, Show.count(timers, "press timer", "press timers") .. " pending"
	elseif self.server.pending > 0 then
		return false, Show.count(self.server.pending, "server answer", "server answers") .. " pending"
	end
	return true
end

-- What a run says of calls that never reached the parry remote.
local function warn_of_silence(self)
	local record, unsent = self.env.record, self.port.presses_without_remote
	if unsent > 0 then
		local text = "no parry remote attached: %s sent no remote event"
		record:warn(text:format(Show.count(unsent, "press", "presses")))
	end
	local threats = self.counters.threats
	if threats > 0 and not self.stage.was_remote_attached then
		record:warn(NEVER_ATTACHED:format(Show.count(threats, "threat", "threats")))
	end
	local held = self.controller.remote.held_count
	if held > 0 then
		local text = "held back until the end: %s of the parry remote"
		record:warn(text:format(Show.count(held, "call", "calls")))
	end
end

function World:section()
	warn_of_silence(self)
	local totals = self.logs.totals
	return Section.table({
		env = self.env,
		logs = self.logs,
		telemetry = self.telemetry,
		threats = self.threats,
		ahead_s = self.port.ahead_s,
		agent_name = self.stage.player.Name,
		inspection = self.inspection:payload(),
		intelligence = self.intelligence,
		settings = self.settings:view(),
		parries = totals.presses,
		remote_events = totals.remotes,
	})
end

return World
