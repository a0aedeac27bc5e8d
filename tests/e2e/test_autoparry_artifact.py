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

INSPECTION_KEYS = {
    "activationLatency", "adaptiveProfile", "adaptiveState", "adjustments", "autoTuning",
    "autoTuningState", "config", "counters", "diagnostics", "history", "insightConfig", "lastEvent",
    "metrics", "recommendations", "remoteLatencyActive", "samples", "sequence", "severity",
    "smartPressState", "smartTuning", "smartTuningEnabled", "statuses", "summary",
    "telemetryInsights", "telemetrySnapshot", "telemetryStats",
}  # fmt: skip
INSPECTION_METRICS = {
    "activationLatency", "adaptiveProfile", "adaptiveState", "adjustments", "autoTuning",
    "counters", "metrics", "recommendations", "samples", "severity", "statuses", "summary",
}  # fmt: skip
# By the getter, the other name, and the key of `autoparry` that shows the same.
GETTERS = {
    "getConfig": ("config", "config"),
    "getSmartPressState": ("smartPressState", "smartPressState"),
    "getSmartTuningSnapshot": ("smartTuningSnapshot", "smartTuning"),
    "getTelemetryStats": ("telemetryStats", "telemetryStats"),
    "getDiagnosticsReport": ("diagnosticsReport", "diagnostics"),
    "getTelemetryHistory": ("telemetryHistory", "history"),
    "getTelemetrySnapshot": ("telemetrySnapshot", "telemetrySnapshot"),
    "getTelemetryInsights": ("telemetryInsights", "telemetryInsights"),
    "getAutoTuningState": ("autoTuningState", "autoTuningState"),
}
LISTS = {
    "history", "observations", "pendingLatencyPresses", "reasons", "recommendations",
    "remoteQueueGuards",
}  # fmt: skip

SCENARIOS = [
    "configuration_contract",
    "engine_perf_auto_tuner",
    "engine_perf_flicker_window",
    "engine_perf_hitch_resilience",
    "engine_perf_lookahead",
    "engine_perf_mass_pressure",
    "intelligence_policies",
    "telemetry_capture",
    "verification_ladder",
]

Scenario = dict[str, Any]


@pytest.fixture(scope="module")
def document(root: Path) -> Any:
    """The artifact of one run of all shipped scenarios of the world."""
    assert main(["--root", str(root)]) == 0
    return json.loads((root / "artifacts/engine/engine_simulation.json").read_text("utf-8"))


@pytest.fixture(params=SCENARIOS)
def scenario(document: Any, request: pytest.FixtureRequest) -> Scenario:
    return named(document, request.param)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("autoparry")
    shutil.copytree(ROOT / "scenarios" / "autoparry", root / "scenarios" / "autoparry")
    (root / "harness.toml").write_text("", "utf-8")
    return root


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
    ids = [scenario["id"] for scenario in document["scenarios"]]
    # What the presses of the others must be is written in each of them.
    assert [name for name in ids if not name.startswith("accuracy_")] == SCENARIOS


def test_the_head_adds_up_what_the_scenarios_did(document: Any) -> None:
    run, scenarios = document["run"], document["scenarios"]
    assert run["totalParries"] == sum(s["metrics"]["parries"] for s in scenarios)
    assert run["totalRemoteEvents"] == sum(s["metrics"]["remoteEvents"] for s in scenarios)
    assert run["totalParries"] > 0


def test_an_object_has_the_fields_of_the_world(scenario: Scenario) -> None:
    assert scenario.keys() - {"description"} == OBJECT_KEYS
    assert (scenario["verdict"], scenario["errors"]) == ("passed", [])
    assert (scenario["intelligence"] is None) == (scenario["id"] != "intelligence_policies")
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
            pressed_s = presses[row["parriedBy"]]["timestamp"]
            lead_s = row["contactTime"] - pressed_s - input_delay_s(scenario, pressed_s)
            assert math.isclose(row["realisedLead"], lead_s, abs_tol=1e-9)
            assert 0 <= lead_s <= 0.4 + 1e-9


def input_delay_s(scenario: Scenario, at_s: float) -> float:
    """Return how long a press at this time waited until it worked."""
    rows = events(scenario, "network", name="input:delay")
    delays = [row["payload"]["ms"] for row in rows if row["dispatchedAt"] <= at_s]
    return delays[-1] / 1000 if delays else 0.0


def swings(press: Scenario) -> bool:
    """Tell whether the threat of a press comes and goes, so that its contact is not foreseen."""
    return press["threatId"] == "swinging"


def test_no_threat_is_pressed_twice_but_one_that_swings(scenario: Scenario) -> None:
    pressed = Counter(row["threatId"] for row in scenario["parryLog"] if not swings(row))
    assert [name for name, count in pressed.items() if count > 1] == []


def test_a_press_on_time_has_the_lead_that_was_planned(scenario: Scenario) -> None:
    rows = [row for row in scenario["threats"] if "plannedLead" in row]
    assert rows
    for row in rows:
        press = scenario["parryLog"][row["parriedBy"]]
        if swings(press):
            continue
        # A delay that AutoParry cannot read has to be learned first.
        if not press["inStall"] and input_delay_s(scenario, press["timestamp"]) == 0:
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


# What AutoParry tells of itself.


def test_everything_that_can_be_asked_is_there(scenario: Scenario) -> None:
    autoparry, snapshots = scenario["autoparry"], scenario["snapshots"]
    assert autoparry.keys() == INSPECTION_KEYS
    short_names = {short for short, _ in GETTERS.values()}
    assert snapshots.keys() == {*GETTERS, *short_names, "autoparry"}
    assert snapshots["autoparry"] == autoparry
    for getter, (short, key) in GETTERS.items():
        assert snapshots[getter] == snapshots[short] == autoparry[key]


def test_the_parts_say_the_same_as_the_whole(scenario: Scenario) -> None:
    autoparry = scenario["autoparry"]
    stats, snapshot = autoparry["telemetryStats"], autoparry["telemetrySnapshot"]
    insights, diagnostics = autoparry["telemetryInsights"], autoparry["diagnostics"]
    assert stats == snapshot["stats"] == insights["stats"] == diagnostics["stats"]
    assert autoparry["counters"] == stats["counters"] == diagnostics["counters"]
    assert autoparry["adaptiveState"] == stats["adaptiveState"] == snapshot["adaptiveState"]
    assert autoparry["summary"] == snapshot["summary"] == insights["summary"]
    assert autoparry["summary"] == diagnostics["summary"]
    assert autoparry["history"] == snapshot["history"]
    assert autoparry["config"] == autoparry["insightConfig"] == diagnostics["config"]
    assert autoparry["recommendations"] == diagnostics["recommendations"]


def test_the_metrics_are_the_short_view(scenario: Scenario) -> None:
    short = scenario["metrics"]["autoparry"]
    assert short == {key: scenario["autoparry"][key] for key in INSPECTION_METRICS}


def test_the_history_ends_with_the_last_event(scenario: Scenario) -> None:
    autoparry = scenario["autoparry"]
    history, last = autoparry["history"], autoparry["sequence"]
    assert 0 < len(history) <= 200
    assert [event["sequence"] for event in history] == [*range(last - len(history) + 1, last + 1)]
    assert autoparry["lastEvent"] == history[-1]
    assert [event["time"] for event in history] == sorted(event["time"] for event in history)


def test_counters_count_what_the_run_did_since_they_were_reset(scenario: Scenario) -> None:
    # Each scenario enables AutoParry before its first threat, and leaves it on.
    resets = events(scenario, "player-action", action="reset-config")
    since_s = max((row["dispatchedAt"] for row in resets), default=0)
    counters = scenario["autoparry"]["counters"]
    presses = [row for row in scenario["parryLog"] if row["timestamp"] > since_s]
    answers = [row for row in events(scenario, "parry-success") if row["dispatchedAt"] > since_s]
    assert (counters["press"], counters["success"]) == (len(presses), len(answers))
    assert presses


def nodes(value: Any, key: str = "") -> Any:
    """Yield every value in a document with its key."""
    yield key, value
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield from nodes(inner, name)
    for inner in value if isinstance(value, list) else ():
        yield from nodes(inner)


def test_lists_are_lists_and_nothing_has_an_address(scenario: Scenario) -> None:
    found = list(nodes(scenario["snapshots"]))
    assert [key for key, value in found if key in LISTS and not isinstance(value, list)] == []
    assert {key for key, _ in found} >= {"history", "reasons", "recommendations"}
    texts = [value for _, value in found if isinstance(value, str)]
    assert [text for text in texts if text.startswith("<") or "0x" in text] == []


def test_the_end_of_a_hold_shows_the_telemetry_of_that_time(document: Any) -> None:
    scenario = named(document, "telemetry_capture")
    (row,) = events(scenario, "player-action", action="observe-telemetry")
    telemetry = row["details"]["telemetry"]
    assert telemetry.keys() == {"stats", "summary", "smartPressState", "sequence"}
    at_end = scenario["autoparry"]
    assert telemetry["stats"].keys() == at_end["telemetryStats"].keys()
    assert telemetry["summary"].keys() == at_end["summary"].keys()
    # Two of the three threats were pressed by then.
    assert telemetry["stats"]["counters"]["press"] == 2
    before = [event for event in at_end["history"] if event["sequence"] <= telemetry["sequence"]]
    after = [event for event in at_end["history"] if event["sequence"] > telemetry["sequence"]]
    assert before[-1]["time"] <= 1.45 <= after[0]["time"]


def test_the_file_for_other_tools_has_what_autoparry_tells(
    root: Path, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINE_TRACE", "1")
    out = root / "traced"
    flags = ["--suite", "engine-sim", "--scenario", "telemetry_capture", "--out-dir", str(out)]
    assert main(["--root", str(root), *flags]) == 0
    shown = json.loads((out / "telemetry/telemetry_capture-observability.json").read_text("utf-8"))
    scenario = named(document, "telemetry_capture")
    assert shown["smartTuning"] == scenario["autoparry"]["smartTuning"]
    assert shown["diagnostics"] == scenario["autoparry"]["diagnostics"]
    assert shown["telemetry"] == scenario["telemetry"]
    assert shown["parryLog"] == scenario["parryLog"]
