"""Which press a ball that oscillates gets: a forced one, one of its burst, in panic or not."""

from __future__ import annotations

import math
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_oscillation import CALM, DEFAULTS, Spam, Values, random_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Probe

FRAME_S = 1 / 240


@pytest.fixture(scope="module")
def ask(probe_of: Callable[..., Probe]) -> Callable[..., Any]:
    """Return a caller of the probe's functions."""
    return probe_of("burst")


# Which press is due.


def steps_of(chance: Random, count: int) -> Iterator[dict[str, Any]]:
    """Return evaluations of balls that swing for a while, then do not, then do again."""
    now, hz = 0.0, [chance.choice((0, 4, 12)) for _ in range(count)]
    ping, jitter = chance.choice((0, 0.095, 0.095, 0.2)), chance.choice((0, 0.02))
    slack, grants = 0.05, 0.9
    for _ in range(260):
        now += FRAME_S * chance.choice((1, 1, 1, 2, 3))
        if chance.random() < 0.02:
            hz[chance.randrange(count)] = chance.choice((0, 4, 12))
        if chance.random() < 0.05:
            slack = chance.choice((0.05, 0.05, 0.011))
        balls = []
        for swing in hz:
            vr = math.cos(math.tau * swing * now) * 13
            balls.append(
                {
                    "vr": vr,
                    "d0": chance.choice((1.5, 1.6)) if swing != 4 else 0.0,
                    "speed": abs(vr) if chance.random() < 0.95 else 70,
                    "severity": chance.choice((0, 0.3, 1.5)),
                    "impact": chance.choice((0, 0.1, 0.3, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, "huge")),
                }
            )
        yield {
            "now": now,
            "ping": ping,
            "jitter": jitter,
            "slack": slack,
            "grants": chance.random() < grants,
            "is_pressed": chance.random() < 0.01,
            "gone": chance.randint(1, count) if chance.random() < 0.005 else 0,
            "balls": balls,
        }


def played(history: dict[str, Any]) -> list[list[list[Any]]]:
    """Return what every ball of every step wants, and whether there is panic then."""
    spam, count = Spam(history["values"]), history["count"]
    serials = list(range(1, count + 1))
    last_press_s = -math.inf
    rows: list[list[list[Any]]] = []
    for step in history["steps"]:
        kinds, panics = [], []
        pressed_s = last_press_s
        for serial, ball in zip(serials, step["balls"], strict=True):
            kind, panic = spam.wants(serial, ball, step, pressed_s)
            kinds.append(kind)
            panics.append(panic)
            if kind != "none" and step["grants"] and pressed_s != step["now"]:
                spam.pressed(serial, step["now"], kind)
                pressed_s = step["now"]
        last_press_s = step["now"] if step["is_pressed"] else pressed_s
        if step["gone"]:
            spam.left(serials[step["gone"] - 1])
            serials[step["gone"] - 1] += count
        rows.append([kinds, panics])
    return rows


def test_every_press_is_due_when_the_whole_history_says_so(ask: Callable[..., Any]) -> None:
    chance = Random("bursts")
    histories = []
    for number in range(60):
        count = 1 + number % 2
        values = DEFAULTS if number % 3 == 0 else random_values(chance)
        histories.append({"values": values, "count": count, "steps": [*steps_of(chance, count)]})
    wanted = [played(history) for history in histories]
    for number, (row, found) in enumerate(zip(wanted, ask("play", histories), strict=True)):
        for step, (expected, actual) in enumerate(zip(row, found, strict=True)):
            assert actual == expected, f"history {number}, step {step}"
    kinds = Counter(kind for row in wanted for step in row for kind in step[0])
    panics = Counter(panic for row in wanted for step in row for panic in step[1])
    assert min(kinds["forced"], kinds["burst"]) > 300
    assert min(panics.values()) > 2000


def evaluations(count: int = 144, **changes: Any) -> list[dict[str, Any]]:
    """Return evaluations of one ball that swings at 12 Hz, one per frame."""
    ball = {"d0": 10.0, "speed": 13, "severity": 0, "impact": 0.1}
    return [
        {
            "now": frame * FRAME_S,
            "ping": 0.0,
            "jitter": 0.0,
            "slack": 0.05,
            "grants": True,
            "is_pressed": False,
            "gone": 0,
            "balls": [{**ball, "vr": -13 * math.cos(math.pi * (frame + 0.5) / 10), **changes}],
        }
        for frame in range(count)
    ]


def frames_of(ask: Callable[..., Any], values: Values, **changes: Any) -> list[tuple[int, str]]:
    """Return at which frames presses are made, and of which kind."""
    history = {"values": values, "count": 1, "steps": evaluations(**changes)}
    (rows,) = ask("play", [history])
    return [(frame, row[0][0]) for frame, row in enumerate(rows) if row[0][0] != "none"]


# The third flip is at frame 25.
FORCED, FURTHER = "forced", "burst"


def test_a_forced_press_has_a_burst_and_the_next_waits_for_the_cooldown(
    ask: Callable[..., Any],
) -> None:
    found = frames_of(ask, CALM)
    # Gaps of 12 frames, a cooldown of 36.
    assert found == [
        (25, FORCED), (37, FURTHER), (49, FURTHER), (85, FORCED), (97, FURTHER), (109, FURTHER),
    ]  # fmt: skip


def test_panic_shortens_gaps_and_cooldown(ask: Callable[..., Any]) -> None:
    found = frames_of(ask, CALM, speed=51)
    # Gaps of 0.021 s, a cooldown of 0.06 s.
    assert found[:6] == [
        (25, FORCED), (31, FURTHER), (37, FURTHER), (52, FORCED), (58, FURTHER), (64, FURTHER),
    ]  # fmt: skip


def test_a_burst_that_cannot_press_ends_with_its_window(ask: Callable[..., Any]) -> None:
    values = {**CALM, "oscillationSpamBurstPresses": 9, "oscillationSpamBurstWindow": 0.1}
    # 24 frames of window, then the cooldown of 36 since the last press.
    found = frames_of(ask, values)
    assert found[:4] == [(25, FORCED), (37, FURTHER), (49, FURTHER), (85, FORCED)]


def test_while_a_burst_runs_there_is_no_forced_press(ask: Callable[..., Any]) -> None:
    # The impact is too late for the burst, not for a forced press.
    values = {**CALM, "oscillationSpamBurstLookahead": 0.05}
    # 67 frames of window.
    assert frames_of(ask, values) == [(25, FORCED), (93, FORCED)]
    del values["oscillationSpamBurstLookahead"]
    assert frames_of(ask, values) == [(25, FORCED), (61, FORCED), (97, FORCED), (133, FORCED)]


def test_a_burst_that_outlasts_the_swing_is_followed_by_no_forced_press(
    ask: Callable[..., Any],
) -> None:
    steps = evaluations(count=400)
    for frame, step in enumerate(steps):
        if frame > 30:
            step["balls"][0]["vr"] = 13
    # One press each 120 frames, within 240.
    values = {**CALM, "oscillationSpamBurstGap": 0.5, "oscillationSpamBurstWindow": 1}
    (rows,) = ask(
        "play",
        [{"values": {**values, "oscillationSpamBurstPresses": 9}, "count": 1, "steps": steps}],
    )
    found = [(frame, row[0][0]) for frame, row in enumerate(rows) if row[0][0] != "none"]
    assert found == [(25, FORCED), (145, FURTHER), (265, FURTHER)]


@pytest.mark.parametrize("key", ["oscillationMaxLookahead", "oscillationSpamCooldown"])
def test_without_lookahead_or_cooldown_nothing_is_forced(ask: Callable[..., Any], key: str) -> None:
    values = {option: value for option, value in CALM.items() if option != key}
    assert frames_of(ask, values) == []


def test_a_ball_that_never_arrives_is_not_pressed(ask: Callable[..., Any]) -> None:
    assert frames_of(ask, CALM, impact="huge") == []


def test_panic_lasts_for_the_time_of_recovery(ask: Callable[..., Any]) -> None:
    def panic_frames(values: Values) -> list[int]:
        steps = evaluations()
        steps[60]["balls"][0]["speed"] = 51
        (rows,) = ask("play", [{"values": values, "count": 1, "steps": steps}])
        return [frame for frame, row in enumerate(rows) if row[1][0]]

    # 0.18 s are 43.2 frames.
    assert panic_frames(CALM) == list(range(60, 104))
    shorter = {**CALM, "oscillationSpamRecoverySeconds": 0.05}
    assert panic_frames(shorter) == list(range(60, 73))
    del shorter["oscillationSpamRecoverySeconds"]
    assert panic_frames(shorter) == [60]


def test_a_ball_that_leaves_takes_its_burst_with_it(ask: Callable[..., Any]) -> None:
    def forced(gone: int) -> list[tuple[int, list[str]]]:
        steps = evaluations()
        for frame, step in enumerate(steps):
            first, second = step["balls"] * 2
            # What comes after the first one does not swing.
            step["balls"] = [{**first, "vr": 13} if frame > 30 else first, second]
        steps[30]["gone"] = gone
        (rows,) = ask("play", [{"values": CALM, "count": 2, "steps": steps}])
        return [(frame, row[0]) for frame, row in enumerate(rows) if set(row[0]) != {"none"}][:2]

    assert forced(0) == [(25, [FORCED, "none"]), (37, [FURTHER, "none"])]
    assert forced(1) == [(25, [FORCED, "none"]), (61, ["none", FORCED])]
