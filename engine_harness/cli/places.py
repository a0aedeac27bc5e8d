"""Where an invocation writes, and how its paths are shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from engine_harness.manifest.project import Project
    from engine_harness.run.suites.base import Suite
    from engine_harness.run.suites.registry import AnySuite

__all__ = ["Places"]


@dataclass(frozen=True)
class Places:
    """The folders of one invocation."""

    root: Path
    artifacts: Path
    out_dir: Path | None
    """`--out-dir`: reports and logs go straight into it; records stay with the artifacts."""
    out: Path | None = None
    """`--out`: the first report of the one suite that runs."""
    repetition: int | None = None
    """Of several, from 1: the reports of each go into a folder of their own."""

    @classmethod
    def of(cls, project: Project, out_dir: str | None, out: str | None = None) -> Places:
        """Return the places of a project; `out_dir` and `out` start at its root."""
        return cls(
            root=project.root,
            artifacts=project.root / project.artifacts,
            out_dir=None if out_dir is None else project.root / out_dir,
            out=None if out is None else project.root / out,
        )

    def repeated(self, repetition: int) -> Places:
        """Return the places of one of several runs."""
        return replace(self, out=None, repetition=repetition)

    def folder(self, suite: Suite) -> Path:
        """Return where the reports of a suite go."""
        folder = self.artifacts / suite.folder if self.out_dir is None else self.out_dir
        return folder if self.repetition is None else folder / f"run-{self.repetition}"

    def log(self, suite: AnySuite) -> Path:
        """Return the log of a suite."""
        from engine_harness.records.layout import log_path

        name = suite.name if self.repetition is None else f"{suite.name}-run-{self.repetition}"
        return log_path(self.artifacts if self.out_dir is None else self.out_dir, name)

    def record(self, scenario_id: str) -> str:
        """Return the record of a scenario, as shown."""
        from engine_harness.records.layout import record_path

        return self.shown(record_path(self.artifacts, scenario_id))

    def outputs(self, suites: Iterable[Suite]) -> tuple[Path, ...]:
        """Return the files that a run of `suites` writes beside its records."""
        from engine_harness.report.base import chosen_reporters

        found: list[Path] = []
        for suite in suites:
            written: list[Path] = []
            for reporter in chosen_reporters(suite.reporters):
                written += reporter.outputs(self.folder(suite))
            if self.out is not None and written:
                written[0] = self.out
            found += [*written, self.log(suite)]
        return tuple(found)

    def clear(self, suites: Iterable[Suite]) -> None:
        """Remove what earlier runs of `suites` have written beside records, repeated ones too."""
        for suite in suites:
            for path in self.outputs([suite]):
                path.unlink(missing_ok=True)
            if self.repetition is not None:
                continue
            for folder in self.folder(suite).glob("run-*"):
                number = folder.name.removeprefix("run-")
                if number.isascii() and number.isdecimal():
                    self.repeated(int(number)).clear([suite])
                    if not any(folder.iterdir()):
                        folder.rmdir()

    def prepare(self) -> None:
        """Make the folders that will be written to; nothing has run when one cannot be."""
        folders = [("paths.artifacts", self.artifacts)]
        folders += [] if self.out_dir is None else [("--out-dir", self.out_dir)]
        folders += [] if self.out is None else [("--out", self.out.parent)]
        for name, folder in folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                msg = f"{name}: cannot make the folder '{folder}': {error.strerror or error}"
                raise UsageError(msg) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                msg = f"{name}: the folder '{folder}' cannot be written to"
                raise UsageError(msg)

    def require_distinct(self, asked: Sequence[AnySuite]) -> None:
        """Raise when two suites would write one file."""
        from engine_harness.run.suites.registry import of_scenarios

        suites = of_scenarios(asked)
        if self.out is not None and len(asked) != 1:
            names = ", ".join(suite.name for suite in asked)
            msg = f"--out is the path of one report; there are several suites: {names}"
            raise UsageError(msg)
        outputs = self.outputs(suites)
        twice = sorted({path for path in outputs if outputs.count(path) > 1})
        if twice:
            names = ", ".join(suite.name for suite in suites)
            msg = (
                f"--out-dir: the suites {names} would all write {self.shown(twice[0])};"
                " run them one by one, or without --out-dir"
            )
            raise UsageError(msg)

    def write_log(self, suite: AnySuite, lines: Sequence[str]) -> None:
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
