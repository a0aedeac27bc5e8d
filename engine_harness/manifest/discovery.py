"""Which files are manifests: folders searched in path order, and files given by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.errors import UsageError
from engine_harness.manifest.formats import SUFFIXES
from engine_harness.manifest.project import baseline_beside
from engine_harness.manifest.sources import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine_harness.manifest.project import Project

__all__ = ["SKIPPED_FOLDERS", "find_manifests", "name_of", "require_lua", "resolve"]

SKIPPED_FOLDERS = frozenset({"baselines", "goldens", "snapshots", "stages", "scenes", "negative"})
"""Folders of files that belong to manifests but are none."""


def name_of(path: Path, root: Path) -> str:
    """Return how messages call `path`: from the project root, with `/`."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def resolve(text: str, root: Path) -> Path | None:
    """Return what `text` names, from the root or else from the current folder.

    What begins with a dot (`.`, `..`, `./x`) is meant from the current folder first, as in a shell.
    """
    bases = (Path.cwd(), root) if text.split("/")[0] in (".", "..") else (root, Path.cwd())
    for base in bases:
        candidate = Path(os.path.normpath(base / text))
        if candidate.exists():
            return candidate
    return None


def find_manifests(project: Project, paths: Sequence[str] = ()) -> tuple[Path, ...]:
    """Return the manifests of the project, or those named by `paths`, each once.

    Raises UsageError for a path that does not exist or has a suffix that is not read.
    """
    require_lua(project)
    files: dict[Path, None] = {}
    skipped = _not_manifests(project)
    starts = [(text, True) for text in paths] or [(text, False) for text in project.scenarios]
    for text, by_name in starts:
        start = resolve(text, project.root) if by_name else project.root / text
        if start is None or not start.exists():
            if by_name or project.source("paths.scenarios") != "default":
                raise UsageError(_missing(text, project, by_name=by_name))
            continue
        if start.is_file():
            _require_suffix(start, text)
            files.setdefault(start)
            continue
        for path in sorted(
            _walk(start, frozenset(), skipped), key=lambda path: path.relative_to(start).parts
        ):
            files.setdefault(path)
    return tuple(files)


def require_lua(project: Project) -> None:
    """Raise when a Lua root that somebody has written down is no folder."""
    source = project.source("paths.lua")
    for text in project.lua if source != "default" else ():
        if not (project.root / text).is_dir():
            msg = f"{source}: paths.lua: no folder '{text}' in {project.root}"
            raise UsageError(msg)


def _not_manifests(project: Project) -> frozenset[Path]:
    """Return what a walk passes over: what we write, and Lua that is game code."""
    scenarios = [(project.root / text).resolve() for text in project.scenarios]
    lua = [(project.root / text).resolve() for text in project.lua]
    gates = [project.root / suite.gate for suite in project.suites.values() if suite.gate]
    return frozenset(
        {
            project.root / FILE_NAME,
            (project.root / project.artifacts).resolve(),
            *gates,
            *map(baseline_beside, gates),
            *(root for root in lua if not any(folder.is_relative_to(root) for folder in scenarios)),
        }
    )


def _missing(text: str, project: Project, *, by_name: bool) -> str:
    if not by_name:
        source = project.source("paths.scenarios")
        return f"{source}: paths.scenarios: no folder '{text}' in {project.root}"
    parent = (project.root / text).parent
    siblings = sorted(child.name for child in parent.iterdir()) if parent.is_dir() else []
    return f"no file or folder '{text}'{suggestion(Path(text).name, siblings)}"


def _require_suffix(path: Path, text: str) -> None:
    if path.suffix.lower() not in SUFFIXES:
        shown = f"format {path.suffix}" if path.suffix else "a file without suffix"
        msg = f"{text}: {shown} is not read; allowed: {', '.join(SUFFIXES)}"
        raise UsageError(msg)


def _walk(folder: Path, above: frozenset[Path], skipped: frozenset[Path]) -> Iterator[Path]:
    real = folder.resolve()
    if real in above:
        msg = f"{folder}: the folder is a link to one above itself"
        raise UsageError(msg)
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        msg = f"{folder}: cannot be listed: {error.strerror or error}"
        raise UsageError(msg) from error
    for child in children:
        if child.name.startswith((".", "_")):
            continue
        if child.is_dir():
            if child.name not in SKIPPED_FOLDERS and child.resolve() not in skipped:
                yield from _walk(child, above | {real}, skipped)
        elif child in skipped:
            continue
        elif child.suffix.lower() in SUFFIXES:
            yield child
