"""Expectations as data: metric sets and rules over events. `checks` judges them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model

__all__ = [
    "AfterRule",
    "AtRule",
    "CountRule",
    "EventPattern",
    "EventRule",
    "ExpectationSet",
    "NeverRule",
    "SequenceRule",
]

ExpectationSet = dict[str, dict[str, JsonValue]]
"""Metric key -> spec with `eq`, or `min` and `max` (a scalar was read as `eq`), in file order."""


class EventPattern(Model):
    """Matches rows of the event log by name and by fields."""

    event: str
    where: dict[str, JsonValue] = Field(default_factory=dict)
    """Dotted field -> value to equal, or `{min, max}` for numbers."""


class CountRule(Model):
    """So many events match; `min` and `max` are inclusive, equal for an exact count."""

    kind: Literal["count"] = "count"
    match: EventPattern
    min: int | None = None
    max: int | None = None


class NeverRule(Model):
    """No event matches."""

    kind: Literal["never"] = "never"
    match: EventPattern


class AfterRule(Model):
    """Every event of `after` is followed by a match within `within_s` virtual seconds."""

    kind: Literal["after"] = "after"
    match: EventPattern
    after: EventPattern
    within_s: float
    same: tuple[str, ...] = ()
    """Dotted fields that must be equal in both events."""


class SequenceRule(Model):
    """The patterns occur in this order; other events may lie between."""

    kind: Literal["sequence"] = "sequence"
    sequence: tuple[EventPattern, ...]


class AtRule(Model):
    """At least one match lies within `tolerance_s` of `at_s`."""

    kind: Literal["at"] = "at"
    match: EventPattern
    at_s: float
    tolerance_s: float


EventRule = Annotated[
    CountRule | NeverRule | AfterRule | SequenceRule | AtRule, Field(discriminator="kind")
]
"""One entry of `expect_events`, told apart by its `kind` field."""
