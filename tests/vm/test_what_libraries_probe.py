"""What libraries look at before they do anything: error levels, metatables, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # A protected call is one level, as it is for the C function of plain LuaJIT.
        (
            "local function f()\nerror('x', 3) end\nlocal function g()\n"
            "local ok, message = pcall(f)\nreturn message end\nreturn (g())",
            ["string:main.lua:4: x"],
        ),
        (
            "local function f()\nerror('x', 2) end\nlocal ok, message = pcall(f)\nreturn message",
            ["string:x"],
        ),
        ("local ok, message = pcall(function() error('x', 400) end) return message", ["string:x"]),
        (
            "return pcall(function() assert() end)",
            ["boolean:false", "string:main.lua:1: bad argument #1 to 'assert' (value expected)"],
        ),
        # `__metatable` hides from getmetatable; serializers look behind it.
        (
            "local m = { __metatable = 'hidden' } local t = setmetatable({}, m) "
            "return getmetatable(t), debug.getmetatable(t) == m, debug.getmetatable({}), "
            "debug.getmetatable('') == getmetatable(''), debug.getmetatable(nil)",
            ["string:hidden", "boolean:true", "nil:nil", "boolean:true", "nil:nil"],
        ),
        # What the host hides stays hidden.
        ("return debug.getmetatable(package.loaded)", ["nil:nil"]),
        # A table is a file if it has the metatable of a file, and then no plain table is one.
        (
            "local file = getmetatable(io.stdout) return type(file), "
            "file == getmetatable(io.stderr), getmetatable({}) == file, io.type(io.stdout)",
            ["string:table", "boolean:true", "boolean:false", "nil:nil"],
        ),
    ],
)
def test_libraries_find_what_they_find_in_plain_luajit(
    run_lua: Run, text: str, values: list[str]
) -> None:
    assert run_lua(text).values == values
