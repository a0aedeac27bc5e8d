"""How a dotted name finds a value, and when two values are equal.

The same rules serve metrics, fields of events and the patterns over them.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness._types import Json

__all__ = ["MISSING", "Missing", "equal", "is_number", "lookup", "whereabouts"]

NAMES_SHOWN: Final = 16
"""So many names are told of what stands beside a key that is not there."""


class Missing:
    """The type of `MISSING`: null is a value, so absence needs its own."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

# Python's int() would also read "+1", " 1 " and "1_0".
_INDEX = re.compile(r"[1-9][0-9]{0,8}")


def lookup(values: dict[str, JsonValue], key: str) -> JsonValue | Missing:
    """Return the value of `key`, or `MISSING`.

    An exact key wins, dots included; else the parts walk maps by name and lists by 1-based index.
    """
    if key in values:
        return values[key]
    if "." not in key:
        return MISSING
    at: JsonValue = values
    for part in key.split("."):
        if isinstance(at, dict):
            if part not in at:
                return MISSING
            at = at[part]
        elif isinstance(at, list):
            if not _INDEX.fullmatch(part) or int(part) > len(at):
                return MISSING
            at = at[int(part) - 1]
        else:
            return MISSING
    return at


def whereabouts(values: dict[str, JsonValue], key: str) -> str | None:
    """Return what stands where a key of several parts leads to nothing; None for a single part."""
    at: JsonValue = values
    parts = key.split(".")
    found = 0
    while isinstance(at, dict) and parts[found] in at and found < len(parts) - 1:
        at = at[parts[found]]
        found += 1
    if not found or not isinstance(at, dict) or not at:
        return None
    around, wrong, rest = parts[:found], parts[found], parts[found + 1 :]
    near = difflib.get_close_matches(wrong, sorted(at), n=1, cutoff=0.6)
    if near:
        return f"did you mean {'.'.join((*around, near[0], *rest))}?"
    names = sorted(at)
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"{'.'.join(around)} has {shown}"


def is_number(value: object) -> bool:
    """Tell whether `value` is a number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(expected: Json | JsonValue, actual: Json | JsonValue) -> bool:
    """Tell whether two values are the same: numbers by value, maps and lists deeply.

    A boolean equals no number. An empty list equals an empty map: Lua has one empty table.
    """
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict | list) and not expected:
        return isinstance(actual, dict | list) and not actual
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(equal(value, actual[key]) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(equal(*pair) for pair in zip(expected, actual, strict=True))
        )
    return expected == actual
