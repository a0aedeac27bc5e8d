"""One scenario or one Lua function, with everything that it needs opened and closed around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness.api import Harness, Invocation, open_project
from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness._types import Json
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord
    from engine_harness.run.budget import HitchPolicy

__all__ = ["call_lua", "run"]


def run(
    manifest: str | Path | Mapping[str, Json],
    *,
    root: str | Path | None = None,
    seed: int | str | None = None,
    hitch_policy: HitchPolicy | None = None,
    deadline_s: float | None = None,
    memory_mb: int | None = None,
) -> RunRecord:
    """Run one scenario and return its record; nothing is written to disk.

    Args:
        manifest: the path of a file, `path::id` when it holds more than one scenario, or the data
            of a manifest.
        root: the project's root; by default the nearest folder upwards with `harness.toml`.
        seed: replaces the scenario's.
        hitch_policy: where the scenario does not choose one, `stall` or `catch_up`.
        deadline_s: wall time, where the scenario sets no limit.
        memory_mb: memory of the run's process in MiB, where the scenario sets no limit.

    Raises:
        ManifestError, PlanError, CompileError: the manifest cannot be run.
        UsageError: it holds several scenarios, or none with this id.
    """
    invocation = Invocation(
        seed=seed, hitch_policy=hitch_policy, deadline_s=deadline_s, memory_mb=memory_mb
    )
    with Harness(open_project(root), invocation) as harness:
        if isinstance(manifest, str | Path):
            scenario = _only_scenario(harness, str(manifest))
        else:
            scenario = harness.read(manifest)
        from engine_harness.run.isolate import record_of
        from engine_harness.run.session import job_of

        request = harness.request_of(scenario)
        return record_of(request, harness.pool.call(job_of(request)))


def _only_scenario(harness: Harness, target: str) -> Scenario:
    path, _, scenario_id = target.partition("::")
    scenarios = harness.load((path,)).scenarios
    chosen = [s for s in scenarios if not scenario_id or s.id == scenario_id]
    if len(chosen) != 1:
        names = ", ".join(f"{path}::{s.id}" for s in scenarios)
        msg = f"{target}: name one scenario: {names}"
        raise UsageError(msg)
    return chosen[0]


def call_lua(module: str, function: str, *args: Json, root: str | Path | None = None) -> list[Json]:
    """Call a Lua function of a project in a child process; see `Harness.call_lua`."""
    with Harness(open_project(root)) as harness:
        return harness.call_lua(module, function, *args)
