"""Where two nested values differ: those of a reference, and those that came from Lua."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["Rounded", "differences", "is_close"]

RELATIVE = 1e-12


class Rounded(float):
    """An expected number that is known to `slack` only."""

    slack: float

    def __new__(cls, value: float, slack: float) -> Rounded:
        number = super().__new__(cls, value)
        number.slack = slack
        return number


def is_close(
    expected: Any, actual: Any, *, relative: float = RELATIVE, absolute: float = 0.0
) -> bool:
    """Tell whether two numbers differ by rounding at most; other values are equal."""
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return type(expected) is type(actual) and bool(expected == actual)
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return False
    slack = expected.slack if isinstance(expected, Rounded) else absolute
    return math.isclose(expected, actual, rel_tol=relative, abs_tol=slack)


def differences(
    expected: Any,
    actual: Any,
    where: str = "",
    *,
    relative: float = RELATIVE,
    absolute: float = 0.0,
) -> list[str]:
    """Return a line for each place in which two nested values differ."""
    pairs: list[tuple[str, Any, Any]]
    if isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            return [f"{where}: {sorted(expected.keys() ^ actual.keys())} on one side only"]
        pairs = [(f"{where}.{key}", value, actual[key]) for key, value in expected.items()]
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        both = zip(expected, actual, strict=True)
        pairs = [(f"{where}[{place}]", *pair) for place, pair in enumerate(both)]
    elif is_close(expected, actual, relative=relative, absolute=absolute):
        return []
    else:
        return [f"{where}: expected {expected!r}, got {actual!r}"]
    return [
        line
        for place, one, other in pairs
        for line in differences(one, other, place, relative=relative, absolute=absolute)
    ]
