--- Where the hitches were.

local Stalls = {}

-- The end of the last hitch that, from when it was due to that end, meets the time from `from_s` to
-- `to_s`, ends included; nil without one. The hitches are those of `env.hitches`, in the order in
-- which they began.
local function last_end(hitches, from_s, to_s)
	for index = hitches.count(), 1, -1 do
		local row = hitches.row(index)
		local end_s = row.endedAt or row.dispatchedAt + row.magnitude
		if end_s >= from_s and row.time <= to_s then
			return end_s
		elseif row.endedAt and row.endedAt < from_s then
			-- Those before it have ended before.
			return nil
		end
	end
	return nil
end

--- Whether some hitch meets the time from `from_s` to `to_s`.
function Stalls.meet(hitches, from_s, to_s)
	return last_end(hitches, from_s, to_s) ~= nil
end

--- When whatever is due at `due_s` can come at last, if that lies in a hitch; else nil.
---@return number|nil end_s
function Stalls.end_of(hitches, due_s)
	return last_end(hitches, due_s, due_s)
end

return Stalls
