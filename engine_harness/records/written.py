"""A list, kept in a folder, of the files that the harness has written below under changing names.

Clearing removes what is listed and nothing else. A list that somebody has changed names no file
but those that could have been written.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine_harness.records.writer import write_json

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["WrittenFiles"]

INDEX_NAME = "files.json"


class WrittenFiles:
    """The files of one folder."""

    def __init__(self, folder: Path, fits: re.Pattern[str], index: str = INDEX_NAME) -> None:
        """`fits` matches every path from `folder`, with `/`, that may be listed, `index` is one."""
        self._folder = folder
        self._index = index
        self._fits = fits

    @property
    def index(self) -> Path:
        """Where the list is."""
        return self._folder / self._index

    def names(self) -> list[str]:
        """Return the paths, from the folder, that are listed."""
        try:
            data = json.loads(self.index.read_bytes())
        except (OSError, ValueError):
            return []
        files = data.get("files") if isinstance(data, dict) else None
        if not isinstance(files, list):
            return []
        return [name for name in files if isinstance(name, str) and self._fits.fullmatch(name)]

    def paths(self) -> tuple[Path, ...]:
        """Return the files that are listed, and the list itself behind them."""
        names = self.names()
        return tuple(self._folder / name for name in (*names, *([self._index] if names else [])))

    def add(self, names: Iterable[str]) -> None:
        """List these too, before they are there: what is not listed would outlive its run."""
        known = sorted({*self.names(), *names})
        write_json(self.index, {"files": list(known)})

    def clear(self) -> None:
        """Remove all that is listed, the list, and the folders below that are empty then."""
        paths = self.paths()
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in paths} - {self._folder}:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
