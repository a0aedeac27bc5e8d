--- Numbers of which percentiles are wanted, at any time, also while more of them come.

local floor, sort = math.floor, table.sort

-- As few as these are put in their places one by one: whoever asks after each number pays for one.
local FEW = 8

local Samples = {}
Samples.__index = Samples

function Samples.new()
	-- The first `ordered` of the list are in order.
	return setmetatable({ list = {}, ordered = 0 }, Samples)
end

function Samples:add(value)
	self.list[#self.list + 1] = value
end

local function put_in_order(list, ordered)
	for index = ordered + 1, #list do
		local value, at = list[index], index
		while at > 1 and list[at - 1] > value do
			list[at] = list[at - 1]
			at = at - 1
		end
		list[at] = value
	end
end

-- Linear interpolation at rank (n - 1) * q, counted from 0.
local function percentile(list, q)
	local rank = (#list - 1) * q
	local low = floor(rank)
	local value = list[low + 1]
	if rank == low then
		return value
	end
	return value + (list[low + 2] - value) * (rank - low)
end

-- The list in order.
local function in_order(self)
	local list = self.list
	local count = #list
	if count - self.ordered > FEW then
		sort(list)
	else
		put_in_order(list, self.ordered)
	end
	self.ordered = count
	return list, count
end

--- The percentile `q`, from 0 to 1; nil without any number.
---@param q number
---@return number|nil
function Samples:percentile(q)
	local list, count = in_order(self)
	return count > 0 and percentile(list, q) or nil
end

--- `{samples, p50, p95, p99, max}`; without any number only `samples`, which is 0.
function Samples:figures()
	local list, count = in_order(self)
	if count == 0 then
		return { samples = 0 }
	end
	return {
		samples = count,
		p50 = percentile(list, 0.5),
		p95 = percentile(list, 0.95),
		p99 = percentile(list, 0.99),
		max = list[count],
	}
end

return Samples
