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
    assert loaded.files[0].metadata == Metadata(id="all", label="", tags=("t",), priority="P0")


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
