"""Listeners are called in order, and one that fails or leaves disturbs no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

PROBE = """
local Listeners = require("worlds.autoparry.controller.listeners")
local Probe = {}
local function new()
    local seen = {}
    local function see(text) seen[#seen + 1] = text end
    return Listeners.new(function(text) see("warning: " .. text) end, "onParry"), seen, see
end
function Probe.order()
    local list, seen, see = new()
    for index = 1, 3 do
        list:connect(function(...) see(index .. ":" .. table.concat({ ... }, ",")) end)
    end
    list:fire("a", 2)
    list:fire()
    return seen, list.count
end
function Probe.failing()
    local list, seen, see = new()
    list:connect(function() see("first") end)
    list:connect(function(x) return x.y.z end)
    list:connect(function() error("bad", 0) end)
    list:connect(function() error({ code = 7 }) end)
    list:connect(function() see("last") end)
    list:fire({})
    return seen
end
function Probe.disconnected(name, with_self)
    local list, seen, see = new()
    list:connect(function() see("a") end)
    local cut = list:connect(function() see("b") end)
    list:connect(function() see("c") end)
    for _ = 1, 3 do
        if with_self then cut[name](cut) else cut[name]() end
    end
    list:fire()
    return seen, list.count
end
function Probe.twice()
    local list, seen, see = new()
    local function listener() see("x") end
    local first = list:connect(listener)
    list:connect(listener)
    list:fire()
    first:Disconnect()
    first:disconnect()
    list:fire()
    return seen
end
function Probe.during_a_fire()
    local list, seen, see = new()
    local second
    local first
    first = list:connect(function()
        see("first")
        first:Disconnect()
        second:Disconnect()
        list:connect(function() see("new") end)
    end)
    second = list:connect(function() see("second") end)
    list:connect(function() see("third") end)
    list:fire()
    see("-")
    list:fire()
    return seen, list.count
end
function Probe.nested()
    local list, seen, see = new()
    list:connect(function(depth)
        see("a" .. depth)
        if depth == 1 then
            list:connect(function(d) see("new" .. d) end)
            list:fire(2)
        end
    end)
    list:connect(function(depth) see("b" .. depth) end)
    list:fire(1)
    return seen
end
function Probe.cleared()
    local list, seen, see = new()
    local first = list:connect(function()
        see("first")
        list:clear()
    end)
    list:connect(function() see("second") end)
    list:fire()
    first:Disconnect()
    list:fire()
    list:connect(function() see("later") end)
    list:fire()
    return seen, list.count
end
function Probe.no_function(value)
    local list = new()
    list:connect(value)
end
function Probe.many()
    local list = Listeners.new(error)
    local calls = 0
    for _ = 1, 50 do
        local connections = {}
        for index = 1, 20 do
            connections[index] = list:connect(function() calls = calls + 1 end)
        end
        list:fire()
        for _, connection in ipairs(connections) do connection:Disconnect() end
    end
    return calls, list.count, #list.list
end
function Probe.waiting(fails)
    local list, seen, see = new()
    local threads = {}
    list:connect(function(x)
        threads[#threads + 1] = coroutine.running()
        see("begins " .. x)
        local answer = coroutine.yield()
        if fails then error("too " .. answer, 0) end
        see("ends " .. x .. " " .. answer)
    end)
    list:connect(see)
    list:fire("a")
    list:fire("b")
    see("-")
    for index = #threads, 1, -1 do coroutine.resume(threads[index], "late" .. index) end
    return seen
end
return Probe
"""


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("listeners", PROBE).results


def test_listeners_are_called_in_the_order_in_which_they_came(
    call: Callable[..., list[Any]],
) -> None:
    assert call("order") == [["1:a,2", "2:a,2", "3:a,2", "1:", "2:", "3:"], 3]


def test_a_listener_that_fails_is_reported_and_the_others_still_run(
    call: Callable[..., list[Any]],
) -> None:
    seen = call("failing")[0]
    # What number a table has is no matter.
    assert [re.sub(r"table: #\d+$", "table: #", text) for text in seen] == [
        "first",
        "warning: a listener of onParry failed: lua/probe/listeners.lua:21: "
        "attempt to index field 'y' (a nil value)",
        "warning: a listener of onParry failed: bad",
        "warning: a listener of onParry failed: table: #",
        "last",
    ]


@pytest.mark.parametrize("name", ["Disconnect", "disconnect"])
@pytest.mark.parametrize("with_self", [True, False])
def test_a_connection_can_be_cut_more_than_once_and_either_way(
    call: Callable[..., list[Any]], name: str, *, with_self: bool
) -> None:
    assert call("disconnected", name, with_self) == [["a", "c"], 2]


def test_the_same_function_connected_twice_is_two_listeners(
    call: Callable[..., list[Any]],
) -> None:
    assert call("twice")[0] == ["x", "x", "x"]


def test_a_listener_that_is_cut_is_not_called_any_more_and_a_new_one_from_the_next_fire(
    call: Callable[..., list[Any]],
) -> None:
    assert call("during_a_fire") == [["first", "third", "-", "third", "new"], 2]


def test_a_fire_inside_a_fire_reaches_the_new_one_and_the_outer_goes_on(
    call: Callable[..., list[Any]],
) -> None:
    assert call("nested")[0] == ["a1", "a2", "b2", "new2", "b1"]


def test_all_connections_can_be_cut_at_once(call: Callable[..., list[Any]]) -> None:
    assert call("cleared") == [["first", "later"], 1]


@pytest.mark.parametrize(("value", "kind"), [(None, "nil"), ("x", "string"), ({}, "table")])
def test_what_is_no_function_is_the_callers_mistake(
    call: Callable[..., list[Any]], value: Any, kind: str
) -> None:
    with pytest.raises(WorldError) as caught:
        call("no_function", value)
    assert f"a listener of onParry must be a function, got {kind}" in str(caught.value)


def test_listeners_that_left_are_not_kept(call: Callable[..., list[Any]]) -> None:
    assert call("many") == [1000, 0, 0]


def test_a_listener_that_waits_holds_nobody_up_and_goes_on_later(
    call: Callable[..., list[Any]],
) -> None:
    fired = ["begins a", "a", "begins b", "b", "-"]
    assert call("waiting", False)[0] == [*fired, "ends b late2", "ends a late1"]


def test_a_listener_that_fails_after_it_waited_is_reported_too(
    call: Callable[..., list[Any]],
) -> None:
    warning = "warning: a listener of onParry failed: too late"
    assert call("waiting", True)[0][5:] == [f"{warning}2", f"{warning}1"]
