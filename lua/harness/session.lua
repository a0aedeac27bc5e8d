--- One run: everything that belongs to it, put together from a job, and what it leaves behind.

local Clock = require("harness.clock")
local Declared = require("harness.declared")
local Framestats = require("harness.framestats")
local Hitch = require("harness.hitch")
local Invariants = require("harness.invariants")
local Lateness = require("harness.lateness")
local Loop = require("harness.loop")
local Recorder = require("harness.recorder")
local Rng = require("harness.rng")
local Scheduler = require("harness.scheduler")
local Stopwatch = require("harness.stopwatch")
local World = require("harness.world")
local json = require("harness.json")

local FRAME_RATE_HZ = 240

local format = string.format

local Session = {}
Session.__index = Session

--- Prepare a run. Nothing of the user has been called yet.
---@param job table as `run/session.py` writes it
---@param plan table
---@param work table
---@param function_name fun(number: integer): string `<file>:<line> <name>`
function Session.new(job, plan, work, function_name)
	local self = setmetatable({
		job = job,
		work = work,
		function_name = function_name,
		sandbox = nil,
		plan = plan,
		clock = Clock.new(FRAME_RATE_HZ),
		rng = Rng.new(job.seed),
		checkpoints = {},
		checkpoint_names = {},
		sections = {},
		-- What the world adds, as JSON text.
		section = nil,
		-- What is being called, for the message of an error.
		doing = "new",
		doing_name = nil,
		doing_index = nil,
		applying = false,
		has_invariants = #job.invariants > 0,
		probe_findings = {},
	}, Session)
	self.recorder = Recorder.new(self.clock, work, job.limits)
	self.scheduler = Scheduler.new(self.clock, self.plan.count + 1)
	self.hitches = Hitch.new(self.rng:stream("hitch"))
	self.stats = Framestats.new()
	self.stopwatch = Stopwatch.new()
	self.lateness = Lateness.new(1 / FRAME_RATE_HZ)
	self.view = Loop.view(self)
	return self
end

--- Load and make the world.
function Session:open(require)
	local job = self.job
	self.doing = "require"
	local class = World.load(require, job.world)
	local describe = class.describe or {}
	self.clock.rate_hz = describe.frame_rate_hz or FRAME_RATE_HZ
	self.actions = describe.actions
	self.declared = Declared.new(job.world, describe, function(text)
		self.recorder:warn(text)
	end)
	self.lateness = Lateness.new(1 / self.clock.rate_hz)
	self.clock:limit(job.limits.frames, function()
		self.work.trip("frames", format("more than %d frames passed", job.limits.frames))
	end)
	self.doing = "new"
	self.class = class
	self:_create()
	if job.probes then
		self.initial_state = self:world_text()
	end
	local declared = class.invariants or {}
	self.invariants =
		Invariants.new(job.invariants, self.world, declared, self.clock, self.recorder)
end

-- Every world gets options of its own: what it does to them is nobody else's business.
function Session:_create()
	local options = json.decode(json.encode(self.job.options, "options"))
	local env = World.environment(self, options)
	self.world = World.create(self.class, self.job.world, env, options)
end

--- The world's metrics, asked for now.
---@param names? string[] those that are looked at; nil for all
function Session:ask_metrics(names)
	self.doing = "metrics"
	return World.metrics(self.world, names)
end

--- Apply one action to the world: true and details, or false, code and message.
---@param action table {name, args}, an entry of the timeline also {at_s, due_s}
function Session:apply(action)
	self.doing, self.doing_name = "apply", action.name
	self.applying, self.advancing = true, false
	local accepted, second, message = World.apply(self.world, action, self.sandbox.tostring)
	self.applying = false
	return accepted, second, message
end

--- Let virtual time pass inside `apply` of a turn-based world: to the first frame at or after
--- now + `delta_s`. The world's own entries run on the way; the plan's wait.
function Session:advance(delta_s)
	if not self.applying or self.advancing or self.world.step then
		error("clock.advance works inside apply of a world without step only", 2)
	elseif type(delta_s) ~= "number" or not (delta_s >= 0 and delta_s < math.huge) then
		local got = type(delta_s) == "number" and format("%.14g", delta_s) or "a " .. type(delta_s)
		error("clock.advance: delta_s must be a finite number >= 0, got " .. got, 2)
	end
	local clock, scheduler, world = self.clock, self.scheduler, self.world
	local on_dispatch = self.timeline and self.timeline.dispatch.on_dispatch
	local target = clock:frame_from(clock.now + delta_s)
	self.advancing = true
	local function drain()
		scheduler:begin_drain()
		self.sandbox.threads.from_host(scheduler.drain, scheduler, clock.now, math.huge, on_dispatch)
	end
	if target > clock.frame then
		-- What is due now has its frame now, not the next one.
		drain()
	end
	while clock.frame < target do
		local due_s = scheduler:next_due() or math.huge
		local frame = clock.frame + 1
		if not world.substep then
			frame = due_s < math.huge and math.max(frame, clock:frame_from(due_s)) or target
		end
		clock:go_to_frame(math.min(frame, target))
		if world.substep then
			world:substep(1 / clock.rate_hz, clock.now)
		end
		drain()
	end
	self.advancing = false
	self.doing = "apply"
end

--- What the world says of its state, as JSON text.
function Session:world_text()
	local world = self.world
	self.doing = world.snapshot and "snapshot" or "metrics"
	return self.recorder:json(world.snapshot and world:snapshot() or self:ask_metrics(), self.doing)
end

--- The whole state as JSON text. Where a world has no snapshot, its metrics stand for it.
function Session:state_text()
	local world = self.world
	self.doing = world.snapshot and "snapshot" or "metrics"
	return self.recorder:json({
		state = world.snapshot and world:snapshot() or self:ask_metrics(),
		events = self.recorder.events.count,
		pending = json.mark_empty_list(self.scheduler:pending()),
		rng = json.mark_empty_list(self.rng:states()),
	}, "state")
end

--- Put a fresh world, restored to `snapshot`, in the place of the one that is there. Whatever the
--- old one had scheduled is cancelled; random streams begin anew.
function Session:reopen(snapshot)
	self.scheduler:clear()
	self.rng = Rng.new(self.job.seed)
	self:_create()
	self.scheduler:clear()
	self.world:restore(snapshot)
end

--- A second world beside this one, with everything of its own, in a session of its own.
---@param frame integer where its clock stands when it is made
function Session:twin(frame)
	local clock = Clock.new(self.clock.rate_hz)
	clock:go_to_frame(frame)
	local twin = setmetatable({
		job = self.job,
		plan = self.plan,
		work = self.work,
		clock = clock,
		sandbox = self.sandbox,
		rng = Rng.new(self.job.seed),
		recorder = Recorder.new(clock, self.work, self.job.limits),
		scheduler = Scheduler.new(clock, 1),
		hitches = Hitch.new(nil),
	}, Session)
	twin.class, twin.declared = self.class, self.declared
	twin:_create()
	return twin
end

--- What the world says at the end.
function Session:close()
	local answer = self:ask_metrics()
	local metrics = self.recorder:json(answer, "metrics")
	self.declared:metrics_at_end(answer)
	self.services.tree.tell_waits(function(text) self.recorder:warn(text) end)
	if self.world.section then
		self.doing = "section"
		self.section = World.section(self.world, self.job.world, self.recorder)
	end
	return metrics
end

--- What a world that has failed still says of its run; a world that cannot says nothing.
function Session:close_after_error()
	if self.world and self.world.section then
		self.sandbox.call(function()
			self.section = World.section(self.world, self.job.world, self.recorder)
		end)
	end
end

local DOING = { apply = "apply(%s)" }

-- Where the function stands that was called last, for an error that names no line: what the
-- function returned was wrong, or it ended in a tail call, which takes it off the stack.
function Session:_called()
	local owner = self.doing == "new" and self.class or self.world
	local fn = owner and World.is_method(self.doing) and owner[self.doing]
	local file, line = self.sandbox.defined_at(fn)
	if file then
		return file, line, format("%s:%d: in function '%s'", file, line, self.doing)
	end
end

--- Where a run failed: the place in the code, and what was being done at what time.
function Session:place(err)
	local event = self.doing_index and self.plan.events[self.doing_index]
	local file, line, traceback = err.file, err.line, err.traceback
	-- While a method of the world is called, what cannot be called or used is the world's doing.
	local is_ours = err.is_ours and not World.is_method(self.doing) or nil
	if not file and not is_ours and not err.limit then
		file, line, traceback = self:_called()
	end
	return {
		file = file,
		line = line,
		is_ours = is_ours,
		path = err.path,
		traceback = traceback or err.traceback,
		at_s = self.clock.now,
		frame = self.clock.frame,
		unit = self.recorder:unit_number(),
		dispatching = format(DOING[self.doing] or self.doing, self.doing_name),
		event = event and event.event or nil,
		plan_index = self.doing_index,
	}
end

-- Work units, in all and per Lua function; functions that did nothing are left out.
function Session:cost()
	local functions = {}
	local by_function = self.work.by_function()
	for number = 1, #by_function do
		if by_function[number] > 0 then
			functions[#functions + 1] = {
				["function"] = self.function_name(number),
				work_units = by_function[number],
			}
		end
	end
	return { work_units = self.work.total(), functions = json.mark_empty_list(functions) }
end

local function checkpoint_texts(checkpoints)
	local parts = {}
	for index = 1, #checkpoints do
		local row = checkpoints[index]
		parts[index] = format('{"name":%s,"at_s":%.17g,"frame":%d,"metrics":%s,"state":%s}',
			json.encode(row.name, "name"), row.at_s, row.frame, row.metrics, row.state
		)
	end
	return "[" .. table.concat(parts, ",") .. "]"
end

--- Everything that was recorded, as JSON text beside `out`, which gets the columns.
---@param head table how it ended
---@param out table `{names, blobs}`
---@param metrics? string JSON of the metrics at the end
function Session:export(head, out, metrics)
	local texts, sample_names = self.recorder:export(out)
	head.virtual_s = self.clock.now
	head.frames = self.clock.frame
	head.invariants = json.mark_empty_list(self.invariants and self.invariants:finish() or {})
	head.warnings = json.mark_empty_list(self.recorder.warnings)
	head.samples = json.mark_empty_list(sample_names)
	head.sections = self.sections
	head.probe_findings = self.job.probes and json.mark_empty_list(self.probe_findings)
	head.cost = self:cost()
	return format('{"head":%s,"metrics":%s,"section":%s,"checkpoints":%s,"texts":%s}',
			json.encode(head, "record"), metrics or "null", self.section or "null",
			checkpoint_texts(self.checkpoints), texts
	)
end

return Session
