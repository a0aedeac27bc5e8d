"""What a gate says: one line per scenario or broken contract, and the data behind the lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine_harness.manifest.contracts import WORKLOADS
from engine_harness.manifest.gates import Baseline, Bound, Envelope, OwnContract
from engine_harness.report.gate import gate_lines, gate_view

from ..checks.gate_runs import (
    BASELINE,
    FLICKER,
    LOOKAHEAD,
    MACHINE,
    MASS,
    RESILIENCE,
    TUNER,
    judged,
    run,
    shipped,
)

if TYPE_CHECKING:
    from ..checks.gate_runs import Run

COUNTS = "threats=5000 parries=20 hitches=5 queueMax=44"
KEPT = "util=30.500 gc=900.00KB lateAvg=2.50ms lateMax=4.00ms"


def lines(
    cases: list[Run],
    envelope: Envelope | None = None,
    baseline: Baseline = BASELINE,
    *,
    with_host: bool = True,
    **others: Any,
) -> list[str]:
    outcome = judged(cases, envelope, baseline, **others)
    suite = others.get("suite", "engine-perf")
    return gate_lines(outcome, cases, suite=suite, with_host=with_host)


def test_each_scenario_that_kept_its_contracts_has_its_figures_on_one_line() -> None:
    assert lines(shipped()) == [f"[PASS] {name} {COUNTS} {KEPT}" for name in WORKLOADS]


def test_words_of_what_a_world_does_not_count_are_left_out() -> None:
    case = run("mine", world="pond", metrics={"fish": 3}, host={})
    assert lines([case])[0] == "[PASS] mine hitches=5 queueMax=44 lateAvg=2.50ms lateMax=4.00ms"


def test_each_broken_contract_has_figure_and_limit_and_the_last_line_names_all() -> None:
    cases = shipped(
        **{
            MASS: {"metrics__onTime__ratio": 0.5, "host__scheduler__utilisation": 1},
            RESILIENCE: {
                "metrics__presses__leadDeviation__max": 0.03,
                "timeline__hitch_totals__count": 0,
            },
            FLICKER: {"metrics__presses__commitLatency": {"samples": 0}, "work_units": 1100},
        }
    )
    assert lines(cases) == [
        f"[FAIL] {MASS} onTime: 0.5 (limit >= 0.999)",
        f"[FAIL] {MASS} host.utilisation: 1 (limit >= 7.5)",
        f"[FAIL] {RESILIENCE} coverage.hitches: 0 (limit >= 5)",
        f"[FAIL] {RESILIENCE} hitch.leadDeviation.max: 0.03 (limit <= 0.02)",
        "  presses outside stalls",
        f"[FAIL] {FLICKER} commitLatency.p99: no samples (limit <= 0.01)",
        f"[FAIL] {FLICKER} cost.workUnits: 1100 (limit < 1010)",
        "  in all 1,000 -> 1,100 (+10 %)",
        "  lua/worlds/x: f 600 -> 700 (+16.67 %)",
        *(f"[PASS] {name} {COUNTS} {KEPT}" for name in (LOOKAHEAD, TUNER)),
        "engine-perf: 6 contracts failed: coverage.hitches, onTime, hitch.leadDeviation,"
        " commitLatency.p99, cost.workUnits, host.utilisation",
    ]


def test_a_contract_that_several_scenarios_break_is_named_once() -> None:
    slow = {"timeline__scheduler__lateness__nominal__max": 1}
    found = lines(shipped(**{MASS: slow, FLICKER: slow}))
    marks = ["[FAIL]", "[PASS]", "[FAIL]", "[PASS]", "[PASS]", "engine"]
    assert [line[:6] for line in found] == marks
    assert found[-1] == "engine-perf: 1 contract failed: lateness.nominal.max"


def test_what_was_skipped_is_told_once_per_reason() -> None:
    cases = [run("a"), run("b")]
    assert lines(cases, baseline=Baseline())[2:] == [
        "cost.workUnits: SKIP (no budget; run --suite engine-perf --update-baseline)",
        "host.gcDrift, host.utilisation: SKIP (no baseline for this machine;"
        " run --suite engine-perf --update-baseline)",
    ]
    known = Baseline(cost={"a": BASELINE.cost[MASS]}, machines=BASELINE.machines)
    assert lines(cases, baseline=known)[2:] == [
        "cost.workUnits: SKIP (no budget; run --suite engine-perf --update-baseline) for b",
        "host.gcDrift, host.utilisation: SKIP (no baseline for this scenario on this machine;"
        " run --suite engine-perf --update-baseline)",
    ]


def test_without_the_host_nothing_is_told_that_a_machine_decides() -> None:
    cases = shipped(**{MASS: {"host__scheduler__utilisation": 0.001}})
    figures = "threats=5000 parries=20 hitches=5 queueMax=44 lateAvg=2.50ms lateMax=4.00ms"
    kept = [f"[PASS] {name} {figures}" for name in WORKLOADS]
    assert lines(cases, with_host=False) == kept
    assert lines(cases, with_host=False, machine="B") == kept


def test_contracts_on_scenarios_that_did_not_run_come_last() -> None:
    contract = OwnContract(
        name="one more",
        figure="metrics.x",
        scenario="mime",
        bounds=(Bound(">=", 1), Bound("<=", 5)),
    )
    assert lines([run("mine")], Envelope(contracts=(contract,)), suite="smoke")[1:2] == [
        "[FAIL] mime one more: no scenario mime (did you mean mine?) (limit >= 1)"
    ]


def test_of_a_scenario_that_failed_by_itself_the_gate_says_nothing_good() -> None:
    found = lines([run("mine", passed=False)], baseline=Baseline())
    assert found[0] == "[FAIL] mine: by its own checks; its contracts are kept"
    assert found[1].startswith("cost.workUnits")


def test_the_view_keeps_what_a_machine_decides_apart() -> None:
    cases = shipped(**{MASS: {"host__scheduler__utilisation": 1}})
    view = gate_view(judged(cases))
    assert view.keys() == {"passed", "limits", "contracts", "host"}
    assert view["passed"] is True
    host = view["host"]
    assert isinstance(host, dict)
    assert host["passed"] is False
    assert host["fingerprint"] == MACHINE
    assert host["baseline"] == {name: {"gcDeltaKb": 850, "utilisation": 30} for name in WORKLOADS}
    contracts = view["contracts"]
    assert isinstance(contracts, list)
    assert contracts[0] == {
        "name": "coverage.scenarios",
        "scenario": MASS,
        "figure": 1,
        "limit": 1,
        "op": ">=",
        "passed": True,
        "detail": None,
    }
    assert not any("host" in str(row) for row in contracts)
    assert {"host.gcDrift", "host.utilisation"} == {
        row["name"] for row in host["contracts"] if isinstance(row, dict)
    }
    limits = view["limits"]
    assert isinstance(limits, dict)
    assert limits["onTime"] == 0.999
    assert limits["tolerance"] == {"gcRatio": 0.25, "gcKb": 4096, "utilisation": 0.25}
    assert json.loads(json.dumps(view)) == view


def test_only_the_host_differs_between_machines() -> None:
    here, there = (gate_view(judged(shipped(), machine=machine)) for machine in (MACHINE, "B"))
    assert here.pop("host") != there.pop("host")
    assert here == there


def test_what_was_kept_is_told_with_figure_and_limit_when_asked_for() -> None:
    cases = shipped()
    outcome = judged(cases, None, BASELINE)
    found = gate_lines(outcome, cases, with_limits=True)
    assert found[0] == lines(cases)[0]
    of_first = found[1 : next(i for i, line in enumerate(found[1:], 1) if line.startswith("["))]
    assert all(line.startswith("  ") and len(line) <= 100 for line in of_first)
    told = " · ".join(line.strip() for line in of_first).split(" · ")
    kept = [r for r in outcome.results if r.scenario == MASS and r.passed]
    assert [text.split()[0] for text in told] == [result.title for result in kept]
    assert "coverage.threats 5000 >= 5000" in told
