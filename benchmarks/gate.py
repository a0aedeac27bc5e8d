"""What somebody waits for whose merge is held up: the performance gate that ships, whole processes.

The figures of this machine are no part of it: how fast it is, the rows say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.project import CHECKOUT, Times, run_harness, temporary_project
from benchmarks.report import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["rows"]

SCENARIOS = CHECKOUT / "scenarios"
FILES = {
    "accuracy.lua": SCENARIOS / "autoparry" / "accuracy.lua",
    "engine_perf.lua": SCENARIOS / "autoparry" / "engine_perf.lua",
    "baselines/engine-perf.envelope.json": SCENARIOS / "baselines" / "engine-perf.envelope.json",
    "baselines/engine-perf.baseline.json": SCENARIOS / "baselines" / "engine-perf.baseline.json",
}
GATE_S_MAX = 4
ENGINE_S_MAX = 6


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure the gate alone, and all four suites that share its runs."""
    repeats = 1 if is_quick else 5
    manifests = {name: path.read_text("utf-8") for name, path in FILES.items()}
    for name, suite, most_s in (
        ("gate.run", "engine-perf", GATE_S_MAX),
        ("gate.engine", "engine", ENGINE_S_MAX),
    ):
        with temporary_project(manifests) as folder:
            if not is_quick:
                # The first run compiles, and leaves the bytecode that an installed harness has.
                run_harness(folder, "--suite", suite)
            done = [run_harness(folder, "--suite", suite) for _ in range(repeats)]
        wall = Times.of([one.wall_s for one in done])
        cpu = Times.of([one.cpu_s for one in done])
        yield Row(
            name=name,
            what=f"--suite {suite}: best {wall.best_s:.3g}, cpu {cpu.best_s:.3g}",
            figure=wall.median_s,
            unit="s",
            target=most_s,
            better="less",
            details={
                "best_s": wall.best_s,
                "median_s": wall.median_s,
                "cpu_best_s": cpu.best_s,
                "cpu_median_s": cpu.median_s,
            },
        )
