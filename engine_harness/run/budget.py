"""Which ceilings and options hold for one run: scenario, then flag, then project, then default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine_harness.manifest.ceilings import DEFAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness._types import Json
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project

__all__ = ["DEFAULT_LIMITS", "Budget", "Invocation", "RunOptions", "run_options"]

HitchPolicy = Literal["stall", "catch_up"]

SETTLE_LIMIT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The ceilings of one run, all of them set."""

    deadline_s: float = DEFAULTS["deadline_s"]
    """Wall time in seconds."""
    memory_mb: int = DEFAULTS["memory_mb"]
    """MiB of the run's process."""
    work_units: int = DEFAULTS["work_units"]
    frames: int = DEFAULTS["frames"]
    events: int = DEFAULTS["events"]
    log_rows: int = DEFAULTS["log_rows"]


DEFAULT_LIMITS = Budget()


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What the caller wants of this invocation; None: whatever project and scenario say."""

    seed: int | str | None = None
    """Replaces the seed of every selected scenario."""
    jobs: int | None = None
    """Worker processes, >= 1."""
    deadline_s: float | None = None
    """Wall time of one run, for scenarios without a limit of their own."""
    memory_mb: int | None = None
    """Memory of one run, for scenarios without a limit of their own."""
    hitch_policy: HitchPolicy | None = None
    """For scenarios that do not choose one themselves."""
    enforce_targets: bool = False
    """Whether an `expect_target` that is not met fails its scenario."""
    force_build: bool = False
    skip_build: bool = False
    out_dir: Path | None = None
    """Where reports go; None: `artifacts/<folder of the suite>`."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Everything a run needs beside its module."""

    seed: int | str
    world_options: dict[str, Json]
    hitch_policy: HitchPolicy
    settle_limit_s: float
    budget: Budget


def run_options(scenario: Scenario, project: Project, invocation: Invocation) -> RunOptions:
    """Return the options that hold for one scenario."""
    limits, engine = scenario.limits, scenario.engine
    seed = invocation.seed
    if seed is None:
        seed = scenario.seed if scenario.seed is not None else project.seed
    return RunOptions(
        seed=seed,
        world_options={**project.worlds.get(scenario.world, {}), **scenario.world_options},
        hitch_policy=engine.hitch_policy or invocation.hitch_policy or "stall",
        settle_limit_s=(
            engine.settle_limit_s if engine.settle_limit_s is not None else SETTLE_LIMIT_S
        ),
        budget=Budget(
            deadline_s=limits.deadline_s or invocation.deadline_s or project.deadline_s,
            memory_mb=limits.memory_mb or invocation.memory_mb or project.memory_mb,
            work_units=limits.work_units or DEFAULT_LIMITS.work_units,
            frames=limits.frames or DEFAULT_LIMITS.frames,
            events=limits.events or DEFAULT_LIMITS.events,
            log_rows=limits.log_rows or DEFAULT_LIMITS.log_rows,
        ),
    )
