"""Judges one run against a contract on figures: each figure that is asked for, by its own limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.checks.contract_results import ContractResult, judged_figure
from engine_harness.checks.figures import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness.manifest.contract_kinds import Figure, FigureContract, Limit
    from engine_harness.records.models import RunRecord

__all__ = ["judged_contract"]


def judged_contract(
    contract: FigureContract, scenario: str, record: RunRecord | None, limit: Limit
) -> Iterator[tuple[Figure, ContractResult]]:
    """Yield each figure that is asked for, with what became of it; of a run that is not there one.

    Args:
        contract: what is demanded.
        scenario: the id of whom it is about.
        record: of its run; None: it has not run, and fails.
        limit: of the contract, as an envelope says it.
    """
    asked = [figure for figure in contract.figures if record and _is_asked(figure, record)]
    for figure in asked if record else contract.figures[:1]:
        number = figure.limit
        if number is None:
            key = figure.limit_key or scenario
            number = limit if isinstance(limit, int | float) else _part(limit, key)
        if _is_excused(contract, record):
            result = ContractResult(
                name=contract.name,
                scenario=scenario,
                limit=number,
                op=figure.op,
                passed=None,
                detail=contract.excuse,
            )
        else:
            result = judged_figure(
                contract.name,
                scenario,
                record,
                figure.path,
                op=figure.op,
                limit=number,
                samples=figure.samples,
                about=figure.about if record else None,
                absent=figure.absent,
            )
        yield figure, replace(result, part=figure.limit_key) if record else result


def _part(limit: Limit, key: str) -> float:
    assert not isinstance(limit, int | float | tuple)
    return limit[key]


def _is_asked(figure: Figure, record: RunRecord) -> bool:
    """Tell whether a run has to have the figure."""
    if figure.where is not None and not number_of(record, figure.where):
        return False
    policy = record.sections.get("timeline", {}).get("hitch_policy")
    return figure.policy is None or figure.policy == policy


def _is_excused(contract: FigureContract, record: RunRecord | None) -> bool:
    """Tell whether a run may lack the figure: it is named, and has counted to 0."""
    if record is None or record.scenario.id not in contract.excused:
        return False
    assert contract.only_where is not None
    return number_of(record, contract.only_where) == 0
