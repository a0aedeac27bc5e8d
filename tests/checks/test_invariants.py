"""What the run found out about its invariants, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .conftest import HP, messages, violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Verdict

    Judge = Callable[..., Verdict]
    Row = Callable[..., dict[str, Any]]


IN_RANGE = {"kind": "world", "name": "in_range"}


def test_invariants_that_held_are_checks_that_passed(judge: Judge) -> None:
    verdict = judge(invariants=[HP, IN_RANGE])
    assert verdict.passed
    assert [(c.name, c.ok) for c in verdict.checks if c.check == "invariant"] == [
        ("hp min 0", True),
        ("in_range", True),
    ]


def test_a_violation_says_when_what_and_how_long(judge: Judge, row: Row) -> None:
    events = [row("hit", 0.4), row("hit", 0.5), row("hit", 0.6)]
    verdict = judge(
        {"invariants": [violation(value=-3)], "events": events},
        invariants=[HP],
        lines={"invariants[1]": 40},
    )
    (finding,) = verdict.findings
    assert finding.message == (
        "invariant hp min 0 violated at 0.500 s: got -3; lasted 0.250 s (60 frames)"
    )
    assert finding.where.manifest == "scenarios/arena/duel.yaml:40"
    assert (finding.at_s, finding.frame, finding.unit, finding.actual) == (0.5, 120, 120, -3)
    assert finding.events == (0, 1)
    assert not verdict.passed


def test_each_subject_has_its_own_finding(judge: Judge) -> None:
    rows = [
        violation(index=2, name="in_range", subject="b", details="x is 9", frames=1),
        violation(index=2, name="in_range", subject="a", violated_s=1.5),
        violation(index=2, name="in_range", subject="b", first_at_s=1.0),
    ]
    verdict = judge({"invariants": rows}, invariants=[HP, IN_RANGE])
    assert messages(verdict) == [
        "invariant in_range violated by b at 0.500 s: x is 9; lasted 0.250 s (1 frame);"
        " 2 times, 0.500 s in all",
        "invariant in_range violated by a at 0.500 s;"
        " lasted 1.500 s (60 frames), to the end of the run",
    ]
    assert [finding.where.path for finding in verdict.findings] == ["invariants[2]"] * 2
    assert [(c.name, c.actual) for c in verdict.checks if c.check == "invariant"] == [
        ("hp min 0", 0),
        ("in_range", 3),
    ]


def test_a_violated_warning_does_not_fail(judge: Judge) -> None:
    verdict = judge({"invariants": [violation(severity="warning")]}, invariants=[HP])
    assert verdict.passed
    assert [finding.severity for finding in verdict.findings] == ["warning"]
