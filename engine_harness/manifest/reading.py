"""One manifest file to what is in it, once per content: a second look at the same bytes is free.

Nothing here knows a second file: what manifests say about each other is judged by `load`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine_harness._canonical import sha256_hex
from engine_harness._collector import collector_paused
from engine_harness.manifest.bundle import members_of
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.discovery import name_of
from engine_harness.manifest.envelope import Member, read_scenario
from engine_harness.manifest.fields import Field
from engine_harness.manifest.formats import read_file
from engine_harness.manifest.matrix import combinations
from engine_harness.manifest.worlds import is_same_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.models import Metadata, Scenario
    from engine_harness.manifest.worlds import WorldInfo, Worlds
    from engine_harness.vm.job import Caller

__all__ = ["Claim", "FileReading", "ManifestFile", "ManifestReader"]


@dataclass(frozen=True, kw_only=True)
class ManifestFile:
    """One file that was read."""

    path: str
    """From the project root, with `/`."""
    sha256: str
    """Of its bytes."""
    ids: tuple[str, ...]
    """The scenarios in it, in authored order."""
    bundles: Mapping[str, Metadata] = field(default_factory=dict)
    """What bundles say of themselves, by label; the outermost has none."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An id that a scenario of a file asks for; a matrix asks for its base id."""

    scenario_id: str
    place: str
    """As messages show it."""
    clash: Diagnostic | None
    """The problem if somebody else has the id, but for its message; None: it cannot be told."""
    after: int
    """How many problems of the file had been found when it was made."""


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """What one file holds, good or bad."""

    file: ManifestFile
    scenarios: tuple[Scenario, ...] = ()
    """Those without a problem."""
    problems: tuple[Diagnostic, ...] = ()
    """As they were found; nothing about other files is among them."""
    claims: tuple[Claim, ...] = ()
    worlds: Mapping[str, WorldInfo | None]
    """The worlds that it names, as they were when it was read."""


class ManifestReader:
    """Reads files, and remembers each until its content or one of its worlds is another."""

    def __init__(self, root: Path, caller: Caller, worlds: Worlds) -> None:
        self._root = root
        self._caller = caller
        self._worlds = worlds
        self._known: dict[str, FileReading] = {}

    def read(self, path: Path) -> FileReading:
        """Return what the file at `path` holds: the very same objects while it says the same."""
        name = name_of(path, self._root)
        known = self._known.get(name)
        if known is None or not self._is_fresh(known, path):
            known = self._known[name] = _Reader(name, self._worlds).read(path, self._caller)
        return known

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._known.clear()

    def _is_fresh(self, known: FileReading, path: Path) -> bool:
        # Whoever opens a pipe waits for somebody to write into it.
        if not path.is_file():
            return False
        try:
            data = path.read_bytes()
        except OSError:
            return False
        return sha256_hex(data) == known.file.sha256 and all(
            is_same_world(seen, self._worlds.get(name)) for name, seen in known.worlds.items()
        )


class _Reader:
    """Reads one file; stands between its scenarios and the worlds to see which they name."""

    def __init__(self, name: str, worlds: Worlds) -> None:
        self._name = name
        self._worlds = worlds
        self._seen: dict[str, WorldInfo | None] = {}
        self._scenarios: list[Scenario] = []
        self._problems: list[Diagnostic] = []
        self._claims: list[Claim] = []

    def names(self) -> tuple[str, ...]:
        """Return the names of all worlds."""
        return self._worlds.names()

    def get(self, name: str) -> WorldInfo | None:
        """Return what is known of world `name`."""
        info = self._seen[name] = self._worlds.get(name)
        return info

    @collector_paused()
    def read(self, path: Path, caller: Caller) -> FileReading:
        """Read the file at `path`."""
        parsed = read_file(path, self._name, caller)
        self._problems += parsed.problems
        bundles: Mapping[str, Metadata] = {}
        if parsed.document is not None:
            top = Problems(self._name, parsed.document)
            expanded = members_of(Member(parsed.document.data, top))
            bundles = expanded.metadata
            self._problems += top.found
            for member in expanded.members:
                if member.problems is not top:
                    self._problems += member.problems.found
                self._read_member(member)
        return FileReading(
            file=ManifestFile(
                path=self._name,
                sha256=parsed.sha256,
                ids=tuple(scenario.id for scenario in self._scenarios),
                bundles=bundles,
            ),
            scenarios=tuple(self._scenarios),
            problems=tuple(self._problems),
            claims=tuple(self._claims),
            worlds=self._seen,
        )

    def _read_member(self, member: Member) -> None:
        before = len(member.problems.found)
        first = True
        for combination in combinations(member):
            scenario = read_scenario(combination, self)
            is_own = combination.problems is not member.problems
            if first:
                found = combination.problems.found if is_own else member.problems.found[before:]
                self._claim(combination, len(self._problems) + len(found))
                first = False
            if is_own:
                self._problems += combination.problems.found
            if scenario is not None:
                self._scenarios.append(scenario)
        self._problems += member.problems.found[before:]

    def _claim(self, member: Member, after: int) -> None:
        """Note the id that `member` asks for."""
        data = member.data
        metadata = data.get("metadata") if isinstance(data, dict) else None
        scenario_id = metadata.get("id") if isinstance(metadata, dict) else None
        if not isinstance(scenario_id, str):
            return
        problems = replace(member.problems, found=[])
        at = problems.position(("metadata", "id"))
        Field(problems, ("metadata", "id"), scenario_id).error(
            "", "ids are unique in a project, whatever their case", show=False
        )
        self._claims.append(
            Claim(
                scenario_id=scenario_id,
                place=f"{problems.file}{f':{at.line}' if at else ''}{problems.label}",
                clash=problems.found[0] if problems.found else None,
                after=after,
            )
        )
