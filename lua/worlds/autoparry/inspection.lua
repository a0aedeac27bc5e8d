--- What AutoParry tells of itself when it is asked: the answers of its getters as plain data, and
--- the shorter views of them.
---
--- A getter that fails is told of, and what would have come from it is absent; the run goes on.

local Plain = require("worlds.autoparry.plain")
local Sanitise = require("worlds.autoparry.sanitise")

local Inspection = {}
Inspection.__index = Inspection

local GETTERS = {
	"getConfig", "getSmartPressState", "getSmartTuningSnapshot", "getTelemetryStats",
	"getDiagnosticsReport", "getTelemetryHistory", "getTelemetrySnapshot", "getTelemetryInsights",
	"getAutoTuningState",
}

-- The keys of `autoparry`, each with where in the answers it may come from: the first that is
-- there.
local SOURCES = {
	config = { "getConfig" },
	smartPressState = { "getSmartPressState" },
	smartTuning = { "getSmartTuningSnapshot" },
	telemetryStats = { "getTelemetryStats" },
	counters = {
		"getTelemetryStats.counters", "getDiagnosticsReport.counters",
		"getTelemetrySnapshot.stats.counters",
	},
	adaptiveState = {
		"getTelemetryStats.adaptiveState", "getDiagnosticsReport.adaptiveState",
		"getTelemetrySnapshot.adaptiveState",
	},
	diagnostics = { "getDiagnosticsReport" },
	-- Insights first: a snapshot copies the whole history.
	summary = {
		"getTelemetryInsights.summary", "getTelemetrySnapshot.summary",
		"getDiagnosticsReport.summary",
	},
	telemetrySnapshot = { "getTelemetrySnapshot" },
	sequence = { "getTelemetrySnapshot.sequence" },
	activationLatency = { "getTelemetrySnapshot.activationLatency" },
	remoteLatencyActive = { "getTelemetrySnapshot.remoteLatencyActive" },
	adaptiveProfile = { "getTelemetrySnapshot.adaptiveProfile" },
	lastEvent = { "getTelemetrySnapshot.lastEvent" },
	history = { "getTelemetryHistory" },
	telemetryInsights = { "getTelemetryInsights" },
	metrics = { "getTelemetryInsights.metrics" },
	samples = { "getTelemetryInsights.samples" },
	statuses = { "getTelemetryInsights.statuses" },
	severity = { "getTelemetryInsights.severity" },
	recommendations = { "getTelemetryInsights.recommendations" },
	adjustments = { "getTelemetryInsights.adjustments" },
	smartTuningEnabled = { "getTelemetryInsights.smartTuningEnabled" },
	insightConfig = { "getTelemetryInsights.config" },
	autoTuning = { "getTelemetryInsights.autoTuning" },
	autoTuningState = { "getAutoTuningState" },
}

-- What each view has.
local ALL = Plain.keys(SOURCES)
local METRICS = {
	"summary", "counters", "activationLatency", "adaptiveState", "metrics", "samples", "statuses",
	"severity", "recommendations", "adjustments", "adaptiveProfile", "autoTuning",
}
local OBSERVED = { "telemetryStats", "summary", "smartPressState", "sequence" }

-- A source as the keys that lead to it, the getter first.
local PATHS = {}
for _, key in ipairs(ALL) do
	PATHS[key] = {}
	for index, source in ipairs(SOURCES[key]) do
		local path = {}
		for name in source:gmatch("%a+") do
			path[#path + 1] = name
		end
		PATHS[key][index] = path
	end
end

-- `getConfig` is also `config`.
local function short_name(getter)
	return getter:sub(4, 4):lower() .. getter:sub(5)
end

---@param api table the functions of AutoParry
---@param env table
function Inspection.new(api, env)
	return setmetatable({
		api = api,
		record = env.record,
		sanitise = Sanitise.new(env.services.typeof, env.null),
	}, Inspection)
end

-- One that is not there has nothing to say, and nothing has failed.
local function ask(self, getter)
	local fn = self.api[getter]
	return fn and fn()
end

local function ask_for_plain(self, getter)
	local answer = ask(self, getter)
	return answer and self.sanitise:value(answer)
end

-- The answers of all getters, by name.
local function answers_of(self, at_event)
	local answers = {}
	for _, getter in ipairs(GETTERS) do
		local ok, answer = pcall(ask_for_plain, self, getter)
		if ok then
			answers[getter] = answer
		else
			self.record:warn(("%s failed: %s"):format(getter, tostring(answer)), at_event)
		end
	end
	return answers
end

local function at_path(answer, path)
	for index = 2, #path do
		if not Plain.is_table(answer) then
			return nil
		end
		answer = answer[path[index]]
	end
	return answer
end

-- The keys that have a source. `answer_of(getter)` gives an answer or nil.
local function pick(keys, answer_of)
	local picked = {}
	for _, key in ipairs(keys) do
		for _, path in ipairs(PATHS[key]) do
			picked[key] = at_path(answer_of(path[1]), path)
			if picked[key] ~= nil then
				break
			end
		end
	end
	return picked
end

--- What the record shows of a run: `{snapshots, autoparry}`.
function Inspection:payload()
	local answers = answers_of(self, false)
	local autoparry = pick(ALL, function(getter) return answers[getter] end)
	local snapshots = { autoparry = autoparry }
	for _, getter in ipairs(GETTERS) do
		snapshots[getter], snapshots[short_name(getter)] = answers[getter], answers[getter]
	end
	return { snapshots = snapshots, autoparry = autoparry }
end

--- What an event of the plan shows that observed the telemetry.
function Inspection:observed()
	local answers = answers_of(self, true)
	local picked = pick(OBSERVED, function(getter) return answers[getter] end)
	picked.stats, picked.telemetryStats = picked.telemetryStats, nil
	return picked
end

-- The keys of the metrics that `names` lead to, which begin with `autoparry`.
local function keys_in(names)
	local is_wanted, keys = {}, {}
	for _, name in ipairs(names) do
		if name == "autoparry" then
			return METRICS
		end
		is_wanted[name:match("^autoparry%.(%a+)") or false] = true
	end
	for _, key in ipairs(METRICS) do
		keys[#keys + 1] = is_wanted[key] and key or nil
	end
	return keys
end

--- What the metrics show. Only the getters that are needed are asked, and nobody is told of one
--- that fails: metrics may be looked at in every frame.
---@param names? string[] dotted names of the metrics that are looked at; nil for all
function Inspection:metrics(names)
	local answers, is_known = {}, {}
	local keys = names and keys_in(names) or METRICS
	local picked = pick(keys, function(getter)
		if not is_known[getter] then
			is_known[getter] = true
			local ok, answer = pcall(ask, self, getter)
			answers[getter] = ok and answer or nil
		end
		return answers[getter]
	end)
	for _, key in ipairs(keys) do
		if picked[key] ~= nil then
			local ok, value = pcall(self.sanitise.value, self.sanitise, picked[key])
			picked[key] = ok and value or nil
		end
	end
	return picked
end

return Inspection
