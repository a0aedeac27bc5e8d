"""A ball that swings in front of the player is pressed again and again.

What each option does to that is in `effects_of_swinging`, the shipped scenarios are played in
`test_accuracy`.

A frame is one of the engine's. With the ball each play begins.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, REMOTE, Duel, Entry, Trace, ball, call, configure, highlight, rule, swinging

if TYPE_CHECKING:
    from conftest import Bench

FRAMES = 116

# The ball turns for the third time at frame 26 after the first reading of it.
THIRD_FLIP = 26
HALF_SWING = 10


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def end(frames: int = FRAMES) -> Entry:
    return {**ON, "at": frames / 240, "value": False}


def frames_of(trace: Trace) -> list[int]:
    return [round(press.at_s * 240) for press in trace.presses]


@pytest.fixture(scope="module")
def full(duel: Duel) -> list[int]:
    """Return the frames of all presses of the ball that swings."""
    return frames_of(duel(REMOTE, swinging(0, "a"), end()))


def test_a_ball_that_swings_is_pressed_from_its_third_flip_on(duel: Duel) -> None:
    trace = duel(REMOTE, swinging(0, "a"), end(), engine={"pingMs": 95})
    found = frames_of(trace)
    assert [press.reason for press in trace.presses] == ["urgent"] + 7 * ["oscillation"]
    assert found[0] == 0
    assert THIRD_FLIP - 2 <= found[1] <= THIRD_FLIP + HALF_SWING
    # Closer than the cooldown of 24 frames, not closer than the gap of a burst or the speed allows.
    gaps = [after - before for before, after in pairwise(found[1:])]
    assert all(HALF_SWING <= gap < 24 for gap in gaps)
    assert len(trace.section["remoteLog"]) == 8


def test_an_axis_may_name_its_parts(duel: Duel, full: list[int]) -> None:
    named = swinging(0, "a", axis={"x": 0, "y": 0, "z": 1})
    assert frames_of(duel(REMOTE, named, end())) == full


def test_such_a_press_needs_no_ball_that_closes_in(duel: Duel) -> None:
    trace = duel(REMOTE, swinging(0, "a"), end())
    speeds = [row["ball"]["velocity"]["z"] for row in trace.section["parryLog"][1:]]
    assert min(speeds) < 0 < max(speeds)
    assert all(abs(speed) >= 10 for speed in speeds)


def test_a_swing_too_wide_is_pressed_as_any_other_ball(duel: Duel) -> None:
    found = [
        frames_of(duel(REMOTE, swinging(0, "a"), end(), options=options, engine={"pingMs": 95}))
        for options in ({"oscillationMaxLookahead": None}, {"oscillationDistanceDelta": 0.3})
    ]
    assert len(found[0]) == 3
    assert found[1] == found[0]


# Every gate that is not about the time since the last press.


@pytest.mark.parametrize(
    ("before", "options", "attributes"),
    [
        ((), {}, {"realBall": False}),
        ((highlight(0, False),), {}, {}),
        ((), {"minSpeed": 14}, {}),
        ((), {"pressMinDetectionTime": 0.6}, {}),
        ((rule(0, "balls-folder-present", False),), {}, {}),
        (({**ON, "value": False},), {}, {}),
    ],
    ids=["fake", "no target", "slow", "just seen", "no folder", "off"],
)
def test_a_ball_that_may_not_be_pressed_is_not_pressed_because_it_swings(
    duel: Duel, before: tuple[Entry, ...], options: dict[str, Any], attributes: dict[str, Any]
) -> None:
    trace = duel(REMOTE, *before, swinging(0, "a", **attributes), end(), options=options)
    assert trace.presses == []


def test_a_gate_that_closes_ends_a_burst_at_once(duel: Duel, full: list[int]) -> None:
    close_s = (full[3] - 1) / 240
    for entry in (highlight(close_s - 0.2, False), configure(close_s, minSpeed=14)):
        assert frames_of(duel(REMOTE, swinging(0, "a"), entry, end())) == full[:3]


def test_a_guarded_ball_is_pressed_again_all_the_same(duel: Duel, full: list[int]) -> None:
    script = """
    function W:guard()
        local state = self.api.getTargetingSafeState()
        self:say(state.active, state.ballId)
    end
    """
    at_s = (full[2] - 0.5) / 240
    trace = duel(REMOTE, swinging(0, "a"), call(at_s, "guard"), end(), script=script)
    assert trace.said == ["true a"]
    assert frames_of(trace) == full


def test_an_input_that_has_failed_is_tried_again_at_its_time(duel: Duel, full: list[int]) -> None:
    script = """
    function W:fail() self.services.control:set_input_fault("failing") end
    function W:work() self.services.control:set_input_fault(nil) end
    """
    # The first failure asks for 0.1 s.
    broken_s = (full[1] - 0.5) / 240
    trace = duel(
        REMOTE, swinging(0, "a"), call(broken_s, "fail"), call(broken_s + 1 / 240, "work"), end(),
        script=script,
    )  # fmt: skip
    found = frames_of(trace)
    assert found[0] == full[0]
    assert full[1] + 24 <= found[1] <= full[1] + 24 + HALF_SWING


def test_a_ball_kept_waiting_by_a_burst_is_covered_by_it(duel: Duel, full: list[int]) -> None:
    # Due as soon as it is there, less than the cooldown after a press, all the time.
    late = ball((full[2] + 1) / 240, "b", 30, 100)
    trace = duel(REMOTE, swinging(0, "a"), late, end())
    assert [press.name for press in trace.presses] == 8 * ["a"]
    assert trace.outcomes["b"] == "parried"


def test_a_ball_that_has_been_off_forgets_its_burst(duel: Duel, full: list[int]) -> None:
    off_s = (full[2] + 1) / 240
    trace = duel(
        REMOTE, swinging(0, "a"), {**ON, "at": off_s, "value": False}, {**ON, "at": off_s}, end()
    )
    found = frames_of(trace)
    assert found[:3] == full[:3]
    # Its flips are counted anew.
    again = [press for press in trace.presses if press.at_s > off_s and press.reason != "urgent"]
    assert all(press.at_s >= off_s + (THIRD_FLIP - 3) / 240 for press in again)
    assert again


def test_a_ball_that_leaves_makes_room_for_the_forced_press_of_another(
    duel: Duel, full: list[int]
) -> None:
    gone_s = (full[1] + 1) / 240
    balls = (swinging(0, "a"), swinging(0, "b"))
    script = """
    function W:leave()
        self.world.stage.balls:of(self.world.threats:slot_of("b")):Destroy()
    end
    """
    # The ordinary press was that of the first ball, the burst is that of the other one.
    both = duel(REMOTE, *balls, end())
    assert [press.name for press in both.presses[:3]] == ["a", "b", "b"]
    # What a swing asks for is asked for anew each time: no timer is set for it.
    assert [press.scheduled_s for press in both.presses] == 8 * [None]
    trace = duel(REMOTE, *balls, call(gone_s, "leave"), end(), script=script)
    following = trace.presses[2]
    assert (following.name, following.reason) == ("a", "oscillation")
    # The window of the burst would have lasted for 90 frames.
    assert following.at_s - gone_s <= 24 / 240


# Makes room for another ball.
SWEEP = """
function W:sweep()
    local threats = self.world.threats
    self.world.stage.balls:of(threats.order[1]):Destroy()
end
"""


def test_a_ball_does_not_inherit_the_flips_of_the_one_before(duel: Duel, full: list[int]) -> None:
    # After two flips.
    gone_s = 22 / 240
    second = swinging(gone_s, "b")
    trace = duel(REMOTE, swinging(0, "a"), call(gone_s, "sweep"), second, end(), script=SWEEP)
    forced = [press for press in trace.presses if press.reason == "oscillation"]
    assert round((forced[0].at_s - gone_s) * 240) == full[1]


def test_the_test_hook_starts_from_the_options_that_hold(duel: Duel) -> None:
    script = """
    function W:ask()
        self:say(self.api._testEvaluateOscillationBurstTuning({ ping = 0, tightness = 0 }).gap)
    end
    """
    trace = duel(
        configure(0, oscillationSpamBurstGap=0.25, oscillationSpamPanicTightness=None),
        call(0.1, "ask"),
        script=script,
    )
    assert trace.said == ["0.25"]
