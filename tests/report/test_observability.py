"""The files of `ENGINE_TRACE=1`: one pair for each run, nobody else's files touched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.report.artifacts import scenario_view
from engine_harness.report.base import SuiteRun
from engine_harness.report.observability import ObservabilityReporter, trace_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.report.base import Case

    MakeCase = Callable[..., Case]

REPORTER = ObservabilityReporter()


def at(x: float, speed: float) -> dict[str, Any]:
    return {
        "position": {"x": x, "y": 0, "z": 1},
        "velocity": {"x": speed, "y": 0, "z": 0},
    }


STEPS = [
    {"t": 0, "agents": [{"name": "me", **at(0, 0)}], "projectiles": []},
    {
        "t": 0.5,
        "agents": [{"name": "me", **at(0, 0)}],
        "projectiles": [
            {"name": "b", **at(2, -1), "contact": False},
            {"name": "a", **at(3, -2), "contact": True},
        ],
    },
    {
        "t": 1,
        "agents": [{"name": "me", **at(0, 0)}],
        "projectiles": [{"name": "a", **at(2, -2), "contact": False}],
    },
]
SECTION: dict[str, Any] = {
    "telemetry": {"now": 1, "steps": STEPS},
    "presses": [{"timestamp": 0.5}],
    "controller": {"diagnostics": {"severity": "info"}},
    "views": {
        "observability": ["telemetry", "presses", "controller.tuning", "controller.diagnostics"]
    },
}


def toggle(at_s: float, rule: str, value: Any, **keys: Any) -> dict[str, Any]:
    return {
        "at_s": at_s,
        "class": "nominal",
        "due_s": at_s,
        "entry": 1,
        "event": "rule-toggle",
        "fields": {"rule": rule, "value": value},
        "frame": 0,
        "lateness_s": 0,
        "source": "plan",
        "unit": 0,
        **keys,
    }


EVENTS = [
    toggle(0, "gate", True),
    toggle(0.5 + 1e-12, "door", "open"),
    toggle(0.7, "gate", False, refused={"code": "no", "message": "no"}),
    toggle(0.75, "gate", 3),
    {"at_s": 0.8, "event": "rule-toggle", "fields": {}, "frame": 0, "source": "world", "unit": 0},
    toggle(0.9, "gate", False),
]


def run_of(folder: Path, *cases: Case) -> SuiteRun:
    return SuiteRun(
        suite="engine-sim", cases=cases, folder=folder, tool_version="1", generated="now"
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "telemetry").iterdir())


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TRACE", "1")


@pytest.mark.parametrize("value", [None, "", "0"])
def test_nothing_is_written_unless_it_is_asked_for(
    finished: MakeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("ENGINE_TRACE", raising=False)
    if value is not None:
        monkeypatch.setenv("ENGINE_TRACE", value)
    assert REPORTER.write(run_of(tmp_path, finished())) == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("traced")
def test_each_run_has_a_pair_of_files(finished: MakeCase, tmp_path: Path) -> None:
    cases = finished("edge"), finished("edge[seed=1]")
    assert REPORTER.write(run_of(tmp_path, *cases)) == (tmp_path / "telemetry/files.json",)
    pairs = [name for name in names(tmp_path) if name != "files.json"]
    assert pairs[0] == "edge-observability.json"
    assert pairs[1] == "edge-trace.json"
    assert pairs[2].startswith("edge@")
    assert json.loads((tmp_path / "telemetry/files.json").read_bytes()) == {
        "files": [f"telemetry/{name}" for name in pairs]
    }


@pytest.mark.usefixtures("traced")
def test_the_first_file_has_the_parts_that_the_section_names(
    finished: MakeCase, tmp_path: Path
) -> None:
    REPORTER.write(run_of(tmp_path, finished(sections={"arena": SECTION}, events=EVENTS[:1])))
    view = json.loads((tmp_path / "telemetry/edge-observability.json").read_bytes())
    assert view.pop("events")[0]["type"] == "rule-toggle"
    assert view == {
        "version": 1,
        "meta": {"generatedAt": "now", "toolVersion": "1"},
        "metadata": {"id": "edge", "label": "Edge of the window"},
        "telemetry": SECTION["telemetry"],
        "presses": [{"timestamp": 0.5}],
        # What is not there yet is null, so that a reader finds the key.
        "tuning": None,
        "diagnostics": {"severity": "info"},
    }


def test_the_second_file_has_every_name_once(finished: MakeCase) -> None:
    case = finished(sections={"arena": SECTION}, events=EVENTS)
    assert trace_view(case) == {
        "version": 1,
        "metadata": {"id": "edge", "label": "Edge of the window"},
        "agents": ["me"],
        "projectiles": ["b", "a"],
        "rules": ["gate", "door"],
        "steps": [
            [0, [[1, 0, 0, 1, 0, 0, 0]], [], [[1, True]]],
            [
                0.5,
                [[1, 0, 0, 1, 0, 0, 0]],
                [[1, 2, 0, 1, -1, 0, 0, 0], [2, 3, 0, 1, -2, 0, 0, 1]],
                [[1, True], [2, "open"]],
            ],
            [
                1,
                [[1, 0, 0, 1, 0, 0, 0]],
                [[2, 2, 0, 1, -2, 0, 0, 0]],
                [[1, False], [2, "open"]],
            ],
        ],
    }


def test_a_world_without_telemetry_has_a_step_for_each_moment_of_its_rules(
    finished: MakeCase,
) -> None:
    view: Any = trace_view(finished(events=EVENTS))
    assert (view["agents"], view["projectiles"]) == ([], [])
    assert view["steps"] == [
        [0, [], [], [[1, True]]],
        [0.5 + 1e-12, [], [], [[1, True], [2, "open"]]],
        [0.75, [], [], [[1, 3], [2, "open"]]],
        [0.9, [], [], [[1, False], [2, "open"]]],
    ]
    assert trace_view(finished())["steps"] == []


@pytest.mark.parametrize("telemetry", [3, [], {}, {"steps": 3}, {"steps": [1, {}, {"t": "x"}]}])
def test_telemetry_of_another_shape_is_no_trace(finished: MakeCase, telemetry: Any) -> None:
    section = {**SECTION, "telemetry": telemetry}
    assert trace_view(finished(sections={"arena": section}))["steps"] == []


@pytest.mark.usefixtures("traced")
def test_clearing_knows_only_what_was_written(finished: MakeCase, tmp_path: Path) -> None:
    assert REPORTER.outputs(tmp_path) == ()
    REPORTER.write(run_of(tmp_path, finished("old")))
    (tmp_path / "telemetry/mine-trace.json").write_text("{}", "utf-8")
    outputs = REPORTER.outputs(tmp_path)
    assert [path.name for path in outputs] == [
        "old-observability.json",
        "old-trace.json",
        "files.json",
    ]
    # Kept files stay known: another run adds its own.
    REPORTER.write(run_of(tmp_path, finished("new")))
    for path in REPORTER.outputs(tmp_path):
        path.unlink()
    assert names(tmp_path) == ["mine-trace.json"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"files": 3}',
        '{"files": ["../../harness.toml", "/etc/passwd", ".x-trace.json", "a.json", 3]}',
        '{"files": ["telemetry/a-notes.json", "telemetry/../a-trace.json", "a-trace.json"]}',
        '{"files": ["logs/a-b.json", "records/a-b.json", "scenarios/a-b.json", "run-1/a-b.json"]}',
        '{"files": ["deep/er/a-b.json", "../deep/a-b.json", "deep/.a-b.json", "Deep/a-b.json"]}',
    ],
)
def test_a_list_that_somebody_has_changed_clears_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "telemetry").mkdir()
    (tmp_path / "telemetry/files.json").write_text(text, "utf-8")
    assert REPORTER.outputs(tmp_path) == ()


OWN: dict[str, Any] = {
    "shown": {"a": 1},
    "aside": {"steps": [1, 2], "meta": 3},
    "views": {
        "intel/steps": ["aside.steps", "shown.a", "aside.gone"],
        "intel/heads": ["aside.meta"],
        "other/steps": ["shown"],
        "plain": ["shown"],
    },
}
HEAD: dict[str, Any] = {
    "version": 1,
    "meta": {"generatedAt": "now", "toolVersion": "1"},
    "metadata": {"id": "edge", "label": "Edge of the window"},
}


@pytest.mark.usefixtures("traced")
def test_a_view_that_is_called_like_a_file_is_one(finished: MakeCase, tmp_path: Path) -> None:
    cases = finished("none"), finished(sections={"arena": OWN})
    REPORTER.write(run_of(tmp_path, *cases))
    own = {
        path.relative_to(tmp_path).as_posix(): json.loads(path.read_bytes())
        for path in tmp_path.rglob("*.json")
        if path.parent.name != "telemetry"
    }
    assert own == {
        "intel/edge-steps.json": {**HEAD, "steps": [1, 2], "a": 1, "gone": None},
        # The head is ours.
        "intel/edge-heads.json": HEAD,
        "other/edge-steps.json": {**HEAD, "shown": {"a": 1}},
    }
    listed = [path.relative_to(tmp_path).as_posix() for path in REPORTER.outputs(tmp_path)]
    assert set(own) < set(listed)
    assert listed == [
        *sorted(path for path in listed if path != "telemetry/files.json"),
        "telemetry/files.json",
    ]


def test_what_stands_aside_is_no_field_of_the_scenario(finished: MakeCase) -> None:
    view = scenario_view(finished(sections={"arena": OWN}))
    assert view["shown"] == {"a": 1}
    assert "aside" not in view
    assert view["warnings"] == []


@pytest.mark.parametrize(
    "name", ["telemetry/x", "records/x", "a/b/c", "/x", "x/", "../x", "a/X", "a/x-y", "run-1/x"]
)
@pytest.mark.usefixtures("traced")
def test_a_view_cannot_be_a_file_of_others(finished: MakeCase, tmp_path: Path, name: str) -> None:
    case = finished(sections={"arena": {"shown": 1, "views": {name: ["shown"]}}})
    REPORTER.write(run_of(tmp_path, case))
    assert names(tmp_path) == ["edge-observability.json", "edge-trace.json", "files.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["telemetry"]
    assert scenario_view(case)["warnings"] == [
        f"section arena: view '{name}' has no name that a file may have and was left out of it"
    ]
