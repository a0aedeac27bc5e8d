"""How far a suite is, on standard error: a live bar on a terminal, else a line now and then.

Nothing here is a result: whoever redirects standard error loses nothing that counts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from engine_harness._wallclock import monotonic_s

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from rich.progress import Progress as RichProgress

__all__ = ["Progress", "is_live"]

LINE_EVERY_S = 10.0
"""Without a terminal, one line in this time shows that something is still going on."""


def is_live(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal on which lines may be redrawn."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


class Progress:
    """Counts finished cases of one suite; a context manager."""

    def __init__(self, suite: str, total: int, *, stream: TextIO, verbose: bool) -> None:
        self._suite = suite
        self._total = total
        self._stream = stream
        self._verbose = verbose
        self._done = 0
        self._failed = 0
        self._started_s = self._told_s = monotonic_s()
        self._bar: RichProgress | None = None
        if is_live(stream) and not verbose:
            self._bar = _rich_bar(stream)
            self._task = self._bar.add_task(suite, total=total, failed="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def finished(self, identity: str, *, passed: bool, wall_s: float) -> None:
        """Count one case."""
        self._done += 1
        self._failed += not passed
        if self._bar is not None:
            failed = f"{self._failed} failed" if self._failed else ""
            self._bar.update(self._task, completed=self._done, failed=failed)
            return
        now_s = monotonic_s()
        if self._verbose:
            word = "passed" if passed else "failed"
            self._tell(f"{self._count()}: {identity} {word} in {wall_s:.2f}s")
        elif now_s - self._told_s >= LINE_EVERY_S:
            elapsed = f"{now_s - self._started_s:.0f}s"
            self._tell(f"{self._count()} done, {self._failed} failed after {elapsed}")

    def shares_terminal(self, stream: TextIO) -> bool:
        """Return whether lines for `stream` must be written by `above`, not to tear the bar."""
        return self._bar is not None and stream.isatty()

    def above(self, lines: Sequence[str]) -> None:
        """Write lines of results, which may hold colour codes, above the bar."""
        from rich.text import Text

        assert self._bar is not None
        if lines:
            self._bar.console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)

    def _count(self) -> str:
        return f"{self._suite} {self._done}/{self._total}"

    def _tell(self, line: str) -> None:
        self._told_s = monotonic_s()
        self._stream.write(f"{line}\n")
        self._stream.flush()


def _rich_bar(stream: TextIO) -> RichProgress:
    # rich costs 36 ms to import: only a terminal pays for it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    console = Console(file=stream, emoji=False)
    return RichProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
