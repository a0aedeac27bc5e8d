"""Suite `engine-metrics`: the metrics of every timeline scenario."""

from __future__ import annotations

from engine_harness.manifest.select import ScenarioFilter
from engine_harness.run.suites.base import ENGINE_REPORTS, Suite

__all__ = ["ENGINE_METRICS"]

ENGINE_METRICS = Suite(
    name="engine-metrics",
    kind="Engine",
    description="writes the metrics of every timeline scenario",
    folder=ENGINE_REPORTS,
    selects=ScenarioFilter(drivers=("timeline",)),
    reporters=("engine_metrics", "engine_observability"),
)
