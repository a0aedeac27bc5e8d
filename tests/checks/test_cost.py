"""Costs are compared by names that survive what does not change a function, and to the unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness.checks.cost import (
    LIBRARY_CALLS,
    Growth,
    growth,
    growth_text,
    normalised_functions,
)
from engine_harness.records.models import Cost, FunctionCost

COSTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50))


def cost(work_units: int, **functions: int) -> Cost:
    rows = [FunctionCost(function=name, work_units=units) for name, units in functions.items()]
    return Cost(work_units=work_units, functions=rows)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("lua/worlds/x.lua:12 local decide", "lua/worlds/x: local decide"),
        ("lua/worlds/x.lua:9912 local decide", "lua/worlds/x: local decide"),
        ("lua/worlds/x/init.lua:12 local decide", "lua/worlds/x: local decide"),
        ("lua/worlds/x.luau:12 local decide", "lua/worlds/x: local decide"),
        ("lua/worlds/x/init.luau:12 local decide", "lua/worlds/x: local decide"),
        ("<shipped>/worlds/x/init.lua:12 local decide", "lua/worlds/x: local decide"),
        ("src/<shipped>/x.lua:1 World:apply", "src/<shipped>/x: World:apply"),
        ("my game/x:12 y.lua:7 (main chunk)", "my game/x:12 y: (main chunk)"),
        ("lua/init.lua:1 (anonymous) in f", "lua: (anonymous) in f"),
        ("lua/luau.lua:1 f", "lua/luau: f"),
        ("written by hand", "written by hand"),
    ],
)
def test_a_name_is_module_and_function(function: str, name: str) -> None:
    assert normalised_functions(cost(5, **{function: 5})) == {name: 5}


def test_functions_of_one_name_are_added_up_and_the_rest_are_library_calls() -> None:
    rows = {"b.lua:9 f": 4, "b.lua:2 f": 3, "a.lua:2 f": 2}
    found = normalised_functions(cost(20, **rows))
    assert list(found.items()) == [(LIBRARY_CALLS, 11), ("a: f", 2), ("b: f", 7)]
    assert LIBRARY_CALLS not in normalised_functions(cost(9, **rows))
    assert normalised_functions(Cost(work_units=0)) == {}


def test_growth_names_what_grew_most_first() -> None:
    budget = {"a": 10, "b": 1000, "gone": 7, "less": 9, "same": 5}
    now = {"a": 30, "b": 1020, "less": 8, "new": 21, "same": 5}
    assert growth(budget, now) == [
        Growth("new", 0, 21),
        Growth("a", 10, 30),
        Growth("b", 1000, 1020),
    ]
    assert [item.units for item in growth(budget, now)] == [21, 20, 20]


@given(COSTS, COSTS)
def test_growth_and_its_reverse_account_for_every_unit(
    before: dict[str, int], after: dict[str, int]
) -> None:
    more, less = growth(before, after), growth(after, before)
    added = sum(item.units for item in more) - sum(item.units for item in less)
    assert added == sum(after.values()) - sum(before.values())
    assert all(item.units > 0 for item in more + less)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (1200, 2400, "1,200 -> 2,400 (+100 %)"),
        (1000, 13345, "1,000 -> 13,345 (+1,234 %)"),
        (1000, 1005, "1,000 -> 1,005 (+0.5 %)"),
        (3, 4, "3 -> 4 (+33.33 %)"),
        (2400, 1200, "2,400 -> 1,200 (-50 %)"),
        (10**8, 10**8 + 1, "100,000,000 -> 100,000,001 (less than +0.01 %)"),
        (10**8, 10**8 - 1, "100,000,000 -> 99,999,999 (less than -0.01 %)"),
        (7, 7, "7 -> 7 (0 %)"),
        (0, 5, "0 -> 5 (new)"),
        (5, 0, "5 -> 0 (gone)"),
    ],
)
def test_a_change_in_words(before: int, after: int, text: str) -> None:
    assert growth_text("lua/worlds/x: local f", before, after) == f"lua/worlds/x: local f {text}"
