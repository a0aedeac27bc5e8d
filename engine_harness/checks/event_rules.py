"""Rules over single events of the log: how many, none, in which order, when.

A message names what was looked for and the nearest thing that was there.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.checks.patterns import EventLog, describe, fields_text
from engine_harness.checks.wording import number_text, seconds, seconds_so_that

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness.manifest.expectations import (
        AtRule,
        CountRule,
        EventPattern,
        NeverRule,
        SequenceRule,
    )

__all__ = [
    "TIME_TOLERANCE_S",
    "RuleResult",
    "judge_at",
    "judge_count",
    "judge_never",
    "judge_sequence",
    "later",
]

TIME_TOLERANCE_S = 1e-9
"""Rounding of sums of times: a window of 0.2 s after 0.1 s ends at 0.30000000000000004 s."""
ROWS_LISTED_MAX = 3


class RuleResult(NamedTuple):
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


def judge_count(log: EventLog, rule: CountRule) -> RuleResult:
    """Judge how many events match."""
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
    bounds = {"min": low, "max": high}
    expected: dict[str, JsonValue] = {name: n for name, n in bounds.items() if n is not None}
    result = RuleResult(
        name=f"{wanted} {describe(rule.match)}", expected=expected, actual=len(found)
    )
    too_few = low is not None and len(found) < low
    if not too_few and (high is None or len(found) <= high):
        return result if found else _held_by_nothing(log, rule.match, result)
    message = f"expected {wanted} {describe(rule.match)}, found {len(found)}"
    if not found:
        nearest, rows = log.nearest(rule.match)
        return result._replace(message=f"{message}; {nearest}", rows=rows)
    # Too many: the first row beyond the allowed ones is the one to look at.
    rows = _some(found if too_few or high is None else found[high:])
    return result._replace(message=f"{message}: {_listed(log, found)}", rows=rows)


def judge_never(log: EventLog, rule: NeverRule) -> RuleResult:
    """Judge that no event matches."""
    found = log.matches(rule.match)
    result = RuleResult(name=f"no {describe(rule.match)}", expected=0, actual=len(found))
    if not found:
        return _held_by_nothing(log, rule.match, result)
    message = f"expected no {describe(rule.match)}, found {len(found)}: {_listed(log, found)}"
    return result._replace(message=message, rows=_some(found))


def _held_by_nothing(log: EventLog, pattern: EventPattern, result: RuleResult) -> RuleResult:
    """Warn of a rule that holds as nothing matches, and nothing can: a field is misspelt."""
    absent = log.absent_fields(pattern)
    return result._replace(warning=f"{absent}: nothing can match") if absent else result


def judge_sequence(log: EventLog, rule: SequenceRule) -> RuleResult:
    """Judge that the patterns occur in order; the earliest match of each is the best one."""
    names = [describe(pattern) for pattern in rule.sequence]
    result = RuleResult(name=" → ".join(names), expected=[*names], actual=len(names))
    at = -1
    for done, pattern in enumerate(rule.sequence):
        found = log.matches(pattern)
        following = later(found, at)
        if following is not None:
            at = following
            continue
        message = f"expected the sequence {result.name}; {names[done]} ({done + 1} of {len(names)})"
        if done == 0:
            nearest, rows = log.nearest(pattern)
            message += f" did not occur; {nearest}"
        else:
            message += f" did not occur after {names[done - 1]} at {seconds(log.times_s[at])} s"
            nearest, rows = _before(log, pattern, found)
            message += f"; {nearest}"
            rows = (at, *rows)
        return result._replace(message=message, actual=done, rows=rows)
    return result


def _before(log: EventLog, pattern: EventPattern, found: list[int]) -> tuple[str, tuple[int, ...]]:
    if not found:
        return log.nearest(pattern)
    return f"the last {pattern.event} came at {seconds(log.times_s[found[-1]])} s", (found[-1],)


def judge_at(log: EventLog, rule: AtRule) -> RuleResult:
    """Judge that some match is close enough to a time."""
    found = log.matches(rule.match)
    wanted = f"at {number_text(rule.at_s)} s ± {number_text(rule.tolerance_s)} s"
    result = RuleResult(
        name=f"{describe(rule.match)} {wanted}",
        expected={"at_s": rule.at_s, "tolerance_s": rule.tolerance_s},
        actual=None,
    )
    message = f"expected {describe(rule.match)} {wanted}"
    if not found:
        nearest, rows = log.nearest(rule.match)
        return result._replace(message=f"{message}; {nearest}", rows=rows)
    _, closest = min((abs(log.times_s[index] - rule.at_s), index) for index in found)
    at_s = log.times_s[closest]
    result = result._replace(actual=at_s)
    if abs(at_s - rule.at_s) <= rule.tolerance_s + TIME_TOLERANCE_S:
        return result
    tolerated_s = rule.tolerance_s + TIME_TOLERANCE_S
    off = seconds_so_that(abs(at_s - rule.at_s), lambda shown_s: shown_s > tolerated_s)
    side = "late" if at_s > rule.at_s else "early"
    message += f"; the nearest {rule.match.event} came at {seconds(at_s)} s, {off} s too {side}"
    return result._replace(message=message, rows=(closest,))


def later(found: list[int], row: int) -> int | None:
    """Return the first of the sorted indices `found` that is beyond `row`."""
    position = bisect_right(found, row)
    return found[position] if position < len(found) else None


def _some(found: list[int]) -> tuple[int, ...]:
    return tuple(found[:ROWS_LISTED_MAX])


def _listed(log: EventLog, found: list[int]) -> str:
    parts = [f"at {seconds(log.times_s[i])} s{fields_text(log.fields(i))}" for i in _some(found)]
    more = f" and {len(found) - ROWS_LISTED_MAX} more" if len(found) > ROWS_LISTED_MAX else ""
    return ", ".join(parts) + more
