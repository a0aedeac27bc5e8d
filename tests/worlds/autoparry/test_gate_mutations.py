"""Each way of breaking AutoParry that matters is caught by a contract of the gate that ships.

The scenarios are the shipped ones, played in a copy of the world that is wrong in one place.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from engine_harness.checks.evaluate import evaluate
from engine_harness.checks.gates import judge_gate
from engine_harness.manifest.gates import Baseline, Envelope
from engine_harness.run.isolate import record_of
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of

from .mutant import SHIPPED, Edit, plant
from .mutations import ENDLESS_GUARD, IGNORES_PING, NO_GRACE, NO_LEAD_CAP, NO_MIN_LEAD, NO_PROGRESS

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness.checks.verdict import Verdict
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios/autoparry"

DECIDE = "controller/decide.lua"
PRESSES = "controller/presses.lua"


# A timer that is no entry of the queue: the evaluations look whether its time has come.
QUEUED = """at(press_at_s, plan.fire, PRIORITY)
	if is_new then
		self.hear.made(b)
	end
end

--- Move the schedule of `b` if it has moved by enough.
function Schedule:refresh(b, press_at_s, lead_s, reason)
"""
POLLED = (
    QUEUED.replace("at(press_at_s, plan.fire, PRIORITY)", "every(1e6, plan.fire)")
    + """
	if self.clock:now() >= b.press_at_s then
		return b.plan.fire()
	end
"""
)


class Case(NamedTuple):
    """An edit, and what of the gate then fails in which scenario."""

    edit: Edit
    contract: str
    scenario: str
    policy: str | None = None


class Run(NamedTuple):
    """A scenario that was played."""

    record: RunRecord
    verdict: Verdict


def accuracy(row: str) -> tuple[str, str]:
    return "accuracy", f"accuracy_{row}"


CASES = (
    Case(IGNORES_PING, *accuracy("lead_cap")),
    Case(NO_GRACE, "flicker.gatedOutWithinGrace", "engine_perf_flicker_window"),
    Case(
        Edit(
            "the cooldown is ignored",
            PRESSES,
            "max(c.last_press_s + c.values.cooldown, c.input_again_s)",
            "c.input_again_s",
        ),
        *accuracy("tti_priority"),
    ),
    Case(
        Edit(
            "timed presses wait for the next evaluation", "controller/schedule.lua", QUEUED, POLLED
        ),
        "commitLatency.p99",
        "engine_perf_hitch_resilience",
        "catch_up",
    ),
    Case(
        Edit(
            "auto tuning is off",
            "controller/learning/tuner.lua",
            "if self.auto:is_due(now) then",
            "if false then",
        ),
        "autoTuner.presses",
        "engine_perf_auto_tuner",
    ),
    Case(NO_PROGRESS, "presses.repeated", "engine_perf_lookahead"),
    Case(
        Edit(
            "no compensation",
            "controller/ping.lua",
            "min(0.85 * ping_excess_s + 0.55 * jitter_excess_s + stress_s, 0.09)",
            "0",
        ),
        *accuracy("min_lead"),
    ),
    Case(NO_MIN_LEAD, *accuracy("min_lead")),
    Case(
        Edit(
            "no slack",
            "controller/numbers.lua",
            "n.wait_max_s = n.slack_s + TRIGGER_GRACE_S",
            "n.wait_max_s = 0",
        ),
        *accuracy("slack_first_sight"),
    ),
    Case(NO_LEAD_CAP, *accuracy("lead_cap")),
    Case(
        Edit("no gate of maxTTI", "controller/lead.lua", "max(tti_s - max_tti_s, 0)", "0"),
        *accuracy("tti_gate"),
    ),
    Case(
        Edit(
            "spawn order instead of the score",
            PRESSES,
            "\tif of_a.score ~= of_b.score then\n\t\treturn of_a.score > of_b.score\n"
            "\telseif of_a.impact_s ~= of_b.impact_s then\n"
            "\t\treturn of_a.impact_s < of_b.impact_s\n\tend\n",
            "",
        ),
        *accuracy("due_order"),
    ),
    Case(ENDLESS_GUARD, *accuracy("swing_back")),
    Case(
        Edit(
            "no presses of a ball that swings",
            DECIDE,
            "b.spam = spams(c, b, now) or false",
            "b.spam = false",
        ),
        *accuracy("oscillation_burst"),
    ),
)


@pytest.fixture(scope="module")
def shipped(shared_bench: Bench) -> dict[str, Scenario]:
    """Return the scenarios of the gate by id, read from copies of the shipped manifests."""
    folder = shared_bench.folder / "gate"
    folder.mkdir()
    for name in ("accuracy.lua", "engine_perf.lua"):
        shutil.copy(SCENARIOS / name, folder)
    loaded = shared_bench.harness.load([str(folder)])
    return {scenario.metadata.id: scenario for scenario in loaded.scenarios}


def failing(bench: Bench, scenario: Scenario, world: str, policy: str | None) -> set[str]:
    """Play the scenario in a world; return the contracts that fail in it."""
    engine = scenario.engine.model_copy(update={"hitch_policy": policy}) if policy else None
    changed: dict[str, Any] = {"world": world, **({"engine": engine} if engine else {})}
    played = scenario.model_copy(update=changed)
    request = request_of(bench.harness, played)
    record = record_of(request, bench.harness.pool.call(job_of(request)))
    assert record.outcome.status == "completed", record.outcome

    gate = judge_gate(
        [Run(record, evaluate(record, played))],
        Envelope(),
        Baseline(),
        fingerprint="none",
        loaded_ids=frozenset({record.scenario.id}),
    )
    return {
        result.name
        for result in gate.contracts
        if result.passed is False and result.scenario == record.scenario.id
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.edit.name)
def test_the_gate_catches(shared_bench: Bench, shipped: dict[str, Scenario], case: Case) -> None:
    scenario = shipped[case.scenario]
    assert failing(shared_bench, scenario, SHIPPED, case.policy) == set()
    world = plant(shared_bench, case.edit)
    assert case.contract in failing(shared_bench, scenario, world, case.policy)
