--- How soon the lead of presses is right again after the delay of the input has changed.
---
--- The lead error of a press is its true lead, from when it works to the contact, less the lead it
--- was planned with, tuning left out: what tuning adds to a lead is there to make up for a delay.

local abs = math.abs

local LIMIT_S = 0.010

local Settling = {}
Settling.__index = Settling

function Settling.new()
	-- Without a change there is nothing to count from: `errors` has one place for each press since
	-- the last change, `false` while the contact of its threat is not known.
	return setmetatable({ change = 0, errors = nil, count = 0, known = 0 }, Settling)
end

--- The delay of the input has changed: what comes from now on is counted.
function Settling:changed()
	self.change = self.change + 1
	self.errors, self.count, self.known = {}, 0, 0
end

--- A press was made. Return what `resolved` wants to know of it; nil before any change.
---@return integer|nil change
---@return integer|nil ordinal
function Settling:pressed()
	if not self.errors then
		return nil
	end
	self.count = self.count + 1
	self.errors[self.count] = false
	return self.change, self.count
end

--- The threat of a press has touched.
---@param change integer|nil as `pressed` gave it: presses of before the last change are no sample
---@param error_s number
function Settling:resolved(change, ordinal, error_s)
	if self.errors and change == self.change then
		self.errors[ordinal] = error_s
		self.known = self.known + 1
	end
end

--- `{samples, presses?, leadError?}`: presses since the last change whose lead is known; the number
--- of the first of them from which on the lead stays right; the error of the last. A press whose
--- threat has not touched has its number and says nothing.
function Settling:figures()
	local first, last
	for ordinal = self.count, 1, -1 do
		local error_s = self.errors[ordinal]
		if error_s then
			last = last or error_s
			if abs(error_s) > LIMIT_S then
				break
			end
			first = ordinal
		end
	end
	return { samples = self.known, presses = first, leadError = last }
end

return Settling
