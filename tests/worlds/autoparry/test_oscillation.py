"""A ball oscillates: enough flips of its closing speed of late, and hardly any way between them."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

import pytest

from .reference_oscillation import DEFAULTS, Flips, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

FRAME_S = 1 / 240

Reading = tuple[float, float, float]
"""Time, closing speed, distance to the sphere."""


@pytest.fixture(scope="module")
def swing(probe_of: Callable[..., Probe]) -> Callable[..., list[list[bool]]]:
    """Return a caller that shows flights to the controller's own code."""
    probe = probe_of("burst")

    def call(flights: list[list[Reading]], **values: float) -> list[list[bool]]:
        rows: list[list[bool]] = probe("swing", flights, {**DEFAULTS, **values})
        return rows

    return call


def expected(flight: list[Reading], values: Values) -> list[bool]:
    flips, answers = Flips(), []
    for now, vr, d0 in flight:
        flips.read(now, vr, d0)
        answers.append(flips.oscillates(now, values))
    return answers


def flips_at(*times: float, d0: float = 1.5, until: float | None = None) -> list[Reading]:
    """Return a flight whose closing speed has another sign from each of these times on."""
    flight, sign = [(min(times) - 0.01, 20.0, d0)], -1
    for time in times:
        flight.append((time, 20.0 * sign, d0))
        sign = -sign
    return [*flight, (until, 20.0 * -sign, d0)] if until is not None else flight


def random_flight(chance: Random) -> list[Reading]:
    hz, phase = chance.choice((0.5, 1, 2, 3, 6, 12, 60)), chance.uniform(0, math.tau)
    reach, noise = chance.choice((0.05, 0.17, 0.34, 0.36, 2)), chance.choice((0, 0.01, 0.1))
    now, flight = chance.uniform(0, 50), []
    for _ in range(chance.randint(30, 260)):
        now += FRAME_S * chance.choice((1, 1, 1, 1, 2, 20 if chance.random() < 0.1 else 1))
        angle = math.tau * hz * now + phase
        vr = chance.choice((math.sin(angle), math.sin(angle), math.sin(angle), 0.0))
        # A swing has turned at its ends.
        d0 = 1.5 + reach / 2 * math.cos(angle) + chance.uniform(-noise, noise)
        flight.append((now, 40 * vr, d0))
    return flight


def test_the_answer_is_that_of_all_flips_looked_at_anew(
    swing: Callable[..., list[list[bool]]],
) -> None:
    chance = Random("oscillation")
    for frequency, delta in ((3, 0.35), (0, 0.35), (1.5, 0.1), (7.2, 0.35), (30, 5), (3, 0)):
        values = {"oscillationFrequency": frequency, "oscillationDistanceDelta": delta}
        flights = [random_flight(chance) for _ in range(60)]
        wanted = [expected(flight, {**DEFAULTS, **values}) for flight in flights]
        assert swing(flights, **values) == wanted
        if delta:
            answers = [answer for row in wanted for answer in row]
            assert 0.02 < sum(answers) / len(answers) < 0.98


def test_three_flips_make_an_oscillation_at_the_third(
    swing: Callable[..., list[list[bool]]],
) -> None:
    assert swing([flips_at(0.1, 0.2, 0.3, 0.4)]) == [[False, False, False, True, True]]


@pytest.mark.parametrize(("frequency", "needed"), [(0, 2), (1, 2), (2.1, 3), (3, 3), (4, 4)])
def test_as_many_flips_are_needed_as_the_frequency_says_and_two_at_least(
    swing: Callable[..., list[list[bool]]], frequency: float, needed: int
) -> None:
    (found,) = swing([flips_at(0.1, 0.2, 0.3, 0.4, 0.5)], oscillationFrequency=frequency)
    assert found == [flips >= needed for flips in range(6)]


def test_a_flip_counts_for_600_ms(swing: Callable[..., list[list[bool]]]) -> None:
    last = [flips_at(1.0, 1.2, 1.4, until=until)[-1] for until in (1.6, 1.601)]
    flight = [*flips_at(1.0, 1.2, 1.4), *last]
    assert swing([flight]) == [[False, False, False, True, True, False]]


def test_the_way_between_flips_is_at_most_the_distance_delta(
    swing: Callable[..., list[list[bool]]],
) -> None:
    near = [(0.1, 20.0, 1.5), (0.2, -20.0, 1.0), (0.3, 20.0, 1.25), (0.4, -20.0, 1.0)]
    far = [*near[:2], (0.3, 20.0, 1.25 + 1e-6), *near[3:]]
    found = swing([near, far], oscillationDistanceDelta=0.25)
    assert [row[-1] for row in found] == [True, False]


def test_a_long_way_is_forgotten_with_the_flip_before_it(
    swing: Callable[..., list[list[bool]]],
) -> None:
    flight = [(0.0, 20.0, 9.0), (0.1, -20.0, 9.0), (0.3, 20.0, 1.5), (0.5, -20.0, 1.5)]
    flight += [(0.7, 20.0, 1.5), (0.71, 20.0, 1.5)]
    assert swing([flight]) == [[False, False, False, False, False, True]]


def test_a_standstill_is_no_flip(swing: Callable[..., list[list[bool]]]) -> None:
    halts = [(0.1 * n, 20.0 * (n % 2), 1.5) for n in range(9)]
    turns = [(0.1 * n, (20.0, 0.0, -20.0, 0.0)[n % 4], 1.5) for n in range(9)]
    assert swing([halts, turns])[0] == [False] * 9
    # Signs at 0, 2, 4, 6, 8: flips at 2, 4, 6, 8.
    assert swing([turns])[0] == [False] * 6 + [True] * 3


def test_a_flip_in_every_frame_is_counted_for_as_long_as_any_other(
    swing: Callable[..., list[list[bool]]],
) -> None:
    shake = [(FRAME_S * n, 20.0 * (-1) ** n, 1.5) for n in range(400)]
    # 144 frames: the flip 600 ms before counts, so that there are 145.
    (found,) = swing([shake], oscillationFrequency=145)
    assert found == [n >= 145 for n in range(400)]
    assert not any(swing([shake], oscillationFrequency=146)[0])


def test_a_slot_keeps_nothing_of_the_ball_before(
    swing: Callable[..., list[list[bool]]],
) -> None:
    flight = flips_at(0.1, 0.2, 0.3)
    again = [(time + 0.3, vr, d0) for time, vr, d0 in flight[:3]]
    # Only every second flight shares a record.
    assert swing([flight, flight, flight, again])[3] == [False] * 3
