"""The files that matter: folders that are searched, single files, and what we write ourselves.

Says what is there now. Knows neither what a file means nor how a change of it is noticed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Scan", "Signature", "Tree", "Watched"]

FILES_MAX = 200_000
"""Files that are watched at most (limit `watched_files`)."""


class Signature(NamedTuple):
    """What `stat` says of a file: while it stays the same there is no need to read it."""

    modified_ns: int
    size: int
    inode: int


class Scan(NamedTuple):
    """What is there."""

    files: dict[Path, Signature]
    links: tuple[Path, ...]
    """Folders that stand in a tree as links: the kernel tells of them only when it is asked to."""


@dataclass(frozen=True)
class Tree:
    """One folder and the files in it that matter."""

    path: Path
    """Absolute; it need not exist."""
    suffixes: frozenset[str]
    """Lower-cased, with their dot."""
    skipped_folders: frozenset[str] = frozenset()
    """Names of folders that are passed over."""
    skipped_starts: tuple[str, ...] = (".",)
    """How the names of files and folders begin that are passed over."""

    def skips(self, name: str) -> bool:
        """Return whether a file or folder of this name is passed over."""
        return name.startswith(self.skipped_starts)


@dataclass(frozen=True)
class Watched:
    """Everything whose change matters."""

    trees: tuple[Tree, ...] = ()
    files: frozenset[Path] = frozenset()
    """Single files, absolute; they need not exist."""
    outputs: frozenset[Path] = frozenset()
    """Files and folders that we write: no change in them matters."""

    def __or__(self, other: Watched) -> Watched:
        """Return all that matters in either."""
        return Watched(
            trees=tuple(dict.fromkeys((*self.trees, *other.trees))),
            files=self.files | other.files,
            outputs=self.outputs | other.outputs,
        )

    def wants(self, path: Path, *, is_folder: bool) -> bool:
        """Return whether news of `path` may be news of a file that matters.

        Too many are wanted rather than too few: what has changed is found out by looking.
        """
        if any(output == path or output in path.parents for output in self.outputs):
            return False
        if is_folder or path in self.files or path.suffix.lower() in self._suffixes:
            return True
        # The system takes a link for a file, whatever it leads to.
        return path.is_symlink()

    @property
    def _suffixes(self) -> set[str]:
        single = {path.suffix.lower() for path in self.files}
        return single.union(*(tree.suffixes for tree in self.trees))

    def scan(self) -> Scan:
        """Look at everything.

        Raises:
            UsageError: there is too much.
        """
        files: dict[Path, Signature] = {}
        links: list[Path] = []
        for path in sorted(self.files):
            signature = _signature(path)
            if signature is not None:
                files[path] = signature
        for tree in self.trees:
            for path, signature in self._walk(tree, tree.path, frozenset(), links):
                files[path] = signature
                if len(files) > FILES_MAX:
                    msg = f"{tree.path}: more than {FILES_MAX:,} files (limit watched_files)"
                    raise UsageError(msg)
        return Scan(files, tuple(links))

    def _walk(
        self, tree: Tree, folder: Path, above: frozenset[str], links: list[Path]
    ) -> Iterator[tuple[Path, Signature]]:
        real = os.path.realpath(folder)
        if real in above or folder in self.outputs:
            return
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            # Not there, or gone while we look: then there is nothing in it.
            return
        for entry in entries:
            if tree.skips(entry.name):
                continue
            # Text instead of Path: this runs for every file, in each round.
            suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122
            try:
                if entry.is_dir():
                    if entry.name in tree.skipped_folders:
                        continue
                    path = folder / entry.name
                    if entry.is_symlink():
                        links.append(path)
                    yield from self._walk(tree, path, above | {real}, links)
                elif suffix in tree.suffixes and (path := folder / entry.name) not in self.outputs:
                    yield path, _signature_of(entry)
            except OSError:
                continue


def _signature_of(entry: os.DirEntry[str]) -> Signature:
    try:
        return _of(entry.stat())
    except OSError:
        # A link to nothing is there all the same: whoever reads it is told so.
        return _of(entry.stat(follow_symlinks=False))


def _signature(path: Path) -> Signature | None:
    try:
        return _of(path.stat())
    except OSError:
        return None


def _of(stat: os.stat_result) -> Signature:
    return Signature(stat.st_mtime_ns, stat.st_size, stat.st_ino)
