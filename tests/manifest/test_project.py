"""`harness.toml`, the environment and the flags: what holds, who said so, what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import ManifestError, UsageError
from engine_harness.manifest.project import SuiteConfig, find_root, load_project

if TYPE_CHECKING:
    from pathlib import Path


def problems(root: Path, text: str = "", **options: Any) -> list[str]:
    (root / "harness.toml").write_text(text, "utf-8")
    with pytest.raises(ManifestError) as caught:
        load_project(root, **options)
    return [str(problem) for problem in caught.value.diagnostics]


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    project = load_project(tmp_path)
    assert project.root == tmp_path
    assert project.scenarios == ("scenarios",)
    assert project.lua == ("lua",)
    assert (project.artifacts, project.goldens, project.baselines) == (
        "artifacts",
        "goldens",
        "baselines",
    )
    assert project.jobs == len(os.sched_getaffinity(0))
    assert (project.deadline_s, project.memory_mb, project.seed) == (60, 1024, 0)
    assert {value.source for value in project.values} == {"default"}
    assert [value.key for value in project.values] == [
        "paths.scenarios",
        "paths.lua",
        "paths.artifacts",
        "paths.goldens",
        "paths.baselines",
        "run.jobs",
        "run.deadline_s",
        "run.memory_mb",
        "run.seed",
    ]


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    (tmp_path / "harness.toml").write_text(
        """\
[paths]
scenarios = ["plays", "more"]
lua = ["src/lua"]
artifacts = "out"
[run]
jobs = 3
deadline_s = 1.5
memory_mb = 64
seed = "abc"
[world.arena]
hp = 5
name = "x"
[suites.smoke]
tags = ["Smoke"]
exclude_tags = ["SLOW"]
worlds = ["arena"]
drivers = ["timeline"]
description = "the quick ones"
""",
        "utf-8",
    )
    project = load_project(tmp_path)
    assert (project.scenarios, project.lua) == (("plays", "more"), ("src/lua",))
    assert (project.artifacts, project.jobs, project.deadline_s) == ("out", 3, 1.5)
    assert (project.memory_mb, project.seed) == (64, "abc")
    assert project.worlds == {"arena": {"hp": 5, "name": "x"}}
    assert project.suites == {
        "smoke": SuiteConfig(
            tags=("smoke",),
            exclude_tags=("slow",),
            worlds=("arena",),
            drivers=("timeline",),
            description="the quick ones",
        )
    }
    assert project.source("run.jobs") == "harness.toml:6"
    assert project.source("world.arena.name") == "harness.toml:12"
    assert project.source("suites.smoke.description") == "harness.toml:18"
    assert project.source("paths.goldens") == "default"


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "harness.toml").write_text("run.jobs = 2\nrun.seed = 1\nrun.memory_mb = 5\n")
    project = load_project(
        tmp_path,
        flags={"run.jobs": "4", "run.seed": None},
        environ={
            "HARNESS_RUN_JOBS": "3",
            "HARNESS_RUN_SEED": "-7",
            "HARNESS_RUN_DEADLINE_S": "2.5",
            "HARNESS_PATHS_SCENARIOS": "a, b/c",
            "HARNESS_ACCOUNT_ID": "of another tool",
        },
    )
    found = {value.key: (value.value, value.source) for value in project.values}
    assert found["run.jobs"] == (4, "flag --jobs")
    assert found["run.seed"] == (-7, "environment HARNESS_RUN_SEED")
    assert found["run.deadline_s"] == (2.5, "environment HARNESS_RUN_DEADLINE_S")
    assert found["run.memory_mb"] == (5, "harness.toml:3")
    assert project.scenarios == ("a", "b/c")


@pytest.mark.parametrize(
    ("given", "seed"), [("7", 7), ("007", 7), ("abc", "abc"), ("1.5", "1.5"), (7, 7)]
)
def test_a_seed_on_the_command_line(tmp_path: Path, given: int | str, seed: int | str) -> None:
    assert load_project(tmp_path, flags={"run.seed": given}).seed == seed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[pathes]\n", ["harness.toml:1 ERROR pathes: unknown section 'pathes' "
            "(did you mean 'paths'?)"]),
        ("x = 1\n", ["harness.toml:1 ERROR x: unknown section 'x'; "
            "allowed: paths, run, world, suites"]),
        ("run = 3\n", ["harness.toml:1 ERROR run: must be a table; got 3"]),
        ("[run]\n# a line\njob = 1\n", ["harness.toml:3 ERROR run.job: unknown key 'job' "
            "(did you mean 'jobs'?)"]),
        ("[run]\njobs = 0\n", ["harness.toml:2 ERROR run.jobs: cannot be that; got 0; "
            "allowed: 'auto' or a whole number from 1 to 256"]),
        ("[run]\njobs = 'fast'\n", ['harness.toml:2 ERROR run.jobs: cannot be that; got "fast"; '
            "allowed: 'auto' or a whole number from 1 to 256"]),
        ("[run]\ndeadline_s = 0\nmemory_mb = 1.5\nseed = true\n", [
            "harness.toml:2 ERROR run.deadline_s: cannot be that; got 0; "
            "allowed: > 0 and at most 600",
            "harness.toml:3 ERROR run.memory_mb: cannot be that; got 1.5; "
            "allowed: a whole number from 1 to 10,240",
            "harness.toml:4 ERROR run.seed: cannot be that; got true; "
            "allowed: a whole number or a text that is not empty"]),
        ("[run]\ndeadline_s = nan\nseed = 2024-01-01\n", [
            "harness.toml:2:14 ERROR run.deadline_s: number is not finite: nan",
            "harness.toml:3:8 ERROR run.seed: a date or time is no data; "
            "write it as text: '2024-01-01'"]),
        ("[paths]\nscenarios = ['a', inf, 1e999]\nlua = 'lua'\n", [
            "harness.toml:2:19 ERROR paths.scenarios: number is not finite: inf",
            "harness.toml:2:24 ERROR paths.scenarios: number is not finite: 1e999",
            'harness.toml:3 ERROR paths.lua: cannot be that; got "lua"; '
            "allowed: a list of texts that are not empty"]),
        ("x = " + "[" * 100_000, [
            "harness.toml:1:68 ERROR project: nested more than 64 levels deep"]),
        ("[paths]\nlua = 'lua'\nartifacts = ''\n", [
            'harness.toml:2 ERROR paths.lua: cannot be that; got "lua"; '
            "allowed: a list of texts that are not empty",
            'harness.toml:3 ERROR paths.artifacts: cannot be that; got ""; '
            "allowed: a text that is not empty"]),
        ("[suites.all]\n", ["harness.toml:1 ERROR suites.all: 'all' is a suite that is always "
            "there; take another name"]),
        ("[suites.'a b']\n", ["harness.toml:1 ERROR suites.a b: 'a b' is no name; "
            "allowed: A-Z, a-z, 0-9, _ and -"]),
        ("[suites.a]\nlimit = 3\ntag = ['a']\n", [
            "harness.toml:2 ERROR suites.a.limit: unknown key 'limit'; "
            "allowed: tags, exclude_tags, worlds, drivers, description, gate",
            "harness.toml:3 ERROR suites.a.tag: unknown key 'tag' (did you mean 'tags'?)"]),
        ("[suites.a]\ndrivers = ['script']\n", ["harness.toml:2 ERROR suites.a.drivers: unknown "
            "driver 'script'; got [\"script\"]; allowed: timeline"]),
        ("[suites.a]\ntags = [1]\n", ["harness.toml:2 ERROR suites.a.tags: cannot be that; "
            "got [1]; allowed: a list of texts that are not empty"]),
        ("[world]\narena = 3\n", ["harness.toml:2 ERROR world.arena: must be a table; got 3"]),
        ("[run]\njobs = 1\njobs = 2\n", ["harness.toml:3:1 ERROR run.jobs: duplicate key "
            "'jobs' (first at line 2)"]),
        ("[run\n", ["harness.toml:1:5 ERROR project: broken TOML: expected ']' at the end of a "
            "table declaration"]),
    ],
)  # fmt: skip
def test_a_project_file_that_is_refused_says_where(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    assert problems(tmp_path, text) == expected


def test_environment_and_flags_are_judged_too(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "[run]\nmemory_mb = -1\n",
        flags={"run.jobs": "many"},
        environ={"HARNESS_RUN_DEADLINE_S": "soon", "HARNESS_RUN_JOBZ": "1"},
    )
    assert found == [
        'flag --jobs ERROR run.jobs: cannot be that; got "many"; '
        "allowed: 'auto' or a whole number from 1 to 256",
        'environment HARNESS_RUN_DEADLINE_S ERROR run.deadline_s: cannot be that; got "soon"; '
        "allowed: > 0 and at most 600",
        "environment HARNESS_RUN_JOBZ ERROR project: unknown setting 'HARNESS_RUN_JOBZ' "
        "(did you mean 'HARNESS_RUN_JOBS'?)",
        "harness.toml:2 ERROR run.memory_mb: cannot be that; got -1; "
        "allowed: a whole number from 1 to 10,240",
    ]


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "harness.toml").write_bytes(b"[run]\n# \xff\n")
    with pytest.raises(ManifestError) as caught:
        load_project(tmp_path)
    assert str(caught.value) == "harness.toml:2 ERROR project: not UTF-8: byte 0xff"


def test_the_root_is_the_nearest_folder_upwards_with_a_file(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_root(inner) == inner
    (tmp_path / "harness.toml").touch()
    assert find_root(inner) == tmp_path
    (tmp_path / "a" / "harness.toml").touch()
    assert find_root(inner) == tmp_path / "a"


def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_project(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path / 'nowhere'}: the project root is not a folder"


def test_importing_the_project_is_light() -> None:
    code = (
        "import sys, engine_harness.manifest.project;"
        "print({'yaml', 'pydantic', 'tomllib', 'lupa'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


@pytest.mark.parametrize(
    ("key", "most", "beyond"), [("deadline_s", 600, 600.5), ("memory_mb", 10_240, 10_241)]
)
def test_a_run_may_be_given_as_much_as_a_scenario_may_take(
    tmp_path: Path, key: str, most: int, beyond: float
) -> None:
    project = load_project(tmp_path, flags={f"run.{key}": most})
    assert getattr(project, key) == most
    variable = f"HARNESS_RUN_{key.upper()}"
    (found,) = problems(tmp_path, "", environ={variable: str(beyond)})
    assert found.startswith(f"environment {variable} ERROR run.{key}: ")
    assert found.endswith(f"{most:,}")
