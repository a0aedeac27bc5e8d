"""The report on the figures of one contract: each run, all runs, and what breaks the contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.contracts import ACCURACY, ACCURACY_REPORT
from engine_harness.report.base import SuiteRun, reporters, write_reports
from engine_harness.report.figure_report import figure_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.report.base import Case

    MakeCase = Callable[..., Case]

DIRECT, CAPPED, FAKE = (
    "accuracy_direct_approach",
    "accuracy_lead_cap",
    "accuracy_fake_ball_ignore",
)
THRESHOLDS = {
    "accuracy": 1, "falsePositives": 0, "frameViolations": 0, "spacingViolations": 0,
    "targetingViolations": 0,
}  # fmt: skip
TOTALS = {
    "expected": 3, "actual": 3, "trueParries": 2, "missed": 1, "falsePositives": 1,
    "zeroExpectedFalsePositives": 1, "frameViolations": 1, "spacingViolations": 0,
    "targetingViolations": 1, "accuracy": 2 / 3, "precision": 2 / 3,
}  # fmt: skip


def figures(**changes: float) -> dict[str, Any]:
    plain = {
        "expected": 1, "actual": 1, "trueParries": 1, "missed": 0, "falsePositives": 0,
        "zeroExpectedFalsePositives": 0, "frameViolations": 0, "spacingViolations": 0,
        "targetingViolations": 0, "accuracy": 1, "precision": 1,
    }  # fmt: skip
    return {"threats": 1, "accuracy": {**plain, **changes}}


def cases(finished: MakeCase) -> list[Case]:
    ping = {"normalised": {"config": {"engine": {"pingMs": 700}}}}
    return [
        finished(DIRECT, metrics=figures(frameViolations=1)),
        finished(
            CAPPED,
            head=ping,
            metrics=figures(expected=2, missed=1, accuracy=0.5),
        ),
        finished(
            FAKE,
            metrics=figures(
                expected=0, trueParries=0, falsePositives=1, zeroExpectedFalsePositives=1,
                targetingViolations=1, accuracy=0, precision=0,
            ),
        ),
        finished("duel"),
    ]  # fmt: skip


def suite_run(folder: Path, given: list[Case], gate: JsonMap | None = None) -> SuiteRun:
    return SuiteRun(
        suite="engine-perf",
        cases=tuple(given),
        folder=folder,
        tool_version="1",
        generated="2030-01-02T03:04:05Z",
        gate=gate,
    )


def document(run: SuiteRun) -> dict[str, Any]:
    found: Any = figure_document(run, ACCURACY_REPORT)
    assert found is not None
    return dict(found)


def failure(
    scenario: str, figure: str, value: float | None, limit: float, detail: str
) -> dict[str, Any]:
    op = ">=" if figure == "accuracy" else "<="
    return {
        "scenario": scenario, "figure": figure, "value": value, "op": op, "limit": limit,
        "detail": detail,
    }  # fmt: skip


MADE = "wanted presses that were made, as a part of all wanted"
BROKEN = [
    failure(DIRECT, "frameViolations", 1, 0, "wanted presses outside their frames"),
    failure(FAKE, "accuracy", 0, 1, MADE),
    failure(FAKE, "falsePositives", 1, 0, "presses that nobody wanted"),
    failure(
        FAKE, "targetingViolations", 1, 0, "presses for no target, or for one that is not real"
    ),
    failure(CAPPED, "accuracy", 0.5, 1, MADE),
]  # fmt: skip


def test_runs_are_added_up_and_what_breaks_is_named(finished: MakeCase, tmp_path: Path) -> None:
    found = document(suite_run(tmp_path, cases(finished)))
    assert found["meta"] == {"timestamp": "2030-01-02T03:04:05Z", "toolVersion": "1"}
    assert (found["frameDuration"], found["warmupFrames"], found["ping"]) == (1 / 120, 6, 0.095)
    assert found["totals"] == TOTALS
    assert found["thresholds"] == THRESHOLDS
    # In the order of ids; the run without such figures is not told of.
    assert [row["id"] for row in found["scenarios"]] == [DIRECT, FAKE, CAPPED]
    assert found["failures"] == BROKEN


def test_a_row_has_its_figures_and_the_setting_of_its_manifest(
    finished: MakeCase, tmp_path: Path
) -> None:
    plain, _, capped = document(suite_run(tmp_path, cases(finished)))["scenarios"]
    head = {"label": "Edge of the window", "passed": False}
    assert plain == {
        "id": DIRECT, "ping": 0.095, **head, **figures(frameViolations=1)["accuracy"],
    }  # fmt: skip
    assert (capped["id"], capped["ping"]) == (CAPPED, 0.7)


def gate_view(*scenarios: str, limits: dict[str, float] | None = None) -> JsonMap:
    contracts: Any = [{"name": "accuracy", "scenario": name, "passed": False} for name in scenarios]
    used: Any = {"accuracy": limits or THRESHOLDS, "onTime": 0.999}
    return {"passed": False, "limits": used, "contracts": contracts}


def test_the_limits_are_those_that_the_gate_has_used(finished: MakeCase, tmp_path: Path) -> None:
    used = {**THRESHOLDS, "accuracy": 0.5, "frameViolations": 1}
    run = suite_run(tmp_path, cases(finished), gate_view(DIRECT, limits=used))
    found = document(run)
    assert found["thresholds"] == used
    rows = {(row["scenario"], row["figure"]) for row in found["failures"]}
    assert rows == {
        (FAKE, "accuracy"), (FAKE, "falsePositives"), (FAKE, "targetingViolations"),
    }  # fmt: skip
    assert [row["passed"] for row in found["scenarios"]] == [True, False, True]


def test_what_the_gate_demands_and_did_not_run_fails_the_report_too(
    finished: MakeCase, tmp_path: Path
) -> None:
    run = suite_run(tmp_path, [finished(DIRECT, metrics=figures())], gate_view(*ACCURACY))
    found = document(run)
    assert [row["id"] for row in found["scenarios"]] == [DIRECT]
    absent = sorted(set(ACCURACY) - {DIRECT})
    why = "no samples: the scenario has not run"
    assert found["failures"] == [failure(name, "accuracy", None, 1, why) for name in absent]


def test_a_demanded_run_that_left_no_figures_fails_the_report(
    finished: MakeCase, tmp_path: Path
) -> None:
    run = suite_run(tmp_path, [finished(DIRECT, metrics=None)], gate_view(DIRECT))
    found = document(run)
    assert [(row["id"], row["passed"]) for row in found["scenarios"]] == [(DIRECT, False)]
    assert {row["detail"].split(" (")[0] for row in found["failures"]} == {"no samples"}
    # Where nothing was wanted there is no part of it that was made.
    assert found["totals"]["accuracy"] is found["totals"]["precision"] is None


@pytest.mark.parametrize("gate", [None, {"passed": True, "limits": {}, "contracts": []}])
def test_without_such_runs_there_is_no_report(
    finished: MakeCase, tmp_path: Path, gate: JsonMap | None
) -> None:
    run = suite_run(tmp_path, [finished("duel")], gate)
    assert reporters()["engine_perf_accuracy"].write(run) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_report_lies_beside_the_metrics(finished: MakeCase, tmp_path: Path) -> None:
    run = suite_run(tmp_path, cases(finished))
    paths = write_reports(run, ("engine_perf_metrics", "engine_perf_accuracy"))
    assert [path.name for path in paths] == [
        "engine_perf_metrics.json", "engine_perf_accuracy.json",
    ]  # fmt: skip
    assert paths[1:] == reporters()["engine_perf_accuracy"].outputs(tmp_path)
    assert json.loads(paths[1].read_text("utf-8"))["totals"]["expected"] == 3
