--- Dispatches the plan's events and the queue, in one order: time, priority, sequence.

local Clock = require("harness.clock")

local max = math.max
local ROUNDING_S = Clock.ROUNDING_S
local NOMINAL, HITCH = 1, 2

local Dispatch = {}
Dispatch.__index = Dispatch

function Dispatch.new(run)
	local self = setmetatable({
		run = run,
		cursor = 1,
		-- Events due before the end of a hold wait for it. Events are sorted, so one number says
		-- which: every one not yet dispatched that is due earlier.
		hold_end_s = -math.huge,
		held_actions = {},
		-- The hitch rows whose stall is to begin (policy stall) or goes on (catch_up).
		stalls = nil,
		stall_end_s = nil,
		-- Entries with a lower sequence were in the queue when the drain at the end of a stall began.
		late_before = nil,
		late_until_s = nil,
	}, Dispatch)
	self.on_dispatch = function(due_s, born_sequence)
		self:timer_is_due(due_s, born_sequence)
	end
	return self
end

--- The time at which the next event of the plan is to be dispatched; infinite when there is none.
function Dispatch:next_due()
	local plan = self.run.plan
	local time_s = math.huge
	if self.cursor <= plan.count then
		time_s = max(plan.events[self.cursor].time, self.hold_end_s)
	end
	if self.held_actions[1] or not self:holds_have_ended() then
		return math.min(time_s, self.hold_end_s)
	end
	return time_s
end

function Dispatch:holds_have_ended()
	return self.run.clock:is_due(self.hold_end_s)
end

--- True once the last event was dispatched and its stall and every hold have ended.
function Dispatch:is_done()
	return self.cursor > self.run.plan.count
		and not self.stalls
		and not self.held_actions[1]
		and self:holds_have_ended()
end

--- Entries of the queue, the plan's included, that are due by `time_s`.
function Dispatch:due_count(time_s)
	local plan, count = self.run.plan, 0
	local index = self.cursor
	local limit_s = time_s + ROUNDING_S
	while index <= plan.count and max(plan.events[index].time, self.hold_end_s) <= limit_s do
		count = count + 1
		index = index + 1
	end
	return count + self.run.scheduler:due_count(time_s)
end

-- Late because of a stall: it was in the queue when the drain at its end began, and due by then.
function Dispatch:_class(due_s, sequence)
	local was_waiting = self.late_before and sequence < self.late_before
	return was_waiting and due_s <= self.late_until_s + ROUNDING_S and HITCH or NOMINAL
end

function Dispatch:timer_is_due(due_s, born_sequence)
	local run = self.run
	run.doing = "timer"
	run.stats:dispatched()
	run.lateness:add(self:_class(due_s, born_sequence), run.clock.now - due_s)
end

--- Dispatch all that is due now. A hitch that begins a stall ends it: the rest waits.
---@param at_stall_end? boolean true for the drain at the end of a stall under policy `stall`
function Dispatch:drain(at_stall_end)
	local run = self.run
	local scheduler, clock = run.scheduler, run.clock
	local watermark = scheduler:begin_drain()
	self.late_before = at_stall_end and watermark or nil
	self.late_until_s = clock.now
	run.stats:depth(scheduler:depth() + run.plan.count - self.cursor + 1)
	local in_stall = self.stalls ~= nil
	run.stopwatch:drains()
	while true do
		local due_s = self:next_due()
		scheduler:drain(clock.now, due_s, self.on_dispatch)
		if not clock:is_due(due_s) then
			break
		elseif self.held_actions[1] and self:holds_have_ended() then
			self:_apply_held(table.remove(self.held_actions, 1))
		else
			self:_next_event()
		end
		if self.stalls and not in_stall then
			break
		end
	end
	run.stopwatch:drained()
	self.late_before = nil
end

local function row_of(self, index, event)
	local run = self.run
	local due_s = event.time
	local held_until_s = due_s < self.hold_end_s - ROUNDING_S and self.hold_end_s or nil
	-- An event before the start is due at the start.
	local measured_s = held_until_s or max(due_s, 0)
	local class = self:_class(measured_s, 0)
	local lateness_s = run.lateness:add(class, run.clock.now - measured_s)
	run.stats:dispatched()
	local fields = run.recorder.watchers[event.event] and run.plan:row_fields(index)
	local row = run.recorder
		:plan_event(index, event.event, fields, due_s, lateness_s, class, held_until_s)
	return row, measured_s
end

-- When a timeline entry was to be applied: its authored time, and the time that its hold or the
-- start of the run has made of it.
local function timed(action, event, due_s)
	action.at_s, action.due_s = event.time, due_s
	return action
end

-- The vocabulary of worlds that declare these kinds: the planned event, as arguments.
local function apply_kind(self, _, row, index, due_s)
	self:_apply_kind({ row = row, index = index, due_s = due_s })
end

local HANDLERS = {}

function Dispatch:_next_event()
	local index = self.cursor
	self.cursor = index + 1
	local event = self.run.plan.events[index]
	self.run.doing_index = index
	local row, due_s = row_of(self, index, event)
	local handle = HANDLERS[event.event] or apply_kind
	handle(self, event, row, index, due_s)
	self.run.doing_index = nil
end

-- What waited for the end of its hold is due then.
function Dispatch:_apply_held(held)
	held.due_s = self.hold_end_s
	self.run.doing_index = held.index
	self:_apply_kind(held)
	self.run.doing_index = nil
end

function Dispatch:_apply(row, action)
	local run = self.run
	local accepted, second, message = run:apply(action)
	if not accepted then
		run.recorder:refused(row, second, message)
	elseif second ~= nil then
		run.recorder:details(row, second)
	end
end

function HANDLERS.action(self, event, row, _, due_s)
	local args = event.args and self.run.plan:arguments(event.args) or {}
	self:_apply(row, timed({ name = event.name, args = args }, event, due_s))
end

function Dispatch:_apply_kind(held)
	local event = self.run.plan.events[held.index]
	local name = self.run.job.action_of_kind[event.event]
	local action = { name = name, args = self.run.plan:fields(held.index) }
	self:_apply(held.row, timed(action, event, held.due_s))
end

--- Begin a hitch of `magnitude_s`; inside a stall of `catch_up` it lengthens that stall.
function Dispatch:_hitch(due_s, row, magnitude_s)
	local run = self.run
	run.recorder:details(row, { hitchDuration = magnitude_s })
	local hitch = run.hitches:begin(due_s, run.clock.now, magnitude_s)
	local end_s = run.clock.now + magnitude_s
	if self.stalls and run.job.hitch_policy == "catch_up" then
		self.stalls[#self.stalls + 1] = hitch
		self.stall_end_s = max(self.stall_end_s, end_s)
	else
		self.stalls = { hitch }
		self.stall_end_s = end_s
	end
end

function HANDLERS.hitch(self, event, row, _, due_s)
	self:_hitch(due_s, row, self.run.hitches:draw(event.duration, event.jitter))
end

local function checkpoint(self, event)
	local names = self.run.checkpoint_names
	names[#names + 1] = event.name
end

HANDLERS.checkpoint = checkpoint
HANDLERS.expect = checkpoint

local function duration_of(event)
	local duration_s = event.duration
	if duration_s == nil and type(event.parameters) == "table" then
		duration_s = event.parameters.duration
	end
	return type(duration_s) == "number" and duration_s > 0 and duration_s or nil
end

-- Two player actions are the bench's own and work in every world.
HANDLERS["player-action"] = function(self, event, row, index, due_s)
	local run = self.run
	local name = run.job.action_of_kind[event.event]
	local declared = run.actions and run.actions[name] ~= nil
	local is_hitch, is_hold = event.action == "inject-hitch", event.action == "observe-telemetry"
	local duration_s = duration_of(event)
	if (is_hitch or is_hold) and not duration_s then
		run.recorder:warn(event.action .. " needs a positive duration")
	end
	if is_hold and duration_s then
		self.hold_end_s = max(self.hold_end_s, run.clock.now + duration_s)
		if declared then
			self.held_actions[#self.held_actions + 1] = { row = row, index = index }
		end
		return
	end
	if declared or not (is_hitch or is_hold) then
		self:_apply_kind({ row = row, index = index, due_s = due_s })
	end
	if is_hitch and duration_s then
		self:_hitch(due_s, row, duration_s)
	end
end

return Dispatch
