"""Compares what a world refused with what the scenario expected to be refused.

A row of source `plan` names in `entry` the timeline entry it comes from; a macro's entry has many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.checks.judged import Judged, not_in_record, place
from engine_harness.checks.verdict import Check, Finding
from engine_harness.checks.wording import seconds, value_text

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness.manifest.drivers import ActionEntry
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

__all__ = ["check_refusals"]


def check_refusals(record: RunRecord, scenario: Scenario) -> Judged:
    """Find refusals that nobody expected, and expected ones that did not come.

    Checks: one for each expected refusal, and one for all other entries together.
    """
    judged = Judged.nothing()
    expecting = {
        entry.index: entry
        for entry in scenario.timeline
        if entry.kind == "action" and entry.refused not in (None, False)
    }
    dispatched: set[int] = set()
    others = 0
    unexpected = 0
    for number, row in enumerate(record.events):
        if row.get("source") != "plan":
            continue
        index = row.get("entry")
        entry = expecting.get(index) if isinstance(index, int) else None
        if entry is None:
            others += 1
            if "refused" not in row:
                continue
            unexpected += 1
        else:
            dispatched.add(entry.index)
        _judge_row(judged, scenario, number, row, entry)
    if others:
        judged.checks.append(
            Check(
                check="refused",
                name="refusals that were not expected",
                expected=0,
                actual=unexpected,
                ok=unexpected == 0,
            )
        )
    if record.outcome.status == "completed":
        for entry in expecting.values():
            if entry.index not in dispatched:
                what = f"dispatch of action {entry.name}, which should be refused"
                where = place(scenario, f"timeline[{entry.index}]")
                judged.findings.append(not_in_record(what, where))
    return judged


def _judge_row(
    judged: Judged,
    scenario: Scenario,
    number: int,
    row: dict[str, JsonValue],
    entry: ActionEntry | None,
) -> None:
    """Judge one row that was refused, or whose `entry` should have been."""
    refused = row.get("refused")
    code = refused.get("code") if isinstance(refused, dict) else None
    wanted = None if entry is None else entry.refused
    if entry is None:
        message = f"{_subject(row)} was refused{_reason(refused)}"
    elif refused is None:
        kind = "a refusal" if wanted is True else f"a refusal with code {wanted}"
        message = f"{_subject(row)} was accepted, expected {kind}"
    elif wanted is True or wanted == code:
        message = None
    else:
        message = f"{_subject(row)} was refused{_reason(refused)}, expected code {wanted}"
    index = row.get("entry")
    path = f"timeline[{index}]" if isinstance(index, int) else "timeline"
    expected: JsonValue = False if wanted is None else wanted
    actual: JsonValue = False if refused is None else code
    if entry is not None:
        judged.checks.append(
            Check(
                check="refused",
                name=f"{path}: {entry.name}",
                expected=expected,
                actual=actual,
                ok=message is None,
                details=message,
            )
        )
    if message is not None:
        judged.findings.append(
            Finding.model_validate(
                {
                    "check": "refused",
                    "message": message,
                    "where": place(scenario, path),
                    **{key: row[key] for key in ("at_s", "frame", "unit") if key in row},
                    "expected": expected,
                    "actual": actual,
                    "events": (number,),
                }
            )
        )


def _subject(row: dict[str, JsonValue]) -> str:
    """Name what was applied, and when: `action jump at 1.350 s`."""
    fields = row.get("fields")
    own = fields if isinstance(fields, dict) else {}
    name = next((own[key] for key in ("name", "action", "rule", "id") if key in own), None)
    at_s = row.get("at_s")
    time = f" at {seconds(at_s)} s" if isinstance(at_s, int | float) else ""
    return f"{value_text(row.get('event'))}{'' if name is None else f' {value_text(name)}'}{time}"


def _reason(refused: JsonValue) -> str:
    if not isinstance(refused, dict):
        return ""
    code, message = refused.get("code"), refused.get("message")
    text = "" if code is None else f" with code {value_text(code)}"
    return text if message in (None, "") else f"{text} ({value_text(message)})"
