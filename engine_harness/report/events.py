"""The events around a finding, on one line: what had happened when it went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json
    from engine_harness.checks.verdict import Finding

__all__ = ["around", "event_text"]

EVENTS_MAX = 12
FIELDS_MAX = 3
VALUE_LENGTH_MAX = 24
NEIGHBOURS = 2
"""Rows shown on each side of a moment, or of a single event."""

JOIN = " · "
GAP = "… "


def around(finding: Finding, events: Sequence[Mapping[str, Json]], width: int) -> str:
    """Return the rows that `finding` names and those between and beside them, within `width`.

    Rows that it names come first when there is no room for all; `…` stands for rows left out.
    Empty when the finding is about no moment of the run.
    """
    named = sorted({index for index in finding.events if 0 <= index < len(events)})
    if not named:
        if finding.at_s is None or not events:
            return ""
        named = [_nearest(events, finding.at_s)]
    nearest_first = sorted(
        range(
            max(0, named[0] - (NEIGHBOURS if len(named) == 1 else 0)),
            min(len(events), named[-1] + 1 + (NEIGHBOURS if len(named) == 1 else 0)),
        ),
        key=lambda index: (min(abs(index - other) for other in named), index),
    )
    line = ""
    chosen: list[int] = []
    for index in nearest_first[:EVENTS_MAX]:
        candidate = _line(sorted([*chosen, index]), events)
        if chosen and len(candidate) > width:
            break
        chosen.append(index)
        line = candidate
    return line if len(line) <= width else line[: width - 1] + "…"


def event_text(row: Mapping[str, Json]) -> str:
    """Return `1.350 warned id=b2`; a hitch has its length, an action its name."""
    fields = row.get("fields")
    fields = dict(fields) if isinstance(fields, dict) else {}
    details = row.get("details")
    at_s, kind = row.get("at_s"), row.get("event")
    parts = [f"{at_s:.3f}" if isinstance(at_s, int | float) else str(at_s), str(kind)]
    planned = row.get("source") == "plan"
    if planned and kind == "hitch":
        length = details.get("hitchDuration") if isinstance(details, dict) else None
        length = fields.get("duration") if length is None else length
        parts.append(f"{length:.3f}" if isinstance(length, int | float) else _value(length))
        fields = {}
    elif planned and kind in ("action", "checkpoint"):
        parts.append(_value(fields.get("name")))
        args = fields.get("args")
        fields = args if isinstance(args, dict) else {}
    elif planned and kind == "expect":
        fields = {}
    parts += [f"{key}={_value(value)}" for key, value in list(fields.items())[:FIELDS_MAX]]
    refused = row.get("refused")
    if isinstance(refused, dict):
        parts.append(f"refused={_value(refused.get('code'))}")
    return " ".join(parts)


def _nearest(events: Sequence[Mapping[str, Json]], at_s: float) -> int:
    def distance(index: int) -> float:
        time = events[index].get("at_s")
        return abs(time - at_s) if isinstance(time, int | float) else float("inf")

    return min(range(len(events)), key=distance)


def _line(indices: list[int], events: Sequence[Mapping[str, Json]]) -> str:
    parts = []
    before: int | None = None
    for index in indices:
        gap = GAP if before is not None and index != before + 1 else ""
        parts.append(gap + event_text(events[index]))
        before = index
    return JOIN.join(parts)


def _value(value: Json) -> str:
    if isinstance(value, str):
        text = value
    else:
        from engine_harness._canonical import canonical_json

        text = canonical_json(value)
    text = " ".join(text.split())
    return text if len(text) <= VALUE_LENGTH_MAX else text[: VALUE_LENGTH_MAX - 1] + "…"
