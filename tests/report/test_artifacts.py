"""`engine_simulation.json`: a view of records and verdicts, whole and without the machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.records.models import Outcome
from engine_harness.report.artifacts import EVENT_LOG_ROWS_MAX, event_row, scenario_view
from engine_harness.report.base import SuiteRun, reporters, run_order, write_reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.checks.verdict import Finding
    from engine_harness.report.base import Case

    MakeCase = Callable[..., Case]
    MakeFinding = Callable[..., Finding]

TIMELINE = {
    "hitch_policy": "stall",
    "hitches": [
        {
            "time": 0.5,
            "dispatchedAt": 0.5,
            "magnitude": 0.2,
            "endedAt": 0.7,
            "substeps": 48,
            "queueDeferred": 1,
        }
    ],
    "hitch_totals": {"count": 1, "total": 0.2, "max": 0.2},
    "scheduler": {"stepCount": 481, "totalSimulated": 2},
}


def test_a_scenario_has_the_general_shape(finished: MakeCase) -> None:
    view = scenario_view(
        finished(
            "edge",
            sections={"timeline": TIMELINE},
            warnings=("nothing is checked",),
            host={"wall_s": 0.3},
        )
    )
    performance = {"scheduler": {"stepCount": 481, "totalSimulated": 2}}
    assert view == {
        "id": "edge",
        "label": "Edge of the window",
        "tags": [],
        "history": [],
        "duration": 2.0,
        "hitchPolicy": "stall",
        "verdict": "passed",
        "errors": [],
        "findings": [],
        "metrics": {"hp": 3, "performance": performance},
        "events": [],
        "hitches": TIMELINE["hitches"],
        "warnings": ["nothing is checked"],
        "module": "edge.lua",
        "performance": performance,
        "logs": {"events": {"total": 0, "kept": 0, "limit": EVENT_LOG_ROWS_MAX}},
        "host": {"wall_s": 0.3},
    }


def test_a_metric_called_performance_is_told_of(finished: MakeCase) -> None:
    view = scenario_view(finished(metrics={"performance": 3}))
    assert view["metrics"] == {"performance": None}
    assert view["warnings"] == [
        "world arena: metric 'performance' is one of every scenario's metrics and was left out of"
        " them; the record has it"
    ]


def test_fields_of_the_worlds_own_section_stand_beside_the_general_ones(
    finished: MakeCase,
) -> None:
    view = scenario_view(finished(sections={"arena": {"kills": 3, "events": ["mine"]}}))
    assert view["kills"] == 3
    assert view["events"] == []
    assert view["warnings"] == [
        "section arena: field 'events' is one of every scenario's object and was left out of it"
    ]


def test_the_section_of_another_world_is_not_taken(finished: MakeCase) -> None:
    assert "kills" not in scenario_view(finished(sections={"pit": {"kills": 3}}))


def test_a_run_error_keeps_its_time_and_event(finished: MakeCase, finding: MakeFinding) -> None:
    outcome = Outcome(
        status="world_error",
        message="init.lua:3: boom",
        where={"at_s": 0.5, "dispatching": "action jump"},
        virtual_s=0.5,
    )
    view = scenario_view(finished("edge", finding(), outcome=outcome, metrics=None))
    assert view["errors"] == [{"time": 0.5, "message": "init.lua:3: boom", "event": "action jump"}]
    assert view["verdict"] == "failed"
    assert view["metrics"] is None


def test_a_finding_has_only_the_keys_that_say_something(
    finished: MakeCase, finding: MakeFinding
) -> None:
    view = scenario_view(finished("edge", finding(events=(1, 2), expected=4)))
    assert view["findings"] == [
        {
            "check": "expect",
            "message": "expected hp 4; got 3",
            "severity": "error",
            "where": {"manifest": "scenarios/arena/edge.yaml:31", "path": "expect.hp"},
            "expected": 4,
            "events": [1, 2],
        }
    ]


def test_a_row_of_the_plan_has_its_own_fields() -> None:
    row = {
        "at_s": 0.7,
        "frame": 168,
        "unit": 168,
        "event": "action",
        "source": "plan",
        "due_s": 0.6,
        "lateness_s": 0.1,
        "class": "hitch",
        "held_until_s": 0.65,
        "refused": {"code": "busy", "message": "not now"},
        "details": {"n": 1},
        "fields": {"name": "jump", "args": {"height": 2}, "notes": "late"},
    }
    assert event_row(row) == {
        "time": 0.6,
        "dispatchedAt": 0.7,
        "lateness": 0.1,
        "class": "hitch",
        "type": "action",
        "name": "jump",
        "args": {"height": 2},
        "notes": "late",
        "heldUntil": 0.65,
        "refused": {"code": "busy", "message": "not now"},
        "details": {"n": 1},
    }


def test_what_a_world_recorded_has_its_fields_as_details() -> None:
    row = {
        "at_s": 0.5,
        "frame": 120,
        "unit": 120,
        "event": "hit",
        "source": "world",
        "fields": {"type": "heavy", "time": 3},
    }
    assert event_row(row) == {
        "time": 0.5,
        "dispatchedAt": 0.5,
        "lateness": 0,
        "class": "recorded",
        "type": "hit",
        "details": {"type": "heavy", "time": 3},
    }


def test_a_long_event_log_is_cut_with_a_warning_and_counted_whole(finished: MakeCase) -> None:
    row = {"at_s": 0, "event": "tick", "source": "world", "fields": {}}
    total = EVENT_LOG_ROWS_MAX + 5
    view = scenario_view(finished(events=[row] * total))
    assert len(view["events"]) == EVENT_LOG_ROWS_MAX
    assert view["logs"]["events"] == {"total": total, "kept": 20_000, "limit": 20_000}
    assert view["warnings"] == [f"log events cut at 20000 of {total} rows"]


def test_the_file_has_totals_and_every_scenario_in_run_order(
    finished: MakeCase, tmp_path: Path
) -> None:
    cases = run_order([finished("b", warnings=("slow",)), finished("A"), finished("a")])
    folder = tmp_path / "artifacts" / "engine"
    run = SuiteRun(
        suite="engine-sim",
        cases=cases,
        folder=folder,
        tool_version="0.1.0",
        generated="2030-01-02T03:04:05Z",
    )
    assert write_reports(run, ("engine_simulation",)) == (folder / "engine_simulation.json",)
    data = json.loads((folder / "engine_simulation.json").read_text("ascii"))
    assert data["run"] == {
        "scenarios": 3,
        "totalDuration": 6,
        "totalWarnings": 1,
        "meta": {"generated": "2030-01-02T03:04:05Z", "toolVersion": "0.1.0"},
    }
    assert [scenario["id"] for scenario in data["scenarios"]] == ["A", "a", "b"]


def test_a_reporter_knows_its_files_before_it_writes_them(tmp_path: Path) -> None:
    names = {name: item.outputs(tmp_path) for name, item in reporters().items()}
    files = (
        "engine_simulation", "engine_replay", "engine_metrics", "engine_perf_metrics",
        "engine_perf_accuracy",
    )  # fmt: skip
    assert names == {
        **{name: (tmp_path / f"{name}.json",) for name in files},
        "engine_observability": (),
    }


def test_a_scenario_is_spread_over_lines_and_its_rows_are_not(
    finished: MakeCase, tmp_path: Path
) -> None:
    row = {"at_s": 0.5, "event": "hit", "source": "world", "fields": {"id": 1}}
    run = SuiteRun(
        suite="engine-sim",
        cases=(finished("edge", events=[row, row]),),
        folder=tmp_path,
        tool_version="0.1.0",
        generated="2030-01-02T03:04:05Z",
    )
    (path,) = write_reports(run, ("engine_simulation",))
    text = path.read_text("ascii")
    assert '\n      "duration": 2,\n' in text
    shown = (
        '{"class": "recorded", "details": {"id": 1}, "dispatchedAt": 0.5, "lateness": 0,'
        ' "time": 0.5, "type": "hit"}'
    )
    assert f'"events": [\n        {shown},\n        {shown}\n      ],\n' in text


# What a world adds.


def report_of(tmp_path: Path, *cases: Case) -> dict[str, Any]:
    run = SuiteRun(
        suite="engine-sim",
        cases=run_order(cases),
        folder=tmp_path,
        tool_version="0.1.0",
        generated="2030-01-02T03:04:05Z",
    )
    write_reports(run, ("engine_simulation",))
    data: dict[str, Any] = json.loads((tmp_path / "engine_simulation.json").read_text("ascii"))
    return data


def test_totals_of_a_section_are_added_up_in_the_head_alone(
    finished: MakeCase, tmp_path: Path
) -> None:
    data = report_of(
        tmp_path,
        finished("a", sections={"arena": {"totals": {"totalHits": 2, "paid": 0.5}, "kills": 1}}),
        finished("b", sections={"arena": {"totals": {"totalHits": 3}}}),
        finished("c"),
    )
    assert data["run"] == {
        "scenarios": 3,
        "totalDuration": 6,
        "totalWarnings": 0,
        "totalHits": 5,
        "paid": 0.5,
        "meta": {"generated": "2030-01-02T03:04:05Z", "toolVersion": "0.1.0"},
    }
    assert ["totals" in scenario for scenario in data["scenarios"]] == [False, False, False]
    assert data["scenarios"][0]["kills"] == 1


def test_a_total_that_the_head_has_or_that_is_no_number_is_left_out(
    finished: MakeCase, tmp_path: Path
) -> None:
    totals = {"scenarios": 7, "meta": 1, "name": "x", "flag": True, "good": 1}
    data = report_of(tmp_path, finished(sections={"arena": {"totals": totals}}))
    assert data["run"]["scenarios"] == 1
    assert data["run"]["good"] == 1
    assert {"name", "flag"} & data["run"].keys() == set()
    assert data["scenarios"][0]["warnings"] == [
        "section arena: total 'scenarios' is one of every report's head and was left out of it",
        "section arena: total 'meta' is one of every report's head and was left out of it",
        "section arena: total 'name' is no number and was left out of it",
        "section arena: total 'flag' is no number and was left out of it",
    ]
    assert data["run"]["totalWarnings"] == 4


def test_logs_of_a_section_stand_beside_the_events_and_warn_when_cut(finished: MakeCase) -> None:
    logs = {
        "hits": {"total": 30, "kept": 10, "limit": 10},
        "falls": {"total": 3, "kept": 3, "limit": 10},
    }
    view = scenario_view(finished(sections={"arena": {"logs": logs}}))
    events = {"total": 0, "kept": 0, "limit": EVENT_LOG_ROWS_MAX}
    assert view["logs"] == {"events": events, **logs}
    assert view["warnings"] == ["log hits cut at 10 of 30 rows"]


def test_a_log_that_every_scenario_has_or_without_its_numbers_is_left_out(
    finished: MakeCase,
) -> None:
    logs = {"events": {"total": 1, "kept": 1, "limit": 1}, "hits": {"total": 1}, "falls": [1]}
    view = scenario_view(finished(sections={"arena": {"logs": logs}}))
    assert list(view["logs"]) == ["events"]
    assert view["warnings"] == [
        "section arena: log 'events' is one of every scenario's and was left out of it",
        "section arena: log 'hits' has not the numbers total, kept and limit"
        " and was left out of it",
        "section arena: log 'falls' has not the numbers total, kept and limit"
        " and was left out of it",
    ]


@pytest.mark.parametrize(
    ("engine", "limit"),
    [({"eventLogLimit": 2}, 2), ({"eventLogLimit": 2.0}, 2), ({"eventLogLimit": 9}, 9),
        ({}, EVENT_LOG_ROWS_MAX), ({"eventLogLimit": "2"}, EVENT_LOG_ROWS_MAX)],
)  # fmt: skip
def test_the_scenario_may_say_how_many_events_are_kept(
    finished: MakeCase, engine: dict[str, Any], limit: int
) -> None:
    row = {"at_s": 0, "event": "tick", "source": "world", "fields": {}}
    normalised = {"config": {"engine": engine}}
    view = scenario_view(finished(events=[row] * 5, head={"normalised": normalised}))
    kept = min(5, limit)
    assert len(view["events"]) == kept
    assert view["logs"]["events"] == {"total": 5, "kept": kept, "limit": limit}
    assert view["warnings"] == ([f"log events cut at {limit} of 5 rows"] if limit < 5 else [])


def test_logs_and_totals_have_names(finished: MakeCase) -> None:
    view = scenario_view(finished(sections={"arena": {"logs": [1], "totals": 3}}))
    assert view["warnings"] == [
        "section arena: field 'logs' is no map and was left out of it",
        "section arena: field 'totals' is no map and was left out of it",
    ]
    assert scenario_view(finished(sections={"arena": {"logs": [], "totals": []}}))["warnings"] == []
