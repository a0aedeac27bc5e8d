"""Single keys of a terminal while something else goes on.

The terminal is as it was before on every way out, also while the process is stopped. Where standard
input is no terminal, or belongs to somebody else's foreground, there are no keys.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

__all__ = ["Keyboard"]

AWAY_S = 0.3
"""How often is looked whether we are in the foreground again."""


class Keyboard:
    """Hands on each key as it is pressed; a context manager, for the main thread."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        """`pressed` is called with one character, in a thread of the keyboard."""
        self._pressed = pressed
        self._file = _terminal()
        self._modes: list[Any] | None = None
        self._thread: threading.Thread | None = None
        self._handlers: dict[signal.Signals, Any] = {}
        self._wake: tuple[int, int] = (-1, -1)

    @property
    def is_there(self) -> bool:
        """Whether there are keys."""
        return self._file is not None

    def __enter__(self) -> Self:
        if self._file is not None:
            import termios

            self._modes = termios.tcgetattr(self._file)
            self._handlers = {
                signal.SIGTSTP: signal.signal(signal.SIGTSTP, self._stop),
                signal.SIGCONT: signal.signal(signal.SIGCONT, self._go_on),
            }
            self._wake = os.pipe()
            self._take()
            self._thread = threading.Thread(target=self._read, name="keyboard", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        os.write(self._wake[1], b".")
        self._thread.join()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._give_back()
        for end in self._wake:
            os.close(end)
        self._thread = None

    def _take(self) -> None:
        """Let keys come at once and unseen; Ctrl-C and its like keep their meaning."""
        import termios
        import tty

        if self._file is not None and _is_ours(self._file):
            with contextlib.suppress(termios.error):
                tty.setcbreak(self._file, termios.TCSANOW)

    def _give_back(self) -> None:
        import termios

        # A process of the background that changes the terminal would be stopped for it.
        if self._file is not None and self._modes is not None and _is_ours(self._file):
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._file, termios.TCSANOW, self._modes)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self, _number: int, _frame: FrameType | None) -> None:
        self._take()

    def _read(self) -> None:
        assert self._file is not None
        while True:
            if not _is_ours(self._file):
                if select.select([self._wake[0]], [], [], AWAY_S)[0]:
                    return
                continue
            ready, _, _ = select.select([self._file, self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            if not _is_ours(self._file):
                continue
            try:
                data = os.read(self._file, 1024)
            except OSError:
                return
            if not data:
                return
            for key in data.decode("ascii", "ignore"):
                self._pressed(key)


def _terminal() -> int | None:
    """Return standard input if it is a terminal that is ours now."""
    try:
        file = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    return file if os.isatty(file) and _is_ours(file) else None


def _is_ours(file: int) -> bool:
    """Return whether this process is in the foreground of the terminal."""
    try:
        return os.tcgetpgrp(file) == os.getpgrp()
    except OSError:
        return False
