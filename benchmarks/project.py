"""A project in a temporary folder, its manifests, and whole processes that work on it.

Only the shape of projects is known here, nothing of what is measured.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.report import NotMeasuredError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "CHECKOUT",
    "Finished",
    "Times",
    "finished",
    "manifest",
    "run_harness",
    "temporary_project",
]

CHECKOUT = Path(__file__).resolve().parents[1]
WORLDS = CHECKOUT / "benchmarks" / "lua"
PROCESS_S_MAX = 120.0


class Finished(NamedTuple):
    """A process that has ended well."""

    wall_s: float
    cpu_s: float
    """Of the process and all that it started."""
    output: str


class Times(NamedTuple):
    """Wall times of one thing that was done several times."""

    best_s: float
    median_s: float

    @classmethod
    def of(cls, times_s: Sequence[float]) -> Times:
        return cls(min(times_s), statistics.median(times_s))


@contextmanager
def temporary_project(manifests: Mapping[str, str]) -> Iterator[Path]:
    """Make a project that sees the worlds of the benchmarks; yield its root.

    `manifests`: file name below `scenarios/` -> text.
    """
    with TemporaryDirectory(prefix="engine_harness_benchmark_") as name:
        folder = Path(name)
        lua = json.dumps(WORLDS.as_posix())
        (folder / "harness.toml").write_text(f"[paths]\nlua = [{lua}]\n", "utf-8")
        (folder / "scenarios").mkdir()
        for file, text in manifests.items():
            path = folder / "scenarios" / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        yield folder


def manifest(world: str, timeline: Sequence[Mapping[str, object]]) -> str:
    """Return a manifest in JSON of one scenario; its id is the name of its world."""
    return json.dumps(
        {
            "metadata": {"id": world, "label": f"A benchmark in {world}"},
            "world": world,
            "timeline": list(timeline),
        }
    )


def _cpu_of_ended_processes_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def finished(command: Sequence[str], folder: Path) -> Finished:
    """Run a command in `folder` to its end.

    Raises:
        NotMeasuredError: it failed; a time would say nothing.
    """
    # What the caller's shell has set must not decide: no bytecode may be kept, for example.
    foreign = ("HARNESS_", "PYTHON")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    cpu_start_s = _cpu_of_ended_processes_s()
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=PROCESS_S_MAX,
    )
    wall_s = time.perf_counter() - start
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        msg = f"{' '.join(command)}: exit code {done.returncode}: {lines[-1]}"
        raise NotMeasuredError(msg)
    return Finished(wall_s, _cpu_of_ended_processes_s() - cpu_start_s, done.stdout)


def run_harness(folder: Path, *arguments: str) -> Finished:
    """Run the installed command `run-harness` in `folder`.

    Raises:
        NotMeasuredError: it is not installed beside this interpreter, or it failed.
    """
    command = Path(sys.executable).with_name("run-harness")
    if not command.is_file():
        msg = f"{command} is not there: pip install -e ."
        raise NotMeasuredError(msg)
    return finished((str(command), *arguments), folder)
