"""How a threat flies, touches and ends, written down once more and differently.

Vectors are tuples, contacts come from bisection, nothing is skipped for speed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Vector = tuple[float, float, float]

FRAME_HZ = 240
ALLOWANCE = 1e-6
CURVE_S = 0.85


def add(a: Vector, b: Vector, factor: float = 1.0) -> Vector:
    return (a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2])


def scaled(a: Vector, factor: float) -> Vector:
    return add((0, 0, 0), a, factor)


def dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vector) -> float:
    return math.sqrt(dot(a, a))


@dataclass(frozen=True)
class Spawn:
    """A threat as a plan spawns it."""

    id: str
    position: Vector
    velocity: Vector
    start_s: float
    attributes: dict[str, Any] = field(default_factory=dict)

    def spec(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "position": list(self.position),
            "velocity": list(self.velocity),
            "start_s": self.start_s,
            "attributes": self.attributes,
        }


def point_on_curve(spawn: Spawn, elapsed_s: float) -> Vector:
    """Return the Bézier point by repeated interpolation."""
    curve = spawn.attributes["trajectory"]
    finish: Vector = tuple(curve["finish"])
    start = spawn.position
    control = ((start[0] + finish[0]) / 2, curve["apexHeight"], (start[2] + finish[2]) / 2)
    t = elapsed_s / curve_duration(spawn)
    first = add(start, add(control, start, -1), t)
    second = add(control, add(finish, control, -1), t)
    x, y, z = add(first, add(second, first, -1), t)
    if curve.get("clampHeight", True) and not curve.get("allowDescent", False):
        y = max(y, start[1])
    return (x, y, z)


def curve_duration(spawn: Spawn) -> float:
    curve = spawn.attributes["trajectory"]
    if "duration" in curve:
        return float(curve["duration"])
    if "speed" in curve:
        return length(add(tuple(curve["finish"]), spawn.position, -1)) / float(curve["speed"])
    return CURVE_S


class Flight:
    """One threat in flight, substep by substep."""

    def __init__(self, spawn: Spawn, safe_radius: float) -> None:
        self.spawn, self.reach = spawn, safe_radius + ALLOWANCE
        self.position, self.velocity = spawn.position, spawn.velocity
        self.kappa = spawn.attributes.get("curvature", 0.0)
        self.kappa_rate = spawn.attributes.get("curvatureRate", 0.0)
        self.phase = self.elapsed_s = 0.0
        self.contact_s: float | None = None
        self.receding_s: float | None = None

    def turn(self, dt: float) -> None:
        given = self.spawn.attributes
        axis: Vector = tuple(given.get("axis", (0, 0, 0)))
        if "curvature" in given or "curvatureRate" in given or "curvatureJerk" in given:
            self.kappa += self.kappa_rate * dt
            self.kappa_rate += given.get("curvatureJerk", 0.0) * dt
            speed = length(self.velocity)
            tangent = scaled(self.velocity, 1 / speed)
            across = add(axis, tangent, -dot(axis, tangent))
            radial = cross(tangent, scaled(across, 1 / length(across)))
            self.velocity = add(self.velocity, radial, speed**2 * self.kappa * dt)
        if "oscillationFrequency" in given:
            turn = 2 * math.pi * given["oscillationFrequency"] * dt
            self.phase += turn
            gain = math.sin(self.phase) * given["oscillationMagnitude"] * turn
            self.velocity = add(self.velocity, axis, gain)
        if "trajectory" in given and not self.has_landed():
            end_s = min(self.elapsed_s + dt, curve_duration(self.spawn))
            way = add(
                point_on_curve(self.spawn, end_s), point_on_curve(self.spawn, self.elapsed_s), -1
            )
            self.velocity = scaled(way, 1 / (end_s - self.elapsed_s))
            self.elapsed_s = end_s

    def has_landed(self) -> bool:
        given = self.spawn.attributes
        return "trajectory" not in given or curve_duration(self.spawn) - self.elapsed_s < 1e-9

    def step(self, from_s: float, to_s: float) -> None:
        dt = to_s - from_s
        self.turn(dt)
        start, way = self.position, scaled(self.velocity, dt)
        self.position = add(start, way)
        if self.contact_s is None:
            fraction = first_inside(start, way, self.reach)
            if fraction is not None:
                self.contact_s = from_s + fraction * dt
        if dot(self.position, self.velocity) < 0:
            self.receding_s = None
        elif self.receding_s is None:
            self.receding_s = from_s + dt * closest(start, way)


def closest(start: Vector, way: Vector) -> float:
    square = dot(way, way)
    return min(max(-dot(start, way) / square, 0), 1) if square > 0 else 0


def first_inside(start: Vector, way: Vector, reach: float) -> float | None:
    """Return where on the segment the sphere begins, by bisection up to the closest point."""
    if length(start) <= reach:
        return 0.0
    low, high = 0.0, closest(start, way)
    if length(add(start, way, high)) > reach:
        return None
    for _ in range(80):
        middle = (low + high) / 2
        if length(add(start, way, middle)) <= reach:
            high = middle
        else:
            low = middle
    return high


@dataclass(frozen=True)
class Ending:
    """What became of a threat against which nobody pressed."""

    outcome: str
    contact_s: float | None
    positions: dict[int, Vector]
    """By the frame after whose substep it was there."""


def ending(spawn: Spawn, *, safe_radius: float, frames: int) -> Ending:
    flight = Flight(spawn, safe_radius)
    is_real = spawn.attributes.get("realBall", True)
    positions: dict[int, Vector] = {}
    for frame in flown(flight, frames):
        if is_real and flight.contact_s is not None:
            return Ending("missed", flight.contact_s, positions)
        receding = flight.receding_s is not None and frame / FRAME_HZ - flight.receding_s
        if receding and receding >= 0.25 - 1e-9 and flight.has_landed():
            return Ending("passed", None, positions)
        positions[frame] = flight.position
    return Ending("alive", None, positions)


def flown(flight: Flight, frames: int) -> Iterator[int]:
    """Fly on; yield each frame after its substep."""
    from_s = flight.spawn.start_s
    for frame in range(math.floor(from_s * FRAME_HZ) + 1, frames + 1):
        flight.step(from_s, frame / FRAME_HZ)
        yield frame
        from_s = frame / FRAME_HZ


def contact(spawn: Spawn, *, safe_radius: float, frames: int) -> float | None:
    """Return the first contact, also of a flight that would have ended before it."""
    flight = Flight(spawn, safe_radius)
    return next((flight.contact_s for _ in flown(flight, frames) if flight.contact_s), None)


def random_spawns(kind: str, count: int, seed: int) -> list[Spawn]:
    """Return flights that come near the sphere, most of them into it."""
    chance = random.Random(f"{kind} {seed}")
    spawns = []
    for number in range(count):
        direction = (chance.gauss(0, 1), chance.gauss(0, 1), chance.gauss(0, 1))
        position = scaled(direction, chance.uniform(15, 250) / length(direction))
        aim = (chance.uniform(-9, 9), chance.uniform(-9, 9), chance.uniform(-9, 9))
        way = add(aim, position, -1)
        # Substeps of a fast curved flight turn so far that its speed grows without bound.
        fastest = 4000 if kind in ("linear", "trajectory") else 400
        speed = chance.choice([chance.uniform(20, 400), chance.uniform(0.5, 1) * fastest])
        attributes = random_attributes(kind, chance, aim, position)
        spawns.append(
            Spawn(
                f"{kind}-{number}",
                position,
                scaled(way, speed / length(way)),
                chance.uniform(0, 0.5),
                attributes,
            )
        )
    return spawns


def random_attributes(
    kind: str, chance: random.Random, aim: Vector, position: Vector
) -> dict[str, Any]:
    axis = [chance.uniform(-2, 2) for _ in range(3)]
    curved = {
        "axis": axis,
        "curvature": chance.uniform(-0.006, 0.006),
        "curvatureRate": chance.uniform(-0.003, 0.003),
        "curvatureJerk": chance.uniform(-0.005, 0.005),
    }
    swinging = {
        "axis": axis,
        "oscillationFrequency": chance.uniform(0.5, 12),
        "oscillationMagnitude": chance.uniform(-30, 30),
    }
    trajectory: dict[str, Any] = {
        "finish": [*aim],
        "apexHeight": position[1] + chance.uniform(-20, 60),
        **chance.choice(
            [
                {},
                {"duration": chance.uniform(0.1, 1.2)},
                {"speed": chance.uniform(80, 400)},
                {"duration": 0.5, "speed": 9},
            ]
        ),
        **chance.choice(
            [{}, {"allowDescent": True}, {"clampHeight": False}, {"clampHeight": True}]
        ),
    }
    by_kind: dict[str, dict[str, Any]] = {
        "linear": {},
        "curved": curved,
        "swinging": swinging,
        "trajectory": {"trajectory": trajectory},
        "all": {**curved, **swinging, "trajectory": trajectory},
        "fake": {**chance.choice([{}, curved, swinging]), "realBall": False},
    }
    return by_kind[kind]


def on_grid(spawn: Spawn) -> Spawn:
    return replace(spawn, start_s=math.floor(spawn.start_s * FRAME_HZ) / FRAME_HZ)
