--- The last so many samples, in order of size at any time: quantiles cost nothing.

local floor, max, min = math.floor, math.max, math.min

local SortedWindow = {}
SortedWindow.__index = SortedWindow

---@class SortedWindow
---@field count integer samples that are kept

---@param limit integer at least 1; one more pushes the oldest out
function SortedWindow.new(limit)
	assert(limit >= 1, "a window holds at least one sample")
	-- `recent` is a ring in order of arrival, `newest` the place of its last one. Both lists may
	-- be longer than `count`: what stands behind it is left from before a `clear`.
	return setmetatable({
		limit = limit, count = 0, newest = 0, recent = {}, sorted = {},
	}, SortedWindow)
end

-- The first place whose sample is not below `x`, which is among them.
local function place_of(sorted, count, x)
	local low, high = 1, count
	while low < high do
		local middle = floor((low + high) / 2)
		if sorted[middle] < x then
			low = middle + 1
		else
			high = middle
		end
	end
	return low
end

--- Take a sample. What is not there (nil, false) or not finite is none.
---@param x number|false|nil
function SortedWindow:add(x)
	-- Of infinity and NaN the difference is NaN.
	if not x or x - x ~= 0 then
		return
	end
	local sorted, recent, count = self.sorted, self.recent, self.count
	local place = self.newest % self.limit + 1
	local hole
	if count == self.limit then
		hole = place_of(sorted, count, recent[place])
	else
		count = count + 1
		self.count, hole = count, count
	end
	recent[place], self.newest = x, place
	-- The hole moves to where `x` belongs; all between the two is touched once.
	while hole > 1 and sorted[hole - 1] > x do
		sorted[hole] = sorted[hole - 1]
		hole = hole - 1
	end
	while hole < count and sorted[hole + 1] < x do
		sorted[hole] = sorted[hole + 1]
		hole = hole + 1
	end
	sorted[hole] = x
end

--- The sample at rank q·(n − 1), rounded to the nearest one, half a rank upwards.
---@param q number from 0 to 1
---@return number|nil sample nil without any
function SortedWindow:quantile(q)
	local count = self.count
	if count == 0 then
		return nil
	end
	return self.sorted[min(max(floor(q * (count - 1) + 1.5), 1), count)]
end

---@return number|nil sample nil without any
function SortedWindow:least()
	return self.count > 0 and self.sorted[1] or nil
end

function SortedWindow:clear()
	self.count = 0
end

return SortedWindow
