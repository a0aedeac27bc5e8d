"""A plan: everything that happens to one world, in order, as plain data.

It holds nothing of the invocation: seed, world options, limits, expectations of the end and hitch
policy travel beside it.
"""

from __future__ import annotations

from pydantic import Field, JsonValue

from engine_harness._canonical import digest
from engine_harness._model import Model

__all__ = ["Plan", "PlannedEvent"]

PlannedEvent = dict[str, JsonValue]
"""One event: `time` (virtual s), `event` (its kind), `notes?`, `macro?` and its kind's fields."""


class Plan(Model):
    """What a scenario does, in order of (time, authored index, position in an expansion)."""

    version: int = 1
    metadata: dict[str, JsonValue]
    config: dict[str, JsonValue] = Field(default_factory=dict)
    events: tuple[PlannedEvent, ...]

    def digest(self) -> str:
        """Return the SHA-256 of the plan's canonical JSON."""
        # Plain data as it stands: a dump would copy it, value by value.
        return digest({name: getattr(self, name) for name in type(self).model_fields})
