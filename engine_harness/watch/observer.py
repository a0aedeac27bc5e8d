"""Hears from the system that something may have changed; where, it says as well as it can.

Folders may come later, go, and come back: what is not there yet is waited for in the nearest folder
above it that is. Whether a file has really changed is found out elsewhere.
"""

from __future__ import annotations

import errno
import os
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

    from engine_harness.watch.trees import Watched

__all__ = ["POLL_S", "Observer"]

POLL_S = 0.4
"""How often a polling observer looks."""

_MERE_LOOKS = frozenset({"opened", "closed_no_write"})
_EXHAUSTED = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}


class _Base(NamedTuple):
    """One folder that the system tells us of."""

    path: Path
    recursive: bool


class _Place(NamedTuple):
    """Which folder stands at a path: one that was made anew is another one."""

    device: int
    inode: int


class Observer:
    """Calls `notify` with a path whenever there is news of it, from threads of its own."""

    def __init__(
        self,
        notify: Callable[[str], None],
        tell: Callable[[str], None],
        *,
        is_polling: bool = False,
        make: Callable[[bool], BaseObserver] | None = None,
    ) -> None:
        """Prepare; nothing is watched before `watch`.

        Args:
            notify: is given paths; it must return at once.
            tell: is given a sentence for the user, when watching goes on in another way.
            is_polling: look again and again, because the system tells nothing of this disk.
            make: makes the observer of watchdog, which polls if it is given True.
        """
        self._notify = notify
        self._tell = tell
        self.is_polling = is_polling
        self._make = make or _make
        self._observer: BaseObserver | None = None
        self._watched: Watched | None = None
        self._links: tuple[Path, ...] = ()
        self._standing: dict[_Base, tuple[_Place, Any]] = {}
        self._lost: set[Path] = set()

    def watch(self, watched: Watched, links: Iterable[Path] = ()) -> None:
        """Watch this and nothing else from now on."""
        self._watched, self._links = watched, tuple(links)
        self.refresh()

    def refresh(self) -> bool:
        """Watch the folders that are there now; return whether they are others than before."""
        try:
            return self._refresh()
        except OSError as error:
            limit = _EXHAUSTED.get(error.errno or 0)
            if limit is None or self.is_polling:
                raise
            self._tell(
                f"the system has no more watches for folders ({limit}):"
                f" looking at all files every {POLL_S:g} s instead, as --poll does"
            )
        self.close()
        self.is_polling = True
        self._refresh()
        return True

    def close(self) -> None:
        """End the threads."""
        observer, self._observer = self._observer, None
        self._standing.clear()
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join()

    def _refresh(self) -> bool:
        if self._observer is None:
            self._observer = self._make(self.is_polling)
            self._observer.start()
        lost = set()
        while self._lost:
            lost.add(self._lost.pop())
        wanted = {base: _place(base.path) for base in self._bases()}
        is_other = False
        for base, (stood, handle) in list(self._standing.items()):
            if wanted.get(base) != stood or base.path in lost:
                # Its thread may have ended by itself when the folder went away.
                with suppress(KeyError):
                    self._observer.unschedule(handle)
                del self._standing[base]
                is_other = True
        for base, place in wanted.items():
            if base not in self._standing and place is not None:
                is_other = self._schedule(base, place) or is_other
        if is_other and not self.is_polling:
            self._probe()
        return is_other

    def _schedule(self, base: _Base, place: _Place) -> bool:
        assert self._observer is not None
        handler = _handler(self._heard)
        try:
            handle = self._observer.schedule(handler, str(base.path), recursive=base.recursive)
        except FileNotFoundError:
            # Gone again: the next look will tell.
            return False
        self._standing[base] = place, handle
        return True

    def _probe(self) -> None:
        """Raise if the system takes no more watches: for folders in folders nobody says so."""
        assert self._observer is not None
        with tempfile.TemporaryDirectory(prefix="engine_harness_watch_") as folder:
            handle = self._observer.schedule(_handler(_ignore), folder)
            self._observer.unschedule(handle)

    def _bases(self) -> set[_Base]:
        """Return the folders to be told of: those above all others where one holds the other."""
        assert self._watched is not None
        wanted = {_Base(path, True) for path in (*self._roots(), *self._links)}
        wanted |= {_Base(path.parent, False) for path in self._watched.files}
        found: set[_Base] = set()
        for base in wanted:
            path, recursive = base
            while not path.is_dir() and path != path.parent:
                # What is missing will be made in here; what else is in here is of no interest.
                path, recursive = path.parent, False
            found.add(_Base(Path(os.path.realpath(path)), recursive))
        whole = {base.path for base in found if base.recursive}
        return {
            base
            for base in found
            if not whole.intersection(base.path.parents)
            and (base.recursive or base.path not in whole)
        }

    def _roots(self) -> list[Path]:
        assert self._watched is not None
        return [tree.path for tree in self._watched.trees]

    def _heard(self, event: FileSystemEvent) -> None:
        kind, is_folder = event.event_type, event.is_directory
        if kind in _MERE_LOOKS or (is_folder and kind not in ("created", "deleted", "moved")):
            return
        assert self._watched is not None
        for text in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(text)) if text else None
            if path is None:
                continue
            if is_folder and kind != "created":
                self._lost.add(path)
            # A link that has gone cannot be asked any more what it was.
            if path in self._links or self._watched.wants(path, is_folder=is_folder):
                self._notify(str(path))


def _handler(hear: Callable[[FileSystemEvent], None]) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            hear(event)

    return Handler()


def _ignore(event: FileSystemEvent) -> None:
    pass


def _place(path: Path) -> _Place | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Place(found.st_dev, found.st_ino)


def _make(is_polling: bool) -> BaseObserver:
    # watchdog costs 30 ms to import: only who watches pays for it.
    if is_polling:
        from watchdog.observers.polling import PollingObserver

        return PollingObserver(timeout=POLL_S)
    from watchdog.observers import Observer as SystemObserver

    # A folder that is moved away and back keeps its watch: nothing is wrong, and nobody can help.
    warnings.filterwarnings("ignore", "Callback with id .* already exists", RuntimeWarning)
    return SystemObserver()
