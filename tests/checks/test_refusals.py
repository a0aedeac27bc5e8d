"""Refusals that were not expected, and expected ones that did not come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ended, messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Verdict

    Judge = Callable[..., Verdict]
    Row = Callable[..., dict[str, Any]]


def action(refused: bool | str | None = None, index: int = 1) -> dict[str, Any]:
    return {"kind": "action", "at_s": 0.5, "index": index, "name": "jump", "refused": refused}


def dispatched(row: Row, code: str | None = None, message: str = "", index: int = 1) -> Any:
    plan_row = {**row("action", 0.5, name="jump"), "source": "plan", "entry": index}
    return plan_row if code is None else {**plan_row, "refused": {"code": code, "message": message}}


@pytest.mark.parametrize("expected", [None, False])
def test_a_refusal_that_nobody_expected_is_a_finding(
    judge: Judge, row: Row, expected: bool | None
) -> None:
    verdict = judge(
        {"events": [row("hit", 0.1), dispatched(row, "dead", "no hp left")]},
        timeline=[action(expected)],
        lines={"timeline[1]": 12},
    )
    (finding,) = verdict.findings
    assert finding.message == "action jump at 0.500 s was refused with code dead (no hp left)"
    assert (finding.check, finding.events, finding.frame) == ("refused", (1,), 120)
    assert (finding.where.manifest, finding.where.path) == (
        "scenarios/arena/duel.yaml:12",
        "timeline[1]",
    )


def test_an_accepted_action_is_no_finding(judge: Judge, row: Row) -> None:
    verdict = judge({"events": [dispatched(row)]}, timeline=[action()])
    assert verdict.passed
    assert [(c.expected, c.actual, c.ok) for c in verdict.checks if c.check == "refused"] == [
        (0, 0, True)
    ]


@pytest.mark.parametrize("expected", [True, "dead"])
def test_an_expected_refusal_is_no_finding(judge: Judge, row: Row, expected: bool | str) -> None:
    verdict = judge({"events": [dispatched(row, "dead")]}, timeline=[action(expected)])
    assert verdict.passed
    assert verdict.warnings == ()
    assert [(c.name, c.actual, c.ok) for c in verdict.checks if c.check == "refused"] == [
        ("timeline[1]: jump", "dead", True)
    ]


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (True, "action jump at 0.500 s was accepted, expected a refusal"),
        ("dead", "action jump at 0.500 s was accepted, expected a refusal with code dead"),
    ],
)
def test_a_refusal_that_does_not_come_is_a_finding(
    judge: Judge, row: Row, expected: bool | str, said: str
) -> None:
    verdict = judge({"events": [dispatched(row)]}, timeline=[action(expected)])
    assert messages(verdict) == [said]


def test_another_code_is_a_finding(judge: Judge, row: Row) -> None:
    verdict = judge({"events": [dispatched(row, "busy")]}, timeline=[action("dead")])
    assert messages(verdict) == [
        "action jump at 0.500 s was refused with code busy, expected code dead"
    ]


def test_rows_belong_to_the_entry_that_they_name(judge: Judge, row: Row) -> None:
    # Entry 2 stands before entry 1 in time, so the order of the rows alone would mislead.
    events = [dispatched(row, "dead", index=2), dispatched(row, index=1)]
    assert judge({"events": events}, timeline=[action(index=1), action(True, index=2)]).passed
    assert not judge({"events": events}, timeline=[action(True, index=1), action(index=2)]).passed


def test_a_refusal_of_the_world_itself_is_none_of_the_scenario(judge: Judge, row: Row) -> None:
    assert judge({"events": [{**dispatched(row, "dead"), "source": "world"}]}).passed


def test_an_expected_refusal_that_was_never_asked_for_fails(judge: Judge, row: Row) -> None:
    verdict = judge({"events": [row("hit", 0.5)]}, timeline=[action(True)])
    assert messages(verdict) == [
        "the record holds no dispatch of action jump, which should be refused;"
        " run the scenario again"
    ]
    cut = ended("limit", reason="frames", virtual_s=0.1, frames=24, units=25)
    verdict = judge({"outcome": cut}, timeline=[action(True)])
    assert [finding.check for finding in verdict.findings] == ["limit"]
