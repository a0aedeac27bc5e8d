"""Reading plain data field by field: every wrong one is noted with its path, none is repaired.

A reader asks a `Field` or a `Table` for what it needs and gets None after a problem was noted; it
goes on with the rest, so that all problems of a manifest are found in one pass.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.manifest.diagnostics import NO_VALUE, NoValue, Problems, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.document import DataPath

__all__ = ["Field", "Table"]


class Field:
    """One value and where it stands."""

    __slots__ = ("path", "problems", "value")

    def __init__(self, problems: Problems, path: DataPath, value: Json) -> None:
        self.problems = problems
        self.path = path
        self.value = value

    def error(
        self, message: str, allowed: str | None = None, *, show: bool = True, of_key: bool = False
    ) -> None:
        """Note a problem of this value; it is shown unless `show` is off."""
        value: Json | NoValue = self.value if show else NO_VALUE
        self.problems.add(self.path, message, value=value, allowed=allowed, of_key=of_key)

    def warning(self, message: str, allowed: str | None = None) -> None:
        """Note something odd that does not stop the scenario."""
        self.problems.add(self.path, message, value=self.value, allowed=allowed, severity="warning")

    def unknown(self, noun: str, name: str, known: Sequence[str], *, of_key: bool = False) -> None:
        """Note a name that nobody knows, with the nearest one that somebody does."""
        message, allowed = unknown(noun, name, known)
        self.error(message, allowed, show=False, of_key=of_key)

    def child(self, key: str | int, value: Json) -> Field:
        """Return the field of `value`, which stands under `key` of this one."""
        return Field(self.problems, (*self.path, key), value)

    def map(self, what: str = "a map") -> JsonMap | None:
        """Return the value as a map."""
        if isinstance(self.value, dict):
            return self.value
        self.error(f"must be {what}")
        return None

    def table(self, known: Sequence[str]) -> Table | None:
        """Return the value as a closed map: any key not in `known` is noted."""
        if self.map() is None:
            return None
        table = Table(self)
        table.close(known)
        return table

    def items(self, *, empty: bool = True) -> list[Field] | None:
        """Return the fields of a list, indices from 1."""
        value = self.value
        if value == {} and isinstance(value, dict) and self.problems.document.empty_map_is_list:
            value = []
        if not isinstance(value, list):
            self.error("must be a list")
            return None
        if not value and not empty:
            self.error("must not be empty", "at least one entry")
            return None
        return [self.child(index, item) for index, item in enumerate(value, 1)]

    def text(self) -> str | None:
        """Return the value as a text that is not empty."""
        if not isinstance(self.value, str):
            self.error("must be a string")
        elif not self.value:
            self.error("must not be empty")
        else:
            return self.value
        return None

    def texts(self) -> tuple[str, ...] | None:
        """Return the value as a list of texts that are not empty."""
        fields = self.items()
        if fields is None:
            return None
        return tuple(text for item in fields if (text := item.text()) is not None)

    def number(self, allowed: str = "a finite number") -> float | None:
        """Return the value as a finite number; booleans are none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.error("must be a number", None if allowed == "a finite number" else allowed)
        # Not `isfinite`: an integer may be larger than any double.
        elif not abs(self.value) <= sys.float_info.max:
            self.error("must be finite")
        else:
            return self.value
        return None

    def number_within(
        self, low: float, high: float, allowed: str, *, open_low: bool = False
    ) -> float | None:
        """Return a number from `low` (or just above it) to `high`; `allowed` words the range."""
        number = self.number(allowed)
        if number is None:
            return None
        if number > high or number < low or (open_low and number == low):
            self.error("is out of range", allowed)
            return None
        return number

    def integer_within(self, low: int, high: float, allowed: str) -> int | None:
        """Return a whole number from `low` to `high`."""
        number = self.number_within(low, high, allowed)
        if number is None:
            return None
        if number != int(number):
            self.error("must be a whole number", allowed)
            return None
        return int(number)


class Table:
    """A map that is being read: what it lacks and what it should not hold is noted."""

    __slots__ = ("data", "field")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.data: JsonMap = field.value if isinstance(field.value, dict) else {}

    def close(self, known: Sequence[str]) -> None:
        """Note every key that is not in `known`."""
        for key in self.data:
            if key not in known:
                self.field.child(key, self.data[key]).unknown("field", key, known, of_key=True)

    def misspelt(self, wanted: Sequence[str], others: Sequence[str]) -> bool:
        """Note the first key, not one of `others`, that is a near miss of one of `wanted`.

        For a map that says by one of its keys what it is, and has none of them.
        """
        for key, value in self.data.items():
            if key not in others and suggestion(key, wanted):
                self.field.child(key, value).unknown("field", key, wanted, of_key=True)
                return True
        return False

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def get(self, key: str) -> Field | None:
        """Return the field of `key`, or None without one."""
        return self.field.child(key, self.data[key]) if key in self.data else None

    def require(self, key: str, allowed: str | None = None) -> Field | None:
        """Return the field of `key`; that there is none is a problem."""
        found = self.get(key)
        if found is None:
            self.field.child(key, None).error("is required", allowed, show=False)
        return found

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Return the text under `key`, None without one."""
        found = self.require(key) if required else self.get(key)
        return None if found is None else found.text()

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return the list of texts under `key`, None without one."""
        found = self.get(key)
        return None if found is None else found.texts()

    def map(self, key: str) -> JsonMap | None:
        """Return the free map under `key`, None without one."""
        found = self.get(key)
        return None if found is None else found.map()

    def duration(self, key: str) -> float | None:
        """Return the number >= 0 under `key`, None without one."""
        found = self.get(key)
        return None if found is None else found.number_within(0, math.inf, ">= 0")
