"""From the words of a command line to a project, and to the scenarios that they select."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.cli.verbs import VERBS
from engine_harness.errors import ManifestError, NothingSelected, UsageError
from engine_harness.run.suites.registry import chosen_suites, of_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine_harness._types import Json
    from engine_harness.api import Harness, Invocation
    from engine_harness.cli.request import RunRequest
    from engine_harness.manifest.load import Loaded
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.run.suites.base import Suite
    from engine_harness.run.suites.registry import AnySuite

__all__ = [
    "changing_flags",
    "invocation_of",
    "load_targets",
    "named_suites",
    "nothing_found",
    "open_project",
    "open_request",
    "paths_of",
    "requested_suites",
    "require_targets",
    "select_by_suite",
    "united",
]


_HABITS = {
    "run": "; scenarios run without a verb: run-harness [PATH or ID]",
    "test": "; scenarios run without a verb: run-harness [PATH or ID]",
    "list": "; the suites: run-harness --list, their scenarios: run-harness --suite all --list",
}
"""What people type who know other tools."""


def open_project(root: str | None, flags: Mapping[str, Json] | None = None) -> Project:
    """Return the project of `--root`, or the one that the current folder belongs to."""
    if root is not None and not Path(root).is_dir():
        msg = f"--root: '{root}' is no folder"
        raise UsageError(msg)
    from engine_harness import api

    given = {key: value for key, value in (flags or {}).items() if value is not None}
    return api.open_project(root, flags=given)


def open_request(request: RunRequest) -> Project:
    """Return the project of a run, with the flags that stand in for its keys."""
    return open_project(
        request.root,
        {
            "run.jobs": request.jobs,
            "run.deadline_s": request.deadline_s,
            "run.memory_mb": request.memory_mb,
            "run.seed": request.seed,
            "paths.scenarios": list(request.manifest_folders) or None,
        },
    )


def invocation_of(request: RunRequest, project: Project) -> Invocation:
    """Return what the command line says about every run."""
    from engine_harness.api import Invocation

    return Invocation(
        seed=request.seed,
        jobs=project.jobs,
        deadline_s=request.deadline_s,
        memory_mb=request.memory_mb,
        hitch_policy=request.hitch_policy,
        enforce_targets=request.enforce_targets,
        force_build=request.force_build,
        skip_build=request.skip_build,
        out_dir=None if request.out_dir is None else project.root / request.out_dir,
    )


def changing_flags(request: RunRequest) -> tuple[str, ...]:
    """Return the flags that a command line must repeat to do the same run again."""
    flags: list[str] = []
    if request.hitch_policy not in (None, "stall"):
        flags += ["--hitch-policy", str(request.hitch_policy)]
    if request.deadline_s is not None:
        flags += ["--deadline", f"{request.deadline_s:g}"]
    if request.memory_mb is not None:
        flags += ["--memory-mb", str(request.memory_mb)]
    if request.enforce_targets:
        flags += ["--enforce-targets"]
    return tuple(flags)


def requested_suites(project: Project, request: RunRequest) -> tuple[AnySuite, ...]:
    """Return the suites of a run: those that were named, else all.

    Who asks for some of the scenarios does not ask for the static suites, unless by name.

    Raises:
        UsageError: there is no such suite, or a flag about scenarios and no suite that runs any.
    """
    chosen = chosen_suites(project, request.suites or ("all",))
    if request.is_narrowed:
        kept = {suite.name for suite in of_scenarios(chosen)} | named_suites(project, request)
        chosen = tuple(suite for suite in chosen if suite.name in kept)
    if not of_scenarios(chosen):
        _require_nothing_of_scenarios(request, chosen)
    return chosen


def named_suites(project: Project, request: RunRequest) -> frozenset[str]:
    """Return the suites that were named, alone or by a group that is smaller than `all`."""
    names = [name for name in request.suites if name != "all"]
    return frozenset(suite.name for suite in chosen_suites(project, names))


def _require_nothing_of_scenarios(request: RunRequest, suites: Sequence[AnySuite]) -> None:
    given = {
        "a PATH or ID": request.targets,
        "--scenario": request.scenarios,
        "--tag": request.tags,
        "--exclude-tag": request.exclude_tags,
        "--priority": request.priority,
        "--out": request.out,
        "--envelope": request.envelope,
        "--baseline": request.baseline,
        "--update-baseline": request.update_baseline,
    }
    for flag in (flag for flag, value in given.items() if value):
        names = ", ".join(suite.name for suite in suites)
        msg = f"{flag} is for suites that run scenarios; there is none among: {names}"
        raise UsageError(msg)


def load_targets(
    harness: Harness, targets: tuple[str, ...], root: Path, *, strict: bool = False
) -> Loaded:
    """Load what `targets` may mean: the files among them alone, or the project where one is an id.

    With `strict` a warning about a manifest is an error.

    A target that is neither a path nor an id is an error that suggests verbs too, because a
    misspelt verb ends up here.
    """
    loaded = _judged(harness, harness.load(paths_of(targets, root)), strict=strict)
    require_targets(loaded, targets, harness.project)
    return loaded


def paths_of(targets: Sequence[str], root: Path) -> tuple[str, ...]:
    """Return the files and folders to read for `targets`; none: all that the project has."""
    if "" in targets:
        msg = "an empty target names nothing; '.' is the current folder, no target the project"
        raise UsageError(msg)
    paths = [target.partition("::")[0] for target in targets if _is_path(target, root)]
    return tuple(dict.fromkeys(paths)) if len(paths) == len(targets) else ()


def require_targets(loaded: Loaded, targets: Sequence[str], project: Project) -> None:
    """Raise for a target that is neither a path nor an id of `loaded`."""
    known = {scenario.id for scenario in loaded.scenarios}
    known |= {s.origin.base_id for s in loaded.scenarios if s.origin.base_id is not None}
    for target in targets:
        if target not in known and not _is_path(target, project.root):
            msg = f"no scenario or path is called '{target}'"
            hint = _HABITS.get(target) or suggestion(target, {*known, *VERBS})
            where = "" if loaded.scenarios else f"; {nothing_found(project)}"
            raise UsageError(msg + hint + where)


def _judged(harness: Harness, loaded: Loaded, *, strict: bool) -> Loaded:
    if strict:
        planned = (harness.planner.expand(scenario).warnings for scenario in loaded.scenarios)
        warnings = (*loaded.warnings, *(warning for some in planned for warning in some))
        if warnings:
            raise ManifestError(tuple(replace(item, severity="error") for item in warnings))
    return loaded


def nothing_found(project: Project) -> str:
    """Return why a project has no scenarios: where they were looked for, and what to do."""
    from engine_harness.manifest.sources import FILE_NAME

    folders = ", ".join(project.scenarios)
    text = f"no manifest was found in {project.root} (paths.scenarios: {folders})"
    if not (project.root / FILE_NAME).is_file():
        text += f"; there is no {FILE_NAME}: `run-harness init` writes a project"
    return text


def select_by_suite(
    loaded: Loaded, request: RunRequest, suites: Iterable[Suite], project: Project
) -> dict[str, tuple[Scenario, ...]]:
    """Return the scenarios of each suite, in run order.

    A suite that was named itself must have one, unless it may be empty; a suite reached through a
    group may be.
    """
    from engine_harness.manifest.select import Selection, select

    chosen: dict[str, tuple[Scenario, ...]] = {}
    for suite in suites:
        selection = Selection(
            suite=suite.selects,
            scenario=request.scenarios,
            tags=request.tags,
            exclude_tags=request.exclude_tags,
            priority=request.priority,
            targets=request.targets,
        )
        try:
            chosen[suite.name] = select(loaded, selection, project)
        except NothingSelected as error:
            if suite.name in request.suites and not (request.allow_empty and suite.may_be_empty):
                msg = suite.nothing or f"no scenario matches suite {suite.name}"
                raise NothingSelected(msg) from error
            chosen[suite.name] = ()
    return chosen


def united(by_suite: Mapping[str, tuple[Scenario, ...]]) -> tuple[Scenario, ...]:
    """Return every selected scenario once: suites share one run of each."""
    found = {scenario.id: scenario for chosen in by_suite.values() for scenario in chosen}
    return tuple(found[identity] for identity in sorted(found, key=lambda i: (i.lower(), i)))


def _is_path(target: str, root: Path) -> bool:
    """A path has a separator, names its scenario behind `::`, or is there."""
    from engine_harness.manifest.discovery import resolve

    head = target.partition("::")[0]
    return "::" in target or "/" in head or resolve(head, root) is not None
