"""Words what the run found out about its invariants. It was Lua that evaluated them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness.checks.judged import Judged, not_in_record, place, rows_until
from engine_harness.checks.verdict import Check, Finding, Where
from engine_harness.checks.wording import seconds, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import InvariantRow, RunRecord

__all__ = ["check_invariants"]

END_TOLERANCE_S = 1e-9


def check_invariants(record: RunRecord, scenario: Scenario, recorded: Scenario) -> Judged:
    """Return one finding per invariant and subject that was violated.

    `recorded` is the scenario as it ran: an invariant that it does not hold was not evaluated.
    """
    judged = Judged.nothing()
    ran_as = {
        canonical_json(invariant.model_dump(mode="json")): index
        for index, invariant in reversed(list(enumerate(recorded.invariants, start=1)))
    }
    rows_of: dict[int, list[InvariantRow]] = {}
    for row in record.invariants:
        rows_of.setdefault(row.index, []).append(row)
    for number, invariant in enumerate(scenario.invariants, start=1):
        where = place(scenario, f"invariants[{number}]")
        index = ran_as.get(canonical_json(invariant.model_dump(mode="json")))
        if index is None:
            what = f"evaluation of the invariant {invariant.name}"
            judged.findings.append(not_in_record(what, where))
            continue
        rows = rows_of.get(index, [])
        judged.checks.append(
            Check(
                check="invariant",
                name=invariant.name,
                expected=0,
                actual=len(rows),
                ok=not rows,
            )
        )
        by_subject: dict[str | None, list[InvariantRow]] = {}
        for row in rows:
            by_subject.setdefault(row.subject, []).append(row)
        for group in by_subject.values():
            judged.findings.append(_finding(record, group, where))
    return judged


def _finding(record: RunRecord, rows: Sequence[InvariantRow], where: Where) -> Finding:
    """Word all violations of one invariant by one subject; the first is the one to look at."""
    first = rows[0]
    subject = "" if first.subject is None else f" by {first.subject}"
    message = f"invariant {first.name} violated{subject} at {seconds(first.first_at_s)} s"
    if first.details is not None:
        message += f": {first.details}"
    elif first.value is not None:
        message += f": got {value_text(first.value)}"
    message += f"; {_duration(record, first)}"
    if len(rows) > 1:
        total_s = sum(row.violated_s for row in rows)
        message += f"; {len(rows)} times, {seconds(total_s)} s in all"
    return Finding(
        check="invariant",
        message=message,
        # One error among the rows makes the finding one.
        severity="error" if any(row.severity == "error" for row in rows) else "warning",
        where=where,
        at_s=first.first_at_s,
        frame=first.frame,
        unit=first.unit,
        subject=first.subject,
        actual=first.value,
        details=first.details,
        events=rows_until(record, first.frame),
    )


def _duration(record: RunRecord, row: InvariantRow) -> str:
    text = f"lasted {seconds(row.violated_s)} s ({counted(row.frames, 'frame')})"
    end_s = record.outcome.virtual_s
    if end_s is not None and row.first_at_s + row.violated_s >= end_s - END_TOLERANCE_S:
        text += ", to the end of the run"
    return text
