"""The sandbox's sort is stable, and total for any comparator."""

from __future__ import annotations

from typing import Any

import pytest

SORT = 'local Sort = require("harness.sort")\n'


@pytest.mark.parametrize("length", [0, 1, 2, 7, 8, 9, 16, 17, 100, 1000])
def test_equal_elements_keep_their_order(host_modules: Any, length: int) -> None:
    ordered = host_modules.run(
        SORT
        + """
        local list = {}
        for i = 1, ... do list[i] = { key = i * 7919 % 13, place = i } end
        Sort.sort(list, function(a, b) return a.key < b.key end)
        for i = 2, #list do
            local a, b = list[i - 1], list[i]
            if not (a.key < b.key or a.key == b.key and a.place < b.place) then return false end
        end
        return #list
        """,
        length,
    )
    assert ordered == length


def test_numbers_are_sorted_as_luajit_sorts_them(host_modules: Any) -> None:
    mine, theirs = host_modules.run(
        SORT
        + """
        local a, b, state = {}, {}, 5
        for i = 1, 3000 do
            state = state * 16807 % 2147483647
            a[i], b[i] = state % 1000 / 8, state % 1000 / 8
        end
        Sort.sort(a)
        table.sort(b)
        return table.concat(a, " "), table.concat(b, " ")
        """
    )
    assert mine == theirs


def test_a_comparator_that_fails_leaves_the_list_as_it_was(host_modules: Any) -> None:
    result = host_modules.run(
        SORT
        + """
        local list, calls = { 5, 4, 3, 2, 1 }, 0
        local ok, message = pcall(Sort.sort, list, function(a, b)
            calls = calls + 1
            if calls == 4 then error("enough", 0) end
            return a < b
        end)
        return table.concat(list, " ") .. " " .. tostring(ok) .. " " .. message
        """
    )
    assert result == "5 4 3 2 1 false enough"


def test_a_contradictory_comparator_ends_with_the_same_elements(host_modules: Any) -> None:
    result = host_modules.run(
        SORT
        + """
        local list, sum = {}, 0
        for i = 1, 200 do list[i] = i end
        Sort.sort(list, function() return true end)
        for i = 1, 200 do sum = sum + list[i] end
        return sum
        """
    )
    assert result == 20100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("Sort.sort(5)", "bad argument #1 to 'sort' (table expected, got number)"),
        ("Sort.sort({}, 5)", "bad argument #2 to 'sort' (function expected, got number)"),
    ],
)
def test_wrong_arguments_are_refused(host_modules: Any, call: str, message: str) -> None:
    text = f"{SORT} return select(2, pcall(function() {call} end))"
    assert host_modules.run(text) == f"test.lua:2: {message}"
