--- How good the presses were: each when it was due, as far ahead of the contact as it was planned,
--- and one for each threat.
---
--- A press that was planned for a time in a stall cannot come before the stall's end. Under the
--- policy `stall` such presses are counted apart. Under `catch_up` nothing but a frame callback
--- waits for that end, so none is excused there.

local Samples = require("worlds.autoparry.samples")

-- A press that is late by less is on time: times differ by rounding.
local ON_TIME_BELOW_S = 1e-6

local Quality = {}
Quality.__index = Quality

---@param hitches table `env.hitches`
function Quality.new(hitches)
	return setmetatable({
		is_apart = hitches.policy() == "stall",
		-- The presses that were planned for a threat, by its serial, until its contact is known.
		open = {},
		repeated = 0,
		commit = Samples.new(),
		commit_in_stall = Samples.new(),
		deviation = { samples = 0, max = nil },
		deviation_in_stall = { samples = 0, max = nil, maxExcess = nil },
	}, Quality)
end

local function greater(a, b)
	return (not a or b > a) and b or a
end

--- A press was made.
---@param serial integer the threat it was planned for
---@param planned_s number when it was due
---@param lead_s number its planned lead
---@param effect_s number when it takes effect
---@param stall_end_s number|nil the end of the stall that `planned_s` lies in
function Quality:pressed(serial, planned_s, lead_s, effect_s, stall_end_s)
	local is_apart = self.is_apart and stall_end_s ~= nil
	local late_s = effect_s - planned_s
	local commit = is_apart and self.commit_in_stall or self.commit
	commit:add(late_s < ON_TIME_BELOW_S and 0 or late_s)
	local presses = self.open[serial]
	if not presses then
		presses = {}
		self.open[serial] = presses
	elseif #presses == 1 then
		self.repeated = self.repeated + 1
	end
	presses[#presses + 1] = {
		effect_s = effect_s,
		lead_s = lead_s,
		remainder_s = is_apart and stall_end_s - planned_s or nil,
	}
end

--- A threat is gone. Without a contact nothing is known of its presses.
---@param contact_s number|nil
function Quality:resolved(serial, contact_s)
	local presses = self.open[serial]
	self.open[serial] = nil
	if not presses or not contact_s then
		return
	end
	for index = 1, #presses do
		local press = presses[index]
		local deviation_s = math.abs(contact_s - press.effect_s - press.lead_s)
		local remainder_s = press.remainder_s
		local kind = remainder_s and self.deviation_in_stall or self.deviation
		kind.samples = kind.samples + 1
		kind.max = greater(kind.max, deviation_s)
		if remainder_s then
			kind.maxExcess = greater(kind.maxExcess, deviation_s - remainder_s)
		end
	end
end

--- The figures of all presses so far, in seconds. What has no sample is absent.
function Quality:figures()
	local plain, in_stall = self.deviation, self.deviation_in_stall
	return {
		repeated = self.repeated,
		commitLatency = self.commit:figures(),
		commitLatencyInStall = self.commit_in_stall:figures(),
		leadDeviation = { samples = plain.samples, max = plain.max },
		leadDeviationInStall = {
			samples = in_stall.samples, max = in_stall.max, maxExcess = in_stall.maxExcess,
		},
	}
end

return Quality
