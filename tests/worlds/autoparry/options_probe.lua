-- Plays steps on one configuration. `<nan>` and the like stand for what JSON cannot hold.

local Config = require("worlds.autoparry.controller.config")
local Plain = require("worlds.autoparry.plain")
local Probe = {}
local NULL = setmetatable({}, { __metatable = "null" })
local SPECIAL = {
    ["<null>"] = NULL, ["<nan>"] = 0 / 0, ["<inf>"] = math.huge, ["<-inf>"] = -math.huge,
    ["<function>"] = print,
}
local function decode(value)
    if type(value) ~= "table" then
        if SPECIAL[value] ~= nil then return SPECIAL[value] end
        return value
    end
    local decoded = {}
    for key, inner in pairs(value) do decoded[key] = decode(inner) end
    return decoded
end
function Probe.play(steps)
    local config, answers = Config.new(NULL), {}
    local values = config.values
    for index, step in ipairs(steps) do
        if step.fresh then config:reset() end
        local ok, answer = pcall(config.configure, config, decode(step.configure))
        answers[index] = {
            answer = answer, ok = ok, now = config:copy(),
            is_live = config.values == values,
        }
    end
    return answers
end
function Probe.problems(cases)
    local config, found = Config.new(NULL), {}
    for index, overrides in ipairs(cases) do
        local stored, problem = config:check(decode(overrides))
        found[index] = not stored and { problem.key or "", problem.allowed, problem.message }
    end
    return found
end
function Probe.described(paths)
    local words = {}
    for index, path in ipairs(paths) do words[index] = Config.describe(path) or "nothing" end
    return words
end
function Probe.aliases()
    local config = Config.new(NULL)
    local guards, tuning = { "A" }, { minSlack = 1 }
    local answer = config:configure({ remoteQueueGuards = guards, smartTuning = tuning })
    guards[1], tuning.minSlack = "B", 2
    answer.remoteQueueGuards[1], answer.smartTuning.minSlack, answer.cooldown = "C", 3, 4
    local copy = config:copy()
    copy.remoteQueueGuards[1], copy.smartTuning.minSlack = "D", 5
    local seen = config:copy()
    config.values.smartTuning = "gone"
    config:reset()
    config.values.autoTuning.minSamples = 7
    local reset = config:reset()
    reset.remoteQueueGuards[1], reset.smartTuning.minSlack, reset.autoTuning.dryRun = "E", 6, true
    return seen, config:copy(), Config.new(NULL):copy()
end
function Probe.without_null()
    local config = Config.new()
    return config:configure({ cooldown = 1 }).cooldown, pcall(config.configure, config, nil)
end
function Probe.lists()
    local marked = {}
    local config = Config.new(NULL, function() return marked end)
    local full = config:copy().remoteQueueGuards
    local empty = config:configure({ remoteQueueGuards = {} }).remoteQueueGuards
    local unset = config:configure({ remoteQueueGuards = NULL }).remoteQueueGuards
    return #full, empty == marked, config:copy().remoteQueueGuards == nil, unset == nil
end
function Probe.order()
    local keys = Plain.keys({ [10] = 1, [9] = 1, ["9"] = 1, ["!"] = 1, b = 1, B = 1, [true] = 1 })
    local texts = {}
    for index, key in ipairs(keys) do texts[index] = type(key) .. " " .. tostring(key) end
    return texts
end
function Probe.values()
    local config, value = Config.new(NULL), setmetatable({}, {})
    local refused = 0
    for _, overrides in ipairs({
        value, { remoteQueueGuards = value }, { smartTuning = value }, { autoTuning = value },
    }) do
        refused = refused + (pcall(config.configure, config, overrides) and 0 or 1)
    end
    return refused, Plain.copy({ a = { value } }).a[1] == value
end
return Probe
