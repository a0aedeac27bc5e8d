"""Suite `engine-sim`: every timeline scenario, told in full."""

from __future__ import annotations

from engine_harness.manifest.select import ScenarioFilter
from engine_harness.run.suites.base import ENGINE_REPORTS, Suite

__all__ = ["ENGINE_SIM"]

ENGINE_SIM = Suite(
    name="engine-sim",
    kind="Engine",
    description="runs every timeline scenario",
    folder=ENGINE_REPORTS,
    selects=ScenarioFilter(drivers=("timeline",)),
    reporters=("engine_simulation", "engine_observability"),
)
