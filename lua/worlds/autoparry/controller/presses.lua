--- Presses: which ball goes first when several are due, and what a press does.

local Events = require("worlds.autoparry.controller.events")
local PressAccount = require("worlds.autoparry.controller.press_account")
local Rearm = require("worlds.autoparry.controller.rearm")
local Score = require("worlds.autoparry.controller.score")
local Time = require("worlds.autoparry.time")

local max, sort = math.max, table.sort

local ROUNDING_S = Time.ROUNDING_S

local Presses = {}

-- Best first; equal ones by impact, then by age. Serials differ, so the order is total.
local function goes_first(a, b)
	local of_a, of_b = a.due, b.due
	if of_a.score ~= of_b.score then
		return of_a.score > of_b.score
	elseif of_a.impact_s ~= of_b.impact_s then
		return of_a.impact_s < of_b.impact_s
	end
	return a.serial < b.serial
end

-- A press now would come too soon after the last one: all wait, in order. One that is only due
-- because its ball swings is asked for again by the next evaluation.
local function postpone(c, due, from, count, until_s)
	for index = from, count do
		local b = due[index]
		-- Whoever heard of the one before may have made AutoParry forget all balls.
		if c.due ~= due then
			return
		elseif not b.spam then
			c.schedule:place(b, until_s, b.contact_s - until_s, b.due.reason, true)
		end
	end
end

-- What the press of `b` looks like from outside. Nothing of `b` is used after this: the world may
-- take the ball away because of it.
local function announce(c, b, now, account, remote)
	local due = b.due
	c.port.pressed({
		slot = b.slot,
		serial = b.serial,
		id = b.id,
		pressed_s = now,
		planned_s = due.at_s,
		planned_lead_s = due.lead_s,
		scheduled_s = account.scheduled_s,
		auto_bias_s = account.auto_bias_s,
		is_forced = account.is_forced,
		reason = due.reason,
		remote = remote,
		threat = account.threat,
		position = account.position,
		velocity = account.velocity,
	})
end

-- The key is down: what AutoParry keeps of it, before anybody hears of it, and the events.
local function note(c, b, now, account, ball)
	c.tuner:pressed(account)
	if b.spam then
		c.burst:pressed(b, now, b.spam)
	end
	Rearm.pressed(b, now)
	c.activation:pressed(b.id, now, ball, account.timing)
	c.hold:pressed(b, now)
	c.last_press_s = now
	-- A press that did not wait for its timer has overtaken it.
	c.schedule:clear(b, b.timer and not account.timing and "ready-to-press" or "pressed")
	Events.press(c, b, now, account)
	-- Whoever heard of it may have made AutoParry forget the ball.
	if c.of_slot[b.slot] == b then
		c.guard:start(b.id, now)
	end
end

--- Press `b` now. The time at which to try again when the input fails, else nil.
local function press(c, b, now)
	local is_retry = c.input.failures > 0
	local ok, delay_s, message = c.input:press()
	if not ok then
		local again_s = now + delay_s
		c.input_again_s = again_s
		c.startup:set_waiting_input({ message = message, retryAt = again_s })
		if not b.spam and c.of_slot[b.slot] == b then
			c.schedule:place(b, again_s, b.contact_s - again_s, "retry", true)
		end
		return again_s
	end
	c.startup:input_works()
	-- Who listens for the answer hears of the ball that was pressed, though it may be gone by then.
	local ball = c.port.ball(b.slot)
	local account = PressAccount.of(c, b, now, is_retry)
	note(c, b, now, account, ball)
	-- The press itself: the key is down, now the remote is called.
	local remote = c.remote:call(b.id)
	announce(c, b, now, account, remote)
	c.announcements:tell(c.listeners.parry, ball, now)
	return nil
end

-- No press before this: the cooldown, and an input that has failed is tried again when it is time.
local function rested_at(c)
	return max(c.last_press_s + c.values.cooldown, c.input_again_s)
end

--- Press the best of those that are due; the others wait for the cooldown, in order.
---@param c table the controller
---@param due table[] balls whose field `due` says since when, with what lead, why, and the score
---@param count integer
function Presses.settle(c, due, count, now)
	for index = count + 1, #due do
		due[index] = nil
	end
	if count > 1 then
		sort(due, goes_first)
	end
	-- The presses of a ball that swings have a pace of their own.
	local rested_s = due[1].spam and c.input_again_s or rested_at(c)
	if now < rested_s - ROUNDING_S then
		postpone(c, due, 1, count, rested_s)
		return
	end
	local again_s = press(c, due[1], now)
	postpone(c, due, 2, count, again_s or now + c.values.cooldown)
end

-- Why a press whose time has come is not made; nil when it is.
local function blocked(c, b, now)
	if not c.is_enabled then
		return "disabled"
	elseif not c.startup.is_ready then
		return "missing-remotes"
	elseif not c.startup:has_root() then
		return "missing-root"
	elseif not c.port.balls_are_visible() then
		return "missing-balls"
	elseif not c.threats.is_real[b.slot] then
		return "conditions-changed"
	elseif not c.targeting:holds(now) then
		c:gated_out(b)
		return "not-targeting"
	elseif c.guard:blocks(b.id) then
		return "safe-guard"
	end
	return nil
end

local function score_now(c, b, now)
	local n = c.numbers
	local due = b.due
	due.impact_s = max(b.contact_s - now, 0)
	due.score = Score.of(
		b, due.impact_s, true, true, n.lead_s, now - b.detected_s,
		c.tracked_serial == b.serial, true, n.score_lookahead_s
	)
	due.at_s, due.lead_s, due.reason = b.press_at_s, b.plan.lead_s, b.plan.reason
	due.is_timed, b.spam = true, false
end

--- The press timer of `b` is due. All others that are due as well take part.
function Presses.timer_due(c, b)
	local now = c.clock:now()
	local reason = blocked(c, b, now)
	if reason then
		c.schedule:clear(b, reason)
		return
	end
	local rested_s = rested_at(c)
	if now < rested_s - ROUNDING_S then
		c.schedule:place(b, rested_s, b.contact_s - rested_s, b.plan.reason, true)
		return
	end
	local due, count = c.due, 1
	due[1] = b
	score_now(c, b, now)
	local threats, of_slot = c.threats, c.of_slot
	for index = 1, threats.count do
		local other = of_slot[threats.order[index]]
		if other and other.timer and other.press_at_s <= now + ROUNDING_S
			and not blocked(c, other, now)
		then
			count = count + 1
			due[count] = other
			score_now(c, other, now)
		end
	end
	Presses.settle(c, due, count, now)
end

return Presses
