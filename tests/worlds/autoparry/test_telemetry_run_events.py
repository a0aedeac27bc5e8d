"""The events of a run: which there are, what each says, and how they are numbered and kept."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import (
    REMOTE,
    Duel,
    Timing,
    Trace,
    ball,
    call,
    player,
    rule,
    swinging,
)
from .listening import LISTENER, answers, asking, heard, of_type
from .timelines import eventful

if TYPE_CHECKING:
    from conftest import Bench

SCRIPT = f"""
{LISTENER}
function W:adjust() self.api.applyTelemetryAdjustments({{ minSamples = 1 }}) end
function W:destroy() self.api.destroy() end
"""

HEAD = {"type", "sequence", "time"}
# What each event has, and what it may have.
FIELDS = {
    "telemetry-reset": ({"reason"}, set()),
    "schedule": (
        {
            "ballId", "predictedImpact", "lead", "slack", "reason", "pressAt", "eta",
            "activationLatency", "remoteLatencyActive", "adaptiveBias", "immediate", "smartTuning",
            "distance", "timeToImpact", "speed", "pressRadius", "holdRadius", "pingCompensation",
            "tempo", "volatility", "panic",
        },
        set(),
    ),
    "schedule-cleared": (
        {
            "ballId", "reason", "previousReason", "previousPressAt", "previousPredictedImpact",
            "previousLead", "previousSlack", "timeSinceUpdate", "lifetime",
        },
        {"pressedAt"},
    ),
    "press": (
        {
            "ballId", "ballName", "forced", "immediate", "transientRetry", "reactionTime",
            "decisionTime", "decisionToPressTime", "activationLatency", "adaptiveBias",
            "smartTuning", "position", "velocity", "decision", "telemetry",
        },
        {"scheduledReason"},
    ),
    "latency-sample": ({"source", "value", "accepted"}, {"reason"}),
    "success": ({"ballId", "latency", "accepted", "source"}, set()),
    "threat": ({"ballId", "score", "status", "confidence", "volatility", "tempo"}, set()),
    "targeting-safe-state": (
        {"stage", "active", "reason"},
        {
            "startedAt", "lastPulseAt", "lastDropAt", "requireDrop", "dropObserved", "ballId",
            "clearedAt", "lastEvaluation", "lastObservation",
        },
    ),
    "config-adjustment": ({"updates", "reasons", "status", "source", "appliedAt"}, set()),
}  # fmt: skip


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


@pytest.fixture(scope="module")
def trace(duel: Duel) -> Trace:
    return duel(
        *eventful(), call(2, "adjust"), rule(3, "autoparry-enabled", False),
        rule(3.05, "autoparry-enabled", True), player(3.1, "reset-config"), call(3.15, "destroy"),
        script=SCRIPT, engine={"settleLimit": 0.25},
    )  # fmt: skip


def test_every_type_of_event_comes_up_with_its_fields_and_no_others(trace: Trace) -> None:
    events = heard(trace)
    assert {event["type"] for event in events} == FIELDS.keys()
    for event in events:
        has, may_have = FIELDS[event["type"]]
        assert has <= event.keys() - HEAD <= has | may_have, event
        assert event.keys() > HEAD


def test_optional_fields_are_there_when_they_mean_something(trace: Trace) -> None:
    for event in heard(trace):
        if event["type"] == "press":
            assert ("scheduledReason" in event) is not event["immediate"]
        elif event["type"] == "latency-sample":
            assert ("reason" in event) is not event["accepted"]
        elif event["type"] == "schedule-cleared":
            is_pressed = event["reason"] in {"pressed", "ready-to-press"}
            assert event.get("pressedAt") == (event["time"] if is_pressed else None)
        elif event["type"] == "targeting-safe-state":
            assert event["stage"] == event["reason"]
            assert ("startedAt" in event, "clearedAt" in event) == (
                event["active"], not event["active"],
            )  # fmt: skip


def test_events_are_numbered_without_a_gap_over_every_reset(trace: Trace) -> None:
    events = heard(trace)
    # The first one came when the world was made, before anybody could listen.
    assert [event["sequence"] for event in events] == list(range(2, len(events) + 2))
    assert [event["reason"] for event in of_type(trace, "telemetry-reset")] == [
        "enabled", "disabled", "enabled", "config-reset", "destroyed",
    ]  # fmt: skip
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_the_history_is_the_last_200_events_as_they_were_heard(duel: Duel) -> None:
    found = duel(
        swinging(0.1, "a"), call(3.2, "ask"), script=asking("getTelemetryHistory"),
        engine={"settleLimit": 0.25},
    )  # fmt: skip
    (history,) = answers(found, "getTelemetryHistory")
    before = [event for event in heard(found) if event["sequence"] <= history[-1]["sequence"]]
    assert len(before) > 200
    assert history == before[-200:]


def test_a_schedule_is_told_once_and_ended_once(trace: Trace) -> None:
    live: dict[str, dict[str, Any]] = {}
    for event in heard(trace):
        if event["type"] == "schedule":
            assert event["ballId"] not in live
            live[event["ballId"]] = event
        elif event["type"] == "schedule-cleared":
            began = live.pop(event["ballId"])
            assert event["lifetime"] == pytest.approx(event["time"] - began["time"])
            assert event["previousSlack"] == began["slack"]
            assert event["timeSinceUpdate"] <= event["lifetime"]
    assert live == {}


def test_a_schedule_says_what_was_known_of_its_ball(duel: Duel) -> None:
    found = duel(REMOTE, ball(0.1, "a", 170, 160), script=LISTENER)
    (event,) = of_type(found, "schedule")
    timing = Timing()
    wait_s, impact_s = timing.wait(170, 160), 1.0
    expected = {
        "time": 0.1, "ballId": "a", "predictedImpact": impact_s, "lead": timing.lead_s,
        "slack": timing.reach_s - 0.01, "reason": "lead", "pressAt": 0.1 + wait_s, "eta": wait_s,
        "activationLatency": 0.12, "adaptiveBias": 0, "distance": 170, "speed": 160,
        "timeToImpact": 170 / 160 - 0.095 - 0.05,
        "pressRadius": 10 + min(160 * timing.response_s, 8),
        "holdRadius": 10 + min(160 * (timing.response_s + 0.1), 9),
        "pingCompensation": 0.85 * 0.06 + 0.015 * 0.06 / 0.145,
    }  # fmt: skip
    assert {name: event[name] for name in expected} == pytest.approx(expected)
    assert (event["remoteLatencyActive"], event["immediate"]) == (True, False)
    base = {"reactionBias": 0.02, "scheduleSlack": 0.015, "confidencePadding": 0.08}
    assert event["smartTuning"] == {"enabled": False, "base": base}
    assert (event["tempo"], event["volatility"], event["panic"]) == (0, 0, False)


def test_a_press_that_only_waits_for_the_cooldown_is_scheduled_as_immediate(duel: Duel) -> None:
    found = duel(ball(0.1, "a", 50, 160), ball(0.1, "b", 50, 160), script=LISTENER)
    (event,) = of_type(found, "schedule")
    first, second = of_type(found, "press")
    assert (event["ballId"], event["immediate"], event["eta"]) == ("b", True, pytest.approx(0.1))
    assert (first["immediate"], second["immediate"]) == (True, False)
    assert second["scheduledReason"] == event["reason"]


def test_a_press_says_where_its_ball_was_when_the_key_went_down(trace: Trace) -> None:
    rows, events = trace.section["parryLog"], of_type(trace, "press")
    rows = [row for row in rows if row["timestamp"] < 3.15]
    assert len(rows) == len(events) > 8
    for row, event in zip(rows, events, strict=True):
        assert (row["threatId"], row["timestamp"]) == (event["ballId"], event["time"])
        assert event["ballName"] == event["ballId"]
        for name in ("position", "velocity"):
            assert event[name] == row["ball"][name]
        is_forced = event["decision"]["reason"] == "oscillation"
        assert event["forced"] is is_forced
        assert event["decision"]["plannedLead"] == row["plannedLead"]
        assert event["time"] - row["plannedAt"] == pytest.approx(event["decisionToPressTime"])
    assert any(event["forced"] for event in events)


def test_reaction_and_decision_count_from_when_the_ball_was_seen(duel: Duel) -> None:
    found = duel(
        ball(0.1, "a", 400, 160), ball(0.1, "near", 50, 160), script=LISTENER,
        options={"pressMaxLookahead": 1, "pressLookaheadGoal": 0.9},
    )  # fmt: skip
    near, far = of_type(found, "press")
    assert (near["ballId"], near["reactionTime"], near["decisionTime"]) == ("near", 0, 0)
    assert near["decisionToPressTime"] == 0
    (made,) = [event for event in of_type(found, "schedule") if event["ballId"] == "a"]
    assert made["time"] > 1
    assert far["decisionTime"] == pytest.approx(made["time"] - 0.1)
    assert far["reactionTime"] == pytest.approx(far["time"] - 0.1)


def test_a_retry_is_told_as_one(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:fail() self.services.control:set_input_fault("failing") end
function W:mend() self.services.control:set_input_fault(nil) end
"""
    found = duel(
        call(0, "fail"), ball(0.1, "a", 50, 160), call(0.15, "mend"), ball(0.5, "b", 50, 160),
        script=script,
    )  # fmt: skip
    first, second = of_type(found, "press")
    assert (first["ballId"], first["scheduledReason"], first["transientRetry"]) == (
        "a", "retry", True,
    )  # fmt: skip
    assert (second["ballId"], second["transientRetry"]) == ("b", False)


def test_panic_shows_in_the_presses(duel: Duel) -> None:
    calm = duel(
        swinging(0.1, "a"), script=LISTENER, engine={"settleLimit": 0.7},
        options={"oscillationSpamPanicTightness": None, "oscillationSpamPanicSpeedDelta": 10000,
                 "oscillationSpamPanicSlack": 0},
    )  # fmt: skip
    panic = duel(
        swinging(0.1, "a"), script=LISTENER, engine={"settleLimit": 0.7},
        options={"oscillationSpamPanicSpeedDelta": 0},
    )  # fmt: skip

    def panics(found: Trace) -> set[bool]:
        presses = [event for event in of_type(found, "press") if event["forced"]]
        return {event["decision"]["panic"] for event in presses}

    assert (panics(calm), panics(panic)) == ({False}, {True})


# Threats.


def test_a_threat_is_told_when_its_status_changes_or_its_score_by_enough(trace: Trace) -> None:
    levels = {"idle": 0.2, "low": 0.4, "medium": 0.65, "high": 0.85, "critical": 2}
    events = of_type(trace, "threat")
    for event in events:
        assert next(name for name, end in levels.items() if event["score"] < end) == event["status"]
        assert 0 <= event["score"] <= 1
        assert 0 <= event["confidence"] <= 1
    resets = [event["time"] for event in of_type(trace, "telemetry-reset")]
    quiet = 0
    for before, after in pairwise(events):
        if any(before["time"] < at_s <= after["time"] for at_s in resets):
            continue
        if before["status"] == after["status"]:
            quiet += 1
            assert after["time"] - before["time"] >= 0.025 - 1e-9
            assert abs(after["score"] - before["score"]) >= 0.04
    assert 0 < quiet < len(events) - 1
