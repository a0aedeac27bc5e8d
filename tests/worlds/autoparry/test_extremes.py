"""Plays at the edges: too fast, too late, too many; AutoParry keeps its rules and ends."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import FRAME_S, REMOTE, Duel, Timing, Trace, ball, configure, frame_at, hitch

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def check(trace: Trace, *, cooldown_s: float = 0.1, window_s: float = 0.4) -> None:
    """Check what holds for every play."""
    presses = trace.presses
    for before, after in pairwise(presses):
        assert after.at_s - before.at_s >= cooldown_s - 1e-9
    for press in presses:
        assert press.lead_s <= window_s - FRAME_S + 1e-9
        assert press.at_s >= press.planned_s - 1e-9
        assert press.scheduled_s is None or press.scheduled_s <= press.at_s
        if not press.in_stall:
            # A timer that is placed for now in an evaluation is due in the next frame.
            assert press.at_s - press.planned_s <= FRAME_S + 1e-9
    assert trace.metric("gateOuts") == {"withinGrace": 0, "justified": 0}
    assert trace.record.outcome.reason == "settled"


@pytest.mark.parametrize("speed", [1e3, 1e4, 1e5])
def test_balls_that_are_very_fast(duel: Duel, speed: float) -> None:
    lead_s = Timing().lead_s
    trace = duel(ball(0.1, "a", 10 + speed * 0.9, speed), ball(0.1, "b", 10 + speed * 0.2, speed))
    check(trace)
    assert [press.name for press in trace.presses] == ["b", "a"]
    assert trace.presses[1].planned_s == pytest.approx(1.0 - lead_s, abs=0.02)
    assert trace.outcomes == {"a": "parried", "b": "parried"}


def test_a_ball_that_is_never_seen_outside_the_sphere(duel: Duel) -> None:
    # They touch between two frames: it is over before the first evaluation that could see them.
    trace = duel(ball(0.101, "a", 5, 160), ball(0.201, "b", 10.1, 1e5))
    assert (trace.presses, trace.outcomes) == ([], {"a": "missed", "b": "missed"})


def test_a_ball_inside_the_sphere_is_pressed_within_the_grace_of_the_contact(duel: Duel) -> None:
    trace = duel(ball(0.1, "a", 5, 160), world={"contactGrace": 0.2})
    check(trace)
    assert trace.press[:5] == (0.1, "a", 0.1, 0, "inside-radius")
    assert trace.outcomes == {"a": "parried"}


def test_a_ball_that_stands_still_is_no_threat(duel: Duel) -> None:
    trace = duel(
        ball(0.1, "outside", 50, 0), ball(0.1, "inside", 5, 0), ball(0.1, "centre", 0, 0),
        world={"contactGrace": 0.2},
    )  # fmt: skip
    assert trace.presses == []
    assert trace.outcomes == {"outside": "passed", "inside": "missed", "centre": "missed"}


@pytest.mark.parametrize("ping_ms", [0, 2000])
def test_the_best_and_the_worst_ping(duel: Duel, ping_ms: float) -> None:
    balls = [ball(0.1 + 0.5 * index, f"b{index}", 330, 160) for index in range(4)]
    trace = duel(REMOTE, *balls, engine={"pingMs": ping_ms})
    check(trace)
    assert set(trace.outcomes.values()) == {"parried"}
    assert trace.press_of("b0") == frame_at(0.1 + 2 - Timing(ping_s=ping_ms / 1000).lead_s)


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_hitches_back_to_back(duel: Duel, policy: str) -> None:
    # The clock moves in steps of 0.4 s, longer than the lead, from 0.5 to 2.5.
    balls = [ball(0.13 * index, f"b{index}", 170, 160) for index in range(16)]
    hitches = [hitch(0.5 + 0.4 * index, 0.4) for index in range(5)]
    trace = duel(*balls, *hitches, engine={"hitchPolicy": policy})
    check(trace)
    assert len(trace.outcomes) == 16
    if policy == "catch_up":
        # Timers run in their own frames; only who came in a stall has none before its end.
        seen = [row for row in trace.threats.values() if "firstScheduledAt" in row]
        assert {row["outcome"] for row in seen} == {"parried"}


def test_a_window_that_is_hardly_longer_than_a_frame(duel: Duel) -> None:
    window_s = 0.01
    trace = duel(
        ball(0.1, "a", 170, 160), ball(0.5, "b", 170, 160), world={"parryWindow": window_s}
    )
    check(trace, window_s=window_s)
    assert [press.lead_s for press in trace.presses] == [pytest.approx(window_s - FRAME_S)] * 2
    assert trace.outcomes == {"a": "parried", "b": "parried"}


def test_a_window_shorter_than_a_frame_is_told(duel: Duel) -> None:
    trace = duel(REMOTE, ball(0, "a", 60, 160), world={"parryWindow": 0.004})
    assert trace.record.warnings == [
        "parryWindow of 0.004 s is no longer than a frame: no press can be planned ahead"
    ]


def test_a_ball_that_goes_at_the_press_while_the_press_still_waits_for_its_effect(
    duel: Duel,
) -> None:
    balls = [ball(0.1 * index, f"b{index}", 170, 160) for index in range(8)]
    trace = duel(REMOTE, *balls, world={"destroyOnPress": True}, engine={"inputDelayMs": 500})
    check(trace)
    assert set(trace.outcomes.values()) == {"parried"}
    assert sorted(press.name for press in trace.presses) == sorted(trace.outcomes)


def test_thousands_of_fakes_hide_no_ball(duel: Duel) -> None:
    fake = {"attributes": {"realBall": False}}
    fakes = [ball(0.05, f"f{index}", 100 + index * 0.01, 160, **fake) for index in range(2000)]
    trace = duel(*fakes, ball(0.05, "a", 150, 160))
    check(trace)
    assert trace.press.name == "a"
    assert trace.outcomes["a"] == "parried"


@pytest.mark.parametrize(
    "options",
    [
        {"maxTTI": 0, "minTTI": 0},
        {"minTTI": 5, "maxTTI": 0.01},
        {"pingOffset": -1},
        {"pressMaxLookahead": 1e-6, "pressLookaheadGoal": None},
        {"pressReactionBias": 10, "pressScheduleSlack": 10},
        {"confidenceZ": 0, "pressConfidencePadding": 0, "activationLatency": 0},
        {"safeRadius": 0},
        {"curvatureLeadScale": 100, "curvatureHoldBoost": 100},
    ],
)
def test_options_at_their_limits_break_no_rule(duel: Duel, options: dict[str, Any]) -> None:
    bent = {"attributes": {"curvature": 0.004, "axis": [0, 1, 0]}}
    trace = duel(
        ball(0.1, "a", 170, 160), ball(0.2, "b", 120, 90), ball(0.3, "c", 200, 160, **bent),
        options=options, world={"safeRadius": 10},
    )  # fmt: skip
    check(trace)
    assert "unresolved" not in trace.outcomes.values()


def test_options_that_change_all_the_time(duel: Duel) -> None:
    changes = [
        configure(0.05 + 0.013 * index, pressReactionBias=0.02 + 0.03 * (index % 3), cooldown=0.1)
        for index in range(80)
    ]
    balls = [ball(0.1 * index, f"b{index}", 170, 160) for index in range(6)]
    trace = duel(*balls, *changes)
    check(trace)
    assert set(trace.outcomes.values()) == {"parried"}
