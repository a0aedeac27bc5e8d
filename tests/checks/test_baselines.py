"""A baseline takes the figures of these runs on this machine, and leaves all others alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.checks.baselines import updated_baseline, write_baseline
from engine_harness.manifest.gates import Baseline, Budget, HostFigures, load_baseline

from .gate_runs import BASELINE, BUDGET, FLICKER, MACHINE, MASS, judged, run, shipped

if TYPE_CHECKING:
    from pathlib import Path

TAKEN = replace(BUDGET, seed=0, hitch_policy="stall")
KEPT = Baseline(
    machines={"B": {MASS: HostFigures(gc_delta_kb=1, utilisation=2)}, **BASELINE.machines},
    cost={"gone": Budget(work_units=3), MASS: Budget(work_units=4, functions={"f": 4})},
)


def test_figures_of_this_machine_and_budgets_are_those_of_the_runs() -> None:
    case = run(MASS, host__scheduler__utilisation=12.34567, host__scheduler__gc__deltaKb=-7)
    new = updated_baseline(KEPT, [case], MACHINE)
    assert new == Baseline(
        machines={
            "B": KEPT.machines["B"],
            MACHINE: {MASS: HostFigures(gc_delta_kb=-7, utilisation=12.35)},
        },
        cost={MASS: TAKEN},
    )


def test_what_was_not_measured_keeps_its_figures() -> None:
    case = run(MASS, host={}, work_units=None)
    assert updated_baseline(KEPT, [case], MACHINE) == Baseline(
        machines={**KEPT.machines, MACHINE: {MASS: BASELINE.machines[MACHINE][MASS]}},
        cost={MASS: KEPT.cost[MASS]},
    )


def test_a_gate_passes_with_the_baseline_of_its_own_runs(tmp_path: Path) -> None:
    path = tmp_path / "x.baseline.json"
    cases = shipped(**{FLICKER: {"work_units": 123_456}})
    write_baseline(path, updated_baseline(Baseline(), cases, MACHINE))
    outcome = judged(cases, baseline=load_baseline(path, "x"))
    assert all(result.passed for result in outcome.results)


def test_the_file_is_sorted_and_the_same_whatever_the_order_of_the_runs(tmp_path: Path) -> None:
    cases = [run("b"), run("a")]
    texts = []
    for number, order in enumerate((cases, cases[::-1])):
        path = tmp_path / f"{number}.json"
        write_baseline(path, updated_baseline(Baseline(), order, MACHINE))
        texts.append(path.read_text("utf-8"))
    assert texts[0] == texts[1]
    assert texts[0] == (
        """{
  "cost": {
    "a": {
      "functions": {"(library calls)": 100, "lua/worlds/x: f": 600, "lua/worlds/x: g": 300},
      "hitch_policy": "stall",
      "seed": 0,
      "work_units": 1000
    },
    "b": {
      "functions": {"(library calls)": 100, "lua/worlds/x: f": 600, "lua/worlds/x: g": 300},
      "hitch_policy": "stall",
      "seed": 0,
      "work_units": 1000
    }
  },
  "machines": {
    "A processor | 2 cores": {
      "scenarios": {
        "a": {"gcDeltaKb": 900, "utilisation": 30.5},
        "b": {"gcDeltaKb": 900, "utilisation": 30.5}
      }
    }
  }
}
"""
    )
