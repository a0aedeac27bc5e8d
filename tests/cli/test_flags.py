"""Flags of the command that runs scenarios: each changes what it says, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.cli.options import FLAGS_WITH_VALUE
from engine_harness.cli.places import Places
from engine_harness.cli.repeating import _deviation
from engine_harness.cli.run import run_command
from engine_harness.manifest.project import load_project
from engine_harness.run.suites.engine_sim import ENGINE_SIM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORLD = """\
local World = {}
World.__index = World
World.describe = { actions = { add = { n = "number" } }, metrics = { "sum" } }

function World.new(env, options)
	return setmetatable({ sum = 0 }, World)
end

function World:apply(action)
	self.sum = self.sum + action.args.n
	return true
end

function World:metrics()
	return { sum = self.sum }
end

return World
"""

ONE = """\
metadata: {id: one, label: One, priority: p0, tags: [smoke]}
world: adder
timeline:
  - {at: 0.5, action: add, args: {n: 2}}
expect: {sum: 2}
expect_target: {sum: {min: 3}}
"""

TWO = """\
metadata: {id: two, label: Two, priority: P1}
world: adder
timeline:
  - {at: 0, action: add, args: {n: 5}}
  - {at: 0, checkpoint: first}
expect: {first.sum: 5}
expect_target: {sum: 5}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "lua/worlds/adder").mkdir(parents=True)
    (tmp_path / "lua/worlds/adder/init.lua").write_text(WORLD, "utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/one.yaml").write_text(ONE, "utf-8")
    (tmp_path / "scenarios/two.yaml").write_text(TWO, "utf-8")
    return tmp_path


@pytest.fixture
def environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def test_the_verb_is_found_behind_every_flag_that_takes_a_value() -> None:
    with_value = {
        name
        for parameter in run_command.params
        if not getattr(parameter, "is_flag", True)
        for name in parameter.opts
    }
    assert with_value <= FLAGS_WITH_VALUE


@pytest.mark.usefixtures("project")
def test_priority_selects_in_whatever_case(harness: Callable[..., Any]) -> None:
    assert harness("--suite", "engine-sim", "--list", "--priority", "p1").lines == ["two"]
    assert harness("--suite", "engine-sim", "--list", "--priority", "P0").lines == ["one"]
    refused = harness("--priority", "P7")
    assert refused.code == 2
    assert "P7" in refused.err


@pytest.mark.usefixtures("project")
def test_a_scenario_named_by_id_is_run_whatever_the_filters_say(
    harness: Callable[..., Any],
) -> None:
    ran = harness("--suite", "engine-sim", "--list", "--scenario", "two", "--tag", "smoke")
    assert ran.lines == ["two"]
    assert harness("--scenario", "tow").err == (
        "run-harness: no scenario is called 'tow' (did you mean 'two'?)\n"
    )


def test_other_folders_of_manifests_replace_those_of_the_project(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "more").mkdir()
    (project / "more/three.yaml").write_text(ONE.replace("id: one", "id: three"), "utf-8")
    words = ("--suite", "engine-sim", "--list")
    assert harness(*words, "--scenarios", "more").lines == ["three"]
    assert harness(*words, "--scenarios", "more", "--scenarios", "scenarios").lines == [
        "one",
        "three",
        "two",
    ]
    compiled = harness("compile", "--scenarios", "more", "--verbose")
    assert compiled.lines == [
        "read more/three.yaml",
        "built artifacts/scenarios/three.lua",
        "modules: 1 built, 0 fresh, 0 removed",
    ]


def test_strict_makes_warnings_about_manifests_errors(
    harness: Callable[..., Any], project: Path
) -> None:
    assert harness("--strict", "--suite", "engine-sim").code == 0
    early = TWO.replace("at: 0, action", "at: -1, action")
    (project / "scenarios/two.yaml").write_text(early, "utf-8")
    assert harness("--suite", "engine-sim").code == 0
    for words in (("--strict",), ("--strict", "--dry-run"), ("compile", "--strict")):
        refused = harness(*words)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith("scenarios/two.yaml:4")
        assert " ERROR manifest.timeline[1]" in refused.err


@pytest.mark.usefixtures("project")
def test_targets_are_told_and_demanded_only_when_asked_for(harness: Callable[..., Any]) -> None:
    plain = harness("--suite", "engine-sim")
    assert plain.code == 0
    assert "[targets]" not in plain.out
    told = harness("--suite", "engine-sim", "--targets")
    assert (told.code, told.lines[2]) == (0, "[targets] MET 1/2")
    enforced = harness("--suite", "engine-sim", "--enforce-targets")
    assert enforced.code == 1
    assert "[targets] MET 1/2" in enforced.lines
    start = enforced.lines.index("FAIL  one   (scenarios/one.yaml:1, world adder, seed 0)")
    assert enforced.lines[start + 1 : start + 3] == [
        "  expect sum >= 3 (got 2)",
        "     scenarios/one.yaml:6  expect_target.sum",
    ]
    reproduce = next(line for line in enforced.lines if line.startswith("  reproduce: "))
    assert reproduce.endswith("--seed 0 --enforce-targets")
    assert harness("--enforce-targets", "--json").document["targets"] == {"met": 1, "total": 2}


@pytest.mark.usefixtures("project")
def test_metrics_that_are_expected_are_printed(harness: Callable[..., Any]) -> None:
    lines = harness("--suite", "engine-sim", "--print-metrics").lines
    assert lines[2:4] == ["id=one sum=2", "id=two first.sum=5 sum=5"]


def test_one_report_goes_where_it_is_wanted(harness: Callable[..., Any], project: Path) -> None:
    ran = harness("--suite", "engine-sim", "--out", "deep/er/report.json")
    assert ran.code == 0
    assert "(artifacts: deep/er/report.json)" in ran.out
    assert json.loads((project / "deep/er/report.json").read_text())["run"]["scenarios"] == 2
    assert not (project / "artifacts/engine").exists()
    assert harness("--out", "x.json").err == (
        "run-harness: --out is the path of one report; there are several suites: format, lint,"
        " typecheck, register-pressure, engine-sim, engine-replay, engine-metrics, engine-perf\n"
    )


def test_artifacts_of_an_earlier_run_are_cleared_unless_they_are_kept(
    harness: Callable[..., Any], project: Path
) -> None:
    harness("--suite", "engine-sim", "--repeat", "3")
    old = project / "artifacts/engine/run-3/engine_simulation.json"
    mine = project / "artifacts/engine/run-2/notes.txt"
    mine.write_text("keep me", "utf-8")
    harness("--suite", "engine-sim", "--keep-artifacts")
    assert old.is_file()
    harness("--suite", "engine-sim")
    assert not old.parent.exists()
    assert mine.read_text("utf-8") == "keep me"
    assert not mine.with_name("engine_simulation.json").exists()


def test_several_runs_are_compared_and_each_leaves_its_artifacts(
    harness: Callable[..., Any], project: Path
) -> None:
    ran = harness("--suite", "engine-sim", "--repeat", "2")
    assert ran.code == 0
    assert [line for line in ran.lines if line.startswith("run ")] == ["run 1 of 2", "run 2 of 2"]
    assert "[PASS] all artifacts of 2 runs are identical" in ran.lines
    for folder in ("", "run-1/", "run-2/"):
        assert (project / f"artifacts/engine/{folder}engine_simulation.json").is_file()
    logs = sorted(path.name for path in (project / "artifacts/logs").iterdir())
    assert logs == ["engine-sim-run-1.log", "engine-sim-run-2.log"]
    assert harness("--repeat", "0").code == harness("--repeat", "x").code == 2


def test_a_run_that_differs_is_named_with_the_first_place(tmp_path: Path) -> None:
    places = Places.of(load_project(tmp_path), None)
    folder = tmp_path / "artifacts/engine"
    for name, value in (("run-1", 3), ("run-2", 3), ("run-3", 4)):
        (folder / name).mkdir(parents=True)
        text = json.dumps({"a": [{"b": value, "host": name}], "meta": name})
        (folder / name / "engine_simulation.json").write_text(text, "utf-8")
    assert _deviation(places, ENGINE_SIM, 2) is None
    found = _deviation(places, ENGINE_SIM, 3)
    assert found is not None
    assert (found.artifact.parent.name, found.what) == ("run-3", "a[0].b value mismatch: 3, then 4")
    (folder / "run-2/engine_simulation.json").unlink()
    found = _deviation(places, ENGINE_SIM, 2)
    assert found is not None
    assert found.what == "only run 1 has it"


@pytest.mark.usefixtures("environment")
def test_files_for_other_tools_are_compared_too(harness: Callable[..., Any], project: Path) -> None:
    ran = harness("--suite", "engine-sim", "--repeat", "2", "--env", "ENGINE_TRACE=1")
    assert (ran.code, ran.err) == (0, "")
    assert "[PASS] all artifacts of 2 runs are identical" in ran.lines
    trace = project / "artifacts/engine/run-2/telemetry/one-trace.json"
    trace.write_text(json.dumps({**json.loads(trace.read_text("utf-8")), "version": 9}), "utf-8")
    found = _deviation(Places.of(load_project(project), None), ENGINE_SIM, 2)
    assert found is not None
    assert (found.artifact, found.what) == (trace, "version value mismatch: 1, then 9")


def test_what_is_no_folder_of_a_repetition_is_left_alone(
    harness: Callable[..., Any], project: Path
) -> None:
    folder = project / "artifacts/engine"
    folder.mkdir(parents=True)
    (folder / "run-9").write_text("mine", "utf-8")
    (folder / "run-007").mkdir()
    assert harness("--suite", "engine-sim").code == 0
    assert (folder / "run-9").read_text("utf-8") == "mine"
    assert (folder / "run-007").is_dir()


def test_a_dry_run_tells_all_that_will_be_cleared(
    harness: Callable[..., Any], project: Path
) -> None:
    harness("--suite", "engine-sim", "--repeat", "2")
    told = [
        line.removeprefix("Would clear ")
        for line in harness("--suite", "engine-sim", "--dry-run").lines
        if line.startswith("Would clear ")
    ]
    before = {path for path in (project / "artifacts").rglob("*") if path.is_file()}
    assert harness("--suite", "engine-sim", "--scenario", "one").code == 0
    gone = before - {path for path in (project / "artifacts").rglob("*") if path.is_file()}
    written = {"artifacts/engine/engine_simulation.json"}
    assert set(told) == written | {path.relative_to(project).as_posix() for path in gone}
    assert len(told) == 5


@pytest.mark.parametrize("path", ["scenarios/one.yaml", "lua/x.json", "harness.toml", "notes.json"])
def test_a_report_never_replaces_a_file_of_the_user(
    harness: Callable[..., Any], project: Path, path: str
) -> None:
    (project / "notes.json").write_text('{"run": 1}', "utf-8")
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    refused = harness("--suite", "engine-sim", "--out", path)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("run-harness: --out: ")
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before
    assert harness("--suite", "engine-sim", "--out", "report.json").code == 0
    assert harness("--suite", "engine-sim", "--out", "report.json").code == 0


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("folder", ["scenarios", "scenarios/deep", "lua"])
def test_reports_do_not_lie_among_what_people_write(
    harness: Callable[..., Any], folder: str
) -> None:
    refused = harness("--suite", "engine-sim", "--out-dir", folder)
    assert refused.code == 2
    assert "; choose another place" in refused.err


@pytest.mark.usefixtures("environment")
def test_the_environment_is_set_before_the_project_is_opened(
    harness: Callable[..., Any], project: Path
) -> None:
    ran = harness(
        "--suite", "engine-sim", "--env", "HARNESS_PATHS_ARTIFACTS=other", "--env", "A==b"
    )
    assert ran.code == 0
    assert (project / "other/engine/engine_simulation.json").is_file()
    assert os.environ["A"] == "=b"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("word", ["A", "=b", ""])
def test_an_environment_without_a_key_is_refused(harness: Callable[..., Any], word: str) -> None:
    refused = harness("--env", word)
    assert refused.code == 2
    assert "KEY=VALUE" in refused.err


@pytest.mark.usefixtures("project")
def test_nothing_selected_may_be_allowed(harness: Callable[..., Any]) -> None:
    named = ("--suite", "engine-sim", "--tag", "none")
    assert harness(*named).code == 5
    allowed = harness(*named, "--allow-empty")
    assert allowed.code == 0
    assert allowed.err == "warning: no scenario is selected\n"
    assert allowed.lines == ["Summary:", "  - engine-sim SKIP (nothing selected)"]
    perf = harness("--suite", "engine-perf", "--allow-empty")
    assert (perf.code, perf.err) == (5, "run-harness: no scenario is tagged engine-perf\n")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--lune", "/bin/lune"), "lune"),
        (("--run-in-roblox", "x"), "run-in-roblox"),
        (("--spec-engine", "roblox"), "spec-engine"),
    ],
)
def test_flags_of_other_runners_are_accepted_with_a_word(
    harness: Callable[..., Any], words: tuple[str, ...], name: str
) -> None:
    ran = harness("--suite", "engine-sim", *words)
    assert ran.code == 0
    assert ran.err == (f"note: --{name} is not needed: scenarios run in the embedded LuaJIT\n")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("suites", "folder"),
    [
        (("engine-metrics",), "engine"),
        (("engine-replay", "engine-metrics"), "engine"),
        (("engine-perf", "engine-sim"), "engine"),
        (("engine-perf",), "engine-perf"),
    ],
)
def test_files_for_other_tools_are_written_once_whatever_the_suites(
    harness: Callable[..., Any], project: Path, suites: tuple[str, ...], folder: str
) -> None:
    tagged = ONE.replace("[smoke]", "[engine-perf]")
    (project / "scenarios/one.yaml").write_text(tagged, "utf-8")
    words = [word for suite in suites for word in ("--suite", suite)]
    assert harness(*words, "--env", "ENGINE_TRACE=1").code == 0
    (found,) = (project / "artifacts").rglob("one-trace.json")
    assert found.parent == project / "artifacts" / folder / "telemetry"


def test_skip_build_without_modules_fails_a_dry_run_as_it_does_a_run(
    harness: Callable[..., Any], project: Path
) -> None:
    real = harness("--suite", "engine-sim", "--skip-build")
    dry = harness("--suite", "engine-sim", "--skip-build", "--dry-run")
    assert (real.code, real.err) == (dry.code, dry.err)
    assert real.code == 2
    assert not (project / "artifacts/records").exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_change_nothing_but_what_is_seen(project: Path, closed: str) -> None:
    command = f'"{sys.executable}" -m engine_harness --suite engine-sim {closed}'
    done = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, check=False)
    assert done.returncode == 0
    assert (project / "artifacts/engine/engine_simulation.json").is_file()


def test_the_launcher_of_a_checkout_is_the_command(project: Path) -> None:
    launcher = Path(__file__).resolve().parents[1] / "run_harness.py"
    command = [sys.executable, str(launcher), "--suite", "engine-sim", "--list"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "one\ntwo\n", "")
