"""Worlds of a few lines, played on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness._canonical import sha256_hex

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness.records.models import RunRecord

# Stands in front of a world's first line, without a line of its own: an action is a method, what
# is put into `seen` is a metric.
SKELETON = """
local W = {} W.__index = W
function W.new(env, options)
    local self = setmetatable({ env = env, options = options, seen = {} }, W)
    if self.begin then self:begin(env, options) end
    return self
end
function W:metrics() return self.seen end
function W:apply(action)
    local act = self[action.name]
    if not act then return nil, "unknown_action", "no action " .. action.name end
    return true, act(self, action.args)
end
"""

GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]

# In front of what a test does with `env.services`: globals as code for such an engine expects
# them, and an action that is the test's own text.
SERVICES = """
function W:begin(env)
    local services = env.services
    self.services, control, typeof = services, services.control, services.typeof
    game, workspace, Instance, Enum = services.game, services.workspace, services.Instance,
        services.Enum
    Vector3, CFrame = services.Vector3, services.CFrame
    Players, RunService = services.Players, services.RunService
end
function W:go()
    local seen, trace = self.seen, {}
    seen.trace = trace
    local function mark(value) trace[#trace + 1] = value end
    local function refused(fn, ...) mark((select(2, pcall(fn, ...)))) end
"""


class Stage:
    """Plays worlds that are given as the text between `local W = {}` and `return W`."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._names: dict[str, str] = {}

    def world(self, body: str, *, is_whole: bool = False) -> str:
        """Write a world, once; `is_whole`: the text of its file as it stands."""
        text = body if is_whole else f"{' '.join(SKELETON.split())} {body}\nreturn W\n"
        if text not in self._names:
            self._names[text] = self.bench.world(f"w{sha256_hex(text.encode())[:12]}", text)
        return self._names[text]

    def play(
        self, body: str, timeline: list[dict[str, Any]] | None = None, **keys: Any
    ) -> RunRecord:
        """Run the world; by default its action `go` at the start."""
        return self.bench.play(GO if timeline is None else timeline, world=self.world(body), **keys)

    def judge(self, body: str, timeline: list[dict[str, Any]] | None = None, **keys: Any) -> Any:
        """Run the world and return its verdict."""
        timeline = GO if timeline is None else timeline
        return self.bench.judge(timeline, world=self.world(body), **keys)

    def seen(self, body: str, **keys: Any) -> dict[str, Any]:
        """Run the world; return the metrics at the end of a run without an error."""
        record = self.play(body, **keys)
        assert record.outcome.status == "completed", record.outcome
        assert record.metrics is not None
        return record.metrics

    def failure(self, body: str, **keys: Any) -> tuple[str, dict[str, Any]]:
        """Run the world; return message and place of the error that it ends with."""
        outcome = self.play(body, **keys).outcome
        assert outcome.status == "world_error", outcome
        return str(outcome.message), outcome.where or {}

    def file(self, body: str) -> str:
        """How messages call the file of a world."""
        return f"lua/worlds/{self.world(body)}/init.lua"


@pytest.fixture
def stage(shared_bench: Bench) -> Stage:
    return Stage(shared_bench)


class Services:
    """Worlds that do something with `env.services` when they start."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def world(self, body: str) -> str:
        """Return the body as the action of a world; its first line is that of the file."""
        return f"{' '.join(SERVICES.split())} {body} end"

    def play(self, body: str, **keys: Any) -> RunRecord:
        """Run the body."""
        return self.stage.play(self.world(body), **keys)

    def seen(self, body: str, **keys: Any) -> dict[str, Any]:
        """Run the body; return what it has put into `seen`."""
        return self.stage.seen(self.world(body), **keys)

    def trace(self, body: str, **keys: Any) -> list[Any]:
        """Run the body; return what it has marked."""
        return self.seen(body, **keys)["trace"] or []

    def failure(self, body: str) -> tuple[str, dict[str, Any]]:
        """Run the body, which fails in the world's file; return message and place."""
        message, where = self.stage.failure(self.world(body))
        assert where["file"] == self.stage.file(self.world(body))
        return message, where


@pytest.fixture
def services(stage: Stage) -> Services:
    return Services(stage)
