"""Libraries that nobody here wrote are required as they are and answer as under plain LuaJIT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Answers, Presence

    from engine_harness.api import Harness


def test_every_probe_answers_as_under_plain_luajit(
    ours: Answers, in_plain: Answers, module: str
) -> None:
    assert ours[module] == in_plain[module]


@pytest.mark.parametrize(
    ("module", "probe", "beginning"),
    [
        ("probes.argparse", "help_of_commands", r'"Usage: git [-h] [--bare] <command> ...",'),
        ("probes.basexx", "base64_written_by_hand", '"foobar", "f",'),
        ("probes.binaryheap", "a_thousand_numbers", "true, "),
        ("probes.dkjson", "version", '"dkjson 2.'),
        ("probes.inspect", "lists", '"{}", "{ 1, 2, 3 }",'),
        ("probes.pl_functions", "foreach", "{[1]=1, [2]=2}"),
        ("probes.pl_globals", "methods_of_texts", 'true, {[1]="a", [2]="b"}, "x", "b", "X"'),
    ],
)
def test_answers_are_those_that_the_library_promises(
    in_a_run: Answers, module: str, probe: str, beginning: str
) -> None:
    assert in_a_run[module][probe].startswith(beginning)


def test_every_module_of_penlight_that_needs_no_files_can_be_required(harness: Harness) -> None:
    modules = sorted(path.stem for path in Path("/usr/share/lua/5.1/pl").glob("*.lua"))
    outcomes = harness.call_lua("answers", "required", [f"pl.{name}" for name in modules])[0]
    assert isinstance(outcomes, dict)
    failed = {name: outcome for name, outcome in outcomes.items() if outcome != "done"}
    # They begin with a compiled library for files.
    assert set(failed) == {"pl.app", "pl.dir", "pl.file", "pl.path", "pl.test"}


def test_where_the_libraries_are_required_their_absence_is_a_failure(
    presence: Presence, tmp_path: Path
) -> None:
    (tmp_path / "inspect.lua").write_text("return {}", "utf-8")
    missing = presence.missing_packages(tmp_path, None)
    with pytest.raises(pytest.fail.Exception) as failed:
        presence.demand(missing, {"ENGINE_HARNESS_FOREIGN_LUA": "required"})
    assert failed.value.msg == (
        "not installed: Debian's luajit, lua-argparse, lua-basexx, lua-binaryheap, lua-dkjson, "
        "lua-penlight (ENGINE_HARNESS_FOREIGN_LUA is 'required')"
    )


def test_elsewhere_their_absence_skips_with_the_packages_names(presence: Presence) -> None:
    with pytest.raises(pytest.skip.Exception) as skipped:
        presence.demand(["lua-dkjson"], {})
    assert skipped.value.msg == "not installed: Debian's lua-dkjson"
    presence.demand([], {"ENGINE_HARNESS_FOREIGN_LUA": "required"})
