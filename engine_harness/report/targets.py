"""Targets and the metrics that scenarios ask for, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine_harness._canonical import canonical_json
from engine_harness.report.lines import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness.report.base import Case

__all__ = ["Targets", "metrics_lines", "targets_lines", "targets_of"]

_SETS = ("expect", "expect_target")


class Targets(NamedTuple):
    """How many entries of `expect_target` there are, and how many are met."""

    met: int
    total: int


def targets_of(cases: Iterable[Case]) -> Targets:
    """Count the targets of all cases."""
    met = [
        check.ok for case in cases for check in case.verdict.checks if check.set == "expect_target"
    ]
    return Targets(sum(met), len(met))


def targets_lines(cases: Iterable[Case]) -> list[str]:
    """Return `[targets] MET 3/4`; nothing where there is no target."""
    targets = targets_of(cases)
    return [f"[targets] MET {targets.met}/{targets.total}"] if targets.total else []


def metrics_lines(cases: Iterable[Case]) -> list[str]:
    """Return `id=<id> <metric>=<value> ...` for each case that expects metrics at its end.

    A metric that was not there has no value.
    """
    lines = []
    for case in cases:
        asked = {check.name: check.actual for check in case.verdict.checks if check.set in _SETS}
        if asked:
            words = " ".join(
                f"{name}={'' if value is None else _shown(value)}" for name, value in asked.items()
            )
            lines.append(plain(f"id={case.record.scenario.id} {words}"))
    return lines


def _shown(value: object) -> str:
    # Whatever a check compared came from a record: it is plain data.
    return value if isinstance(value, str) else canonical_json(value)  # type: ignore[arg-type]
