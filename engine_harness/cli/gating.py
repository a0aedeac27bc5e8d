"""The gates of an invocation: their files are read before anything runs, and written last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.errors import UsageError
from engine_harness.run.suites.registry import baseline_beside, gate_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.api import Result
    from engine_harness.checks.gates import GateOutcome
    from engine_harness.cli.places import Places
    from engine_harness.cli.request import RunRequest
    from engine_harness.manifest.gates import Baseline, Envelope
    from engine_harness.manifest.project import Project
    from engine_harness.run.suites.base import Suite

__all__ = ["Gate", "Judgement", "open_gates"]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a gate says of the runs of its suite."""

    passed: bool
    view: JsonMap
    """For the artifact."""
    lines: tuple[str, ...]
    """For a person."""
    logged: tuple[str, ...]
    """The same without what a clock or a machine decides."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The gate of one suite, with its limits and figures."""

    suite: str
    envelope: Envelope
    baseline: Baseline
    baseline_path: Path
    watched: tuple[Path, ...]
    """The files that decide it."""
    updates: bool
    """Whether a passing gate writes the baseline."""

    def judge(
        self, cases: Sequence[Result], *, loaded_ids: frozenset[str], places: Places
    ) -> Judgement:
        """Judge the runs of the suite."""
        from engine_harness.checks.gates import judge_gate
        from engine_harness.report.gate import gate_lines, gate_view
        from engine_harness.vm.fingerprint import machine_fingerprint

        fingerprint = machine_fingerprint()
        baseline = self.baseline
        updated: tuple[str, ...] = ()

        def judged() -> GateOutcome:
            return judge_gate(
                cases,
                self.envelope,
                baseline,
                fingerprint=fingerprint,
                loaded_ids=loaded_ids,
                suite=self.suite,
            )

        outcome = judged()
        if self.updates:
            if outcome.blocks_update:
                updated = (f"baseline not written: {', '.join(outcome.blocks_update)} failed",)
            else:
                baseline = self._update(baseline, cases, fingerprint)
                outcome = judged()
                updated = (f"wrote {places.shown(self.baseline_path)}",)
        return Judgement(
            passed=outcome.passed and outcome.host_passed,
            view=gate_view(outcome),
            lines=(*gate_lines(outcome, cases, suite=self.suite, with_limits=True), *updated),
            logged=tuple(gate_lines(outcome, cases, suite=self.suite, with_host=False)),
        )

    def _update(self, baseline: Baseline, cases: Sequence[Result], fingerprint: str) -> Baseline:
        from engine_harness.checks.baselines import updated_baseline, write_baseline

        new = updated_baseline(baseline, cases, fingerprint)
        write_baseline(self.baseline_path, new)
        return new


def open_gates(
    project: Project, suites: Sequence[Suite], request: RunRequest, places: Places
) -> dict[str, Gate]:
    """Return the gate of each suite that has one.

    Raises:
        ManifestError: with all that is wrong with an envelope or baseline; UsageError: a file that
            was named is not there, or a flag finds no gate that it could belong to.
    """
    gated = [suite for suite in suites if suite.gate is not None]
    _require_one(gated, suites, request)
    return {suite.name: _open(suite, project, request, places) for suite in gated}


def _require_one(gated: Sequence[Suite], suites: Sequence[Suite], request: RunRequest) -> None:
    given = {
        "--envelope": request.envelope is not None,
        "--baseline": request.baseline is not None,
        "--update-baseline": request.update_baseline,
    }
    for flag, is_given in given.items():
        if is_given and not gated:
            names = ", ".join(suite.name for suite in suites)
            msg = f"{flag}: none of the suites has a gate: {names}"
            raise UsageError(msg)
        if is_given and len(gated) > 1 and flag != "--update-baseline":
            names = ", ".join(suite.name for suite in gated)
            msg = f"{flag} is one file, and several suites have a gate: {names}"
            raise UsageError(msg)


def _open(suite: Suite, project: Project, request: RunRequest, places: Places) -> Gate:
    from engine_harness.manifest.gates import load_baseline, load_envelope

    files = gate_files(suite, project)
    assert files is not None
    envelope, baseline, is_required = files.envelope, files.baseline, files.is_envelope_required
    if request.envelope is not None:
        envelope, is_required = project.root / request.envelope, True
        if suite.gate == "project":
            baseline = baseline_beside(envelope)
    if request.baseline is not None:
        baseline = project.root / request.baseline
        if not request.update_baseline and not baseline.is_file():
            msg = f"--baseline: no file '{request.baseline}'"
            raise UsageError(msg)
    is_there = is_required or envelope.exists()
    return Gate(
        suite=suite.name,
        envelope=load_envelope(envelope if is_there else None, places.shown(envelope)),
        baseline=load_baseline(baseline, places.shown(baseline)),
        baseline_path=baseline,
        watched=(envelope, baseline),
        updates=request.update_baseline,
    )
