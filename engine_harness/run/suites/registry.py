"""The suites that a command line can name: ours, those of entry points, and the project's own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from engine_harness._registry import Registry, suggestion
from engine_harness.errors import UsageError
from engine_harness.manifest.project import ENVELOPE_SUFFIX, baseline_beside
from engine_harness.manifest.select import ScenarioFilter
from engine_harness.run.suites.base import GateFiles, Suite
from engine_harness.run.suites.static import StaticSuite

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine_harness.manifest.project import Project, SuiteConfig

__all__ = [
    "AnySuite",
    "all_suites",
    "chosen_suites",
    "gate_files",
    "groups",
    "of_scenarios",
    "static_ones",
    "suite_registry",
]

AnySuite: TypeAlias = Suite | StaticSuite


FOR_OTHER_TOOLS = "engine_observability"
"""The report that is the same for every suite that has a scenario."""


@cache
def suite_registry() -> Registry[AnySuite]:
    """Return all suites by name: ours, then those of the group `engine_harness.suites`."""
    from engine_harness.run.suites.engine_metrics import ENGINE_METRICS
    from engine_harness.run.suites.engine_perf import ENGINE_PERF
    from engine_harness.run.suites.engine_replay import ENGINE_REPLAY
    from engine_harness.run.suites.engine_sim import ENGINE_SIM
    from engine_harness.run.suites.format import FORMAT
    from engine_harness.run.suites.lint import LINT
    from engine_harness.run.suites.register_pressure import REGISTER_PRESSURE
    from engine_harness.run.suites.typecheck import TYPECHECK

    registry: Registry[AnySuite] = Registry("suite", "engine_harness.suites")
    static = (FORMAT, LINT, TYPECHECK, REGISTER_PRESSURE)
    for suite in (*static, ENGINE_SIM, ENGINE_REPLAY, ENGINE_METRICS, ENGINE_PERF):
        registry.register(suite.name, suite)
    return registry


def groups(project: Project | None = None) -> dict[str, tuple[str, ...]]:
    """Return alias -> suites.

    Suites of a project select from scenarios that ours run anyway: `all` has those with a gate.
    """
    names = tuple(suite_registry())
    own = project.suites if project is not None else {}
    gated = tuple(name for name, config in own.items() if config.gate is not None)
    return {
        "all": (*names, *gated),
        "static": tuple(suite.name for suite in static_ones(suite_registry().values())),
        "engine": tuple(name for name in names if name.startswith("engine-")),
    }


def of_scenarios(suites: Iterable[AnySuite]) -> tuple[Suite, ...]:
    """Return the suites that run scenarios."""
    return tuple(suite for suite in suites if isinstance(suite, Suite))


def static_ones(suites: Iterable[AnySuite]) -> tuple[StaticSuite, ...]:
    """Return the suites that need no scenario."""
    return tuple(suite for suite in suites if isinstance(suite, StaticSuite))


def all_suites(project: Project) -> dict[str, AnySuite]:
    """Return every suite by name, ours first, then the project's in the order of its file."""
    suites: dict[str, AnySuite] = dict(suite_registry())
    for name, config in project.suites.items():
        if name in suites:
            # The names of ours are refused while harness.toml is read.
            msg = f"suites.{name}: an installed package has a suite of this name; take another one"
            raise UsageError(msg)
        suites[name] = _own(name, config)
    return suites


def _own(name: str, config: SuiteConfig) -> Suite:
    has_gate = config.gate is not None
    return Suite(
        name=name,
        kind="Project",
        description=config.description or "scenarios selected in harness.toml",
        folder=name,
        selects=ScenarioFilter(
            drivers=config.drivers,
            worlds=config.worlds,
            tags=config.tags,
            exclude_tags=config.exclude_tags,
        ),
        reporters=("engine_simulation", *(("engine_perf_metrics",) if has_gate else ())),
        gate="project" if has_gate else None,
        may_be_empty=not has_gate,
    )


def chosen_suites(project: Project, names: Iterable[str]) -> tuple[AnySuite, ...]:
    """Return the suites that `names` (suites and groups) stand for, each once, in that order."""
    known, aliases = all_suites(project), groups(project)
    chosen: dict[str, AnySuite] = {}
    for name in names:
        if name not in aliases and name not in known:
            names_known = [*known, *aliases]
            msg = (
                f"no suite is called '{name}'{suggestion(name, names_known)};"
                f" known: {', '.join(names_known)}"
            )
            raise UsageError(msg)
        for member in aliases.get(name, (name,)):
            chosen[member] = known[member]
    return _told_once(chosen.values())


def _told_once(suites: Iterable[AnySuite]) -> tuple[AnySuite, ...]:
    """Leave the files for other tools to one suite: the first of those with the most scenarios."""
    ordered = tuple(suites)
    telling = [suite for suite in of_scenarios(ordered) if FOR_OTHER_TOOLS in suite.reporters]
    keeper = min(telling, key=lambda suite: len(suite.selects.tags), default=None)
    return tuple(
        replace(suite, reporters=tuple(r for r in suite.reporters if r != FOR_OTHER_TOOLS))
        if isinstance(suite, Suite) and suite is not keeper
        else suite
        for suite in ordered
    )


def gate_files(suite: Suite, project: Project) -> GateFiles | None:
    """Return the files of a suite's gate.

    `x.envelope.json` has its figures in `x.baseline.json` beside it.
    """
    if suite.gate is None:
        return None
    if suite.gate == "project":
        envelope = project.root / str(project.suites[suite.name].gate)
    else:
        envelope = _gates_folder(project) / f"{suite.name}{ENVELOPE_SUFFIX}"
    return GateFiles(envelope, baseline_beside(envelope), suite.gate == "project")


def _gates_folder(project: Project) -> Path:
    """A plain name is a folder beside the manifests, a path with `/` starts at the root."""
    if "/" in project.baselines:
        return project.root / project.baselines
    return project.root / project.scenarios[0] / project.baselines
