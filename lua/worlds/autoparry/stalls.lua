--- Where the hitches were.

local Stalls = {}

--- Whether some hitch, from when it was due to its end, meets the time from `from_s` to `to_s`,
--- ends included. The hitches are those of `env.hitches`, in the order in which they began.
function Stalls.meet(hitches, from_s, to_s)
	for index = hitches.count(), 1, -1 do
		local row = hitches.row(index)
		local end_s = row.endedAt or row.dispatchedAt + row.magnitude
		if end_s >= from_s and row.time <= to_s then
			return true
		elseif row.endedAt and row.endedAt < from_s then
			-- Those before it have ended before.
			return false
		end
	end
	return false
end

return Stalls
