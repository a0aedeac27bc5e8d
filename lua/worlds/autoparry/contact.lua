--- Where a straight segment is inside a sphere around the origin.

local Contact = {}

-- A centre this far outside the radius still touches.
local ALLOWANCE = 1e-6

--- The distance at which a contact begins.
function Contact.reach(radius)
	return radius + ALLOWANCE
end

--- The part of the segment p .. p + d that lies within `reach`, as fractions of the segment; nil
--- if none does. A segment that begins inside is inside from 0 on.
---@return number|nil first
---@return number|nil last
function Contact.span(px, py, pz, dx, dy, dz, reach)
	local a = dx * dx + dy * dy + dz * dz
	local b = px * dx + py * dy + pz * dz
	local c = px * px + py * py + pz * pz - reach * reach
	if c > 0 and b >= 0 then
		return nil
	end
	local discriminant = b * b - a * c
	if discriminant < 0 then
		return nil
	end
	local root = math.sqrt(discriminant)
	if c <= 0 then
		-- Of the two forms of the larger root, the one that does not take like from like.
		local last = b > 0 and -c / (root + b) or (a > 0 and (root - b) / a or 1)
		return 0, math.min(last, 1)
	end
	-- Not (-b - root)/a, which loses digits when the segment is short against its distance.
	local first = c / (root - b)
	if first > 1 then
		return nil
	end
	return first, math.min((root - b) / a, 1)
end

return Contact
