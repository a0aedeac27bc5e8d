"""What one ball's readings say about its motion, taken anew from the whole history each time.

Plain and slow on purpose: windows are lists, sums are exact, and nothing is carried over that could
be computed again. The controller's own code must agree with it; neither may be copied from the
other.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field

Vector = tuple[float, float, float]

WINDOW = 32
ACCELERATION_ALPHA = 0.25
CURVATURE_ALPHA = 0.3
KAPPA_MAX, KAPPA_RATE_MAX, RADIAL_MAX, JERK_MAX = 5.0, 120.0, 650.0, 20000.0
FLOORS = {"d": 0.01, "v": 1.5, "a": 10.0, "j": 80.0}
ZERO: Vector = (0.0, 0.0, 0.0)

__all__ = [
    "WINDOW",
    "Reading",
    "Track",
    "Vector",
    "clamp",
    "dot",
    "norm",
    "round32",
    "spread",
]


def round32(value: float) -> float:
    """Return the nearest number of 32 bits, which is what a vector of the game holds."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def clamp(value: float, low: float, high: float) -> float:
    return low if value < low else high if value > high else value


def dot(a: Vector, b: Vector) -> float:
    return math.fsum((a[0] * b[0], a[1] * b[1], a[2] * b[2]))


def norm(a: Vector) -> float:
    return math.hypot(*a)


def cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def rate(after: Vector, before: Vector, dt: float) -> Vector:
    return (
        (after[0] - before[0]) / dt,
        (after[1] - before[1]) / dt,
        (after[2] - before[2]) / dt,
    )


def toward(filtered: Vector, raw: Vector, alpha: float) -> Vector:
    return (
        filtered[0] + alpha * (raw[0] - filtered[0]),
        filtered[1] + alpha * (raw[1] - filtered[1]),
        filtered[2] + alpha * (raw[2] - filtered[2]),
    )


def spread(values: list[float]) -> float:
    """Return the population standard deviation, with sums that do not lose a bit."""
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum([(value - mean) ** 2 for value in values]) / len(values))


def bend(velocity: Vector, acceleration: Vector) -> float:
    """Return the curvature of a path with this velocity and acceleration."""
    speed = norm(velocity)
    return norm(cross(velocity, acceleration)) / speed**3 if speed else 0.0


@dataclass(frozen=True)
class Reading:
    """What is known after one reading; the names are those of the controller's ball record."""

    readings: int
    position: Vector
    velocity: Vector
    distance: float
    d0: float
    u: Vector
    speed: float
    vr: float
    ar: float
    jr: float
    kappa: float
    kappa_rate: float
    acceleration: Vector
    sigma_d: float
    sigma_v: float
    sigma_a: float
    sigma_j: float


@dataclass
class Track:
    """The readings of one ball from its first one on."""

    safe_radius: float
    vrs: list[float] = field(default_factory=list)
    _last: Reading | None = None
    _raw_acceleration: Vector = ZERO
    _raw_kappa: float = 0.0
    _vr: float = 0.0
    _acceleration: Vector = ZERO
    _jerk: Vector = ZERO
    _kappa: float = 0.0
    _kappa_rate: float = 0.0
    _residuals: dict[str, list[float]] = field(
        default_factory=lambda: {channel: [] for channel in FLOORS}
    )

    def read(self, dt: float, position: Vector, velocity: Vector) -> Reading:
        """Take the next reading, `dt` seconds after the one before."""
        distance = norm(position)
        u = (
            (position[0] / distance, position[1] / distance, position[2] / distance)
            if distance
            else ZERO
        )
        vr = -dot(u, velocity) if distance else norm(velocity)
        d0 = distance - self.safe_radius
        last = self._last
        if last is None:
            self._vr = vr
        else:
            self._follow(dt, last, velocity)
            self._vr += ACCELERATION_ALPHA * (vr - self._vr)
            self._residuals["d"].append(d0 - (last.d0 - last.vr * dt))
            self._residuals["v"].append(vr - self._vr)
            self._residuals["a"].append(
                -dot(u, self._raw_acceleration) + dot(u, self._acceleration)
            )
            if last.readings >= 2:
                self._residuals["j"].append(-dot(u, self._raw_jerk) + dot(u, self._jerk))
        self.vrs.append(vr)
        radial = -dot(u, self._acceleration)
        jerk = -dot(u, self._jerk)
        self._last = Reading(
            readings=last.readings + 1 if last else 1,
            position=position,
            velocity=velocity,
            distance=distance,
            d0=d0,
            u=u,
            speed=norm(velocity),
            vr=vr,
            ar=clamp(radial, -RADIAL_MAX, RADIAL_MAX),
            jr=clamp(jerk, -JERK_MAX, JERK_MAX),
            kappa=clamp(self._kappa, -KAPPA_MAX, KAPPA_MAX),
            kappa_rate=clamp(self._kappa_rate, -KAPPA_RATE_MAX, KAPPA_RATE_MAX),
            acceleration=self._acceleration,
            sigma_d=self._sigma("d"),
            sigma_v=self._sigma("v"),
            sigma_a=self._sigma("a") * (1 + overflow(radial, RADIAL_MAX)),
            sigma_j=self._sigma("j") * (1 + overflow(jerk, JERK_MAX)),
        )
        return self._last

    def _follow(self, dt: float, last: Reading, velocity: Vector) -> None:
        """Differentiate and filter: from the second reading on, jerk and κ̇ from the third."""
        acceleration = rate(velocity, last.velocity, dt)
        kappa = bend(velocity, acceleration)
        if last.readings >= 2:
            self._raw_jerk = rate(acceleration, self._raw_acceleration, dt)
            self._jerk = toward(self._jerk, self._raw_jerk, ACCELERATION_ALPHA)
            kappa_rate = (kappa - self._raw_kappa) / dt
            self._kappa_rate += CURVATURE_ALPHA * (kappa_rate - self._kappa_rate)
        self._acceleration = toward(self._acceleration, acceleration, ACCELERATION_ALPHA)
        self._kappa += CURVATURE_ALPHA * (kappa - self._kappa)
        self._raw_acceleration, self._raw_kappa = acceleration, kappa

    def _sigma(self, channel: str) -> float:
        window = self._residuals[channel][-WINDOW:]
        floor = FLOORS[channel]
        return max(spread(window), floor) if len(window) >= 2 else floor


def overflow(value: float, limit: float) -> float:
    """Return by which share `value` exceeds its limit, at most 1."""
    return clamp(abs(value) / limit - 1, 0.0, 1.0)
