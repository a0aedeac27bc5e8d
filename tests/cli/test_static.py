"""Static suites on the command line: no scenario is needed, and none is run for them."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORLD = """
local Lamp = {}
Lamp.__index = Lamp
Lamp.describe = { actions = { light = {} }, metrics = { "lit" } }
function Lamp.new() return setmetatable({ lit = false }, Lamp) end
function Lamp:apply() self.lit = true return true end
function Lamp:metrics() return { lit = self.lit } end
return Lamp
"""
GOOD = """\
metadata: {id: good, label: Lights up, tags: [quick]}
world: lamp
timeline:
  - {at: 0, action: light}
expect: {lit: true}
"""
NAMES = ["format", "lint", "typecheck", "register-pressure"]
TOO_MANY = "".join(f"local v{number}\n" for number in range(201))
PRESSED = "lua/full.lua:1: (main chunk): 201 locals are active at once; LuaJIT and Luau allow 200"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "lua/worlds/lamp").mkdir(parents=True)
    (tmp_path / "lua/worlds/lamp/init.lua").write_text(WORLD, "utf-8")
    (tmp_path / "harness.toml").write_text("[run]\njobs = 1\n", "utf-8")
    return tmp_path


@pytest.fixture
def scenario(project: Path) -> None:
    (project / "scenarios").mkdir()
    (project / "scenarios/good.yaml").write_text(GOOD, "utf-8")


@pytest.fixture
def tool(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    folder = project / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    return install


def without_times(lines: list[str]) -> list[str]:
    return [re.sub(r" in [0-9.]+s", "", line) for line in lines]


def names_of(lines: list[str]) -> list[str]:
    start = lines.index("Summary:")
    return [line.split()[1] for line in lines[start + 1 :] if line.startswith("  - ")]


@pytest.mark.usefixtures("project")
def test_the_static_suites_need_no_scenario(harness: Callable[..., Any], project: Path) -> None:
    ran = harness("--suite", "static")
    assert (ran.code, ran.err) == (0, "")
    assert without_times(ran.lines) == [
        "Summary:",
        "  - format     SKIP (optional)",
        "      the project has no stylua.toml or .stylua.toml",
        "  - lint       SKIP (optional)",
        "      the project has no selene.toml or .luacheckrc",
        "  - typecheck  SKIP (optional)",
        "      the project has no .luaurc",
        "  - register-pressure PASS",
        "      4 functions in 1 file: at most 1 of 200 locals at once",
    ]
    assert re.fullmatch(r"  - register-pressure PASS in [0-9.]+s", ran.lines[7])
    assert sorted(path.name for path in (project / "artifacts").rglob("*")) == [
        "logs", "register-pressure.log",
    ]  # fmt: skip


def test_a_broken_manifest_is_nothing_to_them(harness: Callable[..., Any], project: Path) -> None:
    (project / "scenarios").mkdir()
    (project / "scenarios/broken.yaml").write_text("metadata: {id: 3\n", "utf-8")
    assert harness("--suite", "static").code == 0
    assert harness("--suite", "static", "--dry-run").code == 0
    assert harness("--suite", "static", "--list") == (0, "", "")
    assert harness("--suite", "static", "--suite", "engine-sim").code == 2


def test_too_many_locals_fail_with_their_place(harness: Callable[..., Any], project: Path) -> None:
    (project / "lua/full.lua").write_text(TOO_MANY, "utf-8")
    ran = harness("--suite", "register-pressure")
    assert ran.code == 1
    assert without_times(ran.lines) == [
        "Summary:", "  - register-pressure FAIL", f"      {PRESSED}",
    ]  # fmt: skip
    assert (project / "artifacts/logs/register-pressure.log").read_text("utf-8") == (
        f"{PRESSED}\n\nSummary:\n  - register-pressure FAIL\n"
    )


def test_a_tool_that_fails_is_told_in_short_and_logged_in_full(
    harness: Callable[..., Any], project: Path, tool: Callable[..., Path]
) -> None:
    (project / ".luacheckrc").touch()
    tool("luacheck", 'for i in 1 2 3 4 5 6 7 8 9; do echo "lua/a.lua:$i: dirty"; done; exit 1')
    ran = harness("--suite", "lint")
    assert ran.code == 1
    assert without_times(ran.lines) == [
        "Summary:",
        "  - lint       FAIL",
        "      luacheck --no-color lua: exit code 1",
        *(f"      lua/a.lua:{number}: dirty" for number in range(1, 8)),
        "      and 2 more lines: artifacts/logs/lint.log",
    ]
    log = project / "artifacts/logs/lint.log"
    assert log.read_text("utf-8").splitlines() == [
        "$ luacheck --no-color lua",
        *(f"lua/a.lua:{number}: dirty" for number in range(1, 10)),
        "exit code 1", "", "Summary:", "  - lint       FAIL",
    ]  # fmt: skip
    # A log tells of the last run: without one there is none, unless it is to be kept.
    (project / ".luacheckrc").unlink()
    assert harness("--suite", "lint", "--keep-artifacts").code == 0
    assert log.is_file()
    assert harness("--suite", "lint").code == 0
    assert not log.exists()


@pytest.mark.usefixtures("scenario")
def test_a_failure_fails_a_run_whose_scenarios_pass(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "lua/full.lua").write_text(TOO_MANY, "utf-8")
    ran = harness()
    assert ran.code == 1
    assert f"      {PRESSED}" in ran.lines
    assert ran.lines[0].startswith("[PASS] good")
    assert names_of(ran.lines)[:5] == [*NAMES, "engine-sim"]
    document = harness("--json").document
    statuses = {suite["name"]: suite["status"] for suite in document["suites"]}
    assert (document["passed"], document["exit_code"]) == (False, 1)
    assert (statuses["register-pressure"], statuses["engine-sim"]) == ("FAIL", "PASS")


@pytest.mark.usefixtures("scenario")
def test_who_asks_for_some_scenarios_gets_static_suites_only_by_name(
    harness: Callable[..., Any],
) -> None:
    for words in (
        ("good",),
        ("scenarios/good.yaml",),
        ("--tag", "quick"),
        ("--suite", "all", "good"),
    ):
        ran = harness(*words)
        assert (ran.code, names_of(ran.lines)[0]) == (0, "engine-sim")
    ran = harness("good", "--suite", "engine-sim", "--suite", "static")
    assert names_of(ran.lines) == ["engine-sim", *NAMES]


@pytest.mark.usefixtures("project")
def test_without_scenarios_the_default_still_says_that_nothing_is_selected(
    harness: Callable[..., Any], project: Path
) -> None:
    ran = harness()
    assert ran.code == 5
    assert without_times(ran.lines)[4] == "  - register-pressure PASS"
    assert "no scenario is selected" in ran.err
    assert harness("--json").document["passed"] is False
    assert harness("--allow-empty").code == 0
    # What has failed weighs more.
    (project / "lua/full.lua").write_text(TOO_MANY, "utf-8")
    assert harness().code == harness("--allow-empty").code == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (("good",), "a PATH or ID"),
        (("--scenario", "good"), "--scenario"),
        (("--exclude-tag", "x"), "--exclude-tag"),
        (("--priority", "P0"), "--priority"),
        (("--out", "x.json"), "--out"),
        (("--update-baseline",), "--update-baseline"),
    ],
)
def test_what_is_about_scenarios_is_refused_where_there_are_none(
    harness: Callable[..., Any], words: tuple[str, ...], flag: str
) -> None:
    ran = harness("--suite", "lint", "--suite", "format", *words)
    why = f"{flag} is for suites that run scenarios; there is none among: lint, format"
    assert ran == (2, "", f"run-harness: {why}\n")


@pytest.mark.usefixtures("project")
def test_one_report_cannot_be_that_of_two_suites(harness: Callable[..., Any]) -> None:
    ran = harness("--suite", "engine-sim", "--suite", "lint", "--out", "x.json")
    assert ran.err.endswith("there are several suites: engine-sim, lint\n")


def test_a_dry_run_names_what_would_judge(
    harness: Callable[..., Any], project: Path, tool: Callable[..., Path]
) -> None:
    (project / "stylua.toml").touch()
    tool("stylua", "touch ran; exit 1")
    assert harness("--suite", "static", "--dry-run").lines == [
        "Would run format over lua (stylua)",
        "Would run register-pressure over lua",
    ]
    assert not (project / "ran").exists()
    assert not (project / "artifacts").exists()
    assert harness("--suite", "static").code == 1
    told = harness("--suite", "static", "--dry-run", "--json").document
    assert told["would_check"] == ["format", "register-pressure"]
    assert told["would_clear"] == [
        "artifacts/logs/format.log", "artifacts/logs/register-pressure.log",
    ]  # fmt: skip
    assert harness("--suite", "format", "--dry-run", "--keep-artifacts").lines == [
        "Would run format over lua (stylua)",
    ]  # fmt: skip


@pytest.mark.usefixtures("scenario")
def test_they_run_once_however_often_scenarios_do(
    harness: Callable[..., Any], project: Path, tool: Callable[..., Path]
) -> None:
    (project / "stylua.toml").touch()
    tool("stylua", "echo x >> ran")
    ran = harness("--suite", "format", "--suite", "engine-sim", "--repeat", "2")
    assert ran.code == 0
    assert "[PASS] all artifacts of 2 runs are identical" in ran.lines
    assert (project / "ran").read_text("utf-8") == "x\n"
    assert sorted(path.name for path in (project / "artifacts/logs").iterdir()) == [
        "engine-sim-run-1.log", "engine-sim-run-2.log", "format.log",
    ]  # fmt: skip


def test_logs_go_where_artifacts_go(harness: Callable[..., Any], project: Path) -> None:
    assert harness("--suite", "static", "--out-dir", "out").code == 0
    assert [path.name for path in (project / "out/logs").iterdir()] == ["register-pressure.log"]
    assert not (project / "artifacts/logs").exists()


@pytest.mark.usefixtures("scenario")
def test_notes_of_what_nobody_named_are_for_the_verbose(harness: Callable[..., Any]) -> None:
    note = "      4 functions in 1 file: at most 1 of 200 locals at once"
    assert note not in harness().lines
    assert note in harness("--verbose").lines
    assert note in harness("--suite", "all", "--suite", "register-pressure").lines


def test_a_lua_root_that_is_no_folder_is_named(harness: Callable[..., Any], project: Path) -> None:
    (project / "harness.toml").write_text('[paths]\nlua = ["src"]\n', "utf-8")
    for words in (("--suite", "static"), ("--suite", "static", "--dry-run")):
        ran = harness(*words)
        assert ran.code == 2
        assert ran.err.startswith("run-harness: harness.toml:2: paths.lua: no folder 'src' in ")


def test_their_names_are_taken(harness: Callable[..., Any], project: Path) -> None:
    (project / "harness.toml").write_text("[suites.lint]\n", "utf-8")
    ran = harness("--list")
    assert ran.code == 2
    assert "'lint' is a suite that is always there" in ran.err


@pytest.mark.usefixtures("scenario")
def test_two_processes_say_the_same(project: Path, tool: Callable[..., Path]) -> None:
    (project / "selene.toml").touch()
    (project / "lua/full.lua").write_text(TOO_MANY, "utf-8")
    (project / "lua/bad.luau").write_text("local x: number = \n", "utf-8")
    tool("selene", 'echo "$PWD/lua/full.lua:1: too much"; exit 1')
    said = []
    for _ in range(2):
        command = [sys.executable, "-m", "engine_harness"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        logs = sorted((project / "artifacts/logs").iterdir())
        texts = {path.name: path.read_text("utf-8") for path in logs}
        printed = [re.sub(r"[0-9.]+s", "", line) for line in done.stdout.splitlines()]
        said.append((done.returncode, printed, done.stderr, texts))
    assert said[0] == said[1]
    assert said[0][0] == 1
    assert said[0][3]["lint.log"].splitlines()[:2] == ["$ selene lua", "lua/full.lua:1: too much"]


@pytest.mark.usefixtures("scenario")
@pytest.mark.parametrize("others", [(), ("--suite", "engine-sim")])
def test_ctrl_c_ends_a_tool_that_hangs(
    project: Path, tool: Callable[..., Path], others: tuple[str, ...]
) -> None:
    (project / "stylua.toml").touch()
    os.mkfifo(project / "begun")
    tool("stylua", "echo $$ > begun; exec sleep 600")
    with subprocess.Popen(
        [sys.executable, "-m", "engine_harness", "--suite", "static", *others],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        # Opening it waits until the tool runs.
        descriptor = os.pidfd_open(int((project / "begun").read_text("utf-8")))
        os.kill(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (130, "")
    assert "  - format     INTERRUPTED" in out.splitlines()
    assert select.select([descriptor], [], [], 5.0)[0]
    os.close(descriptor)
