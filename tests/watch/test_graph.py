"""A change affects what was made from it, or would have been, and no other scenario."""

from __future__ import annotations

from pathlib import Path

from engine_harness.vm.loader import LuaRoot, deciding_files
from engine_harness.watch.graph import Needs, affected

ROOTS = (LuaRoot(Path("/own"), "own"), LuaRoot(Path("/shipped"), "<shipped>"))
RULES, SHADOW, WATER = (
    Path("/shipped/pond/rules.lua"),
    Path("/own/pond/rules.lua"),
    Path("/own/water/init.lua"),
)
NEEDS = {
    "pond": Needs(deciding_files({"pond.rules": "<shipped>/pond/rules.lua"}, ROOTS)),
    "lake": Needs(deciding_files({"water": None, "no such/name": None}, ROOTS)),
    "killed": Needs(None),
}


def hit(*changed: Path) -> list[str]:
    lua = [path for path in changed if path.suffix == ".lua"]
    return sorted(affected(NEEDS, changed, lua))


def test_a_change_affects_who_loaded_it() -> None:
    assert hit(RULES) == ["killed", "pond"]


def test_a_new_file_affects_who_would_load_it_instead() -> None:
    assert hit(SHADOW) == ["killed", "pond"]


def test_a_new_file_affects_who_looked_for_it_in_vain() -> None:
    assert hit(WATER) == ["killed", "lake"]


def test_any_lua_affects_a_run_of_which_nothing_is_known() -> None:
    assert hit(Path("/own/other.lua")) == ["killed"]


def test_what_is_no_lua_affects_nobody() -> None:
    assert hit(Path("/own/other.yaml")) == []
