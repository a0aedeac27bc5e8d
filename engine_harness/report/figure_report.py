"""A file about the figures of one contract: run by run, in all, and what breaks it.

Which figures these are, and how they are added up, is data; nothing here knows a game.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._collector import collector_paused
from engine_harness.checks.figure_contracts import judged_contract
from engine_harness.checks.figures import figure_of
from engine_harness.checks.metrics import is_number, lookup
from engine_harness.manifest.contract_kinds import FigureContract
from engine_harness.manifest.contracts import BUILTIN_CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.contract_results import ContractResult
    from engine_harness.manifest.contract_kinds import Figure, FigureReport
    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import SuiteRun

__all__ = ["FigureReporter", "figure_document"]


class FigureReporter:
    """Writes one such file, where any run has the figures."""

    def __init__(self, report: FigureReport) -> None:
        self._report = report

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the one file."""
        return (folder / self._report.file_name,)

    @collector_paused()
    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write the view of all cases, atomically."""
        from engine_harness.records.writer import write_json

        view = figure_document(run, self._report)
        if view is None:
            return ()
        path = run.place(self._report.file_name)
        write_json(path, view)
        return (path,)


def figure_document(run: SuiteRun, report: FigureReport) -> JsonMap | None:
    """Return the document; None: there is nothing to tell of.

    Told of are the runs that have the figures, and those that the contract demands.
    """
    contract = _contract(report.contract)
    demanded = _demanded(run, contract)
    of_run = {case.record.scenario.id: case.record for case in run.cases}
    told = [name for name, record in of_run.items() if _figures(record, report)]
    records = {name: of_run.get(name) for name in (*told, *demanded)}
    if not records:
        return None
    limits = _limits(run, contract)
    rows: list[JsonMap] = []
    failures: list[Json] = []
    for name in sorted(records, key=lambda name: (name.lower(), name)):
        record = records[name]
        judged = list(judged_contract(contract, name, record, limits))
        failures += [_failure(*pair) for pair in judged if pair[1].passed is False]
        if record is not None:
            is_kept = all(result.passed is not False for _, result in judged)
            rows.append(_row(record, report, is_kept=is_kept))
    return {
        "meta": {"timestamp": run.generated, "toolVersion": run.tool_version},
        **report.facts,
        "totals": _totals(rows, report),
        "scenarios": [*rows],
        "thresholds": {**limits},
        "failures": failures,
    }


def _contract(name: str) -> FigureContract:
    (contract,) = (item for item in BUILTIN_CONTRACTS if item.name == name)
    assert isinstance(contract, FigureContract)
    return contract


def _demanded(run: SuiteRun, contract: FigureContract) -> tuple[str, ...]:
    """Return the ids that the contract is tied to, where the gate has judged them."""
    results = (run.gate or {}).get("contracts")
    judged = {
        result.get("scenario")
        for result in (results if isinstance(results, list) else ())
        if isinstance(result, dict) and result.get("name") == contract.name
    }
    return tuple(name for name in contract.scenarios or () if name in judged)


def _limits(run: SuiteRun, contract: FigureContract) -> Mapping[str, float]:
    """Return the limits that the gate has used; without one, the defaults."""
    limits = (run.gate or {}).get("limits")
    used = limits.get(contract.name) if isinstance(limits, dict) else None
    assert not isinstance(contract.default, int | float)
    if not isinstance(used, dict):
        return contract.default
    return _numbers(used)


def _numbers(values: Mapping[str, Json]) -> dict[str, int | float]:
    return {
        key: value
        for key, value in values.items()
        if isinstance(value, int | float) and is_number(value)
    }


def _figures(record: RunRecord, report: FigureReport) -> dict[str, int | float]:
    """Return the figures of a run; it may have none."""
    found = figure_of(record, report.figures)
    return _numbers(found) if isinstance(found, dict) else {}


def _row(record: RunRecord, report: FigureReport, *, is_kept: bool) -> JsonMap:
    row: JsonMap = {"id": record.scenario.id, "label": record.scenario.label, "passed": is_kept}
    return {**row, **dict(_settings(record, report)), **_figures(record, report)}


def _settings(record: RunRecord, report: FigureReport) -> Iterator[tuple[str, Json]]:
    """Yield what the manifest of a run says of the settings; of others what holds for all."""
    for setting in report.settings:
        said = lookup(record.scenario.normalised, setting.path)
        if isinstance(said, int | float) and is_number(said):
            yield setting.name, said / setting.per
        else:
            yield setting.name, report.facts.get(setting.name)


def _totals(rows: list[JsonMap], report: FigureReport) -> JsonMap:
    """Return the sums, and the ratios of sums; null where the whole is 0."""
    sums = {name: sum(_numbers(row).get(name, 0) for row in rows) for name in report.counts}
    ratios: JsonMap = {
        name: sums[part] / sums[whole] if sums[whole] else None
        for name, (part, whole) in report.ratios.items()
    }
    return {**sums, **ratios}


def _failure(figure: Figure, result: ContractResult) -> JsonMap:
    return {
        "scenario": result.scenario,
        "figure": figure.path.rpartition(".")[-1],
        "value": result.figure,
        "op": result.op,
        "limit": result.limit,
        "detail": result.detail,
    }
