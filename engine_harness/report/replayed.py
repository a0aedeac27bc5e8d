"""What is told of replays that were played: the same record, or the first difference."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness.checks.verdict import Verdict
from engine_harness.report.lines import plain, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.diff import Difference, Divergence
    from engine_harness.records.models import RunRecord
    from engine_harness.run.replay import Replay
    from engine_harness.run.session import Request

__all__ = ["Original", "Played", "document", "replayed_lines", "summary_lines"]

VALUE_LENGTH_MAX = 60


@dataclass(frozen=True, kw_only=True)
class Original:
    """The record that was replayed, looked for where a run writes it."""

    path: Path
    gone: str | None = None
    """Why it is not there any more; the end of a sentence."""
    divergence: Divergence | None = None
    """The first thing that it and the record of the played run do not agree on."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """One replay that was played; a case of a report."""

    replay: Replay
    request: Request
    record: RunRecord
    difference: Difference | None = None
    """The first thing that the file and the played run do not agree on."""
    original: Original | None = None
    """Where they agree on all but the digest, which covers what a replay does not show."""

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
    def edited(self) -> tuple[str, ...]:
        """What of the replay is not as it was recorded."""
        recorded = self.replay.setup.plan_digest
        found = ["plan"] if recorded not in (None, self.record.plan_digest) else []
        return (*found, *(["setup"] if self.replay.is_setup_edited else []))

    @property
    def verdict(self) -> Verdict:
        """What a report is told: nothing is expected of a replay but what is compared."""
        return Verdict(passed=self.is_same)


def replayed_lines(
    done: Played,
    *,
    record: Path,
    shown: Callable[[Path], str],
    typed: Callable[[Path], str],
) -> list[str]:
    """Return what is told of one replay: whether it is the same, and what to know about it.

    Args:
        done: the replay.
        record: the record of the played run.
        shown: how a path is shown.
        typed: how it is typed in a command.
    """
    difference = done.difference
    identity = plain(done.replay.id)
    if difference is None:
        lines = [f"[PASS] {identity} replayed: same record"]
    else:
        lines = [f"[FAIL] {identity} replayed: first difference at {plain(difference.path)}"]
        if done.original is None:
            lines += [*_difference_lines(difference), f"  record: {plain(shown(record))}"]
        else:
            lines += _rest_lines(done, done.original, record, shown, typed)
    for part in done.edited:
        lines.append(f"  the file was edited: its {part} is not the one that was recorded")
    lines += _end_lines(done.record)
    empty = [name for name, part in sorted(done.replay.parts.items()) if part == []]
    if empty:
        lines.append(plain(f"  nothing in {', '.join(empty)}"))
    warnings = done.replay.payload.get("warnings")
    for text in warnings if isinstance(warnings, list) else ():
        lines += wrapped(f"warning: {text}", first="  ", rest="    ")
    return lines


def _difference_lines(difference: Difference) -> list[str]:
    lines = [f"  {difference.kind}"] if difference.kind != "value mismatch" else []
    if difference.kind != "unexpected key":
        lines.append(f"  expected {_short(difference.expected)}")
    if difference.kind != "missing key":
        lines.append(f"  got      {_short(difference.actual)}")
    return lines


def _end_lines(record: RunRecord) -> list[str]:
    """Return what has ended a run before its time."""
    outcome = record.outcome
    if outcome.status == "completed":
        return []
    at = "" if outcome.virtual_s is None else f" at {outcome.virtual_s:.3f} s"
    why = outcome.reason if outcome.reason != outcome.status else ""
    message = (outcome.message or "").partition("\n")[0]
    said = ": ".join(part for part in (f"{outcome.status}{at}", why, message) if part)
    return wrapped(f"the run ended early: {said}", first="  ", rest="    ")


def _rest_lines(
    done: Played,
    original: Original,
    record: Path,
    shown: Callable[[Path], str],
    typed: Callable[[Path], str],
) -> list[str]:
    """Return what is told when the difference lies in what a replay does not show."""
    said = "events and all else that a replay shows are the same, the rest of the record is not"
    if not done.edited:
        said += f": the Lua of world {done.replay.setup.world} may have changed since"
    lines = wrapped(said, first="  ", rest="  ")
    if original.gone is not None:
        lines += wrapped(
            f"the record that was replayed is gone: {shown(original.path)} {original.gone}",
            first="  ",
            rest="    ",
        )
        return [*lines, f"  record: {plain(shown(record))}"]
    if original.divergence is not None:
        first = original.divergence.differences[0]
        lines += [plain(f"  first of it at {first.path}"), *_difference_lines(first)]
    paths = (plain(shlex.quote(typed(path))) for path in (original.path, record))
    return [*lines, f"  compare: run-harness diff {' '.join(paths)}"]


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
                "edited": bool(done.edited),
                "expected_digest": done.replay.digest,
                "digest": done.record.digest,
                "first_difference": _difference_data(done.difference),
                "first_difference_of_records": _difference_data(_of_records(done)),
                "host": {"wall_s": done.wall_s},
            }
            for done in played
        ],
    }


def _of_records(done: Played) -> Difference | None:
    divergence = None if done.original is None else done.original.divergence
    return None if divergence is None else divergence.differences[0]


def _difference_data(difference: Difference | None) -> JsonMap | None:
    if difference is None:
        return None
    return {
        "path": difference.path,
        "kind": difference.kind,
        "expected": difference.expected,
        "actual": difference.actual,
    }


def _short(value: Json) -> str:
    text = plain(canonical_json(value))
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[: VALUE_LENGTH_MAX - 1]}…"
