"""`expect_events` as authored, read to the rule models: exactly one form per entry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine_harness.manifest.diagnostics import shown
from engine_harness.manifest.expectations import (
    AfterRule,
    AtRule,
    CountRule,
    EventPattern,
    NeverRule,
    SequenceRule,
)
from engine_harness.manifest.fields import Table
from engine_harness.manifest.sets import read_where

if TYPE_CHECKING:
    from engine_harness.manifest.expectations import EventRule
    from engine_harness.manifest.fields import Field
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = ["BOUND_KEYS", "COUNT_MAX", "FORM_KEYS", "PATTERN_KEYS", "read_rules"]

COUNT_MAX = 1_000_000_000

PATTERN_KEYS = ("event", "where")
BOUND_KEYS = ("min", "max")
FORM_KEYS = {
    "count": (*PATTERN_KEYS, "count"),
    "never": (*PATTERN_KEYS, "never"),
    "after": (*PATTERN_KEYS, "after", "within_s", "same"),
    "sequence": ("sequence",),
    "at_s": (*PATTERN_KEYS, "at_s", "tolerance_s"),
}
"""Keys by form; the key that is called like the form says which one it is."""
_COMPANIONS = ("event", "where", "within_s", "same", "tolerance_s", "min", "max")
"""Keys that say nothing about the form."""
_FORMS = "count, never, after with within_s, sequence, at_s with tolerance_s"


def read_rules(field: Field | None, words: Vocabulary) -> tuple[EventRule, ...]:
    """Read the list `expect_events`; entries with a problem are noted and left out."""
    entries = field.items() if field else None
    read = (_rule(entry, words) for entry in entries or ())
    return tuple(rule for rule in read if rule is not None)


def _rule(field: Field, words: Vocabulary) -> EventRule | None:
    if field.map("a rule over events") is None:
        return None
    table = Table(field)
    forms = [form for form in FORM_KEYS if form in table]
    if len(forms) != 1:
        both = " and ".join(f"'{form}'" for form in forms)
        if forms:
            field.error(f"has {both}; one is allowed", _FORMS)
        elif not table.misspelt(tuple(FORM_KEYS), _COMPANIONS):
            field.error(_no_check(table), _FORMS)
        return None
    form = forms[0]
    table.close(FORM_KEYS[form])
    if form == "sequence":
        return _sequence(table, words)
    match = _pattern(table, words)
    if form == "count":
        return _count(table, match)
    if form == "never":
        return _never(table, match)
    return _after(table, match, words) if form == "after" else _at(table, match)


def _no_check(table: Table) -> str:
    bounds = {key: table.data[key] for key in BOUND_KEYS if key in table}
    if not bounds:
        return "has no check"
    written = ", ".join(f"{key}: {shown(value)}" for key, value in bounds.items())
    return f"has no check; bounds of a number of events are written count: {{{written}}}"


def _pattern(table: Table, words: Vocabulary) -> EventPattern | None:
    name = table.text("event", required=True)
    place = table.get("event")
    where = read_where(table.get("where"))
    if name is None or place is None:
        return None
    words.check_event(name, place)
    return EventPattern(event=name, where=where)


def _named_pattern(field: Field, words: Vocabulary) -> EventPattern | None:
    if isinstance(field.value, str):
        name = field.text()
        if name is None:
            return None
        words.check_event(name, field)
        return EventPattern(event=name)
    if not isinstance(field.value, dict):
        field.error("must be the name of an event or {event, where}")
        return None
    table = field.table(PATTERN_KEYS)
    return _pattern(table, words) if table else None


def _count(table: Table, match: EventPattern | None) -> EventRule | None:
    field = table.require("count")
    assert field is not None
    whole = "a whole number >= 0"
    if isinstance(field.value, dict):
        bounds = field.table(BOUND_KEYS)
        assert bounds is not None
        low, high = bounds.get("min"), bounds.get("max")
        if low is None and high is None:
            field.error("needs min or max")
            return None
        least = low.integer_within(0, COUNT_MAX, whole) if low else None
        most = high.integer_within(0, COUNT_MAX, whole) if high else None
        if (low and least is None) or (high and most is None):
            return None
        if low and least is not None and most is not None and least > most:
            low.error("min is greater than max", f"at most {most}")
            return None
        return CountRule(match=match, min=least, max=most) if match else None
    count = field.integer_within(0, COUNT_MAX, f"{whole}, or a map with min, max")
    if match is None or count is None:
        return None
    return CountRule(match=match, min=count, max=count)


def _never(table: Table, match: EventPattern | None) -> EventRule | None:
    field = table.require("never")
    assert field is not None
    if field.value is not True:
        field.error("must be true; leave the entry out otherwise")
        return None
    return NeverRule(match=match) if match else None


def _after(table: Table, match: EventPattern | None, words: Vocabulary) -> EventRule | None:
    first, window = table.require("after"), table.require("within_s", ">= 0, seconds")
    assert first is not None
    after = _named_pattern(first, words)
    within_s = window.number_within(0, math.inf, ">= 0, seconds") if window else None
    same = table.texts("same") or ()
    if match is None or after is None or within_s is None:
        return None
    return AfterRule(match=match, after=after, within_s=within_s, same=same)


def _sequence(table: Table, words: Vocabulary) -> EventRule | None:
    field = table.require("sequence")
    assert field is not None
    members = field.items(empty=False)
    read = [_named_pattern(member, words) for member in members or ()]
    patterns = tuple(pattern for pattern in read if pattern is not None)
    return SequenceRule(sequence=patterns) if read and len(patterns) == len(read) else None


def _at(table: Table, match: EventPattern | None) -> EventRule | None:
    at, tolerance = table.require("at_s"), table.require("tolerance_s", ">= 0, seconds")
    at_s = at.number() if at else None
    tolerance_s = tolerance.number_within(0, math.inf, ">= 0, seconds") if tolerance else None
    if match is None or at_s is None or tolerance_s is None:
        return None
    return AtRule(match=match, at_s=at_s, tolerance_s=tolerance_s)
