"""Steps that the tests of auto tuning play on one tuner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

__all__ = ["QUICK", "Step", "configure", "player_of", "run", "settled"]

Step = list[Any]

QUICK = {"enabled": True, "intervalSeconds": 0.1, "minSamples": 1}


def configure(**options: Any) -> Step:
    return ["configure", {"autoTuning": options}]


def run(now: float = 100, *, force: Any = None, options: Any = None, **more: Any) -> Step:
    return ["run", {"now": now, "force": force, "options": options, **more}]


def settled(count: int = 9, *, wait_s: float = 0, lead_s: float = 0) -> list[Step]:
    return [["settled", wait_s, lead_s]] * count


def player_of(probe: Probe) -> Callable[..., list[Any]]:
    """Return a player of steps on a new tuner that gives the answer of each."""

    def play(*steps: Step) -> list[Any]:
        rows = probe("tune", list(steps))
        return [row.get("answer") if row["ok"] else {"error": row["answer"]} for row in rows]

    return play
