"""When a ball that was pressed may be pressed again, and from when on a new one may be.

AutoParry takes the sphere for much larger than it is: a ball inside is due whenever nothing else
is in the way, so that the times of the presses are those of the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import FRAME_S, Duel, Entry, Timing, ball, call, configure, frame_at, rule

if TYPE_CHECKING:
    from conftest import Bench

WINDOW_MIN_S = 0.0675
PARRY_WINDOW_S = 0.4
INSIDE = {"safeRadius": 500}
WORLD = {"safeRadius": 10}
BACK_AND_FORTH = """
local function set(self, vz)
    local slot = self.world.threats:slot_of("a")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, vz))
end
function W:away() set(self, 50) end
function W:back() set(self, -50) end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def press_times(
    duel: Duel,
    *moves: Entry,
    options: dict[str, Any] | None = None,
    world: dict[str, Any] | None = None,
    ping_ms: float = 95,
    count: int = 2,
) -> list[float]:
    """Return the first times at which a ball is pressed that is there from 0.1 s on."""
    trace = duel(
        ball(0.1, "a", 100, 50), *moves, rule(1.2, "autoparry-enabled", False),
        script=BACK_AND_FORTH, options={**INSIDE, **(options or {})},
        world={**WORLD, **(world or {})}, engine={"pingMs": ping_ms, "settleLimit": 0.25},
    )  # fmt: skip
    return [press.at_s for press in trace.presses][:count]


def after(time_s: float) -> float:
    """Return the first frame that is later than `time_s`."""
    return frame_at(time_s + 2e-9)


AWAY = (call(0.12, "away"), call(0.2, "back"))


def test_a_ball_that_moved_away_and_closes_again_waits_for_the_rearm_window(duel: Duel) -> None:
    assert press_times(duel, *AWAY) == [0.1, frame_at(0.1 + 0.1 + 0.095 / 2)]


def test_the_rearm_window_grows_with_the_ping(duel: Duel) -> None:
    assert press_times(duel, *AWAY, ping_ms=300) == [0.1, frame_at(0.1 + 0.1 + 0.15)]


def test_the_rearm_window_has_a_least_length(duel: Duel) -> None:
    early = (call(0.12, "away"), call(0.14, "back"))
    assert press_times(duel, *early, options={"cooldown": 0.02}) == [
        0.1, frame_at(0.1 + WINDOW_MIN_S + 0.095 / 2),
    ]  # fmt: skip


def test_a_ball_that_is_still_leaving_has_made_no_progress(duel: Duel) -> None:
    assert press_times(duel, call(0.12, "away"), call(0.3, "back")) == [0.1, 0.3]


def test_a_ball_that_only_came_closer_has_made_no_progress(duel: Duel) -> None:
    # Bypassed once the first press does not protect against what comes now.
    assert press_times(duel, count=3) == [
        0.1, after(0.1 + PARRY_WINDOW_S), after(after(0.1 + PARRY_WINDOW_S) + PARRY_WINDOW_S),
    ]  # fmt: skip


def test_the_bypass_begins_when_the_last_press_protects_no_more(duel: Duel) -> None:
    assert press_times(duel, world={"parryWindow": 0.2}) == [0.1, after(0.1 + 0.2)]
    assert press_times(duel, world={"parryWindow": 2}) == [0.1]


def test_the_bypass_waits_for_the_cooldown(duel: Duel) -> None:
    assert press_times(duel, options={"cooldown": 0.6}) == [0.1, frame_at(0.7)]


def test_the_bypass_needs_an_impact_that_is_near(duel: Duel) -> None:
    # Pressed inside the large sphere; then it is outside, 100 studs and 0.625 s from the small one.
    trace = duel(
        ball(0.1, "a", 110, 160), configure(0.11, safeRadius=10), options=INSIDE, world=WORLD
    )
    contact_s = 0.1 + 0.625
    again_s = frame_at(contact_s - 0.08)
    assert [press[:5] for press in trace.presses] == [
        (0.1, "a", 0.1, 0, "inside-radius"),
        (again_s, "a", again_s, pytest.approx(contact_s - again_s, abs=1e-5), "confidence"),
    ]


def test_the_bypass_needs_an_urgent_ball(duel: Duel) -> None:
    # Outside and not closing: neither inside the radius nor near.
    moves = (configure(0.11, safeRadius=10), call(0.12, "away"))
    assert press_times(duel, *moves) == [0.1]


def test_a_ball_has_to_be_known_for_as_long_as_the_option_says(duel: Duel) -> None:
    options = {"pressMinDetectionTime": 0.15}
    assert press_times(duel, options=options, count=1) == [0.25]


def test_an_unknown_ball_is_not_planned_either(duel: Duel) -> None:
    options = {"pressMinDetectionTime": 0.15}
    trace = duel(ball(0.1, "a", 170, 160), options=options)
    assert trace.press.scheduled_s == 0.25
    assert trace.press.lead_s == pytest.approx(Timing().lead_s, abs=1e-6)


def test_a_ball_is_new_after_autoparry_was_off(duel: Duel) -> None:
    off_and_on = (rule(0.15, "autoparry-enabled", False), rule(0.3, "autoparry-enabled", True))
    options = {"pressMinDetectionTime": 0.1}
    assert press_times(duel, *off_and_on, options=options) == [0.4, after(0.8)]
    assert press_times(duel, *off_and_on) == [0.1, 0.3]


def test_another_ball_is_not_held_up(duel: Duel) -> None:
    trace = duel(
        ball(0.1, "a", 100, 10), ball(0.1 + FRAME_S, "b", 100, 10),
        rule(0.45, "autoparry-enabled", False),
        options=INSIDE, world=WORLD, engine={"settleLimit": 0.25},
    )  # fmt: skip
    assert [(press.at_s, press.name) for press in trace.presses] == [(0.1, "a"), (0.2, "b")]
