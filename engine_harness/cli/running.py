"""One invocation that runs scenarios: open, load, select, run, sum up."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from engine_harness._counted import counted
from engine_harness.cli.documents import case_data
from engine_harness.cli.gating import open_gates
from engine_harness.cli.opening import (
    changing_flags,
    invocation_of,
    load_targets,
    nothing_found,
    open_request,
    requested_suites,
    select_by_suite,
)
from engine_harness.cli.output import Output, note
from engine_harness.cli.places import Places
from engine_harness.cli.session import Session
from engine_harness.cli.static import StaticRuns
from engine_harness.errors import NothingSelected, UsageError
from engine_harness.manifest.discovery import require_lua
from engine_harness.report.base import run_order
from engine_harness.report.targets import targets_of
from engine_harness.run.suites.registry import of_scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import JsonMap
    from engine_harness.api import Harness
    from engine_harness.cli.request import RunRequest
    from engine_harness.manifest.load import Loaded
    from engine_harness.report.console import SuiteSummary

__all__ = ["new_session", "open_session", "run_session"]


def run_session(request: RunRequest) -> int:
    """Run what `request` asks for and return the exit code."""
    from engine_harness.api import Harness

    project = open_request(request)
    if not of_scenarios(requested_suites(project, request)):
        return _only_static(new_session(Harness(project), request))
    with Harness(project, invocation_of(request, project)) as harness, ExitStack() as stack:
        session, loaded = open_session(harness, request)
        stack.enter_context(session.static)
        if not session.scenarios:
            return _nothing(session, loaded)
        session.places.prepare()
        session.compile(session.scenarios)
        session.clear()
        if request.repeat > 1:
            from engine_harness.cli.repeating import run_repeatedly

            summaries, lines = run_repeatedly(session)
        else:
            session.run(session.scenarios)
            summaries, lines = session.report(), []
            session.write_logs(summaries)
    if not session.interrupted and all(summary.passed for summary in summaries):
        lines += session.write_baselines()
    session.tell(summaries, lines=lines)
    code = session.exit_code(summaries)
    return session.output.document("run", code, _document(session, summaries))


def new_session(harness: Harness, request: RunRequest) -> Session:
    """Return a session for which nothing has been selected yet.

    Raises:
        ManifestError, UsageError: suites, places or gates are not what was asked for.
    """
    project = harness.project
    asked = requested_suites(project, request)
    suites = of_scenarios(asked)
    places = Places.of(project, request.out_dir, request.out, is_shared=len(asked) > 1)
    places.require_distinct(asked)
    return Session(
        harness=harness,
        request=request,
        places=places,
        output=Output(as_json=request.as_json),
        suites=suites,
        static=StaticRuns(asked, project, places, keeps_logs=request.keep_artifacts),
        selected={},
        loaded_ids=frozenset(),
        gates=open_gates(project, suites, request, places),
        flags=changing_flags(request),
    )


def open_session(harness: Harness, request: RunRequest) -> tuple[Session, Loaded]:
    """Load and select what `request` asks for.

    Raises:
        ManifestError: with all problems; UsageError: what was asked for is not there.
    """
    project = harness.project
    session = new_session(harness, request)
    loaded = load_targets(harness, request.targets, project.root, strict=request.strict)
    for warning in loaded.warnings:
        note(str(warning))
    if request.verbose:
        manifests = counted(len(loaded.files), "manifest")
        note(f"read {manifests} with {counted(len(loaded.scenarios), 'scenario')}")
    session.take(loaded, select_by_suite(loaded, request, session.suites, project))
    left_out = sorted(session.partial & session.gates.keys() - set(request.suites))
    if request.update_baseline and left_out:
        names = ", ".join(left_out)
        msg = f"--update-baseline: a baseline is of all scenarios, and some are left out of {names}"
        raise UsageError(msg)
    return session, loaded


def _only_static(session: Session) -> int:
    """Run no scenario, read no manifest, start no child."""
    require_lua(session.harness.project)
    session.places.prepare()
    with session.static:
        summaries = session.report()
    session.sum_up(summaries)
    code = session.exit_code(summaries)
    return session.output.document("run", code, _document(session, summaries))


def _nothing(session: Session, loaded: Loaded) -> int:
    """No scenario is selected, and no suite that runs any was named: all these are skipped."""
    summaries = session.report()
    session.sum_up(summaries)
    why = "" if loaded.scenarios else f"; {nothing_found(session.harness.project)}"
    is_allowed = session.request.allow_empty
    note(f"{'warning' if is_allowed else 'run-harness'}: no scenario is selected{why}")
    code = session.exit_code(summaries)
    if code == 0 and not is_allowed:
        code = NothingSelected.exit_code
    return session.output.document("run", code, _document(session, summaries))


def _gate_data(session: Session, suite: str) -> JsonMap:
    judgement = session.judgements.get(suite)
    return {} if judgement is None else {"gate": judgement.view}


def _document(session: Session, summaries: Sequence[SuiteSummary]) -> JsonMap:
    cases = run_order(session.results.values())
    artifacts = dict.fromkeys(path for summary in summaries for path in summary.artifacts)
    return {
        "passed": bool(cases or not session.suites)
        and all(summary.passed for summary in summaries),
        "suites": [
            {
                "name": summary.name,
                "status": summary.status,
                "scenarios": [case.record.scenario.id for case in summary.cases],
                "artifacts": list(summary.artifacts),
                "notes": list(summary.notes),
                **_gate_data(session, summary.name),
                "host": {"wall_s": summary.wall_s},
            }
            for summary in summaries
        ],
        "scenarios": [
            {**case_data(case), "record": session.places.record(case.record.scenario.id)}
            for case in cases
        ],
        "artifacts": list(artifacts),
        "targets": targets_of(cases)._asdict(),
    }
