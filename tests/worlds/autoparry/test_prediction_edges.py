"""Prediction where flights seldom come: roots that only touch, windows that lose digits, faults."""

from __future__ import annotations

import math
import random
from statistics import pstdev
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

NEVER = "never"
WINDOW = 32


@pytest.fixture(scope="module")
def edges(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("prediction_edges")


@pytest.mark.parametrize(
    ("motion", "root", "tolerance"),
    [
        pytest.param((1, 2, -2, 0), 1, 1e-7, id="(t-1)^2"),
        pytest.param((0.3, 2 * math.sqrt(0.3), -2, 0), math.sqrt(0.3), 1e-7, id="(t-.3^.5)^2"),
        pytest.param((20, 24, -18, 6), 2, 1e-7, id="(t-2)^2(5-t)"),
        pytest.param((3, 5, -2, -6), 1, 1e-7, id="(t-1)^2(t+3)"),
        pytest.param((1, 3, -6, 6), 1, 1e-4, id="(1-t)^3"),
    ],
)
def test_a_ball_that_touches_the_sphere_reaches_it(
    edges: Probe, motion: tuple[float, ...], root: float, tolerance: float
) -> None:
    assert edges("roots", [motion])[0] == pytest.approx(root, rel=tolerance)


def test_a_ball_that_turns_just_before_the_sphere_comes_later_or_never(
    edges: Probe,
) -> None:
    later, never, never_cubic = edges(
        "roots", [(20.0001, 24, -18, 6), (1.0001, 2, -2, 0), (3.0001, 5, -2, -6)]
    )
    assert later == pytest.approx(5.0000111, rel=1e-7)
    assert (never, never_cubic) == (NEVER, NEVER)


@pytest.mark.parametrize(
    ("motion", "root"),
    [
        pytest.param((100, 50, 1.9e-9, 5.9e-9), 2, id="to a line"),
        pytest.param((100, 9e-10, 2, 5.9e-9), 10, id="to a parabola without a slope"),
        pytest.param((9, 9e-10, 1.9e-9, 54), 1, id="to the third power alone"),
        pytest.param((100, 0, 0, 6.1e-9), (100 * 6 / 6.1e-9) ** (1 / 3), id="just not"),
        pytest.param((100, 9e-10, 1.9e-9, 5.9e-9), NEVER, id="to rest"),
        pytest.param((100, -50, 1.9e-9, 5.9e-9), NEVER, id="to a line away"),
        pytest.param((100, 0, -2, 0), NEVER, id="a parabola away"),
        pytest.param((100, -50, -2, -6), NEVER, id="a cubic away"),
        pytest.param((10, -5, 2, 0), (5 + math.sqrt(65)) / 2, id="away and back"),
        pytest.param((0, -5, 0, 0), 0, id="on the sphere"),
        pytest.param((-3, -5, 0, 0), 0, id="inside"),
        pytest.param((1e-12, -5, 0, 0), NEVER, id="just outside, away"),
    ],
)
def test_coefficients_below_the_limit_lower_the_degree(
    edges: Probe, motion: tuple[float, ...], root: float | str
) -> None:
    found = edges("roots", [motion])[0]
    assert found == (root if isinstance(root, str) else pytest.approx(root, rel=1e-12))


def exact_spreads(residuals: list[float], floor: float) -> list[float]:
    """`statistics.pstdev` reckons in fractions: no digit is lost."""
    windows = (residuals[max(0, end - WINDOW) : end] for end in range(1, len(residuals) + 1))
    return [max(pstdev(window), floor) for window in windows]


def with_spike(chance: random.Random) -> list[float]:
    residuals = [chance.gauss(0, 300) for _ in range(110)]
    residuals[37], residuals[38], residuals[5] = 3.1e9, -2.9e9, 1e12
    return residuals


@pytest.mark.parametrize(
    "residuals",
    [
        pytest.param(with_spike(random.Random(1)), id="a spike that has left the window"),
        pytest.param(
            [1e8 + random.Random(n).gauss(0, 200) for n in range(110)], id="a mean far from 0"
        ),
        pytest.param([float(10 ** (9 - n // 12)) * (-1) ** n for n in range(110)], id="falling"),
        pytest.param([(-1) ** n * 80.0000001 for n in range(110)], id="just above the floor"),
        pytest.param([1e-200 * n for n in range(110)], id="nothing"),
    ],
)
def test_a_window_loses_no_digits(edges: Probe, residuals: list[float]) -> None:
    found = edges("spreads", residuals, 80)
    assert found == pytest.approx(exact_spreads(residuals, 80), rel=1e-10)


def flight(seed: int, readings: int) -> list[tuple[float, float, float]]:
    chance = random.Random(seed)
    return [
        (chance.uniform(-9, 9), chance.uniform(-9, 9), chance.uniform(-99, 9))
        for _ in range(readings)
    ]


@pytest.mark.parametrize("readings", [1, 2, 3, 33, 34, 70])
def test_a_record_that_is_used_again_has_forgotten_everything(edges: Probe, readings: int) -> None:
    last = flight(2, readings)
    assert edges("flown", [flight(1, 50), last]) == edges("flown", [last])


def test_the_first_reading_of_a_ball_is_where_it_was_expected(edges: Probe) -> None:
    for before in ([], [flight(1, 1)], [flight(1, 50)], [flight(1, 50), flight(3, 1)]):
        assert edges("flown", [*before, flight(2, 1)])["residual_d"] == 0
        assert edges("flown", [*before, flight(2, 2)])["residual_d"] != 0


def test_the_last_closing_speeds_are_kept_and_no_older_ones(edges: Probe) -> None:
    # On the line to the player each closing speed is the speed, but for rounding.
    velocities = [(-0.03 * n, -0.02 * n, -1.2 * n) for n in range(1, 41)]
    recent = edges("recent", velocities)
    speeds = [math.hypot(*velocity) for velocity in velocities]
    assert sorted(recent) == pytest.approx(speeds[-WINDOW:])


def test_of_a_bend_long_past_nothing_is_left(edges: Probe) -> None:
    line = [(0.0, 0.0, -0.5)] * 900
    bent, straight = edges("flown", [[(5.0, 0.0, -0.5), *line]]), edges("flown", [line])
    assert bent["is_straight"] is True
    assert [bent[name] for name in ("fax", "fay", "faz", "ar", "jr", "kappa", "kappa_rate")] == [
        0
    ] * 7
    assert bent["sigma"] == straight["sigma"]


def test_the_ping_before_any_good_read_is_zero(edges: Probe) -> None:
    updates = [(0, "error"), (0.1, None), (0.2, "95"), (0.3, "nan"), (0.4, "endless"), (0.5, -1)]
    assert edges("pings", updates) == [[0, 0, 0, reads] for reads in range(1, 7)]


def test_a_failed_read_keeps_the_ping_and_the_next_good_one_is_the_sample(
    edges: Probe,
) -> None:
    updates = [(0, 100), (0.1, 140), (0.2, "error"), (0.25, 160), (0.3, 180), (0.4, 60), (0.5, 180)]
    assert edges("pings", updates) == [
        pytest.approx(row)
        for row in (
            [0.1, 0.1, 0, 1],
            [0.14, 0.1, 0, 2],
            [0.14, 0.1, 0, 3],
            [0.14, 0.1, 0, 3],
            [0.18, 0.12, 0.08, 4],
            [0.06, 0.12, 0.08, 5],
            [0.18, 0.135, 0.08 + 0.35 * (0 - 0.08), 6],
        )
    ]


def test_frames_that_miss_an_interval_by_a_rounding_do_not_wait_for_the_next(
    edges: Probe,
) -> None:
    updates = [(frame / 240 - 1e-12 * frame, 100) for frame in range(241)]
    assert edges("pings", updates)[-1][3] == 11
