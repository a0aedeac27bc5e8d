"""Where an invocation writes, and how its paths are shown."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from engine_harness.cli.suites import Suite
    from engine_harness.manifest.project import Project

__all__ = ["Places"]


@dataclass(frozen=True)
class Places:
    """The folders of one invocation."""

    root: Path
    artifacts: Path
    out_dir: Path | None
    """`--out-dir`: reports and logs go straight into it; records stay with the artifacts."""

    @classmethod
    def of(cls, project: Project, out_dir: str | None) -> Places:
        """Return the places of a project; `out_dir` starts at its root."""
        return cls(
            root=project.root,
            artifacts=project.root / project.artifacts,
            out_dir=None if out_dir is None else project.root / out_dir,
        )

    def folder(self, suite: Suite) -> Path:
        """Return where the reports of a suite go."""
        return self.artifacts / suite.folder if self.out_dir is None else self.out_dir

    def log(self, suite: Suite) -> Path:
        """Return the log of a suite."""
        from engine_harness.records.layout import log_path

        return log_path(self.artifacts if self.out_dir is None else self.out_dir, suite.name)

    def record(self, scenario_id: str) -> str:
        """Return the record of a scenario, as shown."""
        from engine_harness.records.layout import record_path

        return self.shown(record_path(self.artifacts, scenario_id))

    def outputs(self, suites: Iterable[Suite]) -> tuple[Path, ...]:
        """Return the files that a run of `suites` writes beside its records."""
        from engine_harness.report.base import reporters

        found: list[Path] = []
        for suite in suites:
            for reporter in reporters().values():
                found += reporter.outputs(self.folder(suite))
            found.append(self.log(suite))
        return tuple(found)

    def prepare(self) -> None:
        """Make the folders that will be written to; nothing has run when one cannot be."""
        folders = [("paths.artifacts", self.artifacts)]
        folders += [] if self.out_dir is None else [("--out-dir", self.out_dir)]
        for name, folder in folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                msg = f"{name}: cannot make the folder '{folder}': {error.strerror or error}"
                raise UsageError(msg) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                msg = f"{name}: the folder '{folder}' cannot be written to"
                raise UsageError(msg)

    def require_distinct(self, suites: Sequence[Suite]) -> None:
        """Raise when two suites would write one file."""
        outputs = self.outputs(suites)
        twice = sorted({path for path in outputs if outputs.count(path) > 1})
        if twice:
            names = ", ".join(suite.name for suite in suites)
            msg = (
                f"--out-dir: the suites {names} would all write {self.shown(twice[0])};"
                " run them one by one, or without --out-dir"
            )
            raise UsageError(msg)

    def write_log(self, suite: Suite, lines: Sequence[str]) -> None:
        """Write the log of a suite."""
        from engine_harness.records.writer import write_bytes

        text = "".join(f"{line}\n" for line in lines)
        write_bytes(self.log(suite), text.encode("utf-8", "backslashreplace"))

    def shown(self, path: Path) -> str:
        """Return `path` from the root, with `/`, where it lies below it."""
        path = path if path.is_absolute() else self.root / path
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )
