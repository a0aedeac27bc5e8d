"""Small worlds on the shipped stage of `autoparry`: its services and physics, without its plan.

The text of such a world is Lua: `begin(self)` and functions that the timeline calls as actions.
What it passes to `self:log` is what a play returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine_harness._canonical import sha256_hex

if TYPE_CHECKING:
    from conftest import Bench

# One line, so that line numbers of messages are those of the text.
SKELETON = """
local Physics = require("worlds.autoparry.physics")
local Server = require("worlds.autoparry.server")
local Stage = require("worlds.autoparry.stage")
local Threats = require("worlds.autoparry.threats")
local W = {} W.__index = W
function W.new(env)
    local self = setmetatable({ env = env, lines = {} }, W)
    self.services, self.clock = env.services, env.clock
    self.settings = {
        safe_radius = 10, parry_window_s = 0.4, contact_grace_s = 0, ping_ms = 95,
        input_delay_s = 0,
    }
    self.threats = Threats.new()
    self.physics = Physics.new(self.threats, self.settings, function(slot, outcome, contact_s)
        self.server:resolved(slot, contact_s)
        self.stage.balls:leaving(slot)
        if self.resolved then self:resolved(slot, outcome, contact_s) end
    end)
    self.stage = Stage.new(env.services, self.settings, self.physics, env.clock)
    self.server = Server.new(env, self.physics, self.stage, self.settings)
    self.services.RunService.PreRender:Connect(function()
        if self.frame then self:frame(self.clock:now()) end
    end)
    if self.begin then self:begin() end
    return self
end
function W:log(...)
    local parts = { ... }
    for index = 1, select("#", ...) do parts[index] = tostring(parts[index]) end
    self.lines[#self.lines + 1] = table.concat(parts, " ")
end
function W:at(...)
    self:log(("%.6g"):format(self.clock:now()), ...)
end
function W:spawn(id, z, vz, more)
    local now = self.clock:now()
    local spec = { id = id, position = { 0, 0, z }, velocity = { 0, 0, vz } }
    spec.start_s, spec.authored_s, spec.now_s = now, now, now
    for _, key in ipairs({ "attributes", "tags", "metadata", "cframe" }) do
        spec[key] = more and more[key]
    end
    return self.physics:spawn(spec)
end
function W:substep(dt, time_s) self.physics:substep(dt, time_s) end
function W:step() end
function W:metrics() return { lines = self.lines } end
function W:apply(action)
    local act = assert(self[action.name], action.name)
    act(self, action.args)
    return true
end
"""


class Theatre:
    """Plays worlds that are given as the text between `local W = {}` and `return W`."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._names: dict[str, str] = {}

    def world(self, body: str) -> str:
        text = f"{' '.join(SKELETON.split())} {body}\nreturn W\n"
        if text not in self._names:
            name = f"t{sha256_hex(text.encode())[:12]}"
            self._names[text] = self.bench.world(name, text)
        return self._names[text]

    def play(self, body: str, *cues: tuple[float, str] | dict[str, Any]) -> list[str]:
        """Play the world; a cue is a time and the name of an action, or an entry of a timeline."""
        timeline = [
            cue if isinstance(cue, dict) else {"at": cue[0], "action": cue[1]} for cue in cues
        ]
        record = self.bench.play(timeline, world=self.world(body))
        assert record.outcome.status == "completed", record.outcome
        metrics: Any = record.metrics
        return list(metrics["lines"] or [])

    def failure(self, body: str, *cues: tuple[float, str]) -> str:
        """Play the world; return the message of the error that it ends with."""
        timeline = [{"at": at, "action": name} for at, name in cues]
        outcome = self.bench.play(timeline, world=self.world(body)).outcome
        assert outcome.status == "world_error", outcome
        return str(outcome.message)
