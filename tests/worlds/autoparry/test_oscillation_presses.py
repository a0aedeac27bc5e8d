"""A ball that swings in front of the player is pressed again and again; every option has a say.

A frame is one of the engine's. With the ball each play begins.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, REMOTE, Duel, Entry, Trace, ball, call, configure, highlight, player, rule

if TYPE_CHECKING:
    from conftest import Bench

FRAMES = 116
SPAM = "oscillationSpam"
SWING = {"oscillationFrequency": 12, "oscillationMagnitude": 13, "axis": [0, 0, 1]}
NO_TIGHTNESS = {f"{SPAM}PanicTightness": None}

# The ball turns for the third time at frame 26 after the first reading of it.
THIRD_FLIP = 26
HALF_SWING = 10


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def swinging(distance: float = 11.5, speed: float = 13, **attributes: Any) -> Entry:
    return ball(0, "a", distance, speed, attributes={**SWING, **attributes})


def end(frames: int = FRAMES) -> Entry:
    return {**ON, "at": frames / 240, "value": False}


def frames_of(trace: Trace) -> list[int]:
    return [round(press.at_s * 240) for press in trace.presses]


@pytest.fixture(scope="module")
def full(duel: Duel) -> list[int]:
    """Return the frames of all presses of the ball that swings."""
    return frames_of(duel(REMOTE, swinging(), end()))


def test_a_ball_that_swings_is_pressed_from_its_third_flip_on(duel: Duel) -> None:
    trace = duel(REMOTE, swinging(), end(), engine={"pingMs": 95})
    found = frames_of(trace)
    assert [press.reason for press in trace.presses] == ["urgent"] + 7 * ["oscillation"]
    assert found[0] == 0
    assert THIRD_FLIP - 2 <= found[1] <= THIRD_FLIP + HALF_SWING
    # Closer than the cooldown of 24 frames, not closer than the gap of a burst or the speed allows.
    gaps = [after - before for before, after in pairwise(found[1:])]
    assert all(HALF_SWING <= gap < 24 for gap in gaps)
    assert len(trace.section["remoteLog"]) == 8


def test_such_a_press_needs_no_ball_that_closes_in(duel: Duel) -> None:
    trace = duel(REMOTE, swinging(), end())
    speeds = [row["ball"]["velocity"]["z"] for row in trace.section["parryLog"][1:]]
    assert min(speeds) < 0 < max(speeds)
    assert all(abs(speed) >= 10 for speed in speeds)


# What has to come out to the frame, of 1/120 s here, with AutoParry as it is by default.
WARM_UP_S = 6 / 120
ROWS: list[tuple[str, int, float, float, dict[str, Any], int, tuple[int, int]]] = [
    ("burst", 58, 11.5, 13, SWING, 8, (12, 17)),
    ("fake", 58, 11.5, 13, {**SWING, "realBall": False}, 0, (0, 0)),
    ("back", 80, 30, 125, {**SWING, "oscillationFrequency": 2, "oscillationMagnitude": 100}, 2,
     (42, 47)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("frames", "distance", "speed", "attributes", "count", "second"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_presses_come_where_they_have_to(
    duel: Duel,
    frames: int,
    distance: float,
    speed: float,
    attributes: dict[str, Any],
    count: int,
    second: tuple[int, int],
) -> None:
    threat = ball(WARM_UP_S + 1 / 240, "a", distance, speed, attributes=attributes)
    off = {**ON, "at": WARM_UP_S + frames / 120, "value": False}
    trace = duel(REMOTE, threat, off, options={"smartTuning": None}, engine={"pingMs": 95})
    found = [(round((press.at_s - WARM_UP_S) * 240) + 1) // 2 for press in trace.presses]
    assert len(found) == count
    if found:
        assert found[0] == 1
        assert second[0] <= found[1] <= second[1]
    assert all(after - before >= 5 for before, after in pairwise(found))
    assert trace.metric("gateOuts")["withinGrace"] == 0


# Values of an option that all make a difference to each other, and what that takes.
OPTIONS: list[tuple[str, tuple[float | None, ...], dict[str, Any]]] = [
    ("oscillationFrequency", (3, 4), {}),
    ("oscillationDistanceDelta", (0.35, 0.3), {}),
    ("oscillationMaxLookahead", (0.45, 0.01, None), {}),
    (f"{SPAM}Cooldown", (0.15, 0.6, None), {}),
    (f"{SPAM}CooldownTightnessGain", (0.55, 0.8, None), NO_TIGHTNESS),
    (f"{SPAM}CooldownPanicScale", (0.4, 0.7, None), {f"{SPAM}Cooldown": 0.3}),
    (f"{SPAM}BurstPresses", (2, 5, None), NO_TIGHTNESS),
    (f"{SPAM}BurstGap", (0.05, 0.1, None), {"ping_ms": 0}),
    (f"{SPAM}MinGap", (1 / 180, 0.06, 0.1), {}),
    (f"{SPAM}MinGap", (None, 0.06), {}),
    (f"{SPAM}PanicGapScale", (0.42, 2, None), {"ping_ms": 0}),
    (f"{SPAM}BurstWindow", (0.28, 0.05, None), {}),
    (f"{SPAM}PanicWindowScale", (1.35, 2.5, None),
     {f"{SPAM}BurstWindow": 0.1, f"{SPAM}BurstPresses": 9, f"{SPAM}PanicTightness": 0}),
    (f"{SPAM}BurstLookahead", (0.6, 0.001, None), {f"{SPAM}PanicLookaheadBoost": None}),
    (f"{SPAM}PanicLookaheadBoost", (0.2, 0.02), {f"{SPAM}BurstLookahead": 0.001}),
    (f"{SPAM}PanicLookaheadBoost", (0.2, None), {f"{SPAM}BurstLookahead": 0.001}),
    (f"{SPAM}PanicTightness", (0.72, 0.9), {}),
    (f"{SPAM}PanicTightness", (0.72, None), {}),
    (f"{SPAM}PanicSpeedDelta", (40, 2), NO_TIGHTNESS),
    (f"{SPAM}PanicSpeedDelta", (2, None), NO_TIGHTNESS),
    (f"{SPAM}PanicSlack", (0.012, 0.1), NO_TIGHTNESS),
    (f"{SPAM}PanicSlack", (0.1, None), NO_TIGHTNESS),
    (f"{SPAM}RecoverySeconds", (0.18, 0.02),
     {**NO_TIGHTNESS, f"{SPAM}PanicSpeedDelta": 2.5, f"{SPAM}Cooldown": 0.18}),
    (f"{SPAM}RecoverySeconds", (0.18, None),
     {**NO_TIGHTNESS, f"{SPAM}PanicSpeedDelta": 2.5, f"{SPAM}Cooldown": 0.18}),
]  # fmt: skip


Variant = tuple[tuple[str, Any], ...]


def variant(more: dict[str, Any], key: str, value: float | None) -> Variant:
    return tuple({"ping_ms": 95, **more, key: value}.items())


# Plays follow each other in one run, each with a ball of its own: the last one must go.
SLOT_FRAMES = 180
SWEEP = """
function W:sweep()
    local threats = self.world.threats
    self.world.stage.balls:of(threats.order[1]):Destroy()
end
"""


def plays(duel: Duel, ping_ms: float, variants: list[Variant]) -> list[list[int]]:
    """Return the frames of the presses with these options, each time counted from the ball."""
    timeline: list[Entry] = []
    for number, options in enumerate(variants):
        at_s, end_s = (SLOT_FRAMES * number / 240, (SLOT_FRAMES * number + FRAMES) / 240)
        overrides = {key: value for key, value in options if key != "ping_ms"}
        timeline += [
            player(at_s, "reset-config"),
            configure(at_s, smartTuning=False, **overrides),
            {**ON, "at": at_s},
            {**swinging(), "at": at_s, "id": f"a{number}"},
            {**ON, "at": end_s, "value": False},
            call(end_s, "sweep"),
        ]
    trace = duel(REMOTE, *timeline, script=SWEEP, engine={"pingMs": ping_ms})
    found: list[list[int]] = [[] for _ in variants]
    for press, frame in zip(trace.presses, frames_of(trace), strict=True):
        number = int(press.name[1:])
        found[number].append(frame - SLOT_FRAMES * number)
    return found


@pytest.fixture(scope="module")
def by_variant(duel: Duel) -> dict[Variant, list[int]]:
    """Return the presses of all variants; what comes before a variant changes nothing in it."""
    wanted = [variant(more, key, value) for key, values, more in OPTIONS for value in values]
    found: dict[Variant, list[int]] = {}
    for ping_ms in (0, 95):
        base = (("ping_ms", ping_ms),)
        variants = [base, *(one for one in wanted if dict(one)["ping_ms"] == ping_ms), base]
        rows = plays(duel, ping_ms, variants)
        assert rows[0] == rows[-1]
        found.update(zip(variants, rows, strict=True))
    return found


@pytest.mark.parametrize(("key", "values", "more"), OPTIONS)
def test_an_option_changes_which_presses_are_made(
    by_variant: dict[Variant, list[int]],
    key: str,
    values: tuple[float | None, ...],
    more: dict[str, Any],
) -> None:
    found = [by_variant[variant(more, key, value)] for value in values]
    assert [pair for pair in combinations(found, 2) if pair[0] == pair[1]] == []


def test_a_swing_too_wide_is_pressed_as_any_other_ball(
    by_variant: dict[Variant, list[int]],
) -> None:
    ordinary = by_variant[variant({}, "oscillationMaxLookahead", None)]
    assert len(ordinary) == 3
    assert by_variant[variant({}, "oscillationDistanceDelta", 0.3)] == ordinary


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
    trace = duel(REMOTE, *before, swinging(**attributes), end(), options=options)
    assert trace.presses == []


def test_a_gate_that_closes_ends_a_burst_at_once(duel: Duel, full: list[int]) -> None:
    close_s = (full[3] - 1) / 240
    for entry in (highlight(close_s - 0.2, False), configure(close_s, minSpeed=14)):
        assert frames_of(duel(REMOTE, swinging(), entry, end())) == full[:3]


def test_a_guarded_ball_is_pressed_again_all_the_same(duel: Duel, full: list[int]) -> None:
    script = """
    function W:guard()
        local state = self.api.getTargetingSafeState()
        self:say(state.active, state.ballId)
    end
    """
    at_s = (full[2] - 0.5) / 240
    trace = duel(REMOTE, swinging(), call(at_s, "guard"), end(), script=script)
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
        REMOTE, swinging(), call(broken_s, "fail"), call(broken_s + 1 / 240, "work"), end(),
        script=script,
    )  # fmt: skip
    found = frames_of(trace)
    assert found[0] == full[0]
    assert full[1] + 24 <= found[1] <= full[1] + 24 + HALF_SWING


def test_a_ball_kept_waiting_by_a_burst_is_covered_by_it(duel: Duel, full: list[int]) -> None:
    # Due as soon as it is there, less than the cooldown after a press, all the time.
    late = ball((full[2] + 1) / 240, "b", 30, 100)
    trace = duel(REMOTE, swinging(), late, end())
    assert [press.name for press in trace.presses] == 8 * ["a"]
    assert trace.outcomes["b"] == "parried"


def test_a_ball_that_has_been_off_forgets_its_burst(duel: Duel, full: list[int]) -> None:
    off_s = (full[2] + 1) / 240
    trace = duel(
        REMOTE, swinging(), {**ON, "at": off_s, "value": False}, {**ON, "at": off_s}, end()
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
    balls = (swinging(), {**swinging(), "id": "b"})
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


def test_a_ball_does_not_inherit_the_flips_of_the_one_before(duel: Duel, full: list[int]) -> None:
    # After two flips.
    gone_s = 22 / 240
    second = {**swinging(), "at": gone_s, "id": "b"}
    trace = duel(REMOTE, swinging(), call(gone_s, "sweep"), second, end(), script=SWEEP)
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
