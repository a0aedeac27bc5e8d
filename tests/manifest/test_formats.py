"""YAML, JSON and Lua give the same data, and each says where a text goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from engine_harness.manifest import yaml_format
from engine_harness.manifest.json_format import read_json
from engine_harness.manifest.yaml_format import read_yaml
from engine_harness.vm.job import Job, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness._types import Json
    from engine_harness.manifest.document import Document
    from engine_harness.manifest.problem import SyntaxProblem

    from .conftest import Desk


def told(read: Callable[[str], tuple[Document, list[SyntaxProblem]]], text: str) -> list[str]:
    _, problems = read(text)
    return [f"{p.at.line}:{p.at.column} {p.message}" if p.at else p.message for p in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("12:30", "12:30"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("=", "="),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("+3", 3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("'1'", "1"),
        ('"a\\u00e9"', "aé"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_yaml_reads_like_its_core_schema(text: str, value: Json) -> None:
    document, problems = read_yaml(f"key: {text}")
    assert problems == []
    assert document.data == {"key": value}
    assert isinstance(document.data, dict)
    assert type(document.data["key"]) is type(value)


def test_yaml_keys_stay_text() -> None:
    assert read_yaml("1: a\non: b\n12:30: c\n~: d\n")[0].data == {
        "1": "a",
        "on": "b",
        "12:30": "c",
        "~": "d",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: &x 1\nb: *x\n",
            [
                "1:4 YAML anchor '&x' is not allowed; write the value out",
                "2:4 YAML alias '*x' is not allowed; write the value out",
            ],
        ),
        ("? *x\n: 3\n", ["1:3 YAML alias '*x' is not allowed; write the value out"]),
        ("a: !!str 5", ["1:4 YAML tag '!!str' is not allowed"]),
        ("a: !!python/object:os.system {}", [
            "1:4 YAML tag '!!python/object:os.system' is not allowed",
        ]),
        ("a: 1\nb: 2\na: 3", ["3:1 duplicate key 'a' (first at line 1)"]),
        ("a: .inf\nb: -.INF\nc: .nan", [
            "1:4 number is not finite: .inf",
            "2:4 number is not finite: -.INF",
            "3:4 number is not finite: .nan",
        ]),
        ("a: 1e999", ["1:4 number is not finite: 1e999"]),
        ("a: " + "9" * 400, ["1:4 number is not finite: " + "9" * 40]),
        ("a: " + "9" * 2000, ["1:4 number of more than 1,000 characters: " + "9" * 40 + "…"]),
        ("a: 1\n---\nb: 2", ["2:1 several YAML documents in one file; one is allowed"]),
        ("? [1]\n: 2", ["1:3 a key must be a text, not a list or a map"]),
        ("a: {<<: {b: 1}}", ["1:5 the YAML merge key '<<' is not allowed; write the fields out"]),
        (
            "a: b: c",
            ["1:5 broken YAML: mapping values are not allowed in this context"],
        ),
        (
            "é: [1, 2\nb: 1",
            ["2:2 broken YAML: did not find expected ',' or ']' (while parsing a flow sequence)"],
        ),
        (
            "a:\n  - 1\n\t- 2\n",
            ["3:1 broken YAML: a tab cannot indent; use spaces"],
        ),
        ("a: 1\nb: x\x07y", ["2:5 broken YAML: character U+0007 is not allowed"]),
    ],
)  # fmt: skip
def test_yaml_that_cannot_be_taken_says_where_and_why(text: str, expected: list[str]) -> None:
    assert told(read_yaml, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 2}', ["1:10 duplicate key 'a' (first at line 1)"]),
        ('{"a": NaN}', ["1:7 number is not finite: NaN"]),
        ('{"a": -Infinity}', ["1:7 number is not finite: -Infinity"]),
        ('{"a": 1e999}', ["1:7 number is not finite: 1e999"]),
        ('{"a": ' + "9" * 400 + "}", ["1:7 number is not finite: " + "9" * 40]),
        ('{"a": ' + "9" * 2000 + "}", [
            "1:7 number of more than 1,000 characters: " + "9" * 40 + "…",
        ]),
        ('{"a": "\\ud800"}', ["1:7 half of a surrogate pair is no character"]),
        ("", ["1:1 broken JSON: expected a value"]),
        ("[1,]", ["1:4 broken JSON: expected a value"]),
        ("[1 2]", ["1:4 broken JSON: expected ',' or ']'"]),
        ('{"a" 1}', ["1:6 broken JSON: expected ':' after a key"]),
        ("{'a': 1}", ["1:2 broken JSON: expected a key in double quotes"]),
        ('{"a": 1 "b": 2}', ["1:9 broken JSON: expected ',' or '}'"]),
        ("{}\n\n x", ["3:2 broken JSON: something follows the end of the document"]),
        ('{\n  "é": "abc', ["2:8 broken JSON: unterminated string starting"]),
        ("// no\n{}", ["1:1 broken JSON: expected a value"]),
        ("[01]", ["1:3 broken JSON: expected ',' or ']'"]),
    ],
)  # fmt: skip
def test_json_that_cannot_be_taken_says_where_and_why(text: str, expected: list[str]) -> None:
    assert told(read_json, text) == expected


def test_json_reads_what_json_can_say() -> None:
    text = ' {"a": [1, -2.5, 1e2, true, false, null, "\\u00e9\\ud83d\\ude00"], "b": {}} '
    document, problems = read_json(text)
    assert problems == []
    assert document.data == {"a": [1, -2.5, 100.0, True, False, None, "é😀"], "b": {}}


NESTED = {"yaml": read_yaml, "json": read_json}


@pytest.mark.parametrize("name", NESTED)
def test_64_levels_are_read_and_65_are_not(name: str) -> None:
    assert told(NESTED[name], "[" * 64 + "]" * 64) == []
    assert told(NESTED[name], "[" * 65 + "]" * 65) == ["1:65 nested more than 64 levels deep"]


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("open_text", ["[", '{"a":'])
def test_bottomless_nesting_is_an_error_not_a_crash(name: str, open_text: str) -> None:
    assert "nested more than 64 levels deep" in told(NESTED[name], open_text * 100_000)[0]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n'
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    problems = told(read_yaml, bomb)
    assert problems[0] == "1:4 YAML anchor '&a' is not allowed; write the value out"
    assert len(problems) == 9 + 8 * 9


@pytest.mark.parametrize("name", NESTED)
def test_every_value_and_key_has_its_position(name: str) -> None:
    text = '{\n  "é": [10, {"k": 1}],\n  "b": 2\n}'
    document, _ = NESTED[name](text)
    assert document.position(("é", 2, "k")) == (2, 19)
    assert document.position(("é", 2, "k"), of_key=True) == (2, 14)
    assert document.position(("é", 1)) == (2, 9)
    assert document.position(("b",), of_key=True) == (3, 3)
    # What does not exist is looked for at the nearest thing around it.
    assert document.position(("é", 9, "k")) == (2, 8)
    assert document.position(("nothing",)) == (1, 1)


def test_the_pure_yaml_reader_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [1, {b: on}]\nc: 'x'\n"
    fast = read_yaml(text)
    monkeypatch.setattr(yaml_format, "_LOADER", yaml.SafeLoader)
    assert read_yaml(text) == fast
    assert told(read_yaml, "a: \x07") == ["1:4 broken YAML: character U+0007 is not allowed"]


def test_a_byte_order_mark_is_no_part_of_the_text(desk: Desk) -> None:
    text = "metadata: {id: one, label: One}\nworld: pit\ntimeline: [{at: 0, action: jump}]\n"
    assert desk.one("\ufeff" + text).id == "one"


def test_only_utf8_is_read(desk: Desk) -> None:
    assert desk.problems({"one.yaml": b"a: 1\nb: \xc3\xa9\xff"}) == [
        "2:5 ERROR manifest: not UTF-8: byte 0xff"
    ]
    assert desk.problems({"one.yaml": "a: é".encode("utf-16")}) == [
        "1:1 ERROR manifest: not UTF-8: byte 0xff"
    ]


def test_a_file_of_more_than_16_mib_is_not_read(desk: Desk) -> None:
    assert desk.problems({"one.yaml": b"#" * (16 * 1024 * 1024 + 1)}) == [
        "one.yaml ERROR manifest: file is larger than 16 MiB"
    ]


def test_what_the_format_refused_is_not_complained_about_twice(desk: Desk) -> None:
    text = (
        "metadata: {id: one, label: One}\nworld: &w pit\nseed: .inf\n"
        "timeline: [{at: .nan, action: jmp}]\n"
    )
    assert desk.problems(text) == [
        "2:8 ERROR manifest.world: YAML anchor '&w' is not allowed; write the value out",
        "3:7 ERROR manifest.seed: number is not finite: .inf",
        "4:17 ERROR manifest.timeline[1].at: number is not finite: .nan",
        "4:31 ERROR manifest.timeline[1].action: unknown action 'jmp' for world 'pit'"
        " (did you mean 'jump'?)",
    ]


MEMBER: Json = {
    "metadata": {"id": "moon", "label": "Moon"},
    "world": "pit",
    "timeline": [{"at": 0.5, "action": "jump", "args": {}}],
    "invariants": {},
    "expect": {},
}


def test_an_empty_lua_table_is_an_empty_list_where_one_is_expected(desk: Desk) -> None:
    desk.lua("scenarios/moon.lua", MEMBER)
    (scenario,) = desk.load().scenarios
    assert scenario.invariants == ()
    assert scenario.origin.line is None
    assert scenario.origin.lines == {}


def test_a_lua_manifest_runs_under_its_own_limits(desk: Desk) -> None:
    desk.lua("scenarios/moon.lua", MEMBER)
    desk.load()
    assert desk.caller.jobs[0] == Job(
        function="manifest",
        data={"file": "scenarios/moon.lua"},
        texts={"manifest": "return {}"},
        deadline_s=10,
        memory_mb=512,
        work_units=200_000_000,
    )


def test_problems_of_lua_data_have_a_path_but_no_line(desk: Desk) -> None:
    desk.lua("scenarios/moon.lua", {"metadata": {"id": "moon", "label": "Moon"}, "world": "pit"})
    assert desk.problems() == ["moon.lua ERROR manifest: has no driver: key 'timeline' is missing"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            Reply(
                status="error",
                message="'=' expected near 'end'",
                where={"file": "scenarios/moon.lua", "line": 7},
            ),
            "moon.lua:7 ERROR manifest: '=' expected near 'end'",
        ),
        (
            Reply(status="error", message="scenarios/moon.lua:2: unexpected symbol near '='"),
            "moon.lua:2 ERROR manifest: unexpected symbol near '='",
        ),
        (
            Reply(status="error", message="manifest.timeline[1].at: a number that is not finite"),
            "moon.lua ERROR manifest.timeline[1].at: a number that is not finite",
        ),
        (
            Reply(status="error", message="oops", where={"file": "lua/other.lua", "line": 7}),
            "moon.lua ERROR manifest: oops",
        ),
        (
            Reply(status="limit", limit="work_units", message="spent"),
            "moon.lua ERROR manifest: manifest did not finish"
            " (limit work_units: at most 200,000,000 work units and 10 s)",
        ),
        (
            Reply(status="killed", limit="deadline_s", message="late"),
            "moon.lua ERROR manifest: manifest did not finish"
            " (limit deadline_s: at most 200,000,000 work units and 10 s)",
        ),
        (
            Reply(status="limit", limit="memory_mb", message="full"),
            "moon.lua ERROR manifest: manifest needs too much memory"
            " (limit memory_mb: at most 512 MiB)",
        ),
        (
            Reply(status="limit", limit="stack", message="stack overflow"),
            "moon.lua ERROR manifest: stack overflow (limit stack)",
        ),
        (
            Reply(status="killed", message="the process was ended by signal 9"),
            "moon.lua ERROR manifest: the process was ended by signal 9",
        ),
        (Reply(status="ok", value=None), "moon.lua ERROR manifest: is empty"),
        (Reply(status="ok", value=7), "moon.lua ERROR manifest: must be a map; got 7"),
    ],
)
def test_a_lua_manifest_that_fails_says_how(desk: Desk, reply: Reply, expected: str) -> None:
    desk.lua("scenarios/moon.lua", None)
    desk.caller.manifests["scenarios/moon.lua"] = reply
    (problem,) = desk.problems()
    assert problem.partition("; allowed")[0] == expected


def test_lua_data_may_be_64_levels_deep(desk: Desk) -> None:
    def nested(levels: int) -> Json:
        value: Json = []
        for _ in range(levels - 1):
            value = [value]
        return value

    desk.lua("scenarios/moon.lua", nested(65))
    assert desk.problems() == ["moon.lua ERROR manifest: nested more than 64 levels deep"]
    desk.lua("scenarios/moon.lua", nested(64))
    assert "must be a map" in desk.problems()[0]
