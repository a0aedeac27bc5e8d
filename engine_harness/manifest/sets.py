"""Expectation sets as authored: metric -> spec, read to `{eq}` or `{min, max}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.diagnostics import one_of

if TYPE_CHECKING:
    from engine_harness._types import Json
    from engine_harness.manifest.expectations import ExpectationSet
    from engine_harness.manifest.fields import Field, Table
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = ["SPEC_KEYS", "WHERE_KEYS", "read_set", "read_where"]

SPEC_KEYS = ("eq", "min", "max")
WHERE_KEYS = ("min", "max")


def read_set(field: Field, words: Vocabulary, *, at_end: bool) -> ExpectationSet:
    """Read a set, in file order; with `at_end` its keys may be `checkpoint.metric`."""
    result: ExpectationSet = {}
    for key, value in (field.map("a map of metrics") or {}).items():
        item = field.child(key, value)
        if not key:
            item.error("the name of a metric must not be empty", show=False, of_key=True)
            continue
        words.check_metric(key, item, at_end=at_end, is_key=True)
        result[key] = _spec(item)
    return result


def _spec(field: Field) -> dict[str, Json]:
    if isinstance(field.value, list):
        field.error("must be a value or a map", "a scalar, or a map with " + one_of(SPEC_KEYS))
        return {}
    if not isinstance(field.value, dict):
        return {"eq": field.value}
    table = field.table(SPEC_KEYS)
    if table is None:
        return {}
    _bounds(table)
    # A spec without any comparison is kept: the verdict has a finding for it.
    return {key: value for key, value in table.data.items() if key in SPEC_KEYS}


def _bounds(table: Table) -> tuple[float | None, float | None]:
    low, high = table.get("min"), table.get("max")
    low_number = low.number() if low else None
    high_number = high.number() if high else None
    if low and low_number is not None and high_number is not None and low_number > high_number:
        low.error("min is greater than max", f"at most {high_number}")
    return low_number, high_number


def read_where(field: Field | None) -> dict[str, Json]:
    """Read the `where` of an event: dotted field -> scalar, or `{min, max}` for numbers."""
    if field is None:
        return {}
    where: dict[str, Json] = {}
    for key, value in (field.map("a map of fields") or {}).items():
        item = field.child(key, value)
        if isinstance(value, list):
            item.error("must be a scalar or a map with min, max")
        elif isinstance(value, dict):
            table = item.table(WHERE_KEYS)
            if table is not None:
                _bounds(table)
                if not value:
                    item.error("needs min or max")
        where[key] = value
    return where
