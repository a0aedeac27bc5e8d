"""What a manifest says, once it has been read: frozen plain data, one form per idea.

The loader expands every spelling to these models; plan, run and checks know no other form.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model
from engine_harness.manifest.drivers import TimelineEntry
from engine_harness.manifest.expectations import EventRule, ExpectationSet
from engine_harness.manifest.intelligence import Intelligence
from engine_harness.manifest.invariants import Invariant

__all__ = [
    "CONFIG_SECTIONS",
    "DRIVER_OPTIONS",
    "EngineOptions",
    "ExpectFailure",
    "Limits",
    "Metadata",
    "Origin",
    "Scenario",
]

HitchPolicy = Literal["stall", "catch_up"]

CONFIG_SECTIONS = ("engine", "world")
"""The sections of `config` that every scenario may have; a world may declare more."""

DRIVER_OPTIONS = ("hitchPolicy", "settleLimit")
"""The options of `config.engine` that are the driver's; a world may declare more."""


class Metadata(Model):
    """Who a scenario is."""

    id: str
    """Unique in the project; `[A-Za-z0-9_-][A-Za-z0-9_.-]*`, at most 120 characters; the id of a
    matrix member is the base id followed by `[key=value,...]`."""
    label: str
    description: str | None = None
    tags: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    priority: str | None = None


class ExpectFailure(Model):
    """Strict: a scenario that carries this fails when everything passes."""

    reason: str
    ticket: str | None = None


class Limits(Model):
    """Ceilings of one run; None means: not set by the scenario."""

    deadline_s: float | None = None
    """Wall time in seconds, > 0; 60 by default."""
    memory_mb: int | None = None
    """Memory of the run's process in MiB; 1,024 by default."""
    work_units: int | None = None
    frames: int | None = None
    events: int | None = None
    log_rows: int | None = None


class EngineOptions(Model):
    """`config.engine`: options of the timeline driver; None means: not set by the scenario."""

    hitch_policy: HitchPolicy | None = Field(default=None)
    settle_limit_s: float | None = None
    """Virtual seconds the run may settle after its last entry; 10 by default."""


class Origin(Model):
    """Where a scenario was written. Never part of a plan, a module or a digest."""

    manifest: str
    """Path from the project root, with `/`."""
    label: str = ""
    """`[i][j]` (from 1) of a member of a bundle, empty otherwise."""
    line: int | None = None
    """The scenario's first line; None where the format keeps no lines (Lua manifests)."""
    lines: dict[str, int] = Field(default_factory=dict)
    """Line by data path: `expect_events[1]`, `expect.hp`, `timeline[3].expect`, `invariants[2]`."""
    base_id: str | None = None
    """The id that a matrix member had before its combination was added; None without a matrix."""


class Scenario(Model):
    """One thing to run and judge: who, in which world, driven by what, expecting what."""

    version: int = 1
    metadata: Metadata
    driver: Literal["timeline"] = "timeline"
    world: str
    world_options: dict[str, JsonValue] = Field(default_factory=dict)
    """The scenario's own; the project's defaults are overlaid when it runs."""
    seed: int | str | None = None
    """As authored; None: the project's."""
    config: dict[str, JsonValue] = Field(default_factory=dict)
    """The authored `config`, which the plan carries."""
    engine: EngineOptions = EngineOptions()
    intelligence: Intelligence | None = None
    """Which of the world's policies watch over the run."""
    timeline: tuple[TimelineEntry, ...] = ()
    rule_aliases: dict[str, str] = Field(default_factory=dict)
    """The names of rules, by the second names that the world declares for them."""
    expect: ExpectationSet = Field(default_factory=dict)
    expect_target: ExpectationSet = Field(default_factory=dict)
    expect_events: tuple[EventRule, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    expect_failure: ExpectFailure | None = None
    limits: Limits = Limits()
    origin: Origin

    @property
    def id(self) -> str:
        """The scenario's id."""
        return self.metadata.id
