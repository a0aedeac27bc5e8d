"""A world of `autoparry` in which nothing but the start-up runs, and the stages it passes."""

from __future__ import annotations

# A module that only starts up. `say` is a status as text, its fields sorted, without `startedAt`.
STARTUP = """
local Config = require("worlds.autoparry.controller.config")
local Plain = require("worlds.autoparry.plain")
local Remote = require("worlds.autoparry.controller.remote")
local Startup = require("worlds.autoparry.controller.startup")
local function say(status)
    local parts = { status.stage }
    for _, key in ipairs(Plain.keys(status)) do
        local value = status[key]
        if key ~= "stage" and key ~= "startedAt" then
            value = type(value) == "table" and table.concat(value, "+")
                or type(value) == "number" and ("%.6g"):format(value) or value
            parts[#parts + 1] = ("%s=%s"):format(key, tostring(value))
        end
    end
    return table.concat(parts, " ")
end
function W:begin()
    self.config = Config.new(self.env.null)
    self.values = self.config.values
    if self.prepare then self:prepare() end
    self.startup = Startup.new({
        services = self.services, clock = self.clock, values = self.values,
        warn = function(text) self:at("warn:", text) end,
        on_status = function(status) self:at(say(status)) end,
        on_restart = function(reason) self:at("on_restart", reason) end,
        on_success = function(id) self:at("success", id) end,
        on_broadcast = function(id) self:at("broadcast", id) end,
    })
    self.remote = Remote.new({ startup = self.startup, values = self.values })
end
function W:frame(now)
    self.startup:step(now)
    self.remote:flush()
end
function W:look()
    self:at("ready", self.startup.is_ready, "success", self.startup.has_success_remote)
end
"""

COURSE = (
    "waiting-player",
    "waiting-remotes target=folder",
    "parry-input target=virtual-input",
    "verifying-success-remotes state=pending",
    "verifying-success-remotes state=ok",
    "verifying-balls state=pending",
    "verifying-balls state=ok",
    "waiting-character",
    "waiting-balls",
    "ready",
)


def course(at_s: float, first: str = COURSE[0], last: str = COURSE[-1]) -> list[str]:
    """Return the stages from `first` to `last`, all passed at one time."""
    stages = COURSE[COURSE.index(first) : COURSE.index(last) + 1]
    return [f"{at_s:.6g} {stage}" for stage in stages]
