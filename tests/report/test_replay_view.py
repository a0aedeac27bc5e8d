"""`engine_replay.json`: what a run did, with all that it was given, and what its world shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine_harness._canonical import digest
from engine_harness.records.models import Outcome
from engine_harness.report.artifacts import scenario_view
from engine_harness.report.base import SuiteRun, write_reports
from engine_harness.report.replay import replay_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.report.base import Case

    MakeCase = Callable[..., Case]

PLANNED = {
    "at_s": 0.5,
    "class": "nominal",
    "due_s": 0.5,
    "entry": 3,
    "event": "action",
    "fields": {"name": "strike"},
    "frame": 120,
    "lateness_s": 0,
    "source": "plan",
    "unit": 120,
}
RECORDED = {
    "at_s": 0.5,
    "event": "hit",
    "fields": {"hp": 2},
    "frame": 120,
    "source": "world",
    "unit": 120,
}
SECTION = {
    "hits": [{"t": 1}],
    "deep": {"er": {"seen": 3}},
    "logs": {},
    "totals": {"totalHits": 1},
    "views": {"replay": ["hits"], "other": ["deep.er.seen", "deep.nothing.there", "hits"]},
}
OPTIONS = {
    "hitch_policy": "stall",
    "limits": {"events": 9, "frames": 8, "log_rows": 7, "work_units": 6},
    "settle_limit_s": 10.0,
    "world_options": {"hp": 3},
}
NORMALISED = {
    "metadata": {"id": "edge", "label": "Edge", "tags": ["x"], "history": [], "priority": None},
    "config": {"own": {"a": None, "b": []}},
    "rule_aliases": {"door": "gate"},
    "invariants": [{"kind": "world", "name": "whole", "args": {}}],
    "limits": {"deadline_s": None, "memory_mb": 300, "frames": 8, "work_units": None},
    "timeline": [{"kind": "action"}],
    "expect": {"hp": {"eq": 3}},
    "origin": {"manifest": "scenarios/arena/edge.yaml"},
}


def view_of(case: Case) -> dict[str, Any]:
    return json.loads(json.dumps(replay_view(case)))  # type: ignore[no-any-return]


def test_a_replay_of_any_world_has_events_warnings_and_what_the_run_was_given(
    finished: MakeCase,
) -> None:
    head = {"normalised": NORMALISED, "options": OPTIONS}
    case = finished(head=head, events=[PLANNED, RECORDED], warnings=("nothing is checked",))
    view = view_of(case)
    # Whoever edits the setup is told so.
    setup_digest = view["setup"].pop("digest")
    assert setup_digest == digest(view["setup"])
    assert view == {
        "id": "edge",
        "label": "Edge of the window",
        "duration": 2.0,
        "events": [
            {
                "class": "nominal",
                "dispatchedAt": 0.5,
                "entry": 3,
                "lateness": 0,
                "name": "strike",
                "time": 0.5,
                "type": "action",
            },
            {
                "class": "recorded",
                "details": {"hp": 2},
                "dispatchedAt": 0.5,
                "lateness": 0,
                "time": 0.5,
                "type": "hit",
            },
        ],
        "notReached": [],
        "warnings": ["nothing is checked"],
        "logs": {"events": {"kept": 2, "limit": 20000, "total": 2}},
        "setup": {
            "version": 1,
            "driver": "timeline",
            "world": "arena",
            "world_options": {"hp": 3},
            "seed": 7,
            "config": {"own": {"a": None, "b": []}},
            "hitch_policy": "stall",
            "settle_limit_s": 10.0,
            "invariants": [{"kind": "world", "name": "whole", "args": {}}],
            "limits": {"events": 9, "frames": 8, "log_rows": 7, "memory_mb": 300, "work_units": 6},
            "metadata": {"tags": ["x"]},
            "manifest": "scenarios/arena/edge.yaml",
            "plan_digest": "p",
        },
        "metrics": {"hp": 3},
        "digest": "d",
    }


def test_the_section_says_what_a_replay_shows(finished: MakeCase) -> None:
    view = view_of(finished(sections={"arena": SECTION}))
    assert view["hits"] == [{"t": 1}]
    assert "deep" not in view
    assert "views" not in view


def test_the_views_are_no_field_of_the_scenario(finished: MakeCase) -> None:
    view = scenario_view(finished(sections={"arena": SECTION}))
    assert (view["hits"], view["deep"]) == (SECTION["hits"], SECTION["deep"])
    assert "views" not in view
    assert view["warnings"] == []


def test_a_view_that_cannot_be_shown_is_told_of(finished: MakeCase) -> None:
    views: dict[str, Any] = {
        "replay": "hits",
        "numbers": [1],
        "twice": ["a.x", "b.x"],
        # Lua has one empty table.
        "nothing": {},
    }
    warnings = scenario_view(finished(sections={"arena": {"views": views}}))["warnings"]
    assert warnings == [
        "section arena: view 'replay' is no list of names of its parts and was left out of it",
        "section arena: view 'numbers' is no list of names of its parts and was left out of it",
        "section arena: view 'twice' has two parts of one name and was left out of it",
    ]
    warnings = scenario_view(finished(sections={"arena": {"views": 3}}))["warnings"]
    assert warnings == ["section arena: field 'views' is no map and was left out of it"]


def test_what_every_replay_has_cannot_be_shown_otherwise(finished: MakeCase) -> None:
    section = {"events": [1], "setup": 3, "views": {"replay": ["setup", "events", "gone"]}}
    view = view_of(finished(sections={"arena": section}))
    assert view["events"] == []
    assert view["setup"]["world"] == "arena"
    assert view["gone"] is None
    assert view["warnings"][-2:] == [
        f"section arena: part '{name}' of view 'replay' is one of every replay's and was left out"
        " of it"
        for name in ("events", "setup")
    ]


def test_a_cut_log_says_so(finished: MakeCase) -> None:
    normalised = {**NORMALISED, "config": {"engine": {"eventLogLimit": 1}}}
    view = view_of(finished(head={"normalised": normalised}, events=[PLANNED, RECORDED]))
    assert len(view["events"]) == 1
    assert view["logs"] == {"events": {"kept": 1, "limit": 1, "total": 2}}
    assert view["warnings"] == ["log events cut at 1 of 2 rows"]


def test_a_run_that_was_cut_short_keeps_the_rest_of_its_plan(finished: MakeCase) -> None:
    normalised = {
        **NORMALISED,
        "world": "arena",
        "timeline": [
            {"kind": "action", "at_s": 0.5, "index": 1, "name": "strike", "args": {"a": None}},
            {"kind": "action", "at_s": 0.7, "index": 2, "name": "rest", "notes": "late"},
            {"kind": "checkpoint", "at_s": 0.1, "index": 3, "name": "first"},
        ],
    }
    outcome = Outcome(status="killed", reason="deadline_s")
    view = view_of(finished(head={"normalised": normalised}, outcome=outcome, metrics=None))
    assert view["notReached"] == [
        {"entry": 3, "name": "first", "time": 0.1, "type": "checkpoint"},
        {"args": {"a": None}, "entry": 1, "name": "strike", "time": 0.5, "type": "action"},
        {"entry": 2, "name": "rest", "notes": "late", "time": 0.7, "type": "action"},
    ]
    assert view["duration"] is None


def test_the_report_has_the_head_of_all_reports(finished: MakeCase, tmp_path: Path) -> None:
    cases = (finished("a", sections={"arena": SECTION}), finished("b", sections={"arena": SECTION}))
    run = SuiteRun(
        suite="engine-replay", cases=cases, folder=tmp_path, tool_version="1", generated="now"
    )
    (path,) = write_reports(run, ("engine_replay",))
    assert path == tmp_path / "engine_replay.json"
    document = json.loads(path.read_bytes())
    assert document["run"] == {
        "scenarios": 2,
        "totalDuration": 4,
        "totalHits": 2,
        "totalWarnings": 0,
        "meta": {"generated": "now", "toolVersion": "1"},
    }
    assert [replay["id"] for replay in document["replays"]] == ["a", "b"]
