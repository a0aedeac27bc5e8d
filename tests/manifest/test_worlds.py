"""What is known of worlds before anything runs, and what the project file says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.manifest.describe import WorldDescribe
from engine_harness.manifest.worlds import WorldCatalog
from engine_harness.vm.job import Job, Reply
from engine_harness.vm.loader import LuaRoot

from .conftest import OPEN, PIT, Desk

if TYPE_CHECKING:
    from engine_harness._types import Json


def manifest(world: str, more: str = "") -> str:
    return (
        f"metadata: {{id: one, label: One}}\nworld: {world}\n"
        f"timeline: [{{at: 0, action: jump}}]\n{more}"
    )


def described(describe: Json, methods: list[Json] | None = None) -> Reply:
    given = ["apply", "metrics", "new"] if methods is None else methods
    return Reply(status="ok", value={"describe": describe, "methods": given, "invariants": {}})


def test_a_world_says_what_it_knows(desk: Desk) -> None:
    info = desk.worlds.get("pit")
    assert info is not None
    assert (info.name, info.module, info.file) == ("pit", "worlds.pit", "lua/worlds/pit/init.lua")
    assert info.methods == {"apply", "metrics", "new", "step"}
    assert info.invariants == {"hp_in_range": {"severity": "error"}}
    assert info.describe.metrics == ("hp", "score", "lane.left")
    assert info.describe.frame_rate_hz == 120
    assert info.failure is None


def test_a_world_is_asked_once_and_only_when_it_is_named(desk: Desk) -> None:
    desk.load({"a.yaml": manifest("pit"), "b.yaml": manifest("pit").replace("one", "two")})
    assert desk.caller.jobs == [
        Job(
            function="describe",
            data={"world": "pit"},
            roots=(str(desk.root / "lua"),),
            root_names=("lua",),
        )
    ]


def test_the_first_root_with_a_name_wins(desk: Desk) -> None:
    desk.write("more/worlds/pit/init.lua", "return {}")
    desk.write("more/worlds/extra/init.lua", "return {}")
    desk.write("more/worlds/no_world.lua", "return {}")
    roots = [LuaRoot(desk.root / "lua", "lua"), LuaRoot(desk.root / "more", "more")]
    catalog = WorldCatalog(roots, desk.caller)
    assert catalog.names() == ("extra", "open", "pit")
    info = catalog.get("pit")
    assert info is not None
    assert info.file == "lua/worlds/pit/init.lua"


@pytest.mark.parametrize("name", ["pitt", "../pit", "", "pit/../pit", "a.b"])
def test_a_world_that_is_not_there_is_unknown(desk: Desk, name: str) -> None:
    assert desk.worlds.get(name) is None
    assert desk.caller.jobs == []


def test_an_unknown_world_is_an_error_with_the_known_ones(desk: Desk) -> None:
    assert desk.problems(manifest("pitt")) == [
        "2:8 ERROR manifest.world: unknown world 'pitt' (did you mean 'pit'?); allowed: open, pit"
    ]


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status="error", message="boom"),
        Reply(status="limit", limit="memory_mb", message="full"),
        Reply(status="killed", limit="deadline_s", message="late"),
    ],
)
def test_a_world_that_does_not_load_is_no_problem_of_its_manifests(
    desk: Desk, failure: Reply
) -> None:
    desk.add_world("pit", failure)
    more = "expect: {what.ever: 1}\ninvariants: [anything]\nworld_options: {any: 1}\n"
    assert desk.one(manifest("pit", more)).world == "pit"
    info = desk.worlds.get("pit")
    assert info is not None
    assert info.failure == failure


@pytest.mark.parametrize("method", ["new", "apply", "metrics"])
def test_a_world_without_a_method_that_the_driver_needs_is_an_error(
    desk: Desk, method: str
) -> None:
    left: list[Json] = [name for name in ("new", "apply", "metrics") if name != method]
    desk.add_world("pit", described(None, left))
    assert desk.problems(manifest("pit")) == [
        f"2:8 ERROR manifest.world: world 'pit' has no method '{method}', "
        "which driver timeline needs"
    ]


@pytest.mark.parametrize(
    ("describe", "expected"),
    [
        ([], "ERROR describe: must be a map; got []"),
        ({"action": {}}, "ERROR describe.action: unknown field 'action' "
            "(did you mean 'actions'?)"),
        ({"actions": {"jump": {"height": "numbr"}}}, "ERROR describe.actions.jump.height: must be "
            'an argument type; got "numbr"; allowed: number, integer, string, boolean, table, '
            "any; '?' behind makes it optional; number and integer may have bounds, as in "
            "'number? >= 0 <= 500'"),
        ({"actions": {"jump": 3}}, "ERROR describe.actions.jump: must be a map of arguments; "
            "got 3"),
        ({"metrics": "hp"}, 'ERROR describe.metrics: must be a list; got "hp"'),
        ({"events": [1]}, "ERROR describe.events[1]: must be a string; got 1"),
        ({"frame_rate_hz": 0}, "ERROR describe.frame_rate_hz: is out of range; got 0; "
            "allowed: > 0 and at most 100,000"),
        ({"options": [1]}, "ERROR describe.options: must be a map; got [1]"),
        ({"rule_aliases": "lamp"}, "ERROR describe.rule_aliases: must be a map of names of rules; "
            'got "lamp"'),
        ({"rule_aliases": {"light": 1}}, "ERROR describe.rule_aliases.light: must be a string; "
            "got 1"),
        ({"rule_aliases": {"light": ""}}, "ERROR describe.rule_aliases.light: must not be empty; "
            'got ""'),
        ({"rule_aliases": {"": "lamp"}}, "ERROR describe.rule_aliases: an alias must not be empty"),
        ({"rule_aliases": {"light": "lamp", "lamp": "torch"}}, "ERROR describe.rule_aliases.light: "
            "'lamp' is an alias itself; got \"lamp\"; "
            "allowed: the name of a rule that is no alias"),
        ({"rule_aliases": {"light": "light"}}, "ERROR describe.rule_aliases.light: 'light' is an "
            'alias itself; got "light"; allowed: the name of a rule that is no alias'),
        ({"rule_alias": {}}, "ERROR describe.rule_alias: unknown field 'rule_alias' "
            "(did you mean 'rule_aliases'?)"),
    ],
)  # fmt: skip
def test_a_describe_that_is_refused_names_the_world_file(
    desk: Desk, describe: Json, expected: str
) -> None:
    desk.add_world("pit", described(describe))
    problems = desk.problems(manifest("pit"))
    assert f"lua/worlds/pit/init.lua {expected}" in problems


def test_a_world_may_say_more_of_itself(desk: Desk) -> None:
    desk.add_world("pit", described({"author": "me", "phases": ["a"], "metrics": {}}))
    info = desk.worlds.get("pit")
    assert info is not None
    assert info.problems == ()
    assert info.describe == WorldDescribe(phases=("a",), metrics=(), other={"author": "me"})


def test_second_names_of_rules_are_noted_on_each_scenario_of_the_world(desk: Desk) -> None:
    desk.add_world("pit", described({"rule_aliases": {"light": "lamp", "sun": "lamp"}}))
    assert desk.one(manifest("pit")).rule_aliases == {"light": "lamp", "sun": "lamp"}
    assert desk.one(manifest("open").replace("one", "two")).rule_aliases == {}


def test_a_world_that_declares_no_actions_takes_any(desk: Desk) -> None:
    text = manifest("open").replace("jump", "anything, args: {x: 1}")
    assert len(desk.one(text).timeline) == 1
    assert OPEN["describe"] is None
    assert PIT["describe"] is not None


def test_options_of_the_project_are_checked_like_those_of_a_scenario(desk: Desk) -> None:
    desk.write("harness.toml", "[world.pit]\nhp = 1.5\nmod = 'x'\n")
    assert desk.problems(manifest("pit")) == [
        "harness.toml:2 ERROR world.pit.hp: must be of type integer?; got 1.5",
        "harness.toml:3 ERROR world.pit.mod: unknown option 'mod' (did you mean 'mode'?)",
    ]


def test_worlds_that_the_project_names_must_exist(desk: Desk) -> None:
    desk.write("harness.toml", "[world.pitt]\nhp = 1\n[suites.a]\nworlds = ['opn']\n")
    assert desk.problems(manifest("pit")) == [
        "harness.toml:2 ERROR world.pitt: unknown world 'pitt' (did you mean 'pit'?); "
        "allowed: open, pit",
        "harness.toml:4 ERROR suites.a.worlds: unknown world 'opn' (did you mean 'open'?); "
        "allowed: open, pit",
    ]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            'world pit: invariants.odd.severity must be error or warning, got "fatal"',
            'invariants.odd.severity: must be error or warning, got "fatal"',
        ),
        (
            "world pit.describe.frame_rate_hz: a number that is not finite",
            "describe.frame_rate_hz: a number that is not finite; allowed: > 0 and at most 100,000",
        ),
    ],
)
def test_a_declaration_that_lua_refuses_is_the_one_problem_of_the_world_file(
    desk: Desk, message: str, expected: str
) -> None:
    desk.add_world("pit", Reply(status="error", message=message))
    text = manifest("pit", "invariants: [hp_in_range]\n")
    assert desk.problems(text) == [f"lua/worlds/pit/init.lua ERROR {expected}"]


def test_an_error_that_a_world_raises_itself_is_no_problem_of_its_declaration(desk: Desk) -> None:
    where: dict[str, Json] = {"file": "lua/worlds/pit/init.lua", "line": 1}
    message = "world pit: invariants must be a table, got nil"
    desk.add_world("pit", Reply(status="error", message=message, where=where))
    assert desk.one(manifest("pit")).world == "pit"


@pytest.mark.parametrize("name", ["timeline", "trace"])
def test_a_part_of_every_record_cannot_name_a_world(desk: Desk, name: str) -> None:
    desk.add_world(name)
    assert desk.problems(manifest(name)) == [
        f"2:8 ERROR manifest.world: '{name}' cannot name a world: a part of every record has this"
        " name; allowed: any name but timeline, trajectory, script, steps, scene, snapshots, trace"
    ]


def test_without_a_world_the_key_is_missing(desk: Desk) -> None:
    text = manifest("pit").replace("world: pit\n", "")
    assert desk.problems(text) == [
        "1:1 ERROR manifest.world: key 'world' is missing; allowed: open, pit"
    ]
    desk.add_world("autoparry", described(None))
    assert desk.one(text).world == "autoparry"


def test_who_forgets_the_world_is_told_which_one_was_meant(desk: Desk) -> None:
    desk.add_world("autoparry", described({"actions": {}}))
    told = desk.problems(manifest("pit").replace("world: pit\n", ""))
    assert "unknown action 'jump' for world 'autoparry'" in told[-1]
    assert told[0] == (
        "1:1 WARNING manifest: names no 'world', so it was read as one of the default, 'autoparry'"
    )
