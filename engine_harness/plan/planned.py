"""Planned events as data that somebody has written: what is wrong with one, field by field.

A plan that comes from a timeline is right by its making. One that comes from a file is judged here,
by the same rules that a timeline is read by (`test_planned_agrees` holds both to them); what only a
world can refuse is left to the run.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from engine_harness._registry import suggestion
from engine_harness.manifest.timeline import RESERVED_CHECKPOINT
from engine_harness.plan.events import EVENT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine_harness._types import Json

__all__ = ["KINDS", "FieldProblem", "field_problems"]

KINDS: Final = tuple(EVENT_FIELDS)
"""Every kind of planned event."""

CFRAME_LENGTH = 12


class FieldProblem(NamedTuple):
    """One thing that is wrong with an event."""

    field: str
    message: str
    allowed: str | None = None
    is_there: bool = True
    """Whether the field has a value that can be shown."""


def _is_number(value: Json) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # Not `isfinite`: an integer may be larger than any double.
    return abs(value) <= sys.float_info.max


def _is_duration(value: Json) -> bool:
    return _is_number(value) and isinstance(value, int | float) and value >= 0


def _is_vector(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set("xyz")
        and all(map(_is_number, value.values()))
    )


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and value != ""


_TEXT = (_is_text, "a text that is not empty")
_MAP: tuple[Callable[[Json], bool], str] = (lambda value: isinstance(value, dict), "a map")
_DURATION = (_is_duration, "a number >= 0, in seconds")
_VECTOR = (_is_vector, "{x, y, z}, three numbers")
_ANY: tuple[Callable[[Json], bool], str] = (lambda _: True, "anything")

_RULES: Final[dict[str, tuple[Callable[[Json], bool], str]]] = {
    "action": _TEXT,
    "args": _MAP,
    "attributes": _MAP,
    "authoredRule": _TEXT,
    "cframe": (
        lambda value: (
            isinstance(value, list) and len(value) == CFRAME_LENGTH and all(map(_is_number, value))
        ),
        f"a list of {CFRAME_LENGTH} numbers",
    ),
    "channel": _TEXT,
    "direction": _TEXT,
    "duration": _DURATION,
    "id": _TEXT,
    "jitter": _DURATION,
    "macro": _TEXT,
    "metadata": _MAP,
    "name": _TEXT,
    "notes": _TEXT,
    "parameters": _MAP,
    "payload": _MAP,
    "position": _VECTOR,
    "rule": _TEXT,
    "set": _MAP,
    "tags": (
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "a list of texts that are not empty",
    ),
    "time": (_is_number, "a number, in seconds"),
    "transition": _TEXT,
    "value": _ANY,
    "velocity": _VECTOR,
}
"""What each field may be, with few exceptions the same in every kind."""

_RULES_OF_KIND: Final[dict[tuple[str, str], tuple[Callable[[Json], bool], str]]] = {
    ("checkpoint", "name"): (
        lambda value: (
            isinstance(value, str)
            and value != ""
            and "." not in value
            and RESERVED_CHECKPOINT.fullmatch(value) is None
        ),
        "a text without a dot, and no timeline[n]",
    ),
    ("rule-toggle", "value"): (lambda value: value is not None, "anything but null"),
}

# What the planner adds to what a kind is made with.
_ADDED: Final = {"rule-toggle": frozenset({"authoredRule"})}


def field_problems(event: Mapping[str, Json]) -> Iterator[FieldProblem]:
    """Yield all that is wrong with one event of a known kind, in the order of the fields."""
    kind = event["event"]
    assert isinstance(kind, str)
    required, known = EVENT_FIELDS[kind]
    known = known | _ADDED.get(kind, frozenset())
    for name in sorted((required | {"time"}) - event.keys()):
        yield FieldProblem(name, f"an event '{kind}' needs it", _RULES[name][1], is_there=False)
    for name in sorted(event.keys() - {"event"}):
        if name != "time" and name not in known:
            hint = suggestion(name, known)
            allowed = ", ".join(sorted(known))
            yield FieldProblem(name, f"an event '{kind}' has no such field{hint}", allowed)
            continue
        fits, allowed = _RULES_OF_KIND.get((kind, name), _RULES[name])
        if not fits(event[name]):
            yield FieldProblem(name, "is of the wrong kind", allowed)
    if kind == "hitch":
        yield from _hitch_problems(event)


def _hitch_problems(event: Mapping[str, Json]) -> Iterator[FieldProblem]:
    duration, jitter = event.get("duration"), event.get("jitter", 0)
    if not isinstance(duration, int | float) or not _is_duration(duration):
        return
    if duration == 0:
        yield FieldProblem("duration", "a hitch takes time", "a number > 0, in seconds")
    elif isinstance(jitter, int | float) and _is_duration(jitter) and jitter >= duration:
        yield FieldProblem(
            "jitter",
            f"a hitch of {duration} s could be drawn that takes no time",
            "a number below the duration",
        )
