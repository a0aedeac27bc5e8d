"""The names that a scenario may use, as its world declares them: misspelt ones are found here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.manifest.describe import ARGUMENT_TYPES, WorldDescribe, is_of_type
from engine_harness.manifest.diagnostics import one_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine_harness._types import JsonMap
    from engine_harness.manifest.fields import Field
    from engine_harness.manifest.worlds import WorldInfo

__all__ = ["PLAN_EVENTS", "Vocabulary"]

PLAN_EVENTS = (
    "action",
    "checkpoint",
    "expect",
    "hitch",
    "network",
    "player-action",
    "rule-toggle",
    "spawn-threat",
)
"""How rows of the event log that come from a plan are called."""


def _first_segments(names: Collection[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@dataclass
class Vocabulary:
    """What may be named; without a world that could be loaded, anything may."""

    world: WorldInfo | None
    checkpoints: set[str] = field(default_factory=set)
    """The checkpoints of this scenario, filled while its timeline is read."""

    @property
    def _describe(self) -> WorldDescribe:
        return self.world.describe if self.world else WorldDescribe()

    def check_metric(
        self, name: str, at: Field, *, at_end: bool = False, is_key: bool = False
    ) -> None:
        """Note a metric that the world does not declare; `at_end`: `checkpoint.metric` is known."""
        declared = self._describe.metrics
        if declared is None:
            return
        checkpoints = sorted(self.checkpoints) if at_end else []
        first, _, rest = name.partition(".")
        # A checkpoint's name wins over a metric's: then only what follows it is a metric.
        metric = rest if rest and first in checkpoints else name
        segment = metric.partition(".")[0]
        segments = sorted(_first_segments(declared))
        if metric in declared or segment in segments:
            return
        known = sorted(declared)
        near = suggestion(metric, known) or suggestion(segment, segments)
        if not near and metric == name:
            near = suggestion(first, checkpoints)
        allowed = None if near else one_of([*known, *(f"{name}.…" for name in checkpoints)])
        at.error(f"unknown metric '{metric}'{near}", allowed, show=False, of_key=is_key)

    def check_event(self, name: str, at: Field) -> None:
        """Note an event that neither the world declares nor a plan has."""
        declared = self._describe.events
        if declared is not None and name not in declared and name not in PLAN_EVENTS:
            at.unknown("event", name, [*sorted(declared), *PLAN_EVENTS])

    def check_invariant(self, name: str, at: Field) -> None:
        """Note an invariant that the world does not declare."""
        if self.world and not self.world.failure and name not in self.world.invariants:
            at.unknown("invariant", name, sorted(self.world.invariants))

    def check_action(self, name: str, at: Field, args: Field | None, data: JsonMap) -> None:
        """Note an action that the world does not declare, and arguments that do not fit it."""
        declared = self._describe.actions
        if declared is None or self.world is None:
            return
        if name not in declared:
            near = suggestion(name, declared)
            allowed = None if near else one_of(sorted(declared))
            at.error(
                f"unknown action '{name}' for world '{self.world.name}'{near}", allowed, show=False
            )
            return
        types = declared[name]
        for key, value in data.items():
            assert args is not None
            argument = args.child(key, value)
            if key not in types:
                near = suggestion(key, types)
                allowed = None if near else one_of(sorted(types))
                message = f"action '{name}' has no argument '{key}'{near}"
                argument.error(message, allowed, show=False, of_key=True)
            elif not (value is None and types[key].endswith("?")) and not is_of_type(
                value, types[key]
            ):
                argument.error(f"action '{name}' takes a value of type {types[key]} here")
        place = args or at
        for key, declared_type in types.items():
            if key not in data and not declared_type.endswith("?"):
                place.error(f"action '{name}' needs argument '{key}' ({declared_type})", show=False)

    def check_kind(self, kind: str, at: Field) -> None:
        """Note a timeline kind that a world with declared actions does not declare."""
        declared = self._describe.actions
        if declared is not None and self.world is not None and kind not in declared:
            at.error(
                f"world '{self.world.name}' declares no action '{kind}', which entries of this "
                "kind need",
                one_of(sorted(declared)),
                show=False,
            )

    def check_options(self, at: Field, data: JsonMap) -> None:
        """Note options that the world does not declare, or of another type than it declares."""
        declared = self._describe.options
        if declared is None:
            return
        for key, value in data.items():
            option = at.child(key, value)
            if key not in declared:
                option.unknown("option", key, sorted(declared), of_key=True)
                continue
            kind = declared[key]
            if (
                isinstance(kind, str)
                and kind.removesuffix("?") in ARGUMENT_TYPES
                and not is_of_type(value, kind)
            ):
                option.error(f"must be of type {kind}")
