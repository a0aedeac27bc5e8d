"""The condition language as data. `lua/harness/condition.lua` is its only evaluator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model

__all__ = [
    "AllCondition",
    "AnyCondition",
    "Condition",
    "EventCondition",
    "MetricCondition",
    "NotCondition",
    "WithinCondition",
]


class MetricCondition(Model):
    """Compares one live metric; exactly one comparison."""

    op: Literal["metric"] = "metric"
    metric: str
    """Dotted, lists by 1-based index."""
    compare: Literal["eq", "ne", "min", "max"]
    value: JsonValue


class EventCondition(Model):
    """Holds once a matching event has been recorded."""

    op: Literal["event"] = "event"
    event: str
    where: dict[str, JsonValue] = Field(default_factory=dict)


class AnyCondition(Model):
    """Holds when one of `conditions` does; stops at the first."""

    op: Literal["any"] = "any"
    conditions: tuple[Condition, ...]


class AllCondition(Model):
    """Holds when all of `conditions` do; stops at the first that does not."""

    op: Literal["all"] = "all"
    conditions: tuple[Condition, ...]


class NotCondition(Model):
    """Holds when `condition` does not."""

    op: Literal["not"] = "not"
    condition: Condition


class WithinCondition(Model):
    """Holds when `condition` does and the number of the unit is below `frames`."""

    op: Literal["within"] = "within"
    frames: int
    condition: Condition


Condition = Annotated[
    MetricCondition | EventCondition | AnyCondition | AllCondition | NotCondition | WithinCondition,
    Field(discriminator="op"),
]
"""Any condition, told apart by its `op` field."""

for _model in (AnyCondition, AllCondition, NotCondition, WithinCondition):
    _model.model_rebuild()
