--- Press timers: at most one per ball, each an entry of the scheduler's queue.
---
--- A ball's record carries its own schedule; the timer knows nothing but when to ask. Whether the
--- press is still right is decided when it fires.

local Time = require("worlds.autoparry.time")

local ROUNDING_S = Time.ROUNDING_S
local PRIORITY = 10

-- A schedule that moves by less stays where it is.
local MOVE_MIN_S = 0.001
local STALE_S = 0.75

local abs = math.abs

local Schedule = {}
Schedule.__index = Schedule

---@param clock table
---@param scheduler table
---@param on_due fun(b: table) a timer of this ball is due
---@param on_cleared fun(b: table, reason: string)
function Schedule.new(clock, scheduler, on_due, on_cleared)
	return setmetatable({
		clock = clock,
		scheduler = scheduler,
		on_due = on_due,
		on_cleared = on_cleared,
		-- Live timers of all balls: the run does not end before them.
		count = 0,
	}, Schedule)
end

--- Give a new record what its timer calls. Made once per record: no closure per press.
function Schedule:attach(b)
	b.fire = function()
		b.timer = false
		self.count = self.count - 1
		self.on_due(b)
	end
end

--- Fields of a ball without a schedule.
function Schedule.fields(b)
	b.timer = false
	b.press_at_s = math.huge
	b.first_scheduled_s, b.ever_scheduled_s = false, false
	b.is_postponed = false
	b.refreshed_s = 0
	b.planned_lead_s = 0
	b.reason = "lead"
end

function Schedule:_stop(b)
	self.scheduler:cancel(b.timer)
	b.timer = false
	self.count = self.count - 1
end

--- Put the press of `b` at `press_at_s`, in the place of any it has.
---@param lead_s number what the press is planned to be ahead of the contact
---@param reason string
---@param is_postponed boolean it waits for the cooldown or for the input; not computed again
function Schedule:place(b, press_at_s, lead_s, reason, is_postponed)
	if b.timer then
		self:_stop(b)
	end
	local now = self.clock:now()
	b.first_scheduled_s = b.first_scheduled_s or now
	b.ever_scheduled_s = b.ever_scheduled_s or now
	b.press_at_s = press_at_s
	b.planned_lead_s = lead_s
	b.reason = reason
	b.is_postponed = is_postponed
	self.count = self.count + 1
	b.timer = self.scheduler:at(press_at_s, b.fire, PRIORITY)
end

--- Move the schedule of `b` if it has moved by enough.
function Schedule:refresh(b, press_at_s, lead_s, reason)
	if abs(press_at_s - b.press_at_s) > MOVE_MIN_S then
		self:place(b, press_at_s, lead_s, reason, false)
	end
end

--- Whether the schedule of `b` was not refreshed for too long: nobody has seen the ball.
---@param steady_s number seconds that have passed, long frames left out
function Schedule.is_stale(b, steady_s)
	return steady_s - b.refreshed_s >= STALE_S - ROUNDING_S
end

--- Take the schedule of `b` away, if it has one. The next one is not the same any more.
function Schedule:clear(b, reason)
	if b.timer then
		self:_stop(b)
		b.first_scheduled_s = false
		self.on_cleared(b, reason)
	end
end

return Schedule
