"""Timelines in which much happens, for tests of what AutoParry tells: hitches, drops, swings.

Presses are answered late in them, so that there is something to learn.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from .duel import REMOTE, ball, configure, highlight, hitch, network, player, rule, swinging

if TYPE_CHECKING:
    from .duel import Entry

__all__ = ["DELAYED", "curved", "eventful", "random_play"]

DELAYED = network(0, "input:delay", ms=30)


def curved(at: float, name: str) -> Entry:
    return ball(at, name, 120, 90, attributes={"curvature": 0.004})


def eventful() -> list[Entry]:
    """Return a play of under 3 s, up to which every type of event comes up but adjustments."""
    return [
        REMOTE, DELAYED,
        ball(0, "a", 170, 160), ball(0.25, "b", 80, 120), ball(0.5, "c", 60, 160),
        highlight(0.6, False), highlight(0.66, True),
        curved(0.7, "d"), ball(0.9, "e", 150, 160),
        ball(0.9, "fake", 90, 160, attributes={"realBall": False}),
        hitch(1.2, 0.18), ball(1.25, "g", 70, 160), network(1.5, "stats:ping", ms=160),
        ball(1.6, "h", 110, 180), highlight(1.8, False), highlight(2.1, True),
        swinging(2.2, "swing"),
    ]  # fmt: skip


def _ball(chance: Random, at: float, name: str) -> Entry:
    made = chance.random()
    if made < 0.1:
        return curved(at, name)
    spawn: dict[str, Any] = {"attributes": {"realBall": False}} if made < 0.15 else {}
    return ball(at, name, chance.uniform(30, 220), chance.uniform(60, 260), **spawn)


def random_play(seed: int, duration_s: float, *, resets: bool = False) -> list[Entry]:
    """Return a play made of chance: balls, hitches, drops, pings, delays, configurations."""
    chance = Random(f"telemetry {seed}")
    entries = [REMOTE]
    for number in range(int(duration_s * 8)):
        at = round(chance.uniform(0, duration_s), 4)
        kind = chance.random()
        if kind < 0.7:
            entries.append(_ball(chance, at, f"b{number}"))
        elif kind < 0.76:
            entries.append(hitch(at, round(chance.uniform(0.02, 0.2), 3)))
        elif kind < 0.84:
            off_s = chance.uniform(0.02, 0.3)
            entries += [highlight(at, False), highlight(at + off_s, True)]
        elif kind < 0.89:
            entries.append(network(at, "stats:ping", ms=chance.randrange(20, 260)))
        elif kind < 0.93:
            entries.append(network(at, "input:delay", ms=chance.randrange(60)))
        elif kind < 0.97:
            entries.append(configure(at, cooldown=round(chance.uniform(0.02, 0.15), 3)))
        elif resets:
            off = rule(at, "autoparry-enabled", False)
            on = rule(at + 0.05, "autoparry-enabled", True)
            entries += chance.choice([[off, on], [player(at, "reset-config")]])
    return entries
