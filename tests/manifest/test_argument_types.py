"""How a world declares what a value may be, and what is said of one that may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.argument_types import is_meant_as_type, read_type, sample
from engine_harness.vm.job import Reply

if TYPE_CHECKING:
    from engine_harness._types import Json

    from .conftest import Desk

ALLOWED = (
    "allowed: number, integer, string, boolean, table, any; '?' behind makes it optional; "
    "number and integer may have bounds, as in 'number? >= 0 <= 500'"
)


@pytest.mark.parametrize(
    ("text", "name", "wording"),
    [
        ("number", "number", "number"),
        ("any?", "any?", "any"),
        ("number? >= 0 <= 500", "number?", "number >= 0 and <= 500"),
        ("number > 0", "number", "number > 0"),
        ("integer?>=1<=200000", "integer?", "integer >= 1 and <= 200000"),
        ("number < -.5", "number", "number < -0.5"),
        ("number >= 1e-9", "number", "number >= 1e-09"),
        ("number >= 2 <= 2", "number", "number >= 2 and <= 2"),
    ],
)
def test_a_type_has_a_name_and_a_wording(text: str, name: str, wording: str) -> None:
    declared = read_type(text)
    assert declared is not None
    assert (declared.name, declared.wording) == (name, wording)


@pytest.mark.parametrize(
    "text",
    [
        "", "numbr", "number??", "? number", "number >", "number >= x", "number => 1", "number 5",
        "number = 5", "number >= 1 and <= 2", "number >= 1x", "number >= 1e999", "number ",
        "string >= 1", "table? < 3", "boolean > 0", "any > 0", "Number", "number >= inf",
        # No value could ever fit.
        "number >= 2 <= 1", "number > 2 <= 2", "integer > 1 < 2", "integer >= 0.2 <= 0.8",
        "number > 0 < 5e-324",
    ],
)  # fmt: skip
def test_what_is_no_type_declares_nothing(text: str) -> None:
    assert read_type(text) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("number >= x", True), ("table? < 3", True), ("integer?", True), ("integer? => 1", True),
        ("number of lives", False), ("anything", False), ("fast or slow", False),
    ],
)  # fmt: skip
def test_a_free_text_is_told_from_a_type_that_is_wrong(text: str, is_one: bool) -> None:
    assert is_meant_as_type(text) is is_one


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("number >= 0 <= 1", 0, True), ("number >= 0 <= 1", 1.0, True),
        ("number >= 0 <= 1", -1e-300, False), ("number >= 0 <= 1", 1.0000000000000002, False),
        ("number > 0", 0, False), ("number > 0", 5e-324, True), ("number < 1", 1, False),
        ("integer >= 1", 3.0, True), ("number >= 0", float("inf"), False),
        ("number >= 0", float("nan"), False), ("number > -5 >= -1", -3, False),
    ],
)  # fmt: skip
def test_bounds_include_what_they_say(text: str, value: float, fits: bool) -> None:
    declared = read_type(text)
    assert declared is not None
    assert declared.is_in_bounds(value) is fits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("number", 1), ("integer", 1), ("string", "a"), ("boolean", True), ("table", {}),
        ("any", 1), ("number >= 0", 1), ("number > 0 <= 0.5", 0.25), ("number > 1 < 2", 1.5),
        ("integer > 1", 2), ("integer >= 1.5 <= 3", 2), ("integer <= -3", -3), ("number < 0", -1),
        ("number >= 2 <= 2", 2), ("number > 0 < 1e-323", 5e-324), ("number >= 1e300", 1e300),
        ("integer > 9007199254740992", 9007199254740994.0),
    ],
)  # fmt: skip
def test_a_sample_is_of_its_type_and_within_its_bounds(text: str, value: Json) -> None:
    declared = read_type(text)
    assert declared is not None
    assert sample(declared) == value
    assert declared.is_of_kind(sample(declared))
    assert declared.is_in_bounds(sample(declared))


DESCRIBE: dict[str, Json] = {
    "actions": {"jump": {"height": "number? >= 0 <= 500", "times": "integer >= 1"}},
    "options": {"hp": "integer? >= 1", "note": "number of lives"},
    "engine_options": {"pingMs": "number? >= 0 <= 2000", "rows": "integer >= 2"},
    "config": {"tuning": "table?", "mode": "string"},
}
SOUND = {
    "jump": "{times: 1}",
    "more": "",
    "config": "{engine: {rows: 2}, mode: calm}",
}
MANIFEST = """\
metadata: {{id: one, label: One}}
world: pit
timeline:
  - {{at: 0, action: jump, args: {jump}}}
{more}
config: {config}
"""


def declare(desk: Desk, describe: dict[str, Json] = DESCRIBE) -> None:
    methods: list[Json] = ["apply", "metrics", "new"]
    value: dict[str, Json] = {"describe": describe, "methods": methods, "invariants": {}}
    desk.add_world("pit", Reply(status="ok", value=value))


def text_of(**parts: str) -> str:
    return MANIFEST.format(**{**SOUND, **parts})


def test_values_that_fit_are_no_problem(desk: Desk) -> None:
    parts = {
        "jump": "{times: 1, height: 500}",
        "more": "world_options: {hp: 1, note: [anything]}",
        "config": "{engine: {rows: 2, pingMs: null, settleLimit: 5}, mode: x, tuning: {a: null}}",
    }
    declare(desk)
    assert desk.one(text_of(**parts)).config == {
        "engine": {"rows": 2, "pingMs": None, "settleLimit": 5},
        "mode": "x",
        "tuning": {"a": None},
    }


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"jump": "{times: 1, height: 501}"},
            "4:52 ERROR manifest.timeline[1].args.height: is out of bounds; got 501; "
            "allowed: number >= 0 and <= 500"),
        ({"jump": "{times: x}"},
            "4:41 ERROR manifest.timeline[1].args.times: action 'jump' takes a value of type "
            'integer here; got "x"; allowed: integer >= 1'),
        ({"jump": "{times: null}"},
            "4:41 ERROR manifest.timeline[1].args.times: action 'jump' takes a value of type "
            "integer here; got null; allowed: integer >= 1"),
        ({"jump": "{}"},
            "4:33 ERROR manifest.timeline[1].args: action 'jump' needs argument 'times' "
            "(integer >= 1)"),
        ({"more": "world_options: {hp: 0}"},
            "5:21 ERROR manifest.world_options.hp: is out of bounds; got 0; allowed: integer >= 1"),
        ({"config": "{engine: {rows: 1.5}, mode: x}"},
            "6:25 ERROR manifest.config.engine.rows: must be of type integer; got 1.5; "
            "allowed: integer >= 2"),
        ({"config": "{engine: {rows: 1}, mode: x}"},
            "6:25 ERROR manifest.config.engine.rows: is out of bounds; got 1; "
            "allowed: integer >= 2"),
        ({"config": "{mode: x}"},
            "6:9 ERROR manifest.config.engine.rows: is required; allowed: integer >= 2"),
        ({"config": "{engine: {rows: 2}}"},
            "6:9 ERROR manifest.config.mode: is required; allowed: string"),
        ({"config": "{engine: {rows: 2}, mode: x, tuning: 3}"},
            "6:46 ERROR manifest.config.tuning: must be of type table?; got 3"),
        ({"config": "{engine: {rows: 2}, mode: x, tunning: {}}"},
            "6:38 ERROR manifest.config.tunning: unknown field 'tunning' "
            "(did you mean 'tuning'?)"),
        ({"config": "{engine: {rows: 2, pingMS: 1}, mode: x}"},
            "6:28 ERROR manifest.config.engine.pingMS: unknown field 'pingMS' "
            "(did you mean 'pingMs'?)"),
        ({"config": "{engine: {rows: 2, nonsense: 1}, mode: x}"},
            "6:28 ERROR manifest.config.engine.nonsense: unknown field 'nonsense'; "
            "allowed: hitchPolicy, settleLimit, pingMs, rows"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named_with_what_does(
    desk: Desk, parts: dict[str, str], expected: str
) -> None:
    declare(desk)
    assert desk.problems(text_of(**parts)) == [expected]


@pytest.mark.parametrize(
    ("describe", "expected"),
    [
        ({"actions": {"jump": {"height": "number? >= low"}}},
            'describe.actions.jump.height: must be an argument type; got "number? >= low"; '
            f"{ALLOWED}"),
        ({"options": {"hp": "integer > 3 < 4"}},
            f'describe.options.hp: must be an argument type; got "integer > 3 < 4"; {ALLOWED}'),
        ({"engine_options": {"ping": "milliseconds"}},
            'describe.engine_options.ping: must be an argument type; got "milliseconds"; '
            f"{ALLOWED}"),
        ({"engine_options": {"settleLimit": "number?"}},
            "describe.engine_options.settleLimit: 'settleLimit' is an option of every scenario, "
            "no world can declare it"),
        ({"engine_options": ["ping"]},
            'describe.engine_options: must be a map of types; got ["ping"]'),
        ({"config": {"tuning": {"a": "number"}}},
            f'describe.config.tuning: must be an argument type; got {{"a":"number"}}; {ALLOWED}'),
        ({"config": {"world": "table?"}},
            "describe.config.world: 'world' is a section of every scenario, "
            "no world can declare it"),
        ({"engine_option": {}},
            "describe.engine_option: unknown field 'engine_option' "
            "(did you mean 'engine_options'?)"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_a_problem_of_the_world(
    desk: Desk, describe: dict[str, Any], expected: str
) -> None:
    declare(desk, describe)
    found = desk.problems(text_of(config="{}", jump="{}"))
    assert [text for text in found if text.startswith("lua/")] == [
        f"lua/worlds/pit/init.lua ERROR {expected}"
    ]


def test_of_a_world_that_does_not_load_no_config_is_judged(desk: Desk) -> None:
    desk.add_world("pit", Reply(status="error", message="boom"))
    config = "{engine: {anything: 1, hitchPolicy: stall}, whatever: {a: 1}}"
    scenario = desk.one(text_of(config=config))
    assert scenario.config["whatever"] == {"a": 1}
    assert scenario.engine.hitch_policy == "stall"


def test_a_matrix_may_vary_a_declared_section(desk: Desk) -> None:
    declare(desk)
    more = "matrix: {config.engine.pingMs: [0, 2001], config.tuning.gain: [1]}"
    config = "{engine: {rows: 2}, mode: x, tuning: {}}"
    text = text_of(config=config, more=more)
    (problem,) = desk.problems(text)
    assert "manifest.config.engine.pingMs: is out of bounds; got 2001" in problem


def test_lines_of_a_config_are_known_three_levels_deep(desk: Desk) -> None:
    declare(desk)
    text = text_of(config="{}").replace(
        "config: {}",
        "config:\n  mode: x\n  engine:\n    rows: 2\n  tuning:\n    a:\n      b:\n        c: 1",
    )
    lines = desk.one(text).origin.lines
    assert {key: line for key, line in lines.items() if key.startswith("config")} == {
        "config": 6,
        "config.mode": 7,
        "config.engine": 8,
        "config.engine.rows": 9,
        "config.tuning": 10,
        "config.tuning.a": 11,
        "config.tuning.a.b": 12,
    }
