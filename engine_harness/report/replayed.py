"""What is told of replays that were played: the same record, or the first difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness.checks.verdict import Verdict
from engine_harness.report.lines import plain, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.diff import Difference
    from engine_harness.records.models import RunRecord
    from engine_harness.run.replay import Replay
    from engine_harness.run.session import Request

__all__ = ["Played", "document", "replayed_lines", "summary_lines"]

VALUE_LENGTH_MAX = 60

# The last thing that is compared: it covers what a replay does not show.
_REST = (
    "all that a replay shows is equal; metrics, checkpoints, samples, logs or sections of the"
    " record are not: compare it with the record that was replayed, run-harness diff A B"
)


@dataclass(frozen=True, kw_only=True)
class Played:
    """One replay that was played; a case of a report."""

    replay: Replay
    request: Request
    record: RunRecord
    difference: Difference | None
    """The first thing that the file and the played run do not agree on."""

    @property
    def wall_s(self) -> float:
        """Wall time of the run."""
        wall_s = self.record.host.get("wall_s")
        return float(wall_s) if isinstance(wall_s, int | float) else 0.0

    @property
    def is_same(self) -> bool:
        """Whether the run has left the same record, and the file tells of that record."""
        return self.difference is None

    @property
    def is_edited(self) -> bool:
        """Whether the plan is another one than was recorded."""
        recorded = self.replay.setup.plan_digest
        return recorded is not None and recorded != self.record.plan_digest

    @property
    def verdict(self) -> Verdict:
        """What a report is told: nothing is expected of a replay but what is compared."""
        return Verdict(passed=self.is_same)


def replayed_lines(done: Played, record: str) -> list[str]:
    """Return what is told of one replay: whether it is the same, and what to know about it.

    Args:
        done: the replay.
        record: path of the record of the played run, as shown.
    """
    difference = done.difference
    identity = plain(done.replay.id)
    if difference is None:
        lines = [f"[PASS] {identity} replayed: same record"]
    else:
        lines = [f"[FAIL] {identity} replayed: first difference at {plain(difference.path)}"]
        lines += [*_difference_lines(difference), f"  record: {plain(record)}"]
    if done.is_edited:
        lines.append("  the file was edited: its plan is not the one that was recorded")
    empty = [name for name, part in sorted(done.replay.parts.items()) if part == []]
    if empty:
        lines.append(plain(f"  nothing in {', '.join(empty)}"))
    warnings = done.replay.payload.get("warnings")
    for text in warnings if isinstance(warnings, list) else ():
        lines += wrapped(f"warning: {text}", first="  ", rest="    ")
    return lines


def _difference_lines(difference: Difference) -> list[str]:
    lines = [f"  {difference.kind}"] if difference.kind != "value mismatch" else []
    if difference.path == "digest":
        lines += wrapped(_REST, first="  ", rest="  ")
    if difference.kind != "unexpected key":
        lines.append(f"  expected {_short(difference.expected)}")
    if difference.kind != "missing key":
        lines.append(f"  got      {_short(difference.actual)}")
    return lines


def summary_lines(
    suite: str, played: Sequence[Played], report: str, wall_s: float | None
) -> list[str]:
    """Return the block at the end; without `wall_s` there is nothing in it of a clock."""
    same = sum(done.is_same for done in played)
    word = "PASS" if same == len(played) else "FAIL"
    seconds = "" if wall_s is None else f" in {wall_s:.1f}s"
    return [
        "",
        "Summary:",
        f"  - {suite:<10} {word}{seconds} (artifacts: {report})",
        f"      {counted(len(played), 'replay')}: {same} the same, {len(played) - same} different",
    ]


def document(played: Sequence[Played], report: str) -> JsonMap:
    """Return what `--json` says."""
    return {
        "passed": all(done.is_same for done in played),
        "artifacts": [report],
        "replays": [
            {
                "id": done.replay.id,
                "same": done.is_same,
                "edited": done.is_edited,
                "expected_digest": done.replay.digest,
                "digest": done.record.digest,
                "first_difference": None
                if done.difference is None
                else {
                    "path": done.difference.path,
                    "kind": done.difference.kind,
                    "expected": done.difference.expected,
                    "actual": done.difference.actual,
                },
                "host": {"wall_s": done.wall_s},
            }
            for done in played
        ],
    }


def _short(value: Json) -> str:
    text = plain(canonical_json(value))
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[: VALUE_LENGTH_MAX - 1]}…"
