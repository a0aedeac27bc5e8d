"""Counts storms whose every toggle was dispatched, from the timeline and the event rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.checks.metrics import is_number
from engine_harness.checks.wording import number_text
from engine_harness.manifest.storms import STORM, STORM_DURATION_S, STORM_FREQUENCY_HZ, toggles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from engine_harness.records.models import RunRecord

__all__ = ["Storms", "storms_of"]


class Storms(NamedTuple):
    """Which of the wanted storms there were."""

    whole: int
    """So many of the wanted frequencies were dispatched in full."""
    lacking: tuple[str, ...]
    """What is to be said of each other one."""


def storms_of(
    record: RunRecord, frequencies_hz: Sequence[float], *, rule: str, duration_s: float
) -> Storms:
    """Return which frequencies have a storm of `rule`, and none that was cut short or refused.

    A storm has as many toggles as one of `duration_s` at least.
    """
    dispatched = Counter(
        row.get("entry") for row in record.events if _toggles(row, rule) and "refused" not in row
    )
    by_frequency: dict[float, list[tuple[int, int]]] = {}
    for index, frequency_hz, planned in _planned(record):
        counts = (planned, dispatched[index])
        by_frequency.setdefault(frequency_hz, []).append(counts)
    whole, lacking = 0, []
    for frequency_hz in frequencies_hz:
        least = toggles(duration_s, frequency_hz, at_most=float(2**31))
        storms = [
            (max(planned, least), some) for planned, some in by_frequency.get(frequency_hz, [])
        ]
        cut = next(((some, all_) for all_, some in storms if some < all_), None)
        if storms and cut is None:
            whole += 1
        elif cut is None:
            lacking.append(f"no storm of {number_text(frequency_hz)} Hz")
        else:
            of = f"{cut[0]} of {cut[1]} toggles"
            lacking.append(f"storm of {number_text(frequency_hz)} Hz: {of} dispatched")
    return Storms(whole, tuple(lacking))


def _toggles(row: Mapping[str, JsonValue], rule: str) -> bool:
    fields = row.get("fields")
    is_toggle = row.get("event") == "rule-toggle" and isinstance(fields, dict)
    return is_toggle and isinstance(fields, dict) and fields.get("rule") == rule


def _planned(record: RunRecord) -> Iterator[tuple[int, float, int]]:
    """Yield the authored index, the frequency and the number of toggles of each storm."""
    timeline = record.scenario.normalised.get("timeline")
    for entry in timeline if isinstance(timeline, list) else ():
        if not isinstance(entry, dict) or entry.get("macro") != STORM:
            continue
        index, options = entry.get("index"), entry.get("options")
        assert isinstance(index, int)
        given = options if isinstance(options, dict) else {}
        frequency_hz = _number(given.get("frequencyHz"), STORM_FREQUENCY_HZ)
        duration_s = _number(given.get("duration"), STORM_DURATION_S)
        # It has run, so it has no more events than the plan would take.
        yield index, frequency_hz, toggles(duration_s, frequency_hz, at_most=float(2**31))


def _number(value: JsonValue, default: float) -> float:
    if not is_number(value):
        return default
    assert isinstance(value, int | float)
    return value
