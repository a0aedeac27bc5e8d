"""Walks have one order in every VM, whatever LuaJIT's hash makes of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERED = 'local ordered = require("harness.ordered")\n'

KEYS_OF = (
    ORDERED
    + """
local function keys_of(t)
    local out = {}
    for key in ordered.pairs(t) do
        out[#out + 1] = type(key) == "table" and "object" .. ordered.id(key) or tostring(key)
    end
    return table.concat(out, " ")
end
"""
)

# Random histories of tables with keys of every kind, walked and changed on the way.
HISTORY = (
    KEYS_OF
    + """
local state = 12345
local function rnd(n) state = state * 16807 % 2147483647 return state % n + 1 end
local out, objects = {}, {}
local function emit(value)
    out[#out + 1] = type(value) == "table" and "o" .. ordered.id(value) or tostring(value)
end
for i = 1, 30 do objects[i] = ordered.register({}) end
for _ = 1, 12 do
    local t = {}
    for step = 1, rnd(200) do
        local kind, key = rnd(10), nil
        if kind <= 3 then key = "k" .. rnd(60) elseif kind <= 6 then key = rnd(64)
        elseif kind == 7 then key = -rnd(20) elseif kind == 8 then key = rnd(100) / 8
        elseif kind == 9 then key = objects[rnd(30)] else key = rnd(2) == 1 end
        if rnd(3) == 1 then t[key] = nil else t[key] = step end
        if rnd(20) == 1 then
            for k, v in ordered.pairs(t) do
                emit(k) emit(v)
                if rnd(7) == 1 then t[k] = nil elseif rnd(7) == 1 then t[k] = v + 1
                elseif rnd(9) == 1 then t["n" .. rnd(50)] = 1 end
            end
            local k, v = ordered.next(t)
            while k ~= nil do emit(k) emit(v) k, v = ordered.next(t, k) end
        end
    end
end
return table.concat(out, ",")
"""
)


def test_a_history_of_walks_is_the_same_in_every_vm(make_host_modules: Callable[[], Any]) -> None:
    # LuaJIT seeds string hashing per VM, so one VM proves nothing.
    traces = {make_host_modules().run(HISTORY) for _ in range(20)}
    assert len(traces) == 1
    assert len(traces.pop()) > 10000


def test_keys_come_as_numbers_strings_booleans_objects(host_modules: Any) -> None:
    keys = host_modules.run(
        KEYS_OF
        + """
        local b, a = ordered.register({}), ordered.register({})
        local t = { z = 1, [a] = 1, [true] = 1, [2.5] = 1, [b] = 1, [-1] = 1, [false] = 1 }
        t.A, t[1] = 1, 1
        return keys_of(t)
        """
    )
    assert keys == "-1 1 2.5 A z false true object1 object2"


def test_a_removed_key_is_skipped_and_a_new_one_not_visited(host_modules: Any) -> None:
    seen = host_modules.run(
        ORDERED
        + """
        local t, seen = { a = 1, b = 2, c = 3, d = 4 }, {}
        for key, value in ordered.pairs(t) do
            seen[#seen + 1] = key .. value
            if key == "a" then t.b, t.e, t.c = nil, 5, 30 end
        end
        return table.concat(seen, " ")
        """
    )
    assert seen == "a1 c30 d4"


def test_a_list_that_shrinks_during_the_walk_is_walked_to_its_end(host_modules: Any) -> None:
    seen = host_modules.run(
        ORDERED
        + """
        local t, seen = { 1, 2, 3, 4, 5 }, {}
        for i in ordered.pairs(t) do seen[#seen + 1] = i t[i + 1] = nil end
        return table.concat(seen, " ")
        """
    )
    assert seen == "1 3 5"


def test_interleaved_walks_with_next_do_not_disturb_each_other(host_modules: Any) -> None:
    seen = host_modules.run(
        ORDERED
        + """
        local t, seen = { a = 1, b = 2, c = 3 }, {}
        local key = ordered.next(t)
        while key do
            local inner = ordered.next(t)
            while inner do seen[#seen + 1] = key .. inner inner = ordered.next(t, inner) end
            key = ordered.next(t, key)
        end
        return table.concat(seen, " ")
        """
    )
    assert seen == "aa ab ac ba bb bc ca cb cc"


def test_one_unnumbered_key_is_numbered_and_two_are_refused(host_modules: Any) -> None:
    one, two = host_modules.run(
        KEYS_OF
        + """
        local one = keys_of({ [{}] = 1, x = 2 })
        return one, select(2, pcall(keys_of, { [{}] = 1, [{}] = 2 }))
        """
    )
    assert one == "x object1"
    assert two == (
        "a walk over a table met 2 keys of type table that have no number, so their order is not "
        "reproducible; number each when it is made (setmetatable or tostring does), walk a list "
        "of them instead, or use a name as the key"
    )


def test_the_cache_keeps_neither_tables_nor_keys_alive(host_modules: Any) -> None:
    alive = host_modules.run(
        ORDERED
        + """
        local dropped = setmetatable({}, { __mode = "k" })
        for _ = 1, 200 do
            local key = ordered.register({})
            local t = { [key] = 1 }
            key.back = t
            dropped[key], dropped[t] = true, true
            for _ in ordered.pairs(t) do end
        end
        collectgarbage() collectgarbage()
        local count = 0
        for _ in next, dropped do count = count + 1 end
        return count
        """
    )
    # What the last turn left in registers may stay.
    assert alive <= 4


@pytest.mark.parametrize("call", ["pairs", "next"])
def test_walking_what_is_no_table_names_the_callers_line(host_modules: Any, call: str) -> None:
    text = f"{ORDERED}return select(2, pcall(function()\nlocal k = ordered.{call}(5) end))"
    expected = f"test.lua:3: bad argument #1 to '{call}' (table expected, got number)"
    assert host_modules.run(text) == expected


def test_an_unknown_key_is_refused_by_next(host_modules: Any) -> None:
    text = (
        ORDERED + "return select(2, pcall(function() local k = ordered.next({ a = 1 }, 'b') end))"
    )
    assert host_modules.run(text) == "test.lua:2: invalid key to 'next'"


def test_emptiness_and_plain_fields(host_modules: Any) -> None:
    empty, full, fields = host_modules.run(
        KEYS_OF
        + """
        return ordered.isempty({}), ordered.isempty({ 1 }),
            keys_of(ordered.plain_fields({ 5, a = 1, [{}] = 2, [true] = 3, [print] = 4 }))
        """
    )
    assert (empty, full, fields) == (True, False, "1 a")
