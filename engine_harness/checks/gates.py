"""Judges the runs of a suite against the contracts of its gate.

All contracts are evaluated, none hides another, and a figure that nothing was measured for fails
its contract: nothing passes because nothing has happened. What depends on the machine is kept
apart, under `host`. Knows records and limits, no game and no run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine_harness.checks.budgets import another_setting, judged_cost
from engine_harness.checks.contract_results import ContractResult, judged_figure
from engine_harness.checks.figure_contracts import judged_contract
from engine_harness.checks.figures import NO_SAMPLES, NoFigure, figure_of, nearest
from engine_harness.checks.host_contracts import HostOutcome, judge_host
from engine_harness.checks.storms import storms_of
from engine_harness.manifest.contract_kinds import (
    CostContract,
    CoverageContract,
    FigureContract,
    StormContract,
)
from engine_harness.manifest.contracts import (
    ACCURACY,
    BUILTIN_CONTRACTS,
    SHIPPED,
    SHIPPED_SUITE,
    WORKLOADS,
)
from engine_harness.manifest.gates import envelope_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine_harness._types import JsonMap
    from engine_harness.checks.verdict import Verdict
    from engine_harness.manifest.contract_kinds import Contract
    from engine_harness.manifest.gates import Baseline, Envelope, OwnContract
    from engine_harness.records.models import RunRecord

__all__ = ["GateOutcome", "Judged", "judge_gate"]


class Judged(Protocol):
    """One finished run with its verdict."""

    @property
    def record(self) -> RunRecord:
        """What happened."""
        ...

    @property
    def verdict(self) -> Verdict:
        """What it was worth."""
        ...


@dataclass(frozen=True, kw_only=True)
class GateOutcome:
    """What a gate has come to."""

    limits: JsonMap
    """The limits that were used, as an envelope says them, with nothing left to defaults."""
    contracts: tuple[ContractResult, ...]
    """Those that every machine decides alike."""
    host: HostOutcome
    unsound: tuple[str, ...]
    """Ids of scenarios that have failed by themselves."""

    @property
    def passed(self) -> bool:
        """Whether no contract has failed of those that every machine decides alike."""
        return all(result.passed is not False for result in self.contracts)

    @property
    def host_passed(self) -> bool:
        """Whether no contract of this machine has failed."""
        return self.host.passed

    @property
    def results(self) -> tuple[ContractResult, ...]:
        """All contracts, those of the machine last."""
        return (*self.contracts, *self.host.contracts)

    @property
    def failures(self) -> tuple[str, ...]:
        """The names of the contracts that have failed, each once."""
        return _names(result for result in self.results if result.passed is False)

    @property
    def blocks_update(self) -> tuple[str, ...]:
        """Why the baseline may not be written: names of contracts, ids of failed scenarios.

        What is held against the baseline itself does not count.
        """
        written = {c.name for c in BUILTIN_CONTRACTS if isinstance(c, CostContract)}
        written |= set(self.host.compared)
        names = tuple(name for name in self.failures if name not in written)
        return (*names, *self.unsound)


def judge_gate(
    cases: Sequence[Judged],
    envelope: Envelope,
    baseline: Baseline,
    *,
    fingerprint: str,
    loaded_ids: frozenset[str],
    suite: str = SHIPPED_SUITE,
    has_own_setting: bool = False,
) -> GateOutcome:
    """Return what the gate of `suite` comes to.

    Args:
        cases: the runs of the suite.
        envelope: the limits.
        baseline: the figures to compare with.
        fingerprint: of this machine.
        loaded_ids: the ids of all scenarios of the project, selected or not.
        suite: its name, for the command that writes a baseline.
        has_own_setting: whether seed or hitch policy were set for these runs alone: then a budget
            of other ones is no reason to fail.
    """
    by_id = sorted(cases, key=lambda case: _run_order(case.record.scenario.id))
    records = {case.record.scenario.id: case.record for case in by_id}
    gate = _Gate(records, envelope, baseline, loaded_ids, suite, has_own_setting)
    own_host, own = gate.own()
    host = judge_host(records, envelope, baseline, fingerprint=fingerprint, suite=suite)
    return GateOutcome(
        limits=envelope_data(envelope),
        contracts=(*gate.builtin(), *own),
        host=host.with_own(own_host),
        unsound=tuple(
            f"scenario {case.record.scenario.id}" for case in by_id if not case.verdict.passed
        ),
    )


@dataclass(frozen=True)
class _Gate:
    records: Mapping[str, RunRecord]
    envelope: Envelope
    baseline: Baseline
    loaded_ids: frozenset[str]
    suite: str
    has_own_setting: bool

    def _demands(self, names: tuple[str, ...]) -> bool:
        """Tell whether all of these that ship have to be there: one is, or the envelope says so."""
        is_loaded = any(name in self.loaded_ids for name in names)
        return self.envelope.is_shipped or (self.suite == SHIPPED_SUITE and is_loaded)

    def builtin(self) -> Iterator[ContractResult]:
        for contract in BUILTIN_CONTRACTS:
            yield from self._judge(contract)

    def _judge(self, contract: Contract) -> Iterator[ContractResult]:
        if isinstance(contract, FigureContract):
            yield from self._figures(contract)
        elif isinstance(contract, CostContract):
            for name, record in self.records.items():
                yield self._cost(contract, name, record)
            absent = self.baseline.cost.keys() - self.records.keys()
            for names in (WORKLOADS, ACCURACY):
                if not self._demands(names):
                    absent -= set(names)
            for name in sorted(absent, key=_run_order):
                yield self._not_run(contract, name)
        elif self._demands(WORKLOADS):
            if isinstance(contract, CoverageContract):
                yield from self._coverage(contract)
            else:
                yield self._storms(contract)

    def _figures(self, contract: FigureContract) -> Iterator[ContractResult]:
        if contract.scenarios is not None:
            is_demanded = self._demands(contract.demanded_by or WORKLOADS)
            others = (name for name in self.records if self._is_another(contract, name))
            names = (*(contract.scenarios if is_demanded else ()), *others)
        else:
            names = tuple(name for name in self.records if self._is_asked(contract, name))
        limit = self.envelope.limits[contract.name]
        for name in names:
            for _, result in judged_contract(contract, name, self.records.get(name), limit):
                yield result

    def _is_asked(self, contract: FigureContract, name: str) -> bool:
        """Tell whether a scenario of the suite has to keep a contract for each."""
        if contract.only_where is None or name in SHIPPED:
            return True
        return not isinstance(figure_of(self.records[name], contract.only_where), NoFigure)

    def _is_another(self, contract: FigureContract, name: str) -> bool:
        """Tell whether a contract holds for a scenario although it is tied to others."""
        assert contract.scenarios is not None
        if contract.also_where is None or name in contract.scenarios:
            return False
        return not isinstance(figure_of(self.records[name], contract.also_where), NoFigure)

    def _coverage(self, contract: CoverageContract) -> Iterator[ContractResult]:
        wanted = self.envelope.limits[contract.name]
        assert isinstance(wanted, tuple)
        for name in map(str, wanted):
            record = self.records.get(name)
            if record is None:
                detail: str | None = self._absent(name)
            elif record.outcome.status == "completed":
                detail = None
            else:
                detail = f"has not come to its end: {record.outcome.status}"
            yield ContractResult(
                name=contract.name,
                scenario=name,
                figure=0 if detail else 1,
                limit=1,
                op=">=",
                passed=detail is None,
                detail=detail,
            )

    def _absent(self, name: str) -> str:
        if name in self.loaded_ids:
            return f"scenario {name} is not among those that were run"
        return f"no scenario {name}{nearest(name, sorted(self.loaded_ids))}"

    def _storms(self, contract: StormContract) -> ContractResult:
        wanted = self.envelope.limits[contract.name]
        assert isinstance(wanted, tuple)
        frequencies_hz = [number for number in wanted if isinstance(number, int | float)]
        record = self.records.get(contract.scenario)
        storms = None
        if record is not None:
            storms = storms_of(
                record, frequencies_hz, rule=contract.rule, duration_s=contract.duration_s
            )
        return ContractResult(
            name=contract.name,
            scenario=contract.scenario,
            figure=None if storms is None else storms.whole,
            limit=len(frequencies_hz),
            op=">=",
            passed=storms is not None and not storms.lacking,
            detail=f"{NO_SAMPLES}: the scenario has not run"
            if storms is None
            else "; ".join(storms.lacking) or None,
        )

    def _cost(self, contract: CostContract, name: str, record: RunRecord) -> ContractResult:
        ratio = self.envelope.limits[contract.name]
        assert isinstance(ratio, int | float)
        budget = self.baseline.cost.get(name)
        how = f"run --suite {self.suite} --update-baseline"
        if budget is None:
            is_due = self.envelope.is_shipped and name in SHIPPED
            return ContractResult(
                name=contract.name,
                scenario=name,
                figure=None if record.cost is None or is_due else record.cost.work_units,
                op="<",
                passed=False if is_due else None,
                detail=f"no budget; {how}",
            )
        taken_with = another_setting(record, budget)
        if taken_with is not None:
            return ContractResult(
                name=contract.name,
                scenario=name,
                op="<",
                passed=None if self.has_own_setting else False,
                detail=f"its budget is of {taken_with}; {how}",
            )
        return judged_cost(contract.name, record, budget, ratio)

    def _not_run(self, contract: CostContract, name: str) -> ContractResult:
        """A scenario that has a budget and did not run: gates do not turn green by leaving out."""
        how = f"gone for good? run --suite {self.suite} --update-baseline"
        return ContractResult(
            name=contract.name,
            scenario=name,
            op="<",
            passed=False,
            detail=f"has a budget, but {self._absent(name)}; {how}",
        )

    def own(self) -> tuple[list[ContractResult], list[ContractResult]]:
        """Return the contracts of one's own: those of the machine, and the others."""
        host: list[ContractResult] = []
        others: list[ContractResult] = []
        for contract in self.envelope.contracts:
            is_host = contract.figure.partition(".")[0] == "host"
            (host if is_host else others).extend(self._own(contract))
        return host, others

    def _own(self, contract: OwnContract) -> Iterator[ContractResult]:
        names = tuple(self.records) if contract.scenario is None else (contract.scenario,)
        first = contract.bounds[0]
        if not names or (contract.scenario and contract.scenario not in self.records):
            why = f"{NO_SAMPLES}: no scenario has run"
            yield ContractResult(
                name=contract.name,
                scenario=contract.scenario,
                limit=first.value,
                op=first.op,
                passed=False,
                detail=self._absent(contract.scenario) if contract.scenario else why,
            )
            return
        for name in names:
            for bound in contract.bounds:
                yield judged_figure(
                    contract.name,
                    name,
                    self.records[name],
                    contract.figure,
                    op=bound.op,
                    limit=bound.value,
                    is_own=True,
                )


def _run_order(name: str) -> tuple[str, str]:
    return name.lower(), name


def _names(results: Iterator[ContractResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.name for result in results))
