"""Ceilings of a run: exact, reproducible, and what was recorded until then is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.run.determinism import divergence, repeat
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord

GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]

# Does a little of everything in each of its 61 frames.
BUSY = """
function W:begin() self.seen.frames = 0 end
function W:step()
    for i = 1, 10 do self.seen.frames = self.seen.frames + 1 / 10 end
    self.env.record:event("frame", { n = self.env.clock.frame() })
    print("frame", self.env.clock.frame())
    self.env.record:sample("n", self.env.clock.frame())
end
function W:go() end
"""


def twice(stage: Stage, body: str, **keys: Any) -> RunRecord:
    """Run a world in two fresh processes, which must agree; return one record."""
    harness = stage.bench.harness
    scenario = scenario_of(harness, world=stage.world(body), timeline=GO, **keys)
    records = repeat(request_of(harness, scenario), 2)
    assert divergence(records) is None
    assert records[0].digest == records[1].digest
    return records[0]


def ended_by(record: RunRecord) -> tuple[str, str | None, str | None]:
    return record.outcome.status, record.outcome.reason, record.outcome.message


def need(stage: Stage) -> dict[str, int]:
    """What the busy world needs of each limit, from a run with the default ones."""
    record = stage.play(BUSY)
    assert record.outcome.status == "completed"
    assert record.cost is not None
    return {
        "work_units": record.cost.work_units,
        "frames": record.outcome.frames or 0,
        "events": len(record.events),
        "log_rows": len(record.logs) + len(record.samples["n"].value),
    }


MESSAGES = {
    "work_units": "more than {} work units were spent",
    "frames": "more than {} frames passed",
    "events": "more than {} events were recorded",
    "log_rows": "more than {} rows were logged",
}


@pytest.mark.parametrize("limit", MESSAGES)
def test_a_limit_is_exact(stage: Stage, limit: str) -> None:
    needed = need(stage)[limit]
    assert stage.play(BUSY, limits={limit: needed}).outcome.status == "completed"
    record = stage.play(BUSY, limits={limit: needed - 1})
    assert ended_by(record) == ("limit", limit, MESSAGES[limit].format(needed - 1))


@pytest.mark.parametrize("limit", MESSAGES)
def test_a_run_ended_by_a_countable_limit_keeps_everything_and_is_reproducible(
    stage: Stage, limit: str
) -> None:
    whole = stage.play(BUSY)
    most = need(stage)[limit] // 2
    record = twice(stage, BUSY, limits={limit: most})
    assert ended_by(record) == ("limit", limit, MESSAGES[limit].format(most))
    frames = record.outcome.frames or 0
    assert 20 < frames < 40
    assert record.outcome.virtual_s == frames / 240
    # What was recorded is the beginning of what the whole run recorded.
    assert len(record.events) > 20
    assert record.events == whole.events[: len(record.events)]
    assert record.logs == whole.logs[: len(record.logs)]
    values = record.samples["n"].value
    assert values == whole.samples["n"].value[: len(values)]
    assert record.metrics is None
    assert record.sections["timeline"]["scheduler"]["totalSimulated"] == frames / 240
    assert record.cost is not None
    if limit == "work_units":
        assert record.cost.work_units == most
    elif limit == "events":
        assert len(record.events) == most
    elif limit == "log_rows":
        assert len(record.logs) + len(values) == most
    else:
        assert frames == most


@pytest.mark.parametrize(
    ("limit", "most", "spend"),
    [
        ("work_units", 100_000, "while true do end"),
        ("work_units", 100_000, "local x = string.rep('x', 1e7)"),
        ("events", 5, "self.env.record:event('x')"),
        ("log_rows", 5, "print('x')"),
        ("log_rows", 5, "self.env.record.sample('x', 1)"),
        ("frames", 100, "self.env.clock:advance(1)"),
    ],
)
@pytest.mark.parametrize(
    "catch",
    [
        "while true do pcall(function() {} end) end",
        "while true do xpcall(function() {} end, function() return 1 end) end",
        "while true do coroutine.resume(coroutine.create(function() {} end)) end",
        "while true do pcall(task.spawn, function() {} end) end",
        "while true do pcall(coroutine.wrap(function() {} end)) end",
    ],
)
def test_no_limit_can_be_caught(
    stage: Stage, limit: str, most: int, spend: str, catch: str
) -> None:
    body = f"function W:go() {catch.format(spend)} end"
    record = stage.play(body, limits={"work_units": 3_000_000, limit: most})
    assert ended_by(record) == ("limit", limit, MESSAGES[limit].format(most))
    assert record.outcome.where is not None
    assert record.outcome.where["dispatching"] == "apply(go)"


def test_a_limit_in_new_leaves_an_empty_record(stage: Stage) -> None:
    record = twice(stage, "function W:begin() while true do end end", limits={"work_units": 5000})
    assert ended_by(record) == ("limit", "work_units", MESSAGES["work_units"].format(5000))
    assert (record.events, record.logs, record.metrics) == ([], [], None)
    assert record.outcome.where is not None
    assert record.outcome.where["dispatching"] == "new"


def test_a_stall_and_a_sleep_count_the_frames_that_they_skip(stage: Stage) -> None:
    for timeline in ([{"at": 0, "hitch": 10}], [{"at": 10, "action": "go"}]):
        record = stage.play("function W:go() end", timeline, limits={"frames": 1000})
        assert ended_by(record) == ("limit", "frames", "more than 1000 frames passed")


# Where these end is another place each time, so nothing that depends on it is kept.

RECURSION = """
function W:step() self.env.record:event("frame") print("frame") end
function W:go(args)
    local odd, even
    function odd(n) return 1 + even(n) end
    function even(n) return 1 + odd(n) end
    self.env.scheduler:after(0.1, function() CALL end)
end
"""


@pytest.mark.parametrize("call", ["odd(1)", "pcall(odd, 1)", "spawn(odd)"])
def test_a_stack_overflow_keeps_the_outcome_only(stage: Stage, call: str) -> None:
    record = twice(stage, RECURSION.replace("CALL", call))
    message = "stack overflow: calls are nested too deep"
    assert ended_by(record) == ("limit", "stack", message)
    assert_nothing_kept(record)
    place = record.host["where"]
    assert isinstance(place, dict)
    assert place["file"] == stage.file(RECURSION.replace("CALL", call))
    assert place["line"] in (5, 6, 7)


@pytest.mark.parametrize(
    "eat",
    [
        "local t = {} for i = 1, 1e9 do t[i] = { i } end",
        "while true do pcall(function() local t = {} for i = 1, 1e9 do t[i] = { i } end end) end",
        "local s = 'x' while true do s = s .. s end",
    ],
)
def test_eaten_memory_keeps_the_outcome_only(stage: Stage, eat: str) -> None:
    body = f"""
    function W:step() self.env.record:event("frame") print("frame") end
    function W:go() self.env.scheduler:after(0.1, function() {eat} end) end
    """
    record = twice(stage, body, limits={"memory_mb": 32})
    assert (record.outcome.status, record.outcome.reason) == ("limit", "memory_mb")
    assert_nothing_kept(record)


def assert_nothing_kept(record: RunRecord) -> None:
    outcome = record.outcome
    assert (outcome.where, outcome.virtual_s, outcome.frames, outcome.units) == (None,) * 4
    assert (record.metrics, record.cost) == (None, None)
    kept = (record.events, record.logs, record.samples, record.sections, record.checkpoints)
    assert not any(kept)


# Order that no run repeats.

UNNUMBERED = "for key in pairs({ [{}] = 1, [{}] = 2 }) do end"


def test_a_walk_over_unnumbered_keys_is_nondeterministic_and_keeps_everything(
    stage: Stage,
) -> None:
    body = f"""
    function W:go()
        self.env.record:event("before")
        self.env.scheduler:after(0.5, function()
            pcall(function() {UNNUMBERED} end)
        end)
    end
    """
    record = twice(stage, body)
    status, reason, message = ended_by(record)
    assert (status, reason) == ("nondeterministic", "unnumbered_keys")
    assert str(message).startswith("a walk over a table met 2 keys of type table")
    assert [row["event"] for row in record.events] == ["action", "before"]
    assert record.outcome.where is not None
    assert (record.outcome.where["line"], record.outcome.virtual_s) == (5, 0.5)


def test_a_world_that_loads_without_an_order_is_nondeterministic_too(stage: Stage) -> None:
    world = stage.world(UNNUMBERED)
    path = stage.bench.write(
        "scenarios/unordered.yaml",
        f"metadata: {{id: unordered, label: x}}\nworld: {world}\n"
        "timeline: [{at: 0, action: go}]\n",
    )
    harness = stage.bench.harness
    (record,) = harness.execute(harness.load((str(path),)).scenarios)
    assert (record.outcome.status, record.outcome.reason) == (
        "nondeterministic", "unnumbered_keys",
    )  # fmt: skip
