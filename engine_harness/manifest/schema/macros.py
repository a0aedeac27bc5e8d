"""The shape of macro entries: names in their usual spellings, options of the shipped ones.

What the option of another macro holds is not known: it is checked when the macro expands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine_harness.manifest.schema.entry import entry_shape
from engine_harness.manifest.schema.parts import ABOVE_ZERO, MAP, TEXT, any_case, key, listed
from engine_harness.manifest.storms import STORM, STORM_DURATION_S, STORM_FREQUENCY_HZ
from engine_harness.manifest.timeline_kinds import BLOCK_KEYS, HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["MACRO_OPTIONS", "macro_kind"]

MACRO_OPTIONS: Final[Mapping[str, Mapping[str, JsonMap]]] = {
    "hitch-gauntlet": {
        "count": key("Count", "How many hitches, 1 by default.", {**ABOVE_ZERO, "type": "integer"}),
        "interval": key("Interval (s)", "From one hitch to the next, 0.25 by default.", ABOVE_ZERO),
        "magnitude": key("Magnitude (s)", "Length of each hitch, 0.18 by default.", ABOVE_ZERO),
    },
    STORM: {
        "duration": key(
            "Duration (s)",
            f"How long the rule toggles, {STORM_DURATION_S:g} by default.",
            ABOVE_ZERO,
        ),
        "frequencyHz": key(
            "Frequency (Hz)",
            f"Full cycles per second, {STORM_FREQUENCY_HZ:g} by default.",
            ABOVE_ZERO,
        ),
        "rule": key("Rule", "Name of the rule, 'highlight' by default.", TEXT),
        "values": key("Values", "Taken in turn, [true, false] by default.", listed({})),
    },
}
"""What the options of the shipped macros hold."""

_PLAIN_NAME: Final = "^[A-Za-z0-9]+(?:(?:-|[_ ]+)[A-Za-z0-9]+)*$"


def macro_kind(macros: Mapping[str, Sequence[str]]) -> JsonMap:
    """Return the shape of a macro entry; `macros` are the options of each macro by name."""
    names: list[Json] = [*sorted(macros)]
    spelt = "|".join(_spellings(name) for name in sorted(macros))
    name = key(
        "Macro",
        f"What the entry stands for: {', '.join(sorted(macros))}.",
        {
            "type": "string",
            "minLength": 1,
            # The last: other characters than these are left out of a name when it is read.
            "anyOf": [
                {"enum": names},
                {"pattern": f"^(?:{spelt})$"},
                {"not": {"pattern": _PLAIN_NAME}},
            ],
        },
    )
    options = key("Options", "Options of the macro, by name.", MAP)
    entry = entry_shape(
        HEAD, BLOCK_KEYS["macro"], {"macro": name, "options": options}, ["macro"], "macro"
    )
    known: list[Json] = [
        {
            "if": {"properties": {"macro": {"pattern": f"^(?:{_spellings(macro)})$"}}},
            "then": {"properties": {"options": {"properties": _options(macro, macros[macro])}}},
        }
        for macro in sorted(macros)
    ]
    return {**entry, "allOf": known} if known else entry


def _options(macro: str, names: Sequence[str]) -> JsonMap:
    shapes = MACRO_OPTIONS.get(macro, {})
    words = f"An option of the macro {macro}."
    return {name: shapes.get(name) or key(name, words, {}) for name in names}


def _spellings(macro: str) -> str:
    """Return a regular expression for the usual ways to write the name of a macro."""
    return r"(?:-|[_\s]+)".join(any_case(word) for word in macro.split("-"))
