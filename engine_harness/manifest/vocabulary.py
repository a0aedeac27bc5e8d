"""The names that a scenario may use, as its world declares them: misspelt ones are found here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.manifest.argument_types import ArgumentType, read_type
from engine_harness.manifest.describe import WorldDescribe
from engine_harness.manifest.diagnostics import one_of
from engine_harness.manifest.figures import PERFORMANCE, PERFORMANCE_METRICS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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


def _first(name: str) -> str:
    return name.partition(".")[0]


def _first_segments(names: Collection[str]) -> set[str]:
    return {_first(name) for name in names}


def _type(declared: str) -> ArgumentType:
    found = read_type(declared)
    # What is no type is left out of a describe when it is read.
    assert found is not None
    return found


def _check_value(at: Field, declared: str, wrong: str, *, null: bool = False) -> None:
    """Note a value that is not of the declared type or out of its bounds.

    `wrong` words the first; with `null` an optional one may be null, which is like leaving it out.
    """
    kind = _type(declared)
    if at.value is None and null and kind.is_optional:
        return
    allowed = kind.wording if kind.bounds else None
    if not kind.is_of_kind(at.value):
        at.error(wrong.format(kind.name), allowed)
    elif not kind.is_in_bounds(at.value):
        at.error("is out of bounds", allowed)


def _check_declared(at: Field, data: JsonMap, types: Mapping[str, str]) -> None:
    for name, declared in types.items():
        kind = _type(declared)
        if name in data:
            _check_value(at.child(name, data[name]), declared, "must be of type {}", null=True)
        elif not kind.is_optional:
            at.child(name, None).error("is required", kind.wording, show=False)


def _check_figure(name: str, at: Field, *, at_end: bool, is_key: bool) -> None:
    """Note a figure of the driver that there is not, or not yet at this time of the run."""
    if any(figure == name or figure.startswith(f"{name}.") for figure in PERFORMANCE_METRICS):
        if not at_end:
            message = f"'{name}' is known at the end of a run only"
            at.error(message, "in 'expect' and 'expect_target'", show=False, of_key=is_key)
        return
    near = suggestion(name, PERFORMANCE_METRICS)
    allowed = None if near else one_of(PERFORMANCE_METRICS)
    at.error(f"unknown metric '{name}'{near}", allowed, show=False, of_key=is_key)


@dataclass
class Vocabulary:
    """What may be named; without a world that could be loaded, anything may."""

    world: WorldInfo | None
    checkpoints: set[str] = field(default_factory=set)
    """The checkpoints of this scenario, filled while its timeline is read."""
    strange_actions: set[str] = field(default_factory=set)
    """The actions that the world does not know, likewise."""

    @property
    def _describe(self) -> WorldDescribe:
        return self.world.describe if self.world else WorldDescribe()

    @property
    def rule_aliases(self) -> dict[str, str]:
        """The names of rules, by the second names that the world declares for them."""
        return self._describe.rule_aliases or {}

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
        segment = _first(metric)
        segments = sorted(_first_segments(declared))
        if metric in declared or segment in segments:
            return
        if segment == PERFORMANCE:
            _check_figure(metric, at, at_end=at_end and metric == name, is_key=is_key)
            return
        if checkpoints and metric == name and (rest in declared or _first(rest) in segments):
            near = suggestion(first, checkpoints)
            allowed = None if near else one_of(checkpoints)
            message = f"unknown checkpoint '{first}'{near}"
            at.error(message, allowed, show=False, of_key=is_key)
            return
        known = sorted(declared)
        near = suggestion(metric, known) or suggestion(segment, segments)
        if not near and at_end and "." in metric:
            near = suggestion(metric, PERFORMANCE_METRICS)
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
            self.strange_actions.add(name)
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
            else:
                wrong = f"action '{name}' takes a value of type {{}} here"
                _check_value(argument, types[key], wrong, null=True)
        place = args or at
        for key, declared_type in types.items():
            kind = _type(declared_type)
            if key not in data and not kind.is_optional:
                place.error(f"action '{name}' needs argument '{key}' ({kind.wording})", show=False)

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
            if isinstance(kind, str) and read_type(kind):
                _check_value(option, kind, "must be of type {}")

    def check_intelligence(self, at: Field) -> None:
        """Note the block `intelligence` where the world has no policies that it could choose."""
        if self.world is not None and self._describe.policies is None:
            message = f"world '{self.world.name}' declares no policies, so there is none to choose"
            at.error(message, show=False, of_key=True)

    def check_policy(self, name: str, at: Field) -> None:
        """Note a policy that the world does not declare: it changes nothing."""
        declared = self._describe.policies
        if declared is not None and name not in declared:
            near = suggestion(name, declared)
            at.warning(f"unknown policy '{name}'{near}", one_of(declared))

    def engine_options(self) -> tuple[str, ...]:
        """Return the names of the options of `config.engine` that the world declares."""
        return tuple(self._describe.engine_options or ())

    def config_sections(self) -> tuple[str, ...]:
        """Return the names of the sections of `config` that the world declares."""
        return tuple(self._describe.config or ())

    def check_config(self, at: Field, data: JsonMap) -> None:
        """Note what the world needs in `config` and does not find, or not of its type."""
        engine = data.get("engine")
        options = engine if isinstance(engine, dict) else {}
        _check_declared(at.child("engine", engine), options, self._describe.engine_options or {})
        _check_declared(at, data, self._describe.config or {})
