"""`--repeat N`: everything N times, each time in fresh processes, then the artifacts compared.

What stands under the keys `host` and `meta` may differ; anything else that does is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness.checks.diff import compare

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness._types import Json
    from engine_harness.checks.diff import Difference
    from engine_harness.cli.places import Places
    from engine_harness.cli.session import Session
    from engine_harness.report.console import SuiteSummary

__all__ = ["run_repeatedly"]

FREE_KEYS = frozenset({"host", "meta"})
VALUE_LENGTH_MAX = 40


@dataclass(frozen=True)
class _Deviation:
    """The first thing that a run did not do as the first one did."""

    repetition: int
    artifact: Path
    difference: Difference


def run_repeatedly(session: Session) -> tuple[list[SuiteSummary], list[str]]:
    """Run what `session` has selected as often as it asks for.

    Each run writes into `run-<i>/`; the last one fills the session and the plain paths.

    Returns:
        The summaries of the last run, failed where a run differs, and lines that say how the runs
        compare.
    """
    times = session.request.repeat
    deviations: dict[str, _Deviation] = {}
    for repetition in range(1, times + 1):
        session.output.lines([f"run {repetition} of {times}"])
        places = session.places.repeated(repetition)
        one = replace(session, places=places, results={})
        if repetition > 1:
            session.harness.renew_processes()
        one.clear()
        one.run(one.scenarios)
        summaries = one.report()
        one.write_logs(summaries)
        session.results, session.interrupted = one.results, one.interrupted
        if session.interrupted:
            return summaries, []
        for summary in summaries:
            if summary.cases and repetition > 1 and summary.name not in deviations:
                found = _deviation(session.places, summary, repetition)
                if found is not None:
                    deviations[summary.name] = found
    summaries = session.report()
    lines = [
        _line(session.places, name, deviation) for name, deviation in sorted(deviations.items())
    ]
    if not deviations:
        lines = [f"[PASS] all artifacts of {times} runs are identical"]
    return [
        replace(summary, failed=summary.failed or summary.name in deviations)
        for summary in summaries
    ], lines


def _deviation(places: Places, summary: SuiteSummary, repetition: int) -> _Deviation | None:
    for shown in summary.artifacts:
        artifact = places.root / shown
        first = artifact.parent.with_name("run-1") / artifact.name
        differences = compare(_comparable(first), _comparable(artifact))
        if differences:
            return _Deviation(repetition, artifact, differences[0])
    return None


def _comparable(path: Path) -> Json:
    """Return what a file says without what may differ."""
    from engine_harness.records.reader import read_json

    return _without_free_keys(read_json(path))


def _without_free_keys(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _without_free_keys(v) for k, v in value.items() if k not in FREE_KEYS}
    if isinstance(value, list):
        return [_without_free_keys(item) for item in value]
    return value


def _line(places: Places, suite: str, deviation: _Deviation) -> str:
    difference = deviation.difference
    return (
        f"[FAIL] {suite} run {deviation.repetition} differs from run 1:"
        f" {places.shown(deviation.artifact)} at {difference.message}:"
        f" {_shown(difference.expected)}, then {_shown(difference.actual)}"
    )


def _shown(value: Json) -> str:
    text = canonical_json(value)
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[:VALUE_LENGTH_MAX]}…"
