"""What a suite is: a selection of scenarios with reports, and possibly a gate. Data only.

Light to import: a command line lists suites without loading anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness.manifest.select import ScenarioFilter

__all__ = ["ENGINE_REPORTS", "GateFiles", "Suite"]

ENGINE_REPORTS = "engine"
"""The folder, below the artifacts, that the reports on all timelines share."""


@dataclass(frozen=True)
class GateFiles:
    """Where the limits of a gate and the figures it compares with are kept."""

    envelope: Path
    """Absolute."""
    baseline: Path
    """Absolute; `--update-baseline` writes it."""
    is_envelope_required: bool
    """Whether a missing envelope is an error; else the default limits hold."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A selection of scenarios, the reports on it, and possibly a gate."""

    name: str
    kind: Literal["Engine", "Project"]
    """`Engine`: ours, or one of an entry point; `Project`: from harness.toml."""
    description: str
    folder: str
    """Below the artifacts folder."""
    selects: ScenarioFilter
    reporters: tuple[str, ...]
    """Names of `report.base.reporters()`."""
    gate: Literal["default", "project"] | None = None
    """`default`: the files of the performance gate; `project`: harness.toml names the envelope."""
    nothing: str | None = None
    """What is said when nothing is selected, instead of `no scenario matches suite <name>`."""
    may_be_empty: bool = True
    """Whether `--allow-empty` may let it pass without a scenario."""

    @property
    def command(self) -> str:
        """The command line that runs it."""
        return f"run-harness --suite {self.name}"
