"""`engine_metrics.json` and `engine_perf_metrics.json`: the metrics of each run, and one profile.

The profile is over all runs together: percentiles are those of all samples in one heap, so runs
with many samples count for more than runs with few. What a machine decides is under `host`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._collector import collector_paused
from engine_harness.report.artifacts import case_warnings, metrics_view, run_head
from engine_harness.report.profile import profile_view

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.report.base import SuiteRun

__all__ = ["MetricsReporter", "metrics_document"]


class MetricsReporter:
    """Writes one file of metrics; with a gate, what it came to stands there too."""

    def __init__(self, file_name: str, *, with_gate: bool) -> None:
        self._file_name = file_name
        self._with_gate = with_gate

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the one file."""
        return (folder / self._file_name,)

    @collector_paused()
    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write the view of all cases, atomically."""
        from engine_harness.records.writer import write_json

        view = metrics_document(run)
        if self._with_gate and run.gate is not None:
            view["gate"] = run.gate
        path = run.place(self._file_name)
        write_json(path, view, documents=frozenset({"scenarios"}))
        return (path,)


def metrics_document(run: SuiteRun) -> JsonMap:
    """Return head, metrics of each scenario in run order, and the profile of all."""
    return {
        "run": run_head(run),
        "scenarios": [
            {
                "id": case.record.scenario.id,
                "label": case.record.scenario.label,
                "metrics": metrics_view(case),
                "warnings": list(case_warnings(case)),
            }
            for case in run.cases
        ],
        "profiler": {"scheduler": profile_view([case.record for case in run.cases])},
    }
