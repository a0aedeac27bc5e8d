"""What somebody waits for who saves a file: from the save to the verdict, in watch mode.

The project holds a large scenario beside the small one that is edited; it runs once and must then
cost nothing. Part of the time is the pause that ends a save.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.project import CHECKOUT, Times, temporary_project
from benchmarks.report import NotMeasuredError, Row
from engine_harness.watch.debounce import QUIET_S

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["rows"]

SMALL = CHECKOUT / "scenarios" / "arena" / "first_strike.yaml"
LARGE = CHECKOUT / "scenarios" / "autoparry" / "engine_perf.lua"
VERDICT = "[PASS] arena_first_strike"
ROUND_S_MAX = 120.0


class _Watcher:
    """A process in watch mode, and what it prints."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._stdout = process.stdout
        self._text = ""

    def wait_for(self, text: str) -> None:
        """Read until `text` has come, and forget all up to its end.

        Raises:
            NotMeasuredError: it does not come.
        """
        end = time.perf_counter() + ROUND_S_MAX
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while text not in self._text:
                data = b""
                if selector.select(max(0.0, end - time.perf_counter())):
                    data = os.read(self._stdout.fileno(), 1 << 16)
                if not data:
                    msg = f"'{text}' did not come; the last was: {self._text[-200:]!r}"
                    raise NotMeasuredError(msg)
                self._text += data.decode("utf-8", "replace")
        self._text = self._text.partition(text)[2]


@contextmanager
def _watching(folder: Path) -> Iterator[_Watcher]:
    foreign = ("HARNESS_", "PYTHON")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("run-harness")), "--watch", "--suite", "engine"],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith(foreign)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _Watcher(process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _reactions(*, is_quick: bool) -> Times:
    manifests = {SMALL.name: SMALL.read_text("utf-8")}
    if not is_quick:
        manifests[LARGE.name] = LARGE.read_text("utf-8")
    times_s = []
    with temporary_project(manifests) as folder, _watching(folder) as watcher:
        small = folder / "scenarios" / SMALL.name
        watcher.wait_for("Summary:")
        watcher.wait_for("engine-perf")
        for index in range(3 if is_quick else 11):
            start = time.perf_counter()
            small.write_text(f"{manifests[SMALL.name]}# {index}\n", "utf-8")
            watcher.wait_for(VERDICT)
            times_s.append(time.perf_counter() - start)
            watcher.wait_for("Summary:")
            watcher.wait_for("engine-perf")
    # The first one also imports what only a second round needs.
    return Times.of(times_s[1:])


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    times = _reactions(is_quick=is_quick)
    beside = "" if is_quick else " beside a large one"
    yield Row(
        name="watching.reaction",
        what=f"save to verdict{beside}: best {1000 * times.best_s:.0f}",
        figure=1000 * times.median_s,
        unit="ms",
        target=300,
        better="less",
        details={"best_s": times.best_s, "median_s": times.median_s, "quiet_s": QUIET_S},
    )
