"""One program of somebody else, run to its end, its deadline, or until nobody wants it any more.

Whatever it has started is killed with it. What it says is read as it comes and kept up to a limit.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._wallclock import monotonic_s

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from threading import Event

__all__ = ["OUTPUT_BYTES_MAX", "Ended", "run_program"]

OUTPUT_BYTES_MAX = 256 * 1024
"""What is kept of what a program says (limit `tool_output`)."""

_READ_BYTES = 65_536
_LOOK_S = 0.05
"""How often is looked whether somebody wants it to stop."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program has come to its end."""

    code: int | None
    """Its exit code, negative for a signal; None: it was killed before it had one."""
    output: bytes = b""
    """Both of its streams as one."""
    is_cut: bool = False
    """Whether it said more than is kept."""


def run_program(command: Sequence[str], *, folder: Path, deadline_s: float, stop: Event) -> Ended:
    """Run `command` in `folder`; nothing of it is left when this returns.

    Raises:
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    kept, is_cut, is_over = bytearray(), False, False
    assert process.stdout is not None
    end_s = monotonic_s() + deadline_s
    try:
        while not (is_over := stop.is_set() or monotonic_s() >= end_s):
            # A program that is gone may have left a child which holds its streams open.
            is_gone = process.poll() is not None
            if not select.select([process.stdout], [], [], 0 if is_gone else _LOOK_S)[0]:
                if is_gone:
                    break
                continue
            data = os.read(process.stdout.fileno(), _READ_BYTES)
            if not data:
                is_over = not _ends(process, end_s, stop)
                break
            is_cut = is_cut or len(kept) + len(data) > OUTPUT_BYTES_MAX
            kept += data[: OUTPUT_BYTES_MAX - len(kept)]
    finally:
        # Also after a program that has ended by itself: what it has left behind is in its group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        code = process.wait()
    return Ended(code=None if is_over else code, output=bytes(kept), is_cut=is_cut)


def _ends(process: subprocess.Popen[bytes], end_s: float, stop: Event) -> bool:
    """Return whether a program that says nothing more ends in time."""
    while not stop.is_set():
        left_s = end_s - monotonic_s()
        if left_s <= 0:
            return False
        with suppress(subprocess.TimeoutExpired):
            process.wait(min(left_s, _LOOK_S))
            return True
    return False
