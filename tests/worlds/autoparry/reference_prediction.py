"""When a ball arrives, and how sure that is, from one reading of its motion.

The roots are found by halving, never by a formula: between two extrema a polynomial is monotone,
and its extrema are the roots of its derivative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .reference_motion import JERK_MAX, KAPPA_MAX, KAPPA_RATE_MAX, RADIAL_MAX, Reading, norm

if TYPE_CHECKING:
    from collections.abc import Sequence

TINY = 1e-9
BENT = 1e-6
STEPS_PER_S = 180
STEPS_MIN, STEPS_MAX = 12, 72
PRESS_GRACE_S, HOLD_GRACE_S = 0.05, 0.1

__all__ = [
    "Inequality",
    "Prediction",
    "Settings",
    "ballistic",
    "first_root",
    "positive_roots",
    "predict",
    "severity",
    "value_at",
]


@dataclass(frozen=True)
class Settings:
    """The configuration keys that a prediction depends on."""

    safe_radius: float = 10.0
    confidence_z: float = 2.2
    curvature_lead_scale: float = 0.12
    curvature_hold_boost: float = 0.5


class Inequality(NamedTuple):
    """How far from the sphere the ball will be, and the margin of that."""

    mu: float
    sigma: float
    mu_plus: float
    mu_minus: float


@dataclass(frozen=True)
class Prediction:
    """What follows from one reading; times are seconds from it, math.inf means never."""

    mu: float
    sigma: float
    mu_plus: float
    mu_minus: float
    impact: float
    severity: float
    response_window: float
    press_radius: float
    hold_radius: float
    proximity_press: bool
    proximity_hold: bool


def value_at(polynomial: Sequence[float], t: float) -> float:
    """Return the value of a polynomial whose coefficients rise with the power."""
    value = 0.0
    for coefficient in reversed(polynomial):
        value = value * t + coefficient
    return value


def positive_roots(polynomial: Sequence[float]) -> list[float]:
    """Return the roots above 0, rising; a root that only touches counts where it is met exactly."""
    while polynomial and polynomial[-1] == 0:
        polynomial = polynomial[:-1]
    if len(polynomial) < 2:
        return []
    slope = [power * coefficient for power, coefficient in enumerate(polynomial) if power]
    roots = []
    low, at_low = 0.0, value_at(polynomial, 0.0)
    for knot in [*positive_roots(slope), math.inf]:
        at_knot = polynomial[-1] if knot == math.inf else value_at(polynomial, knot)
        if at_low * at_knot < 0:
            roots.append(_halve(polynomial, low, knot))
        elif at_knot == 0:
            roots.append(knot)
        low, at_low = knot, at_knot
    return roots


def _halve(polynomial: Sequence[float], low: float, high: float) -> float:
    """Return the root between `low` and `high`, where the polynomial is monotone."""
    is_falling = value_at(polynomial, low) > 0
    if high == math.inf:
        high = 2 * low or 1.0
        while (value_at(polynomial, high) > 0) == is_falling:
            low, high = high, 2 * high
    while True:
        middle = low + (high - low) / 2
        if middle in {low, high}:
            return high
        if (value_at(polynomial, middle) > 0) == is_falling:
            low = middle
        else:
            high = middle


def first_root(d0: float, vr: float, ar: float, jr: float) -> float:
    """Return when d0 - vr·t - ½·ar·t² - jr·t³/6 first is 0; 0 inside the sphere, else inf."""
    if d0 <= 0:
        return 0.0
    terms = [d0, -vr, -ar / 2, -jr / 6]
    roots = positive_roots([term if abs(term) >= TINY else 0.0 for term in terms])
    return roots[0] if roots else math.inf


def ballistic(reading: Reading, safe_radius: float, impact: float) -> float:
    """Bound `impact` by flying on with the filtered acceleration, in steps of 1/180 s.

    After k steps of "velocity first, then position" the ball is at p + k·h·v + k(k+1)/2·h²·a.
    """
    if reading.d0 <= 0 or (reading.kappa <= BENT and abs(reading.ar) <= BENT):
        return impact
    steps = STEPS_MAX
    if impact != math.inf:
        steps = min(max(math.ceil(STEPS_PER_S * impact), STEPS_MIN), STEPS_MAX)
    position, velocity, acceleration = reading.position, reading.velocity, reading.acceleration
    for k in range(1, steps + 1):
        along, beside = k / STEPS_PER_S, k * (k + 1) / 2 / STEPS_PER_S**2
        x, y, z = (
            position[axis] + along * velocity[axis] + beside * acceleration[axis]
            for axis in range(3)
        )
        if norm((x, y, z)) <= safe_radius:
            return min(impact, k / STEPS_PER_S)
    return impact


def severity(reading: Reading, settings: Settings) -> float:
    """Return how sharply the path bends and gathers speed."""
    lead = max(reading.kappa / KAPPA_MAX, reading.kappa_rate / KAPPA_RATE_MAX)
    hold = max(abs(reading.ar) / RADIAL_MAX, abs(reading.jr) / JERK_MAX)
    return max(lead * settings.curvature_lead_scale, hold * settings.curvature_hold_boost)


def inequality(reading: Reading, delta_s: float, confidence_z: float) -> Inequality:
    """Return mu, sigma and mu plus and minus of the distance to the sphere `delta_s` from now."""
    mu = math.fsum(
        (
            reading.d0,
            -reading.vr * delta_s,
            -reading.ar * delta_s**2 / 2,
            -reading.jr * delta_s**3 / 6,
        )
    )
    sigma = math.sqrt(
        math.fsum(
            (
                reading.sigma_d**2,
                delta_s**2 * reading.sigma_v**2,
                delta_s**4 * reading.sigma_a**2 / 4,
                delta_s**6 * reading.sigma_j**2 / 36,
            )
        )
    )
    return Inequality(mu, sigma, mu + confidence_z * sigma, mu - confidence_z * sigma)


def predict(reading: Reading, delta_s: float, settings: Settings) -> Prediction:
    """Return all that follows from a reading when a press takes `delta_s` to act."""
    impact = ballistic(
        reading,
        settings.safe_radius,
        first_root(reading.d0, reading.vr, reading.ar, reading.jr),
    )
    bent = severity(reading, settings)
    response_s = max(delta_s + PRESS_GRACE_S, PRESS_GRACE_S) * (1 + bent)
    hold_s = response_s + HOLD_GRACE_S
    closing = max(reading.vr, 0.0)
    safe = settings.safe_radius
    press_radius = safe + min(closing * response_s, 0.8 * safe)
    hold_radius = safe + min(closing * hold_s, 0.9 * safe)

    def is_near(radius: float, window_s: float) -> bool:
        if reading.vr <= 0:
            return False
        until_s = max(reading.distance - radius, 0.0) / reading.vr
        return reading.distance <= radius or until_s <= window_s or impact <= window_s

    return Prediction(
        *inequality(reading, delta_s, settings.confidence_z),
        impact=impact,
        severity=bent,
        response_window=response_s,
        press_radius=press_radius,
        hold_radius=hold_radius,
        proximity_press=is_near(press_radius, response_s),
        proximity_hold=is_near(hold_radius, hold_s),
    )
