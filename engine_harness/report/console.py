"""What a person reads about runs: plain lines of text, built from records and verdicts alone.

Lines hold no colour and no markup; `paint` adds colour by the words a line begins with, and a line
that carries text of a user always begins with spaces, so that text can never be taken for ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._counted import counted
from engine_harness.report.failure import Telling, failure_block
from engine_harness.report.lines import plain, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import Case

__all__ = [
    "SuiteSummary",
    "case_line",
    "counts",
    "details",
    "log_lines",
    "paint",
    "summary_lines",
    "warning_lines",
]

WARNED_IDS_SHOWN_MAX = 3

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
    cases: tuple[Case, ...] = ()
    """What has run, in run order."""
    selected: int = 0
    """How many scenarios the suite has."""
    wall_s: float | None = None
    artifacts: tuple[str, ...] = ()
    """Paths from the root."""
    interrupted: bool = False
    lines: tuple[str, ...] = ()
    """What the suite says beside its scenarios: figures and contracts of its gate."""
    logged: tuple[str, ...] = ()
    """The same for the log: nothing in it depends on the machine."""
    failed: bool = False
    """Whether something beside its scenarios has failed: its gate, or a tool."""
    skipped: str = "nothing selected"
    """Why there is nothing to tell, when there is not."""
    remark: str | None = None
    """What the one word of the status would hide."""
    notes: tuple[str, ...] = ()
    """Details below the line of the summary."""
    has_run: bool = False
    """Whether something has run that is no scenario."""

    @property
    def is_skipped(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.cases or self.failed or self.has_run)

    @property
    def passed(self) -> bool:
        """Whether nothing that ran has failed."""
        return not self.failed and all(case.verdict.passed for case in self.cases)

    @property
    def status(self) -> str:
        """`PASS`, `FAIL`, `PASS (gate not judged)`, `INTERRUPTED`, `SKIP (nothing selected)`."""
        if self.interrupted:
            return "INTERRUPTED"
        if self.is_skipped:
            return f"SKIP ({self.skipped})"
        word = "PASS" if self.passed else "FAIL"
        return f"{word} ({self.remark})" if self.remark else word


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
        lines += wrapped(f"{text} ({shown})", first="warning: ", rest="  ")
    return lines


def counts(cases: Sequence[Case], *, missing: int = 0) -> str:
    """Return `12 scenarios: 11 passed, 1 failed`; `missing` have not run."""
    passed = sum(case.verdict.passed for case in cases)
    parts = [f"{passed} passed", f"{len(cases) - passed} failed"]
    if missing:
        parts.append(f"{missing} not run")
    total = len(cases) + missing
    return f"{counted(total, 'scenario')}: {', '.join(parts)}"


def summary_lines(suites: Sequence[SuiteSummary], *, wall: bool) -> list[str]:
    """Return the `Summary:` block: a line per suite, its counts indented below.

    Suites share runs: counts of the same scenarios are told once.
    """
    lines = ["Summary:"]
    told: list[tuple[str, ...]] = []
    for suite in suites:
        line = f"  - {suite.name:<10} {suite.status}"
        if not suite.is_skipped and wall and suite.wall_s is not None:
            line += f" in {suite.wall_s:.1f}s"
        if suite.artifacts:
            line += f" (artifacts: {', '.join(suite.artifacts)})"
        lines.append(line)
        ids = tuple(case.record.scenario.id for case in suite.cases)
        if suite.selected and ids not in told:
            told.append(ids)
            missing = suite.selected - len(suite.cases)
            lines.append(f"      {counts(suite.cases, missing=missing)}")
        lines += [f"      {note}" for note in suite.notes]
    return lines


def details(cases: Sequence[Case], telling: Telling | None = None) -> list[str]:
    """Return what follows the list of cases: a block for each failure, then the warnings.

    Each part has an empty line before it.
    """
    lines = []
    for case in cases:
        if not case.verdict.passed:
            lines += ["", *failure_block(case, telling)]
    warnings = warning_lines(cases)
    return [*lines, *([""] if warnings else []), *warnings, *([""] if cases else [])]


def log_lines(summary: SuiteSummary, telling: Telling | None = None) -> list[str]:
    """Return the log of one suite: all that its run says, without what a clock decides."""
    return [
        *(case_line(case, wall=False) for case in summary.cases),
        *details(summary.cases, telling),
        *([*summary.logged, ""] if summary.logged else []),
        *summary_lines([summary], wall=False),
    ]


def _metadata(record: RunRecord, group: str, key: str) -> str | None:
    part = record.scenario.normalised.get(group)
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, str) else None
