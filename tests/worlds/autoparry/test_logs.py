"""What a run of `autoparry` leaves: rows up to a limit, all counted, lists that are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    Call = Callable[..., Any]

PROBE = """
local Frames = require("worlds.autoparry.telemetry")
local Intelligence = require("worlds.autoparry.intelligence")
local Logs = require("worlds.autoparry.logs")
local Metrics = require("worlds.autoparry.metrics")
local Stalls = require("worlds.autoparry.stalls")
local Section = require("worlds.autoparry.section")
local Threats = require("worlds.autoparry.threats")
local Probe = {}

local function press(index, remote)
	return {
		timestamp = index * 0.5, frame = index * 120, threat_id = "t" .. index,
		planned_at_s = index * 0.5, planned_lead_s = 0.125, in_stall = false, remote = remote,
		position = { x = 1, y = 2, z = 3 }, velocity = { x = 0, y = 0, z = -240 }, real_ball = true,
	}
end

function Probe.press_log(limit, count)
	local logs = Logs.new({ threats = 9, presses = limit })
	local indices, last = {}, nil
	for index = 1, count do
		last, indices[index] = logs:press(press(index))
	end
	last.inStall = true
	return {
		rows = logs.rows.presses, indices = indices, last = last, total = logs.totals.presses,
		counts = logs:counts(), warnings = logs:warnings(),
	}
end

function Probe.cut()
	local logs = Logs.new({ threats = 1, presses = 2 })
	for index = 1, 3 do
		logs:threat("t" .. index, index, index)
		logs:press(press(index))
		logs:remote(index, "client", "parryButtonPress", { "t" .. index })
		logs:input(index, true, "KeyCode.F", false)
		logs:input(index, false, "KeyCode.F", false)
	end
	return logs:warnings(), logs:counts(), logs.totals
end

function Probe.threat(ending)
	local logs = Logs.new({ threats = 1, presses = 1 })
	local row = logs:threat("t1", 0.5, 0.50416)
	if ending then
		Logs.finish_threat(row, ending)
	end
	return logs.rows.threats
end

local function others(parries, justified, live)
	return {
		parries = parries or 0, remote_events = 0, hitches = 0, live = live or 0,
		gate_outs = { withinGrace = 0, justified = justified or 0 },
	}
end

function Probe.metrics(counts, endings)
	local counters, outcomes = Metrics.counters(), Metrics.outcomes()
	counters.highlight_toggles = counts[2] or 0
	for _, ending in ipairs(endings) do
		Metrics.count_outcome(counters, outcomes, ending[1], ending[2])
	end
	return Metrics.table(counters, outcomes, others(counts[1], counts[3], counts[4]))
end

function Probe.meets_hitch(rows, from_s, to_s)
	local hitches = {
		count = function() return #rows end,
		row = function(index) return rows[index] end,
	}
	return Stalls.meet(hitches, from_s, to_s)
end

local World = {}
World.__index = World

function World.new(env, options)
	local logs = Logs.new({ threats = 5, presses = 5 })
	return setmetatable({ env = env, logs = logs, full = options.full }, World)
end

function World:apply()
	if self.full then
		self.logs:threat("t1", 0, 0)
		self.logs:press(press(1, "parryButtonPress"))
		self.logs:press(press(2))
		self.logs:remote(0.5, "client", "parryButtonPress", { "t1" })
		self.logs:input(0.5, true, "KeyCode.F", false)
	end
	return true
end

function World:metrics()
	return Metrics.table(Metrics.counters(), Metrics.outcomes(), others())
end

function World:section()
	local threats, frames = { count = 0, order = {} }, Frames.new(600, 16)
	if self.full then
		threats = {
			count = 1, order = { 2 }, id = { [2] = "t9" }, in_contact = { [2] = true },
			px = { [2] = 1 }, py = { [2] = 2 }, pz = { [2] = 3 },
			vx = { [2] = 0 }, vy = { [2] = 0 }, vz = { [2] = -100 }, reading = Threats.reading,
		}
		frames:take(0, 0, threats, 0.01)
	end
	local intelligence = Intelligence.new({ empty_list = self.env.empty_list, row_limit = 5 })
	local snapshots = { history = self.env.empty_list() }
	local inspection = { snapshots = snapshots, autoparry = { sequence = 3 } }
	return Section.table({
		env = self.env, logs = self.logs, telemetry = frames, threats = threats, ahead_s = 0.01,
		agent_name = "Player", inspection = inspection, intelligence = intelligence, parries = 2,
		remote_events = 1,
	})
end

Probe.World = World
return Probe
"""

# An empty list that crosses as the result of a call is a map: the functions know no list of ours.
NOTHING: dict[str, Any] = {}


@pytest.fixture
def call(shared_bench: Bench) -> Call:
    if not (shared_bench.folder / "lua/probe_logs.lua").exists():
        shared_bench.write("lua/probe_logs.lua", PROBE)
        shared_bench.world("logging", 'return require("probe_logs").World')

    def run(function: str, *arguments: Any) -> Any:
        results = shared_bench.harness.call_lua("probe_logs", function, *arguments)
        return results if len(results) > 1 else results[0]

    return run


def test_a_log_keeps_its_first_rows_and_counts_all(call: Call) -> None:
    log = call("press_log", 2, 4)
    assert [row["threatId"] for row in log["rows"]] == ["t1", "t2"]
    assert log["indices"] == [0, 1, 2, 3]
    assert log["total"] == 4
    assert log["counts"]["presses"] == {"total": 4, "kept": 2, "limit": 2}


def test_a_row_that_is_not_kept_can_be_finished(call: Call) -> None:
    log = call("press_log", 2, 3)
    assert (log["last"]["threatId"], log["last"]["inStall"]) == ("t3", True)
    assert [row["inStall"] for row in log["rows"]] == [False, False]


def test_a_full_log_has_lost_nothing(call: Call) -> None:
    log = call("press_log", 2, 2)
    assert log["warnings"] == NOTHING
    assert log["rows"][1] == {
        "timestamp": 1,
        "frame": 240,
        "threatId": "t2",
        "plannedAt": 1,
        "plannedLead": 0.125,
        "inStall": True,
        "ball": {
            "name": "t2",
            "position": {"x": 1, "y": 2, "z": 3},
            "velocity": {"x": 0, "y": 0, "z": -240},
            "realBall": True,
        },
    }


def test_a_cut_is_told_by_a_count_or_in_words(call: Call) -> None:
    warnings, counts, totals = call("cut")
    assert warnings == [
        "log remotes cut at 2 of 3 rows",
        "log inputs cut at 2 of 6 rows",
    ]
    assert counts == {
        "threats": {"total": 3, "kept": 1, "limit": 1},
        "presses": {"total": 3, "kept": 2, "limit": 2},
    }
    assert totals == {"threats": 3, "presses": 3, "remotes": 3, "inputs": 6}


def test_a_threat_is_unresolved_until_something_became_of_it(call: Call) -> None:
    assert call("threat") == [
        {
            "id": "t1",
            "time": 0.5,
            "activatedAt": 0.50416,
            "reachable": False,
            "outcome": "unresolved",
            "hitchOverlap": False,
        }
    ]


def test_a_parried_threat_names_its_press_and_the_lead_it_had(call: Call) -> None:
    ending = {
        "outcome": "parried", "contact_s": 1.5, "press_s": 1.25, "press_index": 3,
        "planned_lead_s": 0.2, "hitch_overlap": True, "first_scheduled_s": 0.75,
    }  # fmt: skip
    (row,) = call("threat", ending)
    assert row == {
        "id": "t1",
        "time": 0.5,
        "activatedAt": 0.50416,
        "reachable": True,
        "contactTime": 1.5,
        "outcome": "parried",
        "parriedBy": 3,
        "realisedLead": 0.25,
        "plannedLead": 0.2,
        "hitchOverlap": True,
        "firstScheduledAt": 0.75,
    }


@pytest.mark.parametrize(
    ("ending", "reachable", "contact_s"),
    [({"outcome": "missed", "contact_s": 2}, True, 2), ({"outcome": "passed"}, False, None)],
)
def test_what_was_not_parried_has_no_press(
    call: Call, ending: dict[str, Any], reachable: bool, contact_s: float | None
) -> None:
    (row,) = call("threat", ending)
    assert (row["reachable"], row.get("contactTime")) == (reachable, contact_s)
    assert not {"parriedBy", "realisedLead"} & row.keys()


def test_counts_are_there_when_nothing_happened(call: Call) -> None:
    assert call("metrics", [], []) == {
        "parries": 0,
        "remoteEvents": 0,
        "threats": 0,
        "hitches": 0,
        "highlightToggles": 0,
        "autoparryEnabled": 0,
        "outcomes": {"parried": 0, "missed": 0, "passed": 0, "unresolved": 0},
        "onTime": {"reachable": 0, "parried": 0, "hitchExcluded": 0},
        "gateOuts": {"withinGrace": 0, "justified": 0},
    }


def test_what_met_a_hitch_counts_for_no_ratio(call: Call) -> None:
    endings = [
        ["parried", False], ["parried", False], ["parried", False], ["missed", False],
        ["parried", True], ["missed", True], ["passed", False], ["passed", True],
    ]  # fmt: skip
    metrics = call("metrics", [4, 3, 1, 1], endings)
    assert metrics["outcomes"] == {"parried": 4, "missed": 2, "passed": 2, "unresolved": 1}
    assert metrics["onTime"] == {"reachable": 6, "parried": 3, "hitchExcluded": 2, "ratio": 0.75}
    assert (metrics["parries"], metrics["highlightToggles"]) == (4, 3)
    assert metrics["gateOuts"] == {"withinGrace": 0, "justified": 1}


# Two hitches that are over, the second due in the first, and one whose end lies ahead.
HITCHES = [
    {"time": 0.998, "dispatchedAt": 1, "magnitude": 0.5, "endedAt": 1.5},
    {"time": 1.2, "dispatchedAt": 1.5, "magnitude": 0.25, "endedAt": 1.75},
    {"time": 3, "dispatchedAt": 3, "magnitude": 0.5},
]


@pytest.mark.parametrize(
    ("from_s", "to_s", "meets"),
    [
        (0.5, 0.99, False), (0.5, 0.998, True), (1.1, 1.15, True), (1.6, 1.9, True),
        (1.75, 2, True), (1.76, 2.9, False), (2.9, 3.1, True), (3.5, 4, True), (3.51, 4, False),
        (0, 9, True),
    ],
)  # fmt: skip
def test_a_window_meets_a_hitch_that_shares_an_instant_with_it(
    call: Call, from_s: float, to_s: float, meets: bool
) -> None:
    assert call("meets_hitch", HITCHES, from_s, to_s) is meets


def test_a_record_of_nothing_is_made_of_empty_lists(shared_bench: Bench, call: Call) -> None:
    del call
    record = shared_bench.play([{"at": 0, "action": "go"}], world="logging")
    section = record.sections["logging"]
    telemetry = section.pop("telemetry")
    assert isinstance(telemetry, dict)
    assert telemetry["steps"] == []
    assert section == {
        "parryLog": [],
        "remoteLog": [],
        "virtualInput": [],
        "threats": [],
        "projectiles": [],
        "snapshots": {"history": []},
        "autoparry": {"sequence": 3},
        "intelligence": None,
        "logs": {
            "threats": {"total": 0, "kept": 0, "limit": 5},
            "presses": {"total": 0, "kept": 0, "limit": 5},
        },
        "totals": {"totalParries": 2, "totalRemoteEvents": 1},
        "views": {
            "replay": ["remoteLog", "virtualInput", "parryLog"],
            "observability": [
                "telemetry",
                "autoparry.smartTuning",
                "autoparry.diagnostics",
                "parryLog",
            ],
        },
    }


def test_a_record_holds_the_logs_as_they_were_written(shared_bench: Bench, call: Call) -> None:
    del call
    timeline = [{"at": 0, "action": "go"}]
    record = shared_bench.play(timeline, world="logging", world_options={"full": True})
    assert record.outcome.status == "completed", record.outcome
    section: Any = record.sections["logging"]
    assert [press["remote"] for press in section["parryLog"]] == ["parryButtonPress", None]
    assert section["remoteLog"] == [
        {
            "timestamp": 0.5,
            "direction": "client",
            "remote": "parryButtonPress",
            "payload": ["t1"],
        }
    ]
    assert section["virtualInput"] == [
        {"timestamp": 0.5, "isPressed": True, "keyCode": "KeyCode.F", "isRepeat": False}
    ]
    assert section["projectiles"] == [
        {
            "name": "t9",
            "position": {"x": 1, "y": 2, "z": 2},
            "velocity": {"x": 0, "y": 0, "z": -100},
            "contact": True,
        }
    ]
    assert section["telemetry"]["steps"][0]["projectiles"] == section["projectiles"]
    assert section["telemetry"]["now"] == record.outcome.virtual_s
