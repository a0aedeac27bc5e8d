"""Macros: named expansions of one timeline entry into many events.

A macro gets its call and yields planned events; what is wrong with its options is noted in the
call, and a macro may raise an `OptionError` of its own. Order, limits, `macro` names and error
places are `plan.expand`'s work. Built-ins register through the same call as entry points of the
group `engine_harness.macros`. The name of an entry point is the macro's name: lower-case words
joined by `-`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from engine_harness._registry import Registry
from engine_harness.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import JsonValue

    from engine_harness.plan.model import PlannedEvent

__all__ = ["EVENTS_PER_MACRO_MAX", "Macro", "MacroCall", "OptionError", "macro_registry"]

EVENTS_PER_MACRO_MAX = 10_000
"""Events that one macro entry may expand to (limit `macro_events`)."""

ENTRY_POINT_GROUP = "engine_harness.macros"


class OptionError(PlanError):
    """An option of a macro that is present and does not hold what it must."""

    def __init__(self, option: str, value: JsonValue, rule: str) -> None:
        super().__init__(option, value, rule)
        self.option = option
        self.value = value
        self.rule = rule
        """What is allowed, as `> 0`."""

    def __str__(self) -> str:
        return f"option '{self.option}' does not hold what it must; allowed: {self.rule}"


@dataclass(frozen=True)
class MacroCall:
    """One macro entry of a timeline.

    An option that does not hold what it must is noted in `problems` and read as its default, so
    that all that is wrong with an entry is told at once.
    """

    at_s: float
    notes: str | None
    options: Mapping[str, JsonValue]
    problems: list[OptionError] = field(default_factory=list)

    def _refuse(self, option: str, rule: str) -> None:
        self.problems.append(OptionError(option, self.options[option], rule))

    def positive_number(self, option: str, default: float) -> float:
        """Return the option as a finite number > 0."""
        number = _positive(self.options.get(option, default))
        if number is None:
            self._refuse(option, "> 0")
            return default
        return number

    def positive_integer(self, option: str, default: int) -> int:
        """Return the option as a whole number > 0; `3.0` is 3."""
        number = _positive(self.options.get(option, default))
        if number is None or not number.is_integer():
            self._refuse(option, "> 0" if number is None else "an integer > 0")
            return default
        return int(number)

    def text(self, option: str, default: str) -> str:
        """Return the option as a text that is not empty."""
        value = self.options.get(option, default)
        if not isinstance(value, str) or not value:
            self._refuse(option, "a non-empty string")
            return default
        return value

    def items(self, option: str, default: list[JsonValue]) -> list[JsonValue]:
        """Return the option as a list that is not empty."""
        value = self.options.get(option, default)
        if not isinstance(value, list) or not value:
            self._refuse(option, "a non-empty list")
            return default
        return value


def _positive(value: JsonValue) -> float | None:
    """Return a value as a finite number > 0, None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number > 0 else None


@dataclass(frozen=True)
class Macro:
    """What a name stands for."""

    options: tuple[str, ...]
    """Names of the options it reads; any other gets a warning."""
    expand: Callable[[MacroCall], Iterable[PlannedEvent]]
    """Yields events with `time`, `event` and the fields of their kind. It may be lazy: what lies
    beyond `EVENTS_PER_MACRO_MAX` is never asked for."""


@cache
def macro_registry() -> Registry[Macro]:
    """Return all macros: ours, and once a name is not among them, those of entry points."""
    from engine_harness.plan.builtin_macros import BUILTIN_MACROS

    registry: Registry[Macro] = Registry("macro", ENTRY_POINT_GROUP)
    for name, macro in BUILTIN_MACROS.items():
        registry.register(name, macro)
    return registry
