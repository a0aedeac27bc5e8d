"""What counts while somebody is writing: a broken manifest stands for what it said last.

Pure: readings of files in, what holds out. Nothing is read or run here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Reading
    from engine_harness.manifest.reading import FileReading

__all__ = ["Standing", "standing"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The files as they count, and what is wrong with those that do not."""

    files: tuple[FileReading, ...]
    """In path order: each as it is, or as it was when it could last be read."""
    broken: tuple[str, ...] = ()
    """Paths of the files that cannot be used as they are."""
    lost: tuple[str, ...] = ()
    """Those among them of which there is no earlier reading."""
    problems: tuple[Diagnostic, ...] = ()
    """All of them, in file order."""

    @property
    def good(self) -> dict[str, FileReading]:
        """The files by path, for the next time."""
        return {file.file.path: file for file in self.files}


def standing(
    reading: Reading,
    last: Mapping[str, FileReading],
    *,
    more: Iterable[Diagnostic] = (),
    strict: bool = False,
) -> Standing:
    """Return what counts of `reading`.

    Args:
        reading: all files as they are.
        last: the files as they counted last time, by path.
        more: problems that only show later, as those of macros; each names its file.
        strict: a file with a warning is broken too.
    """
    problems = (*reading.problems, *more)
    bad = {one.file for one in problems if strict or one.severity == "error"}
    broken = tuple(
        file.file.path
        for file in reading.files
        if file.file.path in bad or _stands_on(file).intersection(bad)
    )
    held = [last[path] for path in broken if path in last]
    taken = {scenario.id.lower() for file in held for scenario in file.scenarios}
    # Who had an id keeps it: else two files with one id would push each other out in turn.
    usable = [_without(file, taken) for file in reading.files if file.file.path not in broken]
    return Standing(
        files=tuple(sorted((*usable, *held), key=lambda file: _order(reading, file))),
        broken=broken,
        lost=tuple(path for path in broken if path not in last),
        problems=problems,
    )


def _stands_on(file: FileReading) -> set[str]:
    """Return the files that say what the worlds of a manifest declare."""
    return {info.file for info in file.worlds.values() if info is not None}


def _without(file: FileReading, taken: set[str]) -> FileReading:
    kept = tuple(scenario for scenario in file.scenarios if scenario.id.lower() not in taken)
    return file if len(kept) == len(file.scenarios) else replace(file, scenarios=kept)


def _order(reading: Reading, file: FileReading) -> int:
    return next(index for index, one in enumerate(reading.files) if one.file.path == file.file.path)
