"""Who is a target: the highlight, the grace after it drops, and presses that it held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import (
    GRACE_S,
    ON,
    Duel,
    Entry,
    Timing,
    ball,
    call,
    configure,
    frame_at,
    highlight,
    impact,
)

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
# A ball that is 1 s away; its timer is at 0.755.
FAR = (170.0, 160.0)
PRESSED_S = frame_at(CALM.wait(*FAR))
NONE = {"withinGrace": 0, "justified": 0}


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def tempo(duel: Duel, *timeline: Entry, **keys: Any) -> float:
    """Return the tempo of the highlight at the only press."""
    ((_, fields),) = duel(*timeline, **keys).events("press")
    value: float = fields["threat"]["tempo"]
    return value


@pytest.mark.parametrize("frames_before", [1, 47, 48])
def test_a_press_within_the_grace_is_made(duel: Duel, frames_before: int) -> None:
    drop_s = PRESSED_S - frames_before / 240
    assert PRESSED_S - drop_s <= GRACE_S + 1e-9
    trace = duel(ball(0, "a", *FAR), highlight(drop_s, False))
    assert (trace.press.at_s, trace.cleared) == (PRESSED_S, [])
    assert trace.metric("gateOuts") == NONE


def test_a_press_at_once_within_the_grace_is_made(duel: Duel) -> None:
    trace = duel(highlight(0.1, False), ball(0.3, "a", 50, 160))
    assert (trace.press.at_s, trace.press.reason) == (0.3, "ready-to-press")
    late = duel(highlight(0.1, False), ball(0.305, "a", 50, 160))
    assert late.presses == []


def test_off_from_the_start_gives_no_grace_and_counts_no_press_within_it(duel: Duel) -> None:
    trace = duel(highlight(0, False), ball(0.05, "a", 50, 160))
    assert trace.presses == []
    assert trace.outcomes == {"a": "missed"}
    # Within 0.2 s of the drop, but nobody had seen the highlight before.
    assert trace.metric("gateOuts") == {"withinGrace": 0, "justified": 1}


def test_a_held_back_press_counts_once_per_ball_and_drop(duel: Duel) -> None:
    balls = [ball(0.4, name, 170 + 10 * index, 160) for index, name in enumerate("ab")]
    # Due from 1.09 and 1.16 on; each drop is longer than the grace, no pulse is long enough to
    # be seen by an evaluation at all.
    drops = [highlight(0.3, False), highlight(1.2, True), highlight(1.2, False)]
    trace = duel(*balls, *drops)
    assert trace.metric("gateOuts") == {"withinGrace": 0, "justified": 2}
    assert trace.presses != []
    never = duel(*balls, highlight(0.3, False))
    assert never.metric("gateOuts") == {"withinGrace": 0, "justified": 2}
    assert never.presses == []


def test_the_highlight_counts_from_the_evaluation_of_its_event(duel: Duel) -> None:
    trace = duel(highlight(0, False), ball(0.1, "a", *FAR), highlight(0.95, True))
    # The impact is at 1.1; 0.15 s before it the ball is sure.
    assert (trace.press.at_s, trace.press.reason) == (0.95, "confidence")
    assert trace.press.lead_s == pytest.approx(0.15, abs=1e-6)
    assert trace.metric("gateOuts") == {"withinGrace": 0, "justified": 1}


def test_without_a_name_of_the_highlight_everybody_is_a_target(duel: Duel) -> None:
    trace = duel(highlight(0, False), ball(0, "a", *FAR), options={"targetHighlightName": None})
    assert trace.press.at_s == PRESSED_S
    asked = duel(highlight(0, False), ball(0, "a", *FAR), configure(0.1, targetHighlightName=None))
    assert (asked.press.at_s, asked.press.scheduled_s) == (PRESSED_S, 0.1)


def test_another_name_of_the_highlight_is_no_change_of_it(duel: Duel) -> None:
    rename = configure(0.7, targetHighlightName="Mark")
    assert tempo(duel, ball(0, "a", *FAR), rename) == 0
    script = 'function W:rename() self.api.configure({ targetHighlightName = "Mark" }) end'
    assert tempo(duel, ball(0, "a", *FAR), call(0.7, "rename"), script=script) == 0
    reset = {"at": 0.7, "kind": "player", "action": "reset-config"}
    options = {"targetHighlightName": "Mark"}
    # The reset brings the defaults back, and with them what learns from presses.
    trace = duel(ball(0, "a", *FAR), reset, options=options)
    assert [fields["threat"]["tempo"] for _, fields in trace.events("press")] == [0]


def test_another_child_of_the_character_is_no_highlight(duel: Duel) -> None:
    script = """
function W:begin() self.stage.highlight.Name = "Other" end
"""
    assert duel(ball(0, "a", *FAR), script=script).presses == []


def test_changes_between_two_evaluations_are_all_noted(duel: Duel) -> None:
    flicker = [highlight(0.7001 + 0.0002 * index, index % 2 == 1) for index in range(6)]
    assert tempo(duel, ball(0, "a", *FAR), *flicker) == pytest.approx(6 / 0.3)


@pytest.mark.parametrize("rate_hz", [15, 20, 25])
def test_no_press_is_held_back_by_a_flicker(duel: Duel, rate_hz: int) -> None:
    balls = [ball(0.2 + 0.25 * index, f"b{index}", *FAR) for index in range(5)]
    flicker = [
        highlight(0.9 + index / (2 * rate_hz), index % 2 == 1) for index in range(2 * rate_hz)
    ]
    trace = duel(*balls, *flicker)
    assert trace.metric("gateOuts") == NONE
    assert {press.name for press in trace.presses} == set(trace.outcomes)
    assert set(trace.outcomes.values()) == {"parried"}


def test_a_module_that_is_off_keeps_looking_at_the_highlight(duel: Duel) -> None:
    # Off at 0.1 and on again at 0.5: the highlight of 0.2 is gone for longer than the grace.
    trace = duel(
        highlight(0.2, False), ball(0.3, "a", *FAR), {**ON, "at": 0.1, "value": False},
        {**ON, "at": 0.5},
    )  # fmt: skip
    assert trace.presses == []
    assert impact(*FAR) == 1
