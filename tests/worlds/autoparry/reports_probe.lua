-- Makes reports of plain data. `<nan>` and the like stand for what JSON cannot hold; a list that
-- would leave empty is `<empty list>`, so that an empty map in its place shows.

local Adjustments = require("worlds.autoparry.controller.learning.adjustments")
local AutoTuning = require("worlds.autoparry.controller.learning.auto_tuning")
local Config = require("worlds.autoparry.controller.config")
local Diagnostics = require("worlds.autoparry.controller.reports.diagnostics")
local Insights = require("worlds.autoparry.controller.reports.insights")
local Profile = require("worlds.autoparry.controller.learning.profile")
local Reports = require("worlds.autoparry.controller.reports")
local Stats = require("worlds.autoparry.controller.telemetry.stats")
local Summary = require("worlds.autoparry.controller.reports.summary")

local Probe = {}
local NULL = setmetatable({}, { __metatable = "null" })
local SPECIAL = {
    ["<null>"] = NULL, ["<nan>"] = 0 / 0, ["<inf>"] = math.huge, ["<function>"] = print,
    ["<object>"] = setmetatable({}, {}),
}
local lists = {}
local function empty_list()
    local list = {}
    lists[list] = true
    return list
end
local function decode(value)
    if type(value) ~= "table" then
        if SPECIAL[value] ~= nil then return SPECIAL[value] end
        return value
    end
    local decoded = {}
    for key, inner in pairs(value) do decoded[key] = decode(inner) end
    return decoded
end
local function encode(value)
    if type(value) ~= "table" then return value end
    local encoded, count = {}, 0
    for key, inner in pairs(value) do encoded[key], count = encode(inner), count + 1 end
    return count == 0 and lists[value] and "<empty list>" or encoded
end
local function answer_of(ok, answer) return { ok = ok, answer = encode(answer) } end
-- Numbers that are asked for by name: a null would hide them.
local function each(cases, of)
    local answers = {}
    for index, case in ipairs(cases) do answers[index] = answer_of(pcall(of, case)) end
    return answers
end

function Probe.summaries(cases)
    return each(cases, function(case)
        return Summary.of(case.view, { answerable = case.answerable })
    end)
end
function Probe.summary_of_events(events, open, answerable, adaptive_state)
    local stats = Stats.new()
    for _, event in ipairs(events) do stats:take(event) end
    return encode(Summary.of(
        stats:view({ open = open, activation = 0.12, adaptive_state = adaptive_state }),
        { answerable = answerable }
    ))
end
-- The view after each step; one without a summary only looks.
function Probe.profile(steps)
    local profile, views = Profile.new(), {}
    for index, step in ipairs(steps) do
        if step.summary then profile:update(step.summary, step.values, step.now) end
        profile:view(step.counters).updatedAt = "changed from outside"
        views[index] = profile:view(step.counters)
    end
    return encode(views)
end
function Probe.profiles(runs)
    return each(runs, Probe.profile)
end
function Probe.build(cases)
    return each(cases, function(case)
        local source = decode(case.source)
        source.empty_list = empty_list
        local config = encode(source.config)
        local options = Adjustments.options(case.caller, decode(case.options), case.may_dry_run)
        local result = Adjustments.build(options, source)
        return { result = result, before = config, after = source.config }
    end)
end
-- What is chosen when these options are given; then again, once somebody wrote over all of it.
function Probe.options(cases)
    return each(cases, function(case)
        local given = decode(case.options)
        local function read() return Adjustments.options(case.caller, given, case.may_dry_run) end
        local first = encode(read())
        local spoilt = read()
        for key in pairs(spoilt) do spoilt[key] = "changed from outside" end
        return { first = first, second = read(), given = given }
    end)
end
function Probe.insights(cases)
    return each(cases, Insights.of)
end
-- As above, but asked for with options; the samples are those of the case.
function Probe.asked_insights(cases)
    return each(cases, function(case)
        local source = decode(case.source)
        source.empty_list = empty_list
        local reports = Reports.new({
            clock = { now = function() return 12.5 end },
            ping = { stress_now = function() return 0 end },
            tuner = { auto = { state = function() return source.auto_tuning end } },
        })
        function reports.adjustment_source() return source end
        return reports:insights(decode(case.options))
    end)
end
function Probe.diagnostics(cases)
    return each(cases, function(source)
        source.empty_list = empty_list
        source.recommendations = Diagnostics.recommendations(source)
        return Diagnostics.of(source)
    end)
end

-- One auto tuner and its configuration, through steps {name, argument…}.
local STEPS = {}
function STEPS.configure(self, step) return self.config:configure(decode(step[2])) end
function STEPS.settled(self, step)
    return self.auto:settled({ wait_delta_s = step[2], lead_delta_s = step[3] })
end
function STEPS.latency(self, step) return self.auto:latency(step[2]) end
function STEPS.commit(self, step) return self.auto:commit(step[2]) end
function STEPS.lookahead(self, step) return self.auto:lookahead(step[2]) end
function STEPS.is_due(self, step) return self.auto:is_due(step[2]) end
function STEPS.state(self) return self.auto:state() end
function STEPS.reset(self) return self.auto:reset() end
function STEPS.clear_samples(self) return self.auto:clear_samples() end
function STEPS.bias(self) return self.config.values.pressReactionBias end
function STEPS.spoil(self)
    local state = self.auto:state()
    state.enabled, state.lastSummary.note, state.lastAdjustments.reasons[1] = 1, 2, 3
    state.lastAdjustments.updates.x, state.lastResult.updates.x = 4, 5
    state.lastResult.newConfig.cooldown = 6
end
function STEPS.run(self, step)
    local given = step[2]
    local called = false
    local result, err = self.auto:run(decode(given.options), decode(given.force), {
        now = given.now, stats = { counters = {} }, summary = given.summary or {},
        config = self.config:copy(), smart_enabled = given.smart_enabled or false,
        apply = function(updates)
            called = true
            if given.fails then error(given.fails, 0) end
            return self.config:configure(updates)
        end,
    })
    return { result = result, err = err, called = called }
end
-- What the world does: a press is settled, and auto tuning runs if it is time. `tuned_s` is what
-- was added to the bias before the press.
function STEPS.press(self, step)
    local given = step[2]
    local tuned_s = self.config.values.pressReactionBias - given.bias_s
    STEPS.settled(self, { nil, 0, tuned_s - given.delay_s })
    -- A late press is a long latency as well.
    STEPS.latency(self, { nil, 0.14 + given.delay_s })
    local is_due = self.auto:is_due(given.now)
    if is_due then STEPS.run(self, { nil, { now = given.now, force = false } }) end
    return { error_s = tuned_s - given.delay_s, has_run = is_due }
end
function Probe.tune(steps)
    local config = Config.new(NULL, empty_list)
    local self = { config = config, auto = AutoTuning.new(config.values, empty_list) }
    return each(steps, function(step) return STEPS[step[1]](self, step) end)
end
function Probe.tune_each(plays)
    local answers = {}
    for index, steps in ipairs(plays) do answers[index] = Probe.tune(steps) end
    return answers
end
return Probe
