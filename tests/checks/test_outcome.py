"""The end of a run as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import HP, ended, messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Verdict

    Judge = Callable[..., Verdict]
    Row = Callable[..., dict[str, Any]]


def test_a_world_error_tells_everything_that_is_known(judge: Judge, row: Row) -> None:
    outcome = ended(
        "world_error",
        message="attempt to index a nil value",
        virtual_s=1,
        frames=240,
        where={
            "file": "lua/worlds/arena/init.lua",
            "line": 41,
            "at_s": 0.975,
            "frame": 234,
            "unit": 234,
            "dispatching": "action jump",
            "traceback": "lua/worlds/arena/init.lua:41: in function 'apply'\n",
        },
    )
    verdict = judge({"outcome": outcome, "metrics": None, "events": [row("hit", 0.5)]})
    (finding,) = verdict.findings
    assert finding.message == (
        "lua/worlds/arena/init.lua:41: attempt to index a nil value"
        " (while dispatching action jump, at 0.975 s)\n"
        "lua/worlds/arena/init.lua:41: in function 'apply'"
    )
    assert finding.check == "world_error"
    assert (finding.at_s, finding.frame, finding.unit, finding.events) == (0.975, 234, 234, (0,))
    assert (finding.where.manifest, finding.where.path) == ("scenarios/arena/duel.yaml:1", "")


def test_what_the_message_says_itself_is_not_said_again(judge: Judge) -> None:
    message = "a.lua:3: boom (while dispatching hit, at 0.500 s)\na.lua:3: in main chunk"
    where = {
        "file": "a.lua",
        "line": 3,
        "at_s": 0.5,
        "dispatching": "hit",
        "traceback": ["a.lua:3: in main chunk"],
    }
    assert messages(judge({"outcome": ended("world_error", message=message, where=where)})) == [
        message
    ]


@pytest.mark.parametrize("status", ["world_error", "limit", "killed", "nondeterministic"])
def test_every_other_end_is_a_finding_of_its_name(judge: Judge, status: str) -> None:
    verdict = judge({"outcome": ended(status, reason="stack", message="60 s are over")})
    (finding,) = verdict.findings
    assert (finding.check, finding.message, finding.actual) == (status, "60 s are over", status)


@pytest.mark.parametrize(
    ("status", "limit", "said"),
    [
        ("limit", "work_units", "it is too much (limits.work_units: an endless loop?, at 0.500 s)"),
        ("limit", "memory_mb", "it is too much (limits.memory_mb, at 0.500 s)"),
        ("killed", "deadline_s", "it is too much (limits.deadline_s, at 0.500 s)"),
        ("limit", "stack", "it is too much (at 0.500 s)"),
        ("world_error", "events", "it is too much (at 0.500 s)"),
    ],
)
def test_a_limit_names_the_key_that_sets_it(
    judge: Judge, status: str, limit: str, said: str
) -> None:
    outcome = ended(status, reason=limit, message="it is too much", where={"at_s": 0.5})
    assert messages(judge({"outcome": outcome})) == [said]


def test_success_that_the_driver_denies_is_a_finding(judge: Judge) -> None:
    denied = ended("completed", success=False, reason="cap_hit", message="no end in sight")
    (finding,) = judge({"outcome": denied}).findings
    assert (finding.check, finding.message) == ("outcome", "no end in sight: cap_hit")
    assert judge({"outcome": ended("completed", success=True)}).findings == ()


def test_a_run_that_left_nothing_is_judged_by_its_end_only(judge: Judge) -> None:
    verdict = judge(
        {"outcome": ended("killed", reason="deadline_s", message="late"), "metrics": None},
        invariants=[HP],
        expect={"hp": {"eq": 1}},
        expect_events=[{"kind": "count", "match": {"event": "hit"}, "min": 1}],
    )
    assert [finding.check for finding in verdict.findings] == ["killed"]
    assert [check.check for check in verdict.checks] == ["outcome"]


def test_a_run_with_an_error_is_judged_as_far_as_it_came(judge: Judge) -> None:
    verdict = judge(
        {"outcome": ended("world_error", message="boom", virtual_s=1), "metrics": None},
        expect_events=[{"kind": "count", "match": {"event": "hit"}, "min": 1}],
    )
    assert [finding.check for finding in verdict.findings] == ["world_error", "expect_events"]
