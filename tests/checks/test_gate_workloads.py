"""The gate on the workloads that ship, as they run: it passes, and sees what is taken from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.checks.baselines import updated_baseline
from engine_harness.manifest.contracts import SHIPPED
from engine_harness.manifest.gates import Baseline, Budget, Envelope, load_envelope
from engine_harness.vm.loader import shipped_lua

from .gate_runs import FLICKER, LOOKAHEAD, MACHINE, MASS, RESILIENCE, TUNER, judged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCENARIOS = shipped_lua().parent / "scenarios"
ENVELOPE = SCENARIOS / "baselines/engine-perf.envelope.json"
BUNDLES = ("engine_perf.lua", "accuracy.lua")
BURST, UNTARGETED, DUE, GATED = (
    "accuracy_oscillation_burst",
    "accuracy_non_target_ignore",
    "accuracy_due_order",
    "accuracy_tti_gate",
)
# With these no swing is fast enough to be one, and two presses may follow each other at once.
LESSER_ROWS = {BURST: "oscillationFrequency = 30", DUE: "cooldown = 0.02"}


def with_options(name: str, options: str) -> tuple[str, str]:
    """Return the edit that gives options of AutoParry to a row without any."""
    line = f'id = "{name.removeprefix("accuracy_")}",\n'
    return line, f"{line}\t\tautoparry = {{ {options} }},\n"


def play(folder: Path, names: tuple[str, ...], *edits: tuple[str, str]) -> dict[str, Any]:
    """Run scenarios out of the shipped files, with texts of them replaced; return them by id."""
    texts = {name: (SCENARIOS / "autoparry" / name).read_text("utf-8") for name in BUNDLES}
    for old, new in edits:
        (name,) = (name for name, text in texts.items() if old in text)
        assert texts[name].count(old) == 1, old
        texts[name] = texts[name].replace(old, new)
    (folder / "scenarios").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "scenarios" / name).write_text(text, "utf-8")
    with Harness(open_project(folder)) as harness:
        chosen = [item for item in harness.load().scenarios if item.id in names]
        return {result.scenario.id: result for result in harness.run(chosen)}


@pytest.fixture(scope="session")
def workloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return play(tmp_path_factory.mktemp("workloads"), SHIPPED)


@pytest.fixture(scope="session")
def lesser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return small scenarios, each without something that it needs to keep its contracts."""
    return play(
        tmp_path_factory.mktemp("lesser"),
        (RESILIENCE, FLICKER, LOOKAHEAD, TUNER, BURST, UNTARGETED, DUE, GATED),
        ("\tadd(timeline, gauntlet(1.05, 1.4))\n", ""),
        ("\tadd(timeline, storm(1.2, 20))\n", ""),
        ("pressMaxLookahead = 1.2, pressLookaheadGoal = 0.9", "pressMaxLookahead = 0.5"),
        ("enabled = true, intervalSeconds", "enabled = false, intervalSeconds"),
        *(with_options(name, options) for name, options in LESSER_ROWS.items()),
        # The row that wants no press is told that the player is the target.
        (
            'somebody else",\n\t\tframes = 12,\n\t\tis_highlighted = false',
            'somebody else",\n\t\tframes = 12',
        ),
        ("maxTTI = 0.15", "maxTTI = 0.25"),
    )


@pytest.fixture(scope="session")
def committed() -> Envelope:
    return load_envelope(ENVELOPE, "engine-perf.envelope.json")


@pytest.fixture(scope="session")
def baseline(workloads: dict[str, Any]) -> Baseline:
    return updated_baseline(Baseline(), list(workloads.values()), MACHINE)


def failures(
    workloads: dict[str, Any], envelope: Envelope, baseline: Baseline, **others: Any
) -> list[tuple[str, str | None, str | None]]:
    outcome = judged(list({**workloads, **others}.values()), envelope, baseline)
    return [
        (result.name, result.scenario, result.detail)
        for result in outcome.contracts
        if result.passed is False
    ]


def test_the_workloads_pass_the_committed_envelope(
    workloads: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    assert workloads.keys() == set(SHIPPED)
    outcome = judged(list(workloads.values()), committed, baseline)
    assert outcome.failures == ()
    # A short run says nothing of the speed of a machine, and one without a press of its latency.
    skipped = {result.name for result in outcome.results if result.passed is None}
    assert skipped <= {"host.utilisation", "commitLatency.p99"}
    silent = {
        name
        for name, result in workloads.items()
        if result.record.metrics["presses"]["commitLatency"]["samples"] == 0
    }
    excused = {result.scenario for result in outcome.contracts if result.passed is None}
    assert excused == silent
    assert len(silent) == 4
    assert outcome.blocks_update == ()


def test_without_its_hitches_the_coverage_of_hitches_fails(
    workloads: dict[str, Any], lesser: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    found = failures(workloads, committed, baseline, **{RESILIENCE: lesser[RESILIENCE]})
    assert ("coverage.hitches", RESILIENCE, None) in found
    # Nobody was pressed inside a stall either.
    about = "presses planned inside a stall, beyond what remained of it"
    assert ("hitch.leadDeviation", RESILIENCE, f"no samples ({about})") in found
    assert {whom for _, whom, _ in found} == {RESILIENCE}


def test_without_one_storm_the_coverage_of_storms_fails(
    workloads: dict[str, Any], lesser: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    found = failures(workloads, committed, baseline, **{FLICKER: lesser[FLICKER]})
    assert ("coverage.storms", FLICKER, "no storm of 20 Hz") in found
    assert {whom for _, whom, _ in found} == {FLICKER}


def figure_of(found: Any, name: str, whom: str) -> Any:
    """Return the figure of the only contract of that name that has failed for a scenario."""
    (figure,) = [row.figure for row in found.contracts if (row.name, row.scenario) == (name, whom)]
    return figure


def test_threats_that_are_scheduled_late_fail_the_lookahead(
    workloads: dict[str, Any], lesser: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    late = {**workloads, LOOKAHEAD: lesser[LOOKAHEAD]}
    outcome = judged(list(late.values()), committed, baseline)
    assert "lookahead.p10" in outcome.failures
    # The goal still is looked ahead to.
    assert 0.85 < figure_of(outcome, "lookahead.p10", LOOKAHEAD) < 0.9


def test_without_auto_tuning_the_lead_is_never_right_again(
    workloads: dict[str, Any], lesser: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    found = failures(workloads, committed, baseline, **{TUNER: lesser[TUNER]})
    assert ("autoTuner.presses", TUNER, "the lead was never right again") in found
    assert {whom for _, whom, _ in found} == {TUNER}
    settling = lesser[TUNER].record.metrics["presses"]["settling"]
    assert settling["samples"] == 6
    assert settling["leadError"] == pytest.approx(-0.06, abs=0.005)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        (BURST, {"accuracy", "frameViolations"}),
        (UNTARGETED, {"accuracy", "falsePositives"}),
        (DUE, {"spacingViolations"}),
        (GATED, {"frameViolations"}),
    ],
)
def test_a_row_that_presses_otherwise_fails_the_accuracy(
    workloads: dict[str, Any],
    lesser: dict[str, Any],
    committed: Envelope,
    baseline: Baseline,
    name: str,
    broken: set[str],
) -> None:
    found = failures(workloads, committed, baseline, **{name: lesser[name]})
    assert {whom for _, whom, _ in found} == {name}
    assert {of_whom for of_whom, _, _ in found} <= {"accuracy", "cost.workUnits"}
    figures = lesser[name].record.metrics["accuracy"]
    limits: Any = committed.limits["accuracy"]
    wrong = {key for key in limits if figures[key] != limits[key]}
    assert wrong == broken
    assert sum(of_whom == "accuracy" for of_whom, _, _ in found) == len(broken)


def test_an_impossible_envelope_is_broken_by_name(
    workloads: dict[str, Any], baseline: Baseline, tmp_path: Path
) -> None:
    path = tmp_path / "impossible.json"
    path.write_text(
        json.dumps(
            {
                "onTime": 1.01,
                "coverage.threats": 6000,
                "coverage.hitches": 6,
                "coverage.storms": [15, 20, 25, 30],
                "lateness.nominal.max": 0,
                "commitLatency.p99": -1,
                "lookahead.p10": 2,
                "autoTuner.presses": 0,
                "accuracy": {"accuracy": 1.01, "targetingViolations": -1},
                "hitch.leadDeviation": {"max": 0, "stallExcess": -1},
                "cost.workUnits": 0,
            }
        ),
        "utf-8",
    )
    found = failures(workloads, load_envelope(path, "impossible.json"), baseline)
    names = dict.fromkeys(name for name, _, _ in found)
    assert list(names) == [
        "coverage.threats",
        "coverage.hitches",
        "coverage.storms",
        "lateness.nominal.max",
        "onTime",
        "hitch.leadDeviation",
        "commitLatency.p99",
        "lookahead.p10",
        "autoTuner.presses",
        "accuracy",
    ]


def test_a_workload_over_its_budget_names_the_five_functions_that_grew_most(
    workloads: dict[str, Any], committed: Envelope, baseline: Baseline
) -> None:
    whole = baseline.cost[MASS]
    half = Budget(
        work_units=whole.work_units // 2,
        functions={name: units // 2 for name, units in whole.functions.items()},
    )
    smaller = Baseline(cost={**baseline.cost, MASS: half})
    ((name, whom, detail),) = failures(workloads, committed, smaller)
    assert (name, whom) == ("cost.workUnits", MASS)
    lines = str(detail).splitlines()
    assert lines[0].startswith("in all ")
    assert lines[0].endswith("(+100 %)")
    assert len(lines) == 1 + 5 + 1
    assert lines[-1].startswith("and ")


def test_two_runs_have_the_same_gate(
    workloads: dict[str, Any], committed: Envelope, make_twice: Callable[[], dict[str, Any]]
) -> None:
    again = make_twice()
    small = {name: workloads[name] for name in again}
    first, second = (
        judged(list(runs.values()), committed, Baseline(), machine="none")
        for runs in (small, again)
    )
    assert first == second
    one, two = (updated_baseline(Baseline(), list(r.values()), MACHINE) for r in (small, again))
    assert one.cost == two.cost


@pytest.fixture
def make_twice(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    return lambda: play(tmp_path / "again", (RESILIENCE, FLICKER))
