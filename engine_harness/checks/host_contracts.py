"""Judges what a run took on this machine against what it took there before.

Figures of other machines say nothing: without some of this one a contract is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine_harness.checks.contract_results import ContractResult, judged_figure
from engine_harness.checks.figures import number_of
from engine_harness.manifest.contracts import GC_DRIFT, UTILISATION
from engine_harness.manifest.gates import HostFigures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness.manifest.contract_kinds import Op
    from engine_harness.manifest.gates import Baseline, Envelope, Tolerance
    from engine_harness.records.models import RunRecord

__all__ = ["GC_DELTA_KB", "SPEED", "HostOutcome", "judge_host"]

GC_DELTA_KB = "host.scheduler.gc.deltaKb"
SPEED = "host.scheduler.utilisation"
ELAPSED_S = "host.scheduler.elapsed"

ELAPSED_S_MIN = 0.25
"""A run that is over sooner says nothing of its speed: a busy neighbour makes it half as fast."""


@dataclass(frozen=True, kw_only=True)
class HostOutcome:
    """What the contracts of this machine have come to."""

    fingerprint: str
    baseline: Mapping[str, HostFigures]
    """What the scenarios of the suite took on this machine before."""
    contracts: tuple[ContractResult, ...]

    @property
    def passed(self) -> bool:
        """Whether none has failed."""
        return all(result.passed is not False for result in self.contracts)

    @property
    def compared(self) -> tuple[str, ...]:
        """The names of the contracts that are held against the baseline."""
        return (GC_DRIFT, UTILISATION)

    def with_own(self, contracts: Sequence[ContractResult]) -> HostOutcome:
        """Return the outcome with the contracts that an envelope adds."""
        return replace(self, contracts=(*self.contracts, *contracts))


def judge_host(
    records: Mapping[str, RunRecord],
    envelope: Envelope,
    baseline: Baseline,
    *,
    fingerprint: str,
    suite: str,
) -> HostOutcome:
    """Return what each scenario's memory and speed are worth; arguments as of `judge_gate`."""
    known = baseline.machines.get(fingerprint)
    kept = {name: known[name] for name in records if known and name in known}
    what = "machine" if known is None else "scenario on this machine"
    why = f"no baseline for this {what}; run --suite {suite} --update-baseline"
    results = []
    for name, record in records.items():
        for contract, path, op, limit in _limits(kept.get(name, HostFigures()), envelope.tolerance):
            reason = why if limit is None else _too_short(contract, record)
            if reason is not None:
                result = ContractResult(
                    name=contract, scenario=name, op=op, passed=None, detail=reason
                )
            else:
                result = judged_figure(contract, name, record, path, op=op, limit=limit)
            results.append(result)
    results.sort(key=lambda result: result.name)
    return HostOutcome(fingerprint=fingerprint, baseline=kept, contracts=tuple(results))


def _too_short(contract: str, record: RunRecord) -> str | None:
    """Return why the speed of a run is no figure, if it is none."""
    elapsed_s = number_of(record, ELAPSED_S)
    if contract != UTILISATION or elapsed_s is None or elapsed_s >= ELAPSED_S_MIN:
        return None
    return f"a run of less than {ELAPSED_S_MIN:g} s says nothing of the speed"


def _limits(
    before: HostFigures, tolerance: Tolerance
) -> tuple[tuple[str, str, Op, float | None], ...]:
    """Return name, figure and limit of each contract; None: there is nothing to compare with."""
    gc_kb, speed = before.gc_delta_kb, before.utilisation
    if gc_kb is not None:
        gc_kb += max(tolerance.gc_ratio * gc_kb, tolerance.gc_kb)
    if speed is not None:
        speed *= tolerance.utilisation
    return ((GC_DRIFT, GC_DELTA_KB, "<=", gc_kb), (UTILISATION, SPEED, ">=", speed))
