"""Flights of one ball that the formulas are tried on: 1,000 of them, the same on every run."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from .reference_motion import Vector, norm, round32
from .reference_prediction import Settings

COUNT = 1000
SHORTEST, LONGEST = 3, 60
STEPS_S = (1 / 240, 1 / 240, 1 / 240, 1 / 120, 1 / 60, 1 / 30)
HITCHES_S = (0.1, 0.18, 0.5)
SHAPES = ("straight", "receding", "curved", "accelerating", "jerking", "centre", "inside", "jumpy")

__all__ = ["COUNT", "SHAPES", "History", "Moment", "histories"]


@dataclass(frozen=True)
class Moment:
    """One reading, as the controller gets it."""

    now: float
    dt: float
    position: Vector
    velocity: Vector
    ping_ms: float | None


@dataclass(frozen=True)
class History:
    """One ball from its first reading on, with what the controller was set to meanwhile."""

    shape: str
    settings: Settings
    activation_s: float
    bias_s: float
    slack_s: float
    ping_offset_s: float
    press_max_lookahead_s: float
    goal_s: float | None
    parry_window_s: float
    max_tti_s: float
    is_targeting: bool
    moments: tuple[Moment, ...]


def histories(count: int = COUNT) -> tuple[History, ...]:
    """Return flights of every shape in turn; the first ones are the same for every `count`."""
    return tuple(_history(number) for number in range(count))


def _history(number: int) -> History:
    chance = random.Random(f"autoparry history {number}")
    shape = SHAPES[number % len(SHAPES)]
    settings = Settings(
        safe_radius=chance.choice((10.0, 10.0, 0.0, 4.5, 22.0)),
        confidence_z=chance.choice((2.2, 2.2, 0.0, 3.7)),
        curvature_lead_scale=chance.choice((0.12, 0.12, 0.0, 1.3)),
        curvature_hold_boost=chance.choice((0.5, 0.5, 0.0, 1.1)),
    )
    return History(
        shape=shape,
        settings=settings,
        activation_s=chance.choice((0.12, 0.0, chance.uniform(0, 0.4))),
        bias_s=chance.choice((0.02, 0.0, chance.uniform(0, 0.3))),
        slack_s=chance.choice((0.015, 0.0, chance.uniform(0, 1.5))),
        ping_offset_s=chance.choice((0.05, -0.1, chance.uniform(0, 0.2))),
        press_max_lookahead_s=chance.choice((1.2, 0.4, 2.5)),
        goal_s=chance.choice((0.9, None, 3.0)),
        parry_window_s=chance.choice((0.4, 0.4, 0.15, 1.0)),
        max_tti_s=chance.choice((0.55, 0.15, 0.0, 2.0)),
        is_targeting=chance.random() < 0.7,
        moments=tuple(_moments(chance, shape, settings.safe_radius)),
    )


def _moments(chance: random.Random, shape: str, safe_radius: float) -> list[Moment]:
    count = min(SHORTEST + int(chance.expovariate(1 / 9)), LONGEST)
    if chance.random() < 0.05:
        count = LONGEST
    step_s = chance.choice(STEPS_S)
    steps_s = [chance.choice(HITCHES_S) if chance.random() < 0.04 else step_s for _ in range(count)]
    base_ms, jitter_ms = chance.choice((0.0, 95.0, chance.uniform(0, 400))), chance.uniform(0, 60)
    now = chance.uniform(0, 100)
    flight = _flight(chance, shape, safe_radius, steps_s)
    moments = []
    for dt, (position, velocity) in zip(steps_s, flight, strict=True):
        now += dt
        ms = min(max(base_ms + chance.uniform(-jitter_ms, jitter_ms), 0.0), 400.0)
        moments.append(
            Moment(
                now=now,
                dt=dt,
                position=_rounded(position),
                velocity=_rounded(velocity),
                ping_ms=None if chance.random() < 0.05 else ms,
            )
        )
    return moments


def _flight(
    chance: random.Random, shape: str, safe_radius: float, steps_s: list[float]
) -> list[tuple[Vector, Vector]]:
    """Return position and velocity at each step."""
    away = _direction(chance)
    speed = chance.choice((chance.uniform(5, 60), chance.uniform(60, 300)))
    if shape == "centre":
        # In between it is at the centre itself, to the last bit.
        middle = chance.randrange(len(steps_s))
        times = [math.fsum(steps_s[:n]) - math.fsum(steps_s[:middle]) for n in range(len(steps_s))]
        return [(_scaled(away, -speed * t), _scaled(away, -speed)) for t in times]
    distance = chance.uniform(12, 160)
    if shape == "inside":
        distance = chance.uniform(0.05, 0.95) * (safe_radius or 1.0)
    inward = -1.0 if shape != "receding" else 1.0
    position = _scaled(away, distance)
    velocity = _sum(_scaled(away, inward * speed), _scaled(_direction(chance), 0.2 * speed))
    force = chance.choice((20.0, 300.0, 3000.0))
    push = _scaled(_direction(chance), force * chance.random())
    phase, swing = chance.uniform(0, math.tau), chance.uniform(3, 30)
    axis, bend = _direction(chance), chance.uniform(0.002, 0.2)
    flight = []
    for dt in steps_s:
        flight.append((position, velocity))
        if shape == "accelerating":
            velocity = _sum(velocity, _scaled(push, dt))
        elif shape == "jerking":
            phase += swing * dt
            velocity = _sum(velocity, _scaled(push, dt * math.sin(phase)))
        elif shape in {"curved", "inside"}:
            velocity = _turned(velocity, axis, bend * norm(velocity) * dt)
        elif shape == "jumpy":
            velocity = _sum(velocity, _scaled(_direction(chance), chance.choice((0, 1, 40.0))))
            position = _sum(position, _scaled(_direction(chance), chance.choice((0, 0, 3.0))))
            if chance.random() < 0.05:
                velocity = (0.0, 0.0, 0.0)
        position = _sum(position, _scaled(velocity, dt))
    return flight


def _direction(chance: random.Random) -> Vector:
    """Return a random direction; one in four is along an axis, as in a plan made by hand."""
    if chance.random() < 0.25:
        return chance.choice(((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0)))
    while True:
        x, y, z = (chance.uniform(-1, 1) for _ in range(3))
        length = norm((x, y, z))
        if 0.1 < length <= 1:
            return (x / length, y / length, z / length)


def _rounded(a: Vector) -> Vector:
    return (round32(a[0]), round32(a[1]), round32(a[2]))


def _scaled(a: Vector, factor: float) -> Vector:
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def _sum(a: Vector, b: Vector) -> Vector:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def _turned(velocity: Vector, axis: Vector, by: float) -> Vector:
    """Return a velocity of the same speed, bent sideways."""
    turned = _sum(velocity, _scaled(_cross(axis, velocity), by))
    return _scaled(turned, norm(velocity) / norm(turned))


def _cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
