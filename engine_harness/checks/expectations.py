"""Judges expectation sets: metric key against `eq`, or `min` and `max`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeGuard

from engine_harness._registry import suggestion
from engine_harness.checks.judged import (
    Judged,
    not_in_record,
    place,
    rows_until,
    rows_until_end,
)
from engine_harness.checks.metrics import MISSING, Missing, equal, lookup, whereabouts
from engine_harness.checks.verdict import Check, Finding, Where
from engine_harness.checks.wording import value_text, value_texts
from engine_harness.manifest.figures import PERFORMANCE, PERFORMANCE_METRICS

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness.manifest.expectations import ExpectationSet
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import Checkpoint, RunRecord

__all__ = ["check_end_set", "check_timeline_sets", "failure_message"]


def failure_message(
    key: str, spec: dict[str, JsonValue], actual: JsonValue | Missing
) -> str | None:
    """Return the message of a failed expectation, None when it holds.

    `eq` wins over `min` and `max`; of those `min` comes first and at most one is told.
    """
    if isinstance(actual, Missing):
        return f"missing metric: {key}"
    if "eq" in spec:
        if equal(spec["eq"], actual):
            return None
        expected_text, actual_text = value_texts(spec["eq"], actual)
        return f"expect {key} eq {expected_text} (got {actual_text})"
    low, high = spec.get("min"), spec.get("max")
    if low is None and high is None:
        return f"expect {key} missing eq/min/max"
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return f"expect {key} range requires numeric actual (got {value_text(actual)})"
    if low is not None and not (_is_bound(low) and actual >= low):
        return f"expect {key} >= {value_text(low)} (got {value_text(actual)})"
    if high is not None and not (_is_bound(high) and actual <= high):
        return f"expect {key} <= {value_text(high)} (got {value_text(actual)})"
    return None


def _is_bound(value: JsonValue) -> TypeGuard[float]:
    # The loader lets no other bound through; one built by hand is never met.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_order(
    scenario: Scenario, path: str, expected: ExpectationSet
) -> list[tuple[str, dict[str, JsonValue]]]:
    """Return a set by line, keys of one line by name.

    A scenario that was read from a record has lost the order of its keys, but not their lines: the
    verdict on it is the one on the manifest.
    """
    lines = scenario.origin.lines
    return sorted(expected.items(), key=lambda item: (lines.get(f"{path}.{item[0]}", 0), item[0]))


def check_end_set(
    record: RunRecord,
    scenario: Scenario,
    set_name: Literal["expect", "expect_target"],
    *,
    is_enforced: bool = True,
) -> Judged:
    """Judge `expect` or `expect_target`; one that is not enforced yields checks, but no findings.

    A key may start with the name of a checkpoint, which wins over a metric of that name. Without
    metrics at the end nothing is judged: the run has failed anyway.
    """
    judged = Judged.nothing()
    if record.metrics is None:
        return judged
    authored = {entry.name for entry in scenario.timeline if entry.kind == "checkpoint"}
    expected = scenario.expect if set_name == "expect" else scenario.expect_target
    for key, spec in _in_order(scenario, set_name, expected):
        name, dot, rest = key.partition(".")
        checkpoint = record.checkpoints.get(name) if dot else None
        actual: JsonValue | Missing = MISSING
        details = None
        if checkpoint is not None:
            actual = lookup(checkpoint.metrics, rest)
            details = _hint(checkpoint.metrics, rest, actual)
        elif dot and name in authored:
            details = f"the run never reached checkpoint {name}"
        else:
            actual, details = _at_end(record, key)
        check = _check(set_name, key, spec, actual)
        judged.checks.append(check)
        if not check.ok and is_enforced:
            where = place(scenario, f"{set_name}.{key}")
            judged.findings.append(_finding(record, check, where, checkpoint, details))
    return judged


def _hint(metrics: dict[str, JsonValue], key: str, actual: JsonValue | Missing) -> str | None:
    return whereabouts(metrics, key) if isinstance(actual, Missing) else None


def _at_end(record: RunRecord, key: str) -> tuple[JsonValue | Missing, str | None]:
    """Return a metric at the end, and a hint where there is none.

    The figures of frames and queue are metrics at the end, unless the world has its own of that
    name.
    """
    metrics = record.metrics or {}
    actual = lookup(metrics, key)
    is_figure = key.partition(".")[0] == PERFORMANCE and PERFORMANCE not in metrics
    if not isinstance(actual, Missing) or not is_figure:
        return actual, _hint(metrics, key, actual)
    scheduler = record.sections.get("timeline", {}).get("scheduler")
    if scheduler is None:
        return MISSING, None
    actual = lookup({PERFORMANCE: {"scheduler": scheduler}}, key)
    if not isinstance(actual, Missing):
        return actual, None
    return MISSING, suggestion(key, PERFORMANCE_METRICS).strip(" ()") or None


def check_timeline_sets(record: RunRecord, scenario: Scenario) -> Judged:
    """Judge every timeline `expect` on the metrics that the run stored at its time."""
    judged = Judged.nothing()
    for entry in scenario.timeline:
        if entry.kind != "expect":
            continue
        set_name = f"timeline[{entry.index}]"
        checkpoint = record.checkpoints.get(set_name)
        if checkpoint is None:
            # A run that was cut short never came here and has failed anyway.
            if record.outcome.status == "completed":
                where = place(scenario, f"{set_name}.expect")
                judged.findings.append(
                    not_in_record(f"metrics for the expect of {set_name}", where)
                )
            continue
        for key, spec in _in_order(scenario, f"{set_name}.expect", entry.expect):
            check = _check(set_name, key, spec, lookup(checkpoint.metrics, key))
            judged.checks.append(check)
            if not check.ok:
                where = place(scenario, f"{set_name}.expect.{key}")
                judged.findings.append(_finding(record, check, where, checkpoint, None))
    return judged


def _check(
    set_name: str, key: str, spec: dict[str, JsonValue], actual: JsonValue | Missing
) -> Check:
    message = failure_message(key, spec, actual)
    return Check(
        check="expect_target" if set_name == "expect_target" else "expect",
        set=set_name,
        name=key,
        expected=spec,
        actual=None if isinstance(actual, Missing) else actual,
        ok=message is None,
        details=message,
    )


def _finding(
    record: RunRecord, check: Check, where: Where, at: Checkpoint | None, details: str | None
) -> Finding:
    """Return the finding of a failed check at a checkpoint, or at the end of the run."""
    return Finding(
        check=check.check,
        message=check.details or "",
        where=where,
        at_s=record.outcome.virtual_s if at is None else at.at_s,
        frame=record.outcome.frames if at is None else at.frame,
        expected=check.expected,
        actual=check.actual,
        details=details,
        events=rows_until_end(record) if at is None else rows_until(record, at.frame),
    )
