"""When a ball oscillates, and the presses it gets then: forced ones, bursts, panic."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .reference_motion import clamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

ALLOWANCE_S = 1e-9
MEMORY_S = 0.6
SHORTEST_S = 1 / 120

Values = dict[str, float]
"""Options by their public names; one that is unset is absent."""

DEFAULTS: Values = {
    "minSpeed": 10,
    "safeRadius": 10,
    "oscillationFrequency": 3,
    "oscillationDistanceDelta": 0.35,
    "oscillationMaxLookahead": 0.45,
    "oscillationSpamCooldown": 0.15,
    "oscillationSpamCooldownTightnessGain": 0.55,
    "oscillationSpamCooldownPanicScale": 0.4,
    "oscillationSpamBurstPresses": 2,
    "oscillationSpamBurstGap": 0.05,
    "oscillationSpamMinGap": 1 / 180,
    "oscillationSpamBurstWindow": 0.28,
    "oscillationSpamBurstLookahead": 0.6,
    "oscillationSpamPanicTightness": 0.72,
    "oscillationSpamPanicSpeedDelta": 40,
    "oscillationSpamPanicSlack": 0.012,
    "oscillationSpamPanicGapScale": 0.42,
    "oscillationSpamPanicWindowScale": 1.35,
    "oscillationSpamPanicLookaheadBoost": 0.2,
    "oscillationSpamRecoverySeconds": 0.18,
}

CALM: Values = {
    key: value
    for key, value in DEFAULTS.items()
    if key not in ("oscillationSpamPanicTightness", "oscillationSpamPanicSlack")
}
"""Panic comes from the speed alone."""

OPTIONAL = sorted(key for key in DEFAULTS if "Spam" in key or key == "oscillationMaxLookahead")

__all__ = ["CALM", "DEFAULTS", "Flips", "Spam", "Values", "press_values", "random_values"]


def random_values(chance: Random) -> Values:
    """Return options around the defaults, each of which may be unset or something else."""
    values = {}
    for key, default in DEFAULTS.items():
        value = default * chance.choice((1, 1, 1, 0.3, 1.7))
        if key == "oscillationSpamPanicTightness":
            value = min(value, 1)
        elif key == "oscillationSpamPanicWindowScale":
            value = max(value, 1)
        if key not in OPTIONAL or chance.random() > 0.06:
            values[key] = value
    return values


class Flips:
    """Every change of sign of a closing speed, with the distance to the sphere at it."""

    def __init__(self) -> None:
        self._flips: list[tuple[float, float]] = []
        self._sign = 0.0

    def read(self, now: float, vr: float, d0: float) -> None:
        if not vr:
            return
        sign = math.copysign(1, vr)
        if sign == -self._sign:
            self._flips.append((now, d0))
        self._sign = sign

    def oscillates(self, now: float, values: Values) -> bool:
        late = [flip for flip in self._flips if flip[0] >= now - MEMORY_S - ALLOWANCE_S]
        frequency = values["oscillationFrequency"]
        if len(late) < max(2, math.ceil(frequency)):
            return False
        is_frequent = len(late) >= frequency * (now - late[0][0])
        steps = [abs(after[1] - before[1]) for before, after in pairwise(late)]
        return is_frequent and all(step <= values["oscillationDistanceDelta"] for step in steps)


def press_values(
    values: Values,
    *,
    ping_s: float = 0.095,
    jitter_s: float = 0.0,
    closeness: float = 0.0,
    severity: float = 0.0,
    tightness: float | None = None,
    speed: float = 0.0,
    slack_s: float = math.inf,
    panic: bool | None = None,
) -> dict[str, float | bool]:
    """Return what a press keeps to; without `panic` there is as much of it as there is cause."""

    def gap(scale: float) -> float:
        own = values.get("oscillationSpamBurstGap", 0) * scale
        network = 0.45 * ping_s + 0.35 * jitter_s + 0.006
        return max(own, values.get("oscillationSpamMinGap", 0), SHORTEST_S, network)

    window = values.get("oscillationSpamBurstWindow")
    lookahead = values.get("oscillationSpamBurstLookahead")
    if tightness is None and window is not None:
        tightness = clamp(1 - gap(1) / window, 0, 1)
    causes = [
        (-1 if tightness is None else tightness)
        >= values.get("oscillationSpamPanicTightness", math.inf),
        speed > values["minSpeed"] + values.get("oscillationSpamPanicSpeedDelta", math.inf),
        slack_s <= values.get("oscillationSpamPanicSlack", -math.inf),
    ]
    if panic is None:
        panic = any(causes)

    def panicking(key: str, otherwise: float) -> float:
        return values.get(key, otherwise) if panic else otherwise

    found: dict[str, float | bool] = {
        "panic": panic,
        "cause": any(causes),
        "gap": gap(panicking("oscillationSpamPanicGapScale", 1)),
        "presses": 0,
    }
    if tightness is not None:
        found["tightness"] = tightness
    if window is not None:
        found["window"] = window * panicking("oscillationSpamPanicWindowScale", 1)
    if lookahead is not None:
        found["lookahead"] = lookahead + panicking("oscillationSpamPanicLookaheadBoost", 0)
    if window is not None and lookahead is not None:
        found["presses"] = math.floor(values.get("oscillationSpamBurstPresses", 0))
    if "oscillationSpamCooldown" in values:
        gain = values.get("oscillationSpamCooldownTightnessGain", 0)
        cooldown = max(values["oscillationSpamCooldown"] * (1 - gain * closeness), SHORTEST_S)
        found["cooldown"] = cooldown * panicking("oscillationSpamCooldownPanicScale", 1)
    if "oscillationMaxLookahead" in values:
        found["max_lookahead"] = values["oscillationMaxLookahead"] + 0.22 * min(severity, 1)
    return found


@dataclass
class Spam:
    """The presses of a history, of which all is kept: every flip, every cause of panic."""

    values: Values
    flips: dict[int, Flips] = field(default_factory=dict)
    """By serial."""
    causes: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    """The presses of the burst that runs, the forced one first."""
    owner: int | None = None

    def panics(self, now: float) -> bool:
        recovery = self.values.get("oscillationSpamRecoverySeconds", 0)
        return any(now <= cause + recovery + ALLOWANCE_S for cause in self.causes)

    def wants(
        self, serial: int, ball: Mapping[str, Any], step: Mapping[str, Any], last_press_s: float
    ) -> tuple[str, bool]:
        """Return what a ball wants, and whether there is panic then."""
        now = step["now"]
        flips = self.flips.setdefault(serial, Flips())
        flips.read(now, ball["vr"], ball["d0"])
        swings = flips.oscillates(now, self.values)
        if not swings and serial != self.owner:
            return "none", self.panics(now)
        radius = self.values["safeRadius"]
        closeness = clamp(1 - ball["d0"] / radius, 0, 1) if ball["d0"] > 0 else 1.0
        facts = {
            "ping_s": step["ping"],
            "jitter_s": step["jitter"],
            "closeness": closeness,
            "severity": ball["severity"],
            "speed": ball["speed"],
            "slack_s": step["slack"],
        }
        if press_values(self.values, **facts)["cause"]:
            self.causes.append(now)
        panic = self.panics(now)
        limits = press_values(self.values, **facts, panic=panic)
        kind = self._kind(serial, ball, now, now - last_press_s + ALLOWANCE_S, limits, swings)
        return kind, panic

    def _kind(
        self,
        serial: int,
        ball: Mapping[str, Any],
        now: float,
        since_s: float,
        limits: Mapping[str, float | bool],
        swings: bool,
    ) -> str:
        impact = math.inf if ball["impact"] == "huge" else ball["impact"]
        is_over = self.owner is None or len(self.burst) > limits["presses"]
        if not is_over and now - self.burst[0] <= limits["window"] + ALLOWANCE_S:
            is_due = impact <= limits["lookahead"] and since_s >= limits["gap"]
            return "burst" if is_due and serial == self.owner else "none"
        self.owner = None
        is_near = impact <= limits.get("max_lookahead", -1)
        is_rested = since_s >= limits.get("cooldown", math.inf)
        # Before any press the time since the last one is endless, whatever the cooldown.
        return "forced" if swings and is_near and is_rested and "cooldown" in limits else "none"

    def pressed(self, serial: int, now: float, kind: str) -> None:
        if kind == "forced":
            self.owner, self.burst = serial, []
        self.burst.append(now)

    def left(self, serial: int) -> None:
        if self.owner == serial:
            self.owner = None
