"""From a scenario to its plan: every entry one event, every macro its expansion, in one order.

The order is (time, authored index, position in the expansion), so equal times keep their authored
order. Nothing here knows files, Lua or worlds.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

from engine_harness._canonical import normalise
from engine_harness._registry import suggestion
from engine_harness.errors import Diagnostic, HarnessError, PlanError
from engine_harness.manifest.drivers import MacroEntry
from engine_harness.plan.events import EVENT_FIELDS, planned_event, under_rule_name
from engine_harness.plan.holds import hold_problems
from engine_harness.plan.macros import (
    EVENTS_PER_MACRO_MAX,
    Macro,
    MacroCall,
    OptionError,
    macro_registry,
)
from engine_harness.plan.model import Plan, PlannedEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from engine_harness._types import JsonMap
    from engine_harness.manifest.models import Scenario

__all__ = [
    "EVENTS_PER_SCENARIO_MAX",
    "Expansion",
    "authored_indices",
    "expand",
    "plan",
    "plan_warnings",
]

EVENTS_PER_SCENARIO_MAX = 200_000
"""Events that one plan may hold (limit `planned_events`)."""

VALUE_CHARACTERS_MAX = 120


@dataclass(frozen=True)
class Expansion:
    """A plan and what its making told."""

    plan: Plan
    authored: tuple[int, ...]
    """For each event of the plan the authored index, from 1, of the entry it came from."""
    warnings: tuple[Diagnostic, ...]

    @cached_property
    def events(self) -> tuple[JsonMap, ...]:
        """The plan's events with canonical numbers: what each of its runs records of them."""
        return tuple(cast("JsonMap", normalise(event)) for event in self.plan.events)

    @cached_property
    def digest(self) -> str:
        """The plan's digest, the same for each of its runs."""
        return self.plan.digest(self.events)


def plan(scenario: Scenario) -> Plan:
    """Return everything that happens in `scenario`, in order; a `PlanError` names all problems."""
    return expand(scenario).plan


def authored_indices(scenario: Scenario) -> tuple[int, ...]:
    """Return the authored index, from 1, of each event of the plan, in the plan's order."""
    return expand(scenario).authored


def plan_warnings(scenario: Scenario) -> tuple[Diagnostic, ...]:
    """Return what is allowed but hardly meant, in the order of the timeline."""
    return expand(scenario).warnings


def expand(scenario: Scenario) -> Expansion:
    """Return the plan of `scenario` with the way back to its entries and with its warnings."""
    reader = _Reader(scenario)
    rows: list[tuple[float, int, int, PlannedEvent]] = []
    for entry in scenario.timeline:
        if len(rows) >= EVENTS_PER_SCENARIO_MAX:
            reader.error(
                "timeline",
                f"more than {EVENTS_PER_SCENARIO_MAX} planned events (limit planned_events)",
                allowed=f"at most {EVENTS_PER_SCENARIO_MAX}",
            )
            break
        if isinstance(entry, MacroEntry):
            events = reader.expansion(entry)
        else:
            events = [planned_event(entry)]
        for position, event in enumerate(events):
            time_s = event["time"]
            assert isinstance(time_s, int | float)
            named = under_rule_name(event, scenario.rule_aliases)
            rows.append((time_s, entry.index, position, named))
    if len(rows) > EVENTS_PER_SCENARIO_MAX and not reader.errors:
        reader.error(
            "timeline",
            f"{len(rows)} planned events (limit planned_events)",
            allowed=f"at most {EVENTS_PER_SCENARIO_MAX}",
        )
    if reader.errors:
        raise PlanError.of((*reader.errors, *reader.warnings))
    # Index and position are unique together, so the events themselves are never compared.
    rows.sort(key=lambda row: row[:3])
    authored = tuple(row[1] for row in rows)
    events = [row[3] for row in rows]
    for index, message in sorted(hold_problems(events, authored)):
        reader.warning(f"timeline[{index}]", message)
    made = Plan(
        metadata=scenario.metadata.model_dump(mode="json", exclude_none=True),
        config=scenario.config,
        intelligence=scenario.intelligence.plain() if scenario.intelligence else None,
        events=tuple(events),
    )
    return Expansion(made, authored, tuple(reader.warnings))


@dataclass
class _Reader:
    """Expands macros and collects the problems of one scenario."""

    scenario: Scenario
    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def error(self, path: str, message: str, **details: str | None) -> None:
        self.errors.append(self._diagnostic(path, message, "error", **details))

    def warning(self, path: str, message: str, allowed: str | None = None) -> None:
        self.warnings.append(self._diagnostic(path, message, "warning", allowed=allowed))

    def _diagnostic(
        self,
        path: str,
        message: str,
        severity: str,
        *,
        value: str | None = None,
        allowed: str | None = None,
    ) -> Diagnostic:
        origin = self.scenario.origin
        line = origin.line
        # The nearest place that the loader kept: the value, its entry, the scenario.
        for known in (path, path.split("]")[0] + "]"):
            if known in origin.lines:
                line = origin.lines[known]
                break
        return Diagnostic(
            file=origin.manifest,
            path=f"manifest.{path}",
            message=message,
            line=line,
            label=origin.label,
            severity=severity,
            value=value,
            allowed=allowed,
        )

    def expansion(self, entry: MacroEntry) -> list[PlannedEvent]:
        """Return the events of a macro entry; of one with a problem, which is kept, none."""
        path = f"timeline[{entry.index}]"
        macro = self._macro(entry, path)
        if macro is None:
            return []
        for option in entry.options:
            if option not in macro.options:
                hint = suggestion(option, macro.options)
                self.warning(
                    f"{path}.options.{option}",
                    f"macro '{entry.macro}' has no option '{option}', it changes nothing{hint}",
                    allowed=", ".join(macro.options),
                )
        call = MacroCall(entry.at_s, entry.notes, entry.options)
        try:
            # Lazily and cut: a macro may yield without end.
            lazy: Iterator[PlannedEvent] = iter(macro.expand(call))
            events = list(itertools.islice(lazy, EVENTS_PER_MACRO_MAX + 1))
        except OptionError as error:
            call.problems.append(error)
            events = []
        # A macro from an entry point is code of others: whatever it raises is its user's news.
        except Exception as error:
            self.error(path, f"macro '{entry.macro}' failed: {type(error).__name__}: {error}")
            return []
        for problem in call.problems:
            self.error(
                f"{path}.options.{problem.option}",
                f"macro '{entry.macro}' cannot use this {problem.option}",
                value=_shown(problem.value),
                allowed=problem.rule,
            )
        if call.problems:
            return []
        if len(events) > EVENTS_PER_MACRO_MAX:
            self.error(
                path,
                f"macro '{entry.macro}' expands to more than {EVENTS_PER_MACRO_MAX} events"
                " (limit macro_events)",
                value=_shown(entry.options),
                allowed=f"at most {EVENTS_PER_MACRO_MAX}",
            )
            return []
        return self._sound(entry, path, events)

    def _macro(self, entry: MacroEntry, path: str) -> Macro | None:
        try:
            registry = macro_registry()
            found: object = registry.get(entry.macro)
            names = sorted(registry) if found is None else []
        except Exception as error:
            # The registry would pass over them next time and call the name unknown.
            macro_registry.cache_clear()
            kind = "" if isinstance(error, HarnessError) else f"{type(error).__name__}: "
            self.error(path, f"the macros of entry points cannot be loaded: {kind}{error}")
            return None
        if isinstance(found, Macro):
            return found
        if found is None:
            hint = suggestion(entry.macro, names)
            message, allowed = f"unknown macro '{entry.macro}'{hint}", ", ".join(names)
        else:
            message = f"macro '{entry.macro}' of an entry point is a {type(found).__name__}"
            allowed = "an engine_harness.plan.macros.Macro"
        self.error(f"{path}.macro", message, allowed=allowed)
        return None

    def _sound(
        self, entry: MacroEntry, path: str, events: list[PlannedEvent]
    ) -> list[PlannedEvent]:
        """Return the events under the macro's name, or none when one of them is no event."""
        named = []
        for number, event in enumerate(events, 1):
            problem = _event_problem(event)
            if problem is not None:
                self.error(path, f"event {number} of macro '{entry.macro}' {problem}")
                return []
            _, fields = EVENT_FIELDS[str(event["event"])]
            named.append({**event, "macro": entry.macro} if "macro" in fields else event)
        return named


def _event_problem(event: object) -> str | None:
    """Return what keeps `event` from being a planned event; the end of a sentence."""
    if not isinstance(event, dict):
        return f"is a {type(event).__name__}, not a map"
    time_s = event.get("time")
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        return f"has no time in seconds; got {_shown(time_s)}"
    if not math.isfinite(time_s):
        return f"has a time that is not finite; got {time_s}"
    if event.get("event") not in EVENT_FIELDS:
        return f"is of an unknown kind; got {_shown(event.get('event'))}"
    required, known = EVENT_FIELDS[event["event"]]
    fields = event.keys() - {"time", "event"}
    if fields - known:
        return f"has the unknown field '{min(fields - known)}'"
    if required - fields:
        return f"lacks the field '{min(required - fields)}'"
    return None


def _shown(value: JsonValue) -> str:
    try:
        text = json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + "..."
