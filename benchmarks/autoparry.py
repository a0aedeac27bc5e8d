"""The world `autoparry` under mass pressure: 5,000 threats in 20 virtual seconds, on one core.

The scenario is the shipped one, played as it stands, with its record, its checks and its files.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.project import CHECKOUT, Times, finished, temporary_project
from benchmarks.report import NotMeasuredError, Row, memory_row

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["rows"]

BUNDLE = CHECKOUT / "scenarios" / "autoparry" / "engine_perf.lua"
SCENARIO = "engine_perf_mass_pressure"
THREATS_LAST_S = 20


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    if not sys.platform.startswith("linux"):
        msg = "one core and the peak memory of a process are asked of Linux"
        raise NotMeasuredError(msg)
    with temporary_project({BUNDLE.name: BUNDLE.read_text("utf-8")}) as folder:
        command = (sys.executable, "-m", "benchmarks.one_core", str(folder))
        done = finished((*command, "2" if is_quick else "5", SCENARIO), CHECKOUT)
    data = json.loads(done.output)
    assert data["passed"], "the scenario failed"
    simulated_s = data["simulated_s"]
    assert simulated_s >= THREATS_LAST_S, f"{simulated_s} s were simulated"
    walls, records = Times.of(data["walls_s"]), Times.of(data["records_s"])
    pairs = zip(data["walls_s"], data["records_s"], strict=True)
    runs = Times.of([wall_s - record_s for wall_s, record_s in pairs])
    yield Row(
        name="autoparry.speed",
        what=f"5,000 threats, {simulated_s:.1f} s: run {runs.median_s:.2f} s, "
        f"{walls.median_s:.2f} s with its record",
        figure=simulated_s / runs.median_s,
        unit="x real",
        target=20,
        details={
            "best_s": runs.best_s,
            "median_s": runs.median_s,
            "with_record_s": walls.median_s,
            "process_s": done.wall_s,
        },
    )
    (child_mb,) = data["children_mb"]
    yield memory_row("autoparry.memory", parent_mb=data["parent_mb"], child_mb=child_mb)
    yield Row(
        name="autoparry.record",
        what=f"its record built, written and checked: best {records.best_s:.2f} s",
        figure=records.median_s,
        unit="s",
        target=0.5,
        better="less",
        details={"best_s": records.best_s, "median_s": records.median_s},
    )
