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

__all__ = ["Selection", "select"]

_DRIVER_OF_SUITE = {"engine-sim": "timeline"}
_EVERY_DRIVER = "all"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What was asked for; what is empty filters nothing."""

    suites: tuple[str, ...] = ()
    """`engine-sim`, `all` or the project's own; a scenario is in one of them."""
    scenario: tuple[str, ...] = ()
    """Ids: exactly these, whatever the other filters say."""
    tags: tuple[str, ...] = ()
    """A scenario has all of them, in whatever case."""
    exclude_tags: tuple[str, ...] = ()
    """A scenario has none of them."""
    targets: tuple[str, ...] = ()
    """Files, folders, `path::id` or ids; a scenario is meant by one of them."""


def select(loaded: Loaded, selection: Selection, project: Project) -> tuple[Scenario, ...]:
    """Return the selected scenarios in run order.

    Raises UsageError for an id, suite or path that does not exist, NothingSelected when no
    scenario is left.
    """
    if selection.scenario:
        wanted = [_with_id(loaded.scenarios, name) for name in selection.scenario]
        ids = {scenario.id for scenarios in wanted for scenario in scenarios}
        return tuple(scenario for scenario in loaded.scenarios if scenario.id in ids)
    suites = [_suite(name, project) for name in selection.suites]
    targets = [_target(text, loaded.scenarios, project.root) for text in selection.targets]
    tags = {tag.lower() for tag in selection.tags}
    excluded = {tag.lower() for tag in selection.exclude_tags}
    chosen = tuple(
        scenario
        for scenario in loaded.scenarios
        if (not suites or any(holds(scenario) for holds in suites))
        and (not targets or any(holds(scenario) for holds in targets))
        and tags <= (own := _tags(scenario))
        and not excluded & own
    )
    if not chosen:
        raise NothingSelected(_nothing(loaded, selection))
    return chosen


def _tags(scenario: Scenario) -> set[str]:
    return {tag.lower() for tag in scenario.metadata.tags}


def _nothing(loaded: Loaded, selection: Selection) -> str:
    if not loaded.scenarios:
        return "no scenario was found"
    asked = [
        *(f"suite {name}" for name in selection.suites),
        *(f"tag {tag}" for tag in selection.tags),
        *(f"without tag {tag}" for tag in selection.exclude_tags),
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


def _suite(name: str, project: Project) -> Callable[[Scenario], bool]:
    if name == _EVERY_DRIVER:
        return lambda _: True
    driver = _DRIVER_OF_SUITE.get(name)
    if driver is not None:
        return lambda scenario: scenario.driver == driver
    config = project.suites.get(name)
    if config is None:
        known = [_EVERY_DRIVER, *_DRIVER_OF_SUITE, *project.suites]
        msg = f"no suite is called '{name}'{suggestion(name, known)}; known: {', '.join(known)}"
        raise UsageError(msg)
    tags, excluded = set(config.tags), set(config.exclude_tags)
    return lambda scenario: (
        tags <= _tags(scenario)
        and not excluded & _tags(scenario)
        and (not config.worlds or scenario.world in config.worlds)
        and (not config.drivers or scenario.driver in config.drivers)
    )


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
