"""Warnings about entries that act on time itself: `inject-hitch` and `observe-telemetry`.

A hold of `observe-telemetry` queues the timeline events that are due before its end until then;
an author who puts events there has often miscounted. The times are the authored ones: where the
first frame after them lies is the world's business, so a hold is judged to the exact second.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine_harness.plan.model import PlannedEvent

__all__ = ["hold_problems"]

NAMES_SHOWN_MAX = 5


def hold_problems(
    events: Sequence[PlannedEvent], authored: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Yield (authored index, message) as they are found; `events` is in the plan's order."""
    hold_index, start_s, end_s = 0, -math.inf, -math.inf
    held: list[int] = []
    for event, index in zip(events, authored, strict=True):
        time_s = event["time"]
        assert isinstance(time_s, int | float)
        is_held = time_s < end_s
        if is_held:
            held.append(index)
        action = event.get("action") if event["event"] == "player-action" else None
        if action not in ("inject-hitch", "observe-telemetry"):
            continue
        duration_s = _duration_s(event)
        if duration_s is None:
            yield index, f"{action} needs a positive duration"
        elif action == "observe-telemetry":
            if held and hold_index:
                yield hold_index, _held_message(held, start_s, end_s)
            held = []
            # A hold inside a hold starts where the first one ends.
            start_s = end_s if is_held else float(time_s)
            hold_index, end_s = index, start_s + duration_s
    if held:
        yield hold_index, _held_message(held, start_s, end_s)


def _duration_s(event: PlannedEvent) -> float | None:
    """Return the duration of a player action if it is > 0."""
    value = event.get("duration")
    if value is None:
        parameters = event.get("parameters")
        value = parameters.get("duration") if isinstance(parameters, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def _held_message(held: list[int], start_s: float, end_s: float) -> str:
    names = [f"timeline[{index}]" for index in dict.fromkeys(held)]
    more = len(names) - NAMES_SHOWN_MAX
    shown = ", ".join(names[:NAMES_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
    count = f"{len(held)} event" + ("s" if len(held) > 1 else "")
    return (
        f"{count} inside the observe-telemetry hold from {start_s!r} s to {end_s!r} s"
        f" will run at its end: {shown}"
    )
