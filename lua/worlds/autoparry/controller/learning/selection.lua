--- The selection: which of the changes that were built an automatic run makes.

local Limit = require("worlds.autoparry.controller.reports.limit")
local Plain = require("worlds.autoparry.plain")

local abs = math.abs

local Selection = {}

-- Options in the order in which they are kept: the largest change first.
local function by_size(deltas)
	local keys = Plain.keys(deltas)
	table.sort(keys, function(a, b)
		local of_a, of_b = abs(deltas[a]), abs(deltas[b])
		if of_a ~= of_b then
			return of_a > of_b
		end
		return a < b
	end)
	return keys
end

--- Small changes are not worth it, and only so many are made at once: the others are taken out of
--- the result. Without any left its status is `filtered`.
---@param result {status: string, updates: table, deltas: table}
---@param settings {minDelta: number, maxAdjustmentsPerRun: number}
---@param dropped table<string, string> gets by option why it was taken out
function Selection.keep(result, settings, dropped)
	local updates, deltas, kept = result.updates, result.deltas, 0
	for _, key in ipairs(by_size(deltas)) do
		if abs(deltas[key]) < settings.minDelta then
			dropped[key] = ("not done: the change is below minDelta, %s"):format(
				Limit.quantity(settings.minDelta, "s")
			)
		elseif kept + 1 > settings.maxAdjustmentsPerRun then
			dropped[key] = ("not done: maxAdjustmentsPerRun is %s"):format(
				Limit.quantity(settings.maxAdjustmentsPerRun)
			)
		else
			kept = kept + 1
		end
		if dropped[key] then
			updates[key], deltas[key] = nil, nil
		end
	end
	if kept == 0 and result.status == "updates" then
		result.status = "filtered"
	end
end

return Selection
