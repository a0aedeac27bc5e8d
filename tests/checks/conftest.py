from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.evaluate import evaluate
from engine_harness.manifest.models import Metadata, Origin, Scenario
from engine_harness.records.models import InvariantRow, Outcome, RunRecord, ScenarioHead

if TYPE_CHECKING:
    from engine_harness.checks.verdict import Verdict

MakeRow = Callable[..., dict[str, Any]]
MakeScenario = Callable[..., Scenario]
MakeRecord = Callable[..., RunRecord]


HP = {
    "kind": "condition",
    "name": "hp min 0",
    "condition": {"op": "metric", "metric": "hp", "compare": "min", "value": 0},
}


def violation(**keys: Any) -> InvariantRow:
    whole = {
        "index": 1,
        "name": "hp min 0",
        "first_at_s": 0.5,
        "frame": 120,
        "unit": 120,
        "violated_s": 0.25,
        "frames": 60,
    }
    return InvariantRow.model_validate({**whole, **keys})


def ended(status: str, **keys: Any) -> Outcome:
    return Outcome.model_validate({"status": status, **keys})


def messages(verdict: Verdict) -> list[str]:
    return [finding.message for finding in verdict.findings]


@pytest.fixture(scope="session")
def row() -> MakeRow:
    """Return a builder of event rows: `row("hit", 1.35, id="ball-2")`."""

    def build(event: str, at_s: float, /, **fields: Any) -> dict[str, Any]:
        frame = int(at_s * 240)
        return {
            "event": event,
            "at_s": at_s,
            "frame": frame,
            "unit": frame,
            "source": "world",
            "fields": fields,
        }

    return build


@pytest.fixture(scope="session")
def make_scenario() -> MakeScenario:
    """Return a builder of scenarios; every key can be given."""

    def build(**keys: Any) -> Scenario:
        lines = keys.pop("lines", {})
        whole: dict[str, Any] = {
            "metadata": Metadata(id="duel", label="A duel"),
            "world": "arena",
            "origin": Origin(manifest="scenarios/arena/duel.yaml", line=1, lines=lines),
        }
        return Scenario.model_validate({**whole, **keys})

    return build


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Return a builder of records of a scenario; every part can be replaced by name."""

    def build(scenario: Scenario, **parts: Any) -> RunRecord:
        head = ScenarioHead(
            id=scenario.id,
            label="A duel",
            driver="timeline",
            world=scenario.world,
            seed=0,
            manifest=scenario.origin.manifest,
            normalised=scenario.model_dump(mode="json"),
        )
        outcome = Outcome(status="completed", reason="settled", virtual_s=2, frames=480, units=481)
        whole: dict[str, Any] = {
            "scenario": head,
            "plan_digest": "p",
            "module_digest": "m",
            "digest": "d",
            "outcome": outcome,
            "metrics": {},
        }
        return RunRecord(**{**whole, **parts})

    return build


@pytest.fixture(scope="session")
def judge(make_scenario: MakeScenario, make_record: MakeRecord) -> Callable[..., Verdict]:
    """Return the verdict on a record with `parts` of a scenario with the other keys."""

    def run(parts: dict[str, Any] | None = None, /, **keys: Any) -> Verdict:
        scenario = make_scenario(**keys)
        return evaluate(make_record(scenario, **(parts or {})), scenario)

    return run
