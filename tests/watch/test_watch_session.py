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
from engine_harness.records.writer import write_bytes
from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Pond, Terminal

BOTH = "2 scenarios: 2 passed, 0 failed"
THREE = "3 scenarios: 3 passed, 0 failed"


def artifacts(folder: Path) -> dict[str, bytes]:
    """Return every artifact without what depends on the machine or the hour."""
    import json

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in ("host", "meta")}
        return [plain(item) for item in value] if isinstance(value, list) else value

    found = {}
    for path in sorted((folder / "artifacts").rglob("*.*")):
        data = path.read_bytes()
        if path.suffix == ".json":
            data = json.dumps(plain(json.loads(data))).encode()
        found[path.relative_to(folder).as_posix()] = data
    return found


def test_each_change_runs_what_it_affects_and_nothing_else(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round(
        "a runs all, f the failed ones, q quits", "all: running 2 of 2 scenarios", counts=BOTH
    )

    # A manifest that fails, is run again by a key, and passes again.
    pond.scenario("good", fish=9)
    text = screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n")
    assert "[FAIL] good" in text
    assert "expect fish eq 9 (got 3)" in text
    assert "other" not in text
    screen.type("f")
    text = screen.round("failed: running 1 of 2 scenarios\n", "[FAIL] good")
    assert "2 scenarios: 1 passed, 1 failed" in text
    good = (pond.folder / "scenarios/good.yaml").read_text("utf-8")
    pond.replace("scenarios/good.yaml", good.replace("9", "3"))
    screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n[PASS] good", counts=BOTH)
    screen.type("f")
    screen.until("nothing has failed\n")

    # What is read or written as it was is no change, and neither is what we write ourselves.
    (pond.folder / "scenarios/other.yaml").read_bytes()
    pond.scenario("other")
    write_bytes(pond.folder / "artifacts/engine/good.yaml", b"metadata: {")
    pond.move_aside("scenarios/good.yaml", good.replace("9", "3") + "# saved by vim\n")
    screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n[PASS] good", counts=BOTH)

    # A broken manifest says so, keeps its last result, and stops nobody.
    pond.write("scenarios/good.yaml", "metadata: {id: good, label: x}\nworld: pond\ntimelin: []\n")
    text = screen.round("changed scenarios/good.yaml: running 0 of 2 scenarios\n")
    assert "scenarios/good.yaml:3:1 ERROR manifest.timelin: unknown field 'timelin'" in text
    assert "broken: scenarios/good.yaml; what they said before counts\n" in text
    assert BOTH in text
    pond.scenario("other", fish=4)
    text = screen.round("changed scenarios/other.yaml: running 1 of 2 scenarios\n", "[FAIL] other")
    assert "timelin" not in text
    pond.scenario("other")
    pond.scenario("good")
    text = screen.round(
        "changed scenarios/good.yaml, scenarios/other.yaml: running 2 of 2 scenarios\n", counts=BOTH
    )
    assert "broken" not in text

    screen.type("q")
    assert screen.end() == 0


def test_a_change_of_lua_runs_the_scenarios_that_load_it(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.write("lua/worlds/lake/init.lua", (pond.folder / "lua/worlds/pond/init.lua").read_text()
               .replace('require("worlds.pond.rules")', "{ start = 2 }")
               .replace('pcall(require, "extra.bonus")', "false"))  # fmt: skip
    pond.write(
        "scenarios/calm.yaml",
        (pond.folder / "scenarios/good.yaml").read_text().replace("good", "calm")
        .replace("pond", "lake"),
    )  # fmt: skip
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 3 of 3 scenarios")

    pond.write("lua/worlds/pond/rules.lua", "return { start = 1 }\n")
    text = screen.round("changed lua/worlds/pond/rules.lua: running 2 of 3 scenarios\n")
    assert text.count("[FAIL]") == 2
    assert "calm" not in text
    # Broken: it cannot even be asked what it declares. Mended: its manifests are judged again.
    pond.write("lua/worlds/pond/rules.lua", "return {\n")
    text = screen.round("changed lua/worlds/pond/rules.lua: running 2 of 3 scenarios\n")
    assert "lua/worlds/pond/rules.lua:2" in text
    pond.write("lua/worlds/pond/rules.lua", "return { start = 2 }\n")
    screen.round("running 2 of 3 scenarios\n", counts=THREE)
    # A world that says less makes a manifest wrong that was right.
    world = (pond.folder / "lua/worlds/pond/init.lua").read_text()
    pond.write("lua/worlds/pond/init.lua", world.replace("feed", "starve"))
    text = screen.round(
        "changed lua/worlds/pond/init.lua: running 0 of 3 scenarios\n", counts=THREE
    )
    assert "scenarios/good.yaml:4:22 ERROR manifest.timeline[1].action: unknown action" in text
    pond.write("lua/worlds/pond/init.lua", world)
    screen.round("running 2 of 3 scenarios\n", counts=THREE)
    # Nobody loads it; then somebody who has looked for it in vain finds it.
    pond.write("lua/unused.lua", "return 1\n")
    screen.until("changed lua/unused.lua: no selected scenario depends on it\n")
    pond.write("lua/extra/bonus.lua", "return 5\n")
    screen.round(
        "changed lua/extra/bonus.lua: running 2 of 3 scenarios\n", "expect fish eq 3 (got 8)"
    )
    shutil.rmtree(pond.folder / "lua/extra")
    screen.round("deleted lua/extra/bonus.lua: running 2 of 3 scenarios\n", counts=THREE)

    # Ctrl-C ends it well.
    screen.type("\x03")
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


def test_files_and_folders_come_and_go(pond: Pond, terminal: Callable[..., Terminal]) -> None:
    screen = terminal("--watch", "--suite", "engine-sim")
    screen.round("all: running 2 of 2 scenarios", counts=BOTH)
    folder = pond.folder / "scenarios"

    pond.scenario("late", folder="new/deep/")
    text = screen.round("changed scenarios/new/deep/late.yaml: running 1 of 3 scenarios\n")
    assert THREE in text
    (folder / "other.yaml").rename(folder / "another.yaml")
    screen.round(
        "changed scenarios/another.yaml; deleted scenarios/other.yaml: running 1 of 3 scenarios\n",
        "[PASS] other",
    )
    shutil.rmtree(folder / "new")
    text = screen.round(
        "deleted scenarios/new/deep/late.yaml: running 0 of 2 scenarios\n", counts=BOTH
    )
    assert not (pond.folder / "artifacts/records/late.json").exists()
    # Two files with one id: who had it keeps it.
    pond.write("scenarios/a_copy.yaml", (folder / "good.yaml").read_text())
    screen.round("id 'good' is already used in scenarios/a_copy.yaml:1", counts=BOTH)
    (folder / "a_copy.yaml").unlink()
    screen.round("deleted scenarios/a_copy.yaml: running 0 of 2 scenarios\n", counts=BOTH)

    # The whole folder goes, and comes back; what comes then is seen too.
    folder.rename(pond.folder / "aside")
    screen.round("deleted ", "running 0 of 0 scenarios\n", counts="engine-sim SKIP")
    shutil.copytree(pond.folder / "aside", folder)
    screen.round("running 2 of 2 scenarios\n", counts=BOTH)
    pond.scenario("good", fish=4)
    screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n", "[FAIL] good")
    pond.scenario("good")
    screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n", counts=BOTH)

    # The project file: everything is opened anew. One that is broken changes nothing.
    pond.write("harness.toml", "[run]\njobs = 0\n")
    screen.until("harness.toml:2 ERROR run.jobs")
    pond.write("harness.toml", "[run]\njobs = 1\nseed = 5\n")
    screen.round("changed harness.toml: running 2 of 2 scenarios\n", counts=BOTH)
    screen.type("a")
    screen.round("all: running 2 of 2 scenarios\n", counts=BOTH)
    screen.type("q")
    assert screen.end() == 0

    # What all these rounds have left is what one run in a fresh process leaves.
    left = artifacts(pond.folder)
    shutil.rmtree(pond.folder / "artifacts")
    subprocess.run(
        [sys.executable, "-m", "engine_harness", "--suite", "engine-sim"],
        cwd=pond.folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert artifacts(pond.folder) == left


def test_a_change_of_a_gate_or_of_lua_that_nobody_loads_judges_again_and_runs_nothing(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.write("harness.toml", '[suites.calm]\ngate = "calm.envelope.json"\n')
    envelope = '{"contracts": {"full": {"figure": "metrics.fish", "min": 3}}}'
    pond.write("calm.envelope.json", envelope)
    screen = terminal("--watch", "--suite", "register-pressure", "--suite", "calm")
    screen.until("all: running 2 of 2 scenarios and the static suites\n")
    screen.until("Summary:\n", "register-pressure PASS", "calm       PASS", BOTH)
    pond.write("calm.envelope.json", envelope.replace("3", "4"))
    text = screen.until(
        "changed calm.envelope.json: the gate is judged again\n", "Summary:\n", "calm       FAIL"
    )
    assert "[FAIL] good full:" in text
    assert "(limit >= 4)" in text
    assert "[PASS] good (" not in text
    pond.write("calm.envelope.json", "{")
    screen.until("calm.envelope.json:1:")
    pond.write("calm.envelope.json", envelope)
    screen.until("the gate is judged again\n", "calm       PASS")
    locals_ = "".join(f"local v{number} = 1\n" for number in range(150)) * 2
    pond.write("lua/unused.lua", locals_)
    screen.until("changed lua/unused.lua: running 0 of 2 scenarios and the static suites\n")
    screen.until("Summary:\n", "register-pressure FAIL", "calm       PASS")
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


@pytest.mark.parametrize("flag", ["--list", "--dry-run", "--json", "--repeat=2"])
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
