--- The ping: its last good value, and what is made of its samples.

local Time = require("worlds.autoparry.time")

local abs, huge, max, min = math.abs, math.huge, math.max, math.min
local pcall, type = pcall, type

local READ_INTERVAL_S, SAMPLE_INTERVAL_S = 0.1, 0.2
-- Times that are sums of frames may miss an interval by a rounding.
local ROUNDING_S = Time.ROUNDING_S
local MS_PER_S = 1000

local PING_ALPHA, JITTER_ALPHA = 0.25, 0.35

-- What a good connection has; only what is above counts as stress.
local CALM_PING_S, CALM_JITTER_S = 0.035, 0.01

local Ping = {}
Ping.__index = Ping

--- A ping that nothing is known of yet.
---@param read fun(): number|nil milliseconds; nil or an error when the value cannot be had
---@return table ping `value_s`, `smoothed_s`, `jitter_s`: all 0 before the first good read
function Ping.new(read)
	return setmetatable({
		read = read,
		value_s = 0, smoothed_s = 0, jitter_s = 0,
		samples = 0, last_sample_s = 0,
		next_read_s = -huge, next_sample_s = -huge,
	}, Ping)
end

-- The value now, in seconds; nil when the statistic fails or gives no duration.
local function read_s(read)
	local is_good, ms = pcall(read)
	if is_good and type(ms) == "number" and ms >= 0 and ms < huge then
		return ms / MS_PER_S
	end
	return nil
end

local function take_sample(self, value_s)
	if self.samples == 0 then
		self.smoothed_s = value_s
	else
		local difference_s = abs(value_s - self.last_sample_s)
		local seed_s = self.samples == 1 and difference_s or self.jitter_s
		self.jitter_s = seed_s + JITTER_ALPHA * (difference_s - seed_s)
		self.smoothed_s = self.smoothed_s + PING_ALPHA * (value_s - self.smoothed_s)
	end
	self.samples, self.last_sample_s = self.samples + 1, value_s
end

--- Read the ping if it is time to. A failed read keeps the last good value and is no sample.
---@param now number
function Ping:update(now)
	if now < self.next_read_s then
		return
	end
	self.next_read_s = now + READ_INTERVAL_S - ROUNDING_S
	local value_s = read_s(self.read)
	if not value_s then
		return
	end
	self.value_s = value_s
	if now >= self.next_sample_s then
		self.next_sample_s = now + SAMPLE_INTERVAL_S - ROUNDING_S
		take_sample(self, value_s)
	end
end

-- Ping and jitter above what is calm.
local function excess(ping_s, jitter_s)
	return max(ping_s - CALM_PING_S, 0), max(jitter_s - CALM_JITTER_S, 0)
end

local function clamp(value, low, high)
	return min(max(value, low), high)
end

--- How bad the connection is, from 0 to 2.
function Ping.stress(ping_s, jitter_s)
	local from_ping = clamp((ping_s - CALM_PING_S) / 0.145, 0, 2)
	return min(from_ping + 0.6 * clamp(jitter_s / CALM_JITTER_S, 0, 1.6), 2)
end

--- How bad it is now.
function Ping:stress_now()
	return Ping.stress(self.smoothed_s, self.jitter_s)
end

--- Seconds that a press is made earlier.
function Ping.compensation(ping_s, jitter_s)
	local ping_excess_s, jitter_excess_s = excess(ping_s, jitter_s)
	local stress_s = 0.015 * Ping.stress(ping_s, jitter_s)
	return min(0.85 * ping_excess_s + 0.55 * jitter_excess_s + stress_s, 0.09)
end

--- Seconds that a press needs at least before the impact.
function Ping.min_lead(ping_s)
	return min(0.45 * ping_s, 0.065)
end

--- Seconds of slack that the connection adds.
function Ping.slack_add(ping_s, jitter_s)
	local ping_excess_s, jitter_excess_s = excess(ping_s, jitter_s)
	return min(0.5 * ping_excess_s + 0.35 * jitter_excess_s, 0.05)
end

return Ping
