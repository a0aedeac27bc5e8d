"""What a reporter is: records and verdicts in, files out.

A reporter sees plain data of finished runs. It knows no VM, no manifest file and no scenario that
is not in the records, so every report can be written again from records alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from engine_harness._registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine_harness.checks.verdict import Verdict
    from engine_harness.records.models import RunRecord

__all__ = ["Case", "Reporter", "SuiteRun", "reporters", "run_order", "write_reports"]


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
    from engine_harness.report.artifacts import SimulationReporter

    registry: Registry[Reporter] = Registry("reporter", "engine_harness.reporters")
    registry.register("engine_simulation", SimulationReporter())
    return registry


def run_order(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return `cases` in the order of a suite: by id, lower-cased, then as written."""

    def key(case: Case) -> tuple[str, str]:
        identity = case.record.scenario.id
        return identity.lower(), identity

    return tuple(sorted(cases, key=key))


def write_reports(run: SuiteRun) -> tuple[Path, ...]:
    """Let every reporter write its files; return all paths in order of registration."""
    return tuple(path for reporter in reporters().values() for path in reporter.write(run))
