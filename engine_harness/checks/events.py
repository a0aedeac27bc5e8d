"""Judges `expect_events`: rules over the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.checks.event_rules import (
    RuleResult,
    judge_at,
    judge_count,
    judge_never,
    judge_sequence,
)
from engine_harness.checks.event_windows import judge_after
from engine_harness.checks.judged import Judged, place
from engine_harness.checks.patterns import EventLog
from engine_harness.checks.verdict import Check, Finding
from engine_harness.manifest.expectations import (
    AfterRule,
    AtRule,
    CountRule,
    EventRule,
    NeverRule,
    SequenceRule,
)

if TYPE_CHECKING:
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

__all__ = ["check_events"]


def check_events(record: RunRecord, scenario: Scenario) -> Judged:
    """Judge every rule of `expect_events` on the record's events."""
    judged = Judged.nothing()
    if not scenario.expect_events:
        return judged
    log = EventLog(record.events)
    end_s = record.outcome.virtual_s
    for number, rule in enumerate(scenario.expect_events, start=1):
        result = _judge(log, rule, end_s)
        path = f"expect_events[{number}]"
        judged.checks.append(
            Check(
                check="expect_events",
                name=f"{path}: {result.name}",
                expected=result.expected,
                actual=result.actual,
                ok=result.message is None,
                details=result.message or result.warning or result.details,
            )
        )
        if result.warning is not None:
            judged.warnings.append(f"{path}: {result.warning}")
        if result.message is None:
            continue
        first = record.events[result.rows[0]] if result.rows else {}
        judged.findings.append(
            Finding.model_validate(
                {
                    "check": "expect_events",
                    "message": result.message,
                    "where": place(scenario, path),
                    **{key: first[key] for key in ("at_s", "frame", "unit") if key in first},
                    "expected": result.expected,
                    "actual": result.actual,
                    "details": result.details,
                    "events": result.rows,
                }
            )
        )
    return judged


def _judge(log: EventLog, rule: EventRule, end_s: float | None) -> RuleResult:
    match rule:
        case CountRule():
            return judge_count(log, rule)
        case NeverRule():
            return judge_never(log, rule)
        case AfterRule():
            return judge_after(log, rule, end_s)
        case SequenceRule():
            return judge_sequence(log, rule)
        case AtRule():
            return judge_at(log, rule)
