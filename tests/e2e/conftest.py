"""A small project of a stranger, and the command line run on it in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD_WORLD = """
local Pond = {}
Pond.__index = Pond
Pond.describe = {
    actions = { feed = { grams = "number" }, wait = {} },
    metrics = { "fish", "food" },
    events = { "fed" },
}
function Pond.new(env, options)
    return setmetatable({ env = env, fish = options.fish or 3, food = 0 }, Pond)
end
function Pond:apply(action)
    if action.name == "feed" then
        self.food = self.food + action.args.grams
        self.env.record:event("fed", { grams = action.args.grams })
        return true
    elseif action.name == "wait" then
        return true
    end
    return nil, "unknown_action", "the pond knows no " .. action.name
end
function Pond:step(dt)
    self.food = math.max(0, self.food - self.fish * dt)
end
function Pond:metrics()
    return { fish = self.fish, food = self.food }
end
return Pond
"""

GOOD_SCENARIO = """
metadata: { id: good, label: a good one }
world: pond
timeline:
  - { at: 0, action: feed, args: { grams: 2 } }
expect: { fish: 3, food: { max: 2 } }
expect_events: [{ event: fed, count: 1 }]
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Project:
    """A folder and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> Project:
        """Put one good world and one good scenario into the folder."""
        self.write("harness.toml", "[run]\njobs = 2\n")
        self.write("lua/worlds/pond/init.lua", GOOD_WORLD)
        self.write("scenarios/good.yaml", GOOD_SCENARIO)
        return self

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return target

    def world(self, name: str, old: str, new: str) -> None:
        """Add a world that is the good one with one thing changed."""
        assert GOOD_WORLD.count(old) == 1, old
        self.write(f"lua/worlds/{name}/init.lua", GOOD_WORLD.replace(old, new))

    def scenario(self, name: str, world: str, **keys: Any) -> None:
        """Add a scenario that feeds the fish of `world`."""
        data: dict[str, Any] = {
            "metadata": {"id": name, "label": name},
            "world": world,
            "timeline": [{"at": 0.5, "action": "feed", "args": {"grams": 1}}],
            **keys,
        }
        self.write(f"scenarios/{name}.json", json.dumps(data))

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Done:
        env = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
        done = subprocess.run(
            [sys.executable, "-m", "engine_harness", *arguments],
            cwd=cwd or self.folder,
            env={**env, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        result = Done(done.returncode, done.stdout, done.stderr)
        assert "Traceback (most recent call last)" not in result.text, result.text
        return result

    def artifacts(self) -> dict[str, bytes]:
        """Return every artifact by its path, without what depends on the machine."""
        found = {}
        for path in sorted((self.folder / "artifacts").rglob("*")):
            if path.is_file() and "logs" not in path.parts:
                data = path.read_bytes()
                if path.suffix == ".json":
                    data = json.dumps(without_host(json.loads(data)), sort_keys=True).encode()
                found[path.relative_to(self.folder).as_posix()] = data
        return found


def without_host(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_host(v) for k, v in value.items() if k not in ("host", "meta")}
    if isinstance(value, list):
        return [without_host(item) for item in value]
    return value


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).fill()


@pytest.fixture
def shipped(tmp_path: Path) -> Callable[[str], Project]:
    """Return a maker of projects that hold the shipped scenarios, at a place of their own."""

    def make(place: str) -> Project:
        project = Project(tmp_path / place)
        shutil.copytree(shipped_lua().parent / "scenarios", project.folder / "scenarios")
        project.write("harness.toml", "[run]\nseed = 0\n")
        return project

    return make
