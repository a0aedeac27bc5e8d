"""`--list`: the suites, or the scenarios that a command line selects. Runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.cli.opening import (
    invocation_of,
    load_targets,
    open_request,
    requested_suites,
    select_by_suite,
    united,
)
from engine_harness.cli.output import Output
from engine_harness.errors import NothingSelected
from engine_harness.run.suites.registry import all_suites, groups, of_scenarios

if TYPE_CHECKING:
    from engine_harness.cli.request import RunRequest
    from engine_harness.manifest.project import Project

__all__ = ["list_suites_or_scenarios"]


def list_suites_or_scenarios(request: RunRequest) -> int:
    """Print the suites; with `--suite`, a target or a filter the ids of scenarios, in run order."""
    project = open_request(request)
    output = Output(as_json=request.as_json)
    if not request.suites and not request.is_narrowed:
        return _list_suites(project, output)
    from engine_harness.api import Harness

    suites = of_scenarios(requested_suites(project, request))
    if not suites:
        return output.document("list", 0, {"scenarios": []})
    with Harness(project, invocation_of(request, project)) as harness:
        loaded = load_targets(harness, request.targets, project.root, strict=request.strict)
        try:
            found = united(select_by_suite(loaded, request, suites, project))
        except NothingSelected:
            found = ()
    identities = [scenario.id for scenario in found]
    output.lines(identities)
    return output.document("list", 0, {"scenarios": list(identities)})


def _list_suites(project: Project, output: Output) -> int:
    suites = all_suites(project)
    output.lines(f"[{s.kind}] {s.name} — {s.description} — {s.command}" for s in suites.values())
    aliases = groups(project)
    output.lines(["Suite groups:", *(f"  {name}: {', '.join(of)}" for name, of in aliases.items())])
    return output.document(
        "list",
        0,
        {
            "suites": [
                {
                    "name": suite.name,
                    "kind": suite.kind,
                    "description": suite.description,
                    "command": suite.command,
                }
                for suite in suites.values()
            ],
            "groups": {name: list(members) for name, members in aliases.items()},
        },
    )
