"""A run tells which modules it loaded and which it looked for in vain, and nothing else of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench, Stage

LOADS = """
require("told.b") require("told.a") require("told.a")
pcall(require, "told.nowhere") pcall(require, "harness.clock") pcall(require, "told.broken")
function W:go() require("told.late") end
"""


GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]
PLAIN = """
W.__index = W
function W.new() return setmetatable({}, W) end
function W:apply() return true end
function W:metrics() return {} end
return W
"""


def write(bench: Bench) -> None:
    for name, text in (
        ("a", "return 1"),
        ("b", 'require("told.deep") return 1'),
        ("deep/init", "return 1"),
        ("late", "return 1"),
        ("broken", "return ="),
    ):
        bench.write(f"lua/told/{name}.lua", text)


def told(stage: Stage, body: str) -> Any:
    world = stage.world(body)
    modules = stage.play(body).host["modules"]
    assert isinstance(modules, dict)
    assert modules.pop(f"worlds.{world}") == stage.file(body)
    return modules


def test_what_was_loaded_has_its_path_and_what_was_not_found_has_none(stage: Stage) -> None:
    write(stage.bench)
    modules = told(stage, LOADS)
    assert modules == {
        "harness.clock": None,
        "told.a": "lua/told/a.lua",
        "told.b": "lua/told/b.lua",
        "told.broken": "lua/told/broken.lua",
        "told.deep": "lua/told/deep/init.lua",
        "told.late": "lua/told/late.lua",
        "told.nowhere": None,
    }
    assert list(modules) == sorted(modules)


def test_a_run_that_failed_tells_what_it_had_loaded(stage: Stage) -> None:
    write(stage.bench)
    assert told(stage, 'require("told.a") error("no")') == {"told.a": "lua/told/a.lua"}


def test_names_without_end_are_not_told(stage: Stage) -> None:
    body = 'for i = 1, 10001 do pcall(require, "told.x" .. i) end'
    assert "modules" not in stage.play(body).host


def test_two_processes_tell_the_same_bytes(make_bench: Callable[[str], Bench]) -> None:
    texts = []
    for name in ("one", "two"):
        bench = make_bench(name)
        write(bench)
        record = bench.play(GO, world=bench.world("w", f"local W = {{}} {LOADS} {PLAIN}"))
        texts.append(json.dumps(record.host["modules"]))
    assert texts[0] == texts[1]
    assert "told.deep" in texts[0]
