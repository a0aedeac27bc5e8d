--- The safe-state guard: after a press, its ball is left alone until it is clearly a target again.

local Time = require("worlds.autoparry.time")

local DROP_MIN_S = 0.035
local HISTORY_MAX, OBSERVATIONS_MAX = 20, 40
local ROUNDING_S = Time.ROUNDING_S

local Guard = {}
Guard.__index = Guard

local function put(list, limit, row)
	if #list == limit then
		table.remove(list, 1)
	end
	list[#list + 1] = row
end

---@param empty_list fun(): table makes a list that leaves as one though nothing is in it
---@param hear fun(stage: string) told of each stage that the guard comes to
function Guard.new(empty_list, hear)
	return setmetatable({
		active = false, history = {}, observations = {}, empty_list = empty_list, hear = hear,
	}, Guard)
end

function Guard:_note(now, reason)
	self.reason = reason
	put(self.history, HISTORY_MAX, { time = now, reason = reason, ballId = self.ballId })
	self.hear(reason)
end

--- A press was made for this ball. There is one guard: that of another ball ends.
function Guard:start(ball_id, now)
	if self.active and self.ballId ~= ball_id then
		self:clear("ball-changed", now)
	end
	self.active = true
	self.ballId = ball_id
	self.startedAt = now
	self.requireDrop = true
	self.dropObserved = false
	self.lastPulseAt, self.lastDropAt, self.clearedAt = nil, nil, nil
	self.lastEvaluation, self.lastObservation = nil, nil
	self:_note(now, "awaiting-drop")
end

--- End it.
---@param reason string
function Guard:clear(reason, now)
	self.active = false
	self.clearedAt = now
	self:_note(now, reason)
end

--- True while presses and schedules of this ball are suppressed.
function Guard:blocks(ball_id)
	return self.active and self.ballId == ball_id
end

--- The highlight has changed: a long enough drop and then a pulse end the guard.
function Guard:highlight(is_pulse, now)
	if not self.active then
		return
	end
	local what = is_pulse and "retarget-pulse" or "drop"
	self.lastObservation = { time = now, what = what }
	put(self.observations, OBSERVATIONS_MAX, self.lastObservation)
	if not is_pulse then
		self.lastDropAt = now
		return
	end
	self.lastPulseAt = now
	self:_look(now)
	if self.dropObserved then
		self:clear("retargeted", now)
	end
end

-- A drop counts once it has lasted long enough, also while it goes on.
function Guard:_look(now)
	local dropped_s = self.lastDropAt
	if dropped_s and not self.dropObserved and now - dropped_s >= DROP_MIN_S - ROUNDING_S then
		self.dropObserved = true
		self:_note(now, "awaiting-retarget")
	end
end

--- Once per evaluation.
---@param is_present boolean the highlight is there
---@param tracked_id string|nil the ball that is tracked
function Guard:evaluate(now, is_present, tracked_id)
	if not self.active then
		return
	end
	self.lastEvaluation = now
	if not is_present then
		self:_look(now)
	end
	if tracked_id and tracked_id ~= self.ballId then
		self:clear("ball-changed", now)
	end
end

local function copies(list, rows)
	for index = 1, #list do
		local row = list[index]
		rows[index] = { time = row.time, reason = row.reason, what = row.what, ballId = row.ballId }
	end
	return rows
end

--- What it looks like, as plain data. Before its first press and once cleared: hardly anything.
function Guard:snapshot()
	if not self.active then
		return { active = false, reason = self.clearedAt and self.reason, clearedAt = self.clearedAt }
	end
	local seen = self.lastObservation
	return {
		active = true,
		startedAt = self.startedAt,
		lastPulseAt = self.lastPulseAt,
		lastDropAt = self.lastDropAt,
		requireDrop = self.requireDrop,
		dropObserved = self.dropObserved,
		ballId = self.ballId,
		reason = self.reason,
		lastEvaluation = self.lastEvaluation,
		history = copies(self.history, self.empty_list()),
		observations = copies(self.observations, self.empty_list()),
		lastObservation = seen and { time = seen.time, what = seen.what },
	}
end

return Guard
