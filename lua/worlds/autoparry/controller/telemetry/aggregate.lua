--- Numbers of which only count, extremes, mean and deviation are kept.
---
--- Mean and squares are carried on from sample to sample (Welford), as distances from the first
--- one: sums of large numbers that lie close together would cancel each other out.

local huge, max, min, sqrt = math.huge, math.max, math.min, math.sqrt

local Aggregate = {}
Aggregate.__index = Aggregate

---@class Aggregate
---@field count integer

---@return Aggregate
function Aggregate.new()
	-- `average` is that of the distances, `squares` the sum of their squared distances from it.
	return setmetatable({
		count = 0, least = huge, most = -huge, first = 0, average = 0, squares = 0,
	}, Aggregate)
end

--- Take a sample. What is not there (nil, false) or not finite is none.
---@param x number|false|nil
function Aggregate:add(x)
	-- Of infinity and NaN the difference is NaN.
	if not x or x - x ~= 0 then
		return
	end
	local count = self.count + 1
	if count == 1 then
		self.first = x
	end
	local distance = x - self.first
	local from_old = distance - self.average
	local average = self.average + from_old / count
	self.count, self.average = count, average
	self.squares = self.squares + from_old * (distance - average)
	self.least, self.most = min(self.least, x), max(self.most, x)
end

---@return number|nil mean nil without a sample
function Aggregate:mean()
	if self.count == 0 then
		return nil
	end
	-- Rounding alone could bring it past the extremes.
	return min(max(self.first + self.average, self.least), self.most)
end

--- `{count, min, max, mean, stdDev}`, the deviation that of the whole population; without a sample
--- only `count`, which is 0.
function Aggregate:view()
	local count = self.count
	if count == 0 then
		return { count = 0 }
	end
	return {
		count = count,
		min = self.least,
		max = self.most,
		mean = self:mean(),
		stdDev = sqrt(self.squares / count),
	}
end

--- What `view` would say had the numbers of `list` been added as well; they are not.
---@param list number[]
function Aggregate:with(list)
	local more = setmetatable({
		count = self.count,
		least = self.least,
		most = self.most,
		first = self.first,
		average = self.average,
		squares = self.squares,
	}, Aggregate)
	for index = 1, #list do
		more:add(list[index])
	end
	return more:view()
end

return Aggregate
