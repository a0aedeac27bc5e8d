"""Luau is read as the same program in LuaJIT's Lua, line for line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lupa.luajit21 import LuaRuntime

from engine_harness.vm.instrument import instrument, wrap
from engine_harness.vm.luau.cursor import NESTING_MAX
from engine_harness.vm.luau.reader import LUAU_CHARACTERS_MAX, LuauError, to_lua
from engine_harness.vm.luau.tokens import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Ran

ROOT = Path(__file__).parents[2]


@pytest.fixture
def values(run_lua: Callable[..., Ran]) -> Callable[[str], list[str]]:
    """Return what a Luau chunk returns, each value as its text."""

    def run(text: str) -> list[str]:
        plain = to_lua(text)
        assert LINE_BREAK.findall(plain) == LINE_BREAK.findall(text)
        ran = run_lua(plain)
        assert ran.error is None, ran.error
        assert ran.values is not None
        return [value.split(":", 1)[1] for value in ran.values]

    return run


# Texts and what they return, joined with spaces.
PROGRAMS = {
    # Compound assignment
    "every operator": (
        "local a, b, c, d, e, f, g = 7, 7, 7, 7, 7, 7, 7 "
        "a += 2 b -= 2 c *= 2 d /= 2 e %= 4 f ^= 2 g ..= 2 return a, b, c, d, e, f, g",
        "9 5 14 3.5 3 49 72",
    ),
    "the right side is one operand": ("local x = 10 x -= 2 - 5 x *= 1 + 1 return x", "26"),
    "a number before ..": ("local t = {'a'} t[1] ..= 'b' return t[1]", "ab"),
    "a field of a field": ("local t = {a = {b = 1}} t.a.b += 4 return t.a.b", "5"),
    "a call on the left is made once": (
        "local n, t = 0, {5} local function f() n += 1 return t end f()[f()[1] - 4] += 1 "
        "return n, t[1]",
        "2 6",
    ),
    "a key is computed once": (
        "local n, t = 0, {1, 1} local function k() n += 1 return n end t[k()] += 10 t[k()] += 20 "
        "return n, t[1], t[2]",
        "2 11 21",
    ),
    "reading and writing go through metatables once": (
        "local log, raw = {}, {v = 1} local t = {o = setmetatable({}, {"
        "__index = function(_, k) log[#log + 1] = 'get' return raw[k] end, "
        "__newindex = function(_, k, v) log[#log + 1] = 'set' raw[k] = v end})} "
        "t.o.v += 1 return table.concat(log, ','), raw.v",
        "get,set 2",
    ),
    "the right side sees the names of the program": (
        "local stats, key = 3, 2 local t = {stats = {hp = 1, [2] = 5}} "
        "t.stats.hp += stats t.stats[key] += key t.stats[1 + 1] *= key "
        "return t.stats.hp, t.stats[2]",
        "4 14",
    ),
    "the left side is evaluated first": (
        "local log = {} local t = {v = 1} local function o() log[#log + 1] = 'left' return t end "
        "local function e() log[#log + 1] = 'right' return 1 end o().v += e() "
        "return table.concat(log, ',')",
        "left,right",
    ),
    # continue
    "in for": (
        "local s = 0 for i = 1, 5 do if i % 2 == 0 then continue end s += i end return s",
        "9",
    ),
    "in for with in": (
        "local s = '' for _, v in ipairs({'a', 'b', 'c'}) do if v == 'b' then continue end "
        "local w = v s ..= w end return s",
        "ac",
    ),
    "in while, before a break": (
        "local i = 0 while true do i += 1 if i < 4 then continue end break end return i",
        "4",
    ),
    "before a return": (
        "local function f() local i = 0 while true do i += 1 if i < 4 then continue end "
        "return i end end return f()",
        "4",
    ),
    "in nested loops": (
        "local s = '' for i = 1, 3 do for j = 1, 3 do if j == i then continue end "
        "if j == 3 then break end s ..= i .. j .. ' ' end if i == 2 then continue end "
        "s ..= '; ' end return s",
        "12 ; 21 31 32 ; ",
    ),
    "in repeat": (
        "local i, s = 0, '' repeat i += 1 if i == 2 then continue end local t = i s ..= t "
        "until i >= 4 return s",
        "134",
    ),
    "in repeat whose until sees a local": (
        "local i, s = 0, '' repeat i += 1 local last = i >= 4 if i == 2 then continue end "
        "local x = i s ..= x until last return s",
        "134",
    ),
    "as the last word of a body": ("local n = 0 for i = 1, 3 do n += 1 continue end return n", "3"),
    "each turn has locals of its own": (
        "local f = {} for i = 1, 3 do local j = i * 10 f[i] = function() return j end "
        "if i == 2 then continue end j += 1 end return f[1](), f[2](), f[3]()",
        "11 20 31",
    ),
    "a loop in a function in a loop": (
        "local s = 0 for i = 1, 3 do local function f() for j = 1, 3 do if j > i then continue end "
        "s += 1 end end f() if i == 2 then continue end s += 10 end return s",
        "26",
    ),
    # if-expressions
    "chooses": ("return if 1 > 2 then 'a' elseif 2 > 1 then 'b' else 'c'", "b"),
    "a branch may be nil": ("return if true then nil else 1, 2", "nil 2"),
    "a branch may be false": ("return if true then false else 1", "false"),
    "the other branch may be false": ("return if false then nil else false", "false"),
    "evaluates what it needs and no more": (
        "local log = '' local function f(v) log ..= tostring(v) .. ' ' return v end "
        "local x = if f(false) then f(1) elseif f(nil) then f(2) elseif f(3) then f(nil) "
        "elseif f(4) then f(5) else f(6) return tostring(x) .. ':', log",
        "nil: false nil 3 nil ",
    ),
    "nests everywhere": (
        "local function f(a, b) return if a then if b then nil else false else "
        "if b then 'b' else if a == nil then 'nil' else 'none' end "
        "return f(true, true), f(true), f(false, true), f(nil), f(false)",
        "nil false b nil none",
    ),
    "is one value": (
        "local function two() return 1, 2 end local t = {if true then two() else two()} "
        "return #t, select('#', if false then two() else two())",
        "1 1",
    ),
    "takes the dots": (
        "local function f(...) return if ... then ... else select('#', ...) end "
        "return f(nil, 2), f(3, 4)",
        "2 3",
    ),
    "is an operand": (
        "local a = true return 1 + if a then 2 else 3, -(if a then 2 else 3) * 2, "
        "(if not a then 1 else 'x') .. 'y'",
        "3 -4 xy",
    ),
    "else takes all that follows": ("return if true then 1 else 2 + 5", "1"),
    "in a coroutine that is left in the middle": (
        "local function f(v) coroutine.yield() return v end local out = {} "
        "local function make(v) return coroutine.wrap(function() "
        "local x = if v then f(v) else f(nil) out[#out + 1] = tostring(x) end) end "
        "local a, b = make(1), make(false) a() b() a() b() return out[1], out[2]",
        "1 nil",
    ),
    # Numbers
    "underscores in numbers": (
        "return 1_000, 0xFF_FF, 1__0_, 1_0e0_1, 0b1_01, 3_.1_4, 0x_1p1",
        "1000 65535 10 100 5 3.14 2",
    ),
    # Types
    "annotations": (
        "--!strict\nlocal a: number, b: string? = 1, 'x'\n"
        "local function f<T, U...>(x: T, ...: U...): (T, U...) return x, ... end\n"
        "for i: number = 1, 2 do a += i end for k: number, v: any in ipairs({5}) do a += v end\n"
        "return a, b, f(1, 2)",
        "9 x 1 2",
    ),
    "a cast is one value": (
        "local function two() return 1, 2 end local t = {two() :: any} local u = {(two())} "
        "local function f(...) return (... :: any), ... :: any end "
        "return #t, #u, f(7, 8)",
        "1 1 7 7",
    ),
    "a cast binds tighter than operators": ("return 1 + 2 :: number * 3, -1 :: any", "7 -1"),
    # Words
    "words are names too": (
        "local type, export, continue, typeof = 1, 2, 3, 4 type += 1 export = export + 1 "
        "continue = continue + 1 local t = {continue = type, type = export} t.continue += 1 "
        "return type, export, continue, typeof, t.continue, t.type",
        "2 3 4 4 3 3",
    ),
    "words are called": (
        "local function continue(x) return x end local s = '' for i = 1, 2 do s ..= type(i) "
        "continue(i) continue 'x' continue {} end return s, continue(1), type(nil)",
        "numbernumber 1 nil",
    ),
    "goto stays what it is": (
        "local i = 0 ::again:: i += 1 if i < 3 then goto again end local goto = i return goto",
        "3",
    ),
    "a label is no cast": (
        "local x = 0 for i = 1, 3 do if i == 2 then goto next end x += i ::next:: end "
        "local y = x ::done:: return y",
        "4",
    ),
    # What stands on a line of its own begins a statement
    "a bracket after a cast": ("local x = 1 :: number\n(function() x = 2 end)() return x", "2"),
    "a bracket after +=": ("local x = 1\nx += 1\n(function() x *= 5 end)() return x", "10"),
    "a bracket after an if-expression": (
        "local x = if true then 1 else 2\n(function() x *= 5 end)() return x",
        "5",
    ),
    "a bracket after a type": (
        "local function g() return 3 end local y = g()\ntype X = () -> ()\n"
        "(function() y *= 5 end)() return y",
        "15",
    ),
    "semicolons": (
        "type A = number; local x: A = 1; x += 1; type B = A; (function() x += 1; end)(); "
        "for i = 1, 2 do if i == 1 then continue; end x += 1; end; return x;",
        "4",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_luau_does_what_it_says(values: Callable[[str], list[str]], name: str) -> None:
    text, expected = PROGRAMS[name]
    assert " ".join(values(text)) == expected


# The error is on the line that says so.
FAILING = {
    "types": "type T = {\n a: number,\n}\nlocal function f(\n x: T,\n y: {\n  [string]: T\n }\n)\n"
    " return x.a.b.c -- here\nend\nf({})\n",
    "compound": "local t = {}\nlocal u = 1\nt.a = t\nt\n .a\n .b\n += 1 -- here\n",
    "if-expression": "local t = nil\nlocal x = if\n true\nthen\n t.x -- here\nelse\n 2\n",
    "condition": "local t = nil\nlocal x = if\n t.x -- here\nthen\n 1\nelse\n 2\n",
    "other branch": "local t = nil\nlocal x = if\n t\nthen\n 1\nelse\n t.x -- here\nx = 1\n",
    "continue": "repeat\n local a = 1\n if not a then continue end\n local b = nil\n"
    " b() -- here\nuntil a\n",
    "carriage returns": "local a: number =\r\n 1\r\na += nil -- here\r\n",
}


@pytest.mark.parametrize("name", FAILING)
def test_an_error_names_its_line(run_lua: Callable[..., Ran], name: str) -> None:
    text = FAILING[name]
    line = next(n for n, t in enumerate(text.splitlines(), 1) if t.endswith("-- here"))
    ran = run_lua("require('m')", modules={"m": text})
    assert ran.error is not None
    assert (ran.error["file"], ran.error["line"]) == ("m.lua", line), ran.error


def test_messages_name_the_variable_of_the_program(run_lua: Callable[..., Ran]) -> None:
    def message(text: str) -> str:
        error = run_lua(to_lua(text)).error
        assert error is not None
        return str(error["message"])

    assert message("local a = {} a.hp += 1") == (
        "attempt to perform arithmetic on field 'hp' (a nil value)"
    )
    assert message("local a = nil a.hp += 1") == "attempt to index local 'a' (a nil value)"
    assert message("local a = {} a.stats.hp += 1") == (
        "attempt to index local 'stats' (a nil value)"
    )
    assert message("local a a[#'x' + 1] += 1") == "attempt to index local 'a' (a nil value)"
    assert message("local a = {} a.b[1][2] += 1") == "attempt to index field 'b' (a nil value)"


def test_if_expressions_are_no_functions_of_the_program(run_lua: Callable[..., Ran]) -> None:
    text = "local x = 0 for i = 1, 100 do x = if i > 50 then nil else i end return __if, __value"
    ran = run_lua(to_lua(text))
    # The main chunk and its 100 turns are all the work there is.
    assert (ran.values, ran.units, ran.functions) == (
        ["nil:nil", "nil:nil"],
        101,
        [("main.lua:1 (main chunk)", 101)],
    )


def test_rewritten_loops_are_compiled() -> None:
    text = (
        "local t, none = {a = {n = 0}}, 0 for i = 1, 1000 do "
        "local v = if i % 2 > 0 then nil else i if not v then none += 1 continue end "
        "t.a.n += v end return t.a.n, none"
    )
    play = LuaRuntime(encoding="latin-1").eval(
        """function(text)
            local traces, aborted = 0, 0
            jit.attach(function(what)
                traces = traces + (what == "stop" and 1 or 0)
                aborted = aborted + (what == "abort" and 1 or 0)
            end, "trace")
            local function bind() return function() end end
            local sum, none = assert(loadstring(text))(bind)()
            return sum, none, traces > 0, aborted
        end"""
    )
    assert play(wrap(instrument(to_lua(text), "a.luau"))) == (250500, 500, True, 0)


def test_a_rewritten_loop_costs_its_turns_and_its_jumps(run_lua: Callable[..., Ran]) -> None:
    text = "local t = {a = {b = 0}} for i = 1, 10 do t.a.b += 1 if i > 5 then continue end end"
    assert run_lua(to_lua(text)).units == 1 + 10 + 5


def test_names_of_the_program_are_never_taken(values: Callable[[str], list[str]]) -> None:
    text = (
        "local __if, __value, __if2, continue_1 = 1, 2, 3, 4 for i = 1, 2 do continue end "
        "::continue_1:: return if true then nil else 1, __if, __value, __if2, continue_1"
    )
    assert "__if3" in to_lua(text)
    assert "goto continue_2" in to_lua(text)
    assert values(text) == ["nil", "1", "2", "3", "4"]


def test_a_function_with_200_locals_has_room_for_if_expressions(
    values: Callable[[str], list[str]],
) -> None:
    names = ", ".join(f"a{n}" for n in range(200))
    assert values(f"local {names} a7 = if true then false else 1 return a7") == ["false"]


def test_what_ends_like_a_rewritten_text_gets_no_more_than_two_names(
    run_lua: Callable[..., Ran],
) -> None:
    ran = run_lua("return type(__if), __t--[[luau __if __value]]")
    assert ran.error is not None
    assert "__t is reserved" in ran.error["message"]
    assert run_lua("return type(__if)--[[luau __if __value]]").values == ["string:function"]
    assert run_lua("return type(__t2)--[[luau __t2 __value]]").values == ["string:nil"]


@pytest.mark.parametrize(
    "path",
    sorted(
        path.relative_to(ROOT).as_posix()
        for folder in ("lua", "scenarios", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.lua")
    ),
)
def test_plain_lua_comes_back_as_it_is(path: str) -> None:
    text = (ROOT / path).read_bytes().decode("latin-1")
    assert to_lua(text) is text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#!/usr/bin/luau\nreturn 1",
        "\ufeffreturn 1",
        "\xef\xbb\xbfreturn 1",
        "return '\\z\n  x', \"\\\n\", [==[ += ` ]] ]==] -- x += 1",
        "--[==[ ` ]==] --[[ x: T ]] return 0x1p4, 1e-5, .5, 3., a.b:c'x':d{}:e[[y]]",
        "return 1LL, x.goto, {goto = 1}",
        "local caf\xc3\xa9 = 1",
        "return function(...) local a, b = ... end, not #x == - -2 .. 'y' ^ 2",
    ],
)
def test_a_text_without_luau_is_not_touched(text: str) -> None:
    assert to_lua(text) is text


def test_text_of_bytes_and_text_of_characters_read_alike() -> None:
    text = "local gr\u00f6\u00dfe: number = 1 -- \u2713\ngr\u00f6\u00dfe += 1 return '\u00e9'"
    as_bytes = text.encode("utf-8").decode("latin-1")
    assert to_lua(as_bytes) == to_lua(text).encode("utf-8").decode("latin-1")


def test_a_header_stays_in_front() -> None:
    assert to_lua("#!/bin/luau\nlocal a: T = 1") == "#!/bin/luau\nlocal a  = 1"


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("(", ")"),
        ("{", "}"),
        ("f(", ")"),
        ("if a then ", " else 1"),
        ("function() return ", " end"),
    ],
)
def test_nesting_has_a_named_limit(opened: str, closed: str) -> None:
    deep = 3 * NESTING_MAX
    text = f"local x: T = {opened * deep}1{closed * deep}"
    with pytest.raises(LuauError) as caught:
        to_lua(text)
    assert caught.value.at("a.luau").startswith("a.luau:1:")
    assert caught.value.reason == (
        f"nested more than {NESTING_MAX} levels deep; name the inner parts first"
    )


def test_the_length_of_a_text_has_a_limit() -> None:
    text = "x += 1 -- "
    to_lua(text + "y" * (LUAU_CHARACTERS_MAX - len(text)))
    with pytest.raises(LuauError) as caught:
        to_lua(text + "y" * (LUAU_CHARACTERS_MAX - len(text) + 1))
    assert caught.value.at("a.luau") == (
        "a.luau:1:1: this is no plain Lua, and as Luau it is too long; allowed: 2 MiB"
    )


def test_long_chains_are_not_deep() -> None:
    many = 20 * NESTING_MAX
    to_lua("local x: T = 1" + " .. 1" * many)
    to_lua("local x: " + " | ".join(["T"] * many))
    to_lua("local x = if a then 1 " + "elseif a then 1 " * many + "else 2")
    to_lua("local x: T = a" + ".b[1]()" * many)


def test_the_same_text_is_rewritten_alike_in_every_process() -> None:
    program = (
        "import sys; from test_luau import PROGRAMS;"
        " from engine_harness.vm.luau.reader import to_lua;"
        "sys.stdout.write('\\n'.join(to_lua(t) for t, _ in PROGRAMS.values()))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parent,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {"\n".join(to_lua(text) for text, _ in PROGRAMS.values()).encode()}
