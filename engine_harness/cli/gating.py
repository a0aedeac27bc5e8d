"""The gates of an invocation: their files are read before anything runs, and written last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.errors import UsageError
from engine_harness.manifest.project import baseline_beside
from engine_harness.run.suites.registry import gate_files

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

__all__ = ["Gate", "Judgement", "may_be_judged", "open_gates"]


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
    new_baseline: Baseline | None = None
    """What `--update-baseline` is to write."""


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
    """Whether the figures of a passing gate become the baseline."""
    has_own_setting: bool
    """Whether flags of this invocation have set seed or hitch policy."""

    @property
    def is_demanded(self) -> bool:
        """Whether it has to be judged even where its suite has no scenario at all."""
        return self.envelope.is_shipped or bool(self.baseline.cost)

    def judge(self, cases: Sequence[Result], *, loaded_ids: frozenset[str]) -> Judgement:
        """Judge the runs of the suite; nothing is written.

        Where the baseline is to be updated, and nothing else speaks against it, the runs are
        judged by the figures that it will have.
        """
        from engine_harness.checks.baselines import updated_baseline
        from engine_harness.checks.gates import judge_gate
        from engine_harness.report.gate import gate_lines, gate_view
        from engine_harness.vm.fingerprint import machine_fingerprint

        fingerprint = machine_fingerprint()

        def judged(baseline: Baseline) -> GateOutcome:
            return judge_gate(
                cases,
                self.envelope,
                baseline,
                fingerprint=fingerprint,
                loaded_ids=loaded_ids,
                suite=self.suite,
                has_own_setting=self.has_own_setting,
            )

        outcome = judged(self.baseline)
        new: Baseline | None = None
        more: tuple[str, ...] = ()
        if self.updates and outcome.blocks_update:
            more = (f"baseline not written: {', '.join(outcome.blocks_update)} failed",)
        elif self.updates:
            new = updated_baseline(self.baseline, cases, fingerprint)
            outcome = judged(new)
        return Judgement(
            passed=outcome.passed and outcome.host_passed,
            view=gate_view(outcome),
            lines=(*gate_lines(outcome, cases, suite=self.suite, with_limits=True), *more),
            logged=tuple(gate_lines(outcome, cases, suite=self.suite, with_host=False)),
            new_baseline=new,
        )

    def write_baseline(self, baseline: Baseline) -> None:
        """Write the figures that the gate compares with from now on."""
        from engine_harness.checks.baselines import write_baseline

        write_baseline(self.baseline_path, baseline)


def open_gates(
    project: Project, suites: Sequence[Suite], request: RunRequest, places: Places
) -> dict[str, Gate]:
    """Return the gate of each suite that has one and is to be judged.

    Raises:
        ManifestError: with all that is wrong with an envelope or baseline; UsageError: a file that
            was named is not there, or a flag finds no gate that it could belong to.
    """
    gated = [suite for suite in suites if may_be_judged(suite, request)]
    _require_one(gated, suites, request)
    return {suite.name: _open(suite, project, request, places) for suite in gated}


def may_be_judged(suite: Suite, request: RunRequest) -> bool:
    """Return whether the gate of a suite is asked for: who names the suite always wants it.

    A path or an id runs what it names with all suites, to see one failure again.
    """
    return suite.gate is not None and (suite.name in request.suites or not request.targets)


def _require_one(gated: Sequence[Suite], suites: Sequence[Suite], request: RunRequest) -> None:
    given = {
        "--envelope": request.envelope is not None,
        "--baseline": request.baseline is not None,
        "--update-baseline": request.update_baseline,
    }
    for flag, is_given in given.items():
        if is_given and not gated:
            names = ", ".join(suite.name for suite in suites)
            msg = f"{flag}: none of the suites has a gate that is judged: {names}"
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
    if is_required and not envelope.exists():
        key = f"suites.{suite.name}.gate"
        named = "--envelope" if request.envelope is not None else f"{project.source(key)} {key}"
        msg = f"{named}: no file '{places.shown(envelope)}'"
        raise UsageError(msg)
    is_there = envelope.exists()
    return Gate(
        suite=suite.name,
        envelope=load_envelope(envelope if is_there else None, places.shown(envelope)),
        baseline=load_baseline(baseline, places.shown(baseline)),
        baseline_path=baseline,
        watched=(envelope, baseline),
        updates=request.update_baseline,
        has_own_setting=request.seed is not None or request.hitch_policy is not None,
    )
