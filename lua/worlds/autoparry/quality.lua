--- How good the presses were: each when it was due, as far ahead of the contact as it was planned,
--- one for each threat, planned early, and right again soon after the input has become slower.
---
--- A press that was planned for a time in a stall cannot come before the stall's end. Under the
--- policy `stall` such presses are counted apart. Under `catch_up` nothing but a frame callback
--- waits for that end, so none is excused there.

local Lookahead = require("worlds.autoparry.lookahead")
local Samples = require("worlds.autoparry.samples")
local Settling = require("worlds.autoparry.settling")

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
		lookahead = Lookahead.new(),
		settling = Settling.new(),
	}, Quality)
end

local function greater(a, b)
	return (not a or b > a) and b or a
end

--- The input delay is another one from now on.
function Quality:input_delay_changed()
	self.settling:changed()
end

--- A press was made.
---@param press table as the controller tells of it: serial of the threat it was planned for,
--- pressed_s, planned_s, planned_lead_s, scheduled_s?, auto_bias_s?
---@param effect_s number when it takes effect
---@param stall_end_s number|nil the end of the stall in which it was planned
function Quality:pressed(press, effect_s, stall_end_s)
	local serial, planned_s = press.serial, press.planned_s
	local is_apart = self.is_apart and stall_end_s ~= nil
	-- Up to when the key goes down, not to when that works: what lies between is the delay of the
	-- input, which nobody who presses can help, and which the deviation of the lead shows.
	local late_s = press.pressed_s - planned_s
	local commit = is_apart and self.commit_in_stall or self.commit
	commit:add(late_s < ON_TIME_BELOW_S and 0 or late_s)
	local presses = self.open[serial]
	if not presses then
		presses = {}
		self.open[serial] = presses
	elseif #presses == 1 then
		self.repeated = self.repeated + 1
	end
	local change, ordinal = self.settling:pressed()
	presses[#presses + 1] = {
		effect_s = effect_s,
		planned_s = planned_s,
		lead_s = press.planned_lead_s,
		auto_bias_s = press.auto_bias_s or 0,
		scheduled_s = press.scheduled_s or planned_s,
		remainder_s = is_apart and stall_end_s - planned_s or nil,
		change = change,
		ordinal = ordinal,
	}
end

local function add_deviation(self, press, deviation_s)
	local remainder_s = press.remainder_s
	local kind = remainder_s and self.deviation_in_stall or self.deviation
	kind.samples = kind.samples + 1
	kind.max = greater(kind.max, deviation_s)
	if remainder_s then
		kind.maxExcess = greater(kind.maxExcess, deviation_s - remainder_s)
	end
end

--- A threat is gone. Without a contact nothing is known of its presses.
---@param contact_s number|nil
---@param activated_s number when it came
---@param first_scheduled_s number|nil when a press was first planned for it, as far as is known
function Quality:resolved(serial, contact_s, activated_s, first_scheduled_s)
	local presses = self.open[serial]
	self.open[serial] = nil
	if not presses or not contact_s then
		return
	end
	for index = 1, #presses do
		local press = presses[index]
		local lead_s = contact_s - press.effect_s
		add_deviation(self, press, math.abs(lead_s - press.lead_s))
		local wanted_s = press.lead_s - press.auto_bias_s
		self.settling:resolved(press.change, press.ordinal, lead_s - wanted_s)
	end
	local first = presses[1]
	local since_s = first_scheduled_s or first.scheduled_s
	self.lookahead:add(first.planned_s - since_s, contact_s - activated_s, first.lead_s)
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
		lookahead = self.lookahead:figures(),
		settling = self.settling:figures(),
	}
end

return Quality
