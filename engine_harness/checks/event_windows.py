"""The rule over pairs of events: each of one kind is followed in time by one of another.

A message names what was looked for and the nearest thing that was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.checks.event_rules import TIME_TOLERANCE_S, RuleResult, later
from engine_harness.checks.metrics import Missing, lookup
from engine_harness.checks.patterns import EventLog, describe, fields_text
from engine_harness.checks.wording import number_text, seconds, seconds_so_that

if TYPE_CHECKING:
    from collections.abc import Hashable

    from engine_harness.manifest.expectations import AfterRule

__all__ = ["judge_after"]

TIMES_LISTED_MAX = 20


def judge_after(log: EventLog, rule: AfterRule, end_s: float | None) -> RuleResult:
    """Judge that every event of `after` is followed by a later row that matches, in time."""
    triggers = log.matches(rule.after)
    next_rows = _next_rows(log, rule)
    within_s = rule.within_s + TIME_TOLERANCE_S
    longest_s: float | None = None
    unmet: list[int] = []
    for trigger in triggers:
        follower = next_rows.get(trigger)
        if follower is None:
            unmet.append(trigger)
            continue
        delay_s = log.times_s[follower] - log.times_s[trigger]
        if delay_s > within_s:
            unmet.append(trigger)
        if longest_s is None or delay_s > longest_s:
            longest_s = delay_s
    result = RuleResult(
        name=f"{describe(rule.match)} within {number_text(rule.within_s)} s"
        f" after {describe(rule.after)}",
        expected={"within_s": rule.within_s},
        actual={"longest_s": longest_s},
    )
    if not triggers:
        nearest, _ = log.nearest(rule.after)
        return result._replace(warning=f"{describe(rule.after)} never occurred; {nearest}")
    if not unmet:
        return result
    message, row = _unmet_message(log, rule, unmet[0], next_rows.get(unmet[0]), end_s)
    details = None
    if len(triggers) > 1:
        times = ", ".join(seconds(log.times_s[index]) for index in unmet[:TIMES_LISTED_MAX])
        more = ", …" if len(unmet) > TIMES_LISTED_MAX else ""
        details = (
            f"{len(unmet)} of {len(triggers)} {describe(rule.after)}"
            f" {'was' if len(unmet) == 1 else 'were'} not followed in time:"
            f" at {times}{more} s"
        )
    rows = (unmet[0],) if row is None else (unmet[0], row)
    return result._replace(message=message, rows=rows, details=details)


def _next_rows(log: EventLog, rule: AfterRule) -> dict[int, int]:
    """Return by trigger the first later row that matches and has the same fields."""
    followers = log.matches(rule.match)
    keys_after = log.keys(rule.after.event, rule.same)
    keys_match = log.keys(rule.match.event, rule.same)
    # From the end to the start: what was seen last is what comes next.
    next_by_key: dict[Hashable, int] = {}
    next_rows = {}
    position = len(followers) - 1
    for trigger in reversed(log.matches(rule.after)):
        while position >= 0 and followers[position] > trigger:
            row = followers[position]
            if row in keys_match:
                next_by_key[keys_match[row]] = row
            position -= 1
        if trigger in keys_after and (key := keys_after[trigger]) in next_by_key:
            next_rows[trigger] = next_by_key[key]
    return next_rows


def _unmet_message(
    log: EventLog, rule: AfterRule, trigger: int, follower: int | None, end_s: float | None
) -> tuple[str, int | None]:
    """Word one window in which nothing came, with the row that is nearest to it."""
    at_s = log.times_s[trigger]
    wanted = describe(rule.match)
    shown = fields_text(log.fields(trigger), rule.same)
    message = (
        f"expected {wanted} within {number_text(rule.within_s)} s after"
        f" {rule.after.event} at {seconds(at_s)} s{shown}"
    )
    absent = [n for n in rule.same if isinstance(lookup(log.fields(trigger), n), Missing)]
    if absent:
        return f"{message}; this {rule.after.event} has no field {', '.join(absent)}", None
    if follower is not None:
        came = _later_time(log, rule, trigger, follower)
        return f"{message}; next {rule.match.event} came at {came} s", follower
    if end_s is not None and end_s < at_s + rule.within_s - TIME_TOLERANCE_S:
        message += f"; the run ended at {seconds(end_s)} s with the window still open"
        return message, None
    matches = log.matches(rule.match)
    other = later(matches, trigger)
    if other is not None:
        came = seconds(log.times_s[other]) + " s" + fields_text(log.fields(other), rule.same)
        return f"{message}; next {rule.match.event} came at {came}", other
    if matches:
        last = matches[-1]
        came = seconds(log.times_s[last])
        return f"{message}; the last {rule.match.event} came at {came} s", last
    nearest, rows = log.nearest(rule.match)
    return f"{message}; {nearest}", rows[0] if rows else None


def _later_time(log: EventLog, rule: AfterRule, trigger: int, follower: int) -> str:
    """Milliseconds, unless they would make a late event look like one in time."""
    shown_trigger_s = float(seconds(log.times_s[trigger]))
    in_time_s = rule.within_s + TIME_TOLERANCE_S
    return seconds_so_that(
        log.times_s[follower], lambda shown_s: shown_s - shown_trigger_s > in_time_s
    )
