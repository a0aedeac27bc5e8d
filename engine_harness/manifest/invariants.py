"""Invariants as data: conditions that must hold after every unit of work. Lua evaluates them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model
from engine_harness.manifest.conditions import Condition

__all__ = ["ConditionInvariant", "Invariant", "WorldInvariant"]


class ConditionInvariant(Model):
    """A condition that must hold."""

    kind: Literal["condition"] = "condition"
    name: str
    """The condition in short words, as `hp min 0`; how reports call it."""
    condition: Condition


class WorldInvariant(Model):
    """An invariant that the world declares, by name."""

    kind: Literal["world"] = "world"
    name: str
    args: dict[str, JsonValue] = Field(default_factory=dict)


Invariant = Annotated[ConditionInvariant | WorldInvariant, Field(discriminator="kind")]
"""Any invariant, told apart by its `kind` field."""
