"""Judges `expect_events`: rules over the event log.

A message names what was looked for and the nearest thing that was there.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.checks.judged import Judged, place
from engine_harness.checks.metrics import Missing, lookup
from engine_harness.checks.patterns import EventLog, describe, fields_text, group_key
from engine_harness.checks.verdict import Check, Finding
from engine_harness.checks.wording import number_text, seconds
from engine_harness.manifest.expectations import (
    AfterRule,
    AtRule,
    CountRule,
    EventPattern,
    EventRule,
    NeverRule,
    SequenceRule,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pydantic import JsonValue

    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

__all__ = ["TIME_TOLERANCE_S", "check_events"]

TIME_TOLERANCE_S = 1e-9
"""Rounding of sums of times: a window of 0.2 s after 0.1 s ends at 0.30000000000000004 s."""
ROWS_LISTED_MAX = 3
TIMES_LISTED_MAX = 20


class _Result(NamedTuple):
    """What one rule came to."""

    name: str
    """The rule in short words, with the names of its patterns."""
    expected: JsonValue
    actual: JsonValue
    message: str | None = None
    """None: the rule holds."""
    rows: tuple[int, ...] = ()
    details: str | None = None
    warning: str | None = None


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


def _judge(log: EventLog, rule: EventRule, end_s: float | None) -> _Result:
    match rule:
        case CountRule():
            return _count(log, rule)
        case NeverRule():
            return _never(log, rule)
        case AfterRule():
            return _after(log, rule, end_s)
        case SequenceRule():
            return _sequence(log, rule)
        case AtRule():
            return _at(log, rule)


def _count(log: EventLog, rule: CountRule) -> _Result:
    found = log.matches(rule.match)
    low, high = rule.min, rule.max
    if low is not None and low == high:
        wanted = f"{low}"
    elif low is not None and high is not None:
        wanted = f"{low} to {high}"
    elif low is not None:
        wanted = f"at least {low}"
    else:
        wanted = f"at most {high}"
    bounds: dict[str, JsonValue] = {"min": low, "max": high}
    expected = {key: bound for key, bound in bounds.items() if bound is not None}
    result = _Result(name=f"{wanted} {describe(rule.match)}", expected=expected, actual=len(found))
    too_few = low is not None and len(found) < low
    if not too_few and (high is None or len(found) <= high):
        return result
    message = f"expected {wanted} {describe(rule.match)}, found {len(found)}"
    if not found:
        nearest, rows = log.nearest(rule.match)
        return result._replace(message=f"{message}; {nearest}", rows=rows)
    # Too many: the first row beyond the allowed ones is the one to look at.
    rows = _some(found if too_few or high is None else found[high:])
    return result._replace(message=f"{message}: {_listed(log, found)}", rows=rows)


def _never(log: EventLog, rule: NeverRule) -> _Result:
    found = log.matches(rule.match)
    result = _Result(name=f"no {describe(rule.match)}", expected=0, actual=len(found))
    if not found:
        return result
    message = f"expected no {describe(rule.match)}, found {len(found)}: {_listed(log, found)}"
    return result._replace(message=message, rows=_some(found))


def _after(log: EventLog, rule: AfterRule, end_s: float | None) -> _Result:
    triggers = log.matches(rule.after)
    followers = _Followers(log, rule)
    name = f"{describe(rule.match)} within {number_text(rule.within_s)} s of {describe(rule.after)}"
    worst_s: float | None = None
    unmet: list[int] = []
    for trigger in triggers:
        follower = followers.next_after(trigger)
        delay_s = None if follower is None else log.at_s(follower) - log.at_s(trigger)
        if delay_s is None or delay_s > rule.within_s + TIME_TOLERANCE_S:
            unmet.append(trigger)
        if delay_s is not None and (worst_s is None or delay_s > worst_s):
            worst_s = delay_s
    result = _Result(name=name, expected={"within_s": rule.within_s}, actual={"longest_s": worst_s})
    if not triggers:
        nearest, _ = log.nearest(rule.after)
        return result._replace(warning=f"{describe(rule.after)} never occurred; {nearest}")
    if not unmet:
        return result
    message, row = _unmet_message(log, rule, followers, unmet[0], end_s)
    details = None
    if len(triggers) > 1:
        times = ", ".join(seconds(log.at_s(index)) for index in unmet[:TIMES_LISTED_MAX])
        more = ", …" if len(unmet) > TIMES_LISTED_MAX else ""
        details = (
            f"{len(unmet)} of {len(triggers)} {describe(rule.after)} not followed in time:"
            f" at {times}{more} s"
        )
    rows = (unmet[0],) if row is None else (unmet[0], row)
    return result._replace(message=message, rows=rows, details=details)


class _Followers:
    """Matches of an `after` rule, grouped by the fields that must be the same in both events."""

    def __init__(self, log: EventLog, rule: AfterRule) -> None:
        self._log = log
        self._same = rule.same
        self.all = log.matches(rule.match)
        self._groups: dict[tuple[Hashable, ...] | None, list[int]] = {}
        for index in self.all:
            self._groups.setdefault(self._key(index), []).append(index)

    def next_after(self, row: int) -> int | None:
        """Return the first match in a later row that has the same fields."""
        key = self._key(row)
        return None if key is None else _later(self._groups.get(key, []), row)

    def _key(self, row: int) -> tuple[Hashable, ...] | None:
        values = [lookup(self._log.fields(row), name) for name in self._same]
        present = [group_key(value) for value in values if not isinstance(value, Missing)]
        # A field that is not there equals nothing, not even another that is not there.
        return tuple(present) if len(present) == len(values) else None


def _unmet_message(
    log: EventLog, rule: AfterRule, followers: _Followers, trigger: int, end_s: float | None
) -> tuple[str, int | None]:
    at_s = log.at_s(trigger)
    wanted = describe(rule.match)
    shown = fields_text(log.fields(trigger), rule.same)
    message = (
        f"expected {wanted} within {number_text(rule.within_s)} s after"
        f" {rule.after.event} at {seconds(at_s)} s{shown}"
    )
    absent = [n for n in rule.same if isinstance(lookup(log.fields(trigger), n), Missing)]
    if absent:
        return f"{message}; this {rule.after.event} has no field {', '.join(absent)}", None
    follower = followers.next_after(trigger)
    if follower is not None:
        came = _later_time(log, rule, trigger, follower)
        return f"{message}; next {rule.match.event} came at {came} s", follower
    if end_s is not None and end_s < at_s + rule.within_s - TIME_TOLERANCE_S:
        message += f"; the run ended at {seconds(end_s)} s with the window still open"
        return message, None
    other = _later(followers.all, trigger)
    if other is not None:
        got = fields_text(log.fields(other), rule.same)
        return (
            f"{message}; next {rule.match.event} came at {seconds(log.at_s(other))} s{got}",
            other,
        )
    if followers.all:
        last = followers.all[-1]
        return f"{message}; the last {rule.match.event} came at {seconds(log.at_s(last))} s", last
    nearest, rows = log.nearest(rule.match)
    return f"{message}; {nearest}", rows[0] if rows else None


def _later_time(log: EventLog, rule: AfterRule, trigger: int, follower: int) -> str:
    """Milliseconds, unless they would make a late event look like one in time."""
    text = seconds(log.at_s(follower))
    looks_late = float(text) - float(seconds(log.at_s(trigger))) > rule.within_s + TIME_TOLERANCE_S
    return text if looks_late else number_text(log.at_s(follower))


def _sequence(log: EventLog, rule: SequenceRule) -> _Result:
    names = [describe(pattern) for pattern in rule.sequence]
    result = _Result(name=" → ".join(names), expected=[*names], actual=len(names))
    at = -1
    for done, pattern in enumerate(rule.sequence):
        found = log.matches(pattern)
        following = _later(found, at)
        if following is not None:
            at = following
            continue
        message = f"expected the sequence {result.name}; {names[done]} ({done + 1} of {len(names)})"
        if done == 0:
            nearest, rows = log.nearest(pattern)
            message += f" did not occur; {nearest}"
        else:
            message += f" did not occur after {names[done - 1]} at {seconds(log.at_s(at))} s"
            nearest, rows = _before(log, pattern, found)
            message += f"; {nearest}"
            rows = (at, *rows)
        return result._replace(message=message, actual=done, rows=rows)
    return result


def _before(log: EventLog, pattern: EventPattern, found: list[int]) -> tuple[str, tuple[int, ...]]:
    if not found:
        return log.nearest(pattern)
    return f"the last {pattern.event} came at {seconds(log.at_s(found[-1]))} s", (found[-1],)


def _at(log: EventLog, rule: AtRule) -> _Result:
    found = log.matches(rule.match)
    wanted = f"at {number_text(rule.at_s)} s ± {number_text(rule.tolerance_s)} s"
    result = _Result(
        name=f"{describe(rule.match)} {wanted}",
        expected={"at_s": rule.at_s, "tolerance_s": rule.tolerance_s},
        actual=None,
    )
    message = f"expected {describe(rule.match)} {wanted}"
    if not found:
        nearest, rows = log.nearest(rule.match)
        return result._replace(message=f"{message}; {nearest}", rows=rows)
    closest = min(found, key=lambda index: abs(log.at_s(index) - rule.at_s))
    at_s = log.at_s(closest)
    result = result._replace(actual=at_s)
    if abs(at_s - rule.at_s) <= rule.tolerance_s + TIME_TOLERANCE_S:
        return result
    off = number_text(round(abs(at_s - rule.at_s), 9))
    side = "late" if at_s > rule.at_s else "early"
    message += f"; the nearest {rule.match.event} came at {seconds(at_s)} s, {off} s too {side}"
    return result._replace(message=message, rows=(closest,))


def _later(found: list[int], row: int) -> int | None:
    position = bisect_right(found, row)
    return found[position] if position < len(found) else None


def _some(found: list[int]) -> tuple[int, ...]:
    return tuple(found[:ROWS_LISTED_MAX])


def _listed(log: EventLog, found: list[int]) -> str:
    parts = [f"at {seconds(log.at_s(i))} s{fields_text(log.fields(i))}" for i in _some(found)]
    more = f" and {len(found) - ROWS_LISTED_MAX} more" if len(found) > ROWS_LISTED_MAX else ""
    return ", ".join(parts) + more
