"""A run with policies from its manifest to its files: the same everywhere, replayed, cleared."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Project

if TYPE_CHECKING:
    from pathlib import Path

WATCHED: dict[str, Any] = {
    "metadata": {"id": "watched", "label": "Watched"},
    "intelligence": {"notes": "all of them", "policies": {"default": "Tuned"}},
    "config": {"engine": {"hitchPolicy": "catch_up"}},
    "timeline": [
        {"at": 0, "rule": "autoparry-enabled", "value": True},
        {"at": 0, "network": {"event": "remotes:ParryButtonPress"}},
        *(
            {
                "at": 0.1 + 0.25 * k,
                "threat": {
                    "id": f"t{k:02d}",
                    "position": [3 * (k % 3), 1, 60 + 20 * (k % 4)],
                    "velocity": [-2 * (k % 3), 0, -120 - 5 * k],
                },
            }
            for k in range(16)
        ),
        {"at": 1.5, "macro": "oscillation storm", "options": {"duration": 0.3}},
        {"at": 2.5, "player": {"action": "inject-hitch", "duration": 0.18}},
    ],
}
POLICIES = ["cooldown-guard", "threat-budget-enforcement", "oscillation-panic-handler"]
ENGINE = "artifacts/engine"
SUITES = ("--suite", "engine-sim", "--suite", "engine-replay", "--suite", "engine-metrics")


def fill(folder: Path) -> Project:
    project = Project(folder)
    project.write("harness.toml", "[run]\njobs = 1\n")
    project.write("scenarios/watched.json", json.dumps(WATCHED))
    bare = {key: value for key, value in WATCHED.items() if key != "intelligence"}
    bare["metadata"] = {"id": "bare", "label": "Bare"}
    project.write("scenarios/bare.json", json.dumps(bare))
    return project


def loaded(project: Project, path: str) -> Any:
    return json.loads((project.folder / ENGINE / path).read_bytes())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return fill(tmp_path)


def test_two_processes_leave_the_same_bytes(tmp_path: Path) -> None:
    def files(number: int) -> dict[str, bytes]:
        project = fill(tmp_path / f"process {number}")
        surroundings = {"PYTHONHASHSEED": str(number * 7), "ENGINE_TRACE": "1"}
        done = project.run(*SUITES, "--jobs", str(1 + number), **surroundings)
        assert done.code == 0, done.text
        done = project.run(
            "--suite", "engine-replay", "--from", f"{ENGINE}/engine_replay.json", **surroundings
        )
        assert done.code == 0, done.text
        assert "[PASS] watched replayed: same record" in done.out
        return project.artifacts()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(files, range(2))
    assert first == second
    intel = {name for name in first if "/intel/" in name}
    assert intel == {
        f"{ENGINE}/intel/watched-{name}.json" for name in ("traces", "recommendations")
    }
    (watched,) = (
        scenario
        for scenario in json.loads(first[f"{ENGINE}/engine_simulation.json"])["scenarios"]
        if scenario["id"] == "watched"
    )
    assert watched["intelligence"]["policies"] == POLICIES
    assert {row["policy"] for row in watched["intelligence"]["adjustments"]} == set(POLICIES)


def test_the_files_tell_of_every_step(project: Project) -> None:
    done = project.run("--suite", "engine-sim", "--env", "ENGINE_TRACE=1")
    assert done.code == 0, done.text
    bare, watched = loaded(project, "engine_simulation.json")["scenarios"]
    assert bare["intelligence"] is None
    traces = loaded(project, "intel/watched-traces.json")
    assert traces.pop("meta").keys() == {"generatedAt", "toolVersion"}
    steps = traces.pop("traces")
    assert traces == {"version": 1, "metadata": {**traces["metadata"], "id": "watched"}}
    assert watched["intelligence"] == {
        "policies": POLICIES,
        "adjustments": [
            {
                **{name: step[name] for name in ("time", "policy", "note")},
                "key": key,
                "from": step["before"][key],
                "to": step["after"][key],
            }
            for step in steps
            for key in step["after"]
            if step["after"][key] != step["before"][key]
        ],
    }
    assert "aside" not in watched
    recommendations = loaded(project, "intel/watched-recommendations.json")
    assert recommendations["recommendations"] == watched["autoparry"]["recommendations"]


def test_the_files_go_with_the_next_run_and_others_stay(project: Project) -> None:
    intel = project.folder / ENGINE / "intel"
    run = ("--suite", "engine-sim", "--scenario", "watched")
    names = ["watched-recommendations.json", "watched-traces.json"]

    def left(*flags: str) -> list[str]:
        assert project.run(*run, *flags).code == 0
        return sorted(path.name for path in intel.iterdir()) if intel.is_dir() else []

    assert left("--env", "ENGINE_TRACE=1") == names
    (intel / "mine-traces.json").write_text("{}", "utf-8")
    told = project.run(*run, "--dry-run").out.splitlines()
    assert f"Would clear {ENGINE}/intel/watched-traces.json" in told
    assert not [line for line in told if "mine" in line]
    assert left("--keep-artifacts") == sorted(["mine-traces.json", *names])
    assert left() == ["mine-traces.json"]
    (intel / "mine-traces.json").unlink()
    assert left("--env", "ENGINE_TRACE=1", "--repeat", "2") == names
    assert left() == []
    # No folder that is empty then stays behind.
    assert sorted(path.name for path in intel.parent.iterdir()) == ["engine_simulation.json"]


def test_a_policy_that_there_is_not_is_told_and_strictly_an_error(project: Project) -> None:
    text = json.dumps({**WATCHED, "intelligence": {"policies": {"disable": ["cooldown guards"]}}})
    project.write("scenarios/watched.json", text)
    run = ("--suite", "engine-sim", "--scenario", "watched")
    done = project.run(*run)
    assert done.code == 0, done.text
    told = "unknown policy 'cooldown-guards' (did you mean 'cooldown-guard'?)"
    assert f"WARNING manifest.intelligence.policies.disable[1]: {told}" in done.err
    assert all(name in done.err for name in POLICIES)
    assert project.run(*run, "--strict").code == 2


def test_a_compiled_module_that_is_kept_keeps_its_policies(project: Project) -> None:
    assert project.run("--suite", "engine-sim").code == 0
    modules = project.folder / "artifacts/scenarios"
    line = 'intelligence = { notes = "all of them", policies = { default = "tuned" } },'
    assert line in (modules / "watched.lua").read_text("utf-8")
    assert "intelligence" not in (modules / "bare.lua").read_text("utf-8")
    before = loaded(project, "engine_simulation.json")["scenarios"]
    assert project.run("--suite", "engine-sim", "--skip-build").code == 0
    after = loaded(project, "engine_simulation.json")["scenarios"]
    assert [run["intelligence"] for run in after] == [run["intelligence"] for run in before]
