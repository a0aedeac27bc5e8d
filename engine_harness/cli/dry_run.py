"""`--dry-run`: what an invocation would do, one line per action; it does none of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness.cli.opening import (
    invocation_of,
    load_targets,
    nothing_found,
    open_request,
    requested_suites,
    select_by_suite,
    united,
)
from engine_harness.cli.output import Output, note
from engine_harness.cli.places import Places
from engine_harness.cli.static import StaticRuns
from engine_harness.errors import NothingSelected
from engine_harness.manifest.discovery import require_lua
from engine_harness.run.suites.registry import of_scenarios

if TYPE_CHECKING:
    from engine_harness.cli.request import RunRequest
    from engine_harness.compile.summary import Step
    from engine_harness.manifest.project import Project
    from engine_harness.run.suites.base import Suite

__all__ = ["tell_what_would_be_done"]


def tell_what_would_be_done(request: RunRequest) -> int:
    """Print `Would compile ...`, `Would clear ...` and `Would run ...` in that order.

    A plan that cannot be made is an error here as it is in a run.
    """
    project = open_request(request)
    asked = requested_suites(project, request)
    places = Places.of(project, request.out_dir, request.out, is_shared=len(asked) > 1)
    places.require_distinct(asked)
    output = Output(as_json=request.as_json)
    static = StaticRuns(asked, project, places, keeps_logs=request.keep_artifacts)
    suites = of_scenarios(asked)
    planned = _planned(request, project, suites, places) if suites else _Planned()
    if not suites:
        require_lua(project)
    old = [*places.written(planned.active), *(path for path in static.logs if path.is_file())]
    cleared = [*planned.removed, *(() if request.keep_artifacts else map(places.shown, old))]
    checks = static.ways()
    output.lines(f"Would compile {text}" for text in planned.compiled)
    output.lines(f"Would clear {text}" for text in cleared)
    output.lines(f"Would run {name} over {how}" for name, how in checks.items())
    output.lines(f"Would run {name} ({', '.join(of)})" for name, of in planned.runs.items())
    code = 0
    if planned.nothing is not None:
        note(f"run-harness: no scenario is selected{planned.nothing}")
        code = NothingSelected.exit_code
    return output.document(
        "dry-run",
        code,
        {
            "would_compile": list(planned.compiled),
            "would_clear": list(cleared),
            "would_check": list(checks),
            "would_run": list(planned.runs),
        },
    )


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """What would be done with scenarios."""

    active: tuple[Suite, ...] = ()
    """The suites that have any."""
    compiled: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    runs: dict[str, list[str]] = field(default_factory=dict)
    """Scenario -> its suites, in run order."""
    nothing: str | None = None
    """Why there is none, where there should be one."""


def _planned(
    request: RunRequest, project: Project, suites: tuple[Suite, ...], places: Places
) -> _Planned:
    from engine_harness.api import Harness

    with Harness(project, invocation_of(request, project)) as harness:
        loaded = load_targets(harness, request.targets, project.root, strict=request.strict)
        by_suite = select_by_suite(loaded, request, suites, project)
        scenarios = united(by_suite)
        harness.planner.plan_all(scenarios)
        compiler, hashes = harness.compiler(), harness.standing.manifest_hashes
        steps: tuple[Step, ...] = ()
        if request.skip_build:
            # Nothing is built; modules that are not there are an error, as in a run.
            compiler.load_existing(scenarios, manifest_hashes=hashes)
        else:
            steps = compiler.preview(
                scenarios,
                known_ids=harness.standing.known_ids,
                manifest_hashes=hashes,
                force=request.force_build,
            )
    built = (step for step in steps if step.status == "built")
    runs: dict[str, list[str]] = {scenario.id: [] for scenario in scenarios}
    for suite in suites:
        for scenario in by_suite[suite.name]:
            runs[scenario.id].append(suite.name)
    why = "" if loaded.scenarios else f"; {nothing_found(project)}"
    return _Planned(
        active=tuple(suite for suite in suites if by_suite[suite.name]),
        compiled=tuple(f"{step.manifest} to {places.shown(step.path)}" for step in built),
        removed=tuple(places.shown(step.path) for step in steps if step.status == "removed"),
        runs=runs,
        nothing=None if scenarios else why,
    )
