"""The shapes of what a scenario expects: metric sets, rules over events, invariants.

Built on the constants of `sets`, `rules` and `condition_reading`, which read the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine_harness.manifest.condition_reading import (
    COMPARES,
    EVENT_KEYS,
    FRAMES_MAX,
    HEADS,
    TYPED_KEYS,
    WITHIN_KEYS,
)
from engine_harness.manifest.rules import BOUND_KEYS, COUNT_MAX, FORM_KEYS, PATTERN_KEYS
from engine_harness.manifest.schema.parts import (
    FROM_ZERO,
    MAP,
    NUMBER,
    TEXT,
    TEXTS,
    choose,
    closed,
    has,
    key,
    listed,
    needs,
    ref,
    undecided,
    whole,
)
from engine_harness.manifest.sets import SPEC_KEYS, WHERE_KEYS

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap

__all__ = ["expect_definitions"]

_STRING: Final[JsonMap] = {"type": "string"}
_SCALAR_OR_MAP: Final[JsonMap] = {"type": ["string", "number", "boolean", "null", "object"]}
_NOT_NULL: Final[JsonMap] = {"type": ["string", "number", "boolean", "object"]}


def expect_definitions() -> dict[str, JsonMap]:
    """Return the definitions `set`, `rules` and `invariants`, and those that they refer to."""
    return {**_sets(), **_rules(), **_conditions()}


def _bounds(what: str) -> dict[str, JsonMap]:
    return {
        "min": key("At least", f"The smallest {what} that is right, inclusive.", NUMBER),
        "max": key("At most", f"The largest {what} that is right, inclusive.", NUMBER),
    }


def _sets() -> dict[str, JsonMap]:
    bounds = _bounds("value")
    spec = closed(
        SPEC_KEYS, {"eq": key("Equal to", "The value that is right, of any type.", {}), **bounds}
    )
    field = {**closed(WHERE_KEYS, bounds), "minProperties": 1}
    return {
        "set": {
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": ref("spec"),
        },
        "spec": key(
            "What a metric must be",
            "A value that the metric equals, or {eq}, {min}, {max}, {min, max}.",
            {**_SCALAR_OR_MAP, **choose([(MAP, spec)], {})},
        ),
        "where": key(
            "Where",
            "Only events whose fields are so; dotted names walk into fields.",
            {"type": "object", "additionalProperties": ref("field")},
        ),
        "field": key(
            "What a field must be",
            "A value that the field equals, or {min}, {max}, {min, max} for a number.",
            {**_SCALAR_OR_MAP, **choose([(MAP, field)], {})},
        ),
    }


def _pattern() -> dict[str, JsonMap]:
    return {
        "event": key("Event", "Name of the event, as the world records it.", TEXT),
        "where": ref("where"),
    }


def _rule_shapes() -> dict[str, JsonMap]:
    number_of = {"min": _count_bound("At least"), "max": _count_bound("At most")}
    count = {**closed(BOUND_KEYS, number_of), "minProperties": 1}
    return {
        **_pattern(),
        "count": key(
            "Count",
            "How many events match: a whole number, or {min}, {max}, {min, max}.",
            {"type": ["integer", "object"], **choose([(MAP, count)], whole(0, COUNT_MAX))},
        ),
        "never": key("Never", "true: no event matches.", {"const": True}),
        "after": key(
            "After",
            "The event that starts a window: every one of it is followed by a match.",
            ref("named_pattern"),
        ),
        "within_s": key("Within (s)", "Length of the window in virtual seconds, >= 0.", FROM_ZERO),
        "same": key("Same", "Fields that must be equal in both events.", TEXTS),
        "sequence": key(
            "Sequence",
            "Events that come in this order; others may lie between.",
            listed(ref("named_pattern")),
        ),
        "at_s": key("At (s)", "The virtual second at which an event matches.", NUMBER),
        "tolerance_s": key(
            "Tolerance (s)", "How many virtual seconds it may be off, >= 0.", FROM_ZERO
        ),
    }


def _count_bound(title: str) -> JsonMap:
    return key(title, f"{title} so many events match, a whole number >= 0.", whole(0, COUNT_MAX))


_RULE_NEEDS: Final = {
    "count": ("event", "count"),
    "never": ("event", "never"),
    "after": ("event", "after", "within_s"),
    "sequence": ("sequence",),
    "at_s": ("event", "at_s", "tolerance_s"),
}


def _rules() -> dict[str, JsonMap]:
    shapes = _rule_shapes()
    cases = [
        (has(form), closed(keys, {name: shapes[name] for name in keys}, _RULE_NEEDS[form]))
        for form, keys in FORM_KEYS.items()
    ]
    heads = {form: shapes[form] for form in FORM_KEYS}
    beside = {name: shape for name, shape in shapes.items() if name not in heads}
    named = closed(PATTERN_KEYS, _pattern(), ["event"])
    return {
        "named_pattern": key(
            "Event",
            "The name of an event, or {event, where}.",
            {"type": ["string", "object"], **choose([(MAP, named)], {"minLength": 1})},
        ),
        "rules": {"type": "array", "items": ref("rule")},
        "rule": key(
            "Rule over events",
            "One form: count, never, after with within_s, sequence, at_s with tolerance_s.",
            {"type": "object", **choose(cases, undecided(heads, beside))},
        ),
    }


_CONDITION: Final = "A condition: {metric, eq|ne|min|max}, {event}, {any}, {all}, {not}, {within}."


def _condition_shapes() -> dict[str, JsonMap]:
    metric = "Name of a metric; dotted names walk into it, lists by index from 1."
    unequal = "The value that the metric must not have, of any type."
    several = listed(ref("condition"))
    within = closed(WITHIN_KEYS, _within(), WITHIN_KEYS)
    return {
        "metric": key("Metric", metric, TEXT),
        "eq": key("Equal to", "The value that the metric must have, of any type.", {}),
        "ne": key("Not equal to", unequal, {}),
        **_bounds("value"),
        "event": key("Event", "Holds once this event has been recorded.", TEXT),
        "where": key(
            "Where",
            "Only events whose fields are so; null is not allowed.",
            {"type": "object", "additionalProperties": {"allOf": [_NOT_NULL, ref("field")]}},
        ),
        "any": key("Any of", "Holds when one of these conditions does.", several),
        "all": key("All of", "Holds when all of these conditions do.", several),
        "not": key("Not", "Holds when this condition does not.", ref("condition")),
        "within": key("Within", "Holds when the condition does in the first frames.", within),
    }


def _within() -> dict[str, JsonMap]:
    return {
        "frames": key(
            "Frames", "Up to this frame (not included), counted from 0.", whole(1, FRAMES_MAX)
        ),
        "condition": key("Condition", _CONDITION, ref("condition")),
    }


def _typed() -> JsonMap:
    """Return the shape of conditions that say with `type` what they are."""
    shapes: dict[str, JsonMap] = {
        "conditions": key("Conditions", _CONDITION, listed(ref("condition"))),
        "metric": _condition_shapes()["metric"],
        "value": key("At least", "The smallest value that is right, inclusive.", NUMBER),
        **_within(),
    }
    types: list[Json] = list(TYPED_KEYS)
    kind = key("Type", "What kind of condition this is.", {"enum": types})
    cases: list[tuple[JsonMap, JsonMap]] = []
    for name, keys in TYPED_KEYS.items():
        chosen = {key: kind if key == "type" else shapes[key] for key in keys}
        cases.append(({"properties": {"type": {"const": name}}}, closed(keys, chosen, keys)))
    return choose(cases, {"properties": {"type": kind}})


def _conditions() -> dict[str, JsonMap]:
    shapes = _condition_shapes()
    compared: list[Json] = [needs(compare) for compare in COMPARES]
    metric = {
        **closed(
            ("metric", *COMPARES),
            {name: shapes[name] for name in ("metric", *COMPARES)},
            ["metric"],
        ),
        "oneOf": compared,
    }
    event = closed(EVENT_KEYS, {name: shapes[name] for name in EVENT_KEYS})
    forms = {"type": _typed(), "metric": metric, "event": event}
    cases = [
        (has(head), forms.get(head) or closed((head,), {head: shapes.get(head, {})}))
        for head in HEADS
    ]
    heads = {head: shapes[head] for head in HEADS if head in shapes}
    beside = {name: shape for name, shape in shapes.items() if name not in heads}
    world: JsonMap = {
        "type": "object",
        "properties": {"invariant": key("Invariant", "Name that the world declares.", TEXT)},
        "required": ["invariant"],
    }
    return {
        "condition": key(
            "Condition", _CONDITION, {"type": "object", **choose(cases, undecided(heads, beside))}
        ),
        "invariants": {"type": "array", "items": ref("invariant")},
        "invariant": key(
            "Invariant",
            "The name of an invariant that the world declares, {invariant: name, …its arguments}, "
            "or a condition that must hold.",
            {
                "type": ["string", "object"],
                **choose([(_STRING, TEXT), (has("invariant"), world)], ref("condition")),
            },
        ),
    }
