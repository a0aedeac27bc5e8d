"""Whatever a world does: its own scenario fails with a clear finding, the others are untouched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

BOMB = "local t = {} for i = 1, 1e9 do t[i] = { i } end"

# What is broken, what stands there instead, the check of the finding, words of its message.
CASES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "a syntax error": ("return Pond\n", "return Pond +\n", "world_error", ("init.lua",)),
    "an error while loading": (
        "local Pond = {}",
        "local Pond = nil + 1",
        "world_error",
        ("init.lua:2", "arithmetic"),
    ),
    "a loop while loading": (
        "local Pond = {}",
        "while true do end local Pond = {}",
        "limit",
        ("work units",),
    ),
    "memory while loading": (
        "local Pond = {}",
        BOMB + " local Pond = {}",
        "limit",
        ("memory",),
    ),
    "a module that is not there": (
        "local Pond = {}",
        'local Pond = require("nowhere.at.all")',
        "world_error",
        ("nowhere.at.all",),
    ),
    "an error in new": (
        "return setmetatable({ env",
        'error("new broke") return setmetatable({ env',
        "world_error",
        ("new broke", "new"),
    ),
    "an error in apply": (
        "self.food = self.food + action.args.grams",
        "self.food = self.fodder.x",
        "world_error",
        ("apply(feed)", "fodder", "init.lua:14"),
    ),
    "an error in step": (
        "self.food = math.max",
        "error({ code = 7 }) self.food = math.max",
        "world_error",
        ("code = 7", "step"),
    ),
    "an error in metrics": (
        "return { fish = self.fish, food = self.food }",
        "return nil",
        "world_error",
        ("metrics must return a table",),
    ),
    "an error in a timer": (
        "self.env.record:event",
        'self.env.scheduler:after(0.1, function() error("timer broke") end) self.env.record:event',
        "world_error",
        ("timer broke", "timer"),
    ),
    "an endless loop": (
        "self.food = math.max",
        "while true do pcall(function() while true do end end) end self.food = math.max",
        "limit",
        ("work units",),
    ),
    "eaten memory inside pcall": (
        "self.food = math.max",
        f"while true do pcall(function() {BOMB} end) end self.food = math.max",
        "limit",
        ("memory",),
    ),
    "deep recursion": (
        "self.food = math.max",
        "local function f(n) return 1 + f(n + 1) end pcall(f, 1) self.food = math.max",
        "limit",
        ("stack overflow",),
    ),
    "a flooded log": (
        "self.food = math.max",
        'for i = 1, 1e9 do pcall(print, "flood") end self.food = math.max',
        "limit",
        ("200000 rows",),
    ),
    "flooded events": (
        "self.food = math.max",
        'for i = 1, 1e9 do pcall(self.env.record.event, "fed") end self.food = math.max',
        "limit",
        ("1000 events",),
    ),
    "a walk over tables as keys": (
        "self.food = math.max",
        "for k in pairs({ [{}] = 1, [{}] = 2 }) do end self.food = math.max",
        "nondeterministic",
        ("order",),
    ),
    "a file that is opened": (
        "self.food = math.max",
        'io.open("/etc/passwd") self.food = math.max',
        "world_error",
        ("io.open",),
    ),
}

LIMITS = {"work_units": 20_000_000, "memory_mb": 128, "events": 1000}


def record_of(project: Project, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(
        (project.folder / f"artifacts/records/{name}.json").read_text("utf-8")
    )
    return data


@pytest.mark.parametrize("name", CASES)
def test_a_broken_world_fails_its_own_scenario_only(project: Project, name: str) -> None:
    alone = project.run("scenarios/good.yaml")
    assert alone.code == 0, alone.text
    untouched = project.artifacts()["artifacts/records/good.json"]
    old, new, check, words = CASES[name]
    project.world("broken", old, new)
    project.scenario("culprit", "broken", limits=LIMITS)
    environment = {"HARNESS_RUN_MEMORY_MB": "128"} if "memory" in name else {}
    done = project.run("--json", **environment)
    assert done.code == 1, done.text
    document = json.loads(done.out)
    by_id = {row["id"]: row for row in document["scenarios"]}
    assert (by_id["good"]["passed"], by_id["culprit"]["passed"]) == (True, False)
    findings = by_id["culprit"]["findings"]
    assert findings[0]["check"] == check, findings
    for word in words:
        assert word in findings[0]["message"], findings[0]["message"]
    assert project.artifacts()["artifacts/records/good.json"] == untouched
    assert record_of(project, "culprit")["outcome"]["status"] == check


def test_a_run_over_its_deadline_is_killed_and_named(project: Project) -> None:
    project.world("broken", "self.food = math.max", "while true do end self.food = math.max")
    project.scenario("culprit", "broken", limits={"work_units": 20_000_000_000, "deadline_s": 0.5})
    done = project.run()
    assert done.code == 1
    assert "killed after its deadline of 0.5 s wall time" in done.out
    assert "[PASS] good" in done.out
    assert record_of(project, "culprit")["outcome"]["status"] == "killed"
    assert record_of(project, "culprit")["events"] == []


def test_a_limit_that_is_reproducible_keeps_what_was_recorded(project: Project) -> None:
    project.world("broken", "self.food = math.max", "while true do end self.food = math.max")
    project.scenario(
        "culprit",
        "broken",
        limits={"work_units": 1_000_000},
        timeline=[{"at": 0, "action": "feed", "args": {"grams": 1}}],
    )
    project.run()
    record = record_of(project, "culprit")
    assert [row["event"] for row in record["events"]] == ["action", "fed"]
    assert record["outcome"]["reason"] == "work_units"
    assert record["metrics"] is None
