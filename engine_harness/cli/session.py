"""What one invocation runs, and what a person sees of it: progress, failures, reports, summary.

The steps are those of `api.Harness`. A session can run and finish again and again: watch mode does,
with the results of what has not run again kept.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine_harness._wallclock import monotonic_s
from engine_harness.cli.opening import named_suites, united
from engine_harness.cli.output import note
from engine_harness.report import console
from engine_harness.report.base import run_order
from engine_harness.report.failure import Telling, print_lines
from engine_harness.report.targets import metrics_lines, targets_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness.api import Harness, Result
    from engine_harness.cli.gating import Gate, Judgement
    from engine_harness.cli.output import Output
    from engine_harness.cli.places import Places
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.static import StaticRuns
    from engine_harness.manifest.load import Loaded
    from engine_harness.manifest.models import Scenario
    from engine_harness.report.base import Case
    from engine_harness.run.suites.base import Suite

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "Session"]

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


@dataclass(kw_only=True)
class Session:
    """The suites of an invocation, their scenarios, and what has come of them so far."""

    harness: Harness
    request: RunRequest
    places: Places
    output: Output
    suites: tuple[Suite, ...]
    """Those that run scenarios."""
    static: StaticRuns
    """The others."""
    selected: dict[str, tuple[Scenario, ...]]
    """By suite, in run order."""
    loaded_ids: frozenset[str]
    """All scenarios of the manifests that were read, selected or not."""
    partial: frozenset[str] = frozenset()
    """The suites of which some scenarios are left out."""
    gates: dict[str, Gate] = field(default_factory=dict)
    """By suite, of those that have one that may be judged."""
    flags: tuple[str, ...] = ()
    """Those that change a run: a line that reproduces one repeats them."""
    results: dict[str, Result] = field(default_factory=dict)
    """By id."""
    judgements: dict[str, Judgement] = field(default_factory=dict)
    """By suite, what its gate has said last."""
    interrupted: bool = False
    started_s: float = field(default_factory=monotonic_s)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Every selected scenario once: suites share one run of each."""
        return united(self.selected)

    @property
    def passed(self) -> bool:
        """Whether every scenario that has run has passed."""
        return all(result.verdict.passed for result in self.results.values())

    def take(self, loaded: Loaded, selected: dict[str, tuple[Scenario, ...]]) -> None:
        """Go on with these scenarios; what is known of any that stay is kept."""
        self.selected = selected
        self.loaded_ids = frozenset(scenario.id for scenario in loaded.scenarios)
        self.partial = frozenset(
            suite.name
            for suite in self.suites
            if len(selected[suite.name]) < sum(map(suite.selects.holds, loaded.scenarios))
        )

    def cases(self, suite: Suite) -> tuple[Result, ...]:
        """Return what has run of a suite, in run order."""
        found = (self.results.get(scenario.id) for scenario in self.selected[suite.name])
        return tuple(result for result in found if result is not None)

    def telling(self) -> Telling:
        """Return how failures are told to who has typed the command."""
        root = () if self.request.root is None else ("--root", self.request.root)
        log = self.log_telling()
        return replace(log, flags=(*self.flags, *root), verbose=self.request.verbose)

    def log_telling(self) -> Telling:
        """Return how failures are told in a log: the same wherever the project lies."""
        return Telling(flags=self.flags, record=self._record)

    def _record(self, case: Case) -> str:
        return self.places.record(case.record.scenario.id)

    def compile(self, scenarios: Sequence[Scenario]) -> None:
        """Bring the modules of `scenarios` up to date."""
        summary = self.harness.compile(scenarios)
        for warning in summary.warnings:
            note(f"warning: {warning}")
        if self.request.verbose:
            for built in summary.outputs:
                note(f"{built.status} {self.places.shown(built.path)}")

    def clear(self) -> None:
        """Remove what an earlier run of the same suites has written, unless it is to be kept."""
        if not self.request.keep_artifacts:
            self.places.clear(suite for suite in self.suites if self.selected[suite.name])

    def run(self, scenarios: Sequence[Scenario]) -> None:
        """Run and judge; results are printed in run order, as soon as all before them are known.

        Ctrl-C ends it, and is remembered: what has finished is still told.
        """
        try:
            self.static.start()
            self._run(scenarios)
        except KeyboardInterrupt:
            self.interrupted = True

    def _run(self, scenarios: Sequence[Scenario]) -> None:
        from engine_harness.report.progress import Progress

        for scenario in scenarios:
            self.results.pop(scenario.id, None)
        waiting = [scenario.id for scenario in scenarios][::-1]
        names = "+".join(suite.name for suite in self.suites if self.selected[suite.name])
        verbose = self.request.verbose
        with Progress(names, len(scenarios), stream=sys.stderr, verbose=verbose) as progress:

            def show(done: Sequence[Result]) -> None:
                lines = []
                for result in done:
                    lines.append(console.case_line(result, wall=True))
                    lines += print_lines(result.record) if verbose else ()
                if progress.shares_terminal(sys.stdout):
                    progress.above(self.output.painted(lines))
                else:
                    self.output.lines(lines)

            try:
                for result in self.harness.run(scenarios):
                    identity, passed = result.scenario.id, result.verdict.passed
                    self.results[identity] = result
                    progress.finished(identity, passed=passed, wall_s=result.wall_s)
                    ready = []
                    while waiting and waiting[-1] in self.results:
                        ready.append(self.results[waiting.pop()])
                    show(ready)
            finally:
                # After Ctrl-C what has finished out of order is still told.
                show([self.results[i] for i in reversed(waiting) if i in self.results])

    def report(self) -> list[console.SuiteSummary]:
        """Write the reports of every suite that has run; return a summary of each suite.

        Static suites run now if they have not run yet.
        """
        wall_s = monotonic_s() - self.started_s
        summaries = []
        for suite in self.suites:
            of_suite = self.cases(suite)
            summary = console.SuiteSummary(
                name=suite.name,
                cases=of_suite,
                selected=len(self.selected[suite.name]),
                wall_s=wall_s,
                interrupted=self.interrupted,
            )
            if (of_suite or self._is_demanded(suite)) and not self.interrupted:
                summary = self._reported(suite, summary)
            summaries.append(summary)
        arranged = self.static.arranged(summaries, interrupted=self.interrupted)
        self.interrupted = self.interrupted or self.static.interrupted
        return arranged

    def _reported(self, suite: Suite, summary: console.SuiteSummary) -> console.SuiteSummary:
        """Judge the gate of a suite, write its reports, and add both to its summary."""
        cases = self.cases(suite)
        gate, judgement = self._gate(suite), None
        if gate is not None:
            judgement = self.judgements[suite.name] = gate.judge(cases, loaded_ids=self.loaded_ids)
            summary = replace(
                summary,
                failed=not judgement.passed,
                lines=judgement.lines,
                logged=judgement.logged,
            )
        elif suite.gate is not None:
            why = f"{suite.name}: the gate is not judged; it is of all of --suite {suite.name}"
            summary = replace(summary, lines=(why,), logged=(why,), remark="gate not judged")
        written = self.harness.report(
            cases,
            suite=suite,
            folder=self.places.folder(suite),
            out=self.places.out,
            gate=None if judgement is None else judgement.view,
        )
        return replace(summary, artifacts=tuple(self.places.shown(path) for path in written))

    def _gate(self, suite: Suite) -> Gate | None:
        """Return the gate of a suite, unless some of its scenarios were left out by a filter."""
        is_left_out = suite.name in self.partial and suite.name not in self.request.suites
        return None if is_left_out else self.gates.get(suite.name)

    def _is_demanded(self, suite: Suite) -> bool:
        """Whether a suite is judged even without a scenario: an absent one would pass for good."""
        gate = self._gate(suite)
        return gate is not None and gate.is_demanded

    def write_baselines(self) -> list[str]:
        """Write the baselines that are to be updated; return lines that say so."""
        lines = []
        for name, judgement in self.judgements.items():
            if judgement.new_baseline is not None:
                gate = self.gates[name]
                gate.write_baseline(judgement.new_baseline)
                lines.append(f"wrote {self.places.shown(gate.baseline_path)}")
        return lines

    def tell(self, summaries: Sequence[console.SuiteSummary], *, lines: Sequence[str] = ()) -> None:
        """Print failures, warnings, `lines` and the summary."""
        self.tell_cases(run_order(self.results.values()))
        self.sum_up(summaries, lines=lines)

    def tell_cases(self, cases: Sequence[Case]) -> None:
        """Print what was asked for of these cases, their failures and their warnings."""
        self.output.lines(self._asked_lines(cases))
        self.output.lines(console.details(cases, self.telling()))

    def sum_up(
        self, summaries: Sequence[console.SuiteSummary], *, lines: Sequence[str] = ()
    ) -> None:
        """Print what the gates say, `lines` and the summary."""
        if self.request.verbose:
            for path in dict.fromkeys(path for item in summaries for path in item.artifacts):
                note(f"wrote {path}")
        for summary in summaries:
            self.output.lines([*summary.lines, ""] if summary.lines else [])
        self.output.lines(lines)
        self.output.lines(console.summary_lines(self._in_short(summaries), wall=True))

    def _in_short(self, summaries: Sequence[console.SuiteSummary]) -> list[console.SuiteSummary]:
        """Leave out the notes of what nobody has named and nothing is wrong with."""
        named = named_suites(self.harness.project, self.request)
        is_told = self.request.verbose
        return [
            item if is_told or item.failed or item.name in named else replace(item, notes=())
            for item in summaries
        ]

    def write_logs(self, summaries: Sequence[console.SuiteSummary]) -> None:
        """Write the log of every suite whose scenarios have run to their end."""
        by_name = {summary.name: summary for summary in summaries}
        for suite in self.suites:
            summary = by_name[suite.name]
            if summary.cases and not self.interrupted:
                lines = console.log_lines(summary, self.log_telling())
                self.places.write_log(suite, lines)

    def _asked_lines(self, cases: Sequence[Case]) -> list[str]:
        """Return the lines of `--print-metrics`, `--targets` and `--enforce-targets`."""
        request = self.request
        lines = metrics_lines(cases) if request.print_metrics else []
        if request.targets_line or request.enforce_targets:
            lines += targets_lines(cases)
        return lines

    def exit_code(self, summaries: Sequence[console.SuiteSummary]) -> int:
        """Return how it went in one number."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        return 0 if all(summary.passed for summary in summaries) else EXIT_FAILED
