"""From files to scenarios: every manifest is read, then all problems are told at once.

Nothing here runs a scenario. A child process is used only to evaluate Lua manifests and to ask a
world what it declares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine_harness.errors import Diagnostic, ManifestError
from engine_harness.manifest.discovery import find_manifests
from engine_harness.manifest.reading import FileReading, ManifestFile, ManifestReader
from engine_harness.manifest.world_checks import check_worlds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.vm.job import Caller

__all__ = [
    "LoadError",
    "Loaded",
    "ManifestFile",
    "Reading",
    "load_manifests",
    "loaded_of",
    "read_manifests",
]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """All scenarios of the files that were read."""

    scenarios: tuple[Scenario, ...]
    """In run order: by id lower-cased, then as written."""
    warnings: tuple[Diagnostic, ...] = ()
    files: tuple[ManifestFile, ...] = ()
    """In path order."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All manifests as they are, with their problems."""

    files: tuple[FileReading, ...]
    """In path order."""
    by_file: Mapping[str, tuple[Diagnostic, ...]]
    """The problems of each file, by its path, in the order of their places."""
    general: tuple[Diagnostic, ...] = ()
    """Those of worlds and of the project file, and files that were passed over."""

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """All of them, in file order."""
        return (*(one for found in self.by_file.values() for one in found), *self.general)


class LoadError(ManifestError):
    """Some manifests cannot be used."""

    def __init__(
        self, diagnostics: tuple[Diagnostic, ...], readable: tuple[Scenario, ...] = ()
    ) -> None:
        super().__init__(diagnostics)
        self.readable = readable
        """The scenarios without a problem, for whoever has more to find in them."""


def load_manifests(
    project: Project,
    caller: Caller,
    *,
    paths: Sequence[str] = (),
    worlds: WorldCatalog,
    reader: ManifestReader | None = None,
) -> Loaded:
    """Read the manifests of `project`, or only those that `paths` name.

    Raises LoadError with all problems of all files, warnings included; UsageError for a path
    that cannot be searched.
    """
    reader = reader or ManifestReader(project.root, caller, worlds)
    reading = read_manifests(project, reader, paths=paths, worlds=worlds)
    problems = reading.problems
    if any(problem.severity == "error" for problem in problems):
        readable = (scenario for file in reading.files for scenario in file.scenarios)
        raise LoadError(problems, tuple(readable))
    return loaded_of(reading.files, problems)


def read_manifests(
    project: Project,
    reader: ManifestReader,
    *,
    paths: Sequence[str] = (),
    worlds: WorldCatalog,
) -> Reading:
    """Read the manifests of `project`, or only those that `paths` name, whatever is in them.

    Raises UsageError for a path that cannot be searched.
    """
    files = tuple(reader.read(path) for path in find_manifests(project, paths))
    worlds.keep({name for file in files for name in file.worlds})
    return Reading(
        files=files,
        by_file=_problems_by_file(files),
        general=tuple(check_worlds(project, worlds)),
    )


def loaded_of(files: Iterable[FileReading], warnings: tuple[Diagnostic, ...] = ()) -> Loaded:
    """Return the scenarios of `files`, in run order."""
    files = tuple(files)
    scenarios = (scenario for file in files for scenario in file.scenarios)
    return Loaded(
        scenarios=tuple(sorted(scenarios, key=lambda scenario: (scenario.id.lower(), scenario.id))),
        warnings=warnings,
        files=tuple(file.file for file in files),
    )


def _problems_by_file(files: Iterable[FileReading]) -> dict[str, tuple[Diagnostic, ...]]:
    """Return the problems of all files, those that they have with each other among them."""
    owners: dict[str, tuple[str, str]] = {}
    by_file: dict[str, tuple[Diagnostic, ...]] = {}
    for file in files:
        problems = list(file.problems)
        for clash, after in reversed(list(_clashes(file, owners))):
            problems.insert(after, clash)
        by_file[file.file.path] = tuple(sorted(dict.fromkeys(problems), key=_place))
    return by_file


def _clashes(
    file: FileReading, owners: dict[str, tuple[str, str]]
) -> Iterable[tuple[Diagnostic, int]]:
    """Yield a problem for each id that another scenario has, in whatever case.

    `owners`: lower-cased id -> the id as written and its place; the first to ask for one has it.
    """
    for claim in file.claims:
        mine = claim.scenario_id, claim.place
        written, place = owners.setdefault(claim.scenario_id.lower(), mine)
        if place != claim.place and claim.clash is not None:
            other = "" if written == claim.scenario_id else f" as '{written}'"
            message = f"id '{claim.scenario_id}' is already used in {place}{other}"
            yield replace(claim.clash, message=message), claim.after


def _place(problem: Diagnostic) -> tuple[int, int]:
    return problem.line or 0, problem.column or 0
