"""A planned event is judged by the rules that a timeline is read by, field by field.

Two places say what a field may be: the readers of manifests and the judge of planned events. Each
value below goes to both; when one of them changes its mind alone, this fails.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from engine_harness.manifest.describe import WorldDescribe
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.document import Document
from engine_harness.manifest.fields import Field
from engine_harness.manifest.timeline import read_timeline
from engine_harness.manifest.vocabulary import Vocabulary
from engine_harness.plan.events import EVENT_FIELDS, planned_event
from engine_harness.plan.planned import field_problems

# Of every kind of data, and what lies on both sides of a border.
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    0.1,
    0.19,
    0.2,
    1.5,
    float("nan"),
    float("inf"),
    10**400,
    "",
    "a",
    "1.5",
    "timeline[3]",
    [],
    ["a"],
    ["a", ""],
    ["a", 1],
    [1, 2],
    [1, 2, 3],
    [1, 2, "3"],
    [1, 2, float("inf")],
    [0] * 11,
    [0] * 12,
    [0.5] * 11 + [True],
    {},
    {"a": 1},
    {"x": 1, "y": 2},
    {"x": 1, "y": 2, "z": 3},
    {"x": 1, "y": 2, "z": None},
    {"x": 1, "y": 2, "z": 3, "w": 4},
)


class Authored(NamedTuple):
    """Where a field of an event is written in a timeline."""

    entry: dict[str, Any]
    """An entry of the kind that is right."""
    block: tuple[str, ...]
    """The keys that lead to the map with the field."""
    names: dict[str, str]
    """The keys in it, by the field of the event."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


KINDS = {
    "action": [Authored({"action": "a"}, (), {"name": "action", "args": "args"})],
    "hitch": [Authored({"hitch": 0.2}, (), {"duration": "hitch", "jitter": "jitter"})],
    "checkpoint": [Authored({"checkpoint": "a"}, (), {"name": "checkpoint"})],
    "spawn-threat": [
        Authored(
            {"threat": {"id": "a", "position": [0, 0, 0]}},
            ("threat",),
            _same("id", "tags", "metadata", "position", "velocity", "cframe", "attributes"),
        )
    ],
    "player-action": [
        Authored(
            {"player": {"action": "a"}},
            ("player",),
            _same("action", "value", "duration", "parameters"),
        )
    ],
    "network": [
        Authored(
            {"network": {"event": "a"}},
            ("network",),
            {"name": "event", **_same("channel", "direction", "payload")},
        )
    ],
    "rule-toggle": [
        Authored(
            {"rule": {"rule": "a", "value": 1}},
            ("rule",),
            _same("rule", "value", "transition", "duration"),
        )
    ],
}

# An expectation is read to conditions, and its name is given; what macros make has a test of its
# own. Both are judged with `test_planned`.
MADE = {"expect": {"name", "set"}}
ADDED = {"macro"}

# A vector may be written in more ways than it is planned.
LISTS = ("position", "velocity")


def is_read(entry: dict[str, Any]) -> Any:
    """Return the event of a timeline with this one entry, None when it is refused."""
    problems = Problems("m", Document([entry]))
    world = Vocabulary(None)
    assert world._describe == WorldDescribe()
    entries = read_timeline(Field(problems, ("timeline",), [entry]), world)
    if problems.has_errors or not entries:
        return None
    assert entries[0].kind != "macro"
    return planned_event(entries[0])


def with_field(authored: Authored, name: str, value: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"at": 0, **authored.entry}
    if name in ("time", "notes"):
        return {**entry, {"time": "at"}.get(name, name): value}
    if not authored.block:
        return {**entry, authored.names[name]: value}
    (key,) = authored.block
    return {**entry, key: {**entry[key], authored.names[name]: value}}


CASES = [
    (kind, number, name)
    for kind, ways in KINDS.items()
    for number, way in enumerate(ways)
    for name in (*way.names, "time", "notes")
]


def test_every_field_of_every_kind_is_asked_for() -> None:
    for kind, (_, known) in EVENT_FIELDS.items():
        named = {name for each, _, name in CASES if each == kind} | MADE.get(kind, set())
        assert known - named - ADDED - {"notes"} == set(), kind


@pytest.mark.parametrize(("kind", "number", "name"), CASES)
def test_both_accept_the_same_values(kind: str, number: int, name: str) -> None:
    authored = KINDS[kind][number]
    right = is_read({"at": 0, **authored.entry})
    assert right is not None
    assert list(field_problems(right)) == []
    accepted = 0
    for value in VALUES:
        event = is_read(with_field(authored, name, value))
        planned = {**right, name: value}
        if event is not None:
            accepted += 1
            # What a timeline may say may stand in a plan, as the planner puts it.
            assert list(field_problems(event)) == [], value
        if isinstance(value, list) and name in LISTS:
            continue
        if isinstance(value, str) and name == "time":
            continue
        if value is None and event is not None and name not in event:
            # Null is the same as nothing where nothing is allowed; then a plan has no such field.
            continue
        assert (event is not None) == (list(field_problems(planned)) == []), value
    assert accepted > 0
    assert accepted < len(VALUES) or name == "value"
