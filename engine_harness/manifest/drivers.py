"""Timeline entries: what a scenario does to its world, and when.

Entries are plain data with times in virtual seconds. `plan.expand` turns them into events; nothing
here knows how.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model
from engine_harness.manifest.expectations import ExpectationSet

__all__ = [
    "ActionEntry",
    "CheckpointEntry",
    "ExpectEntry",
    "HitchEntry",
    "MacroEntry",
    "NetworkEntry",
    "PlayerEntry",
    "RuleEntry",
    "ThreatEntry",
    "TimelineEntry",
]


class _Entry(Model):
    at_s: float
    """Virtual seconds after the start. A negative time sorts first and runs at frame 0."""
    index: int
    """Authored position, from 1. Entries with equal times keep it as their order."""
    notes: str | None = None


class ActionEntry(_Entry):
    """`world:apply({name, args})`."""

    kind: Literal["action"] = "action"
    name: str
    args: dict[str, JsonValue] | None = None
    refused: bool | str | None = None
    """True: a refusal is expected; a text: with this code; None or False: none is."""


class HitchEntry(_Entry):
    """A frame that takes too long: the clock jumps, the world sees one large delta."""

    kind: Literal["hitch"] = "hitch"
    duration_s: float
    jitter_s: float | None = None
    """Half the width of the uniform draw around `duration_s`; 0 <= jitter_s < duration_s."""


class CheckpointEntry(_Entry):
    """Records metrics and a digest of the state under a name, at the end of the frame."""

    kind: Literal["checkpoint"] = "checkpoint"
    name: str


class ExpectEntry(_Entry):
    """Judges metrics as they were at the end of this frame."""

    kind: Literal["expect"] = "expect"
    expect: ExpectationSet


class ThreatEntry(_Entry):
    """Puts a moving object into a world that declares `threat`."""

    kind: Literal["threat"] = "threat"
    id: str
    position: tuple[float, float, float]
    velocity: tuple[float, float, float] | None = None
    cframe: tuple[float, ...] | None = None
    attributes: dict[str, JsonValue] | None = None
    tags: tuple[str, ...] | None = None
    metadata: dict[str, JsonValue] | None = None


class PlayerEntry(_Entry):
    """Something a player, or the person at the bench, does."""

    kind: Literal["player"] = "player"
    action: str
    value: JsonValue = None
    duration_s: float | None = None
    parameters: dict[str, JsonValue] | None = None


class NetworkEntry(_Entry):
    """Something the network does."""

    kind: Literal["network"] = "network"
    event: str
    channel: str | None = None
    direction: str | None = None
    payload: dict[str, JsonValue] | None = None


class RuleEntry(_Entry):
    """A rule of the world that is switched."""

    kind: Literal["rule"] = "rule"
    rule: str
    value: JsonValue
    transition: str | None = None
    duration_s: float | None = None


class MacroEntry(_Entry):
    """A named expansion; `plan.macros` knows what it stands for."""

    kind: Literal["macro"] = "macro"
    macro: str
    """Normalised name: lower-case words joined by `-`."""
    options: dict[str, JsonValue] = Field(default_factory=dict)


TimelineEntry = Annotated[
    ActionEntry
    | HitchEntry
    | CheckpointEntry
    | ExpectEntry
    | ThreatEntry
    | PlayerEntry
    | NetworkEntry
    | RuleEntry
    | MacroEntry,
    Field(discriminator="kind"),
]
"""Any timeline entry, told apart by its `kind` field."""
