"""Finished runs for the tests of gates: records that keep every contract, made by hand."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from engine_harness.checks.gates import GateOutcome, judge_gate
from engine_harness.checks.verdict import Verdict
from engine_harness.manifest.contracts import ACCURACY, SHIPPED, WORKLOADS
from engine_harness.manifest.gates import Baseline, Budget, Envelope, HostFigures
from engine_harness.records.models import Cost, FunctionCost, Outcome, RunRecord, ScenarioHead

MASS, RESILIENCE, FLICKER, LOOKAHEAD, TUNER = WORKLOADS
MACHINE = "A processor | 2 cores"

LATENESS = {"samples": 40, "onTime": 40, "total": 0.1, "average": 0.0025, "min": 0, "max": 0.004}
PERCENTILES = {"p50": 0.002, "p95": 0.003, "p99": 0.004}
SUMMARY = {**LATENESS, **PERCENTILES}
STORM_TOGGLES = {15: 9, 20: 12, 25: 15}


@dataclass(frozen=True)
class Run:
    """A finished run with its verdict."""

    record: RunRecord
    verdict: Verdict
    wall_s: float = 0.5


def storm(index: int, frequency_hz: float, *, duration: float = 0.3) -> dict[str, Any]:
    options = {"duration": duration, "frequencyHz": frequency_hz, "rule": "highlight-gate"}
    return {"kind": "macro", "index": index, "macro": "oscillation-storm", "options": options}


def toggles(index: int, count: int, *, rule: str = "highlight-gate") -> list[dict[str, Any]]:
    fields = {"macro": "oscillation-storm", "rule": rule}
    row = {"event": "rule-toggle", "entry": index, "fields": fields}
    return [dict(row) for _ in range(count)]


def changed(data: dict[str, Any], path: str, value: Any) -> None:
    """Set what stands at a dotted path; None takes it away."""
    *around, last = path.split(".")
    for name in around:
        data = data[name]
    if value is None:
        data.pop(last, None)
    else:
        data[last] = value


def good() -> dict[str, Any]:
    """Return what a run left that keeps every contract."""
    storms = [storm(index, hz) for index, hz in enumerate(STORM_TOGGLES, 1)]
    samples = {"samples": 13, "p50": 0.001, "p95": 0.002, "p99": 0.003, "max": 0.004}
    data: dict[str, Any] = {
        "metrics": {
            "threats": 5000,
            "parries": 20,
            "highlightToggles": 36,
            "outcomes": {"parried": 20, "missed": 0, "passed": 0, "unresolved": 0},
            "onTime": {"reachable": 20, "ratio": 1},
            "gateOuts": {"withinGrace": 0, "justified": 1},
            "presses": {
                "repeated": 0,
                "commitLatency": samples,
                "leadDeviation": {"samples": 13, "max": 0.01},
                "leadDeviationInStall": {"samples": 2, "max": 0.18, "maxExcess": 0.004},
                "lookahead": {"samples": 12, "p10": 0.95, "others": 0},
                "settling": {"samples": 6, "presses": 3, "leadError": 0.002},
            },
            "accuracy": {
                "expected": 2, "actual": 2, "trueParries": 2, "missed": 0, "falsePositives": 0,
                "zeroExpectedFalsePositives": 0, "frameViolations": 0, "spacingViolations": 0,
                "targetingViolations": 0, "accuracy": 1, "precision": 1,
            },
        },
        "timeline": {
            "hitch_policy": "stall",
            "hitch_totals": {"count": 5, "total": 0.9, "max": 0.18},
            "scheduler": {
                "queue": {"maxDepth": 44},
                "lateness": {**SUMMARY, "nominal": dict(SUMMARY), "hitch": {"samples": 0}},
            },
        },
        "host": {"scheduler": {"utilisation": 30.5, "gc": {"deltaKb": 900}}},
        "events": [row for i, n in enumerate(STORM_TOGGLES.values(), 1) for row in toggles(i, n)],
        "storms": storms,
        "status": "completed",
        "work_units": 1000,
        "checkpoints": {},
    }  # fmt: skip
    return copy.deepcopy(data)


def cost_of(work_units: int) -> Cost:
    """Return the cost of a run; what is not as in the budget is due to the function `f`."""
    functions = {"lua/worlds/x.lua:3 f": work_units - 400, "lua/worlds/x.lua:9 g": 300}
    rows = [FunctionCost(function=name, work_units=units) for name, units in functions.items()]
    return Cost(work_units=work_units, functions=rows)


def run(identity: str, /, passed: bool = True, world: str = "autoparry", **changes: Any) -> Run:
    """Return a run that keeps every contract, with what stands at dotted paths replaced.

    `changes` are keyed by path with `__` for dots: `metrics__outcomes__missed=1`.
    """
    data = good()
    for path, value in changes.items():
        changed(data, path.replace("__", "."), value)
    head = ScenarioHead(
        id=identity,
        label=identity,
        driver="timeline",
        world=world,
        seed=0,
        manifest="scenarios/x.yaml",
        normalised={"timeline": data["storms"]},
    )
    record = RunRecord(
        scenario=head,
        plan_digest="p",
        module_digest="m",
        digest="d",
        outcome=Outcome(status=data["status"], reason="settled", virtual_s=2.0, frames=480),
        metrics=data.get("metrics"),
        checkpoints=data["checkpoints"],
        events=data["events"],
        sections={"timeline": data["timeline"]} if "timeline" in data else {},
        cost=cost_of(data["work_units"]) if "work_units" in data else None,
        host=data["host"],
    )
    return Run(record, Verdict(passed=passed))


def shipped(**changes: Any) -> list[Run]:
    """Return the five workloads; `changes` are those of `run` below the id of one."""
    return [run(name, **changes.get(name, {})) for name in WORKLOADS]


def accuracy_scenarios(**changes: Any) -> list[Run]:
    """Return the sixteen scenarios that want presses; `changes` as of `shipped`."""
    return [run(name, **changes.get(name, {})) for name in ACCURACY]


BUDGET = Budget(
    work_units=1000,
    functions={"(library calls)": 100, "lua/worlds/x: f": 600, "lua/worlds/x: g": 300},
)
BASELINE = Baseline(
    machines={MACHINE: dict.fromkeys(SHIPPED, HostFigures(gc_delta_kb=850, utilisation=30))},
    cost=dict.fromkeys(SHIPPED, BUDGET),
)


def judged(
    cases: list[Run],
    envelope: Envelope | None = None,
    baseline: Baseline = BASELINE,
    *,
    loaded: tuple[str, ...] | None = None,
    machine: str = MACHINE,
    suite: str = "engine-perf",
    has_own_setting: bool = False,
) -> GateOutcome:
    """Judge a gate; by default what is loaded is what has run."""
    ids = [case.record.scenario.id for case in cases] if loaded is None else loaded
    return judge_gate(
        cases,
        envelope or Envelope(),
        baseline,
        fingerprint=machine,
        loaded_ids=frozenset(ids),
        suite=suite,
        has_own_setting=has_own_setting,
    )


def broken(outcome: GateOutcome) -> list[tuple[str, str | None, Any, Any, str | None]]:
    return [
        (result.name, result.scenario, result.figure, result.limit, result.detail)
        for result in outcome.results
        if result.passed is False
    ]
