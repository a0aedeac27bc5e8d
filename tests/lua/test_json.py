"""The promise of plain data: what crosses the VM's border comes back, or is refused with a path."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lupa.luajit21 import LuaError

if TYPE_CHECKING:
    from collections.abc import Callable


class HostModules(Protocol):
    """The fixture of this folder: a fresh LuaJIT whose chunks can require the host modules."""

    def run(self, text: str, *arguments: object) -> Any: ...


JSON = 'local json = require("harness.json") '
ROUND_TRIP = JSON + 'local text = ... return json.encode(json.decode(text), "data")'

EXACT_MAX = 2**53

scalars = st.one_of(
    st.booleans(),
    st.integers(-EXACT_MAX, EXACT_MAX),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.text(st.characters(max_codepoint=0x7F)),
)
# A map may hold no null: to Lua such a key is not there. Names of digits stay texts.
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def wire(value: object) -> str:
    """What Python sends: one character for each UTF-8 byte."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def unwire(text: str) -> Any:
    """What Python makes of what it receives."""
    return json.loads(text.encode("latin-1").decode("utf-8", "surrogatepass"))


def normal(value: Any) -> Any:
    """A value as both sides know it: whole doubles are integers."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def refusal(call: Callable[[], object]) -> str:
    """The message of the Lua error that `call` ends with."""
    with pytest.raises(LuaError) as caught:
        call()
    return str(caught.value).partition("\nstack traceback:")[0]


@pytest.fixture
def encode(host_modules: HostModules) -> Callable[..., str]:
    """The JSON text of what a Lua expression is; `strict` refuses numbers that are not finite."""

    def text(expression: str, *, strict: bool = False) -> str:
        word = "true" if strict else "false"
        code = f'{JSON}return json.encode({expression}, "data", {word})'
        result = host_modules.run(code)
        assert isinstance(result, str)
        return result

    return text


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=documents)
def test_data_from_python_comes_back_as_it_was(host_modules: HostModules, value: object) -> None:
    assert normal(unwire(host_modules.run(ROUND_TRIP, wire(value)))) == normal(value)


def test_every_byte_of_a_text_comes_back(host_modules: HostModules) -> None:
    for code in range(0x80):
        text = f"a{chr(code)}b{chr(code)}{chr(code)}"
        assert unwire(host_modules.run(ROUND_TRIP, wire({text: text}))) == {text: text}


@pytest.mark.parametrize(
    "text",
    [
        'quote " and backslash \\ and \\" both',
        "\\u0041 is no escape",
        "a\nbc\tde\r\x00f\x1b0",
        "\x7f",
        "é ß € 😀 \u2028",
        "\ud800 alone",
        "",
    ],
)
def test_texts_that_look_like_json_or_lua_come_back(host_modules: HostModules, text: str) -> None:
    assert unwire(host_modules.run(ROUND_TRIP, wire([text]))) == [text]


def test_what_lua_writes_is_json_for_everyone(encode: Callable[..., str]) -> None:
    text = encode('{ "\\0\\1\\127\\"\\\\\\n\\r\\t/", true, false, 1.5, { a = { b = {} } } }')
    assert text == (
        '["\\u0000\\u0001\\u007f\\"\\\\\\n\\r\\t/",true,false,1.5,{"a":{"b":{}}}]'
    )  # fmt: skip
    assert json.loads(text)[0] == '\x00\x01\x7f"\\\n\r\t/'


def test_keys_are_written_sorted_whatever_the_order_of_their_making(
    encode: Callable[..., str],
) -> None:
    made = (
        "(function() local t = {} for i = 40, 1, -1 do t['k' .. i % 7 .. i] = i end return t end)()"
    )
    text = encode(made)
    keys = list(json.loads(text))
    assert keys == sorted(keys)
    assert len(keys) == 40


def test_rows_with_the_same_keys_are_written_alike_however_each_was_made(
    encode: Callable[..., str],
) -> None:
    text = encode(
        "(function() local t = { { b = 1, a = 2, c = 3 } }"
        " t[2] = {} t[2].c = 3 t[2].a = 2 t[2].b = 1"
        " t[3] = { a = 2, b = 1, c = 3, d = 4 } t[3].d = nil return t end)()"
    )
    assert text == "[" + ",".join(['{"a":2,"b":1,"c":3}'] * 3) + "]"


def test_no_number_of_different_maps_changes_how_one_is_written(
    host_modules: HostModules,
) -> None:
    # More sequences of keys than are remembered, and each map a second time.
    code = (
        JSON
        + "local texts = {} for round = 1, 2 do for i = 1, 3000 do"
        + " local t = {} t['z' .. i] = i t['a' .. i % 7] = 1 t.m = i"
        + " local text = json.encode(t, 'data')"
        + " assert(texts[i] == nil or texts[i] == text) texts[i] = text"
        + " end end return '[' .. table.concat(texts, ',') .. ']'"
    )
    rows = json.loads(host_modules.run(code))
    assert rows == [{f"a{i % 7}": 1, "m": i, f"z{i}": i} for i in range(1, 3001)]
    assert all(list(row) == sorted(row) for row in rows)


def test_a_key_that_is_no_utf8_is_refused_each_time(host_modules: HostModules) -> None:
    code = JSON + 'return json.encode({ a = { ["\\255"] = 1 } }, "data")'
    for _ in range(2):
        message = refusal(lambda: host_modules.run(code))
        assert message.startswith("data.a: the key ")
        assert message.endswith(" is not UTF-8")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("1 / -math.huge", "0"),
        ("3", "3"),
        ("-3", "-3"),
        ("0.1", "0.10000000000000001"),
        ("1e15", "1000000000000000"),
        ("2^53 - 1", "9007199254740991"),
        ("-(2^53 - 1)", "-9007199254740991"),
        ("2^53", "9007199254740992"),
        ("2^53 + 2", "9007199254740994"),
        ("2^60", "1.152921504606847e+18"),
        ("1e300", "1.0000000000000001e+300"),
        ("5e-324", "4.9406564584124654e-324"),
    ],
)
def test_numbers_keep_their_value(encode: Callable[..., str], number: str, text: str) -> None:
    assert encode(number) == text


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_reads_back_as_itself(host_modules: HostModules, value: float) -> None:
    text = host_modules.run(JSON + 'return json.encode(..., "data")', value)
    assert float(text) == value
    assert host_modules.run(JSON + "return json.decode(...)", repr(value)) == value


@pytest.mark.parametrize("number", ["0 / 0", "math.huge", "-math.huge"])
def test_what_is_not_finite_is_null_or_in_strict_an_error(
    encode: Callable[..., str], number: str
) -> None:
    assert encode(f"{{ a = {{ 1, {number} }} }}") == '{"a":[1,null]}'
    assert (
        refusal(lambda: encode(f"{{ a = {{ 1, {number} }} }}", strict=True))
        == "data.a[2]: a number that is not finite"
    )


def test_an_empty_list_that_came_in_leaves_as_one_and_every_other_table_as_a_map(
    host_modules: HostModules,
) -> None:
    text = host_modules.run(ROUND_TRIP, '{"list": [], "map": {}, "in": [[], {}]}')
    assert text == '{"in":[[],{}],"list":[],"map":{}}'
    code = JSON + 'return json.encode({ made = {}, marked = json.mark_empty_list({}) }, "data")'
    assert host_modules.run(code) == '{"made":{},"marked":[]}'


def test_a_marked_list_that_was_filled_is_what_it_holds(host_modules: HostModules) -> None:
    code = JSON + 'local t = json.decode("[]") t.a = 1 return json.encode(t, "data")'
    assert host_modules.run(code) == '{"a":1}'


def test_a_list_is_one_however_it_was_filled(encode: Callable[..., str]) -> None:
    assert (
        encode("(function() local t = {} t[3] = 3 t[2] = 2 t[1] = 1 return t end)()") == "[1,2,3]"
    )


def test_a_table_with_holes_is_a_map(encode: Callable[..., str]) -> None:
    assert encode("{ 1, nil, 3 }") == '{"1":1,"3":3}'
    assert encode("{ [2] = 2 }") == '{"2":2}'


def test_number_keys_and_text_keys_may_stand_side_by_side(encode: Callable[..., str]) -> None:
    assert encode('{ 10, 20, x = 1, [0.5] = "h", [-1] = "n" }') == (
        '{"-1":"n","0.5":"h","1":10,"2":20,"x":1}'
    )


@pytest.mark.parametrize(
    ("table", "key"),
    [("{ 5, ['1'] = 6 }", "1"), ("{ [0.5] = 1, ['0.5'] = 2, a = 3 }", "0.5")],
)
def test_two_keys_that_would_be_one_are_an_error(
    encode: Callable[..., str], table: str, key: str
) -> None:
    assert (
        refusal(lambda: encode(f"{{ at = {table} }}"))
        == f'data.at: the keys {key} and "{key}" are one key of plain data'
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{ a = { b = { print } } }", "data.a.b[1]: a function is no plain data"),
        ("print", "data: a function is no plain data"),
        ("{ coroutine.create(print) }", "data[1]: a thread is no plain data"),
        ("{ x = { [true] = 1 } }", "data.x: a boolean cannot be a key of plain data"),
        ("{ x = { [{}] = 1 } }", "data.x: a table cannot be a key of plain data"),
        ("{ x = { [1 / 0] = 1 } }", "data.x: a number cannot be a key of plain data"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_path(
    encode: Callable[..., str], value: str, message: str
) -> None:
    assert refusal(lambda: encode(value)) == message


NESTED = "(function() local t = {} for _ = 2, %d do t = { t } end return t end)()"


def test_nesting_has_a_limit(encode: Callable[..., str]) -> None:
    assert encode(NESTED % 64) == "[" * 63 + "{}" + "]" * 63
    assert refusal(lambda: encode(NESTED % 65)) == (
        "data[1][1][1]: nested more than 64 deep; plain data has no cycles"
    )


def test_a_table_in_itself_is_an_error_not_a_hang(encode: Callable[..., str]) -> None:
    assert (
        refusal(lambda: encode("(function() local t = { b = {} } t.b.a = t return t end)()"))
        == "data.b.a.b: nested more than 64 deep; plain data has no cycles"
    )


def test_one_table_in_two_places_is_written_twice(encode: Callable[..., str]) -> None:
    assert encode("(function() local t = { 1 } return { a = t, b = t } end)()") == (
        '{"a":[1],"b":[1]}'
    )


def test_a_null_is_absent_and_a_null_of_ours_is_written(
    host_modules: HostModules, encode: Callable[..., str]
) -> None:
    assert host_modules.run(ROUND_TRIP, '{"a": null, "b": [1, 2]}') == '{"b":[1,2]}'
    assert encode("{ a = json.null }") == '{"a":null}'
    assert encode("nil") == "null"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1 2]", 'bad JSON at byte 4: expected , or ] near "2]"'),
        ('{"a": 1 "b"', 'bad JSON at byte 9: expected , or } near "\\"b\\""'),
        ('"abc', 'bad JSON at byte 1: a string without end near "\\"abc"'),
        ("[?]", 'bad JSON at byte 2: expected a value near "?]"'),
        ("", 'bad JSON at byte 1: expected a value near ""'),
    ],
)
def test_text_that_is_no_json_is_an_error_with_its_place(
    host_modules: HostModules, text: str, message: str
) -> None:
    assert refusal(lambda: host_modules.run(JSON + "return json.decode(...)", text)) == message


def test_white_space_between_words_means_nothing(host_modules: HostModules) -> None:
    text = ' {\n "a" : [ 1 ,\t2 ] ,\r "b" : { } , "c" : true } '
    assert host_modules.run(ROUND_TRIP, text) == '{"a":[1,2],"b":{},"c":true}'


def test_the_smallest_subnormal_is_no_zero(host_modules: HostModules) -> None:
    assert host_modules.run(JSON + "return json.decode(...)", "5e-324") == math.ulp(0.0)
