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

from .gate_runs import FLICKER, MACHINE, MASS, RESILIENCE, judged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCENARIOS = shipped_lua().parent / "scenarios"
ENVELOPE = SCENARIOS / "baselines/engine-perf.envelope.json"
WORKLOADS = SCENARIOS / "autoparry/engine_perf.lua"


def play(folder: Path, names: tuple[str, ...], *edits: tuple[str, str]) -> dict[str, Any]:
    """Run workloads out of the shipped file, with texts of it replaced; return them by id."""
    text = WORKLOADS.read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "scenarios").mkdir(parents=True)
    (folder / "scenarios/engine_perf.lua").write_text(text, "utf-8")
    with Harness(open_project(folder)) as harness:
        chosen = [item for item in harness.load().scenarios if item.id in names]
        return {result.scenario.id: result for result in harness.run(chosen)}


@pytest.fixture(scope="session")
def workloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return play(tmp_path_factory.mktemp("workloads"), SHIPPED)


@pytest.fixture(scope="session")
def lesser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the small workloads, one without its hitches, the other without a storm."""
    return play(
        tmp_path_factory.mktemp("lesser"),
        (RESILIENCE, FLICKER),
        ("\tadd(timeline, gauntlet(1.05, 1.4))\n", ""),
        ("\tadd(timeline, storm(1.2, 20))\n", ""),
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
    # A short run says nothing of the speed of a machine.
    skipped = [result.name for result in outcome.results if result.passed is None]
    assert set(skipped) <= {"host.utilisation"}
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
