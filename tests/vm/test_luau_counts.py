"""Locals are counted as LuaJIT counts them: 200 of a function are taken, 201 are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lupa.luajit21 import LuaRuntime

from engine_harness.vm.luau.reader import LuauError, local_counts, to_lua

LOCALS_MAX = 200


def counts(text: str) -> list[tuple[int, str, int]]:
    return [tuple(entry) for entry in local_counts(text)]


def test_every_function_is_listed_in_order_with_line_and_name() -> None:
    text = (
        "local a\nfunction World.step(dt)\n local b, c\nend\nfunction World:apply(x, y) end\n"
        "local function f(...) return function() local z end end\nWorld.metrics = function() end\n"
        "f(function() end)\nlocal t = { update = function(d) end }\n"
    )
    assert counts(text) == [
        (1, "(main chunk)", 3),
        (2, "World.step", 3),
        (5, "World:apply", 3),
        (6, "local f", 0),
        (6, "(anonymous) in local f", 1),
        (7, "World.metrics", 0),
        (8, "(anonymous)", 0),
        (9, "update", 1),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("do local a, b end do local c end", 2),
        ("local a do local b end local c", 2),
        ("if a then local b elseif c then local d, e else local f end", 2),
        ("for i = 1, 2 do local a end", 5),
        ("for k, v in x do local a end", 6),
        ("while a do local b end", 1),
        ("repeat local a until a local b, c", 2),
        ("repeat local a, b until f(function() local c, d, e end)", 2),
        ("local function f() end", 1),
        ("goto a ::a:: local goto = 1", 1),
        ("local x: typeof(function() local a, b, c end) = 1", 1),
        ("a.b.c += 1", 1),
        ("local a a.b[f()] += 1", 3),
        ("local a a.b += 1", 1),
        ("for i = 1, 2 do continue end", 4),
    ],
)
def test_locals_count_while_they_are_active(text: str, count: int) -> None:
    assert local_counts(text)[0].active == count


# Pieces of a body, and what each leaves active.
PIECES = st.recursive(
    st.sampled_from(
        ["local a", "local a, b: T", "local function f() end", "x.y.z += 1", "x.y[f()] += 1"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(" ".join),
        st.tuples(
            st.sampled_from(
                [
                    "do {} end",
                    "for i = 1, 2 do {} end",
                    "for k, v, w in x do {} end",
                    "while x do {} if x then continue end local z end",
                    "repeat local y {} if x then continue end local z until y",
                    "if x then {} end",
                ]
            ),
            inner,
        ).map(lambda pair: pair[0].replace("{}", pair[1])),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_luajit_takes_as_many_locals_as_were_counted_and_no_more(body: str) -> None:
    load = LuaRuntime().eval("function(text) return (loadstring(text)) ~= nil end")
    count = local_counts(body)[0].active
    for more, is_taken in ((LOCALS_MAX - count, True), (LOCALS_MAX - count + 1, False)):
        names = ", ".join(f"n{index}" for index in range(more))
        text = f"local {names} {body}"
        assert local_counts(text)[0].active == count + more
        # Without any local in the body the names alone have to break the limit.
        assert load(to_lua(text)) is is_taken


def test_what_cannot_be_read_is_an_error_with_its_place() -> None:
    with pytest.raises(LuauError) as caught:
        local_counts("local a\nlocal = 1")
    assert caught.value.at("a.lua") == "a.lua:2:7: name expected near '='"
