"""The block about one failed scenario: what was found, the cause first, and how to see it again.

Plain lines of text, built from record and verdict alone.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.report.events import around
from engine_harness.report.lines import WIDTH, plain, shortened, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine_harness.checks.verdict import Finding
    from engine_harness.records.models import LogRow, RunRecord
    from engine_harness.report.base import Case

__all__ = ["Telling", "failure_block", "print_lines", "reproduce"]

FINDINGS_SHOWN_MAX = 10
FOLLOW_UPS_SHOWN_MAX = 3
"""Findings shown beside the end of a run that was cut short: most of them follow from it."""
PRINTS_SHOWN_MAX = 5
MESSAGE_LINES_MAX = 8
TRACEBACK_LINES_MAX = 20

_TRACEBACK_LINE = re.compile(r"\s*\S.*:\d+: in ")


@dataclass(frozen=True, kw_only=True)
class Telling:
    """How an invocation tells of its failures."""

    flags: tuple[str, ...] = ()
    """Those that change a run, as `("--hitch-policy", "catch_up")`."""
    verbose: bool = False
    """Whether everything is shown, however much."""
    record: Callable[[Case], str] | None = None
    """Returns the path of a case's record, as shown; None: it was not written."""


def failure_block(case: Case, telling: Telling | None = None) -> list[str]:
    """Return the lines about one failed scenario; the last is the command that reproduces it."""
    telling = telling or Telling()
    head = case.record.scenario
    seed = shortened(str(head.seed))
    place = plain(f"{_place(case.record)}, world {head.world}, seed {seed}")
    lines = [f"FAIL  {plain(head.id)}   ({place})"]
    findings, shown_max = _causes_first(case)
    shown = findings if telling.verbose else findings[:shown_max]
    for finding in shown:
        lines += _finding_lines(finding, case.record)
    if len(findings) > len(shown):
        lines.append(f"  {_more(len(findings) - len(shown), case, telling)}")
    lines += _last_prints(case.record, telling)
    lines.append(f"  reproduce: {reproduce(case.record, telling.flags)}")
    return lines


def reproduce(record: RunRecord, flags: Sequence[str] = ()) -> str:
    """Return a command line, quoted for a shell, that does the same run again."""
    head = record.scenario
    words = ["run-harness", f"{head.manifest}::{head.id}", "--seed", str(head.seed)]
    # A seed such as -5 would be read as a flag of its own.
    if str(head.seed).startswith("-"):
        words[2:4] = [f"--seed={head.seed}"]
    if "--hitch-policy" not in flags:
        words += _policy_flag(record)
    return " ".join(shlex.quote(word) for word in (*words, *flags))


def print_lines(record: RunRecord) -> list[str]:
    """Return all that the game printed, with its times."""
    return [line for row in _prints(record) for line in _print_lines(row)]


def _policy_flag(record: RunRecord) -> list[str]:
    """Return the hitch policy of the run, where neither scenario nor default says it."""
    policy = record.sections.get("timeline", {}).get("hitch_policy")
    engine = record.scenario.normalised.get("engine")
    chosen = engine.get("hitch_policy") if isinstance(engine, dict) else None
    return (
        [] if chosen is not None or policy in (None, "stall") else ["--hitch-policy", str(policy)]
    )


def _causes_first(case: Case) -> tuple[list[Finding], int]:
    """Return the findings that fail a run, and how many are shown.

    What a run that was cut short did not get to do is found missing in its events: that comes last.
    """
    findings = [finding for finding in case.verdict.findings if finding.severity == "error"]
    status = case.record.outcome.status
    if status == "completed":
        return findings, FINDINGS_SHOWN_MAX
    ends = [finding for finding in findings if finding.check == status]
    others = [finding for finding in findings if finding.check != status]
    others.sort(key=lambda finding: finding.check == "expect_events")
    return [*ends, *others], len(ends) + FOLLOW_UPS_SHOWN_MAX


def _more(number: int, case: Case, telling: Telling) -> str:
    if telling.record is None:
        return f"… {number} more"
    # The record holds what happened, not the findings: they come from judging it again.
    command = shlex.join(["run-harness", "check", telling.record(case), "--verbose"])
    return f"… {number} more: {plain(command)}"


def _prints(record: RunRecord) -> list[LogRow]:
    return [row for row in record.logs if row.level == "print"]


def _last_prints(record: RunRecord, telling: Telling) -> list[str]:
    rows = _prints(record)
    # With --verbose they stand below the line of their scenario.
    if not rows or telling.verbose:
        return []
    last = rows[-PRINTS_SHOWN_MAX:]
    lines = [f"  log (last {len(last)} of {len(rows)}):"]
    for row in last:
        first = _print_lines(row)[0]
        lines.append(first if len(first) <= WIDTH else f"{first[: WIDTH - 1]}…")
    return lines


def _print_lines(row: LogRow) -> list[str]:
    texts = [plain(text) for text in row.text.splitlines()] or [""]
    time = f"{row.at_s:.3f}"
    rest = [f"    {' ' * len(time)} {text}".rstrip() for text in texts[1:]]
    return [f"    {time} {texts[0]}".rstrip(), *rest]


def _place(record: RunRecord) -> str:
    origin = record.scenario.normalised.get("origin")
    head = record.scenario.manifest
    if not isinstance(origin, dict):
        return head
    if origin.get("line") is not None:
        head += f":{origin['line']}"
    return head + str(origin.get("label") or "")


def _finding_lines(finding: Finding, record: RunRecord) -> list[str]:
    message, traceback = _split_traceback(finding)
    lines = []
    shown = message[:MESSAGE_LINES_MAX]
    for number, text in enumerate(shown):
        indent = "  " if number == 0 else "    "
        lines += wrapped(_words_shortened(text), first=indent, rest="    ")
    if len(message) > MESSAGE_LINES_MAX:
        lines.append(f"    {len(message) - MESSAGE_LINES_MAX} more lines in the artifact")
    lines += [f"    {plain(text.strip())}" for text in traceback[:TRACEBACK_LINES_MAX]]
    if len(traceback) > TRACEBACK_LINES_MAX:
        lines.append(f"    {len(traceback) - TRACEBACK_LINES_MAX} more lines in the artifact")
    where = f"{finding.where.manifest}  {finding.where.path}".rstrip()
    lines.append(f"     {plain(where)}")
    events = around(finding, record.events, WIDTH - 2)
    if events:
        lines.append(f"  {plain(events)}")
    return lines


def _split_traceback(finding: Finding) -> tuple[list[str], list[str]]:
    """Return the lines of the message, and those of a Lua traceback in it or in the details."""
    text = finding.message
    if finding.details and finding.details not in text:
        text = f"{text}\n{finding.details}"
    lines = [line for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "stack traceback:" or _TRACEBACK_LINE.match(line):
            return lines[:number], lines[number:]
    return lines, []


def _words_shortened(text: str) -> str:
    return " ".join(shortened(word) for word in text.strip().split(" "))
