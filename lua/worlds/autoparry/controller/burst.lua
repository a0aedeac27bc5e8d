--- Presses of a ball that oscillates: forced ones, the bursts that follow them, and panic.
---
--- Such a press asks for no closing ball: only for an impact, soon enough. There is one burst at a
--- time for all balls, since a press protects from each of them. What is not about the impact and
--- the time since the last press is for the caller to ask.

local BurstHook = require("worlds.autoparry.controller.burst_hook")
local BurstValues = require("worlds.autoparry.controller.burst_values")
local Oscillation = require("worlds.autoparry.controller.oscillation")
local Time = require("worlds.autoparry.time")

local huge = math.huge
local is_oscillating = Oscillation.is_oscillating

local ROUNDING_S = Time.ROUNDING_S

local Burst = {}
Burst.__index = Burst

Burst.values, Burst.test_hook = BurstValues.of, BurstHook.evaluate

--- Without a burst, and calm.
function Burst.new()
	local self = setmetatable({}, Burst)
	self:reset()
	return self
end

--- Forget the burst and the panic.
function Burst:reset()
	-- The ball of the burst, when its forced press came, and the presses made since.
	self.ball, self.began_s, self.made = false, -huge, 0
	self.is_panicking, self.panic_until_s = false, -huge
end

--- The ball is gone: so is its burst.
---@param b table
function Burst:forget(b)
	if self.ball == b then
		self.ball = false
	end
end

--- Whether there is panic at `now`, which is not before the last `wants`. The field `is_panicking`
--- says whether there was at that.
---@return boolean
function Burst:panics(now)
	return now <= self.panic_until_s + ROUNDING_S
end

-- Panic, once there was a cause, lasts for the time of recovery; without one no longer than it.
function Burst:_panic(b, now, n, values, ping)
	local tightness = BurstValues.tightness(values, ping.value_s, ping.jitter_s)
	if BurstValues.has_cause(values, tightness, b.speed, n.slack_s) then
		self.panic_until_s = now + (values.oscillationSpamRecoverySeconds or 0)
		self.is_panicking = true
	end
end

-- Whether the burst has presses left, and time.
function Burst:_is_running(now, values)
	return self.ball and self.made < BurstValues.presses(values)
		and now - self.began_s <= BurstValues.window(values, self.is_panicking) + ROUNDING_S
end

function Burst:_is_burst_due(b, values, ping, since_s)
	local is_panicking = self.is_panicking
	return b.impact <= BurstValues.lookahead(values, is_panicking)
		and since_s >= BurstValues.gap(values, ping.value_s, ping.jitter_s, is_panicking)
end

function Burst:_is_forced_due(b, values, since_s)
	local lookahead_s = BurstValues.max_lookahead(values, b.severity)
	if not lookahead_s or b.impact > lookahead_s then
		return false
	end
	local closeness = BurstValues.closeness(b.d0, values.safeRadius)
	local cooldown_s = BurstValues.cooldown(values, closeness, self.is_panicking)
	return cooldown_s ~= nil and since_s >= cooldown_s
end

--- Whether a press of `b` because of its oscillation is due now, and of which kind.
---@param b table with its kinematics and prediction of `now`
---@param now number
---@param n table of `Numbers.update`
---@param values table the options
---@param ping table
---@param last_press_s number of any ball
---@return "forced"|"burst"|nil
function Burst:wants(b, now, n, values, ping, last_press_s)
	self.is_panicking = self:panics(now)
	local swings = is_oscillating(b, now, values)
	local has_burst = self.ball == b
	if not (swings or has_burst) then
		return nil
	end
	self:_panic(b, now, n, values, ping)
	local since_s = now - last_press_s + ROUNDING_S
	if self:_is_running(now, values) then
		return has_burst and self:_is_burst_due(b, values, ping, since_s) and "burst" or nil
	end
	self.ball = false
	return swings and self:_is_forced_due(b, values, since_s) and "forced" or nil
end

--- A press that `wants` asked for was made.
---@param kind "forced"|"burst"
function Burst:pressed(b, now, kind)
	if kind == "forced" then
		self.ball, self.began_s, self.made = b, now, 0
	else
		self.made = self.made + 1
	end
end

return Burst
