"""When changes are over, and which of them are real.

A save is many events, and an event need not be a change: a batch ends when nothing has happened for
a moment, and what counts is that a file says something else than before. Knows no thread and no
kernel: news come from a function, time from another.
"""

from __future__ import annotations

import hashlib
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
        self.changed(scan, ())

    def changed(self, scan: Scan, suspects: Iterable[Path]) -> tuple[Path, ...]:
        """Return the files that say something else than last time, sorted, and remember it.

        New files and those that are gone are among them.

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
            digest = _digest(path)
            if digest is None:
                # Gone since the scan, or not to be read: as if it were not there.
                if self._seen.pop(path, None) is not None:
                    changed.append(path)
                continue
            self._seen[path] = _Seen(signature, digest)
            if known is None or known.digest != digest:
                changed.append(path)
        return tuple(sorted(changed))


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").digest()
    except OSError:
        return None
