"""Listeners are told once all is done, in the order in which things happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

# `says(text)` is something to tell; what is seen is in the order in which it was told.
PROBE = """
local Announcements = require("worlds.autoparry.controller.announcements")
local Listeners = require("worlds.autoparry.controller.listeners")
local Probe = {}
local function new()
    local seen = {}
    local function see(text) seen[#seen + 1] = text end
    local function warn(text) see("warning: " .. text) end
    local function says(text) return function() see(text) end end
    return Announcements.new(warn), see, says, seen, warn
end
function Probe.at_once()
    local all, see, says, seen = new()
    all:after(says("a"))
    see("-")
    all:after(says("b"))
    return seen
end
function Probe.held()
    local all, see, says, seen = new()
    all:hold()
    all:after(says("a"))
    all:hold()
    all:after(says("b"))
    all:release()
    all:after(says("c"))
    see("-")
    all:release()
    see("-")
    all:hold()
    all:release()
    all:after(says("d"))
    return seen
end
-- While it is told of "a", a listener calls AutoParry, which does two things.
function Probe.caused(is_held)
    local all, see, says, seen = new()
    if is_held then all:hold() end
    all:after(function()
        see("a")
        all:hold()
        all:after(says("c"))
        see("doing")
        all:release()
        all:after(function()
            see("d")
            all:after(says("e"))
        end)
        see("done")
    end)
    if is_held then
        all:after(says("b"))
        see("-")
        all:release()
    end
    return seen
end
function Probe.listeners()
    local all, see, _, seen, warn = new()
    local list = Listeners.new(warn, "onParry")
    all:tell(list, "nobody", 0)
    local first = list:connect(function(...) see("first " .. table.concat({ ... }, " ")) end)
    list:connect(function(...) see("second " .. table.concat({ ... }, " ")) end)
    all:hold()
    all:tell(list, "x", 1)
    first:Disconnect()
    -- Whoever comes before it is told hears of it.
    list:connect(function(...) see("third " .. table.concat({ ... }, " ")) end)
    all:tell(list, "y", 2)
    list:connect(function() error("bad", 0) end)
    all:release()
    return seen
end
-- A listener that waits for ever, and one that hears what comes later.
function Probe.waiting()
    local all, see, says, seen, warn = new()
    local list = Listeners.new(warn, "onParry")
    list:connect(function()
        see("waits")
        coroutine.yield()
    end)
    all:tell(list)
    all:after(says("later"))
    return seen
end
-- So much happens while nobody is told; the last call of a listener causes some more, and an end.
function Probe.many(count, more)
    local all, see, says, seen, warn = new()
    local list = Listeners.new(warn, "onTelemetry")
    local calls = 0
    list:connect(function(number)
        calls = calls + 1
        if number == count then
            for _ = 1, more do all:tell(list, 0) end
            all:after(says("end"))
        end
    end)
    all:hold()
    for number = 1, count do all:tell(list, number) end
    all:release()
    local first = calls
    all:tell(list, 0)
    return first, calls - first, seen
end
-- Each call causes the next one.
function Probe.endless()
    local all, _, says, seen, warn = new()
    local list = Listeners.new(warn, "onTelemetry")
    local calls = 0
    list:connect(function()
        calls = calls + 1
        all:tell(list)
    end)
    all:tell(list)
    all:after(says("told again"))
    return calls, seen
end
return Probe
"""
WARNING = (
    "warning: listeners of AutoParry cause more than 1000 calls of listeners at once; "
    "the rest is not told"
)


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("announcements", PROBE).results


def test_what_happens_while_nothing_is_done_is_told_at_once(
    call: Callable[..., list[Any]],
) -> None:
    assert call("at_once") == [["a", "-", "b"]]


def test_nobody_is_told_before_the_last_release(call: Callable[..., list[Any]]) -> None:
    assert call("held") == [["-", "a", "b", "c", "-", "d"]]


def test_what_listeners_cause_is_told_after_all_that_waits(
    call: Callable[..., list[Any]],
) -> None:
    caused = ["a", "doing", "done"]
    assert call("caused", False) == [[*caused, "c", "d", "e"]]
    assert call("caused", True) == [["-", *caused, "b", "c", "d", "e"]]


def test_those_are_told_who_listen_by_then(call: Callable[..., list[Any]]) -> None:
    failed = "warning: a listener of onParry failed: bad"
    assert call("listeners") == [
        ["second x 1", "third x 1", failed, "second y 2", "third y 2", failed]
    ]


def test_a_listener_that_waits_does_not_stop_what_is_told_later(
    call: Callable[..., list[Any]],
) -> None:
    assert call("waiting") == [["waits", "later"]]


@pytest.mark.parametrize("count", [1, 1001, 5000])
@pytest.mark.parametrize("more", [0, 999, 1000, 1001, 3000])
def test_listeners_cause_at_most_1000_calls_and_what_they_did_not_cause_is_all_told(
    call: Callable[..., list[Any]], count: int, more: int
) -> None:
    warnings = [WARNING] if more > 1000 else []
    # What has to be done at the end is done, and the next time the count begins again.
    assert call("many", count, more) == [count + min(more, 1000), 1, [*warnings, "end"]]


def test_calls_that_cause_each_other_without_end_are_cut_off_with_one_warning(
    call: Callable[..., list[Any]],
) -> None:
    assert call("endless") == [1001, [WARNING, "told again"]]
