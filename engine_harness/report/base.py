"""What a reporter is: records and verdicts in, files out.

A reporter sees plain data of finished runs. It knows no VM, no manifest file and no scenario that
is not in the records, so every report can be written again from records alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from engine_harness._registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.checks.verdict import Verdict
    from engine_harness.records.models import RunRecord

__all__ = [
    "BUILTIN_REPORTERS",
    "Case",
    "Reporter",
    "SuiteRun",
    "chosen_reporters",
    "reporters",
    "run_order",
    "write_reports",
]

BUILTIN_REPORTERS = (
    "engine_simulation",
    "engine_observability",
    "engine_replay",
    "engine_metrics",
    "engine_perf_metrics",
    "engine_perf_accuracy",
)
"""A suite names the ones that it wants."""

FULL_REPORT = "engine_simulation"
"""The suites that write this one get the reporters of entry points too."""


class Case(Protocol):
    """One finished run with its judgement; `api.Result` is one."""

    @property
    def record(self) -> RunRecord:
        """What happened."""
        ...

    @property
    def verdict(self) -> Verdict:
        """What it was worth."""
        ...

    @property
    def wall_s(self) -> float:
        """Wall time of the run in seconds; it may stand under `host` only."""
        ...


@dataclass(frozen=True, kw_only=True)
class SuiteRun:
    """Everything that a reporter may know about one suite of one invocation."""

    suite: str
    cases: tuple[Case, ...]
    """In run order, see `run_order`."""
    folder: Path
    """Where the files of the suite go; it may not exist yet."""
    tool_version: str
    generated: str
    """UTC time of the report as `YYYY-MM-DDTHH:MM:SSZ`; it may stand under `meta` only."""
    gate: JsonMap | None = None
    """What the suite's gate came to, as the artifact shows it; None: it has no gate."""
    out: Path | None = None
    """Where the suite's first report goes instead, `--out`."""

    def place(self, file_name: str) -> Path:
        """Return the path of a report that is called `file_name`."""
        return self.out or self.folder / file_name


class Reporter(Protocol):
    """Writes one or more files about a suite."""

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the files that `write` would leave in `folder`; they are cleared before a run."""
        ...

    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write the files and return their paths."""
        ...


@cache
def reporters() -> Registry[Reporter]:
    """Return all reporters by name: ours, then those of the group `engine_harness.reporters`."""
    from engine_harness.manifest.contracts import ACCURACY_REPORT
    from engine_harness.report.artifacts import SimulationReporter
    from engine_harness.report.figure_report import FigureReporter
    from engine_harness.report.metrics import MetricsReporter
    from engine_harness.report.observability import ObservabilityReporter
    from engine_harness.report.replay import ReplayReporter

    registry: Registry[Reporter] = Registry("reporter", "engine_harness.reporters")
    registry.register("engine_simulation", SimulationReporter())
    registry.register("engine_observability", ObservabilityReporter())
    registry.register("engine_replay", ReplayReporter())
    for name, with_gate in (("engine_metrics", False), ("engine_perf_metrics", True)):
        registry.register(name, MetricsReporter(f"{name}.json", with_gate=with_gate))
    registry.register("engine_perf_accuracy", FigureReporter(ACCURACY_REPORT))
    return registry


def run_order(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return `cases` in the order of a suite: by id, lower-cased, then as written."""

    def key(case: Case) -> tuple[str, str]:
        identity = case.record.scenario.id
        return identity.lower(), identity

    return tuple(sorted(cases, key=key))


def chosen_reporters(names: Sequence[str]) -> tuple[Reporter, ...]:
    """Return the reporters of a suite that names those; others come from entry points."""
    registry = reporters()
    others = [name for name in registry if name not in BUILTIN_REPORTERS]
    wanted = dict.fromkeys([*names, *(others if FULL_REPORT in names else ())])
    return tuple(registry[name] for name in wanted)


def write_reports(run: SuiteRun, names: Sequence[str]) -> tuple[Path, ...]:
    """Let the reporters of a suite write their files; return all paths, the first's first."""
    paths: list[Path] = []
    for reporter in chosen_reporters(names):
        paths += reporter.write(run)
        run = replace(run, out=None)
    return tuple(paths)
