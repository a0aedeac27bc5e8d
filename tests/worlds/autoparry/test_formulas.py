"""Motion and prediction of the controller against an independent reference, on 1,000 flights."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import plain
from .histories import COUNT, LONGEST, SHAPES, SHORTEST, History, Moment, histories
from .reference_motion import WINDOW, round32
from .reference_prediction import Settings, first_root, positive_roots
from .reference_rows import is_same, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reference_rows import Row

HUGE = "huge"


# What the flights are.


def test_there_are_1000_flights_of_every_shape_the_same_on_every_run(
    flights: tuple[History, ...],
) -> None:
    assert len(flights) == COUNT == 1000
    assert {flight.shape for flight in flights} == set(SHAPES)
    assert flights[:40] == histories(40)
    lengths = [len(flight.moments) for flight in flights]
    assert (min(lengths), max(lengths)) == (SHORTEST, LONGEST)
    assert sum(length > WINDOW + 2 for length in lengths) > 50
    moments = [moment for flight in flights for moment in flight.moments]
    assert {moment.dt for moment in moments} >= {1 / 240, 1 / 60, 0.18, 0.5}
    pings = [moment.ping_ms for moment in moments if moment.ping_ms is not None]
    assert (min(pings), max(pings)) == (0, 400)
    assert len(pings) < len(moments)
    assert all(round32(x) == x for m in moments for x in (*m.position, *m.velocity))


def test_the_flights_reach_every_limit_of_the_formulas(expected: list[list[Row]]) -> None:
    rows = [row for flight in expected for row in flight]

    def count(is_met: Callable[[Any], bool]) -> int:
        return sum(is_met(row) for row in rows)

    seldom = {
        name: met
        for name, met in {
            "no impact": count(lambda row: row["impact"] == HUGE),
            "inside": count(lambda row: row["impact"] == 0),
            "an impact of a ball that recedes now": count(
                lambda row: row["vr"] < 0 and row["impact"] not in (0, HUGE)
            ),
            "at the centre": count(lambda row: row["distance"] == 0),
            "at rest": count(lambda row: row["speed"] == 0),
            "an impact bounded by a step": count(
                lambda row: (
                    row["kappa"] > 0.01
                    and row["impact"] not in (0, HUGE)
                    and row["impact"] != first_root(row["d0"], row["vr"], row["ar"], row["jr"])
                )
            ),
            "clamped ar": count(lambda row: abs(row["ar"]) == 650),
            "the largest overflow": count(
                lambda row: (
                    abs(sum(row[f"u{axis}"] * row[f"fa{axis}"] for axis in "xyz")) > 1300
                    and row["sigma_a"] > 20
                )
            ),
            "clamped jr": count(lambda row: abs(row["jr"]) == 20000),
            "clamped kappa": count(lambda row: row["kappa"] == 5),
            "clamped kappa rate": count(lambda row: abs(row["kappa_rate"]) == 120),
            "proximity": count(lambda row: row["proximity_press"]),
            "hold alone": count(lambda row: row["proximity_hold"] and not row["proximity_press"]),
            "largest stress": count(lambda row: row["stress"] == 2),
            "largest compensation": count(lambda row: row["compensation"] == 0.09),
            "largest least lead": count(lambda row: row["min_lead"] == 0.065),
            "largest slack add": count(lambda row: row["slack_add"] == 0.05),
            "no TTI": count(lambda row: row["tti"] == HUGE),
            "no wait": count(lambda row: row["wait"] == 0),
            "no confidence": count(lambda row: row["confidence"] == 0),
            "critical": count(lambda row: row["status"] == "critical"),
        }.items()
        if met < 20
    }
    assert seldom == {}


# The reference itself.


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.1, 0.10000000149011612), (16777217.0, 16777216.0), (-1.5, -1.5), (1e-46, 0.0)],
)
def test_a_component_is_rounded_to_32_bits(value: float, rounded: float) -> None:
    assert round32(value) == rounded


def test_the_halved_roots_are_exact_to_the_last_bits() -> None:
    chance = Random("roots")
    found = 0
    for _ in range(400):
        terms = [chance.uniform(-s, s) for s in (100, 300, 325, 3300)[: chance.randint(2, 4)]]
        exact = [Fraction(term) for term in terms]

        def value(t: float, exact: list[Fraction] = exact) -> Fraction:
            return sum((c * Fraction(t) ** power for power, c in enumerate(exact)), Fraction())

        roots = positive_roots(terms)
        # A real root is where the sign changes; between two of them it does not.
        for root in roots:
            assert value(root * (1 - 1e-11)) * value(root * (1 + 1e-11)) < 0
        knots = [0.0, *roots, 2e4]
        for low, high in pairwise(knots):
            inner = [value(low + (high - low) * n / 50) > 0 for n in range(1, 50)]
            assert all(inner) or not any(inner)
        found += len(roots)
    assert found > 200


# Motion.


def test_a_reading_gives_distance_direction_and_closing_speed(agree: Callable[..., None]) -> None:
    agree("readings", "x", "y", "z", "vx", "vy", "vz")
    agree("distance", "d0", "ux", "uy", "uz", "speed", "vr")


def test_acceleration_and_jerk_are_filtered_then_clamped(agree: Callable[..., None]) -> None:
    agree("fax", "fay", "faz", "ar", "jr")


def test_kappa_and_its_rate_are_filtered_then_clamped(agree: Callable[..., None]) -> None:
    agree("kappa", "kappa_rate")


def test_each_sigma_is_that_of_the_last_32_residuals(agree: Callable[..., None]) -> None:
    agree("sigma_d", "sigma_v", "sigma_a", "sigma_j")


def test_sigmas_of_a_calm_flight_forget_a_wild_beginning(
    probe: Callable[..., Any], flights: tuple[History, ...]
) -> None:
    chance = Random("calm")
    moments = []
    for n in range(400):
        wild = 3000.0 if n < 40 else 0.02
        moments.append(
            Moment(
                now=n / 240,
                dt=1 / 240,
                position=(3.0, 0.0, round32(400 - n / 2 + chance.uniform(-0.05, 0.05))),
                velocity=(0.0, 0.0, round32(-120 + chance.uniform(-wild, wild))),
                ping_ms=95.0,
            )
        )
    flight = replace(flights[0], settings=Settings(), moments=tuple(moments))
    fields = ["sigma_d", "sigma_v", "sigma_a", "sigma_j", "volatility"]
    (answer,) = probe("follow", [plain(flight)], fields)
    wrong = [
        f"{field} of reading {reading}: expected {row[field]!r}, got {actual!r}"
        for reading, (row, values) in enumerate(zip(rows_of(flight), answer, strict=True), 1)
        for field, actual in zip(fields, values, strict=True)
        if not is_same(row[field], actual)
    ]
    assert wrong == []
    assert answer[-1][1:3] == [1.5, 10]
    assert answer[39][1] > 100


def test_a_ball_record_that_is_begun_again_remembers_nothing(
    probe: Callable[..., Any], flights: tuple[History, ...], expected: list[list[Row]]
) -> None:
    # The probe takes a new record for every other flight and the same one for the rest.
    one, other = plain(flights[5]), plain(flights[2])
    fields = ["detected_s", *expected[0][0]]
    fresh, _, _, again = probe("follow", [one, other, one, one], fields)
    assert again == fresh
    assert fresh[0][0] == flights[5].moments[0].now


# Prediction.


def test_mu_and_sigma_follow_the_inequality(agree: Callable[..., None]) -> None:
    agree("mu", "sigma")


def test_mu_plus_and_mu_minus_are_confidence_z_sigmas_away(agree: Callable[..., None]) -> None:
    agree("mu_plus", "mu_minus")


def test_the_predicted_impact_is_the_first_time_at_the_sphere(agree: Callable[..., None]) -> None:
    agree("impact")


def test_the_smallest_positive_root_is_found(gives: Callable[..., None]) -> None:
    chance = Random("impact")
    scales = (1e-6, 1.0, 100.0)
    cases: list[tuple[tuple[float, ...], float]] = []
    for _ in range(600):
        arguments = (
            chance.choice(scales) * chance.random(),
            chance.uniform(-300, 300),
            chance.choice((0.0, chance.uniform(-650, 650))),
            chance.choice((0.0, chance.uniform(-20000, 20000))),
        )
        cases.append((arguments, first_root(*arguments)))
    assert sum(value == math.inf for _, value in cases) > 50
    gives("impact", "root", cases)
    gives(
        "impact",
        "root",
        [
            ((46, 160, 0, 0), 46 / 160),
            ((46, -160, 0, 0), math.inf),
            ((46, 0, 0, 0), math.inf),
            ((0, -5, 0, 0), 0.0),
            ((-3, 5, 1, 1), 0.0),
            ((8, 0, 4, 0), 2.0),
            ((6, 5, -2, 0), 2.0),  # (t - 2)(t - 3)
            ((1, 2, -2, 0), 1.0),  # (t - 1)², touched
            ((1.1, 2, -2, 0), math.inf),
            ((6, 11, -12, 6), 1.0),  # (1 - t)(2 - t)(3 - t)
            ((8, 0, 0, 6), 2.0),
            ((8, 0, 0, -6), math.inf),
            ((2, -3, 0, 6), 2.0),  # (2 - t)(1 + t)²
        ],
    )


def test_a_coefficient_below_1e_9_counts_as_zero(gives: Callable[..., None]) -> None:
    gives(
        "impact",
        "root",
        [
            ((1, 0.9e-9, 0, 0), math.inf),
            ((1e-6, 1.1e-9, 0, 0), 1e-6 / 1.1e-9),
            ((1, 0, 1.9e-9, 0), math.inf),
            ((1e-6, 0, 2.1e-9, 0), math.sqrt(2 * 1e-6 / 2.1e-9)),
            ((1, 0, 0, 5.9e-9), math.inf),
            ((1e-6, 0, 0, 6.1e-9), math.cbrt(6 * 1e-6 / 6.1e-9)),
            ((1, 0.5, 1.9e-9, -5.9e-9), 2.0),
        ],
    )


def test_a_curved_ball_is_flown_on_in_steps_of_a_180th(gives: Callable[..., None]) -> None:
    def ball(z: float, vz: float, faz: float) -> dict[str, float]:
        still = dict.fromkeys(("x", "y", "vx", "vy", "fax", "fay"), 0.0)
        return {**still, "z": z, "vz": vz, "faz": faz}

    coming, late = ball(20, -90, 0), ball(50, -90, 0)
    # Velocity first: after k steps it has come k(k+1)/2·a/180², .5 studs in the fourth of 1620.
    pulled = ball(10.4, 0, -1620)
    gives(
        "impact",
        "ballistic",
        [
            ((coming, 10.2, math.inf), 20 / 180),
            ((coming, 10.2, 1.0), 20 / 180),
            ((coming, 10.2, 0.05), 0.05),
            ((late, 14.2, math.inf), 72 / 180),
            ((late, 13.8, math.inf), math.inf),
            ((late, 13.8, 0.5), 0.5),
            ((pulled, 10, math.inf), 4 / 180),
        ],
    )


def test_only_a_curved_or_accelerating_ball_is_flown_on(probe: Callable[..., Any]) -> None:
    # By its jerk it turns round before the sphere; flown on it would be there at 10/90 s.
    ball = {
        **dict.fromkeys(("x", "y", "vx", "vy", "ux", "uy", "fax", "fay", "faz"), 0.0),
        "readings": 5,
        "z": 20.0,
        "vz": -90.0,
        "uz": 1.0,
        "distance": 20.0,
        "d0": 10.0,
        "speed": 90.0,
        "vr": 90.0,
        "ar": 0.0,
        "jr": -20000.0,
        "kappa": 0.0,
        "kappa_rate": 0.0,
        "sigma_d": 0.01,
        "sigma_v": 1.5,
        "sigma_a": 10.0,
        "sigma_j": 80.0,
    }
    bent = [{}, {"kappa": 0.9e-6}, {"kappa": 1.1e-6}, {"ar": 1.1e-6}, {"ar": -1.1e-6}]
    config = {
        "safeRadius": 10.2,
        "confidenceZ": 2.2,
        "curvatureLeadScale": 0.12,
        "curvatureHoldBoost": 0.5,
    }
    found = probe("impacts", [{**ball, **change} for change in bent], 0.1, config)
    assert found == [HUGE, HUGE, *[pytest.approx(20 / 180, abs=1e-12)] * 3]


def test_severity_is_the_larger_share_of_its_clamps(agree: Callable[..., None]) -> None:
    agree("severity")


def test_the_response_window_grows_with_delta_and_severity(agree: Callable[..., None]) -> None:
    agree("response_window")


def test_the_radii_grow_with_the_closing_speed_up_to_their_share(
    agree: Callable[..., None],
) -> None:
    agree("press_radius", "hold_radius")


def test_proximity_is_a_distance_a_time_to_the_radius_or_an_impact(
    agree: Callable[..., None],
) -> None:
    agree("proximity_press", "proximity_hold")
