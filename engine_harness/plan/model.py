"""A plan: everything that happens to one world, in order, as plain data.

It holds nothing of the invocation: seed, world options, limits, expectations of the end and hitch
policy travel beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pydantic import Field, JsonValue, field_validator

from engine_harness._canonical import digest_of_normalised, normalise, with_one_zero
from engine_harness._model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import JsonMap

__all__ = ["Plan", "PlannedEvent"]

PlannedEvent = dict[str, JsonValue]
"""One event: `time` (virtual s), `event` (its kind), `notes?`, `macro?` and its kind's fields."""


class Plan(Model):
    """What a scenario does, in order of (time, authored index, position in an expansion)."""

    version: int = 1
    metadata: dict[str, JsonValue]
    config: dict[str, JsonValue] = Field(default_factory=dict)
    intelligence: dict[str, JsonValue] | None = None
    """Which of the world's policies watch over the run; None: nothing was said."""
    events: tuple[PlannedEvent, ...]

    # Its module would hand a world the -0 that digest, record and replay know as 0.
    @field_validator("events")
    @classmethod
    def _events_have_one_zero(cls, events: tuple[PlannedEvent, ...]) -> tuple[PlannedEvent, ...]:
        return tuple(cast("PlannedEvent", with_one_zero(event)) for event in events)

    @field_validator("config", "metadata")
    @classmethod
    def _maps_have_one_zero(cls, data: PlannedEvent) -> PlannedEvent:
        return cast("PlannedEvent", with_one_zero(data))

    def digest(self, events: Sequence[JsonMap] | None = None) -> str:
        """Return the SHA-256 of the plan's canonical JSON.

        Args:
            events: the plan's own with canonical numbers, if the caller has them.
        """
        if events is None:
            events = [cast("JsonMap", normalise(event)) for event in self.events]
        # Plain data as it stands: a dump would copy it, value by value.
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != "events"}
        # A plan without it has the digest that it had before there was such a key.
        if self.intelligence is None:
            del fields["intelligence"]
        return digest_of_normalised({**cast("JsonMap", normalise(fields)), "events": list(events)})
