"""Cost against its budget, speed and memory against those of the same machine."""

from __future__ import annotations

import pytest

from engine_harness.manifest.contracts import SHIPPED
from engine_harness.manifest.gates import Baseline, Budget, Envelope, HostFigures

from .gate_runs import (
    BASELINE,
    FLICKER,
    MACHINE,
    MASS,
    accuracy_scenarios,
    broken,
    judged,
    run,
    shipped,
)

NO_BASELINE = "no baseline for this machine; run --suite engine-perf --update-baseline"


@pytest.mark.parametrize(
    ("budget", "now", "growth", "passed"),
    [
        (1000, 1000, 0.01, True),
        (1000, 1009, 0.01, True),
        (1000, 1010, 0.01, False),
        (1000, 500, 0.01, True),
        (1000, 1000, 0, True),
        (1000, 1001, 0, False),
        (0, 0, 0.01, True),
        # 0.07 * 100 is 7.000000000000001 as doubles: the growth is exactly what fails.
        (10000, 10700, 0.07, False),
        (100, 107, 0.07, False),
        (10**15, 10**15 + 10**13, 0.01, False),
        (10**15, 10**15 + 10**13 - 1, 0.01, True),
    ],
)
def test_the_cost_may_grow_by_less_than_its_limit(
    budget: int, now: int, growth: float, passed: bool
) -> None:
    envelope = Envelope(limits={**Envelope().limits, "cost.workUnits": growth})
    baseline = Baseline(cost={"mine": Budget(work_units=budget)})
    outcome = judged([run("mine", work_units=now)], envelope, baseline)
    (result,) = [result for result in outcome.contracts if result.name == "cost.workUnits"]
    assert result.passed is passed
    assert result.figure == now


@pytest.mark.parametrize(
    ("seed", "policy", "why"),
    [
        (0, "stall", None),
        (None, None, None),
        (7, "stall", "its budget is of seed 7, hitch policy stall"),
        (0, "catch_up", "its budget is of seed 0, hitch policy catch_up"),
        ("0", None, "its budget is of seed 0"),
    ],
)
def test_a_budget_of_another_seed_or_policy_counts_only_where_a_flag_has_set_them(
    seed: int | str | None, policy: str | None, why: str | None
) -> None:
    budget = Budget(work_units=1, seed=seed, hitch_policy=policy)
    for has_own_setting in (True, False):
        baseline = Baseline(cost={"mine": budget})
        outcome = judged([run("mine")], None, baseline, has_own_setting=has_own_setting)
        (result,) = [result for result in outcome.contracts if result.name == "cost.workUnits"]
        if why is None:
            assert (result.passed, result.figure) == (False, 1000)
        else:
            assert (result.passed, result.figure) == (None if has_own_setting else False, None)
            assert result.detail == f"{why}; run --suite engine-perf --update-baseline"


def test_a_cost_that_grew_names_the_functions_that_did() -> None:
    outcome = judged(shipped(**{FLICKER: {"work_units": 1300}}))
    detail = "in all 1,000 -> 1,300 (+30 %)\nlua/worlds/x: f 600 -> 900 (+50 %)"
    assert broken(outcome) == [("cost.workUnits", FLICKER, 1300, 1010, detail)]
    assert not outcome.passed
    # It is what a new baseline would say.
    assert outcome.blocks_update == ()


def test_without_a_budget_the_cost_is_skipped_unless_the_workloads_are_demanded() -> None:
    no_budget = Baseline(machines=BASELINE.machines)
    cases = [*shipped(), *accuracy_scenarios(), run("mine")]
    detail = "no budget; run --suite engine-perf --update-baseline"
    skipped = judged(cases, baseline=no_budget)
    costs = [result for result in skipped.contracts if result.name == "cost.workUnits"]
    assert [(result.passed, result.detail) for result in costs] == [(None, detail)] * 22
    assert skipped.passed
    demanded = judged(cases, Envelope(is_shipped=True), no_budget)
    assert {row[1]: row[-1] for row in broken(demanded)} == dict.fromkeys(SHIPPED, detail)
    assert demanded.blocks_update == ()


# The machine.


def test_the_figures_of_another_machine_are_not_compared() -> None:
    outcome = judged(shipped(**{MASS: {"host__scheduler__utilisation": 0.1}}), machine="B")
    assert {(item.passed, item.detail) for item in outcome.host.contracts} == {(None, NO_BASELINE)}
    assert outcome.passed
    assert outcome.host_passed
    assert outcome.failures == ()


def test_a_scenario_without_figures_on_this_machine_is_skipped() -> None:
    outcome = judged([*shipped(), run("mine")])
    skipped = [item for item in outcome.host.contracts if item.passed is None]
    assert [item.scenario for item in skipped] == ["mine", "mine"]
    assert skipped[0].detail == (
        "no baseline for this scenario on this machine; run --suite engine-perf --update-baseline"
    )


@pytest.mark.parametrize(
    ("before", "now", "limit", "passed"),
    [
        (850, 4946, 4946, True),
        (850, 4946.1, 4946, False),
        (100_000, 125_000, 125_000, True),
        (100_000, 125_001, 125_000, False),
        (-500, 3596, 3596, True),
    ],
)
def test_memory_may_grow_by_the_larger_of_a_quarter_and_4096_kb(
    before: float, now: float, limit: float, passed: bool
) -> None:
    figures = {MACHINE: {MASS: HostFigures(gc_delta_kb=before)}}
    outcome = judged(
        [run(MASS, host__scheduler__gc__deltaKb=now)], baseline=Baseline(machines=figures)
    )
    drift, speed = outcome.host.contracts
    assert (drift.name, drift.figure, drift.limit, drift.passed) == (
        "host.gcDrift", now, limit, passed
    )  # fmt: skip
    assert speed.passed is None


@pytest.mark.parametrize(("now", "passed"), [(7.5, True), (7.4, False)])
def test_a_quarter_of_the_speed_has_to_be_left(now: float, passed: bool) -> None:
    outcome = judged(shipped(**{MASS: {"host__scheduler__utilisation": now}}))
    (speed,) = [
        item
        for item in outcome.host.contracts
        if (item.name, item.scenario) == ("host.utilisation", MASS)
    ]
    assert (speed.figure, speed.limit, speed.passed) == (now, 7.5, passed)
    # A slow machine never decides what every machine decides alike.
    assert outcome.passed
    assert outcome.host_passed is passed
    assert outcome.blocks_update == ()


def test_a_host_figure_that_was_not_measured_breaks_its_contract() -> None:
    outcome = judged(shipped(**{MASS: {"host": {}}}))
    assert [row[0::4] for row in broken(outcome)] == [
        ("host.gcDrift", "no samples"),
        ("host.utilisation", "no samples"),
    ]


def test_a_short_run_is_not_held_against_the_speed_of_its_machine() -> None:
    for elapsed_s, passed in ((0.24, None), (0.25, False)):
        changes = {"host__scheduler__utilisation": 1, "host__scheduler__elapsed": elapsed_s}
        outcome = judged(shipped(**{FLICKER: changes}))
        (result,) = [
            result
            for result in outcome.host.contracts
            if (result.name, result.scenario) == ("host.utilisation", FLICKER)
        ]
        assert result.passed is passed
