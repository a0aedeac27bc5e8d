--- How far readings lie from what was expected of them: the spread of the last 32 residuals.
---
--- A window keeps running sums about a shift near its mean, so that a push costs the same however
--- long the window is and takes no branch. They are taken anew where rounding could show: each
--- time the window has gone round, and when what has left it was much larger than what is in it.

local max, min, sqrt = math.max, math.min, math.sqrt

-- Sums that were ever this many times larger than what is left of them are taken anew. It leaves
-- eleven of the sixteen digits of a number.
local LOSS_MAX = 1e4

local Residuals = { LENGTH = 32 }

local LENGTH = Residuals.LENGTH

--- An empty window. Its array part holds the residuals, and the shift where there is none yet:
--- to replace that takes nothing away.
---@param floor number the least spread that is ever told
---@return table window
function Residuals.window(floor)
	local window = { floor_square = floor * floor, shift = 0, sum = 0, square = 0, peak = 0 }
	for slot = 1, LENGTH do
		window[slot] = 0
	end
	return window
end

--- Forget all residuals.
function Residuals.clear(window)
	window.shift, window.sum, window.square, window.peak = 0, 0, 0, 0
	for slot = 1, LENGTH do
		window[slot] = 0
	end
end

-- Sums of the first `count` residuals about what the sums until now say is the mean.
local function take_sums(window, count)
	local shift, sum, square = window.shift + window.sum / count, 0, 0
	for slot = 1, count do
		local x = window[slot] - shift
		sum = sum + x
		square = square + x * x
	end
	for slot = count + 1, LENGTH do
		window[slot] = shift
	end
	window.shift, window.sum, window.square, window.peak = shift, sum, square, square
end

-- The sums, and with them the mean, have lost their digits: the first pass finds the mean.
local function restored_deviation(window, count)
	take_sums(window, count)
	take_sums(window, count)
	local rest = window.square - window.sum * window.sum / count
	return sqrt(max(rest / count, window.floor_square))
end

--- Put the `count`-th residual since the beginning into the window, in place of the oldest.
---@param count integer from 1
---@param residual number
---@return number deviation population standard deviation, at least the window's floor
function Residuals.push(window, count, residual)
	local slot = (count - 1) % LENGTH + 1
	count = min(count, LENGTH)
	local shift = window.shift
	local old, new = window[slot] - shift, residual - shift
	local sum = window.sum - old + new
	local square = window.square - old * old + new * new
	local peak = max(window.peak, square)
	window[slot] = residual
	window.sum, window.square, window.peak = sum, square, peak
	local variance = max((square - sum * sum / count) / count, window.floor_square)
	if peak > LOSS_MAX * count * variance then
		return restored_deviation(window, count)
	end
	return sqrt(variance)
end

--- Take the sums of a full window anew.
function Residuals.renew(window)
	take_sums(window, LENGTH)
end

return Residuals
