"""Where words go: results to standard output, everything else to standard error.

A reader that has gone away (`run-harness | head`) is no error: the work goes on and the rest of the
lines is dropped. With `--json` standard output is exactly one JSON document.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness._types import JsonMap

__all__ = ["Output", "drop_broken_pipe", "note", "prepare_streams"]


def prepare_streams() -> None:
    """Let no character of a user's text stop us: what the encoding lacks is written escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def drop_broken_pipe(stream: TextIO) -> None:
    """Send whatever else is written to `stream` nowhere, also what its buffer still holds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def note(text: str) -> None:
    """Write one line of diagnostics to standard error."""
    _write(sys.stderr, text)


class Output:
    """Standard output of one command."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._colour = (
            sys.stdout.isatty() and not os.environ.get("NO_COLOR") and _terminal_knows_colour()
        )

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines for a person; with `--json` none are written."""
        written = self.painted(lines)
        if written:
            _write(sys.stdout, "\n".join(written))

    def painted(self, lines: Iterable[str]) -> list[str]:
        """Return the lines as `lines` writes them."""
        if self.as_json:
            return []
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


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        drop_broken_pipe(stream)
