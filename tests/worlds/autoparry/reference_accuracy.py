"""How well presses are those that were wanted, by trying every way of pairing them."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

__all__ = ["WARM_UP_S", "Wish", "frame_of", "reference"]

WARM_UP_S = 6 / 120


class Wish(NamedTuple):
    """A press that is wanted."""

    id: str
    first: int | None = None
    last: int | None = None


def frame_of(time_s: float) -> int:
    return math.ceil(round((time_s - WARM_UP_S) * 120, 4))


def made_of(wishes: list[Wish], made: list[tuple[str, float]]) -> tuple[tuple[int, int], ...]:
    """Return the most wishes that presses can be in order, as pairs; early ones before late ones.

    By trying all ways of choosing presses and wishes.
    """
    for size in range(min(len(wishes), len(made)), 0, -1):
        for presses in itertools.combinations(range(len(made)), size):
            for places in itertools.combinations(range(len(wishes)), size):
                pairs = tuple(zip(presses, places, strict=True))
                if all(made[i][0] == wishes[j].id for i, j in pairs):
                    return pairs
    return ()


def reference(wishes: list[Wish], spacing: int, made: list[tuple[str, float]]) -> dict[str, Any]:
    pairs = made_of(wishes, made)
    frames = [frame_of(time_s) for _, time_s in made]
    wrong = len(made) - len(pairs)
    outside = 0
    for i, j in pairs:
        first, last = wishes[j].first, wishes[j].last
        outside += first is not None and last is not None and not first <= frames[i] <= last
    return {
        "expected": len(wishes),
        "actual": len(made),
        "trueParries": len(pairs),
        "missed": len(wishes) - len(pairs),
        "falsePositives": wrong,
        "zeroExpectedFalsePositives": 0 if wishes else wrong,
        "frameViolations": outside,
        "spacingViolations": sum(b - a < spacing for a, b in itertools.pairwise(frames)),
        "targetingViolations": 0,
        "accuracy": len(pairs) / len(wishes) if wishes else float(not made),
        "precision": len(pairs) / len(made) if made else 1,
    }
