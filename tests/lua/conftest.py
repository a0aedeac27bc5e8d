"""Host modules (`lua/harness`) in a raw LuaJIT runtime: real globals, no sandbox around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lupa.luajit21 import LuaRuntime

if TYPE_CHECKING:
    from collections.abc import Callable

LUA_ROOT = Path(__file__).parents[2] / "lua"

# What the loader of the product gives a host module: the state's own globals, a few libraries that
# LuaJIT keeps behind `require`, and a `require` that knows `harness.*` alone.
LOADER = """
local read = ...
local loadstring, setfenv, require_library = loadstring, setfenv, require
local env = {}
for name, value in pairs(_G) do
    env[name] = value
end
env._G, env.python = nil, nil
env.ffi = require_library("ffi")
env.table_new = require_library("table.new")
env.buffer = require_library("string.buffer")
local loaded = {}
local function load_text(text, chunk_name)
    return setfenv(assert(loadstring(text, chunk_name)), env)
end
function env.require(name)
    if loaded[name] == nil then
        local text = assert(read(name), "no host module " .. name)
        loaded[name] = load_text(text, "@" .. string.gsub(name, "%.", "/") .. ".lua")(name)
    end
    return loaded[name]
end
return env.require, load_text
"""

# A script about the scheduler starts with one, a clock and a list of what happened.
SCHEDULER = """
local Scheduler = require("harness.scheduler")
local clock = { now = 0 }
local scheduler = Scheduler.new(clock, 1)
local fired = {}
local function mark(name) return function() fired[#fired + 1] = name end end
local function trace() return table.concat(fired, " ") end
local function drain(now, before, on_dispatch)
    clock.now = now
    return scheduler:drain(now, before or math.huge, on_dispatch)
end
"""


class HostModules:
    """One fresh runtime whose chunks can `require` every module below `lua/harness`."""

    def __init__(self) -> None:
        self.runtime = LuaRuntime(
            encoding="latin-1",
            register_eval=False,
            register_builtins=False,
            unpack_returned_tuples=True,
        )
        self.require, self._load_text = self.runtime.execute(LOADER, self._read)

    @staticmethod
    def _read(name: str) -> str | None:
        path = LUA_ROOT.joinpath(*name.split(".")).with_suffix(".lua")
        if not name.startswith("harness.") or not path.is_file():
            return None
        return path.read_text(encoding="utf-8").encode("utf-8").decode("latin-1")

    def run(self, text: str, *arguments: Any) -> Any:
        """Run a chunk in the environment of the host modules; return what it returns."""
        return self._load_text(text, "@test.lua")(*arguments)


@pytest.fixture
def host_modules() -> HostModules:
    return HostModules()


@pytest.fixture
def make_host_modules() -> Callable[[], HostModules]:
    return HostModules


@pytest.fixture
def play(host_modules: HostModules) -> Callable[..., Any]:
    """Run a script about the scheduler; the lines of its own count from 1."""

    def run(script: str, *arguments: Any) -> Any:
        return host_modules.run(SCHEDULER.replace("\n", " ") + script, *arguments)

    return run
