--- Virtual time: an integer frame counter. Frame n is at exactly n / rate seconds.
---
--- Only the end of a hitch may lie off the grid; `frame` is then the last grid frame before it.

local floor = math.floor

local FRAME_MAX = 2 ^ 53

local Clock = {}
Clock.__index = Clock

--- Times are compared with this allowance: 0.2 + 0.1 is due at frame 72 of 240 Hz.
Clock.ROUNDING_S = 1e-9

---@param rate_hz number frames in a virtual second
function Clock.new(rate_hz)
	local clock = { now = 0, frame = 0, rate_hz = rate_hz, frames_max = math.huge, over = nil }
	return setmetatable(clock, Clock)
end

--- Name what happens when the frame counter passes `frames_max`.
function Clock:limit(frames_max, over)
	self.frames_max = frames_max
	self.over = over
end

function Clock:time_of(frame)
	return frame / self.rate_hz
end

--- The first frame at or after `time_s`.
function Clock:frame_from(time_s)
	local frame = floor(time_s * self.rate_hz)
	-- Beyond 2^53 there is no next frame to try.
	while frame / self.rate_hz + Clock.ROUNDING_S < time_s and frame < FRAME_MAX do
		frame = frame + 1
	end
	return frame
end

--- True when something due at `time_s` is due now.
function Clock:is_due(time_s)
	return time_s <= self.now + Clock.ROUNDING_S
end

--- The last frame at or before `time_s`.
function Clock:frame_until(time_s)
	local frame = floor(time_s * self.rate_hz) + 1
	while frame / self.rate_hz > time_s + Clock.ROUNDING_S and frame < FRAME_MAX do
		frame = frame - 1
	end
	return frame
end

--- Go to a grid frame.
function Clock:go_to_frame(frame)
	if frame > self.frames_max then
		self.over()
	end
	self.frame = frame
	self.now = frame / self.rate_hz
end

--- Go to a time that may lie off the grid, no earlier than now; a time within the allowance of a
--- grid frame is that frame, so that no frame of 1e-16 s follows.
function Clock:go_to_time(time_s)
	local frame = self:frame_until(time_s)
	if frame > self.frames_max then
		self.over()
	end
	self.frame = frame
	local grid = frame / self.rate_hz
	self.now = time_s - grid <= Clock.ROUNDING_S and grid or time_s
end

return Clock
