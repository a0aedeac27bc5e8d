"""An event that somebody has written is judged field by field, as a timeline is."""

from __future__ import annotations

from typing import Any

import pytest

from engine_harness.plan.events import EVENT_FIELDS
from engine_harness.plan.planned import KINDS, FieldProblem, field_problems

WHOLE: dict[str, dict[str, Any]] = {
    "action": {"name": "strike", "args": {"at": None}},
    "hitch": {"duration": 0.2, "jitter": 0.1},
    "checkpoint": {"name": "middle"},
    "expect": {"name": "timeline[3]", "set": {"hp": 1}},
    "spawn-threat": {
        "id": "a",
        "macro": "m",
        "tags": ["x"],
        "metadata": {},
        "position": {"x": 0, "y": 0.5, "z": -1},
        "velocity": {"x": 0, "y": 0, "z": 0},
        "cframe": [0] * 12,
        "attributes": {},
    },
    "player-action": {
        "action": "wave",
        "macro": "m",
        "value": None,
        "duration": 0,
        "parameters": {},
    },
    "network": {"name": "up", "channel": "c", "direction": "in", "payload": {}},
    "rule-toggle": {
        "rule": "gate",
        "value": False,
        "macro": "m",
        "transition": "slow",
        "duration": 0,
        "authoredRule": "door",
    },
}

WRONG: dict[str, Any] = {
    "action": "",
    "args": [],
    "attributes": 1,
    "authoredRule": 1,
    "cframe": [0] * 11,
    "channel": None,
    "direction": 1,
    "duration": -0.1,
    "id": 7,
    "jitter": "0",
    "macro": "",
    "metadata": [],
    "name": "",
    "notes": 1,
    "parameters": [],
    "payload": "x",
    "position": {"x": 1, "y": 2},
    "rule": False,
    "set": [],
    "tags": ["x", ""],
    "time": True,
    "transition": 1,
    "velocity": [0, 0, 0],
}


def event(kind: str, **keys: Any) -> dict[str, Any]:
    return {"time": 0, "event": kind, "notes": "n", **WHOLE[kind], **keys}


def test_an_event_with_everything_in_it_is_right() -> None:
    assert set(WHOLE) == set(KINDS)
    for kind, (required, known) in EVENT_FIELDS.items():
        assert known - set(WHOLE[kind]) - {"notes"} == set()
        assert list(field_problems(event(kind))) == []
        least = {name: WHOLE[kind][name] for name in required}
        assert list(field_problems({"time": -1.5, "event": kind, **least})) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_kind(kind: str) -> None:
    for name in event(kind):
        if name not in ("event", "value"):
            (problem,) = field_problems(event(kind, **{name: WRONG[name]}))
            assert (problem.field, problem.message) == (name, "is of the wrong kind")
            assert problem.allowed


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_needs_is_missed(kind: str) -> None:
    required, _ = EVENT_FIELDS[kind]
    problems = list(field_problems({"event": kind}))
    assert [problem.field for problem in problems] == sorted({*required, "time"})
    assert all(problem.message == f"an event '{kind}' needs it" for problem in problems)
    assert not any(problem.is_there for problem in problems)


def test_a_misspelt_field_is_told_with_what_was_meant() -> None:
    (problem,) = field_problems(event("hitch", jiter=0.1))
    assert problem == FieldProblem(
        "jiter",
        "an event 'hitch' has no such field (did you mean 'jitter'?)",
        "duration, jitter, notes",
    )


def test_a_hitch_takes_time_whatever_is_drawn() -> None:
    assert list(field_problems(event("hitch", duration=0, jitter=0))) == [
        FieldProblem("duration", "a hitch takes time", "a number > 0, in seconds")
    ]
    assert list(field_problems(event("hitch", duration=0.1, jitter=0.1))) == [
        FieldProblem(
            "jitter",
            "a hitch of 0.1 s could be drawn that takes no time",
            "a number below the duration",
        )
    ]


def test_what_one_kind_alone_refuses_is_told() -> None:
    for name in ("a.b", "timeline[3]"):
        (problem,) = field_problems(event("checkpoint", name=name))
        assert problem.allowed == "a text without a dot, and no timeline[n]"
    (problem,) = field_problems(event("rule-toggle", value=None))
    assert problem.allowed == "anything but null"


def test_a_number_that_is_not_finite_is_none() -> None:
    (problem,) = field_problems(event("checkpoint", time=float("inf")))
    assert problem.field == "time"
