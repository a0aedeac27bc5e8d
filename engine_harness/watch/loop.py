"""Waits, and hands on what there is to do: one batch of changes, or one key, after the other.

What a change means and how anything runs is decided by whoever gives the callbacks; a terminal is
not known here. Changes that come while a callback runs are the next batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, Protocol

from engine_harness._wallclock import monotonic_s
from engine_harness.watch.debounce import Contents, collect

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.watch.observer import Observer
    from engine_harness.watch.trees import Watched

__all__ = ["Inbox", "Pressed", "Rounds", "Touched", "watch"]

IDLE_S = 0.4
"""How often is looked whether a folder that was lost is there again."""


class Touched(NamedTuple):
    """There is news of a file or folder."""

    path: str


class Pressed(NamedTuple):
    """A key was pressed."""

    key: str


@dataclass
class Inbox:
    """Everything that comes from outside, in the order in which it came. Any thread may put."""

    _queue: SimpleQueue[Touched | Pressed] = field(default_factory=SimpleQueue)
    _keys: list[Pressed] = field(default_factory=list)

    def touched(self, path: str) -> None:
        """Put in news of a path."""
        self._queue.put(Touched(path))

    def pressed(self, key: str) -> None:
        """Put in a key."""
        self._queue.put(Pressed(key))

    def take(self, timeout_s: float) -> Touched | Pressed | None:
        """Return what came first; None: nothing came in this time."""
        if self._keys:
            return self._keys.pop(0)
        try:
            return self._queue.get(timeout=timeout_s)
        except Empty:
            return None

    def news(self, timeout_s: float) -> str | None:
        """Return the next path; keys that come before it are kept for `take`."""
        end_s = monotonic_s() + timeout_s
        while True:
            try:
                found = self._queue.get(timeout=max(0.0, end_s - monotonic_s()))
            except Empty:
                return None
            if isinstance(found, Touched):
                return found.path
            self._keys.append(found)


class Rounds(Protocol):
    """What happens in each round."""

    @property
    def watched(self) -> Watched:
        """What matters now; a round may change it."""
        ...

    def begin(self) -> None:
        """Do the first round."""
        ...

    def notice(self, paths: tuple[Path, ...]) -> bool:
        """Take up that these files have changed; return whether there is a round to do."""
        ...

    def changed(self, paths: tuple[Path, ...]) -> None:
        """Do what these changes ask for."""
        ...

    def pressed(self, key: str) -> bool:
        """Do what a key asks for; return whether to go on."""
        ...


def watch(
    rounds: Rounds, inbox: Inbox, observer: Observer, *, now_s: Callable[[], float] = monotonic_s
) -> None:
    """Do one round after the other until a key ends it.

    Raises:
        UsageError: there is too much to watch.
    """
    # First the watching, then the looking: what changes in between is looked at twice.
    watched = rounds.watched
    observer.watch(watched)
    scan = watched.scan()
    observer.watch(watched, scan.links)
    contents = Contents(scan)
    rounds.begin()
    while True:
        found = inbox.take(IDLE_S)
        if isinstance(found, Pressed):
            if not rounds.pressed(found.key):
                return
            continue
        suspects: frozenset[str] = frozenset()
        if isinstance(found, Touched):
            suspects = collect(found.path, inbox.news, now_s)
        elif not observer.refresh():
            continue
        scan = watched.scan()
        observer.watch(watched, scan.links)
        changed = contents.changed(scan, map(Path, suspects))
        if not changed:
            continue
        if not rounds.notice(changed):
            continue
        if rounds.watched != watched:
            # What has been opened anew is looked at before it is run: a change meanwhile counts.
            watched = rounds.watched
            observer.watch(watched)
            scan = watched.scan()
            observer.watch(watched, scan.links)
            contents = Contents(scan)
        rounds.changed(changed)
