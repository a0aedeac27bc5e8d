"""Events are numbered, kept and told, and nobody outside can change what is kept."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .conftest import Probe

    Call = Callable[..., list[Any]]
    Fields = dict[str, Any]


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Call:
    return probe_of("telemetry").results


# The history.


@pytest.mark.parametrize("limit", [1, 2, 7, 200])
def test_the_history_keeps_the_last_events_oldest_first(call: Call, limit: int) -> None:
    chance = Random(f"history {limit}")
    steps: list[Any] = list(range(1, 451 if limit == 200 else 60))
    for _ in range(3):
        steps.insert(chance.randrange(len(steps)), "clear")
    [rows] = call("history", limit, steps)
    kept: list[int] = []
    expected = []
    for step in steps:
        kept = [] if step == "clear" else [*kept, step][-limit:]
        expected.append([len(kept), kept[-1] if kept else "nothing", *kept])
    assert rows == expected


def emit(kind: str, **fields: Any) -> Fields:
    return {"play": "emit", "type": kind, "fields": fields}


def test_an_event_has_its_type_number_time_and_fields(call: Call) -> None:
    [found] = call(
        "play",
        [
            {**emit("threat", score=0.5, status="medium"), "at_s": 0.25},
            emit("press", ballId="b", forced=False),
            {"play": "reset", "reason": "enabled", "at_s": 1.5},
            {**emit("success", ballId="b", accepted=True), "at_s": 2},
        ],
    )
    assert found["history"] == [
        {"type": "telemetry-reset", "sequence": 3, "time": 1.5, "reason": "enabled"},
        {"type": "success", "sequence": 4, "time": 2, "ballId": "b", "accepted": True},
    ]
    assert found["last"] == found["history"][-1]
    assert (found["sequence"], found["warnings"]) == (4, "")


def test_the_telemetry_keeps_200_events_and_its_numbers_never_start_again(call: Call) -> None:
    steps: list[Fields] = [emit("threat", score=0.1) for _ in range(250)]
    [before] = call("play", steps)
    assert [event["sequence"] for event in before["history"]] == list(range(51, 251))
    steps += [{"play": "reset", "reason": "disabled"}, {"play": "reset", "reason": "destroyed"}]
    [after] = call("play", [*steps, emit("threat", score=0.1)])
    assert [(event["sequence"], event["type"]) for event in after["history"]] == [
        (252, "telemetry-reset"),
        (253, "threat"),
    ]


def test_without_an_event_there_is_no_last_one_and_the_history_is_an_empty_list(
    call: Call,
) -> None:
    [found] = call("play", [])
    assert (found["sequence"], found["last"]) == (0, "nothing")
    [rows] = call("history", 3, ["clear"])
    assert rows == [[0, "nothing"]]


def test_whoever_writes_over_what_comes_out_changes_nothing_inside(call: Call) -> None:
    events: list[Fields] = [
        {
            "type": "schedule",
            "reason": "lead",
            "eta": 0.5,
            "smartTuning": {"enabled": True, "applied": {"reactionBias": 0.02}},
        },
        {"type": "schedule-cleared", "reason": "safe-guard"},
        {"type": "threat", "status": "low", "score": 0.3},
        {
            "type": "press",
            "scheduledReason": "lead",
            "smartTuning": {"enabled": True, "applied": {"reactionBias": 0.02}},
            "decision": {"waitDelta": 0, "nested": {"deep": [{"deeper": 1}]}},
        },
    ]
    [found] = call("spoilt", events)
    assert found["after"] == found["before"]
    assert found["heard"] == found["kept"]
    assert [event["type"] for event in found["after"]["history"]] == [
        event["type"] for event in events
    ]
    assert found["after"]["stats"]["schedule"]["reasonCounts"] == {"lead": 1}
    assert found["kept"]["decision"]["nested"] == {"deep": [{"deeper": 1}]}


def test_a_list_with_nothing_in_it_stays_one_in_every_copy(call: Call) -> None:
    assert call("marks") == [
        {
            "reasons": True,
            "updates": False,
            "history": True,
            "last": True,
            "heard": True,
            "observations": [True, False],
            "lastObservation": False,
        }
    ]


def test_values_that_never_change_are_not_copied(call: Call) -> None:
    assert call("values") == [True]


# Listeners.


def test_a_listener_that_fails_or_leaves_disturbs_no_other(call: Call) -> None:
    [found] = call("listeners")
    assert found == {
        "heard": [
            "first 1 success 0.5",
            "once 1 success 0.5",
            "last 1 success 0.5",
            "first 2 telemetry-reset 0.75",
            "last 2 telemetry-reset 0.75",
            "first 3 threat 0.75",
        ],
        "warnings": "a listener of onTelemetry failed: no success\n"
        "a listener of onTelemetry failed: no telemetry-reset\n"
        "a listener of onTelemetry failed: no threat",
        "listeners": 2,
    }


def test_an_event_is_counted_and_kept_before_anybody_hears_of_it(call: Call) -> None:
    assert call("looks")[0] == [[1, 1, 1, 1, 1, 0], [2, 2, 2, 2, 2, 0], [3, 3, 1, 3, 0, 1]]


def test_listeners_may_cause_events_that_they_hear_in_turn(call: Call) -> None:
    [found] = call("nested", 5)
    assert found == {
        "heard": 6,
        "after": 7,
        "warnings": "",
        "sequence": 7,
        "counted": 7,
        "kept": 7,
    }


def test_everybody_hears_of_events_in_the_order_of_their_numbers(call: Call) -> None:
    [heard] = call("order")
    assert heard == ["a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"]


def test_events_are_kept_at_once_and_told_when_all_is_done(call: Call) -> None:
    assert call("held") == [[2, 2, 1, 0], ["a1", "b1", "a2", "b2"]]


def test_listeners_that_cause_events_without_end_are_cut_off_with_a_warning(call: Call) -> None:
    [found] = call("nested", 1_000_000)
    assert found == {
        "heard": 1001,
        "after": 1002,
        "warnings": "listeners of AutoParry cause more than 1000 calls of listeners at once; "
        "the rest is not told",
        "sequence": 1003,
        "counted": 1003,
        "kept": 200,
    }


# Processes.


def random_steps() -> list[Fields]:
    chance = Random("processes")
    texts = [f"{word}-{number}" for word in ("lead", "urgent", "retry") for number in range(20)]
    steps: list[Fields] = []
    for number in range(400):
        kind = chance.choice(["schedule", "schedule-cleared", "press", "threat"])
        fields: Fields = {name: chance.random() for name in chance.sample(texts, 8)}
        fields |= {name: chance.choice(texts) for name in ("reason", "status", "scheduledReason")}
        fields |= {"eta": chance.random(), "decisionToPressTime": chance.random()}
        fields["nested"] = dict(fields)
        steps.append({**emit(kind, **fields), "at_s": number / 240})
    now = {"open": [], "activation": 0.1, "adaptive_state": {"reactionBias": 0, "lastUpdate": 0}}
    return [*steps, {"play": "view", "now": now}]


def test_fresh_processes_give_the_same_bytes(shared_bench: Bench, call: Call) -> None:
    steps: Any = random_steps()
    texts = {json.dumps(call("play", steps))}
    for _ in range(2):
        with Harness(open_project(shared_bench.folder)) as harness:
            texts.add(json.dumps(harness.call_lua("probe.telemetry", "play", steps)))
    assert len(texts) == 1
