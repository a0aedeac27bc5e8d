"""The functions of AutoParry: that they are all there, their signals, that they return copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .duel import REMOTE, Duel, ball, call, network
from .listening import LISTENER, answers

if TYPE_CHECKING:
    from conftest import Bench

NAMES = [
    "enable", "disable", "setEnabled", "toggle", "isEnabled", "setImmortalEnabled",
    "toggleImmortal", "isImmortalEnabled", "configure", "getConfig", "resetConfig",
    "getTargetingSafeState", "clearTargetingSafeState", "getLastParryTime",
    "getLastParrySuccessTime", "getLastParryBroadcastTime", "getSmartPressState",
    "getSmartTuningSnapshot", "onInitStatus", "getInitProgress", "onStateChanged",
    "onImmortalChanged", "onParry", "onParrySuccess", "onParryBroadcast", "onTelemetry",
    "getTelemetryHistory", "getTelemetrySnapshot", "getTelemetryStats",
    "buildTelemetryAdjustments", "applyTelemetryAdjustments", "getDiagnosticsReport",
    "getAutoTuningState", "runAutoTuning", "getTelemetryInsights", "setLogger",
    "setLegacyPayloadBuilder", "destroy", "_testEvaluateOscillationBurstTuning",
]  # fmt: skip


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def test_the_functions_are_these_and_no_others(duel: Duel) -> None:
    script = f"""
{LISTENER}
local Plain = require("worlds.autoparry.plain")
function W:ask() self:tell("names", Plain.keys(self.api)) end
"""
    found = duel(call(0, "ask"), script=script)
    assert len(NAMES) == len(set(NAMES))
    assert sorted(answers(found, "names")[0]) == sorted(NAMES)


def test_what_is_accepted_without_effect_returns_nothing(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:ask()
    local api = self.api
    self:say(select("#", api.setLogger(print)), select("#", api.setLegacyPayloadBuilder(print)))
    self:say(select("#", api.enable()), select("#", api.setEnabled(true)), api.toggle())
end
"""
    rows = duel(call(0, "ask"), script=script).events("said")
    assert [row["text"] for _, row in rows if "text" in row] == ["0 0", "0 0 false"]


SIGNALS = {
    "onStateChanged": "api.toggle()",
    "onImmortalChanged": "api.toggleImmortal()",
    "onParry": "self.controller.listeners.parry:fire({}, 1)",
    "onParrySuccess": 'self.stage:answer("ParrySuccess", "a")',
    "onParryBroadcast": 'self.stage:answer("ParrySuccessAll", "a")',
    "onTelemetry": "api.resetConfig()",
    "onInitStatus": 'self.controller.startup:publish("ready")',
}


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_signal_reaches_who_is_connected_and_nobody_else(duel: Duel, signal: str) -> None:
    script = f"""
{LISTENER}
function W:ask()
    local api, calls = self.api, {{ 0, 0 }}
    local function hear(index) return function() calls[index] = calls[index] + 1 end end
    local first, second = api.{signal}(hear(1)), api.{signal}(hear(2))
    calls[1], calls[2] = 0, 0
    {SIGNALS[signal]}
    self:say(calls[1], calls[2])
    first.Disconnect() first.disconnect() first:Disconnect()
    {SIGNALS[signal]}
    self:say(calls[1], calls[2])
    second:disconnect() second.Disconnect()
    {SIGNALS[signal]}
    self:say(calls[1], calls[2], pcall(api.{signal}, "text"))
end
"""
    found = duel(REMOTE, call(0.1, "ask"), script=script)
    texts = [row["text"] for _, row in found.events("said") if "text" in row]
    assert texts[:2] == ["1 1", "1 2"]
    assert texts[2].startswith("1 2 false ")
    assert signal in texts[2]


# Copies.


@pytest.mark.parametrize(
    "expression",
    [
        "api.configure({ cooldown = 0.2 })",
        "api.resetConfig()",
        "api.getTargetingSafeState()",
        'api.clearTargetingSafeState("enough")',
        "api.applyTelemetryAdjustments({ minSamples = 1 })",
        "api.runAutoTuning({ minSamples = 1, allowWhenSmartTuning = true })",
        "api._testEvaluateOscillationBurstTuning({ ping = 0.1, speed = 100, config = {} })",
    ],
)
def test_whoever_writes_over_what_was_returned_changes_nothing(duel: Duel, expression: str) -> None:
    body = f"""
{LISTENER}
local function spoil(value)
    if type(value) ~= "table" then return end
    local keys = {{}}
    table.foreach(value, function(key) keys[#keys + 1] = key end)
    for _, key in ipairs(keys) do
        spoil(value[key])
        value[key] = "spoilt"
    end
end
function W:act()
    local api = self.api
    local result = {expression}
    if self.spoils then spoil(result) end
    result = nil
end
function W:spoiling() self.spoils = true end
function W:sparing() self.spoils = false end
function W:ask()
    local api = self.api
    self:tell("config", api.getConfig())
    self:tell("auto", api.getAutoTuningState())
    self:tell("snapshot", api.getTelemetrySnapshot())
    self:tell("again", {expression})
end
"""
    late = network(0, "input:delay", ms=50)
    said = set()
    for first in ("spoiling", "sparing"):
        found = duel(
            REMOTE, late, ball(0, "a", 170, 160), call(0, first), call(0.9, "act"),
            call(1.2, "ask"), script=body,
        )  # fmt: skip
        names = ("config", "auto", "snapshot", "again")
        said.add(json.dumps([answers(found, name) for name in names]))
    assert len(said) == 1
    assert "spoilt" not in said.pop()
