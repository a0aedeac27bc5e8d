"""The metrics reports: the metrics of each run, and a profile that is one of all runs together."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.report.base import SuiteRun, reporters
from engine_harness.report.metrics import metrics_document
from engine_harness.report.profile import profile_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness._types import JsonMap
    from engine_harness.report.base import Case


def summary(values: list[float]) -> dict[str, Any]:
    """Return the figures of samples, in the plainest way there is."""
    values = sorted(values)

    def percentile(q: float) -> float:
        low, part = divmod((len(values) - 1) * q, 1)
        above = values[min(int(low) + 1, len(values) - 1)]
        return values[int(low)] + part * (above - values[int(low)])

    total = math.fsum(values)
    figures = {"samples": len(values), "onTime": len(values), "total": total}
    if not values:
        return figures | dict.fromkeys(("average", "min", "max", "p50", "p95", "p99"))
    figures |= {"average": total / len(values), "min": values[0], "max": values[-1]}
    return figures | {f"p{n}": percentile(n / 100) for n in (50, 95, 99)}


def is_close(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    assert found.keys() == wanted.keys()
    return all(
        value == found[key] or math.isclose(value, found[key], rel_tol=1e-12)
        for key, value in wanted.items()
    )


def section(nominal: list[float], hitch: list[float], steps: int = 480) -> dict[str, Any]:
    def samples(values: list[float]) -> dict[str, Any]:
        return {
            "zeros": sum(value == 0 for value in values),
            "late": sorted(value for value in values if value > 0),
        }

    return {
        "hitch_policy": "stall",
        "hitches": [],
        "lateness_samples": {"nominal": samples(nominal), "hitch": samples(hitch)},
        "scheduler": {
            "stepCount": steps,
            "totalSimulated": steps / 240,
            "averageStep": 1 / 240,
            "scheduledEvents": 10,
            "queue": {"samples": steps, "totalDepth": 3 * steps, "averageDepth": 3, "maxDepth": 5},
            "events": {"triggered": 7},
            "lateness": {
                **summary(nominal + hitch),
                "nominal": summary(nominal),
                "hitch": summary(hitch),
            },
        },
    }


def host(utilisation: float, delta_kb: float) -> dict[str, Any]:
    gc = {"samples": 4, "minKb": 100 - delta_kb, "maxKb": 900 + delta_kb, "deltaKb": delta_kb}
    times = {"waitRuntime": 0.25, "eventRuntime": 0.5, "utilisation": utilisation}
    return {"scheduler": {**times, "gc": gc}}


@pytest.mark.parametrize("sizes", [(5, 0), (40, 3), (1, 1), (200, 30)])
def test_the_profile_is_that_of_all_samples_in_one_heap(
    finished: Callable[..., Case], sizes: tuple[int, int]
) -> None:
    chance = random.Random(7)
    runs = [
        tuple(
            [chance.choice((0, 0, 1)) * chance.random() / 100 for _ in range(size * (index + 1))]
            for size in sizes
        )
        for index in range(3)
    ]
    records = [
        finished(f"run-{index}", sections={"timeline": section(*classes)}).record
        for index, classes in enumerate(runs)
    ]
    lateness: Any = profile_view(records)["lateness"]
    pooled = [[value for run in runs for value in run[position]] for position in (0, 1)]
    for name, values in (("nominal", pooled[0]), ("hitch", pooled[1])):
        assert is_close(lateness.pop(name), summary(values))
    assert is_close(lateness, summary([*pooled[0], *pooled[1]]))


def test_frames_queue_and_host_are_added_up_and_averaged(finished: Callable[..., Case]) -> None:
    one = finished(sections={"timeline": section([0.001], [], steps=240)}, host=host(10, 20))
    two = finished(sections={"timeline": section([0], [0.5], steps=480)}, host=host(30, -10))
    killed = finished(sections={}, host={"wall_s": 60})
    view = profile_view([one.record, two.record, killed.record])
    view.pop("lateness")
    assert view == {
        "scenarios": 2,
        "totalSimulated": 3,
        "stepCount": 720,
        "averageStep": pytest.approx(1 / 240),
        "scheduledEvents": 20,
        "eventsTriggered": 14,
        "queue": {"samples": 720, "averageDepth": 3, "maxDepth": 5},
        "host": {
            "waitRuntime": 0.5,
            "eventRuntime": 1,
            "utilisation": 20,
            "gc": {"samples": 8, "minKb": 80, "maxKb": 920, "averageDeltaKb": 5},
        },
    }


def test_a_profile_of_nothing_has_no_figures() -> None:
    view: Any = profile_view([])
    assert view["scenarios"] == view["stepCount"] == view["lateness"]["samples"] == 0
    assert view["averageStep"] is view["lateness"]["p99"] is view["host"]["utilisation"] is None


def suite_run(folder: Path, *cases: Case, gate: JsonMap | None = None) -> SuiteRun:
    return SuiteRun(
        suite="engine-perf",
        cases=cases,
        folder=folder,
        tool_version="1",
        generated="2024-01-02T03:04:05Z",
        gate=gate,
    )


def test_a_scenario_has_its_metrics_with_frames_queue_and_host(
    finished: Callable[..., Case], tmp_path: Path
) -> None:
    timeline = section([0.001], [])
    case = finished(sections={"timeline": timeline}, host=host(10, 20), warnings=("odd",))
    document = metrics_document(suite_run(tmp_path, case, finished("dead", metrics=None)))
    assert document.keys() == {"run", "scenarios", "profiler"}
    scheduler = {**timeline["scheduler"], "host": host(10, 20)["scheduler"]}
    assert document["scenarios"] == [
        {
            "id": "edge",
            "label": "Edge of the window",
            "metrics": {"hp": 3, "performance": {"scheduler": scheduler}},
            "warnings": ["odd"],
        },
        {"id": "dead", "label": "Edge of the window", "metrics": None, "warnings": []},
    ]
    run: Any = document["run"]
    assert (run["scenarios"], run["totalWarnings"]) == (2, 1)


def test_both_reports_are_written_and_one_has_the_gate(
    finished: Callable[..., Case], tmp_path: Path
) -> None:
    run = suite_run(tmp_path, finished(), gate={"passed": True})
    written = {}
    for name in ("engine_metrics", "engine_perf_metrics"):
        reporter = reporters()[name]
        (path,) = reporter.write(run)
        assert reporter.outputs(tmp_path) == (path,) == (tmp_path / f"{name}.json",)
        written[name] = json.loads(path.read_text("utf-8"))
    assert written["engine_perf_metrics"].pop("gate") == {"passed": True}
    assert written["engine_perf_metrics"] == written["engine_metrics"]
