"""The one comparer: two plain values, walked in a fixed order.

Paths read `a.b[0].c`, positions in lists from 0; the root itself is `<root>`. Knows no artifact but
the record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from engine_harness.checks.globs import Globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine_harness._types import Json
    from engine_harness.records.models import RunRecord

__all__ = ["ROOT", "Difference", "Divergence", "compare", "first_divergence", "record_differences"]

ROOT = "<root>"

Kind = Literal[
    "missing key", "unexpected key", "type mismatch", "length mismatch", "value mismatch"
]


@dataclass(frozen=True)
class Difference:
    """One place where two values differ."""

    path: str
    kind: Kind
    expected: Json
    """For a type mismatch the name of the type, for a length mismatch the length, None when the
    key is unexpected; else the value."""
    actual: Json

    @property
    def message(self) -> str:
        """The difference in words that any reader understands."""
        return f"{self.path} {self.kind}"


@dataclass(frozen=True)
class Divergence:
    """The first thing that two records do not agree on."""

    index: int | None
    """Position in `events` from 0; None when all events are equal."""
    at_s: float | None
    """Virtual time of it, as far as known."""
    expected: Json
    """The event of the first record, None when it has no more; else the differing value."""
    actual: Json
    differences: tuple[Difference, ...]
    """All differences of the event, or of the rest of the records; paths from the record's root."""

    @property
    def path(self) -> str:
        """The first differing path."""
        return self.differences[0].path


def compare(
    expected: Json,
    actual: Json,
    *,
    ignore: Iterable[str] = (),
    tolerances: Mapping[str, float] | None = None,
    strict_numbers: bool = True,
) -> list[Difference]:
    """Return all differences, in the order of the walk.

    Maps: missing keys, unexpected keys, then common keys, each sorted. Lists: one difference in
    length, then the common positions. Types are compared strictly; with `strict_numbers` off a
    whole float equals the integer. `ignore` holds globs whose matches are not looked into;
    `tolerances` maps globs to what two numbers may differ by.
    """
    walk = _Walk(Globs(ignore), Globs(tolerances or ()), tolerances or {}, strict_numbers)
    return walk.run(expected, actual)


class _Walk:
    def __init__(
        self, ignore: Globs, tolerant: Globs, tolerances: Mapping[str, float], strict_numbers: bool
    ) -> None:
        self._ignore = ignore
        self._tolerant = tolerant
        self._tolerances = tolerances
        self._strict_numbers = strict_numbers
        self._found: list[Difference] = []
        # A stack of our own: data may be nested deeper than Python calls may be.
        self._todo: list[tuple[str, Json, Json]] = []

    def run(self, expected: Json, actual: Json) -> list[Difference]:
        self._todo.append((ROOT, expected, actual))
        while self._todo:
            path, left, right = self._todo.pop()
            if not self._ignored(path):
                self._visit(path, left, right)
        return self._found

    def _ignored(self, path: str) -> bool:
        return bool(self._ignore) and bool(self._ignore.matching(path))

    def _visit(self, path: str, expected: Json, actual: Json) -> None:
        if (left := _number(expected)) is not None and (right := _number(actual)) is not None:
            self._visit_numbers(path, left, right)
        elif type(expected) is not type(actual):
            self._add(path, "type mismatch", type(expected).__name__, type(actual).__name__)
        elif isinstance(expected, dict) and isinstance(actual, dict):
            self._visit_maps(path, expected, actual)
        elif isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                self._add(path, "length mismatch", len(expected), len(actual))
            prefix = "" if path == ROOT else path
            pairs = list(enumerate(zip(expected, actual, strict=False)))
            self._todo += [(f"{prefix}[{i}]", *pair) for i, pair in reversed(pairs)]
        elif expected != actual:
            self._add(path, "value mismatch", expected, actual)

    def _visit_maps(self, path: str, expected: dict[str, Json], actual: dict[str, Json]) -> None:
        prefix = "" if path == ROOT else f"{path}."
        for key in sorted(expected.keys() - actual.keys()):
            if not self._ignored(prefix + key):
                self._add(prefix + key, "missing key", expected[key], None)
        for key in sorted(actual.keys() - expected.keys()):
            if not self._ignored(prefix + key):
                self._add(prefix + key, "unexpected key", None, actual[key])
        common = sorted(expected.keys() & actual.keys(), reverse=True)
        self._todo += [(prefix + key, expected[key], actual[key]) for key in common]

    def _visit_numbers(self, path: str, expected: float, actual: float) -> None:
        for pattern in self._tolerant.matching(path):
            if abs(expected - actual) <= self._tolerances[pattern]:
                return
        if self._strict_numbers and type(expected) is not type(actual):
            self._add(path, "type mismatch", type(expected).__name__, type(actual).__name__)
        elif expected != actual:
            self._add(path, "value mismatch", expected, actual)

    def _add(self, path: str, kind: Kind, expected: Json, actual: Json) -> None:
        self._found.append(Difference(path, kind, expected, actual))


def record_differences(expected: RunRecord, actual: RunRecord) -> list[Difference]:
    """Return all that two records do not agree on, in the order of `first_divergence`.

    What depends on the machine (`host`) is left out; numbers are compared by value.
    """
    events = compare(_plain(expected.events), _plain(actual.events), strict_numbers=False)
    return [*_under("events", events), *_rest_differences(_rest(expected), _rest(actual))]


def first_divergence(expected: RunRecord, actual: RunRecord) -> Divergence | None:
    """Return the first thing that two records do not agree on, None when they agree on all.

    Events come first, by index; then the rest, what the run left before how it is described.
    What depends on the machine (`host`) is left out; numbers are compared by value.
    """
    for index, (left, right) in enumerate(zip(expected.events, actual.events, strict=False)):
        if _same(left, right):
            continue
        found = compare(_plain(left), _plain(right), strict_numbers=False)
        return Divergence(
            index=index,
            at_s=_number(left.get("at_s")),
            expected=_plain(left),
            actual=_plain(right),
            differences=_under(f"events[{index}]", found),
        )
    if len(expected.events) != len(actual.events):
        return _one_has_more(expected, actual)
    left_rest, right_rest = _rest(expected), _rest(actual)
    found = _rest_differences(left_rest, right_rest)
    if not found:
        return None
    first = found[0]
    return Divergence(
        index=None,
        at_s=_time_of(left_rest, first.path),
        expected=first.expected,
        actual=first.actual,
        differences=tuple(found),
    )


def _one_has_more(expected: RunRecord, actual: RunRecord) -> Divergence:
    left, right = len(expected.events), len(actual.events)
    index = min(left, right)
    row = _plain((expected if left > right else actual).events[index])
    assert isinstance(row, dict)
    return Divergence(
        index=index,
        at_s=_number(row.get("at_s")),
        expected=row if left > right else None,
        actual=None if left > right else row,
        differences=(Difference("events", "length mismatch", left, right),),
    )


# What happened stands before what follows from it, and the digest of it all comes last.
_PARTS = (
    "invariants",
    "checkpoints",
    "samples",
    "logs",
    "sections",
    "metrics",
    "outcome",
    "warnings",
    "cost",
    "scenario",
    "plan_digest",
    "module_digest",
    "digest",
)


def _part_order(part: str) -> tuple[int, str]:
    return (_PARTS.index(part) if part in _PARTS else len(_PARTS), part)


def _rest(record: RunRecord) -> dict[str, Json]:
    return record.model_dump(mode="json", exclude={"events", "host"})


def _rest_differences(expected: Mapping[str, Json], actual: Mapping[str, Json]) -> list[Difference]:
    found: list[Difference] = []
    for part in sorted(expected, key=_part_order):
        differences = compare(expected[part], actual[part], strict_numbers=False)
        found += _under(part, differences)
    return found


def _plain(value: object) -> Json:
    return cast("Json", value)


def _under(prefix: str, differences: Iterable[Difference]) -> tuple[Difference, ...]:
    moved = []
    for difference in differences:
        path = difference.path
        if path == ROOT:
            path = prefix
        else:
            path = f"{prefix}{path}" if path.startswith("[") else f"{prefix}.{path}"
        moved.append(replace(difference, path=path))
    return tuple(moved)


def _same(left: object, right: object) -> bool:
    """Tell whether two values are equal, a boolean being no number: the fast half of `compare`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _same(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _time_of(rest: Mapping[str, Json], path: str) -> float | None:
    """Return the virtual time of the row or checkpoint that a path leads into, if it has one."""
    time: float | None = None
    at: Json = dict(rest)
    for name, position in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if isinstance(at, dict):
            at = at.get(name)
        elif isinstance(at, list) and position and int(position) < len(at):
            at = at[int(position)]
        else:
            break
        if isinstance(at, dict):
            time = next(
                (t for key in ("at_s", "first_at_s") if (t := _number(at.get(key))) is not None),
                time,
            )
    return time


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
