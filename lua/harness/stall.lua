--- What passes while a frame takes too long.
---
--- `stall`: the clock jumps; physics runs the missed frames, then the queue runs late, once.
--- `catch_up`: frames pass one by one, only the frame callback waits. Either way physics stays on
--- the grid, so that nothing that moves depends on hitches.

local Clock = require("harness.clock")

local ROUNDING_S = Clock.ROUNDING_S

local Stall = {}

-- One grid frame of physics; its clock is its frame.
local function substep(run)
	local clock, world = run.clock, run.world
	clock:go_to_frame(clock.frame + 1)
	run.doing = "substep"
	world:substep(1 / clock.rate_hz, clock.now)
end

local function frame_follows(clock, end_s)
	return clock:time_of(clock.frame + 1) <= end_s + ROUNDING_S
end

local function pass_at_once(run, dispatch)
	local clock, hitch, end_s = run.clock, dispatch.stalls[1], dispatch.stall_end_s
	local from_frame = clock.frame
	while run.world.substep and frame_follows(clock, end_s) do
		substep(run)
	end
	clock:go_to_time(end_s)
	hitch.substeps = clock.frame - from_frame
	run.hitches:finish(hitch, clock.now)
	dispatch.stalls = nil
	dispatch:drain(true)
end

local function pass_by_frames(run, dispatch)
	local clock, stalls = run.clock, dispatch.stalls
	-- A hitch that is dispatched on the way lengthens the stall, also in the last drain.
	while clock.now < dispatch.stall_end_s - ROUNDING_S do
		if frame_follows(clock, dispatch.stall_end_s) then
			if run.world.substep then
				substep(run)
			else
				clock:go_to_frame(clock.frame + 1)
			end
			for index = 1, #stalls do
				stalls[index].substeps = stalls[index].substeps + 1
			end
		else
			clock:go_to_time(dispatch.stall_end_s)
		end
		dispatch:drain()
	end
	for index = 1, #stalls do
		run.hitches:finish(stalls[index], clock.now)
	end
	dispatch.stalls = nil
end

--- Let the stall that has begun pass; the frame callback is the caller's.
function Stall.pass(run, dispatch)
	dispatch.stalls[1].queueDeferred = dispatch:due_count(dispatch.stall_end_s)
	if run.job.hitch_policy == "stall" then
		pass_at_once(run, dispatch)
	else
		pass_by_frames(run, dispatch)
	end
end

return Stall
