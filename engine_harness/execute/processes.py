"""Many runs in child processes, each isolated from all others.

A run that is killed becomes a record like any other; the runs beside it notice nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.run.isolate import recorded
from engine_harness.run.session import job_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine_harness.run.isolate import Recorded
    from engine_harness.run.session import Request
    from engine_harness.vm.job import Reply
    from engine_harness.vm.worker import Pool

__all__ = ["execute"]


def execute(
    requests: Sequence[Request], pool: Pool, failed_worlds: Mapping[str, Reply]
) -> Iterator[Recorded]:
    """Run all of `requests`; yield records in order of completion.

    Args:
        requests: what to run.
        pool: where to run it.
        failed_worlds: what came of worlds that could not even be loaded, by name; they are not
            tried again for each of their scenarios.
    """
    wanted = []
    for request in requests:
        if request.scenario.world in failed_worlds:
            yield recorded(request, failed_worlds[request.scenario.world])
        else:
            wanted.append(request)
    for index, reply in pool.run([job_of(request) for request in wanted]):
        yield recorded(wanted[index], reply)
