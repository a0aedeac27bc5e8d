"""User code lives as in plain LuaJIT, but for what would differ from run to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # Errors name the caller's line and level, as in plain LuaJIT.
        ("return pcall(error, 'x')", ["boolean:false", "string:x"]),
        ("return pcall(function() error('x') end)", ["boolean:false", "string:main.lua:1: x"]),
        ("return pcall(function() error('x', 0) end)", ["boolean:false", "string:x"]),
        (
            "local function f()\nerror('x', 2) end\nreturn pcall(function()\nf() end)",
            ["boolean:false", "string:main.lua:4: x"],
        ),
        ("return pcall(function() error() end)", ["boolean:false", "nil:nil"]),
        (
            "return xpcall(function(a) return a end, print, 5)",
            ["boolean:true", "number:5"],
        ),
        (
            "return xpcall(function() local x = nil + 1 end, "
            "function(e) return '<' .. e .. '>' end)",
            [
                "boolean:false",
                "string:<main.lua:1: attempt to perform arithmetic on a nil value>",
            ],
        ),
        # Strings: methods, and methods that the program adds.
        (
            "function string.twice(s) return s .. s end return ('ab'):twice(), ('%d'):format(7)",
            ["string:abab", "string:7"],
        ),
        ("return ('a,b'):find(',', 1, true)", ["number:2", "number:2"]),
        (
            "return ('x'):rep(3, '-'), ('AbC'):lower(), ('abc'):sub(-2)",
            ["string:x-x-x", "string:abc", "string:bc"],
        ),
        (
            "return string.format('%5.1f|%q|%s|%s', 1.25, 'a\"', nil, true)",
            ['string:  1.2|"a\\""|nil|true'],
        ),
        ("return tostring(0/0), tostring(-1/0), 10 / 2", ["string:nan", "string:-inf", "number:5"]),
        # Names of objects count from the program's first.
        (
            "return tostring({}), tostring(print) == tostring(print)",
            ["string:table: #1", "boolean:true"],
        ),
        # Clock, randomness and the collector are the host's.
        (
            "return os.clock(), os.time(), tick(), time()",
            ["number:12.5", "number:12", "number:12.5", "number:12.5"],
        ),
        (
            "return math.random(3, 3), pcall(math.random, 0)",
            ["number:3", "boolean:false", "string:bad argument #1 to 'random' (interval is empty)"],
        ),
        (
            "math.randomseed(5) local a = math.random() "
            "math.randomseed(5) return a == math.random()",
            ["boolean:false"],
        ),
        (
            "local m = { __mode = 'v', __gc = print } "
            "return getmetatable(setmetatable({}, m)) == m",
            ["boolean:true"],
        ),
        # What libraries look at.
        (
            "return package.config, package.loaded.string == string, package.path",
            ["string:/\n;\n?\n!\n-\n", "boolean:true", "string:./?.lua;./?/init.lua"],
        ),
        (
            "return _VERSION, type(io), type(load), rawlen, table.unpack",
            ["string:Lua 5.1", "string:table", "string:function", "nil:nil", "nil:nil"],
        ),
        (
            "return pcall(require, 'lpeg')",
            ["boolean:false", "string:module 'lpeg' not found: looked for lpeg.lua"],
        ),
        ("return bit.bor(1, 6), bit.tohex(255, 4)", ["number:7", "string:00ff"]),
        (
            "return _G._G == _G, _G.x, rawequal(_G, getmetatable('').__index)",
            ["boolean:true", "nil:nil", "boolean:false"],
        ),
        # Coroutines.
        (
            "local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) "
            "return b * 2 end) return c(1), c(10)",
            ["number:2", "number:20"],
        ),
        (
            "local c = coroutine.create(function() error('x') end) return coroutine.resume(c)",
            ["boolean:false", "string:main.lua:1: x"],
        ),
        (
            "local c c = coroutine.create(function() "
            "return coroutine.running() == c, coroutine.status(c) end) return coroutine.resume(c)",
            ["boolean:true", "boolean:true", "string:running"],
        ),
        (
            "return pcall(coroutine.wrap(function() end)), pcall(coroutine.create, 5)",
            [
                "boolean:true",
                "boolean:false",
                "string:bad argument #1 to 'create' (function expected, got number)",
            ],
        ),
        (
            "return coroutine.wrap(function() return pcall(function() "
            "coroutine.yield() error('after', 0) end) end)()",
            [],
        ),
        # Tables.
        (
            "local t = { 3, 1, 2 } table.sort(t) table.insert(t, 1, 9) "
            "return table.concat(t, ' '), table.remove(t, 1), #t",
            ["string:9 1 2 3", "number:9", "number:3"],
        ),
        (
            "local t = {} for k in pairs({ b = 1, [2] = 1, a = 1 }) do t[#t + 1] = k end "
            "return unpack(t)",
            ["number:2", "string:a", "string:b"],
        ),
        (
            "return next({}), next({ x = 1 }), type(next)",
            ["nil:nil", "string:x", "string:function"],
        ),
        ("return select('#', nil, nil), select(-1, 1, 2)", ["number:2", "number:2"]),
    ],
)
def test_code_gets_these_answers(run_lua: Run, text: str, values: list[str]) -> None:
    ran = run_lua(text)
    assert (ran.error, ran.values) == (None, values)


def test_print_writes_names_instead_of_addresses(run_lua: Run) -> None:
    text = "print(1, nil, {}, 'x', setmetatable({}, { __tostring = function() return 'me' end }))"
    # The object with a metatable got its number first: arguments are evaluated before the call.
    assert run_lua(text).prints == ["1\tnil\ttable: #2\tx\tme"]


def test_a_walk_pays_for_its_keys_whether_they_were_sorted_before_or_not(run_lua: Run) -> None:
    text = "local t = {} for i = 1, 400 do t['k' .. i] = i end for _ = 1, %d do pairs(t) end"
    one, two = run_lua(text % 1).units, run_lua(text % 2).units
    # One loop turn, and 400 keys at a quarter of a unit.
    assert two - one == 1 + 100


def test_an_error_comes_with_file_line_and_the_users_calls(run_lua: Run) -> None:
    modules = {
        "combat.damage": "local M = {}\nfunction M.hit()\n  error('too weak')\nend\nreturn M"
    }
    text = "local damage = require('combat.damage')\nlocal function go()\n  damage.hit()\nend\ngo()"
    error = run_lua(text, modules=modules).error
    assert error == {
        "message": "too weak",
        "file": "combat/damage.lua",
        "line": 3,
        "traceback": "combat/damage.lua:3: in function 'hit'\n"
        "main.lua:3: in function 'go'\n"
        "main.lua:5: in main chunk",
        "limit": None,
    }


def test_a_path_that_luajit_would_cut_is_whole_in_messages(run_lua: Run) -> None:
    name = "worlds/" + "very_long_folder_name/" * 4 + "init.lua"
    error = run_lua("local x\nx.y = 1", name=name).error
    assert (error["file"], error["line"]) == (name, 2)
    assert error["traceback"] == f"{name}:2: in main chunk"
    assert run_lua("x = = 1", name=name).error["message"].startswith(f"{name}:1: unexpected symbol")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("error({ message = 'told', code = 3 })", "told"),
        ("error({ code = 3, kind = 'x' })", "{code = 3, kind = x}"),
        ("error({ [{}] = 1, [{}] = 2, code = 3 })", "{code = 3}"),
        ("error(setmetatable({}, { __tostring = function() return 'me' end }))", "me"),
        (
            "error(setmetatable({}, { __tostring = function() error('no') end }))",
            "(error value of type table)",
        ),
        ("error(nil)", "nil"),
        ("error(print)", "function: #host"),
    ],
)
def test_an_error_value_of_any_kind_has_a_message(run_lua: Run, text: str, message: str) -> None:
    assert run_lua(text).error["message"].startswith(message)


def test_debug_traceback_shows_the_users_calls_alone(run_lua: Run) -> None:
    text = (
        "local function f()\n  local text = debug.traceback('here')\n  return text\nend\n"
        "local function g()\n  print((f()))\nend\npcall(g)\nprint(debug.traceback(g) == g)"
    )
    assert run_lua(text).prints == [
        "here\nstack traceback:\n\tmain.lua:2: in function 'f'\n"
        "\tmain.lua:6: in function <main.lua:5>\n\tmain.lua:8: in main chunk",
        "true",
    ]


def test_debug_traceback_of_a_coroutine_shows_where_it_stopped(run_lua: Run) -> None:
    text = (
        "local co = coroutine.create(function()\n  error('x')\nend)\n"
        "coroutine.resume(co)\nprint(debug.traceback(co))"
    )
    assert run_lua(text).prints == ["stack traceback:\n\tmain.lua:2: in function <main.lua:1>"]


def test_require_loads_once_and_gives_true_for_nothing(run_lua: Run) -> None:
    modules = {"a": "print('loading', ...) return { x = 1 }", "b": "y = 5", "c": "return false"}
    text = "return require('a') == require('a'), require('b'), y, require('c'), package.loaded.b"
    ran = run_lua(text, modules=modules)
    assert ran.prints == ["loading\ta"]
    assert ran.values == [
        "boolean:true",
        "boolean:true",
        "number:5",
        "boolean:false",
        "boolean:true",
    ]


def test_modules_in_a_circle_are_named(run_lua: Run) -> None:
    modules = {
        "a": "return require('b')",
        "b": "return require('c')",
        "c": "local b = require('b')\nreturn b",
    }
    error = run_lua("return require('a')", modules=modules).error
    assert error["message"] == "modules require each other in a circle: b -> c -> b"
    assert (error["file"], error["line"]) == ("c.lua", 1)


def test_a_module_that_failed_can_be_tried_again(run_lua: Run) -> None:
    modules = {"a": "n = (n or 0) + 1 if n == 1 then error('once', 0) end return n"}
    ran = run_lua("return pcall(require, 'a'), require('a')", modules=modules)
    assert ran.values == ["boolean:false", "number:2"]


def test_a_module_that_is_missing_or_broken_says_where(run_lua: Run) -> None:
    missing = run_lua("\nrequire('no.such')").error
    assert (missing["message"], missing["line"]) == (
        "module 'no.such' not found: looked for no/such.lua",
        2,
    )
    broken = run_lua("require('a')", modules={"a": "\nx = = 1"}).error
    assert broken["message"] == ("error loading module 'a':\n\ta.lua:2: unexpected symbol near '='")
    refused = run_lua("require('a')", modules={"a": "x = 5LL"}).error
    assert refused["message"].startswith("a.lua:1:5: the literal 5LL is a 64-bit")


def test_a_preloaded_module_is_found(run_lua: Run) -> None:
    text = "package.preload.x = function(name) return name .. '!' end return require('x')"
    assert run_lua(text).values == ["string:x!"]


def test_units_are_spent_to_the_last_one(run_lua: Run) -> None:
    functions = "".join(f"local function f{n}() end " for n in range(20))
    calls = "".join(f"f{n}() " for n in range(20))
    text = f"{functions} while true do {calls} end"
    for units in (1, 50, 9_999, 123_457):
        ran = run_lua(text, work_units=units)
        assert (ran.units, ran.error["limit"]) == (units, "work_units")
        assert sum(spent for _, spent in ran.functions) == units


def test_units_are_told_by_function(run_lua: Run) -> None:
    text = "local function f(n)\nfor i = 1, n do end end\nf(10)\nf(20)"
    ran = run_lua(text)
    assert ran.functions == [("main.lua:1 (main chunk)", 1), ("main.lua:1 local f", 32)]
    assert ran.units == 33


def test_weak_tables_keep_what_is_in_them(run_lua: Run) -> None:
    # The second metatable becomes weak only after its table was made; a module's end is when the
    # host looks, if nothing made it look before.
    text = """
    require("late")
    local early = setmetatable({}, { __mode = "v" })
    for i = 1, 50 do early[i], late[i] = {}, {} end
    for i = 1, 300000 do local garbage = { i } end
    local kept = 0
    for i = 1, 50 do if early[i] and late[i] then kept = kept + 1 end end
    return kept
    """
    late = "local m = {} late = setmetatable({}, m) m.__mode = 'v'"
    assert run_lua(text, modules={"late": late}).values == ["number:50"]
