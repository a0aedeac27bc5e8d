"""The block about one failed scenario: what was found, the cause first, and how to see it again.

Plain lines of text, built from record and verdict alone.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from engine_harness._counted import counted
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
"""Findings shown beside the end of a run that was cut short."""
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
    findings = _findings(case)
    shown = [*findings.shown, *findings.folded] if telling.verbose else findings.shown
    shown = shown if telling.verbose else shown[: findings.shown_max]
    for finding in shown:
        lines += _finding_lines(finding, case.record)
    if not telling.verbose:
        lines += _not_shown(findings, case, telling)
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


class _Findings(NamedTuple):
    """The findings that fail a run, causes first."""

    shown: list[Finding]
    shown_max: int
    folded: list[Finding]
    """Those that may only say that the run was cut short: they are counted."""


def _findings(case: Case) -> _Findings:
    findings = [finding for finding in case.verdict.findings if finding.severity == "error"]
    status = case.record.outcome.status
    if status == "completed":
        return _Findings(findings, FINDINGS_SHOWN_MAX, [])
    ends = [finding for finding in findings if finding.check == status]
    others = [finding for finding in findings if finding.check != status]
    folded = [finding for finding in others if _needs_whole_run(finding)]
    facts = [finding for finding in others if not _needs_whole_run(finding)]
    return _Findings([*ends, *facts], len(ends) + FOLLOW_UPS_SHOWN_MAX, folded)


def _needs_whole_run(finding: Finding) -> bool:
    """Return whether a finding is judged at the end; an `expect` of a timeline is not."""
    return finding.check == "expect_events" or (
        finding.check == "expect" and not finding.where.path.startswith("timeline[")
    )


def _not_shown(findings: _Findings, case: Case, telling: Telling) -> list[str]:
    """Return the lines that count what is not shown, the last with the way to all."""
    lines = []
    cut = len(findings.shown) - findings.shown_max
    if cut > 0:
        lines.append(f"  … {cut} more")
    if findings.folded:
        checks = counted(len(findings.folded), "more check")
        end_s = case.record.outcome.virtual_s
        until = "" if end_s is None else f" until {end_s:.3f} s"
        lines.append(f"  {checks} failed on what was recorded{until}")
    if lines and telling.record is not None:
        # The record holds what happened, not the findings: they come from judging it again.
        command = shlex.join(["run-harness", "check", telling.record(case), "--verbose"])
        lines[-1] += f": {plain(command)}"
    return lines


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
        lines.append(_cut(len(message) - MESSAGE_LINES_MAX))
    lines += [f"    {plain(text.strip())}" for text in traceback[:TRACEBACK_LINES_MAX]]
    if len(traceback) > TRACEBACK_LINES_MAX:
        lines.append(_cut(len(traceback) - TRACEBACK_LINES_MAX))
    where = f"{finding.where.manifest}  {finding.where.path}".rstrip()
    lines.append(f"     {plain(where)}")
    events = around(finding, record.events, WIDTH - 2)
    if events:
        lines.append(f"  {plain(events)}")
    return lines


def _cut(number: int) -> str:
    return f"    {counted(number, 'more line')} in the artifact"


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
