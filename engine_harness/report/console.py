"""What a person reads about runs: plain lines of text, built from records and verdicts alone.

Lines hold no colour and no markup; `paint` adds colour by the words a line begins with, and a line
that carries text of a user always begins with spaces, so that text can never be taken for ours.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.report.events import around

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine_harness.checks.verdict import Finding
    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import Case

__all__ = [
    "WIDTH",
    "SuiteSummary",
    "case_line",
    "counts",
    "details",
    "failure_block",
    "log_lines",
    "paint",
    "plain",
    "reproduce",
    "summary_lines",
    "warning_lines",
]

WIDTH = 100
FINDINGS_SHOWN_MAX = 10
MESSAGE_LINES_MAX = 8
TRACEBACK_LINES_MAX = 20
WORD_LENGTH_MAX = 72
"""Longer words of a message (one value without a space) lose their middle."""
WARNED_IDS_SHOWN_MAX = 3

# C0 and C1 controls would let a world's text move the cursor or change the colours of a terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_TRACEBACK_LINE = re.compile(r"\s*\S.*:\d+: in ")

_COLOURS = (
    ("[PASS] ", "green"),
    ("[FAIL] ", "red"),
    ("FAIL  ", "red"),
    ("warning: ", "yellow"),
    ("Summary:", "bold"),
)
_CODES = {"green": "\x1b[32m", "red": "\x1b[31m", "yellow": "\x1b[33m", "bold": "\x1b[1m"}


@dataclass(frozen=True, kw_only=True)
class SuiteSummary:
    """One line of the summary."""

    name: str
    cases: tuple[Case, ...]
    """What has run, in run order."""
    selected: int
    """How many scenarios the suite has."""
    wall_s: float | None
    artifacts: tuple[str, ...]
    """Paths from the root."""
    interrupted: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing that ran has failed."""
        return all(case.verdict.passed for case in self.cases)

    @property
    def status(self) -> str:
        """`PASS`, `FAIL`, `INTERRUPTED`, or `SKIP (nothing selected)`."""
        if self.interrupted:
            return "INTERRUPTED"
        if not self.cases:
            return "SKIP (nothing selected)"
        return "PASS" if self.passed else "FAIL"


def plain(text: str) -> str:
    """Return `text` without anything that a terminal would obey; tabs and line ends stay."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def paint(line: str) -> str:
    """Return `line` with colour on the words it begins with."""
    for start, colour in _COLOURS:
        if line.startswith(start):
            return f"{_CODES[colour]}{start}\x1b[0m{line[len(start) :]}"
    return line


def case_line(case: Case, *, wall: bool) -> str:
    """Return `[PASS] id (0.12s)`; without `wall` there is nothing in it that a clock decides."""
    word = "PASS" if case.verdict.passed else "FAIL"
    seconds = f" ({case.wall_s:.2f}s)" if wall else ""
    expected = _metadata(case.record, "expect_failure", "reason")
    note = f" (expected failure: {plain(expected)})" if expected and case.verdict.passed else ""
    return f"[{word}] {plain(case.record.scenario.id)}{seconds}{note}"


def failure_block(case: Case, *, flags: Sequence[str] = ()) -> list[str]:
    """Return the lines about one failed scenario; the last one is the command that reproduces it.

    `flags` are those of the invocation that change a run, as `("--hitch-policy", "catch_up")`.
    """
    head = case.record.scenario
    place = plain(f"{_place(case.record)}, world {head.world}, seed {_shortened(str(head.seed))}")
    lines = [f"FAIL  {plain(head.id)}   ({place})"]
    findings = [finding for finding in case.verdict.findings if finding.severity == "error"]
    for finding in findings[:FINDINGS_SHOWN_MAX]:
        lines += _finding_lines(finding, case.record)
    if len(findings) > FINDINGS_SHOWN_MAX:
        lines.append(f"  {len(findings) - FINDINGS_SHOWN_MAX} more findings in the artifact")
    lines.append(f"  reproduce: {reproduce(case.record, flags)}")
    return lines


def reproduce(record: RunRecord, flags: Sequence[str] = ()) -> str:
    """Return a command line, quoted for a shell, that does the same run again."""
    head = record.scenario
    words = ["run-harness", f"{head.manifest}::{head.id}", "--seed", str(head.seed), *flags]
    # A seed such as -5 would be read as a flag of its own.
    if str(head.seed).startswith("-"):
        words[2:4] = [f"--seed={head.seed}"]
    return " ".join(shlex.quote(word) for word in words)


def warning_lines(cases: Iterable[Case]) -> list[str]:
    """Return one line per distinct warning, with the scenarios that gave it."""
    by_text: dict[str, list[str]] = {}
    for case in cases:
        soft = [item.message for item in case.verdict.findings if item.severity == "warning"]
        for text in dict.fromkeys((*case.record.warnings, *case.verdict.warnings, *soft)):
            by_text.setdefault(text, []).append(case.record.scenario.id)
    lines = []
    for text, identities in by_text.items():
        shown = ", ".join(identities[:WARNED_IDS_SHOWN_MAX])
        if len(identities) > WARNED_IDS_SHOWN_MAX:
            shown += f" and {len(identities) - WARNED_IDS_SHOWN_MAX} more"
        lines += _wrapped(f"{text} ({shown})", first="warning: ", rest="  ")
    return lines


def counts(cases: Sequence[Case], *, missing: int = 0) -> str:
    """Return `12 scenarios: 11 passed, 1 failed`; `missing` have not run."""
    passed = sum(case.verdict.passed for case in cases)
    parts = [f"{passed} passed", f"{len(cases) - passed} failed"]
    if missing:
        parts.append(f"{missing} not run")
    total = len(cases) + missing
    return f"{total} {'scenario' if total == 1 else 'scenarios'}: {', '.join(parts)}"


def summary_lines(suites: Sequence[SuiteSummary], *, wall: bool) -> list[str]:
    """Return the `Summary:` block: a line per suite, its counts indented below."""
    lines = ["Summary:"]
    for suite in suites:
        line = f"  - {suite.name:<10} {suite.status}"
        if suite.cases and wall and suite.wall_s is not None:
            line += f" in {suite.wall_s:.1f}s"
        if suite.artifacts:
            line += f" (artifacts: {', '.join(suite.artifacts)})"
        lines.append(line)
        if suite.selected:
            missing = suite.selected - len(suite.cases)
            lines.append(f"      {counts(suite.cases, missing=missing)}")
    return lines


def details(cases: Sequence[Case], flags: Sequence[str] = ()) -> list[str]:
    """Return what follows the list of cases: a block for each failure, then the warnings.

    Each part has an empty line before it.
    """
    lines = []
    for case in cases:
        if not case.verdict.passed:
            lines += ["", *failure_block(case, flags=flags)]
    warnings = warning_lines(cases)
    return [*lines, *([""] if warnings else []), *warnings, *([""] if cases else [])]


def log_lines(summary: SuiteSummary, flags: Sequence[str] = ()) -> list[str]:
    """Return the log of one suite: all that its run says, without what a clock decides."""
    return [
        *(case_line(case, wall=False) for case in summary.cases),
        *details(summary.cases, flags),
        *summary_lines([summary], wall=False),
    ]


def _place(record: RunRecord) -> str:
    origin = record.scenario.normalised.get("origin")
    head = record.scenario.manifest
    if not isinstance(origin, dict):
        return head
    if origin.get("line") is not None:
        head += f":{origin['line']}"
    return head + str(origin.get("label") or "")


def _metadata(record: RunRecord, group: str, key: str) -> str | None:
    part = record.scenario.normalised.get(group)
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, str) else None


def _finding_lines(finding: Finding, record: RunRecord) -> list[str]:
    message, traceback = _split_traceback(finding)
    lines = []
    shown = message[:MESSAGE_LINES_MAX]
    for number, text in enumerate(shown):
        indent = "  " if number == 0 else "    "
        lines += _wrapped(_words_shortened(text), first=indent, rest="    ")
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
    return " ".join(_shortened(word) for word in text.strip().split(" "))


def _shortened(word: str) -> str:
    if len(word) <= WORD_LENGTH_MAX:
        return word
    half = WORD_LENGTH_MAX // 2 - 1
    return f"{word[:half]}…{word[-half:]}"


def _wrapped(text: str, *, first: str, rest: str) -> list[str]:
    """Break `text` between words only: a path that is broken cannot be followed."""
    return textwrap.wrap(
        plain(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [first.rstrip()]
