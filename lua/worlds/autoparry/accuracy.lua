--- Whether the presses of a run are those that its scenario wants: for whom, when, how far apart,
--- and none while the player is no target.
---
--- A frame here is 1/120 s and has a number: after six frames of warm-up, frame f covers the times
--- in ((f - 1)/120, f/120].

local ceil, max = math.ceil, math.max

local FRAMES_PER_S = 120
local WARM_UP_FRAMES = 6
local ROUNDING_FRAMES = 1e-6

local Accuracy = {}
Accuracy.__index = Accuracy

---@param wanted table as `Wanted.read` returns it
function Accuracy.new(wanted)
	local none = {}
	for place = 1, #wanted.presses do
		none[place] = 0
	end
	return setmetatable({
		wanted = wanted.presses,
		spacing = wanted.spacing or 0,
		-- The presses: for whom, in which frame.
		ids = {},
		frames = {},
		-- Row i: how many of the first j wanted presses the first i presses are at most, in order.
		rows = { [0] = none },
		spacing_violations = 0,
		targeting_violations = 0,
	}, Accuracy)
end

--- A press was made.
---@param id string of the threat
---@param now number
---@param is_right boolean the threat is real and the player its target
function Accuracy:pressed(id, now, is_right)
	local count = #self.ids + 1
	local frame = ceil(now * FRAMES_PER_S - WARM_UP_FRAMES - ROUNDING_FRAMES)
	self.ids[count], self.frames[count] = id, frame
	if count > 1 and frame - self.frames[count - 1] < self.spacing then
		self.spacing_violations = self.spacing_violations + 1
	end
	if not is_right then
		self.targeting_violations = self.targeting_violations + 1
	end
	local before, row = self.rows[count - 1], {}
	for place = 1, #self.wanted do
		local most = max(before[place], row[place - 1] or 0)
		if self.wanted[place].id == id then
			most = max(most, (before[place - 1] or 0) + 1)
		end
		row[place] = most
	end
	self.rows[count] = row
end

-- Presses that are wanted but came in another frame. Where there is a choice, it is the earlier
-- press that was wanted, and the earlier place that it takes.
local function frame_violations(self)
	local rows, violations = self.rows, 0
	local count, place = #self.ids, #self.wanted
	while count > 0 and place > 0 do
		local most = rows[count][place]
		if rows[count - 1][place] == most then
			count = count - 1
		elseif (rows[count][place - 1] or 0) == most then
			place = place - 1
		else
			local press, frame = self.wanted[place], self.frames[count]
			if press.first and (frame < press.first or frame > press.last) then
				violations = violations + 1
			end
			count, place = count - 1, place - 1
		end
	end
	return violations
end

--- The figures so far. `trueParries` are the wanted presses that were made, in their order. Where
--- none is wanted, the accuracy is whether none was made.
function Accuracy:figures()
	local expected, actual = #self.wanted, #self.ids
	local right = self.rows[actual][expected] or 0
	local false_positives = actual - right
	local accuracy = false_positives == 0 and 1 or 0
	if expected > 0 then
		accuracy = right / expected
	end
	return {
		expected = expected,
		actual = actual,
		trueParries = right,
		missed = expected - right,
		falsePositives = false_positives,
		zeroExpectedFalsePositives = expected == 0 and false_positives or 0,
		frameViolations = frame_violations(self),
		spacingViolations = self.spacing_violations,
		targetingViolations = self.targeting_violations,
		accuracy = accuracy,
		precision = actual > 0 and right / actual or 1,
	}
end

return Accuracy
