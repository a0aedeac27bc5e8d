"""The macros that ship: rapid rule toggles and trains of hitches.

Times are products of the step and its number, never running sums, so that the last event of a long
macro is as exact as the first.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine_harness.manifest.storms import (
    STORM,
    STORM_DURATION_S,
    STORM_FREQUENCY_HZ,
    half_period_s,
    toggles,
)
from engine_harness.plan.macros import EVENTS_PER_MACRO_MAX, Macro, MacroCall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine_harness.plan.model import PlannedEvent

__all__ = ["BUILTIN_MACROS"]


def _oscillation_storm(call: MacroCall) -> Iterator[PlannedEvent]:
    duration_s = call.positive_number("duration", STORM_DURATION_S)
    frequency_hz = call.positive_number("frequencyHz", STORM_FREQUENCY_HZ)
    rule = call.text("rule", "highlight")
    values = call.items("values", [True, False])
    # One event over the limit is enough for the error.
    for step in range(toggles(duration_s, frequency_hz, at_most=EVENTS_PER_MACRO_MAX + 1)):
        yield {
            "time": call.at_s + step * half_period_s(frequency_hz),
            "event": "rule-toggle",
            "notes": f"oscillation storm toggle {step + 1}" if call.notes is None else call.notes,
            "rule": rule,
            "value": values[step % len(values)],
        }


def _hitch_gauntlet(call: MacroCall) -> Iterator[PlannedEvent]:
    count = call.positive_integer("count", 1)
    interval_s = call.positive_number("interval", 0.25)
    magnitude_s = call.positive_number("magnitude", 0.18)
    for step in range(count):
        event: PlannedEvent = {"time": call.at_s + step * interval_s, "event": "player-action"}
        if call.notes is not None:
            event["notes"] = call.notes
        yield {**event, "action": "inject-hitch", "duration": magnitude_s}


BUILTIN_MACROS: Final[Mapping[str, Macro]] = MappingProxyType(
    {
        "hitch-gauntlet": Macro(("count", "interval", "magnitude"), _hitch_gauntlet),
        STORM: Macro(("duration", "frequencyHz", "rule", "values"), _oscillation_storm),
    }
)
