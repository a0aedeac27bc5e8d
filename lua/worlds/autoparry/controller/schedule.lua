--- Press timers: at most one per ball, each an entry of the scheduler's queue.
---
--- A ball's record carries its own schedule; the timer knows nothing but when to ask. Whether the
--- press is still right is decided when it fires. A schedule begins when a press is first planned
--- and ends when it is made or called off; moving its timer is not a new one.

local Time = require("worlds.autoparry.time")

local ROUNDING_S = Time.ROUNDING_S
local PRIORITY = 10

-- A schedule that moves by less stays where it is.
local MOVE_MIN_S = 0.001
local STALE_S = 0.75

local abs = math.abs

local Schedule = {}
Schedule.__index = Schedule

--- Reasons for the end of a schedule that called nothing off: the press was made.
Schedule.LED_TO_PRESS = { pressed = true, ["ready-to-press"] = true }

---@param clock table
---@param scheduler table
---@param hear {due: fun(b: table), made: fun(b: table),
--- cleared: fun(b: table, reason: string, began_s: number), placing: fun(plan: table)} a timer is
--- due; a schedule begins; one that began at `began_s` has ended, and the other fields still tell
--- of it; a timer is being placed, and whoever wants to remember of when writes it into the plan
function Schedule.new(clock, scheduler, hear)
	return setmetatable({
		clock = clock,
		scheduler = scheduler,
		hear = hear,
		-- Live timers of all balls: the run does not end before them.
		count = 0,
	}, Schedule)
end

--- Give a new record what its timer calls. Made once per record: no closure per press.
function Schedule:attach(b)
	-- What is asked for once per schedule stands in a table of its own: with it the record would have
	-- more than 64 fields, and twice the memory.
	b.plan = {
		fire = function()
			b.timer = false
			self.count = self.count - 1
			self.hear.due(b)
		end,
		ever_scheduled_s = false, is_postponed = false, refreshed_s = 0,
		-- What the press is planned to be ahead of the contact, and why it is planned.
		lead_s = 0, reason = "lead",
		-- Of the timer's last placing: when, how far the impact was then, what tuning had added.
		placed_s = 0, impact_s = 0, auto_bias_s = 0, generation = 0,
		-- Of the schedule's beginning.
		slack_s = 0, smart = false,
		-- How long its press was away when the ball's impact was first known.
		first_wait_s = false,
	}
end

--- Fields of a ball without a schedule.
function Schedule.fields(b)
	b.timer = false
	b.press_at_s = math.huge
	b.first_scheduled_s = false
	local plan = b.plan
	plan.lead_s, plan.reason = 0, "lead"
	plan.ever_scheduled_s, plan.is_postponed, plan.first_wait_s = false, false, false
	plan.refreshed_s = 0
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
	local now, plan = self.clock:now(), b.plan
	local is_new = not b.first_scheduled_s
	b.first_scheduled_s = b.first_scheduled_s or now
	b.press_at_s = press_at_s
	plan.lead_s, plan.reason = lead_s, reason
	plan.ever_scheduled_s = plan.ever_scheduled_s or now
	plan.is_postponed = is_postponed
	plan.placed_s, plan.impact_s = now, b.contact_s - now
	self.hear.placing(plan)
	self.count = self.count + 1
	b.timer = self.scheduler:at(press_at_s, plan.fire, PRIORITY)
	if is_new then
		self.hear.made(b)
	end
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
	return steady_s - b.plan.refreshed_s >= STALE_S - ROUNDING_S
end

--- End the schedule of `b`, if it has one. The next one is not the same any more.
function Schedule:clear(b, reason)
	if b.timer then
		self:_stop(b)
	end
	local began_s = b.first_scheduled_s
	if began_s then
		-- Before anybody hears of it: whoever does may clear all schedules.
		b.first_scheduled_s = false
		self.hear.cleared(b, reason, began_s)
	end
end

return Schedule
