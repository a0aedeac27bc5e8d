"""What a gate has come to: as the artifact keeps it, and as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness.checks.figures import number_of
from engine_harness.checks.wording import number_text, value_text
from engine_harness.manifest.baseline_file import host_data
from engine_harness.manifest.contracts import COUNTS_SHOWN, SHIPPED_SUITE
from engine_harness.report.lines import WIDTH, plain, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.contract_results import ContractResult
    from engine_harness.checks.gates import GateOutcome
    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import Case

__all__ = ["gate_lines", "gate_view"]

_QUEUE = "metrics.performance.scheduler.queue.maxDepth"
_MS_PER_S = 1000
SHORT_BELOW = 10_000


def gate_view(outcome: GateOutcome) -> JsonMap:
    """Return what stands under `gate` of an artifact; what a machine decides is under `host`."""
    host = outcome.host
    return {
        "passed": outcome.passed,
        "limits": outcome.limits,
        "contracts": [_contract(result) for result in outcome.contracts],
        "host": {
            "baseline": {name: host_data(figures) for name, figures in host.baseline.items()},
            "contracts": [_contract(result) for result in host.contracts],
            "fingerprint": host.fingerprint,
            "passed": host.passed,
        },
    }


def gate_lines(
    outcome: GateOutcome,
    cases: Sequence[Case],
    *,
    suite: str = SHIPPED_SUITE,
    with_host: bool = True,
    with_limits: bool = False,
) -> list[str]:
    """Return a line for each scenario that has kept its contracts, and for each broken one.

    Then come the contracts that were skipped, and last, when any is broken, their names.

    Args:
        outcome: of the gate.
        cases: the runs of the suite, in run order.
        suite: its name.
        with_host: without, nothing is told that a clock or a machine decides.
        with_limits: whether the contracts that a scenario has kept are told one by one.
    """
    results = outcome.results if with_host else outcome.contracts
    broken = [result for result in results if result.passed is False]
    lines = []
    for case in cases:
        name = case.record.scenario.id
        of_case = [result for result in broken if result.scenario == name]
        lines += [line for result in of_case for line in _broken_lines(result)]
        if not of_case and case.verdict.passed:
            lines.append(_kept_line(case.record, with_host=with_host))
        elif not of_case:
            lines.append(f"[FAIL] {plain(name)}: by its own checks; its contracts are kept")
        if with_limits:
            lines += _kept_contracts(result for result in results if result.scenario == name)
    ran = {case.record.scenario.id for case in cases}
    absent = [result for result in broken if result.scenario not in ran]
    lines += [line for result in absent for line in _broken_lines(result)]
    lines += _skipped_lines(results)
    if broken:
        names = dict.fromkeys(plain(result.name) for result in broken)
        lines.append(f"{suite}: {counted(len(names), 'contract')} failed: {', '.join(names)}")
    return lines


def _contract(result: ContractResult) -> JsonMap:
    return {
        "name": result.name,
        "scenario": result.scenario,
        "figure": result.figure,
        "limit": result.limit,
        **({} if result.part is None else {"part": result.part}),
        "op": result.op,
        "passed": result.passed,
        "detail": result.detail,
    }


def _kept_line(record: RunRecord, *, with_host: bool) -> str:
    words = [f"[PASS] {plain(record.scenario.id)}"]
    shown = [(word, number_of(record, path)) for word, path in (*COUNTS_SHOWN, *_COUNTS)]
    words += [f"{word}={number_text(number)}" for word, number in shown if number is not None]
    for word, path, scale, form in _MEASURES:
        number = number_of(record, path)
        if number is not None and (with_host or not path.startswith("host.")):
            words.append(f"{word}={form.format(number * scale)}")
    return " ".join(words)


_COUNTS = (("hitches", "hitches.count"), ("queueMax", _QUEUE))
_MEASURES = (
    ("util", "host.scheduler.utilisation", 1, "{:.3f}"),
    ("gc", "host.scheduler.gc.deltaKb", 1, "{:.2f}KB"),
    ("lateAvg", "lateness.average", _MS_PER_S, "{:.2f}ms"),
    ("lateMax", "lateness.max", _MS_PER_S, "{:.2f}ms"),
)


def _kept_contracts(results: Iterable[ContractResult]) -> list[str]:
    """Return `onTime 1 >= 0.999 · …`: name, figure and limit, as many to a line as there is room.

    A contract with several figures has a title for each of them.
    """
    lines: list[str] = []
    for result in results:
        if not result.passed or result.figure is None or result.limit is None:
            continue
        figure, limit = _short(result.figure), _short(result.limit)
        text = plain(f"{result.title} {figure} {result.op} {limit}")
        if lines and len(lines[-1]) + len(text) + 3 <= WIDTH:
            lines[-1] += f" · {text}"
        else:
            lines.append(f"  {text}")
    return lines


def _short(value: Json) -> str:
    """Return a figure as a person compares it; the artifact has every digit."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < SHORT_BELOW else f"{value:.0f}"
    return value_text(value)


def _broken_lines(result: ContractResult) -> list[str]:
    """Return `[FAIL] <id> <contract>: <figure> (limit <op> <limit>)`, and the details below."""
    whom = "" if result.scenario is None else f"{plain(result.scenario)} "
    has_figure = result.figure is not None
    what = value_text(result.figure) if has_figure else result.detail or "no figure"
    limit = "" if result.limit is None else f" (limit {result.op} {canonical_json(result.limit)})"
    lines = [f"[FAIL] {whom}{plain(result.title)}: {plain(what)}{limit}"]
    if has_figure and result.detail is not None:
        for text in result.detail.splitlines():
            lines += wrapped(text, first="  ", rest="    ")
    return lines


def _skipped_lines(results: Sequence[ContractResult]) -> list[str]:
    """Return a line per reason, with the contracts that it keeps from being judged."""
    names: dict[str, dict[str, None]] = {}
    scenarios: dict[str, dict[str, None]] = {}
    for result in results:
        if result.passed is None:
            reason = result.detail or ""
            names.setdefault(reason, {})[plain(result.name)] = None
            scenarios.setdefault(reason, {})[plain(result.scenario or "")] = None
    everyone = {plain(result.scenario or "") for result in results}
    lines = []
    for reason, of_reason in names.items():
        whom = scenarios[reason]
        only = "" if everyone <= whom.keys() else f" for {', '.join(whom)}"
        lines.append(f"{', '.join(of_reason)}: SKIP ({reason}){only}")
    return lines
