--- What the world adds to the record: logs, telemetry, who is still alive, what AutoParry tells of
--- itself.

local Section = {}

-- What of the section each document shows; a part that is not there leaves as null.
local VIEWS = {
	replay = { "remoteLog", "virtualInput", "parryLog" },
	observability = {
		"telemetry", "autoparry.smartTuning", "autoparry.diagnostics", "parryLog",
	},
}

local VIEWS_OF_POLICIES = {
	replay = VIEWS.replay,
	observability = VIEWS.observability,
	["intel/traces"] = { "aside.traces" },
	["intel/recommendations"] = { "autoparry.diagnostics.recommendations" },
}

-- A list that nothing is in must not leave as a map.
local function list(rows, empty_list)
	return rows[1] ~= nil and rows or empty_list()
end

-- A press that called no remote says so; a key that is absent would say nothing.
local function presses(rows, env)
	for index = 1, #rows do
		local row = rows[index]
		row.remote = row.remote or env.null
	end
	return list(rows, env.empty_list)
end

--- The live threats as the telemetry shows them.
---@param ahead_s number the positions are advanced by so much along the velocity
function Section.projectiles(threats, ahead_s, empty_list)
	local alive = empty_list()
	for index = 1, threats.count do
		local slot = threats.order[index]
		local x, y, z, vx, vy, vz = threats:reading(slot, ahead_s)
		alive[index] = {
			name = threats.id[slot],
			position = { x = x, y = y, z = z },
			velocity = { x = vx, y = vy, z = vz },
			contact = threats.in_contact[slot],
		}
	end
	return alive
end

-- What was where, and the settings of the world it was in at the end.
local function telemetry(parts)
	local env = parts.env
	local view = parts.telemetry:section(env.clock:now(), parts.agent_name, env.empty_list)
	view.world = parts.settings
	return view
end

--- The section of the record.
---@param parts table `{env, logs, telemetry, threats, ahead_s, agent_name, inspection,
--- intelligence, settings, parries, remote_events}`; `inspection` is `{snapshots, autoparry}`
function Section.table(parts)
	local env, logs = parts.env, parts.logs
	for _, source in ipairs({ logs, parts.intelligence }) do
		for _, text in ipairs(source:warnings()) do
			env.record:warn(text)
		end
	end
	local traces = parts.intelligence:traces()
	local empty_list = env.empty_list
	local rows = logs.rows
	return {
		parryLog = presses(rows.presses, env),
		remoteLog = list(rows.remotes, empty_list),
		virtualInput = list(rows.inputs, empty_list),
		threats = list(rows.threats, empty_list),
		telemetry = telemetry(parts),
		projectiles = Section.projectiles(parts.threats, parts.ahead_s, empty_list),
		snapshots = parts.inspection.snapshots,
		autoparry = parts.inspection.autoparry,
		intelligence = parts.intelligence:view() or env.null,
		logs = logs:counts(),
		totals = { totalParries = parts.parries, totalRemoteEvents = parts.remote_events },
		views = traces and VIEWS_OF_POLICIES or VIEWS,
		aside = traces and { traces = traces } or nil,
	}
end

return Section
