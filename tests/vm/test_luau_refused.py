"""What only Luau has and is not read is refused with its place and what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_harness.vm.luau.reader import LuauError, to_lua

BACKTICKS = (
    'a text in backticks is not supported; write ("a %s"):format(tostring(value)) or join the '
    "pieces with '..'"
)
ATTRIBUTES = "attributes such as @native are not supported; leave it out"

REFUSED = [
    ("local a = `hp {hp}`", 11, BACKTICKS),
    ("f `x`", 3, BACKTICKS),
    ("type A = `x`", 10, BACKTICKS),
    ("local a = b // 2", 13, "'//' is not supported; write math.floor(a / b)"),
    ("a //= 2", 3, "'//=' is not supported; write x = math.floor(x / y)"),
    ("@native function f() end", 1, ATTRIBUTES),
    ("@[deprecated] local function f() end", 1, ATTRIBUTES),
    ("local f = @native function() end", 11, ATTRIBUTES),
    (
        "type function F(a) return a end",
        1,
        "'type function' is not supported; only a type checker runs it: leave it out",
    ),
    (
        "export type function F(a) return a end",
        1,
        "'type function' is not supported; only a type checker runs it: leave it out",
    ),
    ("export local a = 1", 1, "only types can be exported; return a table of the values"),
    ("const a = 1", 1, "'const' is not supported; write local"),
    ("f<<number>>(1)", 2, "type arguments of a call are not supported; leave out <<...>>"),
    ("a:f<<number>>(1)", 4, "type arguments of a call are not supported; leave out <<...>>"),
    ("continue", 1, "continue stands in no loop"),
    ("for i = 1, 2 do f(function() continue end) end", 30, "continue stands in no loop"),
    (
        "repeat if a then continue end local b = 1 until b",
        49,
        "'until' uses the local 'b', but the continue in line 1 jumps over its declaration; "
        "declare it before the continue",
    ),
    (
        "a.b() += 1",
        1,
        "'+=' changes a variable, a field or an element; this is none of them",
    ),
    ("(a) -= 1", 1, "'-=' changes a variable, a field or an element; this is none of them"),
    ("a ..= 1, 2", 8, "'..=' changes one variable at a time"),
]


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED)
def test_what_is_refused_says_why_and_what_to_write(text: str, column: int, reason: str) -> None:
    with pytest.raises(LuauError) as caught:
        to_lua(f"\n{text}\n")
    error = caught.value
    assert (error.place, error.reason.replace("line 2", "line 1")) == ((2, column), reason)
    assert not error.is_plain


MISTAKES = [
    ("local x: T = 1 x = ", "unexpected symbol near <eof>"),
    ("x += ", "unexpected symbol near <eof>"),
    ("x += 1 end", "'<eof>' expected near 'end'"),
    ("x += 1 y", "'=' expected near <eof>"),
    ("x += 1 a, b += 2", "'=' expected near '+='"),
    ("x += 1 for i do end", "'=' or 'in' expected near 'do'"),
    ("x += 1 for i, j = 1 do end", "'in' expected near '='"),
    ("x += 1 a.1 = 2", "'=' expected near '.1'"),
    ("x += 1 a:b = 2", "function arguments expected near '='"),
    ("x = if a then b", "'else' expected (every if-expression has one) near <eof>"),
    ("x += 1 while a do\n\nf(", "unexpected symbol near <eof>"),
    ("x += 1\nwhile a do\nf()", "'end' expected (to close 'while' at line 2) near <eof>"),
    ("x += 1 if a then\nelse", "'end' expected (to close 'if' at line 1) near <eof>"),
    ("x += f(1,\n2", "')' expected (to close '(' at line 1) near <eof>"),
    (
        "while a do continue b() end",
        "'continue' must be the last statement of its block near 'b'",
    ),
    ("x += 'a", "the text that begins with ' has no end"),
    ("x += [==[a", "the text that begins with [==[ has no end"),
    ("x += 1 --[[ a", "the comment that begins with --[[ has no end"),
    (f"x += 1 {'y' * 50} z", "'=' expected near 'z'"),
    (f"x += 1 local if {'y' * 50}", "name expected near 'if'"),
    (f"x += 1 local '{'y' * 50}'", f"name expected near ''{'y' * 39}...'"),
]


@pytest.mark.parametrize(("text", "reason"), MISTAKES)
def test_a_mistake_behind_luau_is_worded_here(text: str, reason: str) -> None:
    with pytest.raises(LuauError) as caught:
        to_lua(text)
    assert caught.value.reason == reason
    assert not caught.value.is_plain


@pytest.mark.parametrize("text", ["x = ", "local 1", "f(", "x = 'a", "--[[", "a b += 1", "x = }"])
def test_a_mistake_in_plain_lua_is_left_to_lua(text: str) -> None:
    with pytest.raises(LuauError) as caught:
        to_lua(text)
    assert caught.value.is_plain


def test_columns_count_from_the_last_line_break() -> None:
    for line_break in ("\n", "\r\n", "\n\r", "\r"):
        with pytest.raises(LuauError) as caught:
            to_lua(f"local a: T{line_break}--[[{line_break}]] x //= 1")
        assert caught.value.at("a.luau") == (
            "a.luau:3:6: '//=' is not supported; write x = math.floor(x / y)"
        )


LINES = """
and break continue do else elseif end export false for function goto if in local nil not or
repeat return then true type typeof until while a b read 1 1_0 .5 'x' "y" [[z]] + - * / //
% ^ # == ~= <= >= < > = ( ) { } [ ] ; : :: , . .. ... += -= ..= //= -> ? | & @ ` [= ' \\
--[[c]] --[[
"""
WORDS = st.sampled_from([*LINES.split(), "\n", "\r\n", "--c\n"])


def outcome(text: str) -> str | LuauError:
    try:
        return to_lua(text)
    except LuauError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=25))
def test_any_text_is_read_or_refused(words: list[str]) -> None:
    text = " ".join(words)
    result = outcome(text)
    if isinstance(result, str):
        assert result.count("\n") == text.count("\n")
    else:
        assert result.place.line <= text.count("\n") + 1
        assert result.place.column <= len(text) + 1
