"""The tokenizer sees Lua as LuaJIT does, and inserts ticks without moving a line."""

from __future__ import annotations

import pytest

from engine_harness.vm.instrument import LuaFunction, RefusedToken, instrument, wrap


def ticked(text: str) -> str:
    """The instrumented text without the tick of the main chunk."""
    return instrument(text, "a.lua").text.removeprefix(' __t("_1");')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("while x do y() end", 'while x do __t("_1"); y() end'),
        ("for i=1,2 do(f)()end", 'for i=1,2 do __t("_1");(f)()end'),
        ("repeat x() until y", 'repeat __t("_1"); x() until y'),
        ("function f(a, ...) end", 'function f(a, ...) __t("_2"); end'),
        ("x = function() return end", 'x = function() __t("_2"); return end'),
        (
            "function f(a --[[ ) ]], -- )\n b) end",
            'function f(a --[[ ) ]], -- )\n b) __t("_2"); end',
        ),
        ("goto done", ' __t("_1");goto done'),
        ("x = y goto z", 'x = y  __t("_1");goto z'),
        ("f() goto z", 'f()  __t("_1");goto z'),
        ("x = {} goto z", 'x = {}  __t("_1");goto z'),
        ("x = 'a' goto z", "x = 'a'  __t(\"_1\");goto z"),
        ("x = [[a]] goto z", 'x = [[a]]  __t("_1");goto z'),
        ("x = 1 goto z", 'x = 1  __t("_1");goto z'),
        ("::a:: goto a", '::a::  __t("_1");goto a'),
        ("if x then goto z end", 'if x then  __t("_1");goto z end'),
        ("if x then else goto --[[a]] z end", 'if x then else  __t("_1");goto --[[a]] z end'),
        ("function f() goto z end", 'function f() __t("_2");  __t("_2");goto z end'),
        ("f() -- x =\ngoto z", 'f() -- x =\n __t("_1");goto z'),
    ],
)
def test_a_tick_stands_where_a_program_comes_again(text: str, expected: str) -> None:
    assert ticked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "goto = 1",
        "x.goto = goto.x",
        "x:goto(goto)",
        "local goto = 5",
        "local function goto() end".replace("local function goto() end", "return goto"),
        "if goto then end",
        "x = { goto = 1, goto }",
        "x = a + goto",
        "::goto::",
        "goto()",
        "goto.x = 1",
        "a, goto = 1, 2",
        "x = 'do function(' .. \"repeat\" .. [[ do ]] .. [==[ ]] do ]==]",
        "-- do function()\n--[[ do\n ]] --[=[ ]] do ]=]",
        "x = 'it\\'s do' .. \"\\\\\" .. 'do \\\n do' .. '\\z \n do'",
        "dofile, redo, _do, do1 = 1",
        "x = a[b[1]] .. 1 .. 2 - -3 ... .5",
        "y = 0x1p+3 + 1e-5 + 0xAp-1 + 3. + .5e+1",
    ],
)
def test_what_only_looks_like_a_keyword_is_left_alone(text: str) -> None:
    assert ticked(text) == text


@pytest.mark.parametrize(
    "text",
    ["x = 'open\ndo", 'x = "open', "x = [[open do", "--[==[ open do ]]", "x = [=[ do ]]", "end do"],
)
def test_text_that_is_no_lua_is_handed_on_from_the_bad_place(text: str) -> None:
    assert ticked(text) == text


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("local a = 1LL", "1:11", "the literal 1LL is a 64-bit or imaginary number"),
        ("x = 1\n y = 0x1uLl", "2:6", "the literal 0x1uLl is a 64-bit or imaginary number"),
        ("x = 'a\\\nb' .. 1.5i", "2:7", "the literal 1.5i is a 64-bit or imaginary number"),
        ("x = 1\r\ny = __t", "2:5", "the name __t is reserved"),
    ],
)
def test_a_refusal_names_line_and_column(text: str, where: str, why: str) -> None:
    with pytest.raises(RefusedToken) as caught:
        instrument(text, "a.lua")
    assert str(caught.value).startswith(f"a.lua:{where}: {why}; ")


def test_literals_that_end_like_64_bit_ones_inside_names_and_texts_pass() -> None:
    text = "x1LL, y = '1LL', 0xfF --1LL"
    assert ticked(text) == text


def test_functions_are_listed_with_line_and_name() -> None:
    text = (
        "function World.step(dt) end\nfunction World:apply() end\nlocal function f() end\n"
        "World.metrics = function()\nreturn function() end end\r\nx(function() end)\n"
        "function a . b --[[c]] : d() end"
    )
    assert instrument(text, "a.lua", 10).functions == (
        LuaFunction(10, 1, "(main chunk)"),
        LuaFunction(11, 1, "World.step"),
        LuaFunction(12, 2, "World:apply"),
        LuaFunction(13, 3, "local f"),
        LuaFunction(14, 4, "World.metrics"),
        LuaFunction(15, 5, "(anonymous) in World.metrics"),
        LuaFunction(16, 6, "(anonymous)"),
        LuaFunction(17, 7, "a.b:d"),
    )


def test_a_function_without_a_name_is_called_by_the_nearest_one_that_has_one() -> None:
    text = (
        "function A.b() x(function() y(function() end) end) local z = function() end end "
        "x(function() end)"
    )
    assert [function.name for function in instrument(text, "a.lua").functions] == [
        "(main chunk)", "A.b", "(anonymous) in A.b", "(anonymous) in A.b", "z", "(anonymous)",
    ]  # fmt: skip


def test_a_tick_counts_for_the_function_around_it() -> None:
    text = "do end function f() do function g() do end end end do end end do end"
    assert ticked(text) == (
        'do __t("_1"); end function f() __t("_2"); '
        'do __t("_2"); function g() __t("_3"); do __t("_3"); end end end '
        'do __t("_2"); end end do __t("_1"); end'
    )


def test_the_first_line_of_a_script_is_dropped_and_its_line_kept() -> None:
    assert ticked("\ufeff#!/usr/bin/lua do\nx()") == "\nx()"


def test_wrapped_text_keeps_its_lines_and_ends_behind_a_last_comment() -> None:
    wrapped = wrap(instrument("x()\n-- end", "a.lua", 7))
    assert wrapped == 'local __t=(...)(7,1) return function(...) __t("_7");x()\n-- end\nend'
