"""What every family of checks returns, and how a finding says where it belongs."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.checks.verdict import Check, Finding, Where

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

__all__ = ["Judged", "not_in_record", "place", "rows_until", "rows_until_end", "unknown_run"]

EVENTS_SHOWN = 3


class Judged(NamedTuple):
    """What one family of checks evaluated and found, in the order of the manifest."""

    findings: list[Finding]
    checks: list[Check]
    warnings: list[str]

    @classmethod
    def nothing(cls) -> Judged:
        """Return an empty one, to be filled."""
        return cls([], [], [])


def place(scenario: Scenario, path: str) -> Where:
    """Return file, line and data path; the line is that of the nearest part with a known one."""
    origin = scenario.origin
    line = origin.line
    part = path
    while part:
        if part in origin.lines:
            line = origin.lines[part]
            break
        part = part[: max(part.rfind("."), part.rfind("["), 0)]
    manifest = origin.manifest if line is None else f"{origin.manifest}:{line}"
    return Where(manifest=manifest, path=path)


def rows_until(record: RunRecord, frame: int) -> tuple[int, ...]:
    """Return the last few event rows up to the end of a frame: the context of what it showed."""
    return _last_rows(bisect_right(record.events, frame, key=_frame))


def _frame(row: dict[str, JsonValue]) -> int:
    frame = row["frame"]
    assert isinstance(frame, int)
    return frame


def rows_until_end(record: RunRecord) -> tuple[int, ...]:
    """Return the last few event rows of the run."""
    return _last_rows(len(record.events))


def _last_rows(end: int) -> tuple[int, ...]:
    return tuple(range(max(end - EVENTS_SHOWN, 0), end))


def not_in_record(what: str, where: Where) -> Finding:
    """Return the finding for a check that this record cannot decide, as the run was another one."""
    message = f"the record holds no {what}; run the scenario again"
    return Finding(check="record", message=message, where=where)


def unknown_run(record: RunRecord) -> bool:
    """Tell whether the run was ended by wall time or memory, so that its record holds nothing."""
    return record.outcome.status != "completed" and record.outcome.virtual_s is None
