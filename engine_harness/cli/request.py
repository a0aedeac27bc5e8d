"""What one command line that runs scenarios asks for, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["RunRequest"]


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What one command line asks for; None means: not given."""

    targets: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    jobs: int | str | None = None
    seed: int | str | None = None
    deadline_s: float | None = None
    memory_mb: int | None = None
    hitch_policy: Literal["stall", "catch_up"] | None = None
    out_dir: str | None = None
    root: str | None = None
    as_json: bool = False
    dry_run: bool = False
    verbose: bool = False
    force_build: bool = False
    skip_build: bool = False
