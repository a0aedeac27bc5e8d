"""Suite `engine-perf`: the workloads under pressure, and the gate that they must pass."""

from __future__ import annotations

from engine_harness.manifest.select import ScenarioFilter
from engine_harness.run.suites.base import Suite

__all__ = ["ENGINE_PERF"]

ENGINE_PERF = Suite(
    name="engine-perf",
    kind="Engine",
    description="runs the scenarios tagged engine-perf, then the performance gate",
    folder="engine-perf",
    selects=ScenarioFilter(drivers=("timeline",), tags=("engine-perf",)),
    reporters=("engine_perf_metrics", "engine_perf_accuracy", "engine_observability"),
    gate="default",
    nothing="no scenario is tagged engine-perf",
    may_be_empty=False,
)
