"""Every number of the statistics is that of a second, slower way to work it out."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .differences import differences
from .reference_telemetry import stats

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

    Call = Callable[..., list[Any]]
    Fields = dict[str, Any]


SCHEDULE_REASONS = ["lead", "tti-open", "urgent", "retry"]
CLEAR_REASONS = [
    *("pressed", "ready-to-press", "schedule-stale", "conditions-changed", "outside-lookahead"),
    *("safe-guard", "not-targeting", "disabled", "no-ball", "missing-balls"),
]
STATUSES = ["idle", "low", "medium", "high", "critical"]
NOTHING_OPEN: Fields = {
    "open": [],
    "activation": 0.12,
    "adaptive_state": {"reactionBias": 0, "lastUpdate": 0},
}


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Call:
    return probe_of("telemetry").results


def some(chance: Random, **values: Any) -> Fields:
    """Return most of the values: what a field cannot say is absent."""
    return {name: value for name, value in values.items() if chance.random() < 0.85}


def schedule(chance: Random) -> Fields:
    return {
        "reason": chance.choice(SCHEDULE_REASONS),
        "immediate": chance.random() < 0.2,
        **some(
            chance,
            lead=chance.uniform(0.05, 0.4),
            slack=chance.choice([0.015, 0.03]),
            eta=chance.uniform(0, 1.2),
            predictedImpact=chance.expovariate(2),
            activationLatency=chance.gauss(0.12, 0.02),
            adaptiveBias=chance.choice([0, 0, -0.03, 0.08]),
        ),
    }


def cleared(chance: Random) -> Fields:
    return {
        "reason": chance.choice(CLEAR_REASONS),
        "previousReason": chance.choice(SCHEDULE_REASONS),
        **some(chance, lifetime=chance.expovariate(3)),
    }


def smart_tuning(chance: Random) -> Fields:
    applied = some(
        chance,
        reactionBias=chance.uniform(0, 0.16),
        scheduleSlack=chance.uniform(0, 0.04),
        confidencePadding=chance.uniform(0, 0.26),
    )
    kinds: list[Fields] = [
        {"enabled": False, "base": {"reactionBias": 9}},
        {"enabled": True, "base": {"reactionBias": 9}, "target": {"reactionBias": 9}},
        {"enabled": True, "base": {"reactionBias": 9}, "target": {}, "applied": applied},
    ]
    return chance.choice(kinds)


def press(chance: Random) -> Fields:
    decision = some(
        chance,
        actualWait=chance.uniform(0, 1),
        waitDelta=chance.choice([0, 0, 0.01, -0.004]),
        achievedLead=77,
        leadDelta=77,
    )
    is_scheduled = chance.random() < 0.6
    fields = some(
        chance,
        activationLatency=chance.gauss(0.12, 0.02),
        adaptiveBias=chance.uniform(-0.03, 0.08),
        reactionTime=chance.expovariate(1),
        decisionTime=chance.expovariate(1),
        decisionToPressTime=chance.choice([0, 0, chance.uniform(0, 0.02)]),
        decision=decision,
        smartTuning=smart_tuning(chance),
    )
    if is_scheduled:
        fields["scheduledReason"] = chance.choice(SCHEDULE_REASONS)
    return {**fields, "forced": chance.random() < 0.2, "immediate": chance.random() < 0.5}


def latency(chance: Random) -> Fields:
    accepted = chance.random() < 0.7
    return {
        "source": chance.choice(["local", "remote"]),
        "value": chance.choice([chance.uniform(0, 0.3), 2.5]),
        "accepted": accepted,
        **({} if accepted else {"reason": "remote-latency-active"}),
    }


def success(chance: Random) -> Fields:
    return {"accepted": chance.random() < 0.8, **some(chance, latency=chance.uniform(0, 0.4))}


def threat(chance: Random) -> Fields:
    return {
        "status": chance.choice(STATUSES),
        "score": chance.random(),
        "confidence": chance.choice([0, 1, chance.random()]),
        "volatility": 3,
        "tempo": 0,
    }


EVENTS: dict[str, Callable[[Random], Fields]] = {
    "schedule": schedule,
    "schedule-cleared": cleared,
    "press": press,
    "latency-sample": latency,
    "success": success,
    "threat": threat,
    "targeting-safe-state": lambda _: {"stage": "awaiting-drop", "active": True},
    "config-adjustment": lambda _: {"status": "updates", "source": "auto", "updates": {}},
}


def facts(chance: Random) -> Fields:
    return some(chance, achieved_lead_s=chance.uniform(0, 0.4), lead_delta_s=chance.gauss(0, 0.01))


def now(chance: Random) -> Fields:
    return {
        "open": [facts(chance) for _ in range(chance.randint(0, 4))],
        "activation": chance.uniform(0.05, 0.3),
        "adaptive_state": {"reactionBias": chance.uniform(-0.03, 0.08), "lastUpdate": 4.5},
    }


def step(chance: Random, kinds: list[str]) -> Fields:
    if chance.random() < 0.75:
        kind = chance.choice(kinds)
        return {"play": "emit", "type": kind, "fields": EVENTS[kind](chance)}
    others: list[Fields] = [
        {"play": "evaluated", "balls": chance.randint(0, 250)},
        {"play": "selected", "candidates": chance.randint(0, 4), "switch": chance.random() < 0.3},
        {"play": "gated"},
        {"play": "settled", "facts": facts(chance)},
        {"play": "view", "now": now(chance)},
    ]
    if chance.random() < 0.02:
        return {"play": "reset", "reason": "enabled"}
    return chance.choice(others)


def views(steps: list[Fields]) -> list[Fields]:
    """Return what each look of the steps should show."""
    return [
        stats(steps[:index], step["now"])
        for index, step in enumerate(steps)
        if step["play"] == "view"
    ]


@pytest.mark.parametrize("seed", range(16))
def test_all_statistics_of_any_run_are_those_of_the_list_of_what_happened(
    call: Call, seed: int
) -> None:
    chance = Random(f"statistics {seed}")
    kinds = list(EVENTS) if seed % 2 else chance.sample(list(EVENTS), 3)
    steps = [step(chance, kinds) for _ in range(chance.choice([0, 10, 150, 400]))]
    steps.append({"play": "view", "now": now(chance)})
    [found] = call("play", steps)
    expected = views(steps)
    assert len(found["views"]) == len(expected) > 0
    for place, (right, view) in enumerate(zip(expected, found["views"], strict=True)):
        assert differences(right, view, f"look {place}") == []


def test_quantiles_are_those_of_the_last_512_samples(call: Call) -> None:
    chance = Random("quantiles")
    steps: list[Fields] = []
    for number in range(1100):
        # The first ones are far from the later ones, which have to push them out.
        eta_s, late_s = (chance.random() / 4, 1.0) if number < 500 else (1.0, chance.random())
        steps += [
            {"play": "emit", "type": "schedule", "fields": {"eta": eta_s}},
            {"play": "emit", "type": "press", "fields": {"decisionToPressTime": late_s}},
        ]
        if number in {0, 499, 511, 512, 700, 1099}:
            steps.append({"play": "view", "now": NOTHING_OPEN})
    [found] = call("play", steps)
    quantiles = [view["quantiles"] for view in found["views"]]
    assert quantiles == [view["quantiles"] for view in views(steps)]
    assert quantiles[1]["commitLatency"] == {"p99": 1}
    assert quantiles[1]["scheduleLookahead"]["p10"] < 0.25
    assert quantiles[5]["scheduleLookahead"] == {"p10": 1}
    assert quantiles[5]["commitLatency"]["p99"] < 1


def test_before_anything_happens_all_counts_are_zero_and_quantiles_absent(call: Call) -> None:
    [found] = call("play", [{"play": "view", "now": NOTHING_OPEN}])
    none = {"count": 0}
    assert found["views"] == [
        {
            "counters": {
                "schedule": 0,
                "scheduleCleared": 0,
                "press": 0,
                "success": 0,
                "latency": 0,
                "latencyAccepted": 0,
                "latencyRejected": 0,
                "latencyLocal": 0,
                "latencyRemote": 0,
                "threat": 0,
                "resets": 0,
            },
            "schedule": {
                "lead": none,
                "slack": none,
                "eta": none,
                "predictedImpact": none,
                "activationLatency": none,
                "adaptiveBias": none,
                "reasonCounts": {},
            },
            "press": {
                "waitDelta": none,
                "actualWait": none,
                "activationLatency": none,
                "adaptiveBias": none,
                "reactionTime": none,
                "decisionTime": none,
                "decisionToPressTime": none,
                "immediateCount": 0,
                "forcedCount": 0,
                "scheduledCount": 0,
                "unscheduledCount": 0,
                "scheduledReasons": {},
                "smart": {"reactionBias": none, "scheduleSlack": none, "confidencePadding": none},
            },
            "selection": {"candidates": 0, "chosen": 0, "switches": 0, "gatedWithinGrace": 0},
            "latency": {
                "accepted": none,
                "localAccepted": none,
                "remoteAccepted": none,
                "activation": 0.12,
                "counters": {
                    "latency": 0,
                    "latencyAccepted": 0,
                    "latencyRejected": 0,
                    "latencyLocal": 0,
                    "latencyRemote": 0,
                },
            },
            "success": {"latency": none, "acceptedCount": 0},
            "cancellations": {"total": 0, "stale": 0, "reasonCounts": {}},
            "timeline": {"scheduleLifetime": none, "achievedLead": none, "leadDelta": none},
            "threat": {"statusCounts": {}, "score": none, "confidence": none},
            "performance": {"evaluations": 0, "ballsEvaluated": 0},
            "quantiles": {"commitLatency": {}, "scheduleLookahead": {}},
            "adaptiveState": {"reactionBias": 0, "lastUpdate": 0},
        }
    ]


def test_presses_that_are_not_settled_show_in_the_timeline_and_are_not_kept(call: Call) -> None:
    opened = {**NOTHING_OPEN, "open": [{"achieved_lead_s": 0.3, "lead_delta_s": 0.02}]}
    [found] = call(
        "play",
        [
            {"play": "settled", "facts": {"achieved_lead_s": 0.1, "lead_delta_s": 0}},
            {"play": "view", "now": opened},
            {"play": "view", "now": NOTHING_OPEN},
        ],
    )
    both, settled = (view["timeline"] for view in found["views"])
    expected: list[Fields] = [
        {"count": 2, "min": 0.1, "max": 0.3, "mean": 0.2, "stdDev": 0.1},
        {"count": 2, "min": 0.0, "max": 0.02, "mean": 0.01, "stdDev": 0.01},
        {"count": 1, "min": 0.1, "max": 0.1, "mean": 0.1, "stdDev": 0.0},
        {"count": 1, "min": 0.0, "max": 0.0, "mean": 0.0, "stdDev": 0.0},
    ]
    actual = [
        timeline[name] for timeline in (both, settled) for name in ("achievedLead", "leadDelta")
    ]
    assert differences(expected, actual) == []


def test_only_what_called_a_press_off_is_a_cancellation(call: Call) -> None:
    reasons = [*CLEAR_REASONS, "schedule-stale", "destroyed"]
    steps: list[Fields] = [
        {"play": "emit", "type": "schedule-cleared", "fields": {"reason": reason}}
        for reason in reasons
    ]
    [found] = call("play", [*steps, {"play": "view", "now": NOTHING_OPEN}])
    [view] = found["views"]
    assert view["counters"]["scheduleCleared"] == len(reasons)
    called_off = {reason: 1 for reason in reasons if reason not in {"pressed", "ready-to-press"}}
    assert view["cancellations"] == {
        "total": len(reasons) - 2,
        "stale": 2,
        "reasonCounts": {**called_off, "schedule-stale": 2},
    }


def test_a_reset_forgets_everything_but_the_resets(call: Call) -> None:
    chance = Random("reset")
    steps: list[Fields] = [
        {"play": "emit", "type": kind, "fields": event(chance)}
        for kind, event in EVENTS.items()
        for _ in range(3)
    ]
    steps += [
        {"play": "evaluated", "balls": 3},
        {"play": "selected", "candidates": 2, "switch": True},
        {"play": "gated"},
        {"play": "settled", "facts": {"achieved_lead_s": 1, "lead_delta_s": 1}},
    ]
    look: Fields = {"play": "view", "now": NOTHING_OPEN}
    resets: list[Fields] = [{"play": "reset", "reason": reason} for reason in ("enabled", "x")]
    [before] = call("play", [look, *resets, look])
    [after] = call("play", [*steps, look, *resets, look])
    fresh, empty = before["views"]
    assert empty == {**fresh, "counters": {**fresh["counters"], "resets": 2}}
    assert after["views"][0] != fresh
    assert after["views"][1] == empty


def test_the_windows_that_others_look_into_stay_the_same_ones(call: Call) -> None:
    assert call("windows_stay") == [[0.25, 0.5, 1, 1], [True, 0, 0]]


def test_an_event_of_an_unknown_type_is_an_error(call: Call) -> None:
    ok, message = call("unknown")
    assert not ok
    assert "the statistics know no event of this type" in message
