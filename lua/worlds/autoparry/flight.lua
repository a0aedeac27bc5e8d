--- Straight flight from substep to substep, and what it brings: touching, going away.
---
--- Reads and writes the arrays of threats.lua. What follows from a contact is not decided here.

local Contact = require("worlds.autoparry.contact")
local Motion = require("worlds.autoparry.motion")

local Flight = {}

local NONE_S = math.huge

--- Take up what the segment p .. p + v·dt touches. A contact counts once the time inside, without a
--- break, has reached the latency; that of a fake never.
function Flight.touch(threats, reach, slot, px, py, pz, vx, vy, vz, from_s, dt)
	local first, last = Contact.span(px, py, pz, vx * dt, vy * dt, vz * dt, reach)
	local entered_s = threats.entered_s[slot]
	if not first then
		threats.entered_s[slot], threats.in_contact[slot] = NONE_S, false
		return
	elseif entered_s == NONE_S then
		entered_s = from_s + first * dt
	end
	local counts_s = entered_s + threats.latency_s[slot]
	if threats.is_real[slot] and threats.contact_s[slot] == NONE_S
		and counts_s <= from_s + last * dt then
		threats.contact_s[slot] = counts_s
	end
	local stays = last >= 1
	threats.entered_s[slot], threats.in_contact[slot] = stays and entered_s or NONE_S, stays
end

--- Since when it does not come closer: from its closest point on.
function Flight.recede(threats, slot, px, py, pz, vx, vy, vz, from_s, dt)
	local speed2 = vx * vx + vy * vy + vz * vz
	local toward = px * vx + py * vy + pz * vz
	if toward + speed2 * dt < 0 then
		threats.receding_s[slot] = NONE_S
	elseif threats.receding_s[slot] == NONE_S then
		threats.receding_s[slot] = toward < 0 and from_s - toward / speed2 or from_s
	end
end

--- Move the threats at order[from .. to] by one substep, and call `look` for those that may touch,
--- recede or be decided. One that was quiet and still comes closer, outside, can do none of these.
---@param look fun(looker, slot, px, py, pz, vx, vy, vz, from_s, dt, to_s) p is where it was before
function Flight.move(threats, reach, order, from, to, from_s, dt, to_s, look, looker)
	local pxs, pys, pzs = threats.px, threats.py, threats.pz
	local vxs, vys, vzs = threats.vx, threats.vy, threats.vz
	local motions, is_quiet = threats.motion, threats.is_quiet
	local reach2 = reach * reach
	for i = from, to do
		local slot = order[i]
		local px, py, pz = pxs[slot], pys[slot], pzs[slot]
		local vx, vy, vz = vxs[slot], vys[slot], vzs[slot]
		local motion = motions[slot]
		if motion then
			vx, vy, vz = Motion.turn(motion, dt, vx, vy, vz)
			vxs[slot], vys[slot], vzs[slot] = vx, vy, vz
		end
		local x, y, z = px + vx * dt, py + vy * dt, pz + vz * dt
		pxs[slot], pys[slot], pzs[slot] = x, y, z
		if x * vx + y * vy + z * vz >= 0 or x * x + y * y + z * z <= reach2
			or not is_quiet[slot] then
			look(looker, slot, px, py, pz, vx, vy, vz, from_s, dt, to_s)
		end
	end
end

return Flight
