"""Each contract passes and fails by its name; nothing passes because nothing has happened."""

from __future__ import annotations

from typing import Any

import pytest

from engine_harness.manifest.contracts import BUILTIN_CONTRACTS, WORKLOADS
from engine_harness.manifest.gates import (
    Baseline,
    Bound,
    Budget,
    Envelope,
    OwnContract,
)
from engine_harness.records.models import Checkpoint

from .gate_runs import (
    FLICKER,
    LOOKAHEAD,
    MASS,
    RESILIENCE,
    TUNER,
    accuracy_scenarios,
    broken,
    judged,
    run,
    shipped,
    storm,
    toggles,
)


def own(name: str, figure: str, *bounds: Bound, scenario: str | None = None) -> Envelope:
    contract = OwnContract(name=name, figure=figure, scenario=scenario, bounds=bounds)
    return Envelope(contracts=(contract,))


def test_what_ships_keeps_all_contracts() -> None:
    outcome = judged([*shipped(), *accuracy_scenarios()])
    assert broken(outcome) == []
    assert all(result.passed for result in outcome.results)
    names = {result.name for result in outcome.contracts}
    assert names == {contract.name for contract in BUILTIN_CONTRACTS}
    assert {result.name for result in outcome.host.contracts} == {
        "host.gcDrift",
        "host.utilisation",
    }


@pytest.mark.parametrize(
    ("scenario", "path", "value", "contract", "limit"),
    [
        (MASS, "metrics__threats", 4999, "coverage.threats", 5000),
        (FLICKER, "metrics__threats", 4, "coverage.threats", 5),
        (MASS, "timeline__hitch_totals__count", 4, "coverage.hitches", 5),
        (RESILIENCE, "timeline__hitch_totals__count", 4, "coverage.hitches", 5),
        (MASS, "metrics__outcomes__unresolved", 1, "coverage.unresolved", 0),
        (FLICKER, "metrics__outcomes__unresolved", 1, "coverage.unresolved", 0),
        (LOOKAHEAD, "metrics__outcomes__unresolved", 1, "coverage.unresolved", 0),
        (TUNER, "metrics__outcomes__unresolved", 1, "coverage.unresolved", 0),
        (MASS, "timeline__scheduler__lateness__nominal__p99", 0.0101, "lateness.nominal.p99", 0.01),
        (
            FLICKER,
            "timeline__scheduler__lateness__nominal__max",
            0.0101,
            "lateness.nominal.max",
            0.01,
        ),
        (MASS, "metrics__onTime__ratio", 0.9989, "onTime", 0.999),
        (RESILIENCE, "metrics__outcomes__missed", 1, "hitch.misses", 0),
        (RESILIENCE, "metrics__presses__leadDeviation__max", 0.021, "hitch.leadDeviation", 0.02),
        (
            RESILIENCE,
            "metrics__presses__leadDeviationInStall__maxExcess",
            0.0042,
            "hitch.leadDeviation",
            1 / 240,
        ),
        (MASS, "metrics__presses__repeated", 1, "presses.repeated", 0),
        (RESILIENCE, "metrics__presses__repeated", 1, "presses.repeated", 0),
        (FLICKER, "metrics__presses__repeated", 1, "presses.repeated", 0),
        (LOOKAHEAD, "metrics__presses__repeated", 1, "presses.repeated", 0),
        (FLICKER, "metrics__gateOuts__withinGrace", 1, "flicker.gatedOutWithinGrace", 0),
        (MASS, "metrics__presses__commitLatency__p99", 0.011, "commitLatency.p99", 0.01),
        (LOOKAHEAD, "metrics__presses__lookahead__p10", 0.899, "lookahead.p10", 0.9),
        (TUNER, "metrics__presses__settling__presses", 4, "autoTuner.presses", 3),
    ],
)
def test_a_figure_beyond_its_limit_breaks_its_contract_and_no_other(
    scenario: str, path: str, value: float, contract: str, limit: float
) -> None:
    outcome = judged(shipped(**{scenario: {path: value}}))
    assert [row[:4] for row in broken(outcome)] == [(contract, scenario, value, limit)]
    assert outcome.failures == outcome.blocks_update == (contract,)
    assert not outcome.passed
    assert outcome.host_passed


@pytest.mark.parametrize(
    ("scenario", "path", "value", "contract"),
    [
        (MASS, "metrics__threats", 0, "coverage.unresolved"),
        (MASS, "timeline__hitch_totals", None, "coverage.hitches"),
        (MASS, "timeline__scheduler__lateness__nominal__samples", 0, "lateness.nominal.p99"),
        (MASS, "timeline__scheduler__lateness__nominal__samples", 0, "lateness.nominal.max"),
        (MASS, "metrics__onTime", {"reachable": 0, "ratio": None}, "onTime"),
        (RESILIENCE, "metrics__onTime__reachable", 0, "hitch.misses"),
        (
            RESILIENCE,
            "metrics__presses__leadDeviationInStall",
            {"samples": 0},
            "hitch.leadDeviation",
        ),
        (MASS, "metrics__parries", 0, "presses.repeated"),
        (FLICKER, "metrics__highlightToggles", 0, "flicker.gatedOutWithinGrace"),
        (FLICKER, "metrics__presses__commitLatency", {"samples": 0}, "commitLatency.p99"),
        # A workload that ships has presses; only another world need not know them.
        (FLICKER, "metrics__presses__commitLatency", None, "commitLatency.p99"),
        (LOOKAHEAD, "metrics__presses__lookahead", {"samples": 0, "others": 0}, "lookahead.p10"),
        # Threats that could not reach the goal do not stand in for those that could.
        (
            LOOKAHEAD,
            "metrics__presses__lookahead",
            {"samples": 0, "others": 3, "shortfall": 0},
            "lookahead.p10",
        ),
        (TUNER, "metrics__presses__settling", {"samples": 0}, "autoTuner.presses"),
        (MASS, "work_units", None, "cost.workUnits"),
        (MASS, "metrics", None, "onTime"),
        (MASS, "timeline", None, "lateness.nominal.max"),
    ],
)
def test_a_figure_without_samples_breaks_its_contract(
    scenario: str, path: str, value: Any, contract: str
) -> None:
    outcome = judged(shipped(**{scenario: {path: value}}))
    rows = {name: (whom, figure) for name, whom, figure, _, _ in broken(outcome)}
    details = {name: detail for name, _, _, _, detail in broken(outcome)}
    assert rows[contract] == (scenario, None)
    assert str(details[contract]).startswith("no samples")
    assert not outcome.passed


def test_a_press_inside_a_stall_is_set_apart_under_policy_stall_only() -> None:
    none: dict[str, Any] = {"metrics__presses__leadDeviationInStall": {"samples": 0}}
    assert judged(shipped(**{RESILIENCE: none})).failures == ("hitch.leadDeviation",)
    caught_up = {**none, "timeline__hitch_policy": "catch_up"}
    assert judged(shipped(**{RESILIENCE: caught_up})).failures == ()


ABOUT_OTHERS = "the others: what one of them lacked at most to all that it had"


@pytest.mark.parametrize(
    ("others", "shortfall", "wanted"),
    [
        (0, None, []),
        (2, 2 / 240, []),
        (2, 0.0084, [("lookahead.p10", LOOKAHEAD, 0.0084, 2 / 240, ABOUT_OTHERS)]),
        (2, None, [("lookahead.p10", LOOKAHEAD, None, 2 / 240, None)]),
    ],
)
def test_threats_that_come_late_are_judged_only_where_there_are_some(
    others: int, shortfall: float | None, wanted: list[Any]
) -> None:
    figures = {"samples": 12, "p10": 0.95, "others": others, "shortfall": shortfall}
    outcome = judged(shipped(**{LOOKAHEAD: {"metrics__presses__lookahead": figures}}))
    found = broken(outcome)
    if shortfall is None and others:
        assert str(found[0][-1]) == f"no samples ({ABOUT_OTHERS})"
        found = [(*found[0][:-1], None)]
    assert found == wanted
    judged_figures = [row for row in outcome.contracts if row.name == "lookahead.p10"]
    assert len(judged_figures) == (2 if others else 1)


def test_a_lead_that_is_never_right_again_is_told_apart_from_one_that_nobody_has_seen() -> None:
    settling: dict[str, Any] = {"samples": 6, "leadError": -0.06}
    outcome = judged(shipped(**{TUNER: {"metrics__presses__settling": settling}}))
    detail = "the lead was never right again"
    assert broken(outcome) == [("autoTuner.presses", TUNER, None, 3, detail)]


@pytest.mark.parametrize(
    ("change", "figure", "detail"),
    [
        ({"storms": []}, 0, "no storm of 15 Hz; no storm of 20 Hz; no storm of 25 Hz"),
        (
            {"events": toggles(1, 9) + toggles(3, 15)},
            2,
            "storm of 20 Hz: 0 of 12 toggles dispatched",
        ),
        (
            {"events": toggles(1, 9) + toggles(2, 12) + toggles(3, 14)},
            2,
            "storm of 25 Hz: 14 of 15 toggles dispatched",
        ),
        (
            {"events": [*toggles(1, 9), *toggles(2, 12), *toggles(3, 14), {"event": "rule-toggle",
             "entry": 3, "refused": {"code": "x"}}]},
            2,
            "storm of 25 Hz: 14 of 15 toggles dispatched",
        ),
        # A storm that was written shorter, or of something else, is none of those that are wanted.
        (
            {"storms": [storm(1, 15), storm(2, 20, duration=0.05), storm(3, 25)],
             "events": toggles(1, 9) + toggles(2, 2) + toggles(3, 15)},
            2,
            "storm of 20 Hz: 2 of 12 toggles dispatched",
        ),
        (
            {"events": toggles(1, 9) + toggles(2, 12, rule="other") + toggles(3, 15)},
            2,
            "storm of 20 Hz: 0 of 12 toggles dispatched",
        ),
    ],
)  # fmt: skip
def test_a_storm_that_was_not_dispatched_in_full_does_not_count(
    change: dict[str, Any], figure: int, detail: str
) -> None:
    outcome = judged(shipped(**{FLICKER: change}))
    assert broken(outcome) == [("coverage.storms", FLICKER, figure, 3, detail)]


def test_a_workload_that_ships_and_did_not_end_well_breaks_the_coverage() -> None:
    outcome = judged(shipped(**{MASS: {"status": "world_error"}}))
    row = ("coverage.scenarios", MASS, 0, 1, "has not come to its end: world_error")
    assert broken(outcome) == [row]


def test_a_workload_that_is_gone_breaks_all_that_is_tied_to_it() -> None:
    there = [
        case for case in [*shipped(), *accuracy_scenarios()] if case.record.scenario.id != FLICKER
    ]
    outcome = judged(there, Envelope(is_shipped=True))
    assert broken(outcome) == [
        ("coverage.scenarios", FLICKER, 0, 1, f"no scenario {FLICKER}"),
        ("coverage.threats", FLICKER, None, 5, "no samples: the scenario has not run"),
        ("coverage.storms", FLICKER, None, 3, "no samples: the scenario has not run"),
        ("coverage.unresolved", FLICKER, None, 0, "no samples: the scenario has not run"),
        ("presses.repeated", FLICKER, None, 0, "no samples: the scenario has not run"),
        ("flicker.gatedOutWithinGrace", FLICKER, None, 0, "no samples: the scenario has not run"),
        (
            "cost.workUnits",
            FLICKER,
            None,
            None,
            f"has a budget, but no scenario {FLICKER}; gone for good?"
            " run --suite engine-perf --update-baseline",
        ),
    ]


def test_a_scenario_of_ones_own_that_has_a_budget_and_did_not_run_breaks_the_gate() -> None:
    baseline = Baseline(cost={"mine": Budget(work_units=1000), "other": Budget(work_units=1)})
    outcome = judged([run("mine")], None, baseline, suite="pace", loaded=("mine", "other"))
    assert broken(outcome) == [
        (
            "cost.workUnits",
            "other",
            None,
            None,
            "has a budget, but scenario other is not among those that were run; gone for good?"
            " run --suite pace --update-baseline",
        )
    ]
    assert outcome.blocks_update == ()


def test_a_workload_that_was_not_selected_is_told_apart_from_one_that_is_gone() -> None:
    outcome = judged(shipped()[:2], loaded=WORKLOADS)
    assert broken(outcome)[0][-1] == f"scenario {FLICKER} is not among those that were run"
    outcome = judged(shipped(), Envelope(limits={
        **Envelope().limits, "coverage.scenarios": (MASS, "engine_perf_flicker_windw")
    }))  # fmt: skip
    assert [row[-1] for row in broken(outcome)] == [
        f"no scenario engine_perf_flicker_windw (did you mean {FLICKER}?)"
    ]


def test_without_any_that_ships_only_the_contracts_for_each_are_judged() -> None:
    outcome = judged([run("mine", world="pond")])
    assert [result.name for result in outcome.contracts] == [
        "lateness.nominal.p99",
        "lateness.nominal.max",
        "commitLatency.p99",
        *["accuracy"] * 5,
        "cost.workUnits",
    ]
    assert {result.scenario for result in outcome.results} == {"mine"}


def test_another_world_needs_no_presses() -> None:
    outcome = judged([run("mine", world="pond", metrics={"fish": 3})])
    assert [(result.name, result.passed) for result in outcome.contracts] == [
        ("lateness.nominal.p99", True),
        ("lateness.nominal.max", True),
        ("cost.workUnits", None),
    ]


def test_a_scenario_of_ones_own_never_stands_in_for_one_that_ships() -> None:
    outcome = judged([*shipped()[:2], run("mine")], loaded=(*WORKLOADS, "mine"))
    assert ("coverage.scenarios", FLICKER) in [row[:2] for row in broken(outcome)]
    assert {"mine", *WORKLOADS[:2]} == {
        result.scenario for result in outcome.contracts if result.name == "lateness.nominal.p99"
    }


def test_the_gate_of_another_suite_demands_the_workloads_only_if_it_says_so() -> None:
    mine = [run("mine", world="pond")]
    assert judged(mine, loaded=(*WORKLOADS, "mine"), suite="smoke").passed
    assert not judged(mine, Envelope(is_shipped=True), suite="smoke").passed


# Contracts of one's own.


@pytest.mark.parametrize(
    ("figure", "bounds", "passed"),
    [
        ("metrics.threats", (Bound(">=", 5000),), True),
        ("metrics.threats", (Bound(">=", 5001),), False),
        ("metrics.outcomes.parried", (Bound(">=", 20), Bound("<=", 20)), True),
        ("metrics.performance.scheduler.queue.maxDepth", (Bound("<=", 44),), True),
        ("lateness.p95", (Bound("<=", 0.003),), True),
        ("lateness.hitch.samples", (Bound("==", 0),), True),
        ("hitches.total", (Bound("<=", 0.8),), False),
        ("outcome.reason", (Bound("==", "settled"),), True),
        ("outcome.status", (Bound("==", "killed"),), False),
        ("outcome.virtual_s", (Bound("<=", 2),), True),
        ("cost.work_units", (Bound("<=", 1000),), True),
        ("cost.functions[lua/worlds/x: f]", (Bound("<=", 599),), False),
        ("checkpoints.late.hp", (Bound("==", 7),), True),
    ],
)
def test_a_contract_of_ones_own_looks_at_any_figure(
    figure: str, bounds: tuple[Bound, ...], passed: bool
) -> None:
    late = Checkpoint(at_s=1.0, frame=240, metrics={"hp": 7}, digest="d")
    case = run("mine", checkpoints={"late": late})
    outcome = judged([case], own("my limit", figure, *bounds))
    results = [result for result in outcome.contracts if result.name == "my limit"]
    assert all(result.passed for result in results) is passed
    assert len(results) == len(bounds)
    assert outcome.passed is passed
    assert outcome.blocks_update == (() if passed else ("my limit",))


@pytest.mark.parametrize(
    ("figure", "detail"),
    [
        ("metrics.threts", "no figure metrics.threts (did you mean metrics.threats?)"),
        ("lateness.p98", "no figure lateness.p98 (did you mean lateness.p99?)"),
        (
            "cost.functions[lua/worlds/x: h]",
            "no figure cost.functions[lua/worlds/x: h]"
            " (did you mean cost.functions[lua/worlds/x: g]?)",
        ),
        ("checkpoints.late.hp", "no figure checkpoints.late.hp"),
        ("lateness.hitch.total", "no samples"),
        ("outcome.message", "no samples"),
        ("metrics.gateOuts", 'metrics.gateOuts is no number but {"justified":1,"withinGrace":0}'),
        ("outcome.reason", "outcome.reason is no number but settled"),
    ],
)
def test_a_path_that_leads_to_no_number_breaks_the_contract(figure: str, detail: str) -> None:
    case = run("mine", timeline__scheduler__lateness__hitch={"samples": 0, "total": 0})
    outcome = judged([case], own("my limit", figure, Bound("<=", 1)))
    assert [(row[0], row[-1]) for row in broken(outcome)] == [("my limit", detail)]


def test_a_contract_without_a_scenario_is_one_of_each_and_one_with_is_not() -> None:
    cases = [run("b"), run("A"), run("c")]

    def scenarios(envelope: Envelope) -> list[str | None]:
        outcome = judged(cases, envelope)
        return [result.scenario for result in outcome.contracts if result.name == "x"]

    assert scenarios(own("x", "metrics.threats", Bound(">=", 1))) == ["A", "b", "c"]
    assert scenarios(own("x", "metrics.threats", Bound(">=", 1), scenario="c")) == ["c"]


def test_a_contract_on_a_scenario_that_is_not_there_is_broken() -> None:
    envelope = own("x", "metrics.threats", Bound(">=", 1), scenario="mime")
    detail = "no scenario mime (did you mean mine?)"
    assert broken(judged([run("mine")], envelope)) == [("x", "mime", None, 1, detail)]
    detail = "scenario mime is not among those that were run"
    outcome = judged([run("mine")], envelope, loaded=("mine", "mime"))
    assert broken(outcome) == [("x", "mime", None, 1, detail)]


def test_a_contract_for_each_of_none_is_broken() -> None:
    outcome = judged([], own("x", "metrics.threats", Bound(">=", 1)))
    assert broken(outcome) == [("x", None, None, 1, "no samples: no scenario has run")]


def test_a_contract_on_the_machine_stands_with_those_of_the_machine() -> None:
    outcome = judged([run("mine")], own("x", "host.scheduler.utilisation", Bound(">=", 99)))
    assert broken(outcome) == [("x", "mine", 30.5, 99, None)]
    assert outcome.passed
    assert not outcome.host_passed
    # A limit of one's own is no figure of the baseline.
    assert outcome.blocks_update == ("x",)


def test_a_scenario_that_has_failed_by_itself_keeps_a_baseline_from_being_written() -> None:
    outcome = judged([run("mine", passed=False), run("other")])
    assert outcome.passed
    assert outcome.blocks_update == ("scenario mine",)
