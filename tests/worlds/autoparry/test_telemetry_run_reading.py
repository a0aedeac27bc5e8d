"""Whoever reads the telemetry changes nothing by it, and whoever hears it may do as he likes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.run.isolate import record_of
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of, scenario_of

from .duel import ON, REMOTE, Duel, Entry, Trace, ball, call
from .listening import LISTENER, Fields, answers, heard
from .timelines import eventful, random_play

if TYPE_CHECKING:
    from conftest import Bench

SETTLE = {"settleLimit": 0.25}

# `spoil` writes over all that is in a table, however deep.
READER = f"""
{LISTENER}
local GETTERS = {{
    "getConfig", "getTargetingSafeState", "getLastParryTime", "getLastParrySuccessTime",
    "getLastParryBroadcastTime", "getSmartPressState", "getSmartTuningSnapshot", "getInitProgress",
    "getTelemetryHistory", "getTelemetrySnapshot", "getTelemetryStats", "getDiagnosticsReport",
    "getAutoTuningState", "getTelemetryInsights", "buildTelemetryAdjustments", "isEnabled",
}}
local function spoil(value)
    if type(value) ~= "table" then return end
    local keys = {{}}
    table.foreach(value, function(key) keys[#keys + 1] = key end)
    for _, key in ipairs(keys) do
        spoil(value[key])
        value[key] = "spoilt"
    end
    value.more = "spoilt"
end
function W:start()
    self.services.RunService.PreRender:Connect(function()
        if self.reads then self:read() end
    end)
end
function W:read()
    for _, name in ipairs(GETTERS) do spoil(self.api[name]()) end
    spoil(self.api.applyTelemetryAdjustments({{ dryRun = true }}))
    spoil(self.api._testEvaluateOscillationBurstTuning({{ ping = 0.1, speed = 100 }}))
end
function W:open() self.reads = true end
function W:close() self.reads = false end
function W:twice()
    for _, name in ipairs(GETTERS) do
        self:tell(name, self.api[name]())
        self:tell(name, self.api[name]())
    end
end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def left_by(trace: Trace) -> str:
    """Return what a play left but for the actions of its script."""
    shown = [row for row in trace.record.events if row["source"] == "world"]
    return json.dumps([shown, trace.section, trace.record.metrics], sort_keys=True)


@pytest.mark.parametrize("smart", [False, True])
def test_a_run_is_the_same_whether_all_is_read_and_spoilt_in_many_frames_or_not(
    duel: Duel, smart: bool
) -> None:
    options: Any = {"smartTuning": smart, "autoTuning": {"enabled": True, "intervalSeconds": 0.7,
                    "minSamples": 2, "allowWhenSmartTuning": True}}  # fmt: skip
    left = set()
    for first in ("open", "close"):
        windows = [call(at, first) for at in (0.72, 1.72, 2.3)]
        windows += [call(at, "close") for at in (0.84, 1.8, 2.36)]
        left.add(
            left_by(duel(*eventful(), *windows, script=READER, options=options, engine=SETTLE))
        )
    assert len(left) == 1
    assert '"source": "auto"' in left.pop()


def test_a_getter_that_is_called_again_says_the_same(duel: Duel) -> None:
    trace = duel(*eventful(), *(call(0.37 * n, "twice") for n in range(8)), script=READER,
                 engine=SETTLE)  # fmt: skip
    said = [fields for _, fields in trace.events("said") if "told" in fields]
    pairs = [
        (first["told"], json.dumps(first), json.dumps(second))
        for first, second in zip(said[::2], said[1::2], strict=True)
    ]
    assert len(pairs) == 8 * 16
    assert [name for name, first, second in pairs if first != second] == []


def test_fresh_processes_hear_and_answer_the_same_bytes(duel: Duel, shared_bench: Bench) -> None:
    timeline: list[Entry] = [ON, *eventful(), *random_play(11, 2.5), call(2.9, "twice")]
    config: Fields = {"autoparry": {}, "engine": SETTLE, "world": {}}
    texts = set()
    for _ in range(2):
        with Harness(open_project(shared_bench.folder)) as harness:
            scenario = scenario_of(
                harness, world=duel.world(READER), timeline=timeline, config=config
            )
            request = request_of(harness, scenario)
            trace = Trace(record_of(request, harness.pool.call(job_of(request))))
        assert trace.metric("hitches") > 1
        texts.add(json.dumps([trace.record.events, trace.section["snapshots"]]))
    assert len(texts) == 1


# Listeners that interfere.

MEDDLER = f"""
{LISTENER}
local function meddle(self, kind)
    local met = 0
    self.api.onTelemetry(function(event)
        if event.type == kind and met < 3 then
            met = met + 1
            self:deed()
        end
    end)
end
function W:at_schedule() meddle(self, "schedule") end
function W:at_cleared() meddle(self, "schedule-cleared") end
function W:at_press() meddle(self, "press") end
function W:at_threat() meddle(self, "threat") end
function W:at_guard() meddle(self, "targeting-safe-state") end
function W:ask()
    local api = self.api
    self:tell("end", {{
        timers = self.controller.schedule.count, pressed = api.getLastParryTime(),
        state = api.getSmartPressState(), safe = api.getTargetingSafeState(),
        enabled = api.isEnabled(),
    }})
end
"""
TOGGLE = f"{MEDDLER} function W:deed() self.api.disable() self.api.enable() end"
DESTROY = f"{MEDDLER} function W:deed() self.api.destroy() end"
MET = ["at_schedule", "at_cleared", "at_press", "at_threat", "at_guard"]
# Several are scheduled in one evaluation, several due in one; two wait for one cooldown.
CROWD = [
    REMOTE, ball(0, "a", 170, 160), ball(0, "b", 175, 160), ball(0, "c", 180, 160),
    ball(0.1, "d", 50, 160), ball(0.1, "e", 50, 160), ball(0.1, "f", 52, 160),
]  # fmt: skip


@pytest.mark.parametrize("met", MET)
def test_a_listener_may_switch_off_and_on_at_any_event(duel: Duel, met: str) -> None:
    trace = duel(*CROWD, call(0, met), call(2.5, "ask"), script=TOGGLE)
    live: set[str] = set()
    # What was heard in the order of its numbers: an event within an event is told before it.
    for event in sorted(heard(trace), key=lambda one: one["sequence"]):
        if event["type"] == "schedule":
            assert event["ballId"] not in live
            live.add(event["ballId"])
        elif event["type"] == "schedule-cleared":
            live.remove(event["ballId"])
    assert live == set()
    assert set(trace.outcomes.values()) == {"parried"}
    assert trace.record.warnings == []
    (end,) = answers(trace, "end")
    assert (end["timers"], end["enabled"]) == (0, True)


@pytest.mark.parametrize("met", MET)
def test_a_listener_may_destroy_at_any_event(duel: Duel, met: str) -> None:
    trace = duel(*CROWD, call(0, met), call(2.5, "ask"), script=DESTROY)
    assert "destroyed" in [event.get("reason") for event in heard(trace)]
    (end,) = answers(trace, "end")
    assert (end["timers"], end["enabled"], end["pressed"]) == (0, False, 0)
    assert end["safe"] == {"active": False}
    assert end["state"]["pendingLatencyPresses"] == []
    assert "lastScheduled" not in end["state"]
    assert trace.record.outcome.reason == "settled"
