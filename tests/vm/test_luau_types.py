"""Types of every form are taken out, and nothing else is."""

from __future__ import annotations

import pytest

from engine_harness.vm.luau.reader import LuauError, to_lua

TYPES = [
    "number",
    "nil",
    "true",
    '"left"',
    "'left' | 'right'",
    "Module.Type",
    "Array<number>",
    "Map<string, Array<Array<number>>>",
    "Pack<number, (string, boolean), ...any, U...>",
    "Pack<>",
    "Pack<()>",
    "number?",
    "number??",
    "| 'a' | 'b'",
    "& A & B",
    "A & (B | C)?",
    "{}",
    "{ number }",
    "{ Array<T> }",
    "{ x: number, y: number?, }",
    "{ x: number; [string]: any }",
    '{ ["a key"]: number, read: number, write: () -> () }',
    "{ read x: number, write y: string, read [number]: any }",
    "{ (number) -> string }",
    "() -> ()",
    "(number, string) -> (boolean, ...string)",
    "(a: number, b: string?, ...any) -> T",
    "(T...) -> U...",
    "(...number) -> ...number",
    "((number) -> string)?",
    "(number) -> (string) -> boolean",
    "<T, U...>(T, U...) -> T",
    "(number)",
    "typeof(x)",
    "typeof(f({} :: { a: number }, { g = function(x) return if x then 1 else 2 end }))",
    "A\n  | B\n  | {\n    x: number, -- a comment: with a colon\n  }",
]


@pytest.mark.parametrize("written", TYPES)
def test_a_type_is_taken_out_wherever_it_stands(written: str) -> None:
    breaks = "\n" * written.count("\n")
    assert to_lua(f"local x: {written} = 1") == f"local x {breaks} = 1"
    assert to_lua(f"local x: {written}, y = 1") == f"local x {breaks}, y = 1"
    assert to_lua(f"f(x :: {written}, y)") == f"f(x {breaks}, y)"
    assert to_lua(f"type A<T> = {written}\nf()") == f" {breaks}\nf()"
    assert to_lua(f"export type A = {written}") == f" {breaks}"
    assert to_lua(f"for i: {written} = 1, 2 do end") == f"for i {breaks} = 1, 2 do end"
    assert to_lua(f"for k: {written}, v: {written} in x do end") == (
        f"for k {breaks}, v {breaks} in x do end"
    )
    assert to_lua(f"function a.b(x: {written}, ...: {written}): {written} return 1 end") == (
        f"function a.b(x {breaks}, ... {breaks}) {breaks} return 1 end"
    )
    assert to_lua(f"f(function<T>(x): {written} end)") == f"f(function (x) {breaks} end)"


@pytest.mark.parametrize("written", ["(number, string)", "()", "...number", "T...", "(T...)"])
def test_a_function_may_return_a_pack(written: str) -> None:
    assert to_lua(f"local function f(): {written} return end") == "local function f()  return end"
    assert to_lua(f"type F = () -> {written}") == " "


@pytest.mark.parametrize(
    "written", ["<T>", "<T, U>", "<T...>", "<T, U...>", "<T = number>", "<T... = (number, string)>"]
)
def test_generic_names_are_taken_out(written: str) -> None:
    assert to_lua(f"type A{written} = T") == " "
    assert to_lua(f"function a:b{written}() end") == "function a:b () end"
    assert to_lua(f"local function b{written}() end") == "local function b () end"


def test_a_type_may_end_against_the_equals_sign() -> None:
    assert to_lua("local a: A<B<C>>= 1") == "local a = 1"
    assert to_lua("type A<B=C<D>>= E local x = 1 >= 2") == "  local x = 1 >= 2"


def test_a_comment_in_a_type_goes_and_its_lines_stay() -> None:
    text = "local a: --[[ one\n two ]] {\r\n b: c -- three\n} = --[[ four ]] 1"
    assert to_lua(text) == "local a \n\r\n\n = --[[ four ]] 1"


def test_what_only_a_typeof_holds_is_never_rewritten() -> None:
    text = "local a: typeof(if x then nil else 1_0) = 5"
    assert to_lua(text) == "local a  = 5"


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("local a: = 1", 10, "type expected near '='"),
        ("local a: {x: number = 1", 21, "'}' expected near '='"),
        ("local a: (number, string) = 1", 27, "'->' expected near '='"),
        ("local a: () = 1", 13, "'->' expected near '='"),
        ("local a: Array<number = 1", 23, "'>' expected near '='"),
        ("local a: {[string] number} = 1", 20, "':' expected near 'number'"),
        ("type A number", 8, "'=' expected near 'number'"),
        ("type A = ", 10, "type expected near <eof>"),
        ("local a = b :: function", 16, "type expected near 'function'"),
        ("function f<T(x) end", 13, "'>' expected near '('"),
    ],
)
def test_a_broken_type_says_where(text: str, column: int, reason: str) -> None:
    with pytest.raises(LuauError) as caught:
        to_lua(text)
    assert (caught.value.place, caught.value.reason) == ((1, column), reason)
    assert not caught.value.is_plain


def test_the_bracket_that_stays_open_is_named_when_it_is_on_another_line() -> None:
    with pytest.raises(LuauError) as caught:
        to_lua("local a: {\n x: number,\n y: string\nlocal b = 1")
    assert caught.value.at("a.luau") == (
        "a.luau:4:1: '}' expected (to close '{' at line 1) near 'local'"
    )
