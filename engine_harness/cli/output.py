"""Where words go: results to standard output, everything else to standard error.

A reader that has gone away (`run-harness | head`) is no error: the work goes on and the rest of the
lines is dropped. With `--json` standard output is exactly one JSON document.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from engine_harness.report.lines import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness._types import JsonMap

__all__ = ["Output", "drop_broken_pipe", "note", "prepare_streams"]


def prepare_streams() -> None:
    """Let no character of a user's text stop us: what the encoding lacks is written escaped.

    A stream that was closed before we began takes everything and keeps nothing.
    """
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def drop_broken_pipe(stream: TextIO) -> None:
    """Send whatever else is written to `stream` nowhere, also what its buffer still holds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def note(text: str) -> None:
    """Write one line of diagnostics to standard error; nothing in it moves a cursor."""
    _write(sys.stderr, plain(text))


class Output:
    """Standard output of one command."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.is_read = True
        """Whether somebody still reads it, as far as writing has shown."""
        self._colour = (
            sys.stdout.isatty() and not os.environ.get("NO_COLOR") and _terminal_knows_colour()
        )

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines for a person; with `--json` none are written."""
        written = self.painted(lines)
        if written:
            self.is_read = _write(sys.stdout, "\n".join(written)) and self.is_read

    def painted(self, lines: Iterable[str]) -> list[str]:
        """Return the lines as `lines` writes them."""
        if self.as_json:
            return []
        # File names and texts of users go in as they are; what a terminal would obey stays here.
        lines = map(plain, lines)
        if self._colour:
            from engine_harness.report.console import paint

            lines = map(paint, lines)
        return list(lines)

    def document(self, command: str, exit_code: int, data: JsonMap) -> int:
        """Write the one document of `--json`, if it was asked for; return `exit_code`."""
        if self.as_json:
            import json

            document = {"command": command, "exit_code": exit_code, **data}
            _write(sys.stdout, json.dumps(document, indent=2, sort_keys=True))
        return exit_code


def _terminal_knows_colour() -> bool:
    return os.environ.get("TERM", "dumb") != "dumb"


def _write(stream: TextIO, text: str) -> bool:
    """Write one text; return whether there is anybody to read it."""
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError as error:
        # A terminal that was closed is told by another number than a pipe.
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        drop_broken_pipe(stream)
        return False
    return True
