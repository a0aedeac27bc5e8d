"""TOML manifests: what is read, where it stands, and what a text that cannot be taken is told."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine_harness.manifest.toml_format import key_lines, read_toml

if TYPE_CHECKING:
    from engine_harness._types import Json

    from .conftest import Desk

SCENARIO = """\
world = "pit"

[metadata]
id = "one"
label = "One"
tags = ["a", 'b']

[[timeline]]
at = 0
action = "jump"
args.height = 1.5     # a dotted key
args.times = 3

[[timeline]]
at = 1e0
action = "say"
[timeline.args]
text = \"\"\"
two
lines\"\"\"

[expect]
hp = { min = 1, max = 3 }
"lane.left" = 0x10
"""


def told(text: str) -> list[str]:
    _, problems = read_toml(text)
    return [f"{p.at.line}:{p.at.column} {p.message}" if p.at else p.message for p in problems]


def test_a_manifest_is_read_with_all_its_spellings(desk: Desk) -> None:
    (scenario,) = desk.load({"one.toml": SCENARIO}).scenarios
    first, second = scenario.timeline
    assert first.model_dump(include={"at_s", "name", "args"}) == {
        "at_s": 0, "name": "jump", "args": {"height": 1.5, "times": 3},
    }  # fmt: skip
    assert second.model_dump(include={"at_s", "name", "args"}) == {
        "at_s": 1, "name": "say", "args": {"text": "two\nlines"},
    }  # fmt: skip
    assert scenario.metadata.tags == ("a", "b")
    assert scenario.origin.line == 1
    lines = scenario.origin.lines
    assert (lines["timeline[2]"], lines["expect.hp"], lines["expect.lane.left"]) == (14, 23, 24)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("height", "heigth", "11:6 ERROR manifest.timeline[1].args.heigth: action 'jump' "
            "has no argument 'heigth' (did you mean 'height'?)"),
        ("times = 3", "times = true", "12:14 ERROR manifest.timeline[1].args.times: action 'jump' "
            "takes a value of type integer? here; got true"),
        ('action = "say"', 'action = "sey"', "16:10 ERROR manifest.timeline[2].action: unknown "
            "action 'sey' for world 'pit' (did you mean 'say'?)"),
        ("[timeline.args]", "[timeline.arg]", "17:11 ERROR manifest.timeline[2].arg: unknown field "
            "'arg' (did you mean 'args'?)"),
        ('action = "jump"\n', "", "8:1 ERROR manifest.timeline[1]: has no kind"),
        ("max = 3", "mex = 3", "23:17 ERROR manifest.expect.hp.mex: unknown field 'mex' "
            "(did you mean 'max'?)"),
        ('"lane.left"', '"scoer"', "24:1 ERROR manifest.expect.scoer: unknown metric "
            "'scoer' (did you mean 'score'?)"),
        ("1e0", "1979-05-27 07:32:00Z", "15:6 ERROR manifest.timeline[2].at: a date or time is no "
            "data; write it as text: '1979-05-27 07:32:00Z'"),
        ("1e0", "-inf", "15:6 ERROR manifest.timeline[2].at: number is not finite: -inf"),
    ],
)  # fmt: skip
def test_a_problem_names_line_and_column(desk: Desk, old: str, new: str, expected: str) -> None:
    problems = desk.problems({"one.toml": SCENARIO.replace(old, new)})
    assert f"one.toml:{expected}" in [problem[: len(expected) + 9] for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", 1000),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b101", 5),
        ("1e3", 1000.0),
        ("-0.5E-1_0", -0.5e-10),
        ("true", True),
        ("'C:\\new'", "C:\\new"),
        ('"C:\\\\new \\u00e9\\U0001F600"', "C:\\new é😀"),
        ('"""\nfirst \\\n   second"""', "first second"),
        ("'''it's ''''", "it's '"),
        ('"""a "" b\\""""""', 'a "" b"""'),
        ("[ # one\n 1,\n 2, # two\n]", [1, 2]),
        ("{ a.b = 1, a.'c d' = {} }", {"a": {"b": 1, "c d": {}}}),
        ("[]", []),
        ("'2024-01-01'", "2024-01-01"),
        ("1e308", 1e308),
        ("9" * 308, int("9" * 308)),
    ],
)
def test_toml_reads_like_toml(text: str, value: Json) -> None:
    document, problems = read_toml(f"key = {text}\r\nnext = 1")
    assert problems == []
    assert document.data == {"key": value, "next": 1}
    assert isinstance(document.data, dict)
    assert type(document.data["key"]) is type(value)
    assert document.position(("next",), of_key=True) == (text.count("\n") + 2, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = yes", ["1:5 broken TOML: 'yes' is no value; a text needs quotes"]),
        ("a = ", ["1:5 broken TOML: expected a value"]),
        ("a = 'x\n", ["2:1 broken TOML: a text in single quotes has no end"]),
        ("a = 'x\nb = 'y'", [
            "1:7 broken TOML: a text ends in the line where it begins, unless it has three quotes "
            "on each side"]),
        ('a = "x\n', [
            "1:7 broken TOML: a text ends in the line where it begins, unless it has three quotes "
            "on each side"]),
        ('é = "x"', ["1:1 broken TOML: expected a key, a [table] or a comment"]),
        ("a.é = 1", [
            "1:3 broken TOML: expected a key; one that is not made of A-Z, a-z, 0-9, _ and - needs "
            "quotes"]),
        ("a 1", ["1:3 broken TOML: expected '=' after a key in a key/value pair"]),
        ("[a\nb = 1", ["1:3 broken TOML: expected ']' at the end of a table declaration"]),
        ("a = [1, 2\n\n", ["3:1 broken TOML: unclosed array"]),
        ("a = 1 b = 2", [
            "1:7 broken TOML: expected newline or end of document after a statement"]),
        ("a = 1\nb = 2\na = 3\na.c = 4", [
            "3:1 duplicate key 'a' (first at line 1)", "4:1 duplicate key 'a' (first at line 1)"]),
        ("[a]\n\n[b]\n[a]", ["4:2 duplicate key 'a' (first at line 1)"]),
        ("[[a]]\nb = 1\n[a]", ["3:2 duplicate key 'a' (first at line 1)"]),
        ("[a]\n[[a]]", ["2:3 duplicate key 'a' (first at line 1)"]),
        ("a.b.c = 1\n[a.b]", ["2:4 duplicate key 'b' (first at line 1)"]),
        ("[a.b]\n[a]\nb.c = 1", ["3:1 duplicate key 'b' (first at line 1)"]),
        ("a = {b = 1}\n[a.c]", ["2:2 duplicate key 'a' (first at line 1)"]),
        ("a = {b = 1, 'b' = 2}", ["1:13 duplicate key 'b' (first at line 1)"]),
        ("a = [{}]\n[[a]]", ["2:3 duplicate key 'a' (first at line 1)"]),
        ('"\\u0061" = 1\na = 2', ["2:1 duplicate key 'a' (first at line 1)"]),
        ("a = inf\nb = [+nan, 1e999]\nc = " + "9" * 400, [
            "1:5 number is not finite: inf",
            "2:6 number is not finite: +nan",
            "2:12 number is not finite: 1e999",
            "3:5 number is not finite: " + "9" * 40]),
        ("a = " + "9" * 5000 + "\nb = 1979-05-27\nc = 0x" + "f" * 999, [
            "1:5 number of more than 1,000 characters: " + "9" * 40 + "…",
            "2:5 a date or time is no data; write it as text: '1979-05-27'",
            "3:5 number of more than 1,000 characters: 0x" + "f" * 38 + "…"]),
        ("a = 07:32:00.5", ["1:5 a date or time is no data; write it as text: '07:32:00.5'"]),
        ("a = 1979-05-27T07:32:00-07:00 # x", [
            "1:5 a date or time is no data; write it as text: '1979-05-27T07:32:00-07:00'"]),
        ("a = 2024-02-30", ["1:5 broken TOML: there is no such date or time"]),
        ('a = "\\u12"', ["1:8 broken TOML: \\u takes four hex digits, \\U eight"]),
        ('a = "\\ud800"', [
            "1:12 broken TOML: escaped character is not a Unicode scalar value"]),
    ],
)  # fmt: skip
def test_toml_that_cannot_be_taken_says_where_and_why(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_what_toml_refused_is_not_complained_about_twice(desk: Desk) -> None:
    text = SCENARIO.replace("times = 3", "times = nan").replace("at = 0\n", "at = 10:00:00\n")
    assert desk.problems({"one.toml": text}) == [
        "one.toml:9:6 ERROR manifest.timeline[1].at: a date or time is no data; "
        "write it as text: '10:00:00'",
        "one.toml:12:14 ERROR manifest.timeline[1].args.times: number is not finite: nan",
    ]


@pytest.mark.parametrize(
    ("text", "deepest"),
    [
        ("a = {}{}", 63),
        ("[{}a]", 63),
        ("{}a = 1", 63),
        ("[[{}a]]", 62),
        ("[x]\n{}a = 1", 62),
    ],
)
def test_64_levels_are_read_and_65_are_not(text: str, deepest: int) -> None:
    def nested(levels: int) -> str:
        if text.count("{}") == 2:
            return text.format("[" * levels, "]" * levels)
        below = levels - (0 if text.endswith("= 1") else 1)
        return text.format("a." * below)

    assert told(nested(deepest)) == []
    (problem,) = told(nested(deepest + 1))
    assert problem.endswith(" nested more than 64 levels deep")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a=" + "{a=" * 100_000, "a." * 100_000])
def test_bottomless_toml_is_an_error_not_a_crash(text: str) -> None:
    assert "nested more than 64 levels deep" in told(text)[0]


def test_a_bundle_is_written_with_tables(desk: Desk) -> None:
    loaded = desk.load(
        {
            "one.toml": """\
world = "pit"
[[scenarios]]
metadata = { id = "a", label = "A" }
timeline = [{ at = 0, action = "jump" }]
[[scenarios]]
[[scenarios.scenarios]]
metadata = { id = "b", label = "B" }
[[scenarios.scenarios.timeline]]
at = 0
action = "jump"
"""
        }
    )
    assert [(s.id, s.origin.label, s.origin.line) for s in loaded.scenarios] == [
        ("a", "[1]", 2),
        ("b", "[2][1]", 6),
    ]


def test_a_byte_order_mark_and_bytes_that_are_no_text(desk: Desk) -> None:
    assert desk.load({"one.toml": "\ufeff" + SCENARIO}).scenarios[0].id == "one"
    assert desk.problems({"one.toml": b"a = 1\nb = '\xff'"}) == [
        "one.toml:2:6 ERROR manifest: not UTF-8: byte 0xff"
    ]


def test_lines_of_keys_know_strings_from_keys() -> None:
    document, _ = read_toml("a = '''\nb = 1\n[c]\n'''\n[run]\nx.y = [\n1,\n]\nz = 2\n")
    assert key_lines(document.mark) == {"a": 1, "run": 5, "run.x": 6, "run.x.y": 6, "run.z": 9}


def test_two_processes_read_the_same() -> None:
    code = (
        "import sys; from engine_harness.manifest.toml_format import read_toml;"
        "print(read_toml(sys.stdin.read()))"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code],
            input=SCENARIO,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert "two\\nlines" in first
