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
    priority: str | None = None
    manifest_folders: tuple[str, ...] = ()
    jobs: int | str | None = None
    seed: int | str | None = None
    deadline_s: float | None = None
    memory_mb: int | None = None
    hitch_policy: Literal["stall", "catch_up"] | None = None
    out_dir: str | None = None
    out: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    repeat: int = 1
    envelope: str | None = None
    baseline: str | None = None
    update_baseline: bool = False
    replay_file: str | None = None
    root: str | None = None
    as_json: bool = False
    dry_run: bool = False
    verbose: bool = False
    force_build: bool = False
    skip_build: bool = False
    keep_artifacts: bool = False
    strict: bool = False
    allow_empty: bool = False
    print_metrics: bool = False
    targets_line: bool = False
    enforce_targets: bool = False
    watch: bool = False
    poll: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but suites says which scenarios are meant."""
        return bool(
            self.targets
            or self.scenarios
            or self.tags
            or self.exclude_tags
            or self.priority is not None
        )
