"""Compares a replay with that of the run which has played it; plain data, no run is known here.

What happened is compared before what follows from it, so that the first difference is one that
says something: the rows of the events, then what the world shows, the metrics, and the digest of
the record, in which all the rest lies, at the end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.checks.diff import ROOT, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine_harness._types import Json
    from engine_harness.checks.diff import Difference

__all__ = ["first_difference"]

_FIRST = ("events",)
_LAST = ("metrics", "duration", "digest")
# What is left out of a file is not claimed.
_OPTIONAL = frozenset({"metrics"})
_HEAD = ("type", "dispatchedAt")

# Who it is, what it was given and what was said about it: none of this is what has happened.
_NOT_COMPARED = frozenset({"id", "label", "logs", "notReached", "setup", "warnings"})


def first_difference(expected: Mapping[str, Json], actual: Mapping[str, Json]) -> Difference | None:
    """Return the first thing that two replays do not agree on, None when they agree on all."""
    shown = (expected.keys() | actual.keys()) - _NOT_COMPARED - {*_FIRST, *_LAST}
    for key in (*_FIRST, *sorted(shown), *_LAST):
        if key in _OPTIONAL and key not in expected:
            continue
        left, right = expected.get(key), actual.get(key)
        if isinstance(left, list) and isinstance(right, list):
            found = _first_of_rows(key, left, right)
        else:
            found = _first(_only(expected, key), _only(actual, key))
        if found is not None:
            return found
    return None


def _only(replay: Mapping[str, Json], key: str) -> dict[str, Json]:
    return {key: replay[key]} if key in replay else {}


def _first_of_rows(key: str, expected: list[Json], actual: list[Json]) -> Difference | None:
    """Compare row by row: a row that differs says more than a length that does."""
    for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
        # Almost all rows are equal, and the comparer takes a hundred times as long to say so.
        found = None if left == right else _of_row(left, right)
        if found is not None:
            joint = "" if found.path == ROOT or found.path.startswith("[") else "."
            inner = "" if found.path == ROOT else found.path
            return replace(found, path=f"{key}[{index}]{joint}{inner}")
    return _first({key: expected}, {key: actual}) if expected != actual else None


def _of_row(expected: Json, actual: Json) -> Difference | None:
    """Compare what happened when first: where other rows follow, all else of them differs too."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in _HEAD:
            if key in expected and key in actual and (found := _first(expected[key], actual[key])):
                return replace(found, path=key)
    return _first(expected, actual)


def _first(expected: Json, actual: Json) -> Difference | None:
    found = compare(expected, actual, strict_numbers=False)
    if not found:
        return None
    first = found[0]
    if first.kind != "type mismatch":
        return first
    # The comparer names the types; whoever reads one difference wants to see the values.
    path = "" if first.path == ROOT else first.path
    left, right = _values_at(path, expected, actual)
    return replace(first, expected=left, actual=right)


def _values_at(path: str, left: Json, right: Json) -> tuple[Json, Json]:
    """Return what two values hold at a path that the comparer has found in both.

    A key may hold dots and brackets, so the keys that are there are tried.
    """
    way = _way(path, left, right)
    assert way is not None
    for step in way:
        left, right = _member(left, step), _member(right, step)
    return left, right


def _way(path: str, left: Json, right: Json) -> tuple[int | str, ...] | None:
    if not path:
        return ()
    if isinstance(left, list) and isinstance(right, list):
        steps: Iterable[int | str] = range(min(len(left), len(right)))
    elif isinstance(left, dict) and isinstance(right, dict):
        steps = sorted(left.keys() & right.keys())
        path = path.removeprefix(".")
    else:
        return None
    for step in steps:
        word = f"[{step}]" if isinstance(step, int) else step
        if path == word or path.startswith((f"{word}.", f"{word}[")):
            rest = _way(path[len(word) :], _member(left, step), _member(right, step))
            if rest is not None:
                return (step, *rest)
    return None


def _member(value: Json, step: int | str) -> Json:
    if isinstance(value, dict):
        return value[str(step)]
    assert isinstance(value, list)
    return value[int(step)]
