"""A literal's promise: it reads back as the value it came from, whatever that contains."""

from __future__ import annotations

import math
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine_harness.compile.literal import LiteralError, list_parts, literal
from engine_harness.compile.quoting import comment_text, quote

if TYPE_CHECKING:
    from conftest import LuaReader

# Every code point, lone surrogates too, and often the ones that mean something to a Lua reader.
TEXTS = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("\0\r\n\t\x0b\x1b\"'\\[]-=0123456789\x7f\x80\x9f\u2028\ufeff\ud800\udfff"),
    max_size=20,
)
WHOLES = st.integers(-(2**53), 2**53) | st.integers(1, 1000).map(lambda n: n * 2**53)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
KEYWORDS = st.sampled_from(["end", "goto", "continue", "nil", "type", "a", "_", "1", "", "a b"])
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLES | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(TEXTS | KEYWORDS, inner, max_size=5)
    ),
    max_leaves=20,
)

fixed = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fixed
@given(VALUES)
@example([-0.0, 0.0, 5e-324, 1.7976931348623157e308, 1e308, 2.2250738585072014e-308, 0.1, 1e21])
@example([2**53, -(2**53), 2**63, 2**64, 2**1000, 1e22, 123456789012345680.0])
@example({"": [], "empty": {}, "null": None, "end": [[]], "a-b": [{}], "1": "\0001\r\n"})
@example("x" * 1_000_000)
def test_a_value_reads_back_as_itself(lua: LuaReader, value: object) -> None:
    assert lua.value(literal(value)) == lua.expected(value)


@settings(fixed, max_examples=50)
@given(st.lists(NUMBERS, min_size=200, max_size=250))
def test_no_number_loses_a_bit(lua: LuaReader, numbers: list[float]) -> None:
    assert lua.value(literal(numbers)) == lua.expected(numbers)


def test_every_byte_survives_before_every_digit(lua: LuaReader) -> None:
    text = "".join(f"{chr(byte)}{byte % 10}{chr(byte)}" for byte in range(256))
    assert lua.value(quote(text)) == lua.expected(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (2**62, "4611686018427387904"),
        (1e308, "1e+308"),
        (True, "true"),
        (None, "null"),
        ([], "empty"),
        ({}, "{}"),
        ((1, 2), "{ 1, 2 }"),
        ({"b": 1, "B": 2, "end": 3, "goto": 4, "continue": 5, "a-b": 6, "_1": 7},
         '{ B = 2, _1 = 7, ["a-b"] = 6, b = 1, ["continue"] = 5, ["end"] = 3, ["goto"] = 4 }'),
        ('say "hi"\\\n\0001', r'"say \"hi\"\\\n\0001"'),
        ("Gr\u00fc\u00dfe", '"Gr\u00fc\u00dfe"'),
        ("\u202e\u0085\ud800", r'"\226\128\174\194\133\237\160\128"'),
    ],
)  # fmt: skip
def test_a_literal_is_spelled_the_one_short_way(value: object, text: str) -> None:
    assert literal(value) == text


def test_a_table_that_fits_stays_on_one_line_and_others_are_indented_by_four() -> None:
    assert literal({"a": [1, {"b": "x" * 90}], "c": {"d": []}}, indent=1) == (
        "{\n"
        "        a = {\n"
        "            1,\n"
        "            {\n"
        f'                b = "{"x" * 90}",\n'
        "            },\n"
        "        },\n"
        "        c = { d = empty },\n"
        "    }"
    )


@pytest.mark.parametrize("length", range(60, 110))
def test_no_line_passes_the_margin_when_it_could_be_broken(length: int) -> None:
    text = literal({"some_key": {"a": "x" * (length - 40), "b": [1, 2, 3]}}, indent=2)
    assert max(map(len, text.splitlines())) <= 100


def _cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {"a": {"b": [1, 2]}}
    value["a"]["b"].append(value["a"])
    return value


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_cyclic(), ".a.b[3]: a table contains itself (a cycle)"),
        ({"f": [print]}, ".f[1]: a function has no Lua literal"),
        ({"a b": object()}, '["a b"]: a value of type object has no Lua literal'),
        ([0, math.nan], "[2]: a number must be finite; got nan"),
        ({"x": {"y": -math.inf}}, ".x.y: a number must be finite; got -inf"),
        ({"x": {1: 2}}, ".x: a key must be a string; got 1"),
        (
            [2**53 + 1],
            "[1]: no Lua number equals this integer, write it as a string; got 9007199254740993",
        ),
        (
            10**400,
            "the value: no Lua number equals this integer, write it as a string;"
            " got an integer of more than 40 digits",
        ),
        (_nested(102), "the value: tables are nested deeper than 100 levels"),
        (_nested(100_000), "the value: tables are nested deeper than 100 levels"),
    ],
)
def test_what_lua_cannot_hold_is_an_error_with_its_path(value: object, message: str) -> None:
    with pytest.raises(LiteralError) as caught:
        literal(value)
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_a_table_may_be_shared_without_being_a_cycle(lua: LuaReader) -> None:
    shared = {"x": [1]}
    assert lua.value(literal([shared, shared])) == lua.expected([shared, shared])


def test_the_deepest_table_that_is_allowed_loads(lua: LuaReader) -> None:
    deep: object = 1
    for level in range(100):
        deep = {"k": deep, "n": [level]} if level % 2 and level < 99 else [deep]
    assert lua.value(literal(deep)) == lua.expected(deep)


@pytest.mark.parametrize(
    "value",
    [
        [[index, [index]] for index in range(70_000)],
        {f"key {index}": {"at": [index]} for index in range(70_000)},
        {"big": {"list": [{"a": -0.0, "b": None} for _ in range(40_000)]}, "small": [[]]},
        list(range(200_000)),
        {f"k{index}": index for index in range(200_000)},
    ],
    ids=["list", "map", "inner", "numbers", "names"],
)
def test_a_table_beyond_the_constants_of_a_function_loads(lua: LuaReader, value: object) -> None:
    # LuaJIT allows 65,536 constants per function.
    assert lua.value(literal(value)) == lua.expected(value)


def test_parts_hold_no_more_members_than_asked_and_no_more_than_a_function_can(
    lua: LuaReader,
) -> None:
    values = [*range(7), [[n] for n in range(20_000)], [[n] for n in range(20_000)]]
    parts = list_parts(values, indent=0, length_max=3)
    told = [lua.value(part) for part in parts]
    expected = [values[:3], values[3:6], values[6:8], values[8:]]
    assert told == [lua.expected(part) for part in expected]


def test_an_error_in_a_part_names_the_member() -> None:
    with pytest.raises(LiteralError) as caught:
        list_parts([1, {"x": math.inf}], indent=0, length_max=5)
    assert str(caught.value) == "[2].x: a number must be finite; got inf"


@fixed
@given(TEXTS)
def test_a_comment_ends_where_its_line_ends(lua: LuaReader, text: str) -> None:
    assert lua.value(f"-- {comment_text(text)}\n7") == b"7"
