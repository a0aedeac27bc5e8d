--- Lets policies hear events that are made by hand, and says what came of it.

local Intelligence = require("worlds.autoparry.intelligence")
local Policies = require("worlds.autoparry.policies.init")

local Probe = {}

local function copy(values)
	local copied = {}
	for key, value in pairs(values) do
		copied[key] = value
	end
	return copied
end

--- What each policy makes of some facts: `{to, note}`, in the order of the policies.
function Probe.steps(cases)
	local found = {}
	for index, case in ipairs(cases) do
		local row = {}
		for number, policy in ipairs(Policies.list) do
			local values = copy(case.values)
			local to, note = policy.step(case.facts, values)
			row[number] = { to = to, note = note }
			for key, value in pairs(values) do
				assert(case.values[key] == value, "a policy has changed the values")
			end
		end
		found[index] = row
	end
	return found
end

--- The ids that a wish leads to, and those that it means in vain.
function Probe.choose(wish)
	local chosen, unknown = Policies.choose(wish)
	local ids = {}
	for index, policy in ipairs(chosen) do
		ids[index] = policy.id
	end
	return ids, unknown
end

function Probe.declared()
	return Policies.ids
end

--- Hear events one by one. The calls of `tune`, what the record gets, how many listeners there are.
function Probe.hear(given)
	local calls, warnings, listeners = {}, {}, 0
	local controller = { values = copy(given.values or {}), api = {} }
	local hear
	function controller.api.onTelemetry(fn)
		listeners, hear = listeners + 1, fn
	end
	function controller:tune(overrides, source, reasons)
		calls[#calls + 1] = { overrides = copy(overrides), source = source, reasons = reasons }
		for key, value in pairs(overrides) do
			self.values[key] = value
		end
	end
	local intelligence = Intelligence.new({
		wish = given.wish,
		controller = controller,
		record = { warn = function(_, text) warnings[#warnings + 1] = text end },
		empty_list = function() return {} end,
		row_limit = given.row_limit or 100,
	})
	for _, event in ipairs(hear and given.events or {}) do
		hear(event)
	end
	return {
		calls = calls,
		warnings = warnings,
		listeners = listeners,
		values = controller.values,
		view = intelligence:view(),
		traces = intelligence:traces(),
		cut = intelligence:warnings(),
	}
end

return Probe
