"""Presses keep their distance: who goes first, and what the wait makes of a plan."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import (
    COOLDOWN_S,
    FRAME_S,
    SAFE_RADIUS,
    Duel,
    Timing,
    ball,
    call,
    configure,
    frame_at,
    hitch,
    impact,
)
from .reference_threat import Candidate, target_score, threat_score

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
CLOSE_S = 1e-6


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE_S)


def score(impact_s: float, speed: float, age_s: float, **flags: bool) -> float:
    """Return the score of a ball that flies straight and is due."""
    threat = threat_score(impact_s, 1.2, speed, targeting=True, severity=0)
    lead_s, response_s = CALM.lead_s, CALM.response_s
    holds = impact_s <= response_s + 0.1
    state = {"is_tracked": False, "is_scheduled": False, **flags}
    return target_score(
        Candidate(
            impact_s=impact_s, response_window_s=response_s, vr=speed, threat=threat, lead_s=lead_s,
            age_s=age_s, is_targeting=True, is_due=True, holds=holds, **state,
        )
    )  # fmt: skip


def at_impact(at: float, name: str, impact_s: float, speed: float) -> dict[str, Any]:
    return ball(at, name, SAFE_RADIUS + impact_s * speed, speed)


def test_balls_due_in_one_evaluation_go_by_score_with_the_cooldown_between_them(
    duel: Duel,
) -> None:
    speeds = {"slow": (0.29, 100.0), "fast": (0.285, 400.0), "close": (0.24, 160.0)}
    for age_s in (0, COOLDOWN_S):
        marks = {name: score(at_s - age_s, v, age_s) for name, (at_s, v) in speeds.items()}
        # To be tracked adds 0.6 to one of them only; the order is that of the marks all the same.
        assert sorted(marks, key=lambda name: -marks[name]) == ["close", "fast", "slow"]
    trace = duel(*(at_impact(0.1, name, *flight) for name, flight in speeds.items()))
    first_s, second_s = 0.1, 0.1 + COOLDOWN_S
    third_s = frame_at(second_s) + COOLDOWN_S
    assert trace.presses == [
        (first_s, "close", first_s, near(0.24), "ready-to-press", None, False),
        (
            frame_at(second_s),
            "fast",
            second_s,
            near(0.385 - second_s),
            "ready-to-press",
            0.1,
            False,
        ),
        (frame_at(third_s), "slow", third_s, near(0.39 - third_s), "ready-to-press", 0.1, False),
    ]
    assert trace.cleared == []


def test_equal_balls_go_in_the_order_in_which_they_came(duel: Duel) -> None:
    names = ["c", "a", "d", "b"]
    trace = duel(*(at_impact(0.1, name, 0.29, 160) for name in names), options={"cooldown": 0.05})
    assert [press.name for press in trace.presses] == names


def test_of_equal_scores_the_sooner_impact_goes_first(duel: Duel) -> None:
    # Inside the radius both impacts are 0; only the order of arrival is left.
    trace = duel(ball(0.1, "x", 9, 50), ball(0.1, "y", 8, 50), world={"contactGrace": 0.05})
    assert trace.presses[0].name == "x"


def test_of_timers_due_when_one_fires_the_best_goes_first(duel: Duel) -> None:
    # Both are due between frames 72 and 73; `late` is the second in time and the first by score.
    early_s, late_s = 72.2 / 240, 72.7 / 240
    speeds = {"early": 60.0, "late": 400.0}
    fired_s = 73 / 240
    marks = [
        score(planned_s + CALM.lead_s - fired_s, speeds[name], 0.3, is_scheduled=True)
        for name, planned_s in (("early", early_s), ("late", late_s))
    ]
    tracked = score(early_s + CALM.lead_s - fired_s, 60, 0.3, is_scheduled=True, is_tracked=True)
    assert marks[0] < marks[1] < tracked
    trace = duel(
        at_impact(0, "early", early_s + CALM.lead_s, speeds["early"]),
        at_impact(0, "late", late_s + CALM.lead_s, speeds["late"]),
    )
    again_s = fired_s + COOLDOWN_S
    assert [press[:5] for press in trace.presses] == [
        (fired_s, "late", near(late_s), near(CALM.lead_s), "lead"),
        (frame_at(again_s), "early", again_s, near(early_s + CALM.lead_s - again_s), "lead"),
    ]


def test_a_timer_due_within_the_cooldown_moves_to_its_end(duel: Duel) -> None:
    first_s, second_s = 0.302, 0.35
    trace = duel(
        at_impact(0, "a", first_s + CALM.lead_s, 160),
        at_impact(0, "b", second_s + CALM.lead_s, 160),
    )
    again_s = frame_at(first_s) + COOLDOWN_S
    assert [press[:5] for press in trace.presses] == [
        (frame_at(first_s), "a", near(first_s), near(CALM.lead_s), "lead"),
        (frame_at(again_s), "b", again_s, near(second_s + CALM.lead_s - again_s), "lead"),
    ]
    assert trace.presses[1].scheduled_s == 0


def test_a_press_due_within_the_cooldown_waits_for_its_end(duel: Duel) -> None:
    trace = duel(at_impact(0.1, "a", 0.25, 160), at_impact(0.15, "b", 0.25, 160))
    again_s = 0.1 + COOLDOWN_S
    assert trace.presses == [
        (0.1, "a", 0.1, near(0.25), "ready-to-press", None, False),
        (frame_at(again_s), "b", again_s, near(0.4 - again_s), "ready-to-press", 0.15, False),
    ]


def test_a_press_that_waits_is_not_computed_again(duel: Duel) -> None:
    # A latency of 0 would ask for 0.125 s, from 0.225 s on.
    trace = duel(
        at_impact(0.1, "a", 0.25, 160),
        at_impact(0.1, "b", 0.25, 160),
        configure(0.15, activationLatency=0),
    )
    assert [press.planned_s for press in trace.presses] == [0.1, 0.1 + COOLDOWN_S]


def test_a_press_that_waits_is_given_up_when_its_ball_turns_back(duel: Duel) -> None:
    script = """
function W:turn()
    local slot = self.world.threats:slot_of("b")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, 160))
end
"""
    trace = duel(
        at_impact(0.1, "a", 0.25, 160), at_impact(0.1, "b", 0.29, 160), call(0.15, "turn"),
        script=script,
    )  # fmt: skip
    assert [press.name for press in trace.presses] == ["a"]
    assert trace.cleared == [(0.15, "b", "conditions-changed")]


def test_a_press_that_waits_is_made_after_a_stall_that_began_at_once(duel: Duel) -> None:
    # Much later than anything was refreshed before.
    trace = duel(at_impact(1.0, "a", 0.25, 160), at_impact(1.0, "b", 0.29, 160), hitch(1.0, 0.15))
    assert [press[:3] for press in trace.presses] == [
        (1.0, "a", 1.0), (near(1.15), "b", 1.0 + COOLDOWN_S),
    ]  # fmt: skip
    assert trace.cleared == []


def test_sure_balls_wait_for_the_cooldown_too_and_are_not_cleared(duel: Duel) -> None:
    # Both within Δ of the impact: due in every evaluation.
    trace = duel(at_impact(1.0, "a", 0.14, 160), at_impact(1.0, "b", 0.14, 160))
    again_s = 1.0 + COOLDOWN_S
    assert [press[:5] for press in trace.presses] == [
        (1.0, "a", 1.0, near(0.14), "confidence"),
        (frame_at(again_s), "b", again_s, near(1.14 - again_s), "confidence"),
    ]
    assert trace.cleared == []


def test_without_a_cooldown_all_that_is_due_is_pressed_within_a_frame(duel: Duel) -> None:
    names = ["a", "b", "c", "d"]
    trace = duel(*(at_impact(0.1, name, 0.25, 160) for name in names), options={"cooldown": 0})
    assert [press[:3] for press in trace.presses] == [
        (0.1, "a", 0.1),
        (near(0.1 + FRAME_S), "b", 0.1),
        # These were postponed by `b`, for no time.
        (near(0.1 + FRAME_S), "c", near(0.1 + FRAME_S)),
        (near(0.1 + FRAME_S), "d", near(0.1 + FRAME_S)),
    ]


def test_a_crowd_is_pressed_at_the_pace_of_the_cooldown(duel: Duel) -> None:
    crowd = [at_impact(0.1, f"b{index}", 0.5 + 0.03 * index, 160) for index in range(30)]
    trace = duel(*crowd)
    times = [press.at_s for press in trace.presses]
    assert len({press.name for press in trace.presses}) == len(times) > 10
    assert all(after - before >= COOLDOWN_S - 1e-9 for before, after in pairwise(times))
    for before, after in pairwise(trace.presses):
        # It is either on time or first when the cooldown has passed.
        assert after.planned_s == near(max(after.planned_s, before.at_s + COOLDOWN_S))
        assert after.at_s == frame_at(after.planned_s)
    # A press protects against all that comes within its window.
    assert set(trace.outcomes.values()) == {"parried"}


def test_a_ball_pressed_too_late_for_its_own_timer_was_covered_by_another_press(
    duel: Duel,
) -> None:
    distance, speed = SAFE_RADIUS + 0.25 * 160, 160
    trace = duel(
        ball(0.1, "a", distance, speed), ball(0.1, "b", distance, speed), options={"cooldown": 1}
    )
    assert [press.name for press in trace.presses] == ["a"]
    assert trace.threats["b"]["parriedBy"] == 0
    # What goes with its ball is not called off.
    assert trace.cleared == []
    assert trace.record.outcome.reason == "settled"
    assert impact(distance, speed) == 0.25
