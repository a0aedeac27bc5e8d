"""What a run took on this machine: under `host` and nowhere else, and nothing follows from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.run.determinism import divergence, repeat
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord

BUSY_LOOP = "local n = 0 for i = 1, 3e7 do n = n + i % 7 end"
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# The samples of the memory are a few hundred, however long a run is.
SAMPLES_MAX = 400


def figures(record: RunRecord) -> Any:
    return record.host["scheduler"]


def test_a_run_says_when_it_was_and_what_it_took(stage: Stage) -> None:
    record = stage.play("function W:step() end function W:go() end")
    found = figures(record)
    assert set(found) == {
        "elapsed", "eventRuntime", "gc", "generatedAt", "startedAt", "utilisation", "waitRuntime",
    }  # fmt: skip
    assert UTC.fullmatch(found["startedAt"])
    assert UTC.fullmatch(found["generatedAt"])
    assert found["startedAt"] <= found["generatedAt"]
    assert found["eventRuntime"] > 0
    assert found["waitRuntime"] > 0
    assert found["eventRuntime"] + found["waitRuntime"] <= found["elapsed"]
    assert found["elapsed"] == record.host["wall_s"]
    assert record.outcome.virtual_s is not None
    assert found["utilisation"] == record.outcome.virtual_s / found["elapsed"]


@pytest.mark.parametrize(
    ("body", "is_event"),
    [
        (f"function W:step() end function W:go() {BUSY_LOOP} end", True),
        (
            "function W:step() end function W:go() self.env.scheduler:after(0.1, function() "
            f"{BUSY_LOOP} end) end",
            True,
        ),
        (f"function W:go() end function W:step() if not self.d then {BUSY_LOOP} end self.d = 1 end",
            False),
        (
            "function W:go() end function W:step() end function W:substep() if not self.d then "
            f"{BUSY_LOOP} end self.d = 1 end",
            False,
        ),
    ],
    ids=["entry", "timer", "step", "substep"],
)  # fmt: skip
def test_time_goes_to_the_queue_or_to_the_rest_of_the_frame(
    stage: Stage, body: str, is_event: bool
) -> None:
    found = figures(stage.play(body))
    assert (found["eventRuntime"] > found["waitRuntime"]) is is_event


def test_a_run_that_failed_in_the_queue_has_spent_its_time_there(stage: Stage) -> None:
    record = stage.play(f"function W:step() end function W:go() {BUSY_LOOP} error('no') end")
    assert record.outcome.status == "world_error"
    found = figures(record)
    assert found["eventRuntime"] > found["waitRuntime"]
    assert found["gc"]["endKb"] > 0


def test_a_run_that_never_began_has_no_figures(stage: Stage) -> None:
    record = stage.play("function W:begin() error('no') end")
    assert record.outcome.status == "world_error"
    assert "scheduler" not in record.host


def test_a_run_that_ended_where_nobody_knows_has_no_figures(stage: Stage) -> None:
    body = "function W:go() local t = {} for i = 1, 1e9 do t[i] = { i } end end"
    record = stage.play(body, limits={"memory_mb": 32})
    assert (record.outcome.status, record.outcome.reason) == ("limit", "memory_mb")
    assert "scheduler" not in record.host


@pytest.mark.parametrize("seconds", [0.01, 2, 60])
def test_the_memory_is_looked_at_often_but_not_ever_more_often(
    stage: Stage, seconds: float
) -> None:
    timeline = [{"at": 0, "action": "go"}, {"at": seconds, "action": "go"}]
    record = stage.play("function W:step() end function W:go() end", timeline)
    gc = figures(record)["gc"]
    frames = record.outcome.units
    assert frames is not None
    # One at the begin, one at the end, and one in each of the first frames.
    assert min(frames, 30) < gc["samples"] <= min(frames + 2, SAMPLES_MAX)


def test_what_a_run_keeps_is_the_growth(stage: Stage) -> None:
    body = """
    function W:go() self.kept = {} for i = 1, 1e5 do self.kept[i] = { i } end end
    function W:step() end
    """
    gc = figures(stage.play(body))["gc"]
    assert gc["deltaKb"] == gc["endKb"] - gc["startKb"]
    assert gc["deltaKb"] > 4000
    assert gc["minKb"] <= gc["startKb"]
    assert gc["endKb"] <= gc["maxKb"]
    empty = figures(stage.play("function W:go() end function W:step() end"))["gc"]
    assert empty["deltaKb"] < 1000


def test_what_loading_leaves_behind_is_no_part_of_the_growth(stage: Stage) -> None:
    # The garbage is collected before the first frame, so it cannot hide what comes later.
    body = """
    function W:begin() local t = {} for i = 1, 1e5 do t[i] = { i } end end
    function W:go() end
    function W:step() end
    """
    gc = figures(stage.play(body))["gc"]
    empty = figures(stage.play("function W:go() end function W:step() end"))["gc"]
    assert abs(gc["startKb"] - empty["startKb"]) < 500
    assert 0 <= gc["deltaKb"] < 1000


def test_nothing_but_the_host_differs_between_processes(stage: Stage) -> None:
    body = """
    function W:begin() self.seen.n = 0 end
    function W:step() self.seen.n = self.seen.n + 1 end
    function W:go() self.env.scheduler:every(0.01, function() self.kept = { self.kept } end) end
    """
    harness = stage.bench.harness
    timeline: list[dict[str, Any]] = [
        {"at": 0, "action": "go"},
        {"at": 0.2, "hitch": 0.1},
        {"at": 2, "action": "go"},
    ]
    scenario = scenario_of(harness, world=stage.world(body), timeline=timeline)
    records = repeat(request_of(harness, scenario), 2)
    assert divergence(records) is None
    first, second = (record.model_dump(mode="json") for record in records)
    assert first.pop("host")["scheduler"] != second.pop("host")["scheduler"]
    assert first == second


def test_no_world_reads_the_clock_of_the_machine(stage: Stage) -> None:
    message, _ = stage.failure("function W:go() require('harness.stopwatch') end")
    assert message.startswith("module 'harness.stopwatch' ")


def test_a_world_knows_how_hitches_pass(stage: Stage) -> None:
    body = """
    function W:go()
        local hitches = self.env.hitches
        self.seen.policies = { hitches:policy(), hitches.policy() }
    end
    """
    for policy in ("stall", "catch_up"):
        seen = stage.seen(body, config={"engine": {"hitchPolicy": policy}})
        assert seen["policies"] == [policy, policy]
