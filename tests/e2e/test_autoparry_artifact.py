"""What the shipped scenarios of `autoparry` leave in `engine_simulation.json`."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine_harness.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
FRAME_S = 1 / 240

OBJECT_KEYS = {
    "autoparry", "duration", "errors", "events", "findings", "history", "hitchPolicy", "hitches",
    "host", "id", "intelligence", "label", "logs", "metrics", "module", "parryLog", "performance",
    "projectiles", "remoteLog", "snapshots", "tags", "telemetry", "threats", "verdict",
    "virtualInput", "warnings",
}  # fmt: skip
PRESS_KEYS = {
    "ball", "frame", "inStall", "plannedAt", "plannedLead", "remote", "threatId", "timestamp",
}  # fmt: skip
THREAT_KEYS = {"activatedAt", "hitchOverlap", "id", "outcome", "reachable", "time"}
THREAT_KEYS_MORE = {
    "contactTime", "firstScheduledAt", "parriedBy", "plannedLead", "realisedLead",
}  # fmt: skip

SCENARIOS = [
    "configuration_contract",
    "engine_perf_flicker_window",
    "engine_perf_hitch_resilience",
    "engine_perf_mass_pressure",
    "telemetry_capture",
    "verification_ladder",
]

Scenario = dict[str, Any]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The artifact of one run of all shipped scenarios of the world."""
    root = tmp_path_factory.mktemp("autoparry")
    shutil.copytree(ROOT / "scenarios" / "autoparry", root / "scenarios" / "autoparry")
    (root / "harness.toml").write_text("", "utf-8")
    assert main(["--root", str(root)]) == 0
    return json.loads((root / "artifacts/engine/engine_simulation.json").read_text("utf-8"))


@pytest.fixture(params=SCENARIOS)
def scenario(document: Any, request: pytest.FixtureRequest) -> Scenario:
    return named(document, request.param)


def named(document: Any, name: str) -> Scenario:
    (found,) = [scenario for scenario in document["scenarios"] if scenario["id"] == name]
    assert isinstance(found, dict)
    return found


def events(scenario: Scenario, kind: str, **fields: Any) -> list[dict[str, Any]]:
    """The rows of one type whose details, or own fields, are these."""
    return [
        row
        for row in scenario["events"]
        if row["type"] == kind
        and all({**row, **row.get("details", {})}.get(key) == fields[key] for key in fields)
    ]


def test_the_shipped_scenarios_are_those_that_are_tested(document: Any) -> None:
    assert [scenario["id"] for scenario in document["scenarios"]] == SCENARIOS


def test_the_head_adds_up_what_the_scenarios_did(document: Any) -> None:
    run, scenarios = document["run"], document["scenarios"]
    assert run["totalParries"] == sum(s["metrics"]["parries"] for s in scenarios)
    assert run["totalRemoteEvents"] == sum(s["metrics"]["remoteEvents"] for s in scenarios)
    assert run["totalParries"] > 0


def test_an_object_has_the_fields_of_the_world(scenario: Scenario) -> None:
    assert scenario.keys() - {"description"} == OBJECT_KEYS
    assert (scenario["verdict"], scenario["errors"]) == ("passed", [])
    assert scenario["intelligence"] is None
    assert scenario["projectiles"] == []


def test_each_press_is_a_row_and_a_call_of_the_remote(scenario: Scenario) -> None:
    presses = scenario["parryLog"]
    assert len(presses) == scenario["metrics"]["parries"]
    for row in presses:
        assert row.keys() - {"scheduledAt"} == PRESS_KEYS
        assert row["ball"].keys() == {"name", "position", "velocity", "realBall"}
        assert row["ball"]["name"] == row["threatId"]
        assert row["ball"]["position"].keys() == row["ball"]["velocity"].keys() == set("xyz")
        assert row["remote"] == "parryButtonPress"
        assert row["timestamp"] >= row["plannedAt"] - 1e-9
    calls = [(row["timestamp"], row["payload"]) for row in scenario["remoteLog"]]
    assert calls == [(row["timestamp"], [row["threatId"]]) for row in presses]
    assert len(calls) == scenario["metrics"]["remoteEvents"]


def test_the_key_goes_down_for_each_press_and_up_before_the_next(scenario: Scenario) -> None:
    keys = scenario["virtualInput"]
    assert {row["keyCode"] for row in keys} == {"KeyCode.F"}
    assert [row["isPressed"] for row in keys] == [index % 2 == 0 for index in range(len(keys))]
    down = [row["timestamp"] for row in keys if row["isPressed"]]
    assert down == [row["timestamp"] for row in scenario["parryLog"]]


def test_the_key_goes_up_when_its_threat_has_gone(scenario: Scenario) -> None:
    keys, contact_s = scenario["virtualInput"], {}
    for row in scenario["threats"]:
        contact_s[row["id"]] = row.get("contactTime", -math.inf)
    for press in scenario["parryLog"]:
        # A tenth of a second of grace after whichever is later; in a stall there are no frames.
        until_s = max(press["timestamp"], contact_s[press["threatId"]]) + 0.1 + 2 * FRAME_S
        until_s += sum(hitch["magnitude"] for hitch in scenario["hitches"])
        up = [
            row["timestamp"]
            for row in keys
            if not row["isPressed"] and row["timestamp"] > press["timestamp"]
        ]
        assert min([*up, scenario["duration"]]) <= until_s


def test_each_threat_is_a_row_with_its_outcome(scenario: Scenario) -> None:
    rows, presses = scenario["threats"], scenario["parryLog"]
    outcomes = Counter(row["outcome"] for row in rows)
    assert {k: v for k, v in scenario["metrics"]["outcomes"].items() if v} == dict(outcomes)
    for row in rows:
        assert THREAT_KEYS <= row.keys() <= THREAT_KEYS | THREAT_KEYS_MORE
        assert row["activatedAt"] >= row["time"] - 1e-9
        assert row["reachable"] is (row["outcome"] in {"parried", "missed"})
        assert ("contactTime" in row) is row["reachable"]
        assert ("parriedBy" in row) is (row["outcome"] == "parried")
        if row["outcome"] == "parried":
            lead_s = row["contactTime"] - presses[row["parriedBy"]]["timestamp"]
            assert math.isclose(row["realisedLead"], lead_s, abs_tol=1e-9)
            assert 0 <= lead_s <= 0.4 + 1e-9


def test_no_threat_is_pressed_twice(scenario: Scenario) -> None:
    pressed = Counter(row["threatId"] for row in scenario["parryLog"])
    assert [name for name, count in pressed.items() if count > 1] == []


def test_a_press_on_time_has_the_lead_that_was_planned(scenario: Scenario) -> None:
    rows = [row for row in scenario["threats"] if "plannedLead" in row]
    assert rows
    for row in rows:
        press = scenario["parryLog"][row["parriedBy"]]
        if not press["inStall"]:
            assert abs(row["realisedLead"] - row["plannedLead"]) <= 0.02


def test_logs_count_what_they_keep(scenario: Scenario) -> None:
    rows = {"events": "events", "threats": "threats", "presses": "parryLog"}
    assert scenario["logs"].keys() == rows.keys()
    for name, count in scenario["logs"].items():
        kept = len(scenario[rows[name]])
        assert count == {"total": count["total"], "kept": kept, "limit": 20_000}
        assert kept == min(count["total"], count["limit"])


def test_telemetry_rows_are_those_of_the_stride(scenario: Scenario) -> None:
    telemetry = scenario["telemetry"]
    steps, sampling = telemetry["steps"], telemetry["sampling"]
    assert sampling["rowsKept"] == len(steps) <= sampling["rowLimit"]
    assert telemetry["now"] == steps[-1]["t"] == scenario["duration"]
    frames = [math.floor(step["t"] * 240 + 1e-6) for step in steps[:-1]]
    assert [frame for frame in frames if frame % sampling["stride"]] == []
    assert frames == sorted(set(frames))
    samples = [step["projectiles"] for step in steps]
    assert max(map(len, samples)) <= sampling["projectileLimit"]
    assert sum(map(len, samples)) == sampling["projectileSamplesKept"]
    assert sampling["projectileSamplesKept"] <= sampling["projectileSamplesTotal"]
    for step in steps:
        (agent,) = step["agents"]
        assert agent["position"] == agent["velocity"] == {"x": 0, "y": 0, "z": 0}
        for sample in step["projectiles"]:
            assert sample.keys() == {"name", "position", "velocity", "contact"}


def test_a_hold_keeps_events_until_its_end(document: Any) -> None:
    scenario = named(document, "telemetry_capture")
    (rule,) = events(scenario, "rule-toggle", rule="highlight-gate")
    assert (rule["time"], rule["dispatchedAt"], rule["heldUntil"]) == (1.1, 1.45, 1.45)
    assert rule["authoredRule"] == "highlight"
    (hitch,) = scenario["hitches"]
    assert (hitch["dispatchedAt"], hitch["magnitude"]) == (1.45, 0.18)
    assert math.isclose(hitch["endedAt"], 1.63)
    (row,) = events(scenario, "player-action", action="inject-hitch")
    assert row["details"]["hitchDuration"] == 0.18


def test_the_guard_of_a_threat_is_active_after_its_press(document: Any) -> None:
    scenario = named(document, "telemetry_capture")
    (row,) = events(scenario, "player-action", action="snapshot-targeting-safe")
    state = row["details"]["targetingSafeState"]
    assert (state["active"], state["ballId"]) == (True, "first")
    first = scenario["parryLog"][0]
    assert row["dispatchedAt"] - first["timestamp"] == pytest.approx(0.05, abs=2 * FRAME_S)


def test_a_threat_that_enters_late_flies_as_if_it_had_been_there(document: Any) -> None:
    third = named(document, "telemetry_capture")["threats"][2]
    assert (third["time"], third["activatedAt"]) == (1.5, pytest.approx(1.63))
    assert third["contactTime"] == pytest.approx(2.0625, abs=1e-6)


def test_telemetry_is_as_long_and_as_wide_as_was_asked_for(document: Any) -> None:
    short = named(document, "telemetry_capture")["telemetry"]
    assert (short["sampling"]["rowLimit"], short["sampling"]["projectileLimit"]) == (120, 16)
    assert 60 < len(short["steps"]) <= 120
    wide = named(document, "engine_perf_mass_pressure")["telemetry"]
    assert max(len(step["projectiles"]) for step in wide["steps"]) == 16
    assert wide["sampling"]["projectileSamplesTotal"] > 16 * wide["sampling"]["framesTotal"]


REFUSALS = [
    "unknown option 'colour'",
    *["invalid value for 'cooldown'"] * 3,
    "invalid value for 'pingOffset'",
    "invalid value for 'pressMaxLookahead'",
    "invalid value for 'pressLookaheadGoal'",
    "invalid value for 'oscillationMaxLookahead'",
    "invalid value for 'oscillationSpamPanicTightness'",
    "invalid value for 'oscillationSpamPanicWindowScale'",
    "invalid value for 'targetHighlightName'",
    "invalid value for 'ballsFolderName'",
    "invalid value for 'remoteQueueGuards'",
    "invalid value for 'smartTuning'",
    "invalid value for 'smartTuning.minSlac'",
    "invalid value for 'smartTuning.minSlack'",
    "invalid value for 'smartTuning.enforceBaseSlack'",
    "invalid value for 'autoTuning'",
    "invalid value for 'autoTuning.interval'",
    "invalid value for 'autoTuning.leadGain'",
    "unknown option 'zeal'",
]


def test_each_wrong_configuration_is_refused_with_its_reason(document: Any) -> None:
    scenario = named(document, "configuration_contract")
    rows = events(scenario, "player-action", action="configure-invalid")
    said = [row["details"]["message"] for row in rows]
    assert said == [f"AutoParry.configure: {message}" for message in REFUSALS]
    assert scenario["warnings"] == []


def test_what_was_reset_is_in_the_configuration_at_the_end(document: Any) -> None:
    scenario = named(document, "configuration_contract")
    config = scenario["snapshots"]["config"]
    assert config == scenario["snapshots"]["getConfig"] == scenario["autoparry"]["config"]
    assert (config["pressReactionBias"], config["activationLatency"]) == (0.02, 0.12)
    assert config["oscillationSpamBurstGap"] == 0.05
    assert config["smartTuning"] is False


def test_the_server_answers_half_a_ping_after_the_press(document: Any) -> None:
    scenario = named(document, "verification_ladder")
    for press in scenario["parryLog"]:
        (answer,) = events(scenario, "parry-success", id=press["threatId"])
        half_ping_s = 0.09 if press["threatId"] == "ping" else 0.0475
        wait_s = answer["dispatchedAt"] - press["timestamp"]
        assert half_ping_s - 1e-9 <= wait_s < half_ping_s + FRAME_S
