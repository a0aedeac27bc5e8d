"""Conditions and invariants as authored, in any of their spellings, read to the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from engine_harness.manifest.conditions import (
    AllCondition,
    AnyCondition,
    EventCondition,
    MetricCondition,
    NotCondition,
    WithinCondition,
)
from engine_harness.manifest.diagnostics import shown, unknown
from engine_harness.manifest.fields import Table
from engine_harness.manifest.invariants import ConditionInvariant, Invariant, WorldInvariant
from engine_harness.manifest.sets import read_where

if TYPE_CHECKING:
    from engine_harness.manifest.conditions import Condition
    from engine_harness.manifest.fields import Field
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = [
    "COMPARES",
    "EVENT_KEYS",
    "FRAMES_MAX",
    "HEADS",
    "TYPED_KEYS",
    "WITHIN_KEYS",
    "read_condition",
    "read_invariants",
    "wording",
]

NESTING_MAX = 16
FRAMES_MAX = 1_000_000_000

Compare: TypeAlias = Literal["eq", "ne", "min", "max"]
COMPARES: tuple[Compare, ...] = ("eq", "ne", "min", "max")
EVENT_KEYS = ("event", "where")
WITHIN_KEYS = ("frames", "condition")
TYPED_KEYS = {
    "any": ("type", "conditions"),
    "all": ("type", "conditions"),
    "not": ("type", "condition"),
    "within": ("type", *WITHIN_KEYS),
    "metric_gte": ("type", "metric", "value"),
}
"""Keys by the type of a condition that is written with `type`."""
_SHORT = ("any", "all", "not", "within")
HEADS = ("type", "metric", "event", *_SHORT)
_FORMS = "{metric, eq|ne|min|max}, {event, where?}, {any: […]}, {all: […]}, {not: …}, {within: …}"


def read_condition(field: Field, words: Vocabulary, depth: int = 1) -> Condition | None:
    """Read one condition; None after a problem was noted."""
    if field.map("a condition") is None:
        return None
    if depth > NESTING_MAX:
        field.error(f"conditions are nested more than {NESTING_MAX} deep", show=False)
        return None
    table = Table(field)
    forms = [key for key in HEADS if key in table]
    if "type" in forms and "metric" in forms and table.data["type"] == "metric_gte":
        forms.remove("metric")
    if len(forms) != 1:
        between = " and ".join(f"'{form}'" for form in forms)
        if forms:
            field.error(f"has {between}; one is allowed", _FORMS)
        elif not table.misspelt(HEADS, ("where", *COMPARES)):
            field.error("is no condition", _FORMS)
        return None
    form = forms[0]
    if form == "metric":
        return _metric(table, words)
    if form == "event":
        table.close(EVENT_KEYS)
        name = _event(table, words)
        wanted = table.get("where")
        where = read_where(wanted)
        for key in [key for key, value in where.items() if value is None]:
            assert wanted is not None
            # In Lua a field that is null is not there.
            wanted.child(key, None).error("must be a scalar or a map with min, max")
        return EventCondition(event=name, where=where) if name else None
    if form == "type":
        return _typed(table, words, depth)
    table.close((form,))
    inner = table.require(form)
    assert inner is not None
    if form == "within":
        within = inner.table(WITHIN_KEYS)
        return _within(within, words, depth) if within else None
    return _over(form, inner, words, depth)


def _typed(table: Table, words: Vocabulary, depth: int) -> Condition | None:
    kind = table.text("type")
    if kind is None:
        return None
    if kind not in TYPED_KEYS:
        message, allowed = unknown("condition type", kind, tuple(TYPED_KEYS))
        place = table.get("type")
        assert place is not None
        place.error(message, allowed or ", ".join(TYPED_KEYS), show=False)
        return None
    table.close(TYPED_KEYS[kind])
    if kind == "metric_gte":
        name, bound = _metric_name(table, words), table.require("value")
        value = bound.number() if bound else None
        if name is None or value is None:
            return None
        return MetricCondition(metric=name, compare="min", value=value)
    if kind == "within":
        return _within(table, words, depth)
    key = "condition" if kind == "not" else "conditions"
    inner = table.require(key)
    return _over(kind, inner, words, depth) if inner else None


def _over(kind: str, inner: Field, words: Vocabulary, depth: int) -> Condition | None:
    if kind == "not":
        condition = read_condition(inner, words, depth + 1)
        return None if condition is None else NotCondition(condition=condition)
    members = inner.items(empty=False)
    if members is None:
        return None
    read = [read_condition(member, words, depth + 1) for member in members]
    conditions = tuple(condition for condition in read if condition is not None)
    if len(conditions) < len(read):
        return None
    if kind == "any":
        return AnyCondition(conditions=conditions)
    return AllCondition(conditions=conditions)


def _within(table: Table, words: Vocabulary, depth: int) -> Condition | None:
    frames, inner = table.require("frames"), table.require("condition")
    count = frames.integer_within(1, FRAMES_MAX, ">= 1, a whole number") if frames else None
    condition = read_condition(inner, words, depth + 1) if inner else None
    if count is None or condition is None:
        return None
    return WithinCondition(frames=count, condition=condition)


def _metric_name(table: Table, words: Vocabulary) -> str | None:
    name = table.text("metric", required=True)
    place = table.get("metric")
    if name is not None and place is not None:
        words.check_metric(name, place)
    return name


def _event(table: Table, words: Vocabulary) -> str | None:
    name = table.text("event")
    place = table.get("event")
    if name is not None and place is not None:
        words.check_event(name, place)
    return name


def _metric(table: Table, words: Vocabulary) -> Condition | None:
    table.close(("metric", *COMPARES))
    name = _metric_name(table, words)
    given = [compare for compare in COMPARES if compare in table]
    if len(given) != 1:
        table.field.error("needs exactly one comparison", ", ".join(COMPARES))
        return None
    place = table.get(given[0])
    assert place is not None
    if given[0] in ("min", "max") and place.number() is None:
        return None
    return MetricCondition(metric=name, compare=given[0], value=place.value) if name else None


def wording(condition: Condition) -> str:
    """Return a condition in short words, as `hp min 0`."""
    if isinstance(condition, MetricCondition):
        return f"{condition.metric} {condition.compare} {shown(condition.value)}"
    if isinstance(condition, EventCondition):
        where = f" where {shown(condition.where)}" if condition.where else ""
        return f"event {condition.event}{where}"
    if isinstance(condition, NotCondition):
        return f"not ({wording(condition.condition)})"
    if isinstance(condition, WithinCondition):
        return f"within {condition.frames} ({wording(condition.condition)})"
    inner = ", ".join(wording(member) for member in condition.conditions)
    return f"{condition.op} ({inner})"


def read_invariants(field: Field | None, words: Vocabulary) -> tuple[Invariant, ...]:
    """Read the list `invariants`: conditions, or names that the world declares."""
    entries = field.items() if field else None
    read = (_invariant(entry, words) for entry in entries or ())
    return tuple(invariant for invariant in read if invariant is not None)


def _invariant(field: Field, words: Vocabulary) -> Invariant | None:
    if isinstance(field.value, str):
        name = field.text()
        if name is None:
            return None
        words.check_invariant(name, field)
        return WorldInvariant(name=name)
    if isinstance(field.value, dict) and "invariant" in field.value:
        table = Table(field)
        name = table.text("invariant")
        place = table.get("invariant")
        if name is None or place is None:
            return None
        words.check_invariant(name, place)
        args = {key: value for key, value in table.data.items() if key != "invariant"}
        return WorldInvariant(name=name, args=args)
    if not isinstance(field.value, dict):
        field.error("must be the name of an invariant or a condition", _FORMS)
        return None
    condition = read_condition(field, words)
    return ConditionInvariant(name=wording(condition), condition=condition) if condition else None
