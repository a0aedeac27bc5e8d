"""`python -m benchmarks.one_core FOLDER REPEATS`: a project's runs, all on one core.

A process of its own, so that its memory is that of the harness and nothing else. Prints one JSON
document: for each repetition the wall time from the job to the judged and written record, the peak
memory of this process and of the one that ran the world.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

from engine_harness.api import Harness, open_project

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


def main() -> None:
    folder, repeats = sys.argv[1], int(sys.argv[2])
    _stay_on_one_core()
    walls_s = []
    simulated_s = 0.0
    with Harness(open_project(folder)) as harness:
        scenarios = harness.load().scenarios
        harness.compile(scenarios)
        for _ in range(repeats):
            start = time.perf_counter()
            results = list(harness.run(scenarios))
            walls_s.append(time.perf_counter() - start)
            simulated_s = sum(float(result.record.outcome.virtual_s or 0) for result in results)
        harness.report(results)
        children_mb = [_peak_memory_mb(child) for child in _children()]
    print(
        json.dumps(
            {
                "simulated_s": simulated_s,
                "walls_s": walls_s,
                "parent_mb": _peak_memory_mb("self"),
                "children_mb": children_mb,
                "passed": all(result.verdict.passed for result in results),
            }
        )
    )


if __name__ == "__main__":
    main()
