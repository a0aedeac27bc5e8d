"""Luau where the engine finds it: modules, worlds and manifests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import ManifestError, UsageError
from engine_harness.vm.loader import (
    LuaRoot,
    TwoFiles,
    deciding_files,
    find_module,
    module_files,
    read_module,
)

if TYPE_CHECKING:
    from conftest import Bench

ROOT = Path(__file__).parents[2]

WORLD = """--!strict
local larder = require("larder")

type Pond = { env: any, fish: number, food: number }

local Pond = {}
Pond.__index = Pond
Pond.describe = { actions = { feed = { grams = "number" } }, metrics = { "fish", "food" } }

function Pond.new(env: any, options: { fish: number? }): Pond
	local fish = if options.fish then options.fish else 3
	return setmetatable({ env = env, fish = fish, food = 0 }, Pond)
end

function Pond.apply(self: Pond, action): (boolean?, string?, string?)
	self.food += larder.portions(action.args.grams :: number)
	return true
end

function Pond.metrics(self: Pond)
	return { fish = self.fish, food = self.food }
end

return Pond
"""

LARDER = """local larder = {}

function larder.portions(grams: number): number
	local total, spice: { [string]: number }? = 0, nil
	for gram = 1, 1_0 do
		if gram > grams then
			continue
		end
		total += 1
	end
	if grams == 7 then
		total +=
			spice.salt
	end
	return total
end

return larder
"""

FEED = {"at": 0, "action": "feed", "args": {"grams": 2}}


@pytest.fixture
def pond(bench: Bench) -> Bench:
    """A project with a world in Luau that requires a module in Luau."""
    bench.write("lua/worlds/pond/init.luau", WORLD)
    bench.write("lua/larder.luau", LARDER)
    return bench


def failure(pond: Bench, grams: int = 2) -> Any:
    verdict = pond.judge([{**FEED, "args": {"grams": grams}}], world="pond")
    (finding,) = verdict.findings
    return finding


def test_a_world_in_luau_runs(pond: Bench) -> None:
    record = pond.play([FEED, {**FEED, "args": {"grams": 100}}], world="pond")
    assert record.outcome.status == "completed"
    assert record.metrics == {"fish": 3, "food": 12}
    assert "pond" in pond.harness.worlds.names()
    assert pond.harness.worlds.get("pond").file == "lua/worlds/pond/init.luau"


def test_a_world_in_luau_declares_what_is_checked(pond: Bench) -> None:
    with pytest.raises(ManifestError) as caught:
        pond.play([{"at": 0, "action": "fed"}], world="pond")
    assert "feed" in str(caught.value)


def test_an_error_at_run_time_names_the_line_of_the_luau_file(pond: Bench) -> None:
    finding = failure(pond, grams=7)
    assert finding.check == "world_error"
    assert finding.message.startswith(
        "lua/larder.luau:13: attempt to index local 'spice' (a nil value)"
    )
    assert "lua/worlds/pond/init.luau:16: in function 'apply'" in finding.message


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "= 0, nil",
            "= 0 // 1, nil",
            "lua/larder.luau:4:48: '//' is not supported; write math.floor(a / b)",
        ),
        ("total += 1", "total += ", "lua/larder.luau:10:2: unexpected symbol near 'end'"),
        (
            "return larder\n",
            "return larder larder\n",
            "lua/larder.luau:18:15: 'return' must be the last statement of its block near 'larder'",
        ),
    ],
)
def test_a_module_that_cannot_be_read_is_an_error_of_its_world(
    pond: Bench, old: str, new: str, expected: str
) -> None:
    pond.write("lua/larder.luau", LARDER.replace(old, new))
    finding = failure(pond)
    assert finding.check == "world_error"
    assert expected in finding.message


def test_a_mistake_in_plain_lua_is_worded_by_lua(pond: Bench) -> None:
    pond.write("lua/larder.luau", "local larder = {}\nlarder = = 1\n")
    assert "lua/larder.luau:2: unexpected symbol near '='" in failure(pond).message


def test_luau_syntax_is_read_in_a_file_that_ends_in_lua(pond: Bench) -> None:
    (pond.folder / "lua/larder.luau").rename(pond.folder / "lua/larder.lua")
    assert pond.play([FEED], world="pond").metrics == {"fish": 3, "food": 2}


def test_a_broken_text_with_a_long_path_is_named_whole(pond: Bench) -> None:
    name = "a_rather_long_name_of_a_module_in_a_rather_long_name_of_a_folder"
    pond.write(f"lua/{name}/init.luau", "local a: T = `x`")
    pond.write("lua/larder.luau", f"return require('{name}')")
    assert f"lua/{name}/init.luau:1:14: a text in backticks" in failure(pond).message


def test_two_files_for_one_module_are_an_error_that_names_both(pond: Bench) -> None:
    pond.write("lua/larder.lua", "return {}")
    assert (
        "module 'larder' has two files, 'lua/larder.lua' and 'lua/larder.luau'; "
        "remove or rename one of them"
    ) in failure(pond).message
    (pond.folder / "lua/larder.lua").unlink()
    pond.write("lua/worlds/pond/init.lua", "return {}")
    pond.harness.worlds.forget([pond.folder / "lua/worlds/pond/init.lua"])
    assert "has two files" in failure(pond).message


def test_a_module_in_luau_cannot_hide_a_shipped_one(pond: Bench) -> None:
    pond.write("lua/worlds/arena/init.luau", "return {}")
    with pytest.raises(UsageError, match=r"arena/init\.luau: module 'worlds\.arena' hides"):
        _ = pond.harness.roots


@pytest.fixture
def roots(tmp_path: Path) -> tuple[LuaRoot, ...]:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    return tuple(LuaRoot(path=folder, name=folder.name) for folder in folders)


def test_modules_are_looked_up_in_this_order(roots: tuple[LuaRoot, ...]) -> None:
    one, two = (root.path for root in roots)
    expected: list[str] = []
    for folder in (two, one):
        for relative in ("m/init.luau", "m.luau"):
            path = folder / relative
            path.parent.mkdir(exist_ok=True)
            path.write_text("return 1")
            expected.append(f"{folder.name}/{relative}")
            assert find_module("m", roots) == (path, expected[-1])
    assert read_module("m", roots) == ("return 1", "one/m.luau")
    assert read_module("n", roots) == "module 'n' not found:" + "".join(
        f"\n\tno file '{root}/{file}'"
        for root in ("one", "two")
        for file in ("n.lua", "n.luau", "n/init.lua", "n/init.luau")
    )
    (one / "m.lua").write_text("")
    with pytest.raises(TwoFiles):
        find_module("m", roots)


def test_two_roots_may_have_one_name_in_two_suffixes(roots: tuple[LuaRoot, ...]) -> None:
    (roots[0].path / "m.luau").write_text("return 1")
    (roots[1].path / "m.lua").write_text("return 2")
    assert read_module("m", roots) == ("return 1", "one/m.luau")


def test_the_other_suffix_decides_too_which_file_a_module_is(roots: tuple[LuaRoot, ...]) -> None:
    one = roots[0].path
    assert deciding_files({"m": "one/m.lua"}, roots) == {one / "m.lua", one / "m.luau"}
    assert deciding_files({"m": "one/m.luau"}, roots) == {one / "m.lua", one / "m.luau"}


def test_all_modules_of_a_root_are_listed_in_order_of_their_paths(
    roots: tuple[LuaRoot, ...],
) -> None:
    folder = roots[0].path
    for relative in ("b.luau", "a/init.luau", "a/c.lua", "d.txt"):
        path = folder / relative
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert module_files(folder) == [
        ("a.c", folder / "a/c.lua"),
        ("a", folder / "a/init.luau"),
        ("b", folder / "b.luau"),
    ]


MANIFEST = """--!strict
type Entry = { at: number, action: string, args: { [string]: number } }
local timeline: { Entry } = {}
for second = 1, 3 do
	if second == 2 then
		continue
	end
	local entry: Entry = {
		at = second * 0.5, action = "feed", args = { grams = if second > 1 then 1_0 else 2 },
	}
	timeline[#timeline + 1] = entry
end
return { metadata = { id = "fed", label = "Fed" }, world = "pond", timeline = timeline }
"""


def test_a_manifest_in_luau_is_one_scenario_like_any_other(pond: Bench) -> None:
    pond.write("scenarios/fed.luau", MANIFEST)
    (scenario,) = pond.harness.load().scenarios
    assert [(entry.at_s, entry.args) for entry in scenario.timeline] == [
        (0.5, {"grams": 2}),
        (1.5, {"grams": 10}),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "second * 0.5",
            "second // 2",
            "scenarios/fed.luau:9:15 ERROR manifest: '//' is not supported; "
            "write math.floor(a / b)",
        ),
        (
            "continue\n",
            "continue done\n",
            "scenarios/fed.luau:6:12 ERROR manifest: 'continue' must be the last statement of its "
            "block near 'done'",
        ),
        (
            "type Entry =",
            "type Entry",
            "scenarios/fed.luau:2:12 ERROR manifest: '=' expected near '{'",
        ),
        (
            "second * 0.5",
            "second.x.y",
            "scenarios/fed.luau:9 ERROR manifest: attempt to index local 'second' (a number value)",
        ),
    ],
)
def test_a_manifest_in_luau_that_fails_says_where(
    pond: Bench, old: str, new: str, expected: str
) -> None:
    pond.write("scenarios/fed.luau", MANIFEST.replace(old, new))
    with pytest.raises(ManifestError) as caught:
        pond.harness.load()
    assert [str(problem) for problem in caught.value.diagnostics] == [expected]


def test_a_manifest_that_ends_in_lua_is_plain_lua(pond: Bench) -> None:
    pond.write("scenarios/fed.lua", MANIFEST)
    with pytest.raises(ManifestError) as caught:
        pond.harness.load()
    (problem,) = caught.value.diagnostics
    assert str(problem).startswith("scenarios/fed.lua:2 ERROR manifest: '=' expected near 'Entry'")


PLAY = """
import sys
from pathlib import Path
from engine_harness._canonical import canonical_json
from engine_harness.api import Harness, open_project
from engine_harness.run.isolate import record_of
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of
with Harness(open_project(Path(sys.argv[1]))) as harness:
    for scenario in harness.load().scenarios:
        request = request_of(harness, scenario)
        record = record_of(request, harness.pool.call(job_of(request)))
        data = record.model_dump(mode="json")
        print(canonical_json({key: data[key] for key in data if key not in ("host", "meta")}))
"""


def test_luau_gives_the_same_bytes_in_two_processes(pond: Bench) -> None:
    pond.write("scenarios/fed.luau", MANIFEST)
    written = {
        subprocess.run(
            [sys.executable, "-c", PLAY, str(pond.folder)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(written) == 1
    assert b'"food":12' in written.pop()
