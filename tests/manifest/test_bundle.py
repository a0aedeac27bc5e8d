"""Bundles: many scenarios in one file, each validated on its own under its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.manifest.models import Metadata

if TYPE_CHECKING:
    from .conftest import Desk


def member(name: str) -> str:
    return f"{{metadata: {{id: {name}, label: L}}, timeline: [{{at: 0, action: jump}}]}}"


def test_members_of_nested_bundles_have_labels_and_lines(desk: Desk) -> None:
    loaded = desk.load(
        f"""\
world: pit
scenarios:
  - {member("b")}
  - world: open
    scenarios:
      - {member("a")}
      - {{scenarios: [{member("c").replace("{", "{world: pit, ", 1)}]}}
"""
    )
    assert [(s.id, s.world, s.origin.label, s.origin.line) for s in loaded.scenarios] == [
        ("a", "open", "[2][1]", 6),
        ("b", "pit", "[1]", 3),
        ("c", "pit", "[2][2][1]", 7),
    ]
    assert loaded.files[0].ids == ("b", "a", "c")


def test_members_inherit_the_world_and_nothing_else(desk: Desk) -> None:
    loaded = desk.load(
        "version: 2\nworld: pit\nmetadata: {id: all, tags: [t], priority: P0}\n"
        f"scenarios: [{member('a')}]\n"
    )
    assert loaded.scenarios[0].metadata == Metadata(id="a", label="L")
    # The bundle's own metadata is kept for the record of what was built.
    assert loaded.files[0].bundles == {"": Metadata(id="all", label="", tags=("t",), priority="P0")}


def test_each_bundle_inside_a_bundle_has_metadata_of_its_own(desk: Desk) -> None:
    loaded = desk.load(
        f"world: pit\nscenarios:\n- {member('a')}\n- metadata: {{label: Second}}\n  scenarios:\n"
        f"  - {{metadata: {{label: Inner}}, scenarios: [{member('b')}]}}\n"
    )
    assert loaded.files[0].bundles == {
        "[2]": Metadata(id="", label="Second"),
        "[2][1]": Metadata(id="", label="Inner"),
    }


def test_bundles_nest_as_deep_as_data(desk: Desk) -> None:
    def nested(depth: int) -> str:
        return f"{'{scenarios: [' * depth}{member('deep')}{']}' * depth}"

    loaded = desk.load(f"world: pit\nscenarios: [{nested(29)}]")
    assert loaded.scenarios[0].origin.label == "[1]" * 30
    assert desk.problems(f"world: pit\nscenarios: [{nested(30)}]") == [
        "2:447 ERROR manifest: nested more than 64 levels deep"
    ]


def test_a_file_holds_ten_thousand_scenarios_at_most(desk: Desk) -> None:
    many = f"[{member('a')}, " + "0, " * 4_999 + "]"
    text = f"scenarios: [{{scenarios: {many}}}, {{scenarios: {many[:-1]}0]}}]"
    assert desk.problems(text) == [
        "1:12 ERROR manifest.scenarios: 10,001 scenarios in one file; allowed: at most 10,000"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scenarios: []", [
            "1:12 ERROR manifest.scenarios: must not be empty; got []; "
            "allowed: at least one entry"]),
        ("scenarios: 3", ["1:12 ERROR manifest.scenarios: must be a list; got 3"]),
        ("world: pit\nscenarios: [3]", ["2:13[1] ERROR manifest: must be a map; got 3"]),
        (f"world: pit\nversion: 3\nscenarios: [{member('a')}]", [
            "2:10 ERROR manifest.version: unsupported bundle version 3 (expected 1 or 2)"]),
        (f"world: pit\ngolden: true\nscenarios: [{member('a')}]", [
            "2:1 ERROR manifest.golden: unknown field 'golden'; "
            "allowed: version, metadata, world, scenarios"]),
        (f"world: pit\nmetadata: {{id: ' '}}\nscenarios: [{member('a')}]", [
            '2:16 ERROR manifest.metadata.id: is no id; got " "; '
            "allowed: [A-Za-z0-9_-][A-Za-z0-9_.-]*, at most 120 characters"]),
        (f"world: pit\ntimeline: []\nscenarios: [{member('a')}]", [
            "1:1 ERROR manifest: 'scenarios' and 'timeline' exclude each other; give one"]),
        (f"world: pit\nscript: []\nagent: {{}}\nscenarios: [{member('a')}]", [
            "1:1 ERROR manifest: 'scenarios' and 'script' exclude each other; give one",
            "1:1 ERROR manifest: 'scenarios' and 'agent' exclude each other; give one"]),
        (f"world: pit\nscenarios:\n- scenarios: [{member('a')}]\n  steps: []", [
            "3:3[1] ERROR manifest: 'scenarios' and 'steps' exclude each other; give one"]),
        # Members are not judged by another world than the one that could not be read.
        (f"world: 3\nscenarios:\n- {member('a').replace('jump', 'jmp')}\n- {{}}", [
            "1:8 ERROR manifest.world: must be a string; got 3",
            "4:3[2] ERROR manifest.metadata: is required",
            "4:3[2] ERROR manifest: has no driver: key 'timeline' is missing"]),
        (f"world: ''\nscenarios: [{{scenarios: [{member('a')}]}}]", [
            '1:8 ERROR manifest.world: must not be empty; got ""']),
        ("world: pit\nscenarios:\n- {scenarios: []}\n- {scenarios: 3, metadata: {id: ' '}}", [
            "3:15[1] ERROR manifest.scenarios: must not be empty; got []; "
            "allowed: at least one entry",
            "4:15[2] ERROR manifest.scenarios: must be a list; got 3",
            '4:33[2] ERROR manifest.metadata.id: is no id; got " "; '
            "allowed: [A-Za-z0-9_-][A-Za-z0-9_.-]*, at most 120 characters"]),
        (f"world: pit\nscenarios:\n- scenarios: [{member('a')}, {member('A')}]\n  wrld: pit", [
            "3:97[1][2] ERROR manifest.metadata.id: id 'A' is already used in "
            "scenarios/one.yaml:3[1][1] as 'a'; "
            "allowed: ids are unique in a project, whatever their case",
            "4:3[1] ERROR manifest.wrld: unknown field 'wrld' (did you mean 'world'?)"]),
    ],
)  # fmt: skip
def test_a_bundle_that_is_refused_says_why(desk: Desk, text: str, expected: list[str]) -> None:
    assert desk.problems(text) == expected


def test_problems_of_all_members_are_told(desk: Desk) -> None:
    bad = member("x").replace("jump", "jmp")
    text = f"world: pit\nscenarios:\n- {bad}\n- {member('y')}\n- {bad.replace('x,', 'z,')}\n"
    assert desk.problems(text) == [
        f"{line}[{index}] ERROR manifest.timeline[1].action: unknown action 'jmp' for world 'pit' "
        "(did you mean 'jump'?)"
        for line, index in (("3:60", 1), ("5:60", 3))
    ]


def test_json_and_lua_hold_bundles_too(desk: Desk) -> None:
    desk.write(
        "scenarios/a.json",
        '{"world": "pit", "scenarios": [{"metadata": {"id": "j", "label": "J"},'
        '\n"timeline": [{"at": 0, "action": "jump"}]}]}',
    )
    desk.lua(
        "scenarios/b.lua",
        {
            "world": "pit",
            "scenarios": [
                {
                    "metadata": {"id": "l", "label": "L"},
                    "timeline": [{"at": 0, "action": "jump"}],
                }
            ],
        },
    )
    loaded = desk.load()
    assert [(s.id, s.origin.label, s.origin.line) for s in loaded.scenarios] == [
        ("j", "[1]", 1),
        ("l", "[1]", None),
    ]
