"""The one repeater: the same run in several fresh processes, then the one comparer.

What is compared, and what two runs may differ in, is the comparer's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.checks.diff import first_divergence
from engine_harness.run.isolate import record_of
from engine_harness.run.session import job_of
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from engine_harness.checks.diff import Divergence
    from engine_harness.records.models import RunRecord
    from engine_harness.run.session import Request

__all__ = ["divergence", "repeat"]


def repeat(request: Request, times: int) -> tuple[RunRecord, ...]:
    """Return the records of `times` runs of `request`, each in a process of its own."""
    records = []
    for _ in range(times):
        with Pool(1) as pool:
            records.append(record_of(request, pool.call(job_of(request))))
    return tuple(records)


def divergence(records: tuple[RunRecord, ...]) -> Divergence | None:
    """Return where the first record that differs from the first one differs; None: all equal."""
    for record in records[1:]:
        found = first_divergence(records[0], record)
        if found is not None:
            return found
    return None
