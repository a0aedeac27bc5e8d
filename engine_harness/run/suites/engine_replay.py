"""Suite `engine-replay`: what is needed to play every timeline scenario again."""

from __future__ import annotations

from engine_harness.manifest.select import ScenarioFilter
from engine_harness.run.suites.base import ENGINE_REPORTS, Suite

__all__ = ["ENGINE_REPLAY"]

ENGINE_REPLAY = Suite(
    name="engine-replay",
    kind="Engine",
    description="writes what is needed to play every timeline scenario again",
    folder=ENGINE_REPORTS,
    selects=ScenarioFilter(drivers=("timeline",)),
    reporters=("engine_replay", "engine_observability"),
)
