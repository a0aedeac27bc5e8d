--- Driver `timeline`: the events of a plan, frame by frame. One unit of work is one frame; a stall
--- is one unit, whatever it missed.
---
--- Inside frame n: physics to frame n, the queue, the frame callback. The plan's events are the
--- front of the queue: priority 0 and the lowest sequence numbers, so a sorted list and a cursor
--- stand for them, and a hold is one number.

local Clock = require("harness.clock")
local Dispatch = require("harness.dispatch")
local Stall = require("harness.stall")
local World = require("harness.world")
local json = require("harness.json")

local ROUNDING_S = Clock.ROUNDING_S
local SETTLE_MINIMUM_S = 0.25

local format = string.format

local Timeline = {}

function Timeline.begin(run)
	run.recorder.unit_is_frame = true
	run.timeline = {
		dispatch = Dispatch.new(run),
		last_step_s = 0,
		started = false,
		settling_from_s = nil,
		may_sleep = not (run.world.substep or run.world.step),
		-- Since when the signals of `env.services` have not been fired.
		silent_from_s = 0,
	}
end

-- The frame callback and the end of the unit's figures.
local function finish_unit(run, state)
	local world, now = run.world, run.clock.now
	local dt = now - state.last_step_s
	if world.step then
		run.doing = "step"
		world:step(dt)
	end
	run.services.tree.frame(run, now - state.silent_from_s)
	state.last_step_s, state.silent_from_s = now, now
	run.stats:step(dt)
end

-- The first time at which anything can happen; a world without frames sleeps until then.
local function next_time(run, state)
	local time_s = math.min(state.dispatch:next_due(), run.scheduler:next_due() or math.huge)
	if state.dispatch:is_done() then
		local from_s = state.settling_from_s
		local target_s = from_s + SETTLE_MINIMUM_S
		if run.clock.now >= target_s - ROUNDING_S then
			target_s = from_s + run.job.settle_limit_s
		end
		time_s = math.min(time_s, target_s)
	end
	return time_s
end

local function next_frame(run, state)
	local clock = run.clock
	local frame = clock.frame + 1
	if state.may_sleep and not run.services.tree.is_framed() then
		frame = math.max(frame, clock:frame_from(next_time(run, state)))
		-- Whoever connects on this frame is called as if the frames that nobody saw had passed.
		state.silent_from_s = math.max(state.silent_from_s, clock:time_of(frame - 1))
	end
	run.doing = "frame"
	clock:go_to_frame(frame)
	if run.world.substep then
		run.doing = "substep"
		run.world:substep(1 / clock.rate_hz, clock.now)
	end
	state.dispatch:drain()
end

-- Whether the world has come to rest; if not, what is left and which.
local function is_settled(run)
	if run.world.done then
		run.doing = "done"
		local is_done, what, which = World.done(run.world)
		return is_done, what or "the world is not done", which
	end
	local count = run.scheduler:one_shots()
	return count == 0, format("%d scheduled entries are pending", count)
end

-- After the last entry, its stall and every hold: until the world has come to rest.
local function end_of_run(run, state)
	if not state.dispatch:is_done() then
		return nil
	end
	local now, limit_s = run.clock.now, run.job.settle_limit_s
	state.settling_from_s = state.settling_from_s or now
	local settled_for_s = now - state.settling_from_s
	if settled_for_s < SETTLE_MINIMUM_S - ROUNDING_S then
		return nil
	end
	local is_done, what, which = is_settled(run)
	if is_done then
		return "settled"
	elseif settled_for_s >= limit_s - ROUNDING_S then
		local text = format("%s after %.14g s settle limit", what, limit_s)
		run.recorder:warn(which and which ~= "" and text .. ": " .. which or text)
		return "settle_limit"
	end
end

function Timeline.unit(run)
	local state = run.timeline
	if not state.started then
		state.started = true
		state.dispatch:drain()
	elseif state.dispatch.stalls then
		Stall.pass(run, state.dispatch)
	else
		next_frame(run, state)
	end
	finish_unit(run, state)
	return nil, end_of_run(run, state)
end

--- Add what this driver has to say to the record, as far as the run came.
function Timeline.finish(run)
	run.sections.timeline = {
		hitch_policy = run.job.hitch_policy,
		hitches = json.mark_empty_list(run.hitches.log),
		hitch_totals = run.hitches:totals(),
		lateness_samples = run.lateness:samples(),
		scheduler = run.stats:summary(
			run.plan.count + run.scheduler.scheduled, run.clock.now, run.lateness:summary()
		),
	}
end

return Timeline
