"""The figures that a gate compares with: taken from runs, and written by command only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.checks.budgets import hitch_policy_of
from engine_harness.checks.cost import normalised_functions
from engine_harness.checks.figures import number_of
from engine_harness.checks.host_contracts import GC_DELTA_KB, SPEED
from engine_harness.manifest.baseline_file import baseline_data
from engine_harness.manifest.gates import Baseline, Budget, HostFigures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine_harness.checks.gates import Judged
    from engine_harness.records.models import RunRecord

__all__ = ["updated_baseline", "write_baseline"]

HOST_DIGITS = 4
"""More would say nothing: these figures differ from run to run."""


def updated_baseline(baseline: Baseline, cases: Sequence[Judged], fingerprint: str) -> Baseline:
    """Return the baseline with the figures of these runs on this machine, and their budgets.

    Other machines keep theirs. The runs are all that the suite has: what else had figures is gone.
    """
    ids = {case.record.scenario.id for case in cases}
    before = baseline.machines.get(fingerprint, {})
    host = {name: figures for name, figures in before.items() if name in ids}
    cost = {name: budget for name, budget in baseline.cost.items() if name in ids}
    for case in cases:
        record = case.record
        figures = HostFigures(
            gc_delta_kb=_rounded(record, GC_DELTA_KB), utilisation=_rounded(record, SPEED)
        )
        if figures != HostFigures():
            host[record.scenario.id] = figures
        if record.cost is not None:
            cost[record.scenario.id] = Budget(
                work_units=record.cost.work_units,
                functions=normalised_functions(record.cost),
                seed=record.scenario.seed,
                hitch_policy=hitch_policy_of(record),
            )
    return replace(baseline, machines={**baseline.machines, fingerprint: host}, cost=cost)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file, whole or not at all; one content has one text.

    Raises:
        UsageError: it cannot be written.
    """
    from engine_harness.records.writer import write_json

    write_json(path, baseline_data(baseline))


def _rounded(record: RunRecord, path: str) -> float | None:
    number = number_of(record, path)
    return None if number is None else float(f"{number:.{HOST_DIGITS}g}")
