"""A small project in a folder, and the command line that watches it in a terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WORLD = """
local rules = require("worlds.pond.rules")
local found, bonus = pcall(require, "extra.bonus")
local Pond = {}
Pond.__index = Pond
Pond.describe = { actions = { feed = {} }, metrics = { "fish" } }
function Pond.new()
    return setmetatable({ fish = rules.start + (found and bonus or 0) }, Pond)
end
function Pond:apply()
    while rules.is_endless do end
    self.fish = self.fish + 1
    return true
end
function Pond:metrics()
    return { fish = self.fish }
end
return Pond
"""
RULES = "return { start = 2 }\n"
SCENARIO = """\
metadata: {{ id: {id}, label: one more }}
world: pond
timeline:
  - {{ at: 0, action: feed }}
expect: {{ fish: {fish} }}
"""

# The terminal becomes the process' own, so that Ctrl-C reaches it as it does from a shell.
LAUNCH = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "engine_harness", *sys.argv[1:]])
"""
WAIT_S = 20.0


class Pond:
    """The files of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("harness.toml", "[run]\njobs = 2\n")
        self.write("lua/worlds/pond/init.lua", WORLD)
        self.write("lua/worlds/pond/rules.lua", RULES)
        self.scenario("good")
        self.scenario("other")

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        return target

    def scenario(self, name: str, fish: int = 3, folder: str = "") -> None:
        self.write(f"scenarios/{folder}{name}.yaml", SCENARIO.format(id=name, fish=fish))

    def replace(self, path: str, text: str) -> None:
        """Save as many editors do: a new file takes the place of the old one."""
        self.write(f"{path}.tmp", text).replace(self.folder / path)

    def move_aside(self, path: str, text: str) -> None:
        """Save as vim does: the old file gets another name first, and goes last."""
        backup = self.folder / f"{path}~"
        (self.folder / path).rename(backup)
        self.write(path, text)
        backup.unlink()


class Terminal:
    """A process in a terminal, what it has written, and what is typed."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        self._theirs = theirs
        self.modes_before = self.modes
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HARNESS_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, *arguments],
            cwd=folder,
            env={**environ, "TERM": "dumb", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        self._text = ""

    @property
    def modes(self) -> list[Any]:
        """What the terminal does with keys."""
        return termios.tcgetattr(self._theirs)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._ours)
        self._ours = -1

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, *texts: str) -> str:
        """Read until all of `texts` have come, one after the other; return all that was written."""
        read = ""
        for text in texts:
            end_s = time.monotonic() + WAIT_S
            while text not in self._text:
                while not select.select([self._ours], [], [], 0.2)[0]:
                    if time.monotonic() > end_s or self.process.poll() is not None:
                        pytest.fail(f"{text!r} did not come; what came:\n{read}{self._text}")
                data = os.read(self._ours, 65536).decode("utf-8", "replace")
                self._text += data.replace("\r\n", "\n")
            before, found, self._text = self._text.partition(text)
            read += before + found
        return read

    def round(self, *texts: str, counts: str = "") -> str:
        """Read until the end of the round in which all of `texts` have come, `counts` at last."""
        text = self.until(*texts, "Summary:\n", "\n")
        if "SKIP" not in text.splitlines()[-1]:
            text += self.until("\n")
        assert counts in text.rpartition("Summary:\n")[2], text
        return text

    def end(self) -> int:
        """Wait for the end and return the exit code; the terminal is as it was."""
        code = self.process.wait(WAIT_S)
        assert self.modes == self.modes_before
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for end in (self._ours, self._theirs):
            if end >= 0:
                os.close(end)


class Stage:
    """One project that is watched by one process, for tests that leave it as they have found it."""

    arguments = ("--watch", "--suite", "engine-sim")
    whole = "2 scenarios: 2 passed, 0 failed"

    def __init__(self, folder: Path) -> None:
        self.pond = Pond(folder)
        self._before = self._files()
        self.screen = Terminal(folder, *self.arguments)
        self.beginning = self.screen.round("all: running 2 of 2 scenarios", counts=self.whole)

    def _files(self) -> dict[Path, bytes]:
        folder, ours = self.pond.folder, self.pond.folder / "artifacts"
        return {
            path: path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_relative_to(ours)
        }

    @property
    def is_clean(self) -> bool:
        """Whether everything is as it was at the beginning."""
        return self._files() == self._before and self.screen.process.poll() is None

    def back(self) -> str:
        """Undo all changes, and return what the round says in which everything passes again."""
        for path in self._files().keys() - self._before.keys():
            path.unlink()
        for path, data in self._before.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return self.screen.round(counts=self.whole)


@pytest.fixture(scope="module")
def _stages() -> Iterator[list[Stage]]:
    stages: list[Stage] = []
    yield stages
    for one in stages:
        one.screen.close()


@pytest.fixture
def stage(_stages: list[Stage], tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage of the tests before, unless one of them has failed and left it in disorder."""
    if not (_stages and _stages[-1].is_clean):
        _stages.append(Stage(tmp_path_factory.mktemp("stage") / "project"))
    return _stages[-1]


@pytest.fixture
def pond(tmp_path: Path) -> Pond:
    return Pond(tmp_path / "project")


@pytest.fixture
def terminal(pond: Pond) -> Iterator[Callable[..., Terminal]]:
    opened: list[Any] = []

    def start(*arguments: str, **environment: str) -> Terminal:
        opened.append(Terminal(pond.folder, *arguments, **environment))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
