--- Hitches of one run: drawn at dispatch, logged in that order, closed by the end of their stall.

local Pcg = require("harness.pcg")

local Hitch = {}
Hitch.__index = Hitch

---@param stream table random stream for jitter
function Hitch.new(stream)
	return setmetatable({ stream = stream, log = {}, has_ended = {} }, Hitch)
end

--- Return the length of a hitch. Without jitter nothing is drawn.
function Hitch:draw(duration_s, jitter_s)
	if not jitter_s or jitter_s == 0 then
		return duration_s
	end
	-- Not as a method: a world may take the stream by its name and put one of its own into it.
	return duration_s + (2 * Pcg.random(self.stream) - 1) * jitter_s
end

--- Log a hitch that was dispatched now.
function Hitch:begin(due_s, now_s, magnitude_s)
	local row = {
		time = due_s,
		dispatchedAt = now_s,
		magnitude = magnitude_s,
		endedAt = now_s,
		substeps = 0,
		queueDeferred = 0,
	}
	self.log[#self.log + 1] = row
	return row
end

--- The stall of a hitch has passed.
---@param row table as `begin` returned it
function Hitch:finish(row, now_s)
	row.endedAt = now_s
	self.has_ended[row] = true
end

--- A copy of row `index` as far as it is known: `endedAt` once its stall has passed. nil without
--- such a row.
function Hitch:copy(index)
	local row = self.log[index]
	return row and {
		time = row.time,
		dispatchedAt = row.dispatchedAt,
		magnitude = row.magnitude,
		endedAt = self.has_ended[row] and row.endedAt or nil,
	}
end

--- Totals over all hitches.
function Hitch:totals()
	local total, max = 0, 0
	for index = 1, #self.log do
		local magnitude = self.log[index].magnitude
		total = total + magnitude
		max = magnitude > max and magnitude or max
	end
	return { count = #self.log, total = total, max = max }
end

return Hitch
