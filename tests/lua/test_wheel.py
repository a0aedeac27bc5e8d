"""The parts below the scheduler: the sort of a bucket, the heap, the wheel with its four places."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import HostModules

Row = tuple[float, int]

# Times come as text; keys are the places in it, so that equal times keep their order.
ENTRIES = """
local Entries = require("harness.entries")
local function read(text, entries)
    local count = 0
    for time in string.gmatch(text, "%S+") do
        count = count + 1
        local slot = Entries.STEP * count
        entries[slot], entries[slot + Entries.KEY] = tonumber(time), count
        entries[slot + Entries.NEXT], entries[slot + Entries.CALL] = 0, print
    end
    return count
end
local function places(slots)
    for index = 1, #slots do slots[index] = slots[index] / Entries.STEP end
    return table.concat(slots, " ")
end
"""


def times_of(seed: int, count: int, distinct: int) -> list[float]:
    chance = random.Random(seed)
    return [chance.randrange(distinct) / 960 for _ in range(count)]


def ordered(times: list[float]) -> list[int]:
    return sorted(range(1, len(times) + 1), key=lambda place: (times[place - 1], place))


def text_of(times: list[float]) -> str:
    return " ".join(map(repr, times))


@pytest.mark.parametrize("distinct", [1, 7, 100_000])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 16, 17, 63, 64, 65, 1000])
def test_a_bucket_is_sorted_from_late_to_early(
    host_modules: HostModules, count: int, distinct: int
) -> None:
    script = """
    local entries, slots, scratch = { 0, 0, 0 }, {}, {}
    local count = read(..., entries)
    for index = 1, count do slots[index], scratch[index] = Entries.STEP * index, 0 end
    return places((require("harness.slot_sort").sort(entries, slots, scratch, count)))
    """
    times = times_of(count, count, distinct)
    result = host_modules.run(ENTRIES + script, text_of(times))
    assert [int(place) for place in result.split()] == ordered(times)[::-1]


@pytest.mark.parametrize("distinct", [1, 7, 100_000])
def test_a_heap_gives_entries_back_in_order(host_modules: HostModules, distinct: int) -> None:
    script = """
    local entries, slots = { 0, 0, 0 }, {}
    local count = read(..., entries)
    local heap = require("harness.heap").new(entries)
    heap:reserve(count)
    local function push(index)
        heap:push(entries[Entries.STEP * index], index, Entries.STEP * index)
    end
    for index = 1, count do push(index) end
    -- Take a third out and put it back.
    for index = 1, count / 3 do slots[index] = heap:pop() end
    for index = 1, #slots do push(slots[index] / Entries.STEP) end
    for index = 1, count do slots[index] = heap:pop() end
    return places(slots), heap.count, heap:earliest()
    """
    times = times_of(3, 700, distinct)
    result, count, earliest = host_modules.run(ENTRIES + script, text_of(times))
    assert [int(place) for place in result.split()] == ordered(times)
    assert (count, earliest) == (0, float("inf"))


# Buckets are 1/480 s wide, the wheel reaches 4096 of them.
WHEEL = (
    ENTRIES
    + """
local entries_text, now = ...
local wheel = require("harness.wheel").new()
local known = { 0, 0, 0 }
local count = read(entries_text, known)
wheel:reserve(count)
local function push(index, at)
    local slot = Entries.STEP * index
    wheel.entries[slot + Entries.CALL] = print
    wheel:push(slot, known[slot], index, at or now)
end
local function take_all(limit, before)
    local slots = {}
    repeat
        local slot = wheel:take(limit, before or math.huge)
        if slot > 0 then slots[#slots + 1] = slot end
    until slot == 0
    return places(slots)
end
"""
)


@pytest.mark.parametrize(
    ("case", "times"),
    [
        ("one bucket", [0.0001, 0.0002, 0.00005, 0.0001]),
        ("the edge of the wheel", [4095 / 480, 4096 / 480, 4097 / 480, 4094.999 / 480, 8.6]),
        ("one place of the wheel, three turns", [3 * 4096 / 480, 0.0, 4096 / 480, 2 * 4096 / 480]),
        ("beyond exact bucket numbers", [1e15, 9.4e12, 1e15 + 1, 1e17, 9.3e12, 1.7e308]),
        ("now", [0.0, 0.0, 0.001, 0.0]),
    ],
)
def test_the_wheel_keeps_order_across(
    host_modules: HostModules, case: str, times: list[float]
) -> None:
    assert case
    script = "for index = 1, count do push(index) end return take_all(1.7e308)"
    result = host_modules.run(WHEEL + script, text_of(times), 0)
    assert [int(place) for place in result.split()] == ordered(times)


def test_a_limit_is_included_and_before_is_not(host_modules: HostModules) -> None:
    script = """
    for index = 1, count do push(index) end
    return take_all(0.5), take_all(1), take_all(9, 2), take_all(9, 2.5)
    """
    result = host_modules.run(WHEEL + script, "2 1 0.5 0.25", 0)
    assert result == ("4 3", "2", "", "1")


def test_a_crowd_in_the_open_bucket_goes_to_the_heap(host_modules: HostModules) -> None:
    # Rising times would each walk past all earlier ones: quadratic in the size of the crowd.
    times = [1 + place / 1e7 for place in range(5000)]
    script = """
    wheel:empty(1)
    wheel:take(1, math.huge)
    for index = 1, count do push(index, 0) end
    return wheel.open_count, wheel.heap.count, take_all(2)
    """
    open_count, heap_count, result = host_modules.run(WHEEL + script, text_of(times), 0)
    assert (open_count, heap_count) == (25, 4975)
    assert [int(place) for place in result.split()] == ordered(times)


def test_what_is_pushed_in_order_is_never_sorted(host_modules: HostModules) -> None:
    # The arrays change places in a sort of more than one run, so they tell whether one took place.
    script = """
    local open = wheel.open
    for index = 1, count do push(index) end
    local taken = take_all(1)
    return taken, wheel.open == open
    """
    times = [0.5] * 12 + [0.5001] * 4
    result, is_unsorted = host_modules.run(WHEEL + script, text_of(times), 0)
    assert result == " ".join(str(place) for place in range(1, 17))
    assert is_unsorted
