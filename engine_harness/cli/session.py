"""One invocation that runs scenarios: load, select, compile, execute, judge, report, sum up.

The steps are those of `api.Harness`; what is added here is what a person sees meanwhile.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine_harness._counted import counted
from engine_harness._wallclock import monotonic_s
from engine_harness.cli.documents import case_data
from engine_harness.cli.opening import (
    changing_flags,
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
from engine_harness.report import console
from engine_harness.report.base import run_order
from engine_harness.report.failure import Telling, print_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.api import Harness, Result
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.suites import Suite
    from engine_harness.manifest.models import Scenario
    from engine_harness.report.base import Case

__all__ = ["run_session"]

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


@dataclass
class _Session:
    request: RunRequest
    places: Places
    output: Output
    suites: tuple[Suite, ...]
    selected: dict[str, tuple[Scenario, ...]]
    flags: tuple[str, ...]
    results: dict[str, Result] = field(default_factory=dict)
    interrupted: bool = False
    started_s: float = field(default_factory=monotonic_s)

    @property
    def telling(self) -> Telling:
        """How failures are told to who has typed the command."""
        root = () if self.request.root is None else ("--root", self.request.root)
        return replace(self.log_telling, flags=(*self.flags, *root), verbose=self.request.verbose)

    @property
    def log_telling(self) -> Telling:
        """How failures are told in a log: the same wherever the project lies."""
        return Telling(flags=self.flags, record=self._record)

    def _record(self, case: Case) -> str:
        return self.places.record(case.record.scenario.id)

    def cases(self, suite: Suite) -> tuple[Result, ...]:
        """Return what has run of a suite, in run order."""
        return tuple(
            self.results[scenario.id]
            for scenario in self.selected[suite.name]
            if scenario.id in self.results
        )


def run_session(request: RunRequest) -> int:
    """Run what `request` asks for and return the exit code."""
    from engine_harness.api import Harness

    project = open_request(request)
    suites = requested_suites(project, request)
    places = Places.of(project, request.out_dir)
    places.require_distinct(suites)
    output = Output(as_json=request.as_json)
    with Harness(project, invocation_of(request, project)) as harness:
        loaded = load_targets(harness, request.targets, project.root)
        for warning in loaded.warnings:
            note(str(warning))
        if request.verbose:
            manifests = counted(len(loaded.files), "manifest")
            note(f"read {manifests} with {counted(len(loaded.scenarios), 'scenario')}")
        selected = select_by_suite(loaded, request, suites, project)
        flags = changing_flags(request)
        session = _Session(request, places, output, suites, selected, flags)
        scenarios = united(selected)
        if not scenarios:
            return _nothing(session, nothing_found(project) if not loaded.scenarios else None)
        places.prepare()
        _compile(harness, session, scenarios)
        for path in places.outputs(suite for suite in suites if selected[suite.name]):
            path.unlink(missing_ok=True)
        try:
            _execute(harness, session, scenarios)
        except KeyboardInterrupt:
            session.interrupted = True
    return _finish(harness, session)


def _compile(harness: Harness, session: _Session, scenarios: Sequence[Scenario]) -> None:
    summary = harness.compile(scenarios)
    for warning in summary.warnings:
        note(f"warning: {warning}")
    if session.request.verbose:
        for built in summary.outputs:
            note(f"{built.status} {session.places.shown(built.path)}")


def _execute(harness: Harness, session: _Session, scenarios: Sequence[Scenario]) -> None:
    """Run and judge; results are printed in run order, as soon as all before them are known."""
    from engine_harness.report.progress import Progress

    waiting = [scenario.id for scenario in scenarios][::-1]
    names = "+".join(suite.name for suite in session.suites)
    with Progress(
        names, len(scenarios), stream=sys.stderr, verbose=session.request.verbose
    ) as progress:

        def show(done: Sequence[Result]) -> None:
            lines = []
            for result in done:
                lines.append(console.case_line(result, wall=True))
                lines += print_lines(result.record) if session.request.verbose else ()
            if progress.shares_terminal(sys.stdout):
                progress.above(session.output.painted(lines))
            else:
                session.output.lines(lines)

        try:
            for result in harness.run(scenarios):
                identity, passed = result.scenario.id, result.verdict.passed
                session.results[identity] = result
                progress.finished(identity, passed=passed, wall_s=result.wall_s)
                ready = []
                while waiting and waiting[-1] in session.results:
                    ready.append(session.results[waiting.pop()])
                show(ready)
        finally:
            # After Ctrl-C what has finished out of order is still told.
            show([session.results[i] for i in reversed(waiting) if i in session.results])


def _finish(harness: Harness, session: _Session) -> int:
    """Write the reports and say how it went."""
    cases = run_order(session.results.values())
    wall_s = monotonic_s() - session.started_s
    summaries = []
    for suite in session.suites:
        of_suite = session.cases(suite)
        written: tuple[Path, ...] = ()
        if of_suite and not session.interrupted:
            folder = session.places.folder(suite)
            written = harness.report(of_suite, suite=suite.name, folder=folder)
        summaries.append(
            console.SuiteSummary(
                name=suite.name,
                cases=of_suite,
                selected=len(session.selected[suite.name]),
                wall_s=wall_s,
                artifacts=tuple(session.places.shown(path) for path in written),
                interrupted=session.interrupted,
            )
        )
    if session.request.verbose:
        for path in dict.fromkeys(path for item in summaries for path in item.artifacts):
            note(f"wrote {path}")
    session.output.lines(console.details(cases, session.telling))
    session.output.lines(console.summary_lines(summaries, wall=True))
    for suite, summary in zip(session.suites, summaries, strict=True):
        if summary.cases and not session.interrupted:
            session.places.write_log(suite, console.log_lines(summary, session.log_telling))
    if session.interrupted:
        code = EXIT_INTERRUPTED
    else:
        code = 0 if all(case.verdict.passed for case in cases) else EXIT_FAILED
    return session.output.document("run", code, _document(session, summaries))


def _nothing(session: _Session, why: str | None) -> int:
    """Nothing at all is selected, and no suite was named: every suite is skipped."""
    summaries = [
        console.SuiteSummary(name=suite.name, cases=(), selected=0, wall_s=None, artifacts=())
        for suite in session.suites
    ]
    session.output.lines(console.summary_lines(summaries, wall=True))
    note(f"run-harness: no scenario is selected{f'; {why}' if why else ''}")
    data = _document(session, summaries)
    return session.output.document("run", NothingSelected.exit_code, data)


def _document(session: _Session, summaries: Sequence[console.SuiteSummary]) -> JsonMap:
    cases = run_order(session.results.values())
    artifacts = dict.fromkeys(path for summary in summaries for path in summary.artifacts)
    return {
        "passed": bool(cases) and all(case.verdict.passed for case in cases),
        "suites": [
            {
                "name": summary.name,
                "status": summary.status,
                "scenarios": [case.record.scenario.id for case in summary.cases],
                "artifacts": list(summary.artifacts),
                "host": {"wall_s": summary.wall_s},
            }
            for summary in summaries
        ],
        "scenarios": [
            {**case_data(case), "record": session.places.record(case.record.scenario.id)}
            for case in cases
        ],
        "artifacts": list(artifacts),
    }
