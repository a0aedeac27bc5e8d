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
    from engine_harness.cli.places import Places
    from engine_harness.cli.session import Session
    from engine_harness.report.console import SuiteSummary
    from engine_harness.run.suites.base import Suite

__all__ = ["run_repeatedly"]

FREE_KEYS = frozenset({"host", "meta"})
VALUE_LENGTH_MAX = 40


@dataclass(frozen=True)
class _Deviation:
    """The first thing that a run did not do as the first one did."""

    repetition: int
    artifact: Path
    what: str


def run_repeatedly(session: Session) -> tuple[list[SuiteSummary], list[str]]:
    """Run what `session` has selected as often as it asks for.

    Each run writes into `run-<i>/`; the last one fills the session and the plain paths.

    Returns:
        The summaries of the last run, failed where any run has, or differs from the first, and
        lines that say how the runs compare.
    """
    times = session.request.repeat
    deviations: dict[str, _Deviation] = {}
    failed: set[str] = set()
    for repetition in range(1, times + 1):
        session.output.lines([f"run {repetition} of {times}"])
        one = replace(
            session, places=session.places.repeated(repetition), results={}, judgements={}
        )
        if repetition > 1:
            session.harness.renew_processes()
        one.clear()
        one.run(one.scenarios)
        summaries = one.report()
        one.write_logs(summaries)
        session.results, session.interrupted = one.results, one.interrupted
        if session.interrupted:
            return summaries, []
        failed |= {summary.name for summary in summaries if summary.failed}
        for suite in session.suites if repetition > 1 else ():
            if suite.name not in deviations:
                found = _deviation(session.places, suite, repetition)
                if found is not None:
                    deviations[suite.name] = found
    summaries = session.report()
    lines = [
        _line(session.places, name, deviation) for name, deviation in sorted(deviations.items())
    ]
    if not deviations:
        lines = [f"[PASS] all artifacts of {times} runs are identical"]
    return [
        replace(summary, failed=summary.failed or summary.name in failed | deviations.keys())
        for summary in summaries
    ], lines


def _deviation(places: Places, suite: Suite, repetition: int) -> _Deviation | None:
    """Return where the reports of one repetition first differ from those of the first one."""
    first, other = (places.repeated(number) for number in (1, repetition))
    old, new = first.reports(suite), other.reports(suite)
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            artifact = new.get(name) or old[name]
            where = "run 1" if name in old else f"run {repetition}"
            return _Deviation(repetition, artifact, f"only {where} has it")
        what = _difference(old[name], new[name])
        if what is not None:
            return _Deviation(repetition, new[name], what)
    return None


def _difference(first: Path, other: Path) -> str | None:
    """Return in words how two reports first differ, apart from what may."""
    from engine_harness.records.reader import read_json

    if first.suffix != ".json":
        return None if first.read_bytes() == other.read_bytes() else "its bytes differ"
    found = compare(*(_without_free_keys(read_json(path)) for path in (first, other)))
    if not found:
        return None
    return f"{found[0].message}: {_shown(found[0].expected)}, then {_shown(found[0].actual)}"


def _without_free_keys(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _without_free_keys(v) for k, v in value.items() if k not in FREE_KEYS}
    if isinstance(value, list):
        return [_without_free_keys(item) for item in value]
    return value


def _line(places: Places, suite: str, deviation: _Deviation) -> str:
    artifact = places.shown(deviation.artifact)
    return (
        f"[FAIL] {suite} run {deviation.repetition} differs from run 1:"
        f" {artifact}: {deviation.what}"
    )


def _shown(value: Json) -> str:
    text = canonical_json(value)
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[:VALUE_LENGTH_MAX]}…"
