--- What a run takes on this machine: the wall time of its frames, and memory.
---
--- The only place in Lua that reads the machine's clock. What it tells stands under `host` of the
--- record, and nothing of a run may follow from it; user code has no way here.

local ffi = ffi
local collectgarbage, tonumber = collectgarbage, tonumber

ffi.cdef("struct stopwatch_time { long sec, nsec; };"
	.. "int clock_gettime(int clock, struct stopwatch_time *time);")

local C = ffi.C
local CLOCK_MONOTONIC = ffi.os == "OSX" and 6 or 1
local time = ffi.new("struct stopwatch_time")

-- The collector's own pause, in percent: its next round begins when the memory has doubled. A round
-- at the start, which no run would have had, brings that forward; so it begins when the memory is
-- four times as large, as long as that is no more than so many KiB on top.
local PAUSE, PAUSE_AFTER_START = 200, 400
local GROWTH_MAX_KB = 64 * 1024

-- After so many samples of the memory the next ones come half as often: a few hundred in a run,
-- however long it is.
local SAMPLES_PER_STRIDE = 32

local Stopwatch = {}
Stopwatch.__index = Stopwatch

local function now_s()
	C.clock_gettime(CLOCK_MONOTONIC, time)
	return tonumber(time.sec) + tonumber(time.nsec) * 1e-9
end

function Stopwatch.new()
	return setmetatable({
		started_s = nil, frames_s = nil,
		drain_s = false, drains_s = 0,
		units = 0, stride = 1, next_sample = 1,
		samples = 0, start_kb = nil, end_kb = nil, min_kb = math.huge, max_kb = 0,
	}, Stopwatch)
end

local function sample(self)
	local kb = collectgarbage("count")
	self.samples = self.samples + 1
	self.min_kb = kb < self.min_kb and kb or self.min_kb
	self.max_kb = kb > self.max_kb and kb or self.max_kb
	return kb
end

--- The first unit of work is about to begin. What loading has left behind is collected first: how
--- much of it is still there would hang on the collector. The end of a run is taken as it comes,
--- since collecting there takes long; with a begin that is always the same the collector's rounds
--- come at the same places too.
function Stopwatch:start()
	local pause = 100 * (1 + GROWTH_MAX_KB / collectgarbage("count"))
	collectgarbage("setpause", math.max(PAUSE, math.min(pause, PAUSE_AFTER_START)))
	collectgarbage()
	collectgarbage("setpause", PAUSE)
	self.start_kb = sample(self)
	self.started_s = now_s()
end

--- The last unit of work is over, or the run has failed. Nothing happens where no unit began, or
--- when this has been said before.
function Stopwatch:stop()
	if not self.started_s or self.frames_s then
		return
	end
	if self.drain_s then
		self:drained()
	end
	self.frames_s = now_s() - self.started_s
	self.end_kb = sample(self)
end

--- The queue is about to be emptied of what is due.
function Stopwatch:drains()
	self.drain_s = now_s()
end

--- Nothing is due any more.
function Stopwatch:drained()
	self.drains_s = self.drains_s + (now_s() - self.drain_s)
	self.drain_s = false
end

--- One unit of work has passed.
function Stopwatch:unit()
	self.units = self.units + 1
	if self.units == self.next_sample then
		sample(self)
		if self.samples % SAMPLES_PER_STRIDE == 0 then
			self.stride = 2 * self.stride
		end
		self.next_sample = self.units + self.stride
	end
end

--- The figures as plain data; nil for a run of which no unit began.
function Stopwatch:figures()
	if not self.started_s then
		return nil
	end
	self:stop()
	return {
		waitRuntime = self.frames_s - self.drains_s,
		eventRuntime = self.drains_s,
		gc = {
			samples = self.samples,
			startKb = self.start_kb,
			minKb = self.min_kb,
			maxKb = self.max_kb,
			endKb = self.end_kb,
			deltaKb = self.end_kb - self.start_kb,
		},
	}
end

return Stopwatch
