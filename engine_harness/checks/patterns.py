"""Finds the rows of an event log that match a pattern, and words what was there instead.

Rows are grouped by event name, and on demand by the value of one field, so that many rules over a
long log cost little more than one pass. Knows no rule.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, cast

from engine_harness._canonical import canonical_json
from engine_harness._registry import suggestion
from engine_harness.checks.metrics import MISSING, Missing, equal, lookup
from engine_harness.checks.wording import seconds, value_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from engine_harness.manifest.expectations import EventPattern

__all__ = ["EventLog", "Row", "describe", "fields_text", "group_key"]

Row = dict[str, "JsonValue"]

FIELDS_SHOWN_MAX = 4
NAMES_SHOWN_MAX = 6


class EventLog:
    """The events of one record, indexed."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.times_s = [cast("float", row["at_s"]) for row in rows]
        """The clock at the dispatch of each row."""
        self._fields = [_fields(row) for row in rows]
        self._by_name: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            self._by_name.setdefault(cast("str", row["event"]), []).append(index)
        self._columns: dict[tuple[str, str], list[JsonValue | Missing]] = {}
        self._groups: dict[tuple[str, str], dict[Hashable, list[int]]] = {}
        self._keys: dict[tuple[str, tuple[str, ...]], dict[int, Hashable]] = {}
        self._matches: dict[str, list[int]] = {}

    def fields(self, index: int) -> dict[str, JsonValue]:
        """Return the fields of a row."""
        return self._fields[index]

    def matches(self, pattern: EventPattern) -> list[int]:
        """Return the indices of all rows that match, in order."""
        key = canonical_json([pattern.event, pattern.where])
        if key not in self._matches:
            self._matches[key] = self._find(pattern)
        return self._matches[key]

    def _find(self, pattern: EventPattern) -> list[int]:
        tests = list(pattern.where.items())
        named = self._by_name.get(pattern.event, [])
        if not tests:
            return named
        # Equality is looked up, a range has to be tried on every row.
        (name, want), *others = sorted(tests, key=lambda test: _is_range(test[1]))
        if _is_range(want):
            column = self._column(pattern.event, name)
            found = [index for index, v in zip(named, column, strict=True) if _meets(v, want)]
        else:
            found = self._group(pattern.event, name).get(group_key(want), [])
        if not others:
            return found
        return [
            index
            for index in found
            if all(_meets(lookup(self._fields[index], name), want) for name, want in others)
        ]

    def _column(self, event: str, field: str) -> list[JsonValue | Missing]:
        """Return one field of all rows of an event."""
        key = (event, field)
        if key not in self._columns:
            fields = self._fields
            rows = self._by_name.get(event, [])
            if "." in field:
                self._columns[key] = [lookup(fields[index], field) for index in rows]
            else:
                self._columns[key] = [fields[index].get(field, MISSING) for index in rows]
        return self._columns[key]

    def _group(self, event: str, field: str) -> dict[Hashable, list[int]]:
        """Return the rows of an event by the value of one field; rows without it are left out."""
        key = (event, field)
        if key not in self._groups:
            groups: dict[Hashable, list[int]] = {}
            rows = self._by_name.get(event, [])
            for index, value in zip(rows, self._column(event, field), strict=True):
                if not isinstance(value, Missing):
                    groups.setdefault(group_key(value), []).append(index)
            self._groups[key] = groups
        return self._groups[key]

    def keys(self, event: str, names: tuple[str, ...]) -> Mapping[int, Hashable]:
        """Return by row what the fields `names` of an event are equal by.

        Rows without one of them are left out: what is not there equals nothing.
        """
        if (event, names) not in self._keys:
            rows = self._by_name.get(event, [])
            columns = [self._column(event, name) for name in names]
            self._keys[event, names] = {
                index: tuple([group_key(value) for value in cast("list[JsonValue]", values)])
                for index, *values in zip(rows, *columns, strict=True)
                if MISSING not in values
            }
        return self._keys[event, names]

    def nearest(self, pattern: EventPattern) -> tuple[str, tuple[int, ...]]:
        """Word the nearest thing that was there for a pattern without matches, with its index."""
        candidates = self._by_name.get(pattern.event, [])
        if not candidates:
            return self._other_names(pattern.event), ()
        tests = list(pattern.where.items())
        best, best_hits = candidates[0], -1
        for index in candidates:
            fields = self.fields(index)
            hits = sum(_meets(lookup(fields, name), want) for name, want in tests)
            if hits > best_hits:
                best, best_hits = index, hits
                if hits == len(tests) - 1:
                    # No row can be nearer: one that meets every test would be a match.
                    break
        fields = self.fields(best)
        wrong = [name for name, want in tests if not _meets(lookup(fields, name), want)]
        text = f"nearest: {pattern.event} at {seconds(self.times_s[best])} s"
        return f"{text} with {_named(fields, wrong, '=')}", (best,)

    def absent_fields(self, pattern: EventPattern) -> str | None:
        """Word the fields of a pattern that no row of its event has; None when there are none.

        Of a list only the list itself must be there: how long it gets is not known.
        """
        absent = [
            name
            for name in pattern.where
            if not self._has_field(pattern.event, name)
            and not self._has_field(pattern.event, _before_index(name))
        ]
        rows = self._by_name.get(pattern.event, [])
        if not absent or not rows:
            return None
        levels = 1 + max(name.count(".") for name in absent)
        known: dict[str, None] = {}
        for index in rows:
            known |= dict.fromkeys(_paths(self._fields[index], levels))
        names = [f"'{name}'{suggestion(name, known)}" for name in absent]
        return f"no {pattern.event} has a field {' or '.join(names)}"

    def _has_field(self, event: str, name: str) -> bool:
        return any(value is not MISSING for value in self._column(event, name))

    def _other_names(self, name: str) -> str:
        if not self.rows:
            return "no event was recorded"
        hint = suggestion(name, self._by_name)
        if hint:
            return f"no {name} was recorded{hint}"
        names = list(self._by_name)
        shown = ", ".join(names[:NAMES_SHOWN_MAX])
        more = f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
        return f"no {name} was recorded, only {shown}{more}"


def group_key(value: JsonValue) -> Hashable:
    """Return what is equal, and hashes alike, for values that `metrics.equal` calls equal."""
    if isinstance(value, bool):
        # As a dictionary key True would be 1.
        return (value,)
    if isinstance(value, dict | list):
        return ("table", canonical_json(_one_empty_table(value)))
    return value


def _one_empty_table(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _one_empty_table(item) for key, item in value.items()} if value else []
    return [_one_empty_table(item) for item in value] if isinstance(value, list) else value


def describe(pattern: EventPattern) -> str:
    """Return a pattern as a message names it: `hit (id=orc-2, damage in 1..5)`."""
    if not pattern.where:
        return pattern.event
    wanted = [f"{name}{_wanted(want)}" for name, want in pattern.where.items()]
    return f"{pattern.event} ({', '.join(wanted)})"


def _fields(row: Row) -> dict[str, JsonValue]:
    """Return the fields of a row, with what the world answered as one of them, `details`."""
    fields = cast("dict[str, JsonValue]", row["fields"])
    details = row.get("details")
    return fields if details is None else {"details": details, **fields}


def fields_text(fields: dict[str, JsonValue], names: Iterable[str] = ()) -> str:
    """Return ` (id=orc-2, x=3)` for the named fields, or the first scalar ones, or nothing."""
    chosen = list(names) or [n for n, v in sorted(fields.items()) if not isinstance(v, dict | list)]
    text = _named(fields, chosen[:FIELDS_SHOWN_MAX], "=")
    return f" ({text})" if text else ""


def _named(fields: dict[str, JsonValue], names: Sequence[str], sign: str) -> str:
    parts = []
    for name in names:
        value = lookup(fields, name)
        parts.append(
            f"no {name}" if isinstance(value, Missing) else f"{name}{sign}{value_text(value)}"
        )
    return ", ".join(parts)


def _before_index(name: str) -> str:
    """Return the part of a dotted field before its first position in a list."""
    parts = name.split(".")
    return ".".join(takewhile(lambda part: not part.isdigit(), parts)) or name


def _paths(fields: Mapping[str, JsonValue], levels: int) -> Iterator[str]:
    """Return the dotted names of fields, so many levels deep."""
    for name, value in fields.items():
        yield name
        if levels > 1 and isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in _paths(value, levels - 1))


def _is_range(want: JsonValue) -> bool:
    return isinstance(want, dict) and bool(want) and want.keys() <= {"min", "max"}


def _wanted(want: JsonValue) -> str:
    if isinstance(want, dict) and _is_range(want):
        low, high = want.get("min"), want.get("max")
        if low is None:
            return f"<={value_text(high)}"
        if high is None:
            return f">={value_text(low)}"
        return f" in {value_text(low)}..{value_text(high)}"
    return f"={value_text(want)}"


def _meets(value: JsonValue | Missing, want: JsonValue) -> bool:
    """Tell whether a field meets what a pattern wants of it."""
    if isinstance(value, Missing):
        return False
    if not isinstance(want, dict) or not _is_range(want):
        return equal(want, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = want.get("min"), want.get("max")
    return not (
        (isinstance(low, int | float) and value < low)
        or (isinstance(high, int | float) and value > high)
    )
