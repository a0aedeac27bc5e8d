--- How late entries of the queue were dispatched, in all and by class.
---
--- Nearly every sample is 0, so zeros are counted and only the others are kept.

local json = require("harness.json")

local floor = math.floor

local Lateness = {}
Lateness.__index = Lateness

local ZERO_BELOW_S = 1e-6
local CLASS_NAMES = { "nominal", "hitch" }

---@param frame_s number length of a frame; up to one frame late counts as on time
function Lateness.new(frame_s)
	local self = setmetatable({ on_time_max_s = frame_s + ZERO_BELOW_S, classes = {} }, Lateness)
	for class = 1, #CLASS_NAMES do
		self.classes[class] = { zeros = 0, late = {}, total = 0 }
	end
	return self
end

--- Take one sample; return it as it counts.
---@param class integer 1 nominal, 2 hitch
function Lateness:add(class, lateness_s)
	local samples = self.classes[class]
	if lateness_s < ZERO_BELOW_S then
		samples.zeros = samples.zeros + 1
		return 0
	end
	samples.late[#samples.late + 1] = lateness_s
	samples.total = samples.total + lateness_s
	return lateness_s
end

local function value_at(zeros, late, index)
	return index < zeros and 0 or late[index - zeros + 1]
end

-- Linear interpolation at rank (n - 1) * q, counted from 0.
local function percentile(zeros, late, count, q)
	local rank = (count - 1) * q
	local low = floor(rank)
	local value = value_at(zeros, late, low)
	if rank == low then
		return value
	end
	return value + (value_at(zeros, late, low + 1) - value) * (rank - low)
end

local function summary(zeros, late, total, on_time_max_s)
	local count = zeros + #late
	local null = json.null
	if count == 0 then
		return {
			samples = 0, onTime = 0, total = 0, average = null, min = null, max = null,
			p50 = null, p95 = null, p99 = null,
		}
	end
	table.sort(late)
	local on_time = zeros
	while late[on_time - zeros + 1] and late[on_time - zeros + 1] <= on_time_max_s do
		on_time = on_time + 1
	end
	return {
		samples = count,
		onTime = on_time,
		total = total,
		average = total / count,
		min = value_at(zeros, late, 0),
		max = value_at(zeros, late, count - 1),
		p50 = percentile(zeros, late, count, 0.5),
		p95 = percentile(zeros, late, count, 0.95),
		p99 = percentile(zeros, late, count, 0.99),
	}
end

--- Return the figures of all samples, with those of each class under `nominal` and `hitch`:
--- samples, onTime, total, average, min, max, p50, p95 and p99 in seconds.
function Lateness:summary()
	local zeros, late, total, parts = 0, {}, 0, {}
	for class = 1, #CLASS_NAMES do
		local samples = self.classes[class]
		zeros = zeros + samples.zeros
		total = total + samples.total
		for index = 1, #samples.late do
			late[#late + 1] = samples.late[index]
		end
		parts[class] = summary(samples.zeros, samples.late, samples.total, self.on_time_max_s)
	end
	local all = summary(zeros, late, total, self.on_time_max_s)
	for class = 1, #CLASS_NAMES do
		all[CLASS_NAMES[class]] = parts[class]
	end
	return all
end

--- Return the samples themselves by class, for figures over several runs: how many were 0, and the
--- others in rising order.
function Lateness:samples()
	local parts = {}
	for class = 1, #CLASS_NAMES do
		local samples = self.classes[class]
		local late = samples.late
		table.sort(late)
		parts[CLASS_NAMES[class]] = { zeros = samples.zeros, late = json.mark_empty_list(late) }
	end
	return parts
end

return Lateness
