"""When changes are over, and which of them are real.

A save is many events, and an event need not be a change: a batch ends when nothing has happened for
a moment, and what counts is that a file says something else than before. Knows no thread and no
kernel: news come from a function, time from another.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from engine_harness.watch.trees import Scan, Signature

__all__ = ["MOST_S", "QUIET_S", "Contents", "collect"]

QUIET_S = 0.1
"""Changes are over when so long nothing has come."""

MOST_S = 2.0
"""A program that writes without a pause is not waited for any longer."""


def collect(
    first: str,
    news: Callable[[float], str | None],
    now_s: Callable[[], float],
    *,
    quiet_s: float = QUIET_S,
    most_s: float = MOST_S,
) -> frozenset[str]:
    """Return all paths that there are news of, `first` among them.

    Args:
        first: what began it.
        news: waits so many seconds at most for the next path; None: there was none.
        now_s: a clock that never goes back.
        quiet_s: a pause of this length is the end.
        most_s: so long after `first` it is the end in any case.
    """
    found = {first}
    end_s = now_s() + most_s
    while (left_s := end_s - now_s()) > 0:
        path = news(min(quiet_s, left_s))
        if path is None:
            break
        found.add(path)
    return frozenset(found)


class _Seen(NamedTuple):
    signature: Signature
    digest: bytes


class Contents:
    """What every file said when it was looked at last."""

    def __init__(self, scan: Scan) -> None:
        self._seen: dict[Path, _Seen] = {}
        self._links: frozenset[Path] = frozenset()
        self.widen(scan)

    def widen(self, scan: Scan) -> None:
        """Look at the files of another scan from now on.

        Files that were not looked at before are remembered as they are now; of the others every
        change since then is still to be told, that they are gone too.
        """
        for path in [path for path in self._seen if path not in scan.files and path.exists()]:
            del self._seen[path]
        for path in scan.files.keys() - self._seen.keys():
            self._remember(path, scan.files[path])
        self._links = frozenset(scan.links)

    def changed(self, scan: Scan, suspects: Iterable[Path]) -> tuple[Path, ...]:
        """Return the files that say something else than last time, sorted, and remember it.

        New files and those that are gone are among them, and linked folders that have come or gone
        if none of their files has.

        Args:
            scan: what is there now.
            suspects: files that are read even if they look the same: within one tick of the file
                system's clock a file may change without a trace.
        """
        suspects = frozenset(suspects)
        changed = [path for path in self._seen if path not in scan.files]
        for path in changed:
            del self._seen[path]
        for path, signature in scan.files.items():
            known = self._seen.get(path)
            if known is not None and known.signature == signature and path not in suspects:
                continue
            now = self._remember(path, signature)
            if (known and known.digest) != (now and now.digest):
                changed.append(path)
        links, self._links = self._links, frozenset(scan.links)
        for link in links.symmetric_difference(scan.links):
            if not any(path.is_relative_to(link) for path in changed):
                changed.append(link)
        return tuple(sorted(changed))

    def _remember(self, path: Path, signature: Signature) -> _Seen | None:
        digest = _digest(path)
        if digest is None:
            # Gone since the scan.
            self._seen.pop(path, None)
            return None
        seen = self._seen[path] = _Seen(signature, digest)
        return seen


def _digest(path: Path) -> bytes | None:
    """Return what a file says, in short; None: there is nothing."""
    # A pipe would be waited for, and a folder or a link to nothing says nothing.
    if not path.is_file():
        return b"" if os.path.lexists(path) else None
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").digest()
    except OSError:
        return b"" if os.path.lexists(path) else None
