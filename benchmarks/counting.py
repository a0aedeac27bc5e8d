"""What the counting of work costs: the same run with the ticks in the world's text and without.

Everything else is the same in both: sandbox, scheduler, record, what C functions charge.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.project import manifest, temporary_project
from benchmarks.report import Row
from engine_harness.api import Harness, open_project
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of
from engine_harness.vm.loader import harness_texts, read_module
from engine_harness.vm.machine import HostModules, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine_harness.vm.job import Job
    from engine_harness.vm.loader import LuaRoot

__all__ = ["rows"]

COST_PERCENT_MAX = 25


class Played(NamedTuple):
    """One run in this process."""

    cpu_s: float
    metrics: Any
    work_units: int


class Player:
    """Plays one job in fresh machines."""

    def __init__(self, job: Job, roots: tuple[LuaRoot, ...]) -> None:
        self._job = job
        self._roots = roots
        self._data = json.dumps(job.data)
        self._harness = HostModules(harness_texts())

    def play(self, *, is_counting: bool) -> Played:
        """Run once. The world is loaded, and with it instrumented, in the measured time."""
        machine = Machine(
            self._harness,
            read_module=lambda name: read_module(name, self._roots),
            texts=self._job.texts,
            work_units=self._job.work_units,
            memory_mb=self._job.memory_mb,
            instrument=is_counting,
        )
        start = time.process_time()
        step = machine.start(self._job.function, self._data)
        cpu_s = time.process_time() - start
        assert step.kind == "done", step.text
        value = json.loads(step.text)
        return Played(cpu_s, value["metrics"], value["head"]["cost"]["work_units"])


def _player(world: str, timeline: Sequence[Mapping[str, object]]) -> Player:
    with (
        temporary_project({f"{world}.json": manifest(world, timeline)}) as folder,
        Harness(open_project(folder)) as harness,
    ):
        (scenario,) = harness.load().scenarios
        return Player(job_of(request_of(harness, scenario)), harness.roots)


def _compare(world: str, timeline: Sequence[Mapping[str, object]], *, repeats: int) -> Row:
    player = _player(world, timeline)
    plain, counting = [], []
    # In turns: whatever slows the machine down for a while slows both.
    for _ in range(repeats):
        plain.append(player.play(is_counting=False))
        counting.append(player.play(is_counting=True))
    assert all(run.metrics == plain[0].metrics for run in plain + counting), "the runs differ"
    assert counting[0].work_units > plain[0].work_units, "nothing was counted"
    plain_s, counting_s = (min(run.cpu_s for run in runs) for runs in (plain, counting))
    return Row(
        name=f"counting.{world}",
        what=f"{counting[0].work_units / 1e6:.1f} M units: {1000 * counting_s:.0f} ms, "
        f"without {1000 * plain_s:.0f} ms",
        figure=100 * (counting_s / plain_s - 1),
        unit="% more",
        target=COST_PERCENT_MAX,
        better="less",
        details={
            "plain_best_s": plain_s,
            "plain_median_s": statistics.median(run.cpu_s for run in plain),
            "counting_best_s": counting_s,
            "counting_median_s": statistics.median(run.cpu_s for run in counting),
            "work_units": counting[0].work_units,
        },
    )


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    end_s = 2 if is_quick else 20
    nudges = [{"at": time_s, "action": "nudge"} for time_s in (0, end_s)]
    yield _compare("movers", nudges, repeats=2 if is_quick else 9)
    # LuaJIT places its machine code by chance, and code with many branches shows it: two runs of
    # one village differ by a third. So it takes many short ones until both have met their best.
    end_s = 1 if is_quick else 5
    rumour = {"action": "rumour", "args": {"text": "a feast in the square"}}
    rumours = [{"at": time_s, **rumour} for time_s in (end_s / 4, end_s / 2, end_s)]
    yield _compare("village", rumours, repeats=2 if is_quick else 30)
