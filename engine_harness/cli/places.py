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
    is_shared: bool = False
    """Whether several suites run: then those of the project have folders in `out_dir`."""

    @classmethod
    def of(
        cls,
        project: Project,
        out_dir: str | None,
        out: str | None = None,
        *,
        is_shared: bool = False,
    ) -> Places:
        """Return the places of a project; `out_dir` and `out` start at its root.

        Raises:
            UsageError: reports would lie among manifests or Lua, or replace a file of the user's.
        """
        places = cls(
            root=project.root,
            artifacts=project.root / project.artifacts,
            out_dir=None if out_dir is None else project.root / out_dir,
            out=None if out is None else project.root / out,
            is_shared=is_shared,
        )
        for flag, path in (("--out-dir", places.out_dir), ("--out", places.out)):
            if path is not None:
                _require_apart(flag, path, places.shown(path), project)
        if places.out is not None and places.out.exists() and not _is_report(places.out):
            msg = f"--out: {places.shown(places.out)} is there already, and is no report"
            raise UsageError(msg)
        return places

    def repeated(self, repetition: int) -> Places:
        """Return the places of one of several runs."""
        return replace(self, out=None, repetition=repetition)

    def folder(self, suite: Suite) -> Path:
        """Return where the reports of a suite go."""
        if self.out_dir is None:
            folder = self.artifacts / suite.folder
        else:
            # Reports of two suites of a project have the same names.
            is_apart = suite.kind == "Project" and self.is_shared
            folder = self.out_dir / suite.folder if is_apart else self.out_dir
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
        found: list[Path] = []
        for suite in suites:
            found += [*self._reports(suite), self.log(suite)]
        return tuple(found)

    def _reports(self, suite: Suite) -> list[Path]:
        from engine_harness.report.base import chosen_reporters

        folder = self.folder(suite)
        found: list[Path] = []
        for reporter in chosen_reporters(suite.reporters):
            found += reporter.outputs(folder)
        if self.out is not None and found:
            found[0] = self.out
        return found

    def reports(self, suite: Suite) -> dict[str, Path]:
        """Return the reports of a suite that are there, by path from its folder."""
        folder = self.folder(suite)
        return {
            path.relative_to(folder).as_posix(): path
            for path in self._reports(suite)
            if path.is_file()
        }

    def written(self, suites: Iterable[Suite]) -> tuple[Path, ...]:
        """Return the files beside records that earlier runs of `suites` have left."""
        found: dict[Path, None] = {}
        for suite in suites:
            for places in self._all_places(suite):
                found |= dict.fromkeys(p for p in places.outputs([suite]) if p.is_file())
        return tuple(found)

    def _all_places(self, suite: Suite) -> tuple[Places, ...]:
        """Return these places and those of the repetitions that have left a folder."""
        return (self, *(self.repeated(number) for number in self._repetitions(suite)))

    def clear(self, suites: Iterable[Suite]) -> None:
        """Remove what earlier runs of `suites` have written beside records."""
        suites = tuple(suites)
        written = self.written(suites)
        above = {place.folder(suite) for suite in suites for place in self._all_places(suite)}
        # People may have made these.
        kept = {self.log(suite).parent for suite in suites}
        kept |= set() if self.out is None else {self.out.parent}
        for path in written:
            path.unlink(missing_ok=True)
            for folder in (path.parent, path.parent.parent):
                # Folders that only we make go with their last file.
                is_ours = folder.name.startswith("run-") or folder.parent in above
                if is_ours and folder not in kept and not any(folder.iterdir()):
                    folder.rmdir()

    def _repetitions(self, suite: Suite) -> list[int]:
        """Return the numbers of the repetitions that have left a folder."""
        if self.repetition is not None:
            return []
        names = [path.name for path in self.folder(suite).glob("run-*") if path.is_dir()]
        numbers = [name.removeprefix("run-") for name in names]
        return sorted(
            int(n) for n in numbers if n.isascii() and n.isdecimal() and not n.startswith("0")
        )

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


def _require_apart(flag: str, path: Path, shown: str, project: Project) -> None:
    """Raise when `path` lies where the project keeps what people write."""
    target = path.resolve()
    for name, folders in (("manifests", project.scenarios), ("Lua", project.lua)):
        for folder in folders:
            if target.is_relative_to((project.root / folder).resolve()):
                msg = f"{flag}: {shown} lies in {folder}, a folder of {name}; choose another place"
                raise UsageError(msg)


def _is_report(path: Path) -> bool:
    """Whether a file is one that a suite has written: only such a file is replaced."""
    from engine_harness.records.reader import read_json

    try:
        data = read_json(path)
    except UsageError:
        return False
    run = data.get("run") if isinstance(data, dict) else None
    return isinstance(run, dict) and "meta" in run
