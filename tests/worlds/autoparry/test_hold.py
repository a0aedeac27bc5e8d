"""The key: down at a press, up when nothing near holds it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .duel import Duel, Timing, ball, call, frame_at, highlight, player, rule

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
FAR = (170.0, 160.0)
PRESSED_S = frame_at(CALM.wait(*FAR))
HOLD_GRACE_S = 0.1
# The ball arrives at 1: frame 239 is the last one that sees it.
LAST_SEEN_S = 239 / 240
# A run ends without waiting for the key.
LATER = highlight(1.3, True)


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def test_a_near_ball_holds_the_key_until_it_has_gone(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), LATER)
    assert trace.keys == [(PRESSED_S, True), (frame_at(LAST_SEEN_S + HOLD_GRACE_S), False)]
    assert [(row["keyCode"], row["isRepeat"]) for row in trace.section["virtualInput"]] == [
        ("KeyCode.F", False), ("KeyCode.F", False),
    ]  # fmt: skip


def test_the_end_of_the_guard_changes_no_hold(duel: Duel) -> None:
    clear = player(PRESSED_S + 0.001, "clear-targeting-safe")
    trace = duel(ball(0, "a", *FAR), clear, LATER)
    assert trace.keys == [(PRESSED_S, True), (frame_at(LAST_SEEN_S + HOLD_GRACE_S), False)]


def test_nothing_holds_the_key_for_who_is_no_target(duel: Duel) -> None:
    trace = duel(
        ball(0, "a", *FAR),
        highlight(PRESSED_S - 0.15, False),
        LATER,
    )
    # Targeting holds for 0.2 s after the drop, the key for 0.1 s more.
    assert trace.keys[-1] == (frame_at(PRESSED_S - 0.15 + 0.2 + HOLD_GRACE_S), False)


def test_a_press_while_the_key_is_down_releases_it_first(duel: Duel) -> None:
    trace = duel(ball(0.1, "a", 50, 160), ball(0.1, "b", 50, 160), options={"cooldown": 0.05})
    second_s = frame_at(0.1 + 0.05)
    assert trace.keys[:3] == [(0.1, True), (second_s, False), (second_s, True)]


def test_switching_off_releases_the_key(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), rule(0.8, "autoparry-enabled", False))
    assert trace.keys == [(PRESSED_S, True), (0.8, False)]


def test_a_release_that_failed_is_tried_again(duel: Duel) -> None:
    script = """
function W:fail() self.services.control:set_input_fault("failing") end
function W:mend() self.services.control:set_input_fault(nil) end
"""
    for off in ([], [rule(0.8, "autoparry-enabled", False)]):
        trace = duel(
            ball(0, "a", *FAR), call(0.79, "fail"), *off, call(1.2, "mend"), LATER, script=script
        )
        assert trace.keys == [(PRESSED_S, True), (1.2, False)]


def test_a_destroyed_ball_does_not_hold_the_key(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), LATER, world={"destroyOnPress": True})
    assert trace.keys == [(PRESSED_S, True), (frame_at(PRESSED_S + HOLD_GRACE_S), False)]
    assert trace.outcomes == {"a": "parried"}
