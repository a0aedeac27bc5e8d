"""Many moving objects: how much faster than real time, and in how much memory.

The world `movers` plays with the record on, in the one child process of `one_core`.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.project import CHECKOUT, Times, finished, manifest, temporary_project
from benchmarks.report import NotMeasuredError, Row, memory_row

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["rows"]

SIMULATED_S = 20
# A run ends this long after its last entry.
SETTLE_S = 0.25


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    if not sys.platform.startswith("linux"):
        msg = "one core and the peak memory of a process are asked of Linux"
        raise NotMeasuredError(msg)
    nudges = [{"at": time_s, "action": "nudge"} for time_s in (0, SIMULATED_S - SETTLE_S)]
    with temporary_project({"movers.json": manifest("movers", nudges)}) as folder:
        command = (sys.executable, "-m", "benchmarks.one_core", str(folder))
        done = finished((*command, "2" if is_quick else "7"), CHECKOUT)
    data = json.loads(done.output)
    assert data["passed"], "the movers failed their scenario"
    assert data["simulated_s"] == SIMULATED_S, f"{data['simulated_s']} s were simulated"
    times = Times.of(data["walls_s"])
    yield Row(
        name="physics.speed",
        what=f"5,000 objects, {SIMULATED_S} s at 240 Hz: {times.median_s:.2f} s, "
        f"best {times.best_s:.2f} s",
        figure=SIMULATED_S / times.median_s,
        unit="x real",
        target=40,
        details={"best_s": times.best_s, "median_s": times.median_s, "process_s": done.wall_s},
    )
    (child_mb,) = data["children_mb"]
    yield memory_row("physics.memory", parent_mb=data["parent_mb"], child_mb=child_mb)
