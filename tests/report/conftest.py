"""Builders of finished runs: small records and verdicts as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.verdict import Finding, Verdict, Where
from engine_harness.records.models import Outcome, RunRecord, ScenarioHead

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.report.base import Case


@dataclass(frozen=True)
class Finished:
    record: RunRecord
    verdict: Verdict
    wall_s: float


def record_of(identity: str = "edge", **changes: Any) -> RunRecord:
    head = {
        "id": identity,
        "label": "Edge of the window",
        "driver": "timeline",
        "world": "arena",
        "seed": 7,
        "manifest": "scenarios/arena/edge.yaml",
        "normalised": {
            "metadata": {"id": identity, "label": "Edge of the window"},
            "origin": {"manifest": "scenarios/arena/edge.yaml", "line": 12},
        },
    }
    given: dict[str, Any] = {
        "scenario": ScenarioHead(**{**head, **changes.pop("head", {})}),
        "plan_digest": "p",
        "module_digest": "m",
        "digest": "d",
        "outcome": Outcome(status="completed", reason="settled", virtual_s=2.0, frames=480),
        "metrics": {"hp": 3},
    }
    return RunRecord(**{**given, **changes})


def finding_of(message: str = "expected hp 4; got 3", **changes: Any) -> Finding:
    place = {"manifest": "scenarios/arena/edge.yaml:31", "path": "expect.hp"}
    given: dict[str, Any] = {"check": "expect", "message": message, "where": Where(**place)}
    return Finding(**{**given, **changes})


@pytest.fixture
def finished() -> Callable[..., Case]:
    """Make a case: `finished("id", finding, finding, warnings=(...), **record fields)`."""

    def make(
        identity: str = "edge",
        *findings: Finding,
        warnings: tuple[str, ...] = (),
        wall_s: float = 0.25,
        **changes: Any,
    ) -> Case:
        hard = [finding for finding in findings if finding.severity == "error"]
        verdict = Verdict(passed=not hard, findings=findings, warnings=warnings)
        return Finished(record_of(identity, **changes), verdict, wall_s)

    return make


@pytest.fixture
def finding() -> Callable[..., Finding]:
    return finding_of
