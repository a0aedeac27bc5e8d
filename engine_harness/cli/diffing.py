"""The work of `run-harness diff`: the comparer's answer in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness.checks.cost import Growth, growth, growth_text, normalised_functions
from engine_harness.checks.diff import first_divergence, record_differences
from engine_harness.cli.output import Output
from engine_harness.records.models import Cost
from engine_harness.records.reader import read_record
from engine_harness.report.events import event_text
from engine_harness.report.lines import plain

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.diff import Difference, Divergence
    from engine_harness.records.models import RunRecord

__all__ = ["diff_records"]

DIFFERENCES_SHOWN_MAX = 50
FUNCTIONS_SHOWN_MAX = 10
VALUE_LENGTH_MAX = 60


def diff_records(expected: str, actual: str, *, as_json: bool) -> int:
    """Compare two record files; return 0 when they are equal but for the machine, else 1.

    The work of functions is compared by name, whatever their lines are.
    """
    first, second = read_record(Path(expected)), read_record(Path(actual))
    output = Output(as_json=as_json)
    moved = _moved(first.cost, second.cost)
    first_sum, second_sum = _without_functions(first), _without_functions(second)
    divergence = first_divergence(first_sum, second_sum)
    differences = record_differences(first_sum, second_sum)
    code = 1 if differences or moved else 0
    if code == 0:
        output.lines([f"equal: digest {first.digest}, events: {len(first.events)}"])
    elif differences:
        output.lines(_divergence_lines(divergence) if divergence is not None else [])
        output.lines([f"{counted(len(differences), 'difference')}:"])
        output.lines(f"  {_worded(item)}" for item in differences[:DIFFERENCES_SHOWN_MAX])
        if len(differences) > DIFFERENCES_SHOWN_MAX:
            output.lines([f"  {len(differences) - DIFFERENCES_SHOWN_MAX} more (all with --json)"])
    output.lines(_cost_lines(first.cost, second.cost, moved))
    return output.document(
        "diff",
        code,
        {
            "equal": code == 0,
            "first_divergence": None if divergence is None else _divergence_data(divergence),
            "differences": [_difference_data(item) for item in differences],
            "cost": {
                "expected": None if first.cost is None else first.cost.work_units,
                "actual": None if second.cost is None else second.cost.work_units,
                "functions": [
                    {"name": item.name, "expected": item.before, "actual": item.after}
                    for item in moved
                ],
            },
        },
    )


def _without_functions(record: RunRecord) -> RunRecord:
    if record.cost is None:
        return record
    return record.model_copy(update={"cost": Cost(work_units=record.cost.work_units)})


def _moved(before: Cost | None, after: Cost | None) -> list[Growth]:
    """Return the functions whose work changed: those that grew most first, then the others."""
    if before is None or after is None:
        return []
    old, new = normalised_functions(before), normalised_functions(after)
    shrunk = [Growth(item.name, item.after, item.before) for item in growth(new, old)]
    return growth(old, new) + shrunk


def _cost_lines(before: Cost | None, after: Cost | None, moved: list[Growth]) -> list[str]:
    if not moved or before is None or after is None:
        return []
    lines = [growth_text("cost: work units", before.work_units, after.work_units)]
    shown = moved[:FUNCTIONS_SHOWN_MAX]
    lines += [f"  {plain(growth_text(item.name, item.before, item.after))}" for item in shown]
    if len(moved) > FUNCTIONS_SHOWN_MAX:
        lines.append(f"  {len(moved) - FUNCTIONS_SHOWN_MAX} more (all with --json)")
    return lines


def _divergence_lines(divergence: Divergence) -> list[str]:
    moment = "" if divergence.at_s is None else f" at {divergence.at_s:.3f} s"
    if divergence.index is None:
        lines = [f"first divergence: {divergence.path}{moment}, all events are equal"]
        sides = [_short(divergence.expected), _short(divergence.actual)]
    else:
        lines = [f"first divergence: events[{divergence.index}]{moment}"]
        sides = [_event(divergence.expected), _event(divergence.actual)]
    lines += [f"  expected  {sides[0]}", f"  actual    {sides[1]}"]
    return [*lines, *(f"  {_worded(item)}" for item in divergence.differences[:1])]


def _event(row: Json) -> str:
    return plain(event_text(row)) if isinstance(row, dict) else "no more events"


def _worded(difference: Difference) -> str:
    words: str = difference.kind
    if difference.kind != "unexpected key":
        words += f"; expected {_short(difference.expected)}"
    if difference.kind != "missing key":
        words += f"; got {_short(difference.actual)}"
    return f"{plain(difference.path)}: {words}"


def _short(value: Json) -> str:
    text = canonical_json(value)
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[: VALUE_LENGTH_MAX - 1]}…"


def _difference_data(difference: Difference) -> JsonMap:
    return {
        "path": difference.path,
        "kind": difference.kind,
        "expected": difference.expected,
        "actual": difference.actual,
    }


def _divergence_data(divergence: Divergence) -> JsonMap:
    return {
        "index": divergence.index,
        "at_s": divergence.at_s,
        "path": divergence.path,
        "expected": divergence.expected,
        "actual": divergence.actual,
    }
