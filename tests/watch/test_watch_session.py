"""Watch mode as a person has it: a real process in a real terminal, real saves, real keys."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import engine_harness
from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Pond, Terminal

BOTH = "2 scenarios: 2 passed, 0 failed"
ENVELOPE = '{"contracts": {"full": {"figure": "metrics.fish", "min": 3}}}'
HELD = "  broken: scenarios/good.yaml (what it said before counts)\n"
THREE = "3 scenarios: 3 passed, 0 failed"


def test_what_has_failed_and_is_broken_now_has_still_failed(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.scenario("good", fish=9)
    screen = terminal("--watch", "--suite", "engine-sim", "scenarios/good.yaml")
    screen.until("watching lua, harness.toml, scenarios/good.yaml (told by the system)")
    screen.until("Summary:\n", "0 passed, 1 failed\n")
    pond.write("scenarios/good.yaml", "metadata: {")
    screen.until("running 0 of 1 scenario\n", "0 passed, 1 failed\n", HELD)
    screen.type("f")
    screen.until("\nfailed: running 0 of 1 scenario\n", "0 passed, 1 failed\n", HELD)
    screen.type("a")
    screen.until("\nall: running 0 of 1 scenario\n", "0 passed, 1 failed\n", HELD)
    screen.type("q")
    assert screen.end() == 0


def test_a_gate_file_that_comes_later_lets_the_project_be_opened(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.write("harness.toml", "[suites.calm]\n")
    screen = terminal("--watch", "--suite", "calm")
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    pond.write("harness.toml", '[suites.calm]\ngate = "gates/calm.envelope.json"\n')
    screen.until(
        "harness.toml:2 suites.calm.gate: no file 'gates/calm.envelope.json'\n",
        "Summary:\n",
        "calm       PASS",
        "  broken: harness.toml (harness.toml as it was before counts)\n",
    )
    # What is saved meanwhile is not lost, and the error is not told again.
    pond.scenario("good", fish=9)
    text = screen.until("changed scenarios/good.yaml: running 1 of 2", "(harness.toml as it was")
    assert "no file" not in text
    pond.write("gates/calm.envelope.json", ENVELOPE)
    text = screen.round("changed gates/calm.envelope.json: running 2 of 2 scenarios\n")
    assert "calm       FAIL" in text
    assert "watching scenarios, lua, gates/calm.envelope.json, harness.toml (told" in text
    screen.type("q")
    assert screen.end() == 0


def test_a_project_file_that_is_gone_is_not_blamed_on_manifests_that_are_there(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    (pond.folder / "lua").rename(pond.folder / "lua2")
    pond.write("harness.toml", '[paths]\nlua = ["lua2"]\n')
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    (pond.folder / "harness.toml").unlink()
    text = screen.until(
        "deleted harness.toml: running 0 of 0 scenarios\n",
        "Summary:\n",
        "  broken: scenarios/good.yaml, scenarios/other.yaml (nothing of it counts)\n",
    )
    assert "no scenario is selected\n" in text
    assert "no manifest was found" not in text
    screen.type("q")
    assert screen.end() == 0


def test_polling_finds_what_nobody_tells(pond: Pond, terminal: Callable[..., Terminal]) -> None:
    screen = terminal("--watch", "--suite", "engine-sim", "--poll")
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    pond.scenario("late", folder="new/deep/")
    screen.round("changed scenarios/new/deep/late.yaml: running 1 of 3 scenarios\n", counts=THREE)
    folder, aside = pond.folder / "scenarios", pond.folder / "aside"
    folder.rename(aside)
    screen.round("deleted ", "running 0 of 0 scenarios\n", counts="engine-sim SKIP")
    aside.rename(folder)
    screen.round("running 3 of 3 scenarios\n", counts=THREE)
    pond.replace("scenarios/good.yaml", (folder / "good.yaml").read_text() + "# more\n")
    screen.round("changed scenarios/good.yaml: running 1 of 3 scenarios\n", counts=THREE)
    screen.type("\x03")
    assert screen.end() == 0


def test_a_change_of_a_gate_judges_again_and_runs_nothing(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.write("harness.toml", '[suites.calm]\ngate = "calm.envelope.json"\n')
    pond.write("calm.envelope.json", ENVELOPE)
    screen = terminal("--watch", "--suite", "register-pressure", "--suite", "calm")
    screen.until("watching scenarios, lua, calm.envelope.json, harness.toml (told by the system)")
    screen.until("all: running 2 of 2 scenarios and the static suites\n")
    screen.until("Summary:\n", "register-pressure PASS", "calm       PASS", BOTH)
    judged = "changed calm.envelope.json: the gate is judged again\n"
    pond.write("calm.envelope.json", ENVELOPE.replace("3", "4"))
    text = screen.until(judged, "Summary:\n", "calm       FAIL")
    assert "[FAIL] good full:" in text
    assert "(limit >= 4)" in text
    assert "[PASS] good (" not in text
    pond.write("calm.envelope.json", ENVELOPE)
    assert "\n[PASS] good hitches" in screen.until(judged, "calm       PASS")

    # One that is broken judges as before, in every round, and the summary says so.
    pond.write("calm.envelope.json", "{")
    old = "calm       PASS (old limits: calm.envelope.json is broken)"
    screen.until(judged, "calm.envelope.json:1:", "Summary:\n", old)
    screen.type("a")
    screen.until("all: running", "Summary:\n", old)
    pond.write("calm.envelope.json", ENVELOPE)
    screen.until(judged, "Summary:\n", "calm       PASS in")

    # Lua that nobody loads: the gate has nothing new to say, and says nothing.
    locals_ = "".join(f"local v{number} = 1\n" for number in range(150)) * 2
    pond.write("lua/unused.lua", locals_)
    screen.until("changed lua/unused.lua: running 0 of 2 scenarios and the static suites\n")
    text = screen.until("Summary:\n", "register-pressure FAIL", "calm       PASS")
    assert "[PASS] good" not in text
    screen.type("q")
    assert screen.end() == 0


def test_a_change_of_our_own_sources_runs_everything(
    pond: Pond, terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    ours = tmp_path / "installed"
    skip = shutil.ignore_patterns("__pycache__", "worlds")
    package = Path(engine_harness.__file__).parent
    shutil.copytree(package, ours / "engine_harness", ignore=skip)
    shutil.copytree(shipped_lua(), ours / "lua", ignore=skip)
    screen = terminal("--watch", "--suite", "engine-sim", PYTHONPATH=str(ours))
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    clock = ours / "lua/harness/clock.lua"
    clock.write_text(clock.read_text("utf-8") + "-- the same\n", "utf-8")
    screen.round(f"changed {clock}: running 2 of 2 scenarios\n", counts=BOTH)
    template = ours / "engine_harness/compile/templates/module.lua.j2"
    whole = template.read_text("utf-8")
    template.write_text(f"-- made from another template\n{whole}", "utf-8")
    screen.round(f"changed {template}: running 2 of 2 scenarios\n", counts=BOTH)
    module = (pond.folder / "artifacts/scenarios/good.lua").read_text("utf-8")
    assert module.startswith("-- made from another template\n")
    screen.type("\x03")
    assert screen.end() == 0


def test_a_signal_ends_a_run_and_leaves_nothing_behind(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios")
    pond.write("lua/worlds/pond/rules.lua", "return { start = 2, is_endless = true }\n")
    screen.until("changed lua/worlds/pond/rules.lua: running 2 of 2 scenarios\n")
    children = Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children").read_text()
    handles = [os.pidfd_open(int(child)) for child in children.split()]
    assert handles
    screen.process.send_signal(signal.SIGTERM)
    assert screen.end() == 0
    for handle in handles:
        assert select.select([handle], [], [], 10)[0], "a child is still there"
        os.close(handle)


def test_a_key_ends_it_in_the_middle_of_a_round_however_often_it_is_pressed(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios")
    pond.write("lua/worlds/pond/rules.lua", "return { start = 2, is_endless = true }\n")
    screen.until("changed lua/worlds/pond/rules.lua: running 2 of 2 scenarios\n")
    screen.type("qqq\x03\x03")
    screen.until("watch ended\n")
    assert screen.end() == 0


def test_a_terminal_that_is_closed_ends_it_well(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios")
    screen.hang_up()
    assert screen.process.wait(20) == 0


def test_it_ends_when_nobody_reads_it_any_more(pond: Pond) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "engine_harness", "--watch", "--suite", "engine-sim"],
        cwd=pond.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0


def test_a_key_also_sees_what_nobody_has_told(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("--watch", "--suite", "engine-sim", "--poll")
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    # As on a disk with a coarse clock: the same size, the same time, another text.
    world = pond.folder / "lua/worlds/pond/init.lua"
    before = world.stat()
    with world.open("r+", encoding="utf-8") as stream:
        text = stream.read().replace("feed", "seed")
        stream.seek(0)
        stream.write(text)
    os.utime(world, ns=(before.st_atime_ns, before.st_mtime_ns))
    screen.type("a")
    screen.until("all: running 0 of 2 scenarios\n", "unknown action 'feed'")
    screen.type("q")
    assert screen.end() == 0


def test_a_stopped_watch_gives_the_terminal_back_until_it_goes_on(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios")
    assert screen.modes != screen.modes_before
    screen.process.send_signal(signal.SIGTSTP)
    os.waitpid(screen.process.pid, os.WUNTRACED)
    assert screen.modes == screen.modes_before
    pond.scenario("good", fish=9)
    screen.process.send_signal(signal.SIGCONT)
    screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios", "[FAIL] good")
    screen.type("q")
    assert screen.end() == 0


@pytest.mark.parametrize(
    "flag", ["--list", "--dry-run", "--json", "--repeat=2", "--update-baseline"]
)
def test_what_is_said_once_cannot_be_watched(pond: Pond, flag: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine_harness", "--watch", flag],
        cwd=pond.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert f"--watch and {flag.partition('=')[0]} exclude each other" in done.stderr
