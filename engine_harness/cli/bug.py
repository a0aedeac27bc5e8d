"""The log of a bug of ours: what its reporter sends along."""

from __future__ import annotations

import platform
import shlex
import sys
import traceback
from pathlib import Path

__all__ = ["write_bug_log"]


def write_bug_log(words: list[str], error: BaseException) -> str:
    """Write the traceback to `artifacts/logs/bug.log` and return where it went.

    Where no file can be written, the traceback goes to standard error.
    """
    from engine_harness._version import __version__

    text = (
        f"run-harness {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"run-harness {shlex.join(words)}\n\n{''.join(traceback.format_exception(error))}"
    )
    path = _root(words) / "artifacts" / "logs" / "bug.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        sys.stderr.write(text)
        return "the text above"
    return str(path)


def _root(words: list[str]) -> Path:
    """Return the project's root as far as it can be told without trusting code that has failed."""
    for number, word in enumerate(words):
        if word == "--root" and number + 1 < len(words):
            return Path(words[number + 1])
        if word.startswith("--root="):
            return Path(word.removeprefix("--root="))
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "harness.toml").is_file():
            return folder
    return here
