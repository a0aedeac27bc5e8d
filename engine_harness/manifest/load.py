"""From files to scenarios: every manifest is read, then all problems are told at once.

Nothing here runs a scenario. A child process is used only to evaluate Lua manifests and to ask a
world what it declares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness.errors import Diagnostic, ManifestError
from engine_harness.manifest.bundle import members_of
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.discovery import find_manifests, name_of
from engine_harness.manifest.envelope import Member, read_scenario
from engine_harness.manifest.fields import Field
from engine_harness.manifest.formats import read_file
from engine_harness.manifest.matrix import combinations
from engine_harness.manifest.world_checks import check_worlds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine_harness.manifest.models import Metadata, Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.vm.job import Caller

__all__ = ["LoadError", "Loaded", "ManifestFile", "load_manifests"]


@dataclass(frozen=True, kw_only=True)
class ManifestFile:
    """One file that was read."""

    path: str
    """From the project root, with `/`."""
    sha256: str
    """Of its bytes."""
    ids: tuple[str, ...]
    """The scenarios in it, in authored order."""
    metadata: Metadata | None = None
    """A bundle's own."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """All scenarios of the files that were read."""

    scenarios: tuple[Scenario, ...]
    """In run order: by id lower-cased, then as written."""
    warnings: tuple[Diagnostic, ...] = ()
    files: tuple[ManifestFile, ...] = ()
    """In path order."""


class LoadError(ManifestError):
    """Some manifests cannot be used."""

    def __init__(
        self, diagnostics: tuple[Diagnostic, ...], readable: tuple[Scenario, ...] = ()
    ) -> None:
        super().__init__(diagnostics)
        self.readable = readable
        """The scenarios without a problem, for whoever has more to find in them."""


@dataclass
class _Gathered:
    """What has been read so far."""

    scenarios: list[Scenario] = field(default_factory=list)
    files: list[ManifestFile] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Lower-cased id -> the id as written and its place."""


def load_manifests(
    project: Project, caller: Caller, *, paths: Sequence[str] = (), worlds: WorldCatalog
) -> Loaded:
    """Read the manifests of `project`, or only those that `paths` name.

    Raises LoadError with all problems of all files, warnings included; UsageError for a path
    that cannot be searched.
    """
    found = find_manifests(project, paths)
    gathered = _Gathered()
    for path in found.files:
        _read(path, project, caller, worlds, gathered)
    gathered.problems += check_worlds(project, worlds)
    problems = (*gathered.problems, *found.warnings)
    if any(problem.severity == "error" for problem in problems):
        raise LoadError(problems, tuple(gathered.scenarios))
    ordered = sorted(gathered.scenarios, key=lambda scenario: (scenario.id.lower(), scenario.id))
    return Loaded(scenarios=tuple(ordered), warnings=problems, files=tuple(gathered.files))


def _read(
    path: Path, project: Project, caller: Caller, worlds: WorldCatalog, gathered: _Gathered
) -> None:
    name = name_of(path, project.root)
    parsed = read_file(path, name, caller)
    problems = list(parsed.problems)
    ids: list[str] = []
    metadata: Metadata | None = None
    if parsed.document is not None:
        top = Problems(name, parsed.document)
        members, metadata = members_of(Member(parsed.document.data, top))
        problems += top.found
        for member in members:
            if member.problems is not top:
                problems += member.problems.found
            _read_member(member, worlds, gathered, problems, ids)
    gathered.problems += sorted(dict.fromkeys(problems), key=_place)
    gathered.files.append(
        ManifestFile(path=name, sha256=parsed.sha256, ids=tuple(ids), metadata=metadata)
    )


def _place(problem: Diagnostic) -> tuple[int, int]:
    return problem.line or 0, problem.column or 0


def _read_member(
    member: Member,
    worlds: WorldCatalog,
    gathered: _Gathered,
    problems: list[Diagnostic],
    ids: list[str],
) -> None:
    before = len(member.problems.found)
    first = True
    for combination in combinations(member):
        scenario = read_scenario(combination, worlds)
        if first:
            _claim_id(combination, gathered.owners)
            first = False
        if combination.problems is not member.problems:
            problems += combination.problems.found
        if scenario is not None:
            gathered.scenarios.append(scenario)
            ids.append(scenario.id)
    problems += member.problems.found[before:]


def _claim_id(member: Member, owners: dict[str, tuple[str, str]]) -> None:
    """Note an id that another scenario has, in whatever case; a matrix claims its base id."""
    data = member.data
    metadata = data.get("metadata") if isinstance(data, dict) else None
    scenario_id = metadata.get("id") if isinstance(metadata, dict) else None
    if not isinstance(scenario_id, str):
        return
    problems = member.problems
    at = problems.position(("metadata", "id"))
    here = f"{problems.file}{f':{at.line}' if at else ''}{problems.label}"
    other = owners.setdefault(scenario_id.lower(), (scenario_id, here))
    if other[1] != here:
        written = "" if other[0] == scenario_id else f" as '{other[0]}'"
        message = f"id '{scenario_id}' is already used in {other[1]}{written}"
        place = Field(problems, ("metadata", "id"), scenario_id)
        place.error(message, "ids are unique in a project, whatever their case", show=False)
