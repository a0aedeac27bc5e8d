"""The contract of scenarios that say which presses they want, and who is excused from others."""

from __future__ import annotations

from typing import Any

import pytest

from engine_harness.manifest.contracts import ACCURACY, WORKLOADS
from engine_harness.manifest.gates import Envelope

from .gate_runs import accuracy_scenarios, broken, judged, run, shipped

WANTING = "accuracy_tti_priority"
REFRAINING = "accuracy_fake_ball_ignore"


@pytest.mark.parametrize(
    ("figure", "value", "limit", "about"),
    [
        ("accuracy", 0.5, 1, "wanted presses that were made, as a part of all wanted"),
        ("falsePositives", 1, 0, "presses that nobody wanted"),
        ("frameViolations", 1, 0, "wanted presses outside their frames"),
        ("spacingViolations", 1, 0, "presses too soon after the one before"),
        ("targetingViolations", 1, 0, "presses for no target, or for one that is not real"),
    ],
)
@pytest.mark.parametrize("name", [WANTING, REFRAINING])
def test_a_press_that_is_not_as_wanted_breaks_the_accuracy(
    name: str, figure: str, value: float, limit: float, about: str
) -> None:
    outcome = judged(
        [*shipped(), *accuracy_scenarios(**{name: {f"metrics__accuracy__{figure}": value}})]
    )
    assert broken(outcome) == [("accuracy", name, value, limit, about)]


@pytest.mark.parametrize("path", ["metrics__accuracy", "metrics"])
def test_a_row_without_figures_breaks_the_accuracy(path: str) -> None:
    outcome = judged([*shipped(), *accuracy_scenarios(**{WANTING: {path: None}})])
    failed = [row for row in broken(outcome) if row[0] == "accuracy"]
    assert [row[1:3] for row in failed] == [(WANTING, None)] * 5
    assert all(str(row[-1]).startswith("no samples") for row in failed)


def test_who_refrains_where_there_is_no_threat_has_shown_nothing() -> None:
    outcome = judged([*shipped(), *accuracy_scenarios(**{REFRAINING: {"metrics__threats": 0}})])
    assert outcome.failures == ("accuracy",)
    assert [row[1:3] for row in broken(outcome)] == [(REFRAINING, None)] * 5


def test_a_row_that_is_gone_breaks_the_accuracy_once() -> None:
    outcome = judged([*shipped(), *accuracy_scenarios()[1:]])
    gone = ACCURACY[0]
    assert [row[:2] for row in broken(outcome)] == [("accuracy", gone), ("cost.workUnits", gone)]
    assert broken(outcome)[0][-1] == "no samples: the scenario has not run"


def test_rows_are_demanded_where_one_is_loaded_or_the_envelope_says_so() -> None:
    assert judged(shipped()).passed
    assert not judged(shipped(), loaded=(*WORKLOADS, ACCURACY[0])).passed
    names = {result.name for result in judged(shipped(), Envelope(is_shipped=True)).contracts}
    assert "accuracy" in names
    # And those who have only the rows need no workloads.
    assert judged(accuracy_scenarios()).passed
    assert {name for name, *_ in broken(judged(accuracy_scenarios()[1:]))} == {
        "accuracy",
        "cost.workUnits",
    }


NONE: dict[str, Any] = {"metrics__presses__commitLatency": {"samples": 0}}


def test_only_who_wants_no_press_is_excused_from_its_latency_and_is_told() -> None:
    outcome = judged([*shipped(), *accuracy_scenarios(**{REFRAINING: NONE, WANTING: NONE})])
    rest = (None, 0.01, "no samples")
    assert broken(outcome) == [("commitLatency.p99", WANTING, *rest)]
    excused = [
        (result.name, result.scenario, result.detail)
        for result in outcome.contracts
        if result.passed is None
    ]
    why = "no press is wanted there, and there was none"
    assert excused == [("commitLatency.p99", REFRAINING, why)]


def test_who_presses_all_the_same_is_not_excused() -> None:
    late = {"metrics__presses__commitLatency__p99": 0.02}
    outcome = judged([*shipped(), *accuracy_scenarios(**{REFRAINING: late})])
    assert broken(outcome) == [("commitLatency.p99", REFRAINING, 0.02, 0.01, None)]
    gone: dict[str, Any] = {"metrics__presses": None}
    outcome = judged([*shipped(), *accuracy_scenarios(**{REFRAINING: gone})])
    assert outcome.failures == ("commitLatency.p99",)


def test_who_says_which_presses_it_wants_is_held_to_that_whoever_it_is() -> None:
    wrong = {"metrics__accuracy__frameViolations": 1}
    for suite in ("engine-perf", "smoke"):
        outcome = judged([run("mine", world="pond", **wrong)], suite=suite)
        assert [row[:2] for row in broken(outcome)] == [("accuracy", "mine")]
    silent = judged([run("mine", world="pond", metrics__accuracy=None)])
    assert "accuracy" not in {result.name for result in silent.contracts}
