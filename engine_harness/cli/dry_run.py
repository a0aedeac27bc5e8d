"""`--dry-run`: what an invocation would do, one line per action; it does none of it."""

from __future__ import annotations

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
from engine_harness.errors import NothingSelected

if TYPE_CHECKING:
    from engine_harness.cli.request import RunRequest

__all__ = ["tell_what_would_be_done"]


def tell_what_would_be_done(request: RunRequest) -> int:
    """Print `Would compile ...`, `Would clear ...` and `Would run ...` in that order.

    A plan that cannot be made is an error here as it is in a run.
    """
    from engine_harness.api import Harness

    project = open_request(request)
    suites = requested_suites(project, request)
    places = Places.of(project, request.out_dir)
    places.require_distinct(suites)
    output = Output(as_json=request.as_json)
    with Harness(project, invocation_of(request, project)) as harness:
        loaded = load_targets(harness, request.targets, project.root)
        by_suite = select_by_suite(loaded, request, suites, project)
        scenarios = united(by_suite)
        harness.plan_all(scenarios)
        steps = (
            ()
            if request.skip_build
            else harness.compiler().preview(
                scenarios,
                known_ids=harness.known_ids(),
                manifest_hashes=harness.manifest_hashes(),
                force=request.force_build,
            )
        )
    compiled = [f"{s.manifest} to {places.shown(s.path)}" for s in steps if s.status == "built"]
    removed = [places.shown(step.path) for step in steps if step.status == "removed"]
    active = [suite for suite in suites if by_suite[suite.name]]
    cleared = removed + [places.shown(path) for path in places.outputs(active) if path.is_file()]
    runs = [f"{suite.name}: {s.id}" for suite in active for s in by_suite[suite.name]]
    output.lines(f"Would compile {text}" for text in compiled)
    output.lines(f"Would clear {text}" for text in cleared)
    output.lines(f"Would run {text}" for text in runs)
    code = 0
    if not scenarios:
        why = "" if loaded.scenarios else f"; {nothing_found(project)}"
        note(f"run-harness: no scenario is selected{why}")
        code = NothingSelected.exit_code
    return output.document(
        "dry-run",
        code,
        {
            "would_compile": list(compiled),
            "would_clear": list(cleared),
            "would_run": [scenario.id for scenario in scenarios],
        },
    )
