"""The first thing that two replays do not agree on: what happened before what follows from it."""

from __future__ import annotations

from typing import Any

from engine_harness.checks.replays import first_difference

REPLAY: dict[str, Any] = {
    "id": "edge",
    "label": "Edge",
    "duration": 2,
    "events": [
        {"type": "lit", "dispatchedAt": 0, "lateness": 0, "details": {"oil": 3}},
        {"type": "action", "dispatchedAt": 1, "lateness": 0, "name": "wait", "time": 1},
    ],
    "alpha": [{"t": 1}],
    "omega": [],
    "warnings": ["a"],
    "logs": {},
    "metrics": {"oil": 3},
    "setup": {"seed": 1},
    "digest": "d",
}


def difference(**changes: Any) -> tuple[Any, ...]:
    found = first_difference(REPLAY, {**REPLAY, **changes})
    assert found is not None
    return found.path, found.kind, found.expected, found.actual


def rows(index: int, **keys: Any) -> list[dict[str, Any]]:
    changed: list[dict[str, Any]] = [dict(row) for row in REPLAY["events"]]
    changed[index] |= keys
    return changed


def test_equal_replays_have_none() -> None:
    assert first_difference(REPLAY, dict(REPLAY)) is None
    assert first_difference(REPLAY, {**REPLAY, "duration": 2.0}) is None


def test_what_was_given_and_said_is_not_compared() -> None:
    changed = {"id": "x", "label": "x", "warnings": [], "logs": {"events": 1}, "setup": {}}
    assert first_difference(REPLAY, {**REPLAY, **changed, "notReached": [1]}) is None


def test_a_row_is_named_by_what_happened_in_it() -> None:
    other = rows(1, type="hitch", dispatchedAt=1.5, duration=0.1)
    expected = ("events[1].type", "value mismatch", "action", "hitch")
    assert difference(events=other) == expected
    late = rows(1, dispatchedAt=1.5, lateness=0.5)
    assert difference(events=late) == ("events[1].dispatchedAt", "value mismatch", 1, 1.5)
    fields = rows(0, details={"oil": 2})
    assert difference(events=fields) == ("events[0].details.oil", "value mismatch", 3, 2)


def test_a_row_too_many_shows_when_all_before_are_equal() -> None:
    more = [*REPLAY["events"], {"type": "x"}]
    assert difference(events=more) == ("events", "length mismatch", 2, 3)
    assert difference(events=more[1:])[0] == "events[0].type"


def test_events_come_first_and_the_digest_last() -> None:
    changes = {"digest": "e", "duration": 3, "metrics": {}, "alpha": [], "omega": [1], "events": []}
    order = ["events", "alpha", "omega", "metrics", "duration", "digest"]
    for position, name in enumerate(order):
        left = {key: changes[key] for key in order[position:]}
        assert difference(**left)[0].partition(".")[0] == name


def test_a_part_that_only_one_has_is_a_difference() -> None:
    assert difference(beta=[])[:2] == ("beta", "unexpected key")
    without = {key: value for key, value in REPLAY.items() if key != "omega"}
    found = first_difference(REPLAY, without)
    assert found is not None
    assert (found.path, found.kind) == ("omega", "missing key")


def test_metrics_are_compared_where_the_first_tells_of_them() -> None:
    without = {key: value for key, value in REPLAY.items() if key != "metrics"}
    assert first_difference(without, REPLAY) is None
    found = first_difference(REPLAY, without)
    assert found is not None
    assert (found.path, found.kind) == ("metrics", "missing key")


def test_values_of_two_types_are_told_themselves() -> None:
    dotted = {"a.b": {"[0]": [1, {"c": "x"}]}, "a": {"b": 1}}
    other = {"a.b": {"[0]": [1, {"c": 2.5}]}, "a": {"b": 1}}
    found = first_difference({**REPLAY, "alpha": dotted}, {**REPLAY, "alpha": other})
    assert found is not None
    assert (found.path, found.kind) == ("alpha.a.b.[0][1].c", "type mismatch")
    assert (found.expected, found.actual) == ("x", 2.5)
    assert difference(events={"a": 1})[2:] == (REPLAY["events"], {"a": 1})
    assert difference(alpha=[None]) == ("alpha[0]", "type mismatch", {"t": 1}, None)
