"""What a session has to look at while it is watched: manifests, Lua, gates, and our own sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness.cli.opening import paths_of
from engine_harness.errors import ManifestError
from engine_harness.manifest.discovery import SKIPPED_FOLDERS, resolve
from engine_harness.manifest.formats import SUFFIXES
from engine_harness.manifest.project import baseline_beside, find_root
from engine_harness.manifest.sources import FILE_NAME
from engine_harness.vm.loader import LUA_SUFFIXES, harness_texts, shipped_lua
from engine_harness.watch.trees import Tree, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness.cli.places import Places
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.session import Session
    from engine_harness.manifest.project import Project

__all__ = [
    "forget_our_sources",
    "is_our_source",
    "named_by",
    "names_of",
    "project_file",
    "watched_of",
]


def project_file(request: RunRequest) -> Path:
    """Return the file that decides the opening, before anything is opened."""
    root = find_root(Path.cwd()) if request.root is None else Path(request.root).resolve()
    return root / FILE_NAME


def watched_of(session: Session) -> Watched:
    """Return everything whose change matters to a session."""
    project = session.harness.project
    trees, files = [], {project.root / FILE_NAME}
    for path in _manifests(session):
        if path.is_file():
            files.add(path)
        else:
            trees.append(Tree(path, frozenset(SUFFIXES), SKIPPED_FOLDERS, (".", "_")))
    trees += [Tree(root.path, frozenset(LUA_SUFFIXES)) for root in session.harness.roots]
    trees.append(Tree(_templates(), frozenset({".j2"})))
    for gate in session.gates.values():
        files.update(gate.watched)
    files.update(session.static.settings)
    outputs = {session.places.artifacts, *session.places.outputs(session.suites)}
    outputs.update(session.static.logs)
    return Watched(tuple(trees), frozenset(files), frozenset(outputs))


def named_by(error: Exception, project: Project) -> Watched:
    """Return what may mend an opening that has failed: the files that it named, Lua and gates.

    Args:
        error: what it failed with.
        project: as it was meant to be opened, where its file could be read.
    """
    problems = error.diagnostics if isinstance(error, ManifestError) else ()
    gates = [project.root / suite.gate for suite in project.suites.values() if suite.gate]
    named = [project.root / problem.file for problem in problems]
    roots = [(project.root / text).resolve() for text in project.lua]
    return Watched(
        trees=tuple(Tree(root, frozenset(LUA_SUFFIXES)) for root in roots),
        files=frozenset({*named, *gates, *map(baseline_beside, gates)}),
    )


def names_of(watched: Watched, places: Places) -> str:
    """Return the folders and files of the project that are watched, as shown."""
    own = [tree.path for tree in watched.trees if tree.path not in (shipped_lua(), _templates())]
    files = sorted(path for path in watched.files if path.is_file())
    return ", ".join(dict.fromkeys(map(places.shown, (*own, *files))))


def _manifests(session: Session) -> Iterator[Path]:
    root = session.harness.project.root
    targets = paths_of(session.request.targets, root)
    for text in targets:
        yield resolve(text, root) or root / text
    for text in () if targets else session.harness.project.scenarios:
        yield root / text


def is_our_source(path: Path) -> bool:
    """Return whether what runs is made with this file: everything has to be run again."""
    return path.is_relative_to(shipped_lua() / "harness") or path.is_relative_to(_templates())


def forget_our_sources() -> None:
    """Read our own Lua and templates again when they are needed."""
    from engine_harness.compile.render import forget_template

    harness_texts.cache_clear()
    forget_template()


def _templates() -> Path:
    return Path(__file__).parents[1] / "compile" / "templates"
