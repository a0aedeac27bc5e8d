"""The package's public functions: one Lua function, one scenario, and names that load late."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import engine_harness
from engine_harness.errors import LimitExceeded, ManifestError, UsageError, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Bench

    from engine_harness._types import Json

RULES = """local Rules = {}
function Rules.echo(...) return ... end
function Rules.count(...) return select("#", ...) end
function Rules.is_nil(list, key) return list[key] == nil end
function Rules.nothing() end
function Rules.three() return nil, "no", nil end
function Rules.numbers() return 1 / 0, -0, 2 ^ 53, 0.1, 3.0 end
function Rules.broken(x)
    return 1 + x.y.z
end
function Rules.said() error({ code = 7 }) end
function Rules.deep() local function f(n) return 1 + f(n) end return f(1) end
function Rules.unplain() return { a = { print } } end
function Rules.file() return io.open("/etc/passwd") end
function Rules.unordered() for key in pairs({ [{}] = 1, [{}] = 2 }) do end end
function Rules.forever() while true do pcall(function() while true do end end) end end
function Rules.eat() local t = {} for i = 1, 1e9 do t[i] = { i } end end
local calls = 0
function Rules.calls() calls = calls + 1 return calls end
Rules.value = 5
return Rules
"""


@pytest.fixture
def call(shared_bench: Bench) -> Callable[..., list[Json]]:
    if not (shared_bench.folder / "lua/game/rules.lua").exists():
        shared_bench.write("lua/game/rules.lua", RULES)
        shared_bench.write("lua/game/five.lua", "return 5")
        shared_bench.write("lua/game/typo.lua", "local x =\n= 5")

    def call_lua(function: str, *args: Json, module: str = "game.rules") -> list[Json]:
        results = shared_bench.harness.call_lua(module, function, *args)
        assert isinstance(results, list)
        return results

    return call_lua


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1, 2.5, -3, 2**53, 0.1],
        ["", "grün \u2028 😀", 'quote " and \\ and \n'],
        [True, False],
        [None],
        [None, None, 3, None],
        [[], {}, [[]], {"a": {}}],
        [{"a": [1, {"b": "c"}], "1": "text key"}],
    ],
)
def test_plain_data_goes_in_and_comes_out(
    call: Callable[..., list[Json]], values: list[Json]
) -> None:
    assert call("echo", *values) == values
    assert call("count", *values) == [len(values)]


def test_every_result_keeps_its_place(call: Callable[..., list[Json]]) -> None:
    assert call("nothing") == []
    assert call("three") == [None, "no", None]
    assert call("numbers") == [None, 0, 2**53, 0.1, 3]


def test_a_null_inside_a_map_is_absent(call: Callable[..., list[Json]]) -> None:
    assert call("is_nil", {"a": None, "b": 1}, "a") == [True]
    assert call("echo", {"a": None, "b": 1}) == [{"b": 1}]


def test_no_call_sees_what_another_left(call: Callable[..., list[Json]]) -> None:
    assert [call("calls"), call("calls")] == [[1], [1]]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            "broken",
            "lua/game/rules.lua:9: attempt to index field 'y' (a nil value)\n"
            "lua/game/rules.lua:9: in function <lua/game/rules.lua:8>",
        ),
        (
            "said",
            "lua/game/rules.lua:11: {code = 7}\n"
            "lua/game/rules.lua:11: in function <lua/game/rules.lua:11>",
        ),
        ("no_such", "module game.rules has no function no_such"),
        ("value", "module game.rules has no function value"),
        ("unplain", "lua/game/rules.lua:13: result[1].a[1]: a function is no plain data"),
    ],
)
def test_what_fails_in_lua_is_a_world_error_with_its_place(
    call: Callable[..., list[Json]], function: str, message: str
) -> None:
    with pytest.raises(WorldError) as caught:
        call(function, {})
    assert str(caught.value) == f"game.rules.{function}: {message}"


def test_a_call_runs_in_the_sandbox(call: Callable[..., list[Json]]) -> None:
    with pytest.raises(WorldError, match=r"rules\.lua:14: io\.open is not available here"):
        call("file")
    with pytest.raises(WorldError, match="a walk over a table met 2 keys of type table"):
        call("unordered")


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("game.nowhere", "module 'game.nowhere' not found:"),
        ("game.five", "module game.five has no function run"),
        ("game.typo", "error loading module 'game.typo':\n\tlua/game/typo.lua:2: unexpected"),
        ("io", "module io has no function run"),
    ],
)
def test_a_module_that_cannot_be_called_is_a_world_error(
    call: Callable[..., list[Json]], module: str, message: str
) -> None:
    with pytest.raises(WorldError) as caught:
        call("run", module=module)
    assert str(caught.value).startswith(f"{module}.run: {message}")


def test_a_call_that_is_too_deep_is_over_its_limit(call: Callable[..., list[Json]]) -> None:
    with pytest.raises(LimitExceeded, match=r"^game\.rules\.deep: .*stack overflow"):
        call("deep")


def test_a_call_has_the_limits_of_the_project(make_bench: Callable[[str], Bench]) -> None:
    bench = make_bench("small")
    bench.write("lua/game/rules.lua", RULES)
    bench.write("harness.toml", "[run]\njobs = 1\ndeadline_s = 0.3\nmemory_mb = 32\n")
    with pytest.raises(LimitExceeded, match=r"^game\.rules\.forever: killed after its deadline"):
        bench.harness.call_lua("game.rules", "forever")
    with pytest.raises(LimitExceeded, match=r"^game\.rules\.eat: .*32 M"):
        bench.harness.call_lua("game.rules", "eat")
    assert bench.harness.call_lua("game.rules", "echo", 1) == [1]


def test_the_packages_functions_find_their_project_by_its_root(
    make_bench: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench("project")
    bench.write("lua/game/rules.lua", RULES)
    inside = bench.write("deep/inside/x.txt", "").parent
    assert engine_harness.call_lua("game.rules", "echo", 1, root=bench.folder) == [1]
    monkeypatch.chdir(inside)
    assert engine_harness.call_lua("game.rules", "echo", 2) == [2]


TWO = """
scenarios:
  - metadata: {id: first, label: First}
    world: tape
    timeline: [{at: 0.5, action: note, args: {name: a}}]
  - metadata: {id: second, label: Second}
    world: tape
    seed: 3
    timeline: [{at: 1, action: note, args: {name: b}}]
"""


def test_run_plays_one_scenario_and_returns_its_record(
    make_bench: Callable[[str], Bench],
) -> None:
    bench = make_bench("project")
    path = bench.write("scenarios/two.yaml", TWO)
    record = engine_harness.run("scenarios/two.yaml::second", root=bench.folder)
    assert (record.scenario.id, record.scenario.seed) == ("second", 3)
    assert [row["fields"] for row in record.events if row["event"] == "note"] == [
        {"name": "b", "clock_s": 1}
    ]
    again = engine_harness.run(f"{path}::first", root=bench.folder, seed="other")
    assert (again.scenario.id, again.scenario.seed) == ("first", "other")
    # It is a look, not a suite: nothing is left behind.
    assert not (bench.folder / "artifacts").exists()


def test_run_takes_a_manifest_as_data(make_bench: Callable[[str], Bench]) -> None:
    bench = make_bench("project")
    manifest: dict[str, Json] = {
        "metadata": {"id": "data", "label": "Data"},
        "world": "tape",
        "timeline": [{"at": 0.5, "hitch": 0.25}],
    }
    record = engine_harness.run(manifest, root=bench.folder, hitch_policy="catch_up")
    assert record.sections["timeline"]["hitch_policy"] == "catch_up"
    assert record.outcome.virtual_s == 1
    with pytest.raises(ManifestError, match=r"unknown field 'worl' \(did you mean 'world'\?\)"):
        engine_harness.run({**manifest, "worl": "tape"}, root=bench.folder)


@pytest.mark.parametrize("target", ["scenarios/two.yaml", "scenarios/two.yaml::third"])
def test_run_wants_exactly_one_scenario(make_bench: Callable[[str], Bench], target: str) -> None:
    bench = make_bench("project")
    bench.write("scenarios/two.yaml", TWO)
    with pytest.raises(UsageError) as caught:
        engine_harness.run(target, root=bench.folder)
    assert str(caught.value) == (
        f"{target}: name one scenario: scenarios/two.yaml::first, scenarios/two.yaml::second"
    )


# Names.


def test_every_public_name_is_there_and_no_other() -> None:
    assert engine_harness.__all__ == sorted(engine_harness.__all__)
    assert dir(engine_harness) == engine_harness.__all__
    for name in engine_harness.__all__:
        assert getattr(engine_harness, name) is not None
    assert callable(engine_harness.run)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        engine_harness.nothing  # noqa: B018


def test_the_function_run_outlives_an_import_of_the_folder_of_its_name() -> None:
    import engine_harness.run.budget
    from engine_harness.run import isolate

    assert isolate.record_of is not None
    assert engine_harness.run.__module__ == "engine_harness.once"
    assert "engine_harness.run.budget" in sys.modules


def test_importing_the_package_loads_nothing_else(tmp_path: Path) -> None:
    code = (
        "import sys, typing; before = set(sys.modules); import engine_harness; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.strip() == ("['__future__', 'engine_harness', 'engine_harness._version']")
    assert list(tmp_path.iterdir()) == []
