"""The static suites: locals are counted as LuaJIT counts them, and tools end as they should."""

from __future__ import annotations

import os
import select
from threading import Event, Timer
from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import UsageError
from engine_harness.manifest.project import load_project
from engine_harness.run.suites import lua_sources, process, register_pressure
from engine_harness.run.suites.format import FORMAT
from engine_harness.run.suites.lint import LINT
from engine_harness.run.suites.lua_sources import LuaSources
from engine_harness.run.suites.register_pressure import REGISTER_PRESSURE
from engine_harness.run.suites.static import StaticOutcome
from engine_harness.run.suites.tools import Tool, ToolCheck
from engine_harness.run.suites.typecheck import TYPECHECK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.run.suites.static import StaticCheck

STYLUA = Tool("stylua", ("--check",), ("stylua.toml",))
LIMIT = "locals are active at once; LuaJIT and Luau allow 200"


def locals_of(count: int) -> str:
    return "".join(f"local v{number} = {number}\n" for number in range(1, count + 1))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., StaticOutcome]:
    def judge(check: StaticCheck, stop: Event | None = None, **keys: object) -> StaticOutcome:
        flags = {f"paths.{key}": value for key, value in keys.items()}
        project = load_project(tmp_path, flags=flags)  # type: ignore[arg-type]
        return check.judge(LuaSources.of(project), stop or Event())

    return judge


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Install a shell script as a program; no other of its kind is there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    return install


def ends(pid: int) -> bool:
    """Return whether a process has ended, or does so very soon: being killed takes a moment."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 5.0)[0])
    finally:
        os.close(descriptor)


# Locals


def test_200_locals_pass_and_201_do_not(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    write("lua/full.lua", locals_of(200))
    passed = judge(REGISTER_PRESSURE.check)
    assert passed == StaticOutcome(
        notes=("1 function in 1 file: at most 200 of 200 locals at once",),
        lines=("1 function in 1 file: at most 200 of 200 locals at once",),
    )
    write("lua/full.lua", locals_of(201))
    failed = judge(REGISTER_PRESSURE.check)
    assert not failed.passed
    assert failed.notes == failed.lines == (f"lua/full.lua:1: (main chunk): 201 {LIMIT}",)


def test_what_counts_is_how_many_are_active_at_once(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    write("lua/blocks.lua", f"do\n{locals_of(199)}end\ndo\n{locals_of(199)}end\n")
    outcome = judge(REGISTER_PRESSURE.check)
    assert outcome.notes == ("1 function in 1 file: at most 199 of 200 locals at once",)


def test_every_function_is_named_with_its_line_and_count(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    inner = f"\n\nlocal function inner(a, b)\n{locals_of(200)}end\n"
    write("lua/deep.lua", f"local M = {{}}\nfunction M:outer()\n{locals_of(190)}{inner}end\n")
    write("lua/at/typed.luau", f"type Id = number\nfunction big(a: Id)\n{locals_of(200)}end\n")
    write("lua/calm.lua", locals_of(9))
    assert judge(REGISTER_PRESSURE.check).notes == (
        f"lua/at/typed.luau:2: big: 201 {LIMIT}",
        f"lua/deep.lua:195: local inner: 202 {LIMIT}",
    )


def test_what_cannot_be_read_fails_with_its_place(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    write("lua/a.lua", "local x =\n= 3\n")
    write("lua/b.lua", locals_of(201))
    write("lua/c.luau", "return 1 +* 2\n")
    notes = judge(REGISTER_PRESSURE.check).notes
    places = ["lua/a.lua:2:1", "lua/b.lua:1", "lua/c.luau:1:11"]
    assert [note.split(": ")[0] for note in notes] == places
    assert "near '='" in notes[0]


def test_a_file_too_large_to_be_a_module_fails(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(register_pressure, "MODULE_BYTES_MAX", 1 << 20)
    write("lua/huge.lua", f"--{'x' * (1 << 20)}\n")
    outcome = judge(REGISTER_PRESSURE.check)
    assert (outcome.passed, outcome.notes) == (False, ("lua/huge.lua: larger than 1 MiB",))


def test_bytes_that_are_no_text_are_no_problem(
    tmp_path: Path, judge: Callable[..., StaticOutcome]
) -> None:
    (tmp_path / "lua").mkdir()
    (tmp_path / "lua/raw.lua").write_bytes(b'local raw = "\xff\xfe" -- \x80\nreturn raw\n')
    assert judge(REGISTER_PRESSURE.check).passed


def test_without_lua_there_is_nothing_to_do(judge: Callable[..., StaticOutcome]) -> None:
    assert judge(REGISTER_PRESSURE.check).skipped == "no Lua files"


def test_a_file_is_looked_at_again_when_it_has_changed(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    for count in (201, 200, 201):
        write("lua/one.lua", locals_of(count))
        assert judge(REGISTER_PRESSURE.check).passed is (count == 200)


# Which files


def test_only_the_lua_of_the_project_is_read_in_order(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in (
        "z.lua",
        "b/x.luau",
        "b/x.lua",
        "a/y.LUA",
        "a/y.spec.lua",
        "a/y.txt",
        ".git/g.lua",
    ):
        write(f"code/{name}", "")
    write("code/artifacts/scenarios/made.lua", "")
    write("elsewhere/other.lua", "")
    (tmp_path / "code/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "code/up").symlink_to(tmp_path)
    project = load_project(
        tmp_path, flags={"paths.lua": ["code", "code/b"], "paths.artifacts": "code/artifacts"}
    )
    sources = LuaSources.of(project)
    assert [file.shown for file in sources.files] == [
        "code/a/y.LUA", "code/a/y.spec.lua", "code/b/x.lua", "code/b/x.luau", "code/z.lua",
    ]  # fmt: skip
    # A program searches folders by itself: it must not meet what we write, nor a file twice.
    assert sources.arguments == ("code/a", "code/b", "code/z.lua")
    assert sources.roots == ("code", "code/b")


def test_the_shipped_lua_is_not_the_projects(write: Callable[..., Path], tmp_path: Path) -> None:
    write("game/one.lua", "")
    sources = LuaSources.of(load_project(tmp_path, flags={"paths.lua": ["game", "lua"]}))
    assert [file.shown for file in sources.files] == ["game/one.lua"]
    assert sources.arguments == ("game",)


def test_too_many_files_are_an_error(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lua_sources, "FILES_MAX", 1)
    write("lua/a.lua", "")
    write("lua/b.lua", "")
    with pytest.raises(UsageError, match=r"lua: more than 1 Lua files \(limit lua_files\)"):
        _ = LuaSources.of(load_project(tmp_path)).files


# Tools


def test_a_tool_that_nobody_asked_for_does_not_run(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
) -> None:
    write("lua/a.lua", "")
    for name in ("stylua", "selene", "luacheck", "luau-analyze"):
        tool(name, "exit 1")
    for suite, missing in (
        (FORMAT, "stylua.toml or .stylua.toml"),
        (LINT, "selene.toml or .luacheckrc"),
        (TYPECHECK, ".luaurc"),
    ):
        outcome = judge(suite.check)
        assert (outcome.skipped, outcome.passed) == ("optional", True)
        assert outcome.notes == (f"the project has no {missing}",)


@pytest.mark.usefixtures("tool")
def test_a_tool_that_is_not_there_is_optional(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome]
) -> None:
    for name in ("lua/a.lua", ".stylua.toml", "selene.toml", ".luacheckrc"):
        write(name, "")
    assert judge(FORMAT.check).notes == ("stylua is not installed",)
    outcome = judge(LINT.check)
    assert (outcome.skipped, outcome.notes) == (
        "optional",
        ("selene and luacheck are not installed",),
    )


def test_a_tool_that_is_content_passes(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome], tool: Callable[..., Path]
) -> None:
    write("lua/a.lua", "")
    write("stylua.toml", "")
    tool("stylua", 'echo "$@ in $PWD/lua" >&2; printf "\\033[32mfine\\033[0m\\r\\n\\n"')
    outcome = judge(FORMAT.check)
    assert outcome == StaticOutcome(
        notes=("stylua --check lua: exit code 0",),
        lines=("$ stylua --check lua", "--check lua in lua", "fine", "exit code 0"),
    )


def test_the_second_tool_stands_in_where_the_first_is_missing_or_not_wanted(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome], tool: Callable[..., Path]
) -> None:
    write("lua/a.lua", "")
    write(".luacheckrc", "")
    tool("luacheck", "exit 0")
    used = ("luacheck --no-color lua: exit code 0",)
    assert judge(LINT.check).notes == used
    settings = write("selene.toml", "")
    assert judge(LINT.check).notes == used
    tool("selene", "exit 0")
    assert judge(LINT.check).notes == ("selene lua: exit code 0",)
    settings.unlink()
    assert judge(LINT.check).notes == used


def test_what_a_tool_complains_about_is_told(
    write: Callable[..., Path], judge: Callable[..., StaticOutcome], tool: Callable[..., Path]
) -> None:
    write("lua/a.lua", "")
    write(".luaurc", "{}")
    tool("luau-analyze", "echo 'lua/a.lua(1,2): TypeError'; echo; echo more; exit 1")
    outcome = judge(TYPECHECK.check)
    assert not outcome.passed
    assert outcome.notes == (
        "luau-analyze lua: exit code 1", "lua/a.lua(1,2): TypeError", "more",
    )  # fmt: skip
    assert outcome.lines == (
        "$ luau-analyze lua", "lua/a.lua(1,2): TypeError", "", "more", "exit code 1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 101", "stylua --check lua: exit code 101"),
        ("kill -SEGV $$", "stylua --check lua: stylua was ended by SIGSEGV"),
        ("#!/no/such/shell\n", "stylua cannot be started: No such file or directory"),
    ],
)
def test_a_tool_that_crashes_fails_and_says_how(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
    script: str,
    why: str,
) -> None:
    write("lua/a.lua", "")
    write("stylua.toml", "")
    tool("stylua", script)
    outcome = judge(FORMAT.check)
    assert (outcome.passed, outcome.notes) == (False, (why,))


def test_a_tool_that_hangs_is_killed_with_its_children(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
    tmp_path: Path,
) -> None:
    write("lua/a.lua", "")
    write("stylua.toml", "")
    tool("stylua", f"sleep 600 &\necho $! > {tmp_path}/child\necho begun\nwait")
    outcome = judge(ToolCheck((STYLUA,), deadline_s=1.0))
    assert not outcome.passed
    assert outcome.notes == (
        "stylua --check lua: stylua has not finished in 1 s and was killed", "begun",
    )  # fmt: skip
    assert ends(int((tmp_path / "child").read_text("utf-8")))


def test_what_a_tool_leaves_behind_is_not_waited_for(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
    tmp_path: Path,
) -> None:
    write("lua/a.lua", "")
    write("stylua.toml", "")
    # The child holds the output open; one that closes it early is waited for.
    tool("stylua", f"sleep 600 &\necho $! > {tmp_path}/child\necho done")
    assert judge(FORMAT.check).lines == ("$ stylua --check lua", "done", "exit code 0")
    assert ends(int((tmp_path / "child").read_text("utf-8")))
    tool("stylua", "exec >&- 2>&-\nsleep 0.1\nexit 3")
    assert judge(FORMAT.check).notes == ("stylua --check lua: exit code 3",)


def test_what_is_kept_of_the_output_has_a_limit(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "OUTPUT_BYTES_MAX", 2048)
    write("lua/a.lua", "")
    write("stylua.toml", "")
    tool("stylua", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1")
    outcome = judge(FORMAT.check)
    assert outcome.lines == (
        "$ stylua --check lua", "x" * 2048, "(it said more than 2 KiB: limit tool_output)",
        "exit code 1",
    )  # fmt: skip


def test_a_tool_ends_when_nobody_wants_it_any_more(
    write: Callable[..., Path],
    judge: Callable[..., StaticOutcome],
    tool: Callable[..., Path],
    tmp_path: Path,
) -> None:
    write("lua/a.lua", "")
    write("stylua.toml", "")
    os.mkfifo(tmp_path / "begun")
    tool("stylua", f"echo $$ > {tmp_path}/begun\nexec sleep 600")
    stop, pids = Event(), []

    def end() -> None:
        # Opening it waits until the tool runs.
        pids.append(int((tmp_path / "begun").read_text("utf-8")))
        stop.set()

    timer = Timer(0, end)
    timer.start()
    judge(FORMAT.check, stop)
    timer.join()
    assert ends(pids[0])
