--- What the presses of a ball that oscillates keep to: gaps, windows, limits, and when they panic.
---
--- Where an option is unset, what asks about it never holds: no forced press without
--- `oscillationMaxLookahead` or `oscillationSpamCooldown`, no burst without its presses, window or
--- lookahead, no panic for a cause without a limit. What it would scale or add to stays as it is.

local floor, max, min = math.floor, math.max, math.min

-- No two presses are to come closer than this.
local GAP_MIN_S = 1 / 120
-- What a bend as strong as there is adds to the time in which an impact counts.
local SEVERE_LOOKAHEAD_S = 0.22
-- What of the connection keeps the presses of a burst apart.
local PING_SHARE, JITTER_SHARE, CONNECTION_S = 0.45, 0.35, 0.006

local BurstValues = {}

local function clamp(value)
	return min(max(value, 0), 1)
end

--- Seconds from one press of a burst to the next.
---@param values table the options
function BurstValues.gap(values, ping_s, jitter_s, is_panicking)
	local scale = is_panicking and values.oscillationSpamPanicGapScale or 1
	return max(
		(values.oscillationSpamBurstGap or 0) * scale, values.oscillationSpamMinGap or 0, GAP_MIN_S,
		PING_SHARE * ping_s + JITTER_SHARE * jitter_s + CONNECTION_S
	)
end

--- How much of a burst's window its gap leaves, from 0 to 1; nil without a window. Panic follows
--- from this and changes the gap: so the gap that counts here is the one without panic.
function BurstValues.tightness(values, ping_s, jitter_s)
	local window_s = values.oscillationSpamBurstWindow
	return window_s and clamp(1 - BurstValues.gap(values, ping_s, jitter_s, false) / window_s)
end

--- Whether there is reason to panic now.
---@param tightness number|nil of `BurstValues.tightness`
---@param speed number
---@param slack_s number how much earlier than planned a press may be made
function BurstValues.has_cause(values, tightness, speed, slack_s)
	local tight, delta = values.oscillationSpamPanicTightness, values.oscillationSpamPanicSpeedDelta
	local slack_max_s = values.oscillationSpamPanicSlack
	return tight ~= nil and tightness ~= nil and tightness >= tight
		or delta ~= nil and speed > values.minSpeed + delta
		or slack_max_s ~= nil and slack_s <= slack_max_s
end

--- Seconds after the forced press in which its burst may press; nil for no burst.
function BurstValues.window(values, is_panicking)
	local window_s = values.oscillationSpamBurstWindow
	local scale = is_panicking and values.oscillationSpamPanicWindowScale or 1
	return window_s and window_s * scale
end

--- How far off the impact may be for a press of a burst; nil for no burst.
function BurstValues.lookahead(values, is_panicking)
	local lookahead_s = values.oscillationSpamBurstLookahead
	local boost_s = is_panicking and values.oscillationSpamPanicLookaheadBoost or 0
	return lookahead_s and lookahead_s + boost_s
end

--- Presses of a burst, the forced one aside; half a press is none.
function BurstValues.presses(values)
	local has_burst = values.oscillationSpamBurstWindow and values.oscillationSpamBurstLookahead
	return has_burst and floor(values.oscillationSpamBurstPresses or 0) or 0
end

--- Seconds from any press to a forced one; nil for no forced press.
---@param closeness number of `BurstValues.closeness`
function BurstValues.cooldown(values, closeness, is_panicking)
	local cooldown_s = values.oscillationSpamCooldown
	if not cooldown_s then
		return nil
	end
	local share = 1 - (values.oscillationSpamCooldownTightnessGain or 0) * closeness
	local scale = is_panicking and values.oscillationSpamCooldownPanicScale or 1
	return max(cooldown_s * share, GAP_MIN_S) * scale
end

--- How far off the impact may be for a forced press; nil for no forced press.
---@param severity number how much the ball bends; all above 1 is alike
function BurstValues.max_lookahead(values, severity)
	local lookahead_s = values.oscillationMaxLookahead
	return lookahead_s and lookahead_s + SEVERE_LOOKAHEAD_S * clamp(severity)
end

--- 1 at the sphere and inside it, 0 from a safe radius before it on.
function BurstValues.closeness(d0, safe_radius)
	return d0 <= 0 and 1 or clamp(1 - d0 / safe_radius)
end

--- All of them at once, for one press.
---@param given table {values, ping_s, jitter_s, closeness, severity?, tightness?, speed, slack_s}
---@return table {panic, tightness?, gap, window?, lookahead?, presses, cooldown?, max_lookahead?}
function BurstValues.of(given)
	local values, ping_s, jitter_s = given.values, given.ping_s, given.jitter_s
	local tightness = given.tightness or BurstValues.tightness(values, ping_s, jitter_s)
	local panic = BurstValues.has_cause(values, tightness, given.speed, given.slack_s)
	return {
		panic = panic,
		tightness = tightness,
		gap = BurstValues.gap(values, ping_s, jitter_s, panic),
		window = BurstValues.window(values, panic),
		lookahead = BurstValues.lookahead(values, panic),
		presses = BurstValues.presses(values),
		cooldown = BurstValues.cooldown(values, given.closeness, panic),
		max_lookahead = BurstValues.max_lookahead(values, given.severity or 0),
	}
end

return BurstValues
