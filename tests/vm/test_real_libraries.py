"""Libraries that nobody here wrote answer in the sandbox as they do under a plain LuaJIT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lupa.luajit21 import LuaRuntime

if TYPE_CHECKING:
    from collections.abc import Callable

INSTALLED = Path("/usr/share/lua/5.1")

PROGRAMS = {
    "inspect": """
        local inspect = require("inspect")
        local t = { 1, 2, "x", name = "it's", nested = { a = { b = true } }, [3.5] = "f" }
        t.self = t
        print(inspect(t))
        print(inspect({ 1, 2, { 3 } }, { newline = " ", indent = "" }))
        print(inspect("tab\\tand \\1 control", { depth = 1 }))
    """,
    "dkjson": """
        local json = require("dkjson")
        local text = json.encode({ list = { 1, 2.5, "x" }, empty = {}, yes = true },
            { keyorder = { "yes", "list", "empty" }, indent = true })
        print(text)
        local back, position, problem =
            json.decode('{"a": [1, 2, {"b": "\\\\u00e9\\\\n"}], "c": null}')
        print(back.a[3].b, back.c, position, problem)
        print(select(2, json.decode("[1, 2")), select(3, json.decode("{bad}")))
    """,
    "binaryheap": """
        local heap = require("binaryheap").minUnique()
        for i, value in ipairs({ 5, 3, 9, 1, 7 }) do heap:insert(value, "job" .. i) end
        heap:update("job3", 0)
        heap:remove("job4")
        while heap:peek() do print(heap:pop()) end
    """,
    "argparse": """
        local parser = require("argparse")("play", "Plays a game.")
        parser:argument("level", "Which level.")
        parser:option("-s --speed", "How fast.", "1.0"):convert(tonumber)
        parser:flag("-v --verbose"):count("*")
        local args = parser:parse({ "castle", "--speed=2.5", "-vv" })
        print(args.level, args.speed, args.verbose)
        print(parser:get_help())
        print(parser:pparse({ "--nonsense" }))
    """,
    "basexx": """
        local basexx = require("basexx")
        local text = "Hello, \\0 world"
        print(basexx.to_base64(text), basexx.to_base32(text), basexx.to_hex(text))
        print(basexx.from_base64(basexx.to_base64(text)) == text, basexx.to_z85("12345678"))
        print(basexx.from_base64("?"))
    """,
    "pl.List": """
        local List = require("pl.List")
        local list = List({ 10, 20, 30 }):append(40):map(function(x) return x / 10 end)
        print(list, list:slice(2, 3), list:reduce("+"), list:reverse():join("-"))
    """,
    "pl.tablex": """
        local tablex = require("pl.tablex")
        print(tablex.deepcompare({ 1, { 2 } }, { 1, { 2 } }), tablex.find({ "a", "b" }, "b"))
        for key, value in tablex.sort({ c = 3, a = 1, b = 2 }) do print(key, value) end
        print(unpack(tablex.range(1, 9, 2)))
    """,
    "pl.stringx": """
        local stringx = require("pl.stringx")
        stringx.import()
        print(("  trim me "):strip() .. "|", ("a,b,,c"):split(","):join("+"))
        print(("hello"):center(11, "*"), ("x=1"):partition("="), stringx.wrap("some words here", 6))
    """,
    "pl.class": """
        local class = require("pl.class")
        local Animal = class()
        function Animal:_init(name) self.name = name end
        function Animal:__tostring() return self.name .. ": " .. self:speak() end
        local Dog = class(Animal)
        function Dog:speak() return "bark" end
        print(Dog("Rex"), Dog:class_of(Dog("x")), Animal:class_of(Dog("x")))
    """,
    "pl.pretty": """
        local pretty = require("pl.pretty")
        print(pretty.write({ 1, 2, { x = "y" } }), pretty.number(123456, "N", 2))
    """,
    "pl.OrderedMap": """
        local map = require("pl.OrderedMap")()
        map:set("z", 1) map:set("a", 2) map:set("m", 3)
        for key, value in map:iter() do print(key, value) end
        print(map)
    """,
    "pl.lexer": """
        local lexer = require("pl.lexer")
        for kind, value in lexer.lua("local x = f(1.5, 'a') -- end") do print(kind, value) end
    """,
    "pl.seq": """
        local seq = require("pl.seq")
        print(seq.sum(seq.range(1, 10)), unpack(seq.copy(seq.map(string.upper, { "a", "b" }))))
    """,
    "pl.xml": """
        local xml = require("pl.xml")
        local doc = xml.parse('<game level="3"><unit hp="10">orc</unit></game>', false, true)
        print(doc.tag, doc.attr.level, doc[1].attr.hp, doc[1][1])
    """,
}

PLAIN = """
local text, root = ...
package.path = root .. "/?.lua;" .. root .. "/?/init.lua"
local lines = {}
function print(...)
    local parts = {}
    for index = 1, select("#", ...) do parts[index] = tostring((select(index, ...))) end
    lines[#lines + 1] = table.concat(parts, "\\t")
end
local ok, message = pcall(assert(loadstring(text, "=main.lua")))
if not ok then error(message, 0) end
return table.concat(lines, "\\0")
"""

needs_libraries = pytest.mark.skipif(
    not (INSTALLED / "pl").is_dir(), reason="the Lua libraries of the distribution are missing"
)


@needs_libraries
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_library_gives_the_answers_of_plain_luajit(
    run_lua: Callable[..., Any], name: str
) -> None:
    runtime = LuaRuntime(register_eval=False, unpack_returned_tuples=True, encoding="latin-1")
    expected = runtime.execute(PLAIN, PROGRAMS[name], str(INSTALLED)).split("\0")
    ran = run_lua(PROGRAMS[name], roots=(str(INSTALLED),), work_units=10**8)
    assert ran.error is None
    assert ran.prints == expected


@needs_libraries
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("require('pl.path')", "pl.path requires LuaFileSystem"),
        (
            "require('pl.utils').load('return 1')",
            "loadstring is not available here: "
            "code cannot be loaded from texts; put it into a module and require it",
        ),
        (
            "require('pl.sip').match('$v{name}', 'speed', {})",
            "loadstring is not available here: "
            "code cannot be loaded from texts; put it into a module and require it",
        ),
        (
            "require('pl.pretty').read('{1}')",
            "loadstring is not available here: "
            "code cannot be loaded from texts; put it into a module and require it",
        ),
        (
            "require('pl.utils').readfile('x')",
            "io.open is not available here: "
            "user code has no files; use print, or record.event and record.log of a world",
        ),
    ],
)
def test_what_cannot_run_fails_with_a_clear_word(
    run_lua: Callable[..., Any], text: str, message: str
) -> None:
    error = run_lua(text, roots=(str(INSTALLED),), work_units=10**8).error
    assert error["message"] == message
