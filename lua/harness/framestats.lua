--- Figures of the frames and the queue of one run, for the section of the record.

local json = require("harness.json")

local Framestats = {}
Framestats.__index = Framestats

function Framestats.new()
	return setmetatable({
		steps = 0, step_total = 0, step_min = nil, step_max = nil,
		depth_samples = 0, depth_total = 0, depth_max = 0,
		triggered = 0, triggered_max = 0, eventful = 0, in_step = 0,
	}, Framestats)
end

--- One drain of the queue is about to begin.
function Framestats:depth(depth)
	self.depth_samples = self.depth_samples + 1
	self.depth_total = self.depth_total + depth
	self.depth_max = depth > self.depth_max and depth or self.depth_max
end

--- One entry of the queue was dispatched.
function Framestats:dispatched()
	self.in_step = self.in_step + 1
end

--- One unit of work has passed, `dt` seconds after the one before. Frame 0 takes no time.
function Framestats:step(dt)
	local in_step = self.in_step
	self.in_step = 0
	self.triggered = self.triggered + in_step
	self.triggered_max = in_step > self.triggered_max and in_step or self.triggered_max
	self.eventful = self.eventful + (in_step > 0 and 1 or 0)
	if dt > 0 then
		self.steps = self.steps + 1
		self.step_total = self.step_total + dt
		self.step_min = (not self.step_min or dt < self.step_min) and dt or self.step_min
		self.step_max = (not self.step_max or dt > self.step_max) and dt or self.step_max
	end
end

local function ratio(total, count)
	return count > 0 and total / count or json.null
end

--- Return the figures as plain data.
---@param scheduled integer entries that were ever scheduled
---@param simulated_s number clock at the end
---@param lateness table
function Framestats:summary(scheduled, simulated_s, lateness)
	return {
		stepCount = self.steps,
		totalSimulated = simulated_s,
		minStep = self.step_min or json.null,
		maxStep = self.step_max or json.null,
		averageStep = ratio(self.step_total, self.steps),
		scheduledEvents = scheduled,
		queue = {
			samples = self.depth_samples,
			totalDepth = self.depth_total,
			averageDepth = ratio(self.depth_total, self.depth_samples),
			maxDepth = self.depth_max,
		},
		events = {
			triggered = self.triggered,
			perStep = ratio(self.triggered, self.steps),
			maxPerStep = self.triggered_max,
			eventfulSteps = self.eventful,
		},
		lateness = lateness,
	}
end

return Framestats
