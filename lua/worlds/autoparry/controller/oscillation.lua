--- Whether a ball swings to and fro in front of the player.
---
--- A flip is a change of the closing speed's sign from one reading to a later one; a reading of
--- exactly 0 has no sign. Room for flips is made with the first of them, and kept for the balls
--- that come into the slot later.

local Time = require("worlds.autoparry.time")

local abs, ceil, max, min = math.abs, math.ceil, math.max, math.min

local ROUNDING_S = Time.ROUNDING_S

-- How long a flip counts. Below one second, so that as many flips as the frequency asks for in a
-- second are always frequent enough: their rate since the first of them needs no question.
local WINDOW_S = 0.6
local FLIPS_MIN = 2
-- One in each frame of the window, both ends included: an older one does not count any more.
local FLIPS_MAX = ceil(WINDOW_S * Time.FRAME_RATE_HZ) + 1

local Oscillation = {}

--- Fields of a ball that has not flipped.
---@param b table
function Oscillation.fields(b)
	local flips = b.flips
	if flips then
		flips.sign, flips.count = 0, 0
		return
	end
	-- In a table of its own: a record of more than 64 fields takes twice the memory. `sign` is that
	-- of the closing speed, 0 before there is one; `newest` is where the last flip is kept.
	b.flips = { sign = 0, count = 0, newest = 0, times = false, depths = false }
end

local function make_room(flips)
	local times, depths = {}, {}
	for slot = 1, FLIPS_MAX do
		times[slot], depths[slot] = 0, 0
	end
	flips.times, flips.depths = times, depths
end

local function note(flips, d0, now)
	if not flips.times then
		make_room(flips)
	end
	local newest = flips.newest % FLIPS_MAX + 1
	flips.times[newest], flips.depths[newest] = now, d0
	flips.newest, flips.count = newest, min(flips.count + 1, FLIPS_MAX)
end

--- Once per evaluation, after the reading.
---@param b table
---@param now number
function Oscillation.observe(b, now)
	local flips, vr = b.flips, b.vr
	local sign = flips.sign
	if sign * vr < 0 then
		flips.sign = 0 - sign
		return note(flips, b.d0, now)
	elseif sign == 0 and vr ~= 0 then
		flips.sign = vr > 0 and 1 or -1
	end
end

--- Whether the ball, or one before it in its slot, has ever flipped: of no other is there anything
--- to ask.
---@param b table
---@return boolean
function Oscillation.has_flipped(b)
	return b.flips.times ~= false
end

-- Where the oldest of the flips that are left is kept.
local function oldest_of(flips)
	return (flips.newest - flips.count) % FLIPS_MAX + 1
end

local function drop_old(flips, now)
	local since_s, times = now - WINDOW_S - ROUNDING_S, flips.times
	while flips.count > 0 and times[oldest_of(flips)] < since_s do
		flips.count = flips.count - 1
	end
end

-- Whether the ball was about as far away at each flip as at the one before.
local function keeps_its_place(flips, delta_max)
	local depths, slot = flips.depths, oldest_of(flips)
	local before = depths[slot]
	for _ = 2, flips.count do
		slot = slot % FLIPS_MAX + 1
		local depth = depths[slot]
		if abs(depth - before) > delta_max then
			return false
		end
		before = depth
	end
	return true
end

--- Whether the ball oscillates: enough flips of late, and hardly any way between them.
---@param b table
---@param now number
---@param values table options oscillationFrequency (Hz), oscillationDistanceDelta (studs)
---@return boolean
function Oscillation.is_oscillating(b, now, values)
	local flips = b.flips
	local needed = max(FLIPS_MIN, ceil(values.oscillationFrequency))
	if flips.count < needed then
		return false
	end
	drop_old(flips, now)
	return flips.count >= needed and keeps_its_place(flips, values.oscillationDistanceDelta)
end

return Oscillation
