"""The figures of presses that a gate looks at, computed again from the rows of the record."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, Invocation, open_project
from engine_harness.report.artifacts import scenario_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Project

    from engine_harness.api import Result

ROOT = Path(__file__).resolve().parents[2]
FRAME_S = 1 / 240
WORKLOADS = MASS, RESILIENCE, FLICKER, LOOKAHEAD, TUNER = (
    "engine_perf_mass_pressure",
    "engine_perf_hitch_resilience",
    "engine_perf_flicker_window",
    "engine_perf_lookahead",
    "engine_perf_auto_tuner",
)
GOAL_S = 0.9
HOST_KEYS = {
    "elapsed", "eventRuntime", "gc", "generatedAt", "startedAt", "utilisation", "waitRuntime",
}  # fmt: skip


@pytest.fixture(scope="module", params=["stall", "catch_up"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workloads under one policy, by id."""
    root = tmp_path_factory.mktemp(request.param)
    shutil.copytree(ROOT / "scenarios/autoparry", root / "scenarios/autoparry")
    (root / "harness.toml").write_text("", "utf-8")
    with Harness(open_project(root), Invocation(hitch_policy=request.param)) as harness:
        scenarios = harness.load(["scenarios/autoparry/engine_perf.lua"]).scenarios
        wanted = [item for item in scenarios if item.id in WORKLOADS]
        return request.param, {result.scenario.id: result for result in harness.run(wanted)}


def at(ordered: list[float], q: float) -> float:
    rank = (len(ordered) - 1) * q
    low = math.floor(rank)
    high = ordered[min(low + 1, len(ordered) - 1)]
    return ordered[low] + (high - ordered[low]) * (rank - low)


def distribution(numbers: Iterable[float]) -> dict[str, float]:
    ordered = sorted(0 if number < 1e-6 else number for number in numbers)
    if not ordered:
        return {"samples": 0}
    found = {f"p{round(q * 100)}": at(ordered, q) for q in (0.5, 0.95, 0.99)}
    return {"samples": len(ordered), **found, "max": ordered[-1]}


def lookahead(presses: list[dict[str, Any]], threats: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return how early the first press of each threat that touched was planned."""
    first = {press["threatId"]: press for press in reversed(presses)}
    early, lacking = [], []
    for name, press in first.items():
        threat = threats[name]
        if threat.get("contactTime") is None:
            continue
        ahead_s = press["plannedAt"] - threat.get("firstScheduledAt", press["plannedAt"])
        flight_s = threat["contactTime"] - threat["activatedAt"]
        horizon_s = flight_s - press["plannedLead"]
        if horizon_s >= GOAL_S:
            early.append(ahead_s)
        else:
            lacking.append(horizon_s - ahead_s)
    return {
        "samples": len(early),
        "others": len(lacking),
        **({"p10": at(sorted(early), 0.1)} if early else {}),
        **({"shortfall": max(lacking)} if lacking else {}),
    }


def delay_s(name: str, press: dict[str, Any]) -> float:
    """Return how much later than its key a press has worked."""
    return 0.06 if name == TUNER and press["timestamp"] >= 12 else 0


def remainder_s(press: dict[str, Any], hitches: list[dict[str, Any]], policy: str) -> float | None:
    """Return how long the last stall in which the press was planned went on, if it had to wait."""
    planned_s = press["plannedAt"]
    ends = [row["endedAt"] for row in hitches if row["time"] <= planned_s <= row["endedAt"]]
    assert press["inStall"] is bool(ends)
    return ends[-1] - planned_s if ends and policy == "stall" else None


def expected(result: Result, policy: str) -> dict[str, Any]:
    """Return the figures from the log of presses, the threats and the hitches."""
    section: Any = result.record.sections["autoparry"]
    timeline: Any = result.record.sections["timeline"]
    name, threats = result.scenario.id, {row["id"]: row for row in section["threats"]}
    contacts = {key: row.get("contactTime") for key, row in threats.items()}
    presses = [
        (press, remainder_s(press, timeline["hitches"], policy)) for press in section["parryLog"]
    ]
    late = [(press["timestamp"] - press["plannedAt"], rest) for press, rest in presses]
    off = [
        (
            abs(
                contacts[press["threatId"]]
                - (press["timestamp"] + delay_s(name, press))
                - press["plannedLead"]
            ),
            rest,
        )
        for press, rest in presses
        if contacts[press["threatId"]] is not None
    ]
    plain = [number for number, rest in off if rest is None]
    stalled = [(number, rest) for number, rest in off if rest is not None]
    in_stall: dict[str, float] = {"samples": len(stalled)}
    if stalled:
        in_stall["max"] = max(number for number, _ in stalled)
        in_stall["maxExcess"] = max(number - rest for number, rest in stalled)
    counts = Counter(press["threatId"] for press, _ in presses)
    return {
        "repeated": sum(count > 1 for count in counts.values()),
        "commitLatency": distribution(number for number, rest in late if rest is None),
        "commitLatencyInStall": distribution(number for number, rest in late if rest is not None),
        "leadDeviation": {"samples": len(plain), **({"max": max(plain)} if plain else {})},
        "leadDeviationInStall": in_stall,
        "lookahead": lookahead(section["parryLog"], threats),
    }


def assert_close(found: Any, wanted: Any, path: str) -> None:
    if isinstance(wanted, dict):
        assert set(found) == set(wanted), path
        for key in wanted:
            assert_close(found[key], wanted[key], f"{path}.{key}")
    else:
        assert found == pytest.approx(wanted, abs=1e-9), path


def test_the_figures_follow_from_the_rows(played: tuple[str, dict[str, Result]]) -> None:
    policy, results = played
    assert set(results) == set(WORKLOADS)
    in_stall = 0
    for name, result in results.items():
        assert result.record.metrics is not None
        found: Any = dict(result.record.metrics["presses"])
        # What tuning has added to a lead stands in no row.
        assert found.pop("settling")["samples"] == (6 if name == TUNER else 0)
        assert_close(found, expected(result, policy), name)
        assert found["commitLatency"]["samples"] > 0, name
        in_stall += found["commitLatencyInStall"]["samples"]
    assert (in_stall > 0) is (policy == "stall")


def test_the_presses_keep_their_limits(played: tuple[str, dict[str, Result]]) -> None:
    _, results = played
    for name, result in results.items():
        metrics: Any = result.record.metrics
        presses = metrics["presses"]
        assert presses["repeated"] == 0, name
        assert presses["commitLatency"]["p99"] <= 0.010, name
        assert metrics["gateOuts"]["withinGrace"] == 0, name
    metrics = results[RESILIENCE].record.metrics
    presses = metrics["presses"]
    assert presses["leadDeviation"]["max"] <= 0.020
    assert presses["leadDeviationInStall"].get("maxExcess", 0) <= FRAME_S
    assert metrics["outcomes"]["missed"] == 0
    metrics = results[MASS].record.metrics
    assert metrics["onTime"]["ratio"] >= 0.999
    metrics = results[LOOKAHEAD].record.metrics
    assert metrics["presses"]["lookahead"]["p10"] >= GOAL_S
    metrics = results[TUNER].record.metrics
    assert metrics["presses"]["settling"]["presses"] <= 3


def test_the_artifact_shows_what_the_machine_took(played: tuple[str, dict[str, Result]]) -> None:
    _, results = played
    for result in results.values():
        view: Any = scenario_view(result)
        host = view["performance"]["scheduler"]["host"]
        assert set(host) == HOST_KEYS
        assert host == view["host"]["scheduler"]
        assert view["metrics"]["performance"] == view["performance"]


def test_a_run_that_was_killed_took_nothing_that_is_known(
    shipped: Callable[[str], Project],
) -> None:
    project = shipped("killed")
    with Harness(open_project(project.folder), Invocation(deadline_s=0.05)) as harness:
        scenarios = harness.load(["scenarios/autoparry/engine_perf.lua"]).scenarios
        (result,) = harness.run([item for item in scenarios if item.id == MASS])
    assert result.record.outcome.status == "killed"
    assert "scheduler" not in result.record.host
    assert scenario_view(result)["performance"] is None
