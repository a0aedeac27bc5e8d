--- Policies at work: each hears what the telemetry tells, and moves an option of AutoParry.
---
--- All steps after one event start from the same configuration, and what they change is handed
--- over in one call. Every step is logged, and apart from that every change.

local Policies = require("worlds.autoparry.policies.init")
local Step = require("worlds.autoparry.policies.step")

local Intelligence = {}
Intelligence.__index = Intelligence

local function new_log(limit)
	return { rows = {}, total = 0, limit = limit }
end

local function keep(log, row)
	log.total = log.total + 1
	if log.total <= log.limit then
		log.rows[log.total] = row
	end
end

---@param parts table `{wish, controller, record, empty_list, row_limit}`; `wish` is the scenario's
--- block `{notes?, policies?}`, nil for none
function Intelligence.new(parts)
	local wish = parts.wish
	local chosen, unknown = Policies.choose(wish and wish.policies)
	local self = setmetatable({
		is_asked = wish ~= nil,
		chosen = chosen,
		controller = parts.controller,
		empty_list = parts.empty_list,
		steps = new_log(parts.row_limit),
		adjustments = new_log(parts.row_limit),
		last_press_s = nil,
	}, Intelligence)
	for _, id in ipairs(unknown) do
		local known = table.concat(Policies.ids, ", ")
		parts.record:warn(("unknown policy '%s'; known: %s"):format(id, known))
	end
	if chosen[1] then
		parts.controller.api.onTelemetry(function(event) self:take(event) end)
	end
	return self
end

-- What the policies look at.
---@param gap_s number|nil since the press before
local function facts_of(event, gap_s)
	if event.type == "press" then
		local decision = event.decision
		return {
			reaction_s = event.reactionTime,
			gap_s = gap_s,
			reason = decision.reason,
			tempo = decision.tempo,
			volatility = decision.volatility,
			is_panicking = decision.panic,
		}
	end
	return {
		slack_s = event.slack,
		reason = event.reason,
		tempo = event.tempo,
		volatility = event.volatility,
		is_panicking = event.panic,
	}
end

local function note_step(self, event, policy, from, to, note)
	local key = policy.key
	keep(self.steps, {
		time = event.time,
		policy = policy.id,
		event = event.type,
		before = { [key] = from },
		after = { [key] = to },
		note = note,
	})
	if to ~= from then
		keep(self.adjustments, {
			time = event.time, policy = policy.id, key = key, from = from, to = to, note = note,
		})
	end
end

--- Hear of an event of the telemetry.
---@param event table
function Intelligence:take(event)
	if event.type ~= "press" and event.type ~= "schedule" then
		return
	end
	local values, last_s = self.controller.values, self.last_press_s
	if event.type == "press" then
		self.last_press_s = event.time
	end
	local facts, overrides, reasons = facts_of(event, last_s and event.time - last_s), nil, {}
	for _, policy in ipairs(self.chosen) do
		if policy.runs_on[event.type] then
			local from = Step.current(values, policy.key)
			local to, note = policy.step(facts, values)
			note_step(self, event, policy, from, to, note)
			if to ~= from then
				overrides = overrides or {}
				overrides[policy.key] = to
				reasons[#reasons + 1] = ("%s: %s"):format(policy.id, note)
			end
		end
	end
	if overrides then
		self.controller:tune(overrides, "policies", reasons)
	end
end

-- A list that nothing is in must not leave as a map.
local function list(self, log)
	return log.rows[1] ~= nil and log.rows or self.empty_list()
end

--- What the record shows: `{policies, adjustments}`, or nil for a scenario that asked for nothing.
---@return table|nil
function Intelligence:view()
	if not self.is_asked then
		return nil
	end
	local ids = self.empty_list()
	for index, policy in ipairs(self.chosen) do
		ids[index] = policy.id
	end
	return { policies = ids, adjustments = list(self, self.adjustments) }
end

--- Every step of every policy, oldest first; nil without any policy.
---@return table[]|nil
function Intelligence:traces()
	return self.chosen[1] and list(self, self.steps) or nil
end

--- What the run says of logs that have lost rows.
---@return string[]
function Intelligence:warnings()
	local texts = {}
	for _, name in ipairs({ "steps", "adjustments" }) do
		local log = self[name]
		if log.total > log.limit then
			local text = "log %s of policies cut at %d of %d rows"
			texts[#texts + 1] = text:format(name, log.limit, log.total)
		end
	end
	return texts
end

return Intelligence
