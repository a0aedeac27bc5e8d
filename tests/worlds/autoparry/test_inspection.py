"""What AutoParry tells of itself: in the record, in the metrics, at the end of a hold.

Most duels here have getters of their own, whose answers are known; `begin` puts them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import Duel, Trace, ball, call, player

if TYPE_CHECKING:
    from conftest import Bench

GETTERS = {
    "getConfig": "config",
    "getSmartPressState": "smartPressState",
    "getSmartTuningSnapshot": "smartTuningSnapshot",
    "getTelemetryStats": "telemetryStats",
    "getDiagnosticsReport": "diagnosticsReport",
    "getTelemetryHistory": "telemetryHistory",
    "getTelemetrySnapshot": "telemetrySnapshot",
    "getTelemetryInsights": "telemetryInsights",
    "getAutoTuningState": "autoTuningState",
}

# By the getter, each key of `autoparry` that comes from it, with the place in its answer.
KEYS = {
    "getConfig": {"config": ""},
    "getSmartPressState": {"smartPressState": ""},
    "getSmartTuningSnapshot": {"smartTuning": ""},
    "getTelemetryStats": {
        "telemetryStats": "", "counters": "counters", "adaptiveState": "adaptiveState",
    },
    "getDiagnosticsReport": {"diagnostics": ""},
    "getTelemetryHistory": {"history": ""},
    "getTelemetrySnapshot": {
        "telemetrySnapshot": "", "sequence": "sequence",
        "activationLatency": "activationLatency", "remoteLatencyActive": "remoteLatencyActive",
        "adaptiveProfile": "adaptiveProfile", "lastEvent": "lastEvent",
    },
    "getTelemetryInsights": {
        "telemetryInsights": "", "summary": "summary", "metrics": "metrics", "samples": "samples",
        "statuses": "statuses", "severity": "severity", "recommendations": "recommendations",
        "adjustments": "adjustments", "smartTuningEnabled": "smartTuningEnabled",
        "insightConfig": "config", "autoTuning": "autoTuning",
    },
    "getAutoTuningState": {"autoTuningState": ""},
}  # fmt: skip

METRICS = {
    "summary", "counters", "activationLatency", "adaptiveState", "metrics", "samples", "statuses",
    "severity", "recommendations", "adjustments", "adaptiveProfile", "autoTuning",
}  # fmt: skip

ANSWERS = """
local function answers(env)
    return {
        getConfig = { cooldown = 0.1, remoteQueueGuards = env.empty_list() },
        getSmartPressState = { lead = 0, pendingLatencyPresses = env.empty_list() },
        getSmartTuningSnapshot = { enabled = true, sigma = 0.5 },
        getTelemetryStats = {
            counters = { press = 3, of = "stats" }, adaptiveState = { reactionBias = 0.01 },
        },
        getDiagnosticsReport = {
            counters = { of = "diagnostics" }, adaptiveState = { of = "diagnostics" },
            summary = { of = "diagnostics" },
        },
        getTelemetryHistory = {
            { type = "press", sequence = 6 }, { type = "success", sequence = 7 },
        },
        getTelemetrySnapshot = {
            sequence = 7, activationLatency = 0.11, remoteLatencyActive = false,
            lastEvent = { type = "success", sequence = 7 },
            stats = { counters = { of = "snapshot" } }, adaptiveState = { of = "snapshot" },
            summary = { of = "snapshot" }, adaptiveProfile = { pressCount = 3 },
        },
        getTelemetryInsights = {
            summary = { of = "insights" }, metrics = { successRate = 1 }, samples = { press = 3 },
            statuses = { slack = { level = "info" } }, severity = "info",
            recommendations = env.empty_list(), adjustments = { status = "stable" },
            smartTuningEnabled = false, config = { cooldown = 0.2 },
            autoTuning = { enabled = false },
        },
        getAutoTuningState = { enabled = false, lastRun = 0 },
    }
end
local function fails() error("out of order", 0) end
local function put(self)
    self.given = answers(self.env)
    for name in pairs(self.given) do
        self.api[name] = function() return self.given[name] end
    end
end
"""


def script(more: str = "", actions: str = "") -> str:
    return f"{ANSWERS} function W:begin() put(self) {more} end {actions}"


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def shown(trace: Trace) -> tuple[dict[str, Any], dict[str, Any]]:
    return trace.section["snapshots"], trace.section["autoparry"]


def at_key(answer: Any, key: str) -> Any:
    return answer[key] if key else answer


def test_each_key_shows_its_part_of_the_answers(duel: Duel) -> None:
    snapshots, autoparry = shown(duel(script=script()))
    assert autoparry == {
        key: at_key(snapshots[getter], place)
        for getter, keys in KEYS.items()
        for key, place in keys.items()
    }
    assert len(autoparry) == 26
    assert (autoparry["sequence"], autoparry["summary"]) == (7, {"of": "insights"})
    assert autoparry["remoteLatencyActive"] is autoparry["smartTuningEnabled"] is False
    assert autoparry["insightConfig"] == {"cooldown": 0.2}
    assert [event["sequence"] for event in autoparry["history"]] == [6, 7]


def test_an_answer_stands_under_both_names_of_its_getter(duel: Duel) -> None:
    snapshots, autoparry = shown(duel(script=script()))
    assert snapshots.keys() == {*GETTERS, *GETTERS.values(), "autoparry"}
    assert snapshots["autoparry"] == autoparry
    for getter, short in GETTERS.items():
        assert snapshots[getter] == snapshots[short]
    assert snapshots["config"] == {"cooldown": 0.1, "remoteQueueGuards": []}


def test_lists_that_nothing_is_in_leave_as_lists(duel: Duel) -> None:
    trace = duel(script=script("self.given.getTelemetryHistory = self.env.empty_list()"))
    snapshots, autoparry = shown(trace)
    assert snapshots["telemetryHistory"] == autoparry["history"] == []
    assert autoparry["smartPressState"]["pendingLatencyPresses"] == []
    assert autoparry["recommendations"] == trace.metric("autoparry")["recommendations"] == []


@pytest.mark.parametrize(
    ("absent", "of"),
    [
        ("self.given.getTelemetryStats.counters = nil", "diagnostics"),
        ("self.given.getTelemetryStats = nil", "diagnostics"),
        ("self.api.getTelemetryStats = fails", "diagnostics"),
        ("self.api.getTelemetryStats, self.given.getDiagnosticsReport = nil, 3", "snapshot"),
        ("self.api.getTelemetryStats, self.api.getDiagnosticsReport = fails, fails", "snapshot"),
    ],
)
def test_what_stats_do_not_say_others_say(duel: Duel, absent: str, of: str) -> None:
    trace = duel(script=script(absent))
    _, autoparry = shown(trace)
    assert autoparry["counters"] == trace.metric("autoparry")["counters"] == {"of": of}
    if "counters" not in absent:
        assert autoparry["adaptiveState"] == {"of": of}
        assert trace.metric("autoparry")["adaptiveState"] == {"of": of}


def test_without_any_source_there_is_no_key(duel: Duel) -> None:
    trace = duel(script=f"{ANSWERS} function W:begin() put(self) self.given = {{}} end")
    assert shown(trace) == ({"autoparry": {}}, {})
    assert trace.metric("autoparry") == {}
    assert trace.record.warnings == []


@pytest.mark.parametrize("getter", GETTERS)
def test_a_getter_that_fails_is_a_warning_and_its_keys_are_absent(duel: Duel, getter: str) -> None:
    trace = duel(script=script(f"self.api.{getter} = fails"))
    whole = duel(script=script())
    assert trace.record.warnings == [f"{getter} failed: out of order"]
    snapshots, autoparry = shown(trace)
    absent = {getter, GETTERS[getter]}
    expected = {key: value for key, value in shown(whole)[0].items() if key not in absent}
    fallbacks = {
        "counters": {"of": "diagnostics"},
        "adaptiveState": {"of": "diagnostics"},
        "summary": {"of": "snapshot"},
    }
    kept = {key: value for key, value in shown(whole)[1].items() if key not in KEYS[getter]}
    kept |= {key: fallbacks[key] for key in KEYS[getter] if key in fallbacks}
    assert autoparry == kept
    assert snapshots == {**expected, "autoparry": kept}


def test_the_message_of_a_failure_says_where(duel: Duel) -> None:
    body = "self.api.getConfig = function() local none = nil return none.x end"
    (warning,) = duel(script=script(body)).record.warnings
    assert warning.startswith("getConfig failed: ")
    assert "attempt to index" in warning
    assert "0x" not in warning


SERVICES = """
local services = self.env.services
local vector, frame = services.Vector3.new(1, 2, 3), services.CFrame.new(4, 5, 6)
"""


def sanitised(duel: Duel, body: str, *entries: dict[str, Any]) -> Any:
    """Return what the record shows of a value that a getter returns."""
    odd = f"self.api.getConfig = function() {SERVICES} {body} end"
    trace = duel(*entries, script=script(odd))
    assert trace.record.warnings == []
    return shown(trace)[0]["config"]


def test_values_of_the_services_have_their_plain_forms(duel: Duel) -> None:
    body = """return {
        vector = vector, flat = services.Vector2.new(7, 8), frame = frame,
        key = services.Enum.KeyCode.F, instance = services.Workspace,
        list = { vector, "x", true },
    }"""
    assert sanitised(duel, body) == {
        "vector": {"x": 1, "y": 2, "z": 3},
        "flat": {"x": 7, "y": 8},
        "frame": {"type": "CFrame", "components": [4, 5, 6, 1, 0, 0, 0, 1, 0, 0, 0, 1]},
        "key": "KeyCode.F",
        "instance": {"name": "Workspace", "className": "Workspace"},
        "list": [{"x": 1, "y": 2, "z": 3}, "x", True],
    }


def test_what_has_no_plain_form_is_named_by_its_kind(duel: Duel) -> None:
    body = """return {
        fn = print, thread = coroutine.create(print), signal = services.Workspace.ChildAdded,
        null = self.env.null, fault = { fails, { inner = fails } },
    }"""
    assert sanitised(duel, body) == {
        "fn": "<function>",
        "thread": "<thread>",
        "signal": "<userdata>",
        "null": None,
        "fault": ["<function>", {"inner": "<function>"}],
    }


def test_numbers_that_are_not_finite_are_null(duel: Duel) -> None:
    body = "return { nan = 0 / 0, most = math.huge, least = -math.huge, list = { 0 / 0, 1 } }"
    assert sanitised(duel, body) == {"nan": None, "most": None, "least": None, "list": [None, 1]}


def test_a_table_inside_itself_is_a_cycle_and_one_that_stands_twice_is_not(duel: Duel) -> None:
    body = """
        local shared, outer = { 1 }, { name = "outer" }
        outer.self, outer.inner, outer.first, outer.second = outer, { up = outer }, shared, shared
        return outer
    """
    assert sanitised(duel, body) == {
        "name": "outer", "self": "<cycle>", "inner": {"up": "<cycle>"}, "first": [1], "second": [1],
    }  # fmt: skip


def test_a_threat_is_its_id_while_it_lives_and_afterwards(duel: Duel) -> None:
    balls = """
        local list = self.stage.balls_folder:GetChildren()
        self.kept = self.kept or list[1]
        self.given.getConfig = { ball = self.kept, list = list }
    """
    actions = f"function W:keep() {balls} end"
    hold = player(0.1, "observe-telemetry", duration=0.1)
    trace = duel(ball(0, "a", 100, 100), call(0.05, "keep"), hold, script=script("", actions))
    assert shown(trace)[0]["config"] == {"ball": "a", "list": ["a"]}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("{ [true] = 1 }", "a boolean cannot be a key of plain data"),
        ("{ { [{}] = 1 } }", "a table cannot be a key of plain data"),
        ("{ [math.huge] = 1 }", "a number that is not finite cannot be a key of plain data"),
        ("deep", "nested more than 32 deep"),
    ],
)
def test_what_no_record_can_hold_is_a_failure_of_its_getter(
    duel: Duel, answer: str, message: str
) -> None:
    deep = "local deep = 1 for _ = 1, 33 do deep = { deep } end"
    trace = duel(script=script(f"{deep} self.given.getAutoTuningState = {answer}"))
    assert trace.record.warnings == [f"getAutoTuningState failed: {message}"]
    assert "autoTuningState" not in shown(trace)[1]


def test_as_deep_as_allowed_is_shown(duel: Duel) -> None:
    deep = "local deep = 1 for _ = 1, 32 do deep = { deep } end"
    trace = duel(script=script(f"{deep} self.given.getAutoTuningState = deep"))
    assert trace.record.warnings == []
    assert str(shown(trace)[1]["autoTuningState"]) == "[" * 32 + "1" + "]" * 32


# The metrics.


def test_the_metrics_have_the_short_view(duel: Duel) -> None:
    trace = duel(script=script())
    _, autoparry = shown(trace)
    assert trace.metric("autoparry") == {key: autoparry[key] for key in METRICS}


def test_the_metrics_are_those_of_the_moment(shared_bench: Bench, duel: Duel) -> None:
    actions = "function W:more() self.given.getTelemetrySnapshot.sequence, "
    actions += "self.given.getTelemetryStats.counters.press = 8, 4 end"
    name = duel.world(script("", actions))
    timeline: list[dict[str, Any]] = [
        {"at": 0.1, "expect": {"autoparry.counters.press": 3}},
        call(0.2, "more"),
        {"at": 0.3, "expect": {"autoparry.counters.press": 4}},
    ]
    before = {"metric": "autoparry.counters.press", "eq": 3}
    after = {"metric": "autoparry.counters.press", "eq": 4}
    invariant = {"any": [before, {"all": [after, {"event": "action"}]}]}
    verdict = shared_bench.judge(timeline, world=name, invariants=[invariant])
    assert verdict.passed, verdict.findings


def test_looking_at_the_metrics_warns_of_nothing(shared_bench: Bench, duel: Duel) -> None:
    name = duel.world(script("self.api.getTelemetryInsights = fails"))
    timeline: list[dict[str, Any]] = [
        {"at": 0.1, "checkpoint": "a"},
        {"at": 0.2, "checkpoint": "b"},
    ]
    invariants = [{"metric": "autoparry.activationLatency", "eq": 0.11}]
    record = shared_bench.play(timeline, world=name, invariants=invariants)
    assert record.warnings == ["getTelemetryInsights failed: out of order"]
    metrics: Any = record.checkpoints["a"].metrics
    absent = KEYS["getTelemetryInsights"].keys() - {"summary"}
    assert metrics["autoparry"].keys() == METRICS - absent


ASKED = """
self.asked = {}
for name, fn in pairs(self.api) do
    self.api[name] = function()
        if name:find("get", 1, true) == 1 then self.asked[name] = true end
        return fn()
    end
end
"""
NAMES = """
function W:names()
    local names = {}
    for name in pairs(self.asked) do names[#names + 1] = name end
    self:say(unpack(names))
end
"""


@pytest.mark.parametrize(
    ("metric", "asked"),
    [
        ("parries", []),
        ("autoparryEnabled", []),
        ("autoparry.counters.press", ["getTelemetryStats"]),
        ("autoparry.severity", ["getTelemetryInsights"]),
        ("autoparry.config.cooldown", []),
        ("autoparry",
            ["getTelemetryInsights", "getTelemetrySnapshot", "getTelemetryStats"]),
    ],
)  # fmt: skip
def test_a_condition_asks_only_for_what_it_looks_at(
    shared_bench: Bench, duel: Duel, metric: str, asked: list[str]
) -> None:
    name = duel.world(script(ASKED, NAMES))
    invariant = {"metric": metric, "ne": "never"}
    trace = Trace(shared_bench.play([call(0.2, "names")], world=name, invariants=[invariant]))
    assert trace.said == [" ".join(asked)]
    assert trace.metric("autoparry").keys() == METRICS


# At the end of a hold.


def hold(at: float, duration: float) -> dict[str, Any]:
    return player(at, "observe-telemetry", duration=duration)


COUNTING = """
    local function seen() return { at = self.clock.now() } end
    self.api.getTelemetryStats = seen
    self.api.getSmartPressState = function() return { ballId = "a", at = self.clock.now() } end
"""


def test_a_hold_shows_the_telemetry_at_its_end(duel: Duel) -> None:
    trace = duel(hold(0.25, 0.5), script=script(COUNTING))
    assert trace.details("observe-telemetry") == [
        {
            "telemetry": {
                "stats": {"at": 0.75},
                "summary": {"of": "insights"},
                "smartPressState": {"ballId": "a", "at": 0.75},
                "sequence": 7,
            }
        }
    ]
    assert trace.record.warnings == []


def times(trace: Trace) -> list[float]:
    rows = trace.details("observe-telemetry")
    return [row["telemetry"]["stats"]["at"] for row in rows]


def test_each_of_two_holds_shows_its_own_end(duel: Duel) -> None:
    assert times(duel(hold(0.25, 0.25), hold(1, 0.5), script=script(COUNTING))) == [0.5, 1.5]


def test_a_hold_inside_another_shows_its_end_after_that_one(duel: Duel) -> None:
    inside = duel(hold(0.25, 0.5), hold(0.5, 0.25), script=script(COUNTING))
    assert times(inside) == [0.75, 1]
    assert times(duel(hold(0.25, 0.5), hold(0.25, 0.25), script=script(COUNTING))) == [0.75, 1]


def test_a_hold_shows_its_end_before_what_it_kept_back_happens(duel: Duel) -> None:
    change = "function W:change() self.given.getTelemetrySnapshot.sequence = 9 end"
    trace = duel(hold(0.25, 0.5), call(0.5, "change"), script=script(COUNTING, change))
    (row,) = trace.details("observe-telemetry")
    assert row["telemetry"]["sequence"] == 7
    assert shown(trace)[1]["sequence"] == 9


def test_a_getter_that_fails_at_the_end_of_a_hold_names_the_entry(duel: Duel) -> None:
    trace = duel(hold(0.25, 0.5), script=script("self.api.getSmartPressState = fails"))
    assert trace.record.warnings == [
        "getSmartPressState failed: out of order (timeline[2])",
        "getSmartPressState failed: out of order",
    ]
    (row,) = trace.details("observe-telemetry")
    assert row["telemetry"].keys() == {"stats", "summary", "sequence"}


def test_what_is_no_hold_shows_nothing(duel: Duel) -> None:
    trace = duel(player(0.25, "observe-telemetry"), hold(0.5, 0), script=script(COUNTING))
    assert trace.details("observe-telemetry") == [None, None]
