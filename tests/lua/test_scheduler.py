"""The scheduler's promise: one plan, one order of callbacks, in every VM, and no garbage."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


# --- Order -------------------------------------------------------------------------------------


def test_time_comes_before_priority_and_priority_before_sequence(play: Callable[..., Any]) -> None:
    script = """
    scheduler:at(2, mark("c"), 0)
    scheduler:at(1, mark("b2"))
    scheduler:at(1, mark("b3"), 30)
    scheduler:at(1, mark("b4"), 999)
    scheduler:at(1, mark("b1"), 20)
    scheduler:at(0.5, mark("a"), 999)
    drain(2)
    return trace()
    """
    assert play(script) == "a b1 b2 b3 b4 c"


def test_zero_delays_run_first_in_first_out_in_the_same_drain(play: Callable[..., Any]) -> None:
    script = """
    scheduler:after(0, function()
        fired[#fired + 1] = "a"
        scheduler:after(0, mark("c"))
        scheduler:after(0, mark("b"), 10)
        scheduler:after(0, mark("d"))
    end)
    scheduler:after(0, mark("a2"))
    local dispatched = drain(0)
    return trace(), dispatched
    """
    assert play(script) == ("a b a2 c d", 5)


def test_50000_distinct_times_in_a_few_buckets_run_in_order(play: Callable[..., Any]) -> None:
    # Far more than a bucket holds cheaply, inserted before and while the bucket is open.
    times = [random.Random(5).random() * 0.01 for _ in range(50_000)]
    script = """
    local text = ...
    local seen = {}
    local function note(due) seen[#seen + 1] = due end
    for time in string.gmatch(text, "%S+") do
        time = tonumber(time)
        scheduler:at(time, function()
            if time < 0.005 then scheduler:at(time + 0.005, mark("late")) end
        end)
    end
    drain(0.001, math.huge, note)
    drain(1, math.huge, note)
    for index = 2, #seen do
        if seen[index] < seen[index - 1] then return index, "is early" end
    end
    return #seen, scheduler:depth()
    """
    early = sum(time < 0.005 for time in times)
    assert play(script, " ".join(map(repr, times))) == (50_000 + early, 0)


# --- Due times ---------------------------------------------------------------------------------


def test_after_counts_from_the_clock_also_in_a_late_callback(play: Callable[..., Any]) -> None:
    script = """
    local dues = {}
    scheduler:at(1, function() scheduler:after(0.5, mark("late")) end)
    local function note(due) dues[#dues + 1] = due end
    drain(3, math.huge, note)
    drain(3.25, math.huge, note)
    local before = trace()
    drain(3.5, math.huge, note)
    return before, trace(), dues[1], dues[2]
    """
    assert play(script) == ("", "late", 1, 3.5)


def test_at_a_past_time_is_due_now(play: Callable[..., Any]) -> None:
    script = """
    drain(2)
    scheduler:at(2, mark("now"))
    scheduler:at(-5, mark("past"))
    local dues = {}
    drain(2, math.huge, function(due) dues[#dues + 1] = due end)
    return trace(), dues[1], dues[2]
    """
    assert play(script) == ("now past", 2, 2)


def test_a_drain_allows_a_nanosecond_but_compares_before_exactly(play: Callable[..., Any]) -> None:
    script = """
    scheduler:at(0.2 + 0.1, mark("a"))
    scheduler:at(1 + 2e-9, mark("c"))
    scheduler:at(1, mark("b"))
    drain(0.3)
    local first = trace()
    drain(1, 1)
    local second = trace()
    drain(1, 1 + 1e-15)
    local third = trace()
    drain(1)
    return first, second, third, trace(), scheduler:depth()
    """
    assert play(script) == ("a", "a", "a b", "a b", 1)


def test_times_of_1e15_s_keep_their_order(play: Callable[..., Any]) -> None:
    script = """
    scheduler:at(1e15, mark("c"))
    scheduler:at(1e300, mark("e"))
    scheduler:at(1e15, mark("b"), 0)
    scheduler:at(1e13, mark("a"))
    scheduler:at(1e15 + 1, mark("d"))
    drain(1e14)
    local first = trace()
    scheduler:after(9e14, mark("c2"), 998)
    drain(2e15)
    local second = trace()
    scheduler:after(0, mark("now"))
    drain(2e300)
    return first, second, trace()
    """
    assert play(script) == ("a", "a b c c2 d", "a b c c2 d now e")


def test_a_far_step_of_the_clock_costs_no_walk_through_time(play: Callable[..., Any]) -> None:
    script = """
    for step = 1, 2000 do
        scheduler:after(1e9, mark("far"))
        clock.now = clock.now + 1e9
        drain(clock.now)
    end
    return #fired, scheduler:next_due()
    """
    assert play(script) == (2000, None)


# --- every -------------------------------------------------------------------------------------


def test_every_calls_at_products_of_its_period_never_at_sums(play: Callable[..., Any]) -> None:
    script = """
    drain(0.25)
    local dues = {}
    scheduler:every(0.1, function() end)
    for frame = 0, 240 * 100 do
        drain(0.25 + frame / 240, math.huge, function(due) dues[#dues + 1] = due end)
    end
    for index = 1, #dues do dues[index] = string.format("%.17g", dues[index]) end
    return table.concat(dues, " ")
    """
    dues = [float(text) for text in play(script).split()]
    assert dues == [0.25 + k * 0.1 for k in range(1, 1001)]
    total = 0.25
    sums = [total := total + 0.1 for _ in range(1000)]
    assert dues != sums


def test_the_next_call_of_an_every_has_its_number_before_the_callback_runs(
    play: Callable[..., Any],
) -> None:
    script = """
    scheduler:every(1, function()
        fired[#fired + 1] = "every@" .. clock.now
        scheduler:after(1, mark("one"))
    end)
    drain(1) drain(2) drain(3)
    return trace()
    """
    assert play(script) == "every@1 every@2 one every@3 one"


def test_a_late_every_makes_up_for_each_missed_call(play: Callable[..., Any]) -> None:
    script = """
    scheduler:every(0.5, mark("e"))
    scheduler:at(1, mark("one"))
    drain(2)
    return trace()
    """
    assert play(script) == "e one e e e"


def test_an_every_can_cancel_itself_in_its_callback(play: Callable[..., Any]) -> None:
    script = """
    local handle, answer
    handle = scheduler:every(1, function()
        fired[#fired + 1] = "e"
        if #fired == 2 then answer = scheduler:cancel(handle) end
    end)
    drain(9)
    return trace(), answer, scheduler:cancel(handle), scheduler:depth(), scheduler:one_shots()
    """
    assert play(script) == ("e e", True, False, 0, 0)


def test_dispatch_names_the_number_an_every_was_born_with(play: Callable[..., Any]) -> None:
    script = """
    local born = {}
    scheduler:after(1, mark("a"))
    scheduler:every(1, mark("e"))
    scheduler:after(2, mark("b"), 999)
    drain(2, math.huge, function(_, sequence) born[#born + 1] = sequence end)
    return trace(), table.concat(born, " "), scheduler.scheduled, scheduler:begin_drain()
    """
    # The three entries took 1 to 3, the two calls of the `every` 4 and 5.
    assert play(script) == ("a e e b", "1 2 2 3", 3, 6)


# --- Cancelling --------------------------------------------------------------------------------


def test_cancel_is_true_once_and_a_stale_handle_hurts_nobody(play: Callable[..., Any]) -> None:
    script = """
    local first = scheduler:after(1, mark("first"))
    local answers = { tostring(scheduler:cancel(first)), tostring(scheduler:cancel(first)) }
    drain(2)
    -- The slot of `first` is in use again.
    local second = scheduler:after(1, mark("second"))
    answers[3] = tostring(scheduler:cancel(first))
    drain(3)
    answers[4] = tostring(scheduler:cancel(second))
    return table.concat(answers, " "), trace(), type(first)
    """
    assert play(script) == ("true false false false", "second", "number")


@pytest.mark.parametrize("handle", ["0", "-1", "0.5", "4", "1e300", "1/0", "0/0", "2^53", "-2^60"])
def test_a_number_that_is_no_handle_cancels_nothing(play: Callable[..., Any], handle: str) -> None:
    script = f"scheduler:after(1, mark('a')) return scheduler:cancel({handle}), scheduler:depth()"
    assert play(script) == (False, 1)


def test_cancelled_entries_do_not_pile_up(play: Callable[..., Any]) -> None:
    # A time-out that is set and withdrawn in every frame: 300,000 of them are never due.
    script = """
    local keep = scheduler:after(1e6, mark("kept"))
    for index = 1, 20000 do scheduler:cancel(scheduler:after(1000, print)) end
    collectgarbage()
    local before = collectgarbage("count")
    for index = 1, 300000 do scheduler:cancel(scheduler:after(1000, print)) end
    collectgarbage()
    local grown_kb = collectgarbage("count") - before
    drain(2e6)
    return grown_kb, trace()
    """
    grown_kb, trace = play(script)
    assert grown_kb < 64
    assert trace == "kept"


def test_a_sweep_changes_neither_order_nor_handles(play: Callable[..., Any]) -> None:
    script = """
    local drop, kept = {}, {}
    for index = 1, 20000 do
        local time = (index * 7919 % 20000) / 1000
        local list = index % 5 == 0 and kept or drop
        list[#list + 1] = scheduler:at(time, mark(time))
    end
    for index = 1, #drop do assert(scheduler:cancel(drop[index])) end
    assert(scheduler:cancel(kept[1]) and not scheduler:cancel(drop[1]))
    drain(30)
    for index = 2, #fired do
        if fired[index] <= fired[index - 1] then return index, "is early" end
    end
    return #fired, scheduler:depth()
    """
    assert play(script) == (3999, 0)


def test_a_callback_may_cancel_thousands_in_the_middle_of_a_drain(play: Callable[..., Any]) -> None:
    script = """
    local drop = {}
    scheduler:at(1, function()
        fired[#fired + 1] = "cut"
        for index = 1, #drop do assert(scheduler:cancel(drop[index])) end
        scheduler:after(0, mark("zero"))
    end)
    for index = 1, 3000 do
        drop[#drop + 1] = scheduler:at(1, mark("same"))
        drop[#drop + 1] = scheduler:at(1 + index / 1e4, mark("soon"))
        drop[#drop + 1] = scheduler:at(100 + index, mark("far"))
    end
    scheduler:at(1, mark("a"), 31)
    scheduler:at(1.1, mark("b"))
    scheduler:at(500, mark("c"))
    drain(1) drain(2) drain(1e4)
    return trace(), scheduler:depth()
    """
    assert play(script) == ("cut zero a b c", 0)


# --- Re-entrancy and errors ----------------------------------------------------------------------


def test_a_callback_may_drain_again(play: Callable[..., Any]) -> None:
    script = """
    local inner
    scheduler:at(1, function()
        fired[#fired + 1] = "outer"
        inner = drain(3)
    end)
    scheduler:at(2, mark("b"))
    scheduler:at(3, mark("c"))
    scheduler:at(4, mark("d"))
    local outer = drain(1)
    return trace(), outer, inner, scheduler:depth()
    """
    assert play(script) == ("outer b c", 1, 2, 1)


def test_clear_in_a_callback_cancels_everything_and_scheduling_goes_on(
    play: Callable[..., Any],
) -> None:
    script = """
    local every = scheduler:every(1, function()
        scheduler:clear()
        scheduler:after(0, mark("new"))
    end)
    local other = scheduler:after(1, mark("other"))
    scheduler:after(0.5, mark("half"))
    local dispatched = drain(5)
    local stale = tostring(scheduler:cancel(every)) .. " " .. tostring(scheduler:cancel(other))
    return trace(), dispatched, stale, scheduler:depth(), scheduler:one_shots()
    """
    assert play(script) == ("half new", 3, "false false", 0, 0)


def test_after_clear_the_clock_may_go_back(play: Callable[..., Any]) -> None:
    script = """
    scheduler:after(100, mark("old"))
    drain(50)
    scheduler:clear()
    clock.now = 1
    scheduler:after(1, mark("b"))
    scheduler:at(1.5, mark("a"))
    drain(1.75)
    local first = trace()
    drain(2)
    return first, trace()
    """
    assert play(script) == ("a", "a b")


def test_an_error_in_a_callback_passes_through_and_the_rest_still_runs(
    play: Callable[..., Any],
) -> None:
    script = """
    scheduler:at(1, mark("a"))
    scheduler:at(1, function() error({ code = 7 }) end)
    scheduler:every(1, function() error("again", 0) end)
    scheduler:at(1, mark("b"))
    local _, first = pcall(drain, 1)
    local _, second = pcall(drain, 1)
    drain(1.5)
    return first.code, second, trace(), scheduler:depth(), scheduler:next_due()
    """
    assert play(script) == (7, "again", "a b", 1, 2)


def test_a_queue_that_never_settles_is_an_error_not_a_hang(play: Callable[..., Any]) -> None:
    script = """
    local function loop() fired[1] = (fired[1] or 0) + 1; scheduler:after(0, loop) end
    scheduler:after(0, loop)
    scheduler:begin_drain()
    local is_ok, message = pcall(drain, 0)
    local ran, depth = fired[1], scheduler:depth()
    local _, again = pcall(drain, 0)
    scheduler:begin_drain()
    pcall(drain, 0)
    return is_ok, message, ran, depth, again, fired[1]
    """
    text = "queue does not settle"
    assert play(script) == (False, text, 100_000, 1, text, 200_000)


def test_exactly_max_drain_callbacks_settle(play: Callable[..., Any]) -> None:
    script = """
    for index = 1, Scheduler.MAX_DRAIN do scheduler:after(index / 1e6, function() end) end
    scheduler:begin_drain()
    local dispatched = drain(0.05) + drain(0.1)
    return dispatched, scheduler:begin_drain()
    """
    assert play(script) == (100_000, 100_001)


# --- What the queue tells about itself -----------------------------------------------------------


def test_questions_count_live_entries_alone(play: Callable[..., Any]) -> None:
    script = """
    local dead = scheduler:after(0, mark("dead"))
    scheduler:every(2, mark("e"))
    scheduler:after(1, mark("a"))
    scheduler:after(1 + 5e-10, mark("b"))
    scheduler:after(60, mark("far"))
    scheduler:cancel(dead)
    return scheduler:depth(), scheduler:one_shots(), scheduler:due_count(1), scheduler:next_due(),
        scheduler.scheduled
    """
    assert play(script) == (4, 3, 2, 1, 5)


@pytest.mark.parametrize("delay", ["0", "0.001", "1", "100", "1e12"])
def test_next_due_finds_the_earliest_live_entry_wherever_it_waits(
    play: Callable[..., Any], delay: str
) -> None:
    script = f"""
    local drop = {{}}
    for index = 1, 50 do drop[index] = scheduler:after({delay} * index / 50, mark("x")) end
    scheduler:after({delay}, mark("kept"))
    for index = 1, 50 do scheduler:cancel(drop[index]) end
    local due = scheduler:next_due()
    drain({delay})
    return due, trace(), scheduler:next_due()
    """
    assert play(script) == (float(delay), "kept", None)


def test_pending_lists_due_priority_and_period_in_queue_order(play: Callable[..., Any]) -> None:
    script = """
    scheduler:after(1, mark("a"))
    scheduler:every(0.5, mark("e"))
    scheduler:after(1, mark("b"), 5)
    scheduler:cancel(scheduler:after(0.25, mark("dead")))
    local rows = {}
    for _, row in ipairs(scheduler:pending()) do
        rows[#rows + 1] = row[1] .. "/" .. row[2] .. "/" .. tostring(row[3])
    end
    return table.concat(rows, " ")
    """
    assert play(script) == "0.5/30/0.5 1/5/false 1/30/false"
