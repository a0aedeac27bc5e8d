"""The Lua that belongs to a project: the files of its roots, without what we write ourselves.

Says which files there are. Reads none, and knows nothing of modules or of the shipped Lua, unless
the project says that it is its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.errors import UsageError
from engine_harness.vm.loader import LUA_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness.manifest.project import Project

__all__ = ["FILES_MAX", "LuaFile", "LuaSources"]

FILES_MAX = 50_000
"""Lua files of one project (limit `lua_files`)."""


class LuaFile(NamedTuple):
    """One file of a root."""

    path: Path
    """Absolute."""
    shown: str
    """From the project's root, as harness.toml spells the Lua root."""


@dataclass(frozen=True)
class LuaSources:
    """The Lua of one project as it is now: make a new one to look again."""

    root: Path
    """The project's, absolute."""
    lua: tuple[str, ...]
    """Its Lua roots, as harness.toml spells them."""
    artifacts: Path
    """What lies in here is written by us."""

    @classmethod
    def of(cls, project: Project) -> LuaSources:
        """Return the sources of a project."""
        return cls(project.root, project.lua, (project.root / project.artifacts).resolve())

    @cached_property
    def files(self) -> tuple[LuaFile, ...]:
        """All Lua files in order of their paths, root by root, each once.

        Links are not followed, as `require` follows none that leads out of its root; what begins
        with a dot is no module either.

        Raises:
            UsageError: there are too many, or a folder cannot be read.
        """
        found: dict[Path, LuaFile] = {}
        for text in self.lua:
            folder = (self.root / text).resolve()
            for path in self._walk(folder):
                shown = Path(text, path.relative_to(folder)).as_posix()
                found.setdefault(path, LuaFile(path, shown))
                if len(found) > FILES_MAX:
                    msg = f"{text}: more than {FILES_MAX:,} Lua files (limit lua_files)"
                    raise UsageError(msg)
        return tuple(found.values())

    def _walk(self, folder: Path) -> Iterator[Path]:
        if folder == self.artifacts or not folder.is_dir():
            return
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            msg = f"{folder}: cannot be listed: {error.strerror or error}"
            raise UsageError(msg) from error
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from self._walk(folder / entry.name)
            # Text instead of Path: a project may have thousands of files that are none of these.
            # `require` finds regular files alone, and whoever opens a pipe waits.
            elif os.path.splitext(entry.name)[1].lower() in LUA_SUFFIXES and entry.is_file():  # noqa: PTH122
                yield folder / entry.name

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The Lua roots that hold any of the files."""
        folders = {text: (self.root / text).resolve() for text in self.lua}
        return tuple(
            Path(text).as_posix()
            for text, folder in folders.items()
            if any(file.path.is_relative_to(folder) for file in self.files)
        )

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Files and folders which together hold these files and nothing that we write.

        For programs that search folders themselves: from the root, no one inside another.
        """
        resolved = {text: (self.root / text).resolve() for text in self.roots}
        outer = [
            (text, folder)
            for text, folder in resolved.items()
            if not any(folder != other and folder.is_relative_to(other)
                       for other in resolved.values())
        ]  # fmt: skip
        return tuple(item for text, folder in outer for item in self._around(text, folder))

    def _around(self, text: str, folder: Path) -> list[str]:
        """Return `text`, or what is in it when what we write is in it too."""
        if folder == self.artifacts:
            return []
        if not self.artifacts.is_relative_to(folder):
            return [text]
        inside: dict[str, Path] = {}
        for file in self.files:
            if file.path.is_relative_to(folder):
                name = file.path.relative_to(folder).parts[0]
                inside.setdefault(name, folder / name)
        return [
            item
            for name, path in inside.items()
            for item in self._around(Path(text, name).as_posix(), path)
        ]
