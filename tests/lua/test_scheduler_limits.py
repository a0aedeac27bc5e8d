"""What the scheduler refuses, and that no event leaves garbage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lupa.luajit21 import LuaError

if TYPE_CHECKING:
    from collections.abc import Callable

# --- Mistakes of the caller ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("after(-1, print)", "after: the delay must be a finite number >= 0, got -1"),
        ("after(1/0, print)", "after: the delay must be a finite number >= 0, got inf"),
        ("after(0/0, print)", "after: the delay must be a finite number >= 0, got nan"),
        ("after('1', print)", "after: the delay must be a finite number >= 0, got a string"),
        ("after(1, {})", "after: the callback must be a function, got a table"),
        ("after(1)", "after: the callback must be a function, got a nil"),
        ("after(1, print, -1)", "after: the priority must be a whole number from 0 to 999, got -1"),
        ("at(-1/0, print)", "at: the time must be a finite number, got -inf"),
        ("at(0/0, print)", "at: the time must be a finite number, got nan"),
        ("at(nil, print)", "at: the time must be a finite number, got a nil"),
        ("at(1, 1)", "at: the callback must be a function, got 1"),
        ("at(1, print, 1000)", "at: the priority must be a whole number from 0 to 999, got 1000"),
        ("at(1, print, 2.5)", "at: the priority must be a whole number from 0 to 999, got 2.5"),
        (
            "at(1, print, '5')",
            "at: the priority must be a whole number from 0 to 999, got a string",
        ),
        ("every(0, print)", "every: the period must be a finite number > 0, got 0"),
        ("every(-1, print)", "every: the period must be a finite number > 0, got -1"),
        ("every(1/0, print)", "every: the period must be a finite number > 0, got inf"),
        ("every(1, nil)", "every: the callback must be a function, got a nil"),
        ("cancel(nil)", "cancel: a handle is a number, got a nil"),
        ("cancel(print)", "cancel: a handle is a number, got a function"),
    ],
)
def test_a_mistake_names_the_line_of_the_caller(
    play: Callable[..., Any], call: str, message: str
) -> None:
    # Behind the tail call of a facade the caller is still the line that counts.
    script = f"""
    local facade = function() return scheduler:{call} end
    facade()
    """
    with pytest.raises(LuaError) as caught:
        play(script)
    assert str(caught.value).splitlines()[0] == f"test.lua:3: {message}"


def test_nan_message_does_not_depend_on_its_sign(play: Callable[..., Any]) -> None:
    script = "return select(2, pcall(scheduler.after, scheduler, -(0/0), print))"
    assert play(script) == "after: the delay must be a finite number >= 0, got nan"


def test_a_sum_beyond_all_numbers_is_refused(play: Callable[..., Any]) -> None:
    script = "clock.now = 1e308 return select(2, pcall(scheduler.after, scheduler, 1.7e308, print))"
    assert play(script) == "after: the delay must be a finite number >= 0, got 1.7e+308"


def test_a_mistake_leaves_the_queue_as_it_was(play: Callable[..., Any]) -> None:
    script = """
    scheduler:after(1, mark("a"))
    pcall(scheduler.after, scheduler, 1, nil)
    pcall(scheduler.at, scheduler, 1, print, 5000)
    pcall(scheduler.every, scheduler, 0, print)
    local depth, scheduled = scheduler:depth(), scheduler.scheduled
    drain(1)
    return depth, scheduled, scheduler:begin_drain(), trace()
    """
    assert play(script) == (1, 1, 2, "a")


# --- Garbage -----------------------------------------------------------------------------------

# 1,000 objects that re-arm at random, zero, grid and far delays, with an `every` and cancels.
GARBAGE = """
local warm, measured = ...
local state = 1
local function draw(n) state = state * 16807 % 2147483647; return state % n end
local timeout = scheduler:after(3, print)
local function again()
    local kind = draw(20)
    if kind == 0 then
        scheduler:after(0, again)
    elseif kind < 10 then
        scheduler:at((math.floor(clock.now * 240) + 1) / 240, again, 10)
    elseif kind == 10 then
        scheduler:cancel(timeout)
        timeout = scheduler:after(3, print)
        scheduler:after(20 * draw(1000) / 1000, again)
    else
        scheduler:after(2 * draw(1000) / 1000, again)
    end
end
for _ = 1, 1000 do scheduler:after(2 * draw(1000) / 1000, again) end
scheduler:every(1 / 60, function() end)
local function on_dispatch() end
local function frames(count)
    local dispatched = 0
    for _ = 1, count do
        clock.now = clock.now + 1 / 240
        scheduler:begin_drain()
        dispatched = dispatched + scheduler:drain(clock.now, math.huge, on_dispatch)
        scheduler:next_due()
    end
    return dispatched
end
frames(warm)
collectgarbage() collectgarbage("stop")
frames(1) -- A collection shrinks the Lua stack; this brings it back.
local before = collectgarbage("count")
local dispatched = frames(measured)
return dispatched, (collectgarbage("count") - before) * 1024
"""


def test_no_event_leaves_garbage(play: Callable[..., Any]) -> None:
    # Without the compiler, whose traces live on the same heap, the count is exact.
    dispatched, left_bytes = play(f"jit.off() {GARBAGE}", 3000, 3000)
    assert dispatched > 10_000
    assert left_bytes == 0


def test_compiled_events_leave_no_garbage(play: Callable[..., Any]) -> None:
    # What is left is the compiler's own traces; the smallest Lua object has 16 bytes.
    dispatched, left_bytes = play(GARBAGE, 20_000, 40_000)
    assert dispatched > 150_000
    assert left_bytes / dispatched < 2
