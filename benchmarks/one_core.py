"""`python -m benchmarks.one_core FOLDER REPEATS [ID]`: a project's runs, all on one core.

A process of its own, so that its memory is that of the harness and nothing else. Prints one JSON
document: for each repetition the wall time from the job to the judged and written record and the
part of it after the run itself, the peak memory of this process and of the one that ran the world.
With ID only that scenario is played.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness.api import Harness, open_project

if TYPE_CHECKING:
    from engine_harness.api import Result

__all__: list[str] = []


def _stay_on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _peak_memory_mb(process: int | str) -> float:
    """Return the peak of a living process.

    Not `ru_maxrss`: that one begins with the memory of the process that started it.
    """
    status = Path(f"/proc/{process}/status").read_text("ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found, f"the kernel tells no peak memory of process {process}"
    return int(found[1]) / 1024


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()


def _run_s(result: Result) -> float:
    """Return the wall time of the run alone, from the job to the answer."""
    wall_s = result.record.host["wall_s"]
    assert isinstance(wall_s, float)
    return wall_s


def main() -> None:
    folder, repeats, ids = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    _stay_on_one_core()
    walls_s = []
    records_s = []
    simulated_s = 0.0
    with Harness(open_project(folder)) as harness:
        scenarios = [item for item in harness.load().scenarios if not ids or item.id in ids]
        harness.compile(scenarios)
        for _ in range(repeats):
            start = time.perf_counter()
            results = list(harness.run(scenarios))
            walls_s.append(time.perf_counter() - start)
            records_s.append(walls_s[-1] - sum(_run_s(result) for result in results))
            simulated_s = sum(float(result.record.outcome.virtual_s or 0) for result in results)
        harness.report(results)
        children_mb = [_peak_memory_mb(child) for child in _children()]
    print(
        json.dumps(
            {
                "simulated_s": simulated_s,
                "walls_s": walls_s,
                "records_s": records_s,
                "parent_mb": _peak_memory_mb("self"),
                "children_mb": children_mb,
                "passed": all(result.verdict.passed for result in results),
            }
        )
    )


if __name__ == "__main__":
    main()
