"""What a compilation did or would do, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CompileSummary", "Output", "Status", "Step"]

Status = Literal["built", "fresh", "removed", "stale"]
"""`stale` only for a module that is run as it is, under `--skip-build`."""


@dataclass(frozen=True)
class Step:
    """What would be done to one module."""

    id: str
    """The scenario's id; of a module whose scenario is gone the file's name without extension."""
    path: Path
    status: Status
    manifest: str


@dataclass(frozen=True)
class Output:
    """One module as it now stands, or the one that was removed."""

    id: str
    """The scenario's id; of a module whose scenario is gone the file's name without extension."""
    path: Path
    status: Status
    manifest: str
    text: str = ""
    """The module's source; empty for a removed one."""
    sha256: str = ""


@dataclass(frozen=True)
class CompileSummary:
    """What a compilation did: the scenarios' outputs in their order, then the removed ones."""

    outputs: tuple[Output, ...]
    warnings: tuple[str, ...]

    def by_id(self) -> dict[str, Output]:
        """Return the outputs whose scenario exists, by its id."""
        return {output.id: output for output in self.outputs if output.status != "removed"}
