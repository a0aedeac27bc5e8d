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
    from collections.abc import Callable, Iterable

    from engine_harness.watch.observer import Observer
    from engine_harness.watch.trees import Scan, Watched

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
        """What matters now. Before `open` it is what decides the opening."""
        ...

    def open(self) -> None:
        """Find out what matters."""
        ...

    def begin(self) -> bool:
        """Do the first round; return whether to go on.

        What `open` has read, it has read before it was looked at.
        """
        ...

    def notice(self, paths: tuple[Path, ...]) -> None:
        """Take up that these files have changed; other things may matter from now on."""
        ...

    def changed(self, paths: tuple[Path, ...]) -> bool:
        """Do what these changes ask for; return whether to go on."""
        ...

    def pressed(self, key: str) -> bool:
        """Do what a key asks for; return whether to go on."""
        ...


class _Eyes:
    """What is watched, and what all of it said when it was looked at last."""

    def __init__(self, observer: Observer, watched: Watched) -> None:
        self._observer = observer
        self._watched = watched
        self._contents = Contents(self._first_look())

    def _first_look(self) -> Scan:
        # First the watching, then the looking: what changes in between is looked at twice.
        self._observer.watch(self._watched)
        return self._look()

    def _look(self) -> Scan:
        scan = self._watched.scan()
        self._observer.watch(self._watched, scan.links)
        return scan

    def turn(self, watched: Watched) -> bool:
        """Watch this from now on; return whether another look is due.

        What has happened in the meantime to a file that was watched before still is a change.
        """
        if watched == self._watched:
            return False
        self._watched = watched
        self._contents.widen(self._first_look())
        return True

    def changed(self, suspects: Iterable[str]) -> tuple[Path, ...]:
        """Look, and return what has changed since the last time."""
        return self._contents.changed(self._look(), map(Path, suspects))


def watch(
    rounds: Rounds, inbox: Inbox, observer: Observer, *, now_s: Callable[[], float] = monotonic_s
) -> None:
    """Do one round after the other until one is the last.

    Raises:
        UsageError: there is too much to watch, or the first round cannot be done.
    """
    eyes = _Eyes(observer, rounds.watched)
    rounds.open()
    is_due = eyes.turn(rounds.watched)
    goes_on = rounds.begin()
    while goes_on:
        found = inbox.take(IDLE_S)
        if isinstance(found, Pressed):
            goes_on = rounds.pressed(found.key)
            continue
        suspects: frozenset[str] = frozenset()
        if isinstance(found, Touched):
            suspects = collect(found.path, inbox.news, now_s)
        elif not observer.refresh() and not is_due:
            continue
        is_due = False
        changed = eyes.changed(suspects)
        if not changed:
            continue
        rounds.notice(changed)
        is_due = eyes.turn(rounds.watched)
        goes_on = rounds.changed(changed)
