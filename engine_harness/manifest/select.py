"""Which of the loaded scenarios a command line means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.errors import NothingSelected, UsageError
from engine_harness.manifest.discovery import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine_harness.manifest.load import Loaded
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project

__all__ = ["ScenarioFilter", "Selection", "select"]


@dataclass(frozen=True, kw_only=True)
class ScenarioFilter:
    """Which scenarios a suite has; what is empty filters nothing. Tags are lower-cased."""

    drivers: tuple[str, ...] = ()
    """A scenario has one of them."""
    worlds: tuple[str, ...] = ()
    """A scenario plays in one of them."""
    tags: tuple[str, ...] = ()
    """A scenario has all of them."""
    exclude_tags: tuple[str, ...] = ()
    """A scenario has none of them."""

    def holds(self, scenario: Scenario) -> bool:
        """Return whether a scenario is one of them."""
        tags = _tags(scenario)
        return (
            tags >= set(self.tags)
            and not tags & set(self.exclude_tags)
            and (not self.worlds or scenario.world in self.worlds)
            and (not self.drivers or scenario.driver in self.drivers)
        )


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What was asked for; what is empty filters nothing."""

    suite: ScenarioFilter | None = None
    """What belongs to the suite; nothing else is ever selected."""
    scenario: tuple[str, ...] = ()
    """Ids: exactly these, whatever tags, priority and targets say."""
    tags: tuple[str, ...] = ()
    """A scenario has all of them, in whatever case."""
    exclude_tags: tuple[str, ...] = ()
    """A scenario has none of them."""
    priority: str | None = None
    """A scenario has this one, in whatever case."""
    targets: tuple[str, ...] = ()
    """Files, folders, `path::id` or ids; a scenario is meant by one of them."""


def select(loaded: Loaded, selection: Selection, project: Project) -> tuple[Scenario, ...]:
    """Return the selected scenarios in run order.

    Raises UsageError for an id or path that does not exist, NothingSelected when no scenario is
    left.
    """
    suite = selection.suite or ScenarioFilter()
    if selection.scenario:
        wanted = [_with_id(loaded.scenarios, name) for name in selection.scenario]
        ids = {scenario.id for scenarios in wanted for scenario in scenarios}
        found = (scenario for scenario in loaded.scenarios if scenario.id in ids)
        return _some(tuple(filter(suite.holds, found)), loaded, selection)
    targets = [_target(text, loaded.scenarios, project.root) for text in selection.targets]
    tags = {tag.lower() for tag in selection.tags}
    excluded = {tag.lower() for tag in selection.exclude_tags}
    priority = None if selection.priority is None else selection.priority.lower()
    chosen = tuple(
        scenario
        for scenario in loaded.scenarios
        if suite.holds(scenario)
        and (not targets or any(holds(scenario) for holds in targets))
        and tags <= (own := _tags(scenario))
        and not excluded & own
        and (priority is None or (scenario.metadata.priority or "").lower() == priority)
    )
    return _some(chosen, loaded, selection)


def _some(
    chosen: tuple[Scenario, ...], loaded: Loaded, selection: Selection
) -> tuple[Scenario, ...]:
    if not chosen:
        raise NothingSelected(_nothing(loaded, selection))
    return chosen


def _tags(scenario: Scenario) -> set[str]:
    return {tag.lower() for tag in scenario.metadata.tags}


def _nothing(loaded: Loaded, selection: Selection) -> str:
    if not loaded.scenarios:
        return "no scenario was found"
    asked = [
        *(f"id {name}" for name in selection.scenario),
        *(f"tag {tag}" for tag in selection.tags),
        *(f"without tag {tag}" for tag in selection.exclude_tags),
        *([f"priority {selection.priority}"] if selection.priority is not None else []),
        *selection.targets,
    ]
    return f"no scenario matches {', '.join(asked)}" if asked else "no scenario matches"


def _with_id(scenarios: Sequence[Scenario], name: str) -> tuple[Scenario, ...]:
    """Return the scenario called `name`, or all combinations of the matrix called so."""
    found = tuple(
        scenario for scenario in scenarios if name in (scenario.id, scenario.origin.base_id)
    )
    if found:
        return found
    known = {scenario.id for scenario in scenarios}
    known |= {s.origin.base_id for s in scenarios if s.origin.base_id is not None}
    by_lower = {known_name.lower(): known_name for known_name in sorted(known)}
    other_case = by_lower.get(name.lower())
    near = f" (did you mean '{other_case}'?)" if other_case else suggestion(name, known)
    msg = f"no scenario is called '{name}'{near}"
    raise UsageError(msg)


def _target(text: str, scenarios: Sequence[Scenario], root: Path) -> Callable[[Scenario], bool]:
    """Return whether a scenario is meant by `text`; a path that exists wins over an id."""
    head, separator, scenario_id = text.partition("::")
    path = resolve(head, root) if head else None
    if path is None:
        if separator or "/" in head:
            msg = f"no file or folder '{head}'"
            raise UsageError(msg)
        ids = {scenario.id for scenario in _with_id(scenarios, text)}
        return lambda scenario: scenario.id in ids

    def is_below(scenario: Scenario) -> bool:
        manifest = Path(os.path.normpath(root / scenario.origin.manifest))
        return manifest == path or path in manifest.parents

    if not separator:
        return is_below
    inside = [scenario for scenario in scenarios if is_below(scenario)]
    ids = {scenario.id for scenario in _with_id(inside, scenario_id)}
    return lambda scenario: scenario.id in ids
