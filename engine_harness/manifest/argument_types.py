"""The types in which a world declares what it takes: `number`, `table?`, `integer? >= 1 <= 500`.

A type is a name, a `?` when the value may be left out, and bounds for numbers.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from engine_harness.manifest.diagnostics import one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness._types import Json

__all__ = ["ALLOWED", "ArgumentType", "is_meant_as_type", "read_type", "sample"]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0


_KINDS: Final[dict[str, Callable[[Json], bool]]] = {
    "number": _is_number,
    "integer": _is_whole,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "table": lambda value: isinstance(value, dict | list),
    "any": lambda value: value is not None,
}
_SAMPLES: Final[dict[str, Json]] = {
    "number": 1,
    "integer": 1,
    "string": "a",
    "boolean": True,
    "table": {},
    "any": 1,
}
_EXACT_MAX = 2**53
_BOUNDED = ("number", "integer")
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

ALLOWED = (
    f"{one_of(_KINDS)}; '?' behind makes it optional; "
    "number and integer may have bounds, as in 'number? >= 0 <= 500'"
)
"""What a declaration may be, in words."""

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_BOUND = re.compile(rf"\s*(>=|<=|>|<)\s*({_NUMBER})(?=\s|[<>]|$)")
_HEAD = re.compile(rf"({'|'.join(_KINDS)})(\??)(?=\s*(?:[<>]|$))")

# A text that someone took for a type, right or wrong.
_MEANT = re.compile(rf"(?:{'|'.join(_KINDS)})(?:\?|\s*$|.*[<>=])")


@dataclass(frozen=True)
class ArgumentType:
    """One declared type."""

    kind: str
    is_optional: bool
    bounds: tuple[tuple[str, float], ...] = ()
    """Comparison and number, as declared."""

    @property
    def name(self) -> str:
        """The type without its bounds: `number?`."""
        return self.kind + ("?" if self.is_optional else "")

    @property
    def wording(self) -> str:
        """What a value may be: `number >= 0 and <= 500`."""
        bounds = " and ".join(f"{comparison} {bound:.15g}" for comparison, bound in self.bounds)
        return f"{self.kind} {bounds}".rstrip()

    def is_of_kind(self, value: Json) -> bool:
        """Return whether `value` is of this type, whatever its bounds."""
        return _KINDS[self.kind](value)

    def is_in_bounds(self, value: Json) -> bool:
        """Return whether a value of this type lies within the bounds."""
        return not self.bounds or (
            isinstance(value, int | float)
            and math.isfinite(value)
            and all(_COMPARISONS[comparison](value, bound) for comparison, bound in self.bounds)
        )


def is_meant_as_type(text: str) -> bool:
    """Return whether a free text is meant as a type; `number of lives` is not."""
    return _MEANT.match(text) is not None


@cache
def read_type(text: str) -> ArgumentType | None:
    """Return the type that `text` declares; None when it declares none that a value could have."""
    head = _HEAD.match(text)
    if head is None:
        return None
    bounds: list[tuple[str, float]] = []
    position = head.end()
    while position < len(text):
        found = _BOUND.match(text, position)
        if found is None:
            return None
        bounds.append((found[1], float(found[2])))
        position = found.end()
    declared = ArgumentType(head[1], bool(head[2]), tuple(bounds))
    if bounds and not (head[1] in _BOUNDED and _has_value(declared)):
        return None
    return declared


def sample(declared: ArgumentType) -> Json:
    """Return a value of this type that lies within its bounds: 1 and whole numbers rather."""
    if not declared.bounds:
        return _SAMPLES[declared.kind]
    number = _number_within(declared)
    # A type without any value is read as none.
    assert number is not None
    return number


def _has_value(declared: ArgumentType) -> bool:
    is_finite = all(math.isfinite(bound) for _, bound in declared.bounds)
    return is_finite and _number_within(declared) is not None


def _number_within(declared: ArgumentType) -> float | None:
    """Return a number that is of the type and in its bounds, None when there is none."""
    bounds = declared.bounds
    low = max((bound for comparison, bound in bounds if comparison[0] == ">"), default=-math.inf)
    high = min((bound for comparison, bound in bounds if comparison[0] == "<"), default=math.inf)
    candidates = [1.0]
    for bound, inwards in ((low, math.inf), (high, -math.inf)):
        if math.isfinite(bound):
            next_whole = math.floor(bound) + 1 if inwards > 0 else math.ceil(bound) - 1
            first_whole = math.ceil(bound) if inwards > 0 else math.floor(bound)
            candidates += [float(first_whole), float(next_whole)]
    # Last what every range has that is not empty: its first number, or the one behind an open end.
    candidates += [low / 2 + high / 2]
    candidates += [low, math.nextafter(low, math.inf), high, math.nextafter(high, -math.inf)]
    for value in candidates:
        if declared.is_in_bounds(value) and declared.is_of_kind(value):
            return int(value) if value % 1 == 0 and abs(value) <= _EXACT_MAX else value
    return None
