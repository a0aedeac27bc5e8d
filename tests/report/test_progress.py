"""Progress is for the person who waits: a bar on a terminal, lines elsewhere, never a result."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from engine_harness.report.progress import Progress, is_live

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# Results go to the same terminal while the bar is live.
LIVE = """
import sys
from engine_harness.report.progress import Progress
with Progress("suite [red]", 3, stream=sys.stderr, verbose=False) as progress:
    for number in range(3):
        progress.finished(f"s{number}", passed=number != 1, wall_s=0.1)
        if progress.shares_terminal(sys.stdout):
            progress.above([f"\\x1b[32m[PASS]\\x1b[0m s{number} " + "x" * 120])
        else:
            print(f"[PASS] s{number}", flush=True)
print("done")
"""


def on_a_terminal(code: str, **environment: str) -> str:
    """Return everything that a Python program writes to a terminal that is both its streams."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    terminal, inside = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**kept, **environment},
    )
    os.close(inside)
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
    os.close(terminal)
    assert child.wait() == 0
    return written.decode("utf-8")


def test_without_a_terminal_a_quick_suite_says_nothing() -> None:
    stream = io.StringIO()
    with Progress("engine-sim", 2, stream=stream, verbose=False) as progress:
        progress.finished("a", passed=True, wall_s=0.1)
        progress.finished("b", passed=False, wall_s=0.1)
    assert stream.getvalue() == ""


def test_verbose_has_a_line_for_each_case() -> None:
    stream = io.StringIO()
    with Progress("engine-sim", 2, stream=stream, verbose=True) as progress:
        progress.finished("a", passed=True, wall_s=0.1)
        progress.finished("b", passed=False, wall_s=1.25)
    assert stream.getvalue() == (
        "engine-sim 1/2: a passed in 0.10s\nengine-sim 2/2: b failed in 1.25s\n"
    )


def test_a_slow_suite_shows_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 9.0, 10.5, 10.5, 12.0])
    monkeypatch.setattr("engine_harness.report.progress.monotonic_s", lambda: next(times))
    stream = io.StringIO()
    with Progress("engine-sim", 9, stream=stream, verbose=False) as progress:
        progress.finished("a", passed=True, wall_s=9)
        progress.finished("b", passed=False, wall_s=1.5)
        progress.finished("c", passed=False, wall_s=1.5)
    assert stream.getvalue() == "engine-sim 2/9 done, 1 failed after 10s\n"


def test_a_terminal_has_a_bar_that_leaves_only_results_behind() -> None:
    shown = on_a_terminal(LIVE, TERM="xterm", COLUMNS="100")
    assert "suite [red]" in shown
    assert "1 failed" in shown
    # The bar is taken away before each line of a result, so that none shares a line with it.
    starts = [line.rsplit("\x1b[2K", 1)[-1] for line in shown.split("\r\n") if "[PASS]" in line]
    assert starts == [f"\x1b[32m[PASS]\x1b[0m s{number} {'x' * 120}" for number in range(3)]
    assert shown.endswith("done\r\n")


def test_a_terminal_that_cannot_redraw_gets_plain_text() -> None:
    shown = on_a_terminal(LIVE, TERM="dumb")
    assert shown == "[PASS] s0\r\n[PASS] s1\r\n[PASS] s2\r\ndone\r\n"


def test_a_file_is_not_live(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        assert not is_live(file)
