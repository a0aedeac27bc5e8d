--- What the run leaves row by row: threats, presses, remote calls, key events.
---
--- A log keeps its first rows up to a limit and counts all of them. A row beyond the limit is
--- handed out like any other, so that whoever made it may finish it; it is only not kept. Knows no
--- rule of the game: when a row is made and what is in it is its maker's business.

local format = string.format

local Logs = {}
Logs.__index = Logs

-- The logs whose counts stand in the artifact, which tells what was cut, and the others.
local COUNTED = { "threats", "presses" }
local UNCOUNTED = { "remotes", "inputs" }

---@param limits table `{threats, presses}`: rows that are kept; of remotes and inputs as of presses
function Logs.new(limits)
	local presses = limits.presses
	return setmetatable({
		limits = {
			threats = limits.threats, presses = presses, remotes = presses, inputs = presses,
		},
		rows = { threats = {}, presses = {}, remotes = {}, inputs = {} },
		totals = { threats = 0, presses = 0, remotes = 0, inputs = 0 },
	}, Logs)
end

function Logs:_add(name, row)
	local total = self.totals[name] + 1
	self.totals[name] = total
	if total <= self.limits[name] then
		self.rows[name][total] = row
	end
	return row, total - 1
end

--- A press. Return its row and its index in the log, from 0.
---@param press table `{timestamp, frame, threat_id, planned_at_s, planned_lead_s, scheduled_at_s?,
--- in_stall, remote?, position = {x, y, z}, velocity = {x, y, z}, real_ball}`
function Logs:press(press)
	return self:_add("presses", {
		timestamp = press.timestamp,
		frame = press.frame,
		threatId = press.threat_id,
		plannedAt = press.planned_at_s,
		plannedLead = press.planned_lead_s,
		scheduledAt = press.scheduled_at_s,
		inStall = press.in_stall,
		remote = press.remote,
		ball = {
			name = press.threat_id,
			position = press.position,
			velocity = press.velocity,
			realBall = press.real_ball,
		},
	})
end

--- A call of a remote: `direction` is `client` for what the player's side sends.
function Logs:remote(timestamp, direction, remote, payload)
	return self:_add("remotes", {
		timestamp = timestamp, direction = direction, remote = remote, payload = payload,
	})
end

--- A key that went down or up.
---@param key_code string like `KeyCode.F`
function Logs:input(timestamp, is_pressed, key_code, is_repeat)
	return self:_add("inputs", {
		timestamp = timestamp, isPressed = is_pressed, keyCode = key_code, isRepeat = is_repeat,
	})
end

--- A threat as it enters; what becomes of it is written into the row by `Logs.finish_threat`.
---@param activated_s number when the world took it in; `time_s` is when it was due
function Logs:threat(id, time_s, activated_s)
	return self:_add("threats", {
		id = id,
		time = time_s,
		activatedAt = activated_s,
		reachable = false,
		outcome = "unresolved",
		hitchOverlap = false,
	})
end

--- What became of the threat of `row`.
---@param ending table `{outcome, contact_s?, press_s?, press_index?, planned_lead_s?,
--- hitch_overlap?, first_scheduled_s?}`; `press_s` is when the covering press took effect,
--- `press_index` its place in the log of presses, from 0
function Logs.finish_threat(row, ending)
	local outcome, contact_s = ending.outcome, ending.contact_s
	row.outcome = outcome
	row.reachable = outcome == "parried" or outcome == "missed"
	row.contactTime = contact_s
	row.parriedBy = ending.press_index
	row.realisedLead = contact_s and ending.press_s and contact_s - ending.press_s or nil
	row.plannedLead = ending.planned_lead_s
	row.hitchOverlap = ending.hitch_overlap
	row.firstScheduledAt = ending.first_scheduled_s
	return row
end

--- `{total, kept, limit}` of the logs that the artifact counts.
function Logs:counts()
	local counts = {}
	for index = 1, #COUNTED do
		local name = COUNTED[index]
		counts[name] = {
			total = self.totals[name], kept = #self.rows[name], limit = self.limits[name],
		}
	end
	return counts
end

--- One text for each log that has lost rows and is not counted in the artifact.
function Logs:warnings()
	local texts = {}
	for index = 1, #UNCOUNTED do
		local name = UNCOUNTED[index]
		local total, limit = self.totals[name], self.limits[name]
		if total > limit then
			texts[#texts + 1] = format("log %s cut at %d of %d rows", name, limit, total)
		end
	end
	return texts
end

return Logs
