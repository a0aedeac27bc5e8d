"""The scheduler plays random games exactly as a sorted list does: slow, obvious, the judge."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import HostModules

GAME = (Path(__file__).parent / "scheduler_game.lua").read_text("utf-8")
FIRST_SEQUENCE = 7
PRIORITIES = (0, 10, 20, 30, 999)


@dataclass
class Entry:
    due_s: float
    priority: int
    sequence: int
    born: int
    call: Callable[[], None]
    start_s: float
    period_s: float
    calls: int = 1

    def key(self) -> tuple[float, int, int]:
        return (self.due_s, self.priority, self.sequence)


class Model:
    """What the scheduler promises, without any thought of speed."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sequence = FIRST_SEQUENCE
        self.scheduled = 0
        self.queue: list[tuple[float, int, int]] = []
        self.by_sequence: dict[int, Entry] = {}
        self.live: dict[int, Entry] = {}

    def _insert(self, entry: Entry) -> None:
        insort(self.queue, entry.key())
        self.by_sequence[entry.sequence] = entry
        self.sequence += 1

    def _remove(self, entry: Entry) -> None:
        self.queue.remove(entry.key())
        del self.by_sequence[entry.sequence]

    def add(
        self, due_s: float, call: Callable[[], None], priority: int = 30, period_s: float = 0.0
    ) -> int:
        born = self.sequence
        entry = Entry(max(due_s, self.now), priority, born, born, call, self.now, period_s)
        self._insert(entry)
        self.live[born] = entry
        self.scheduled += 1
        return born

    def cancel(self, born: int) -> bool:
        entry = self.live.pop(born, None)
        if entry is None:
            return False
        self._remove(entry)
        return True

    def clear(self) -> None:
        self.queue.clear()
        self.by_sequence.clear()
        self.live.clear()

    def drain(self, before_s: float, on_dispatch: Callable[[float, int], None]) -> int:
        limit = self.now + 1e-9
        dispatched = 0
        while self.queue and self.queue[0][0] <= limit and self.queue[0][0] < before_s:
            due_s, _, sequence = self.queue[0]
            entry = self.by_sequence[sequence]
            self._remove(entry)
            if entry.period_s:
                entry.calls += 1
                entry.due_s = entry.start_s + entry.calls * entry.period_s
                entry.sequence = self.sequence
                self._insert(entry)
            else:
                del self.live[entry.born]
            dispatched += 1
            on_dispatch(due_s, entry.born)
            entry.call()
        return dispatched


class FaultError(Exception):
    """Raised by a callback of the game."""


class Game:
    """The twin of `scheduler_game.lua`: the same draws, in the same order, on the model."""

    def __init__(self, seed: int, rounds: int, burst_max: int) -> None:
        self.state, self.rounds, self.burst_max = seed, rounds, burst_max
        self.model = Model()
        self.log: list[str] = []
        self.handles: list[int] = []
        self.entries_left = 30 * rounds
        self.depth = 0

    def draw(self, n: int) -> int:
        self.state = self.state * 16807 % 2147483647
        return self.state % n

    def unit(self) -> float:
        return self.draw(1000000) / 1000000

    def delay(self) -> float:
        kind = self.draw(8)
        if kind == 0:
            return 0.0
        if kind == 1:
            return self.unit() * 0.001
        if kind in (2, 3):
            return self.draw(10) / 240
        if kind in (4, 5):
            return self.unit() * 2
        if kind == 6:
            return self.unit() * 40
        return 1e12 * self.unit() if self.draw(4) == 0 else self.unit() * 500

    def schedule(self, wait: float) -> None:
        if self.entries_left == 0:
            return
        self.entries_left -= 1
        number = len(self.handles) + 1
        kind = self.draw(10)
        now = self.model.now
        due, priority, period = now + wait, 30, 0.0
        if kind == 0:
            period = wait + 0.001
            due = now + period
        elif kind == 1:
            due = now - wait
        elif kind <= 7:
            priority = PRIORITIES[self.draw(5)]
        self.handles.append(self.model.add(due, lambda: self.fire(number), priority, period))

    def cancel(self) -> None:
        number = self.draw(len(self.handles) + 1)
        if self.draw(4) > 0:
            number = max(0, len(self.handles) - self.draw(20))
        handle = self.handles[number - 1] if number else -1
        self.note(f"cancel {number} {self.model.cancel(handle)}".lower())

    def note(self, text: str) -> None:
        self.log.append(text)

    def on_dispatch(self, due_s: float, born: int) -> None:
        self.note(f"due {due_s:.17g} born {born}")

    def drain(self) -> int:
        before_s = math.inf
        if self.draw(3) == 0:
            before_s = self.model.now + (self.unit() - 0.5) * 0.01
        return self.model.drain(before_s, self.on_dispatch)

    def fire(self, number: int) -> None:
        self.note(f"fire {number} at {self.model.now:.17g}")
        kind = self.draw(100)
        if kind < 35:
            self.schedule(self.delay())
        elif kind < 45:
            self.schedule(0.0)
            self.schedule(0.0)
        elif kind < 55:
            self.cancel()
        elif kind < 60:
            self.note(f"self {self.model.cancel(self.handles[number - 1])}".lower())
        elif kind < 63 and self.depth < 5:
            self.depth += 1
            self.model.now += self.draw(2) * 0.01
            self.note(f"nested {self.drain()}")
            self.depth -= 1
        elif kind == 63 and self.draw(40) == 0:
            self.model.clear()
            self.note("clear")
        elif kind == 64:
            raise FaultError

    def report(self) -> None:
        model = self.model
        one_shots = sum(not entry.period_s for entry in model.live.values())
        self.note(f"depth {len(model.live)} one {one_shots} scheduled {model.scheduled}")
        due_count = bisect_right(model.queue, (model.now + 1 + 1e-9, math.inf, 0))
        next_due = model.queue[0][0] if model.queue else -1.0
        self.note(f"due {due_count} next {next_due:.17g}")
        if self.draw(30) == 0:
            for due_s, priority, sequence in model.queue:
                self.note(f"{due_s:.17g} {priority} {model.by_sequence[sequence].period_s:.17g}")

    def play(self) -> list[str]:
        for _ in range(self.rounds):
            self._round(self.draw(20))
        return self.log

    def _round(self, kind: int) -> None:
        if kind < 10:
            self.schedule(self.delay())
        elif kind == 10:
            base, width = self.delay(), self.draw(2) * 0.002
            for _ in range(self.draw(self.burst_max) + 1):
                self.schedule(base + width * self.unit())
        elif kind < 13:
            self.cancel()
        elif kind < 19:
            self._step()
        else:
            self.report()

    def _step(self) -> None:
        if self.draw(60) == 0:
            self.model.now += 30 * self.unit()
        else:
            frames = self.draw(2) / 240
            self.model.now += frames + self.draw(2) * 0.02 * self.unit()
        self.note(f"watermark {self.model.sequence}")
        self.depth = 0
        try:
            self.note(f"drained true {self.drain()}")
        except FaultError:
            self.note("drained false fault")


@pytest.mark.parametrize("seed", range(1, 41))
def test_a_random_game_has_the_trace_of_a_sorted_list(host_modules: HostModules, seed: int) -> None:
    arguments = (seed * 7919, 450, (8, 60, 600)[seed % 3])
    expected = Game(*arguments).play()
    assert host_modules.run(GAME, *arguments).split("\n") == expected


def test_order_does_not_depend_on_the_vm(make_host_modules: Callable[[], HostModules]) -> None:
    # LuaJIT seeds string hashing per VM and compiles at different moments: one VM proves nothing.
    assert len({make_host_modules().run(GAME, 4711, 60, 40) for _ in range(50)}) == 1


def test_order_does_not_depend_on_the_compiler(host_modules: HostModules) -> None:
    compiled = host_modules.run(GAME, 4712, 300, 60)
    assert host_modules.run(f"jit.off(true, true) jit.off() {GAME}", 4712, 300, 60) == compiled


def test_other_seeds_play_other_games(host_modules: HostModules) -> None:
    assert host_modules.run(GAME, 1, 60, 40) != host_modules.run(GAME, 2, 60, 40)
