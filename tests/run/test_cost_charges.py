"""Work of our own that grows with what user code hands over is paid for, to the unit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of, scenario_of
from engine_harness.vm.loader import harness_texts, read_module
from engine_harness.vm.machine import HostModules, Machine

if TYPE_CHECKING:
    from conftest import Stage

GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]
CHECKPOINT: list[dict[str, Any]] = [*GO, {"at": 0, "checkpoint": "c"}]
SHORT, LONG = 4000, 8000
# `rep` takes a unit for 16 bytes, JSON for 4.
MADE, WRITTEN = (LONG - SHORT) // 16, (LONG - SHORT) // 4
LISTED = (LONG - SHORT) // 4


def spent(stage: Stage, body: str, timeline: list[dict[str, Any]]) -> tuple[int, int]:
    """Return the work units of a run in all, and those that belong to functions."""
    record = stage.play(body, timeline)
    assert record.outcome.status == "completed", record.outcome
    assert record.cost is not None
    return record.cost.work_units, sum(row.work_units for row in record.cost.functions)


def growth(stage: Stage, body: str, timeline: list[dict[str, Any]] = GO) -> int:
    """Return what the libraries are paid more when N is 8,000 instead of 4,000."""
    short, long = (spent(stage, body.replace("N", str(size)), timeline) for size in (SHORT, LONG))
    return (long[0] - long[1]) - (short[0] - short[1])


@pytest.mark.parametrize(
    "body",
    [
        "function W:go() self.env.record:event('e', { t = ('x'):rep(N) }) end",
        "function W:go() self.env.record:log('info', ('x'):rep(N)) end",
        "function W:go() print(('x'):rep(N)) end",
        "function W:go() return ('x'):rep(N) end",
        "function W:go() return { t = ('x'):rep(N) } end",
        "function W:go() self.seen.t = ('x'):rep(N) end",
        "function W:go() end function W:section() return { t = ('x'):rep(N) } end",
        "function W:apply() return nil, 'code', ('x'):rep(N) end",
    ],
    ids=["event", "log", "print", "text", "details", "metrics", "section", "refusal"],
)
def test_what_is_written_into_the_record_is_paid_for(stage: Stage, body: str) -> None:
    assert growth(stage, body) == MADE + WRITTEN


def test_a_checkpoint_is_paid_for(stage: Stage) -> None:
    # Metrics at the checkpoint, the state there, and metrics at the end.
    body = "function W:go() self.seen.t = ('x'):rep(N) end"
    assert growth(stage, body, CHECKPOINT) == MADE + 3 * WRITTEN
    body = "function W:go() end function W:snapshot() return { t = ('x'):rep(N) } end"
    assert growth(stage, body, CHECKPOINT) == MADE + WRITTEN


LIST = "function W:go() local t = {} for i = 1, N do t[i] = i end "


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (LIST + "table.maxn(t) end", LISTED),
        (LIST + "table.foreach(t, math.abs) end", LISTED),
        (LIST + "table.foreachi(t, math.abs) end", LISTED),
        ("function W:go() local t = ('x'):rep(N) t = ('%s'):format(t) end", 2 * MADE),
        ("function W:go() local t = ('x'):rep(N) t = ('%d%s'):format(1, t) end", 2 * MADE),
        ("function W:go() local t = ('x'):rep(N) t = ('%s%s%s'):format(t, 1, t) end", 3 * MADE),
        ("function W:go() local t = ('x'):rep(N) t = ('%s%s'):format({}, t) end", 2 * MADE),
    ],
)
def test_libraries_that_walk_or_copy_are_paid_for(stage: Stage, body: str, more: int) -> None:
    assert growth(stage, body) == more


BUSY = """
function W:go()
    self.seen.count = (self.seen.count or 0) + 1
    local record = self.env.record
    record:event("event", { list = { 1, 2, 3 }, text = "some longer text" })
    record:log("info", "some text that is longer")
    record:sample("sample", 1)
    record:warn("warning " .. self.seen.count)
    print("a printed text of some length")
    return { details = "and more of these", list = { 1, 2, 3, 4 } }
end
function W:odd() return ("x"):rep(80) end
function W:step() for _ = 1, 3 do end end
function W:snapshot() return { text = ("x"):rep(50) } end
function W:section() return { text = ("x"):rep(80) } end
"""
TIMELINE: list[dict[str, Any]] = [
    {"at": 0, "action": "go"},
    {"at": 0.004, "action": "none"},
    {"at": 0.005, "checkpoint": "c"},
    {"at": 0.006, "action": "go"},
    {"at": 0.02, "action": "odd"},
]


def test_a_run_may_end_at_any_unit_whoever_pays_it(stage: Stage) -> None:
    harness = stage.bench.harness
    scenario = scenario_of(
        harness,
        world=stage.world(BUSY),
        timeline=TIMELINE,
        invariants=[{"metric": "count", "max": 1}],
    )
    job, modules = job_of(request_of(harness, scenario)), HostModules(harness_texts())

    def play(work_units: int, *, jit: bool = True) -> dict[str, Any]:
        machine = Machine(
            modules,
            read_module=lambda name: read_module(name, harness.roots),
            texts=job.texts,
            work_units=work_units,
            memory_mb=job.memory_mb,
            jit=jit,
        )
        step = machine.start(job.function, json.dumps(job.data))
        machine.close()
        assert step.kind == "done", step.text
        head: dict[str, Any] = json.loads(step.text)["head"]
        return head

    whole = play(job.work_units)
    total = whole["cost"]["work_units"]
    assert whole["status"] == "completed"
    assert 300 < total < 1500
    for most in range(1, total, 5):
        head = play(most, jit=most % 2 == 0)
        assert (head["status"], head["limit"]) == ("limit", "work_units"), most
        assert head["cost"]["work_units"] == most
    assert play(total, jit=False)["cost"] == whole["cost"]
