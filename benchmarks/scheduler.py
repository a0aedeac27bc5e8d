"""The event queue beside SimPy and heapq: the same events at the same times in all three.

`hold` takes the earliest of many entries and adds one after a random delay. `grid` has objects that
are all due in each frame.

SimPy is driven in its leanest form, a callback on each timeout: a generator per object would cost
it up to half of its speed. All delays are drawn beforehand. Each contender counts its events and
sums up their times; figures are taken only when all agree.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count, cycle
from typing import Any, NamedTuple

from lupa.luajit21 import LuaRuntime

from benchmarks.report import NotMeasuredError, Row
from engine_harness.vm.loader import harness_texts

__all__ = ["rows"]

FRAME_S = 1 / 240
DELAY_S_MAX = 2.0
DELAYS = 100_003

# The modules of the host as the product loads them: from texts, uninstrumented.
LOAD = """
local read = ...
local load, library = load, require
local env = setmetatable({ table_new = library("table.new") }, { __index = _G })
local loaded = {}
function env.require(name)
    if not loaded[name] then
        loaded[name] = assert(load(read(name), "=" .. name, "t", env))(name)
    end
    return loaded[name]
end
return function(text) return assert(load(text, "=benchmark", "t", env))() end
"""

# Returns `advance(until_s, slice_s)`, which plays all events before `until_s` and returns how many
# there were so far and the sum of their times. A slice keeps below the limit of one drain.
PLAY = """
local Scheduler = require("harness.scheduler")
local clock = { now = 0 }
local scheduler = Scheduler.new(clock, 1)
local events, sum_s = 0, 0
local start = 0
local function advance(until_s, slice_s, on_dispatch)
    while start < until_s do
        start = math.min(start + slice_s, until_s)
        scheduler:begin_drain()
        scheduler:drain(start, until_s, on_dispatch)
    end
    return events, sum_s
end
"""

HOLD = """
return function(pending, text)
    local delays, place = {}, 0
    for delay in string.gmatch(text, "%S+") do delays[#delays + 1] = tonumber(delay) end
    local last = #delays
    local again
    local function arm()
        place = place == last and 1 or place + 1
        scheduler:after(delays[place], again)
    end
    function again()
        events, sum_s = events + 1, sum_s + clock.now
        arm()
    end
    for _ = 1, pending do arm() end
    local function to_due(due_s) clock.now = due_s end
    return function(until_s, slice_s) return advance(until_s, slice_s, to_due) end
end
"""

# The clock goes from frame to frame, as in a run; every object has a callback of its own.
GRID = """
return function(objects)
    local frame, frame_s = 0, 1 / 240
    for _ = 1, objects do
        local function again()
            events = events + 1
            scheduler:after(frame_s, again)
        end
        scheduler:after(0, again)
    end
    return function(until_s)
        while frame / 240 < until_s do
            clock.now = frame / 240
            scheduler:begin_drain()
            scheduler:drain(clock.now, until_s)
            frame = frame + 1
        end
        return events, 0
    end
end
"""

Advance = Callable[[float], tuple[int, float]]
"""Plays all events before a time; returns their number and the sum of their times so far."""


class Speed(NamedTuple):
    """What one contender did in the measured span."""

    events: int
    sum_s: float
    seconds: float


def _lua(text: str, *arguments: Any) -> Any:
    runtime = LuaRuntime(
        encoding="latin-1",
        register_eval=False,
        register_builtins=False,
        unpack_returned_tuples=True,
    )
    texts = {
        name: module.encode("utf-8").decode("latin-1") for name, module in harness_texts().items()
    }
    return runtime.execute(LOAD, texts.get)(PLAY + text)(*arguments)


def _hold_lua(pending: int, delays: list[float]) -> Advance:
    advance = _lua(HOLD, pending, " ".join(map(repr, delays)))
    slice_s = 20_000 / pending
    return lambda until_s: advance(until_s, slice_s)


def _hold_simpy(pending: int, delays: list[float]) -> Advance:
    env = _simpy().Environment()
    timeout, draw = env.timeout, cycle(delays).__next__
    events, sum_s = 0, 0.0

    def again(_event: object) -> None:
        nonlocal events, sum_s
        events += 1
        sum_s += env.now
        timeout(draw()).callbacks.append(again)

    for _ in range(pending):
        timeout(draw()).callbacks.append(again)

    def advance(until_s: float) -> tuple[int, float]:
        env.run(until=until_s)
        return events, sum_s

    return advance


def _hold_heapq(pending: int, delays: list[float]) -> Advance:
    draw, number = cycle(delays).__next__, count().__next__
    events, now, sum_s = 0, 0.0, 0.0
    queue: list[tuple[float, int, Callable[[], None]]] = []

    def again() -> None:
        nonlocal events, sum_s
        events += 1
        sum_s += now
        heappush(queue, (now + draw(), number(), again))

    for _ in range(pending):
        heappush(queue, (draw(), number(), again))

    def advance(until_s: float) -> tuple[int, float]:
        nonlocal now
        while queue[0][0] < until_s:
            now, _, call = heappop(queue)
            call()
        return events, sum_s

    return advance


def _grid_lua(objects: int, _delays: list[float]) -> Advance:
    advance: Advance = _lua(GRID, objects)
    return advance


def _grid_simpy(objects: int, _delays: list[float]) -> Advance:
    env = _simpy().Environment()
    timeout = env.timeout
    events = 0

    def add_object() -> None:
        def again(_event: object) -> None:
            nonlocal events
            events += 1
            timeout(FRAME_S).callbacks.append(again)

        timeout(0).callbacks.append(again)

    for _ in range(objects):
        add_object()

    def advance(until_s: float) -> tuple[int, float]:
        env.run(until=until_s)
        return events, 0.0

    return advance


def _grid_heapq(objects: int, _delays: list[float]) -> Advance:
    number = count().__next__
    events, now = 0, 0.0
    queue: list[tuple[float, int, Callable[[], None]]] = []

    def add_object() -> None:
        def again() -> None:
            nonlocal events
            events += 1
            heappush(queue, (now + FRAME_S, number(), again))

        heappush(queue, (0.0, number(), again))

    for _ in range(objects):
        add_object()

    def advance(until_s: float) -> tuple[int, float]:
        nonlocal now
        while queue[0][0] < until_s:
            now, _, call = heappop(queue)
            call()
        return events, 0.0

    return advance


def _simpy() -> Any:
    try:
        import simpy
    except ImportError as error:
        msg = "SimPy is not installed; it is in the extra `bench`: pip install -e '.[bench]'"
        raise NotMeasuredError(msg) from error
    return simpy


def _measure(advance: Advance, warm_until_s: float, until_s: float) -> Speed:
    warm_events, _ = advance(warm_until_s)
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        events, sum_s = advance(until_s)
        seconds = time.process_time() - start
    finally:
        gc.enable()
    return Speed(int(events) - int(warm_events), sum_s, seconds)


Contender = Callable[[int, list[float]], Advance]


def _compare(
    contenders: Mapping[str, Contender], pending: int, span_s: tuple[float, float], repeats: int
) -> dict[str, float]:
    """Return the best rate of each contender in million events per second."""
    rng = random.Random(1)
    delays = [DELAY_S_MAX * rng.random() for _ in range(DELAYS)]
    best = dict.fromkeys(contenders, 0.0)
    done: set[tuple[int, float]] = set()
    # In turns: whatever slows the machine down for a while slows all of them.
    for _ in range(repeats):
        for name, contender in contenders.items():
            speed = _measure(contender(pending, delays), *span_s)
            done.add((speed.events, speed.sum_s))
            best[name] = max(best[name], speed.events / speed.seconds / 1e6)
    assert len(done) == 1, f"the contenders did not play the same events: {sorted(done)}"
    return best


def _row(name: str, what: str, target: float, best: dict[str, float]) -> Row:
    return Row(
        name=name,
        what=f"{what}: {best['scheduler']:.1f} M/s (SimPy {best['simpy']:.1f}, "
        f"heapq {best['heapq']:.1f})",
        figure=best["scheduler"] / best["simpy"],
        unit="x SimPy",
        target=target,
        details={f"{contender}_mega_events_per_s": rate for contender, rate in best.items()},
    )


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    repeats = 1 if is_quick else 3
    warm, measured = (10_000, 50_000) if is_quick else (100_000, 200_000)
    hold = {"scheduler": _hold_lua, "simpy": _hold_simpy, "heapq": _hold_heapq}
    for pending in (100, 5_000, 100_000):
        # The mean delay is one second, so `pending` events are due in each.
        span_s = (warm / pending, (warm + measured) / pending)
        best = _compare(hold, pending, span_s, repeats)
        yield _row(f"scheduler.hold.{pending}", f"{pending:,} pending", 8, best)
    grid = {"scheduler": _grid_lua, "simpy": _grid_simpy, "heapq": _grid_heapq}
    objects = 5_000
    # Half a frame behind the last one, so that rounding decides nothing.
    frames = (20.5, 20.5 + measured // objects)
    best = _compare(grid, objects, (frames[0] / 240, frames[1] / 240), repeats)
    yield _row("scheduler.grid.5000", "5,000 per frame", 20, best)
