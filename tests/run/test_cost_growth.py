"""A loop added to the press decision shows in nothing but the cost, and there by its function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from engine_harness.checks.cost import Growth, growth, normalised_functions
from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from engine_harness.records.models import RunRecord

SHIPPED = "autoparry"
# Not the shipped name: a project's module may not hide a shipped one.
COPY = "autoparry_copy"
SCENARIO = "scenarios/autoparry/telemetry_capture.yaml"
PRESSES = "controller/presses.lua"
PRESS = "local function press(c, b, now)\n"
DECIDE = "controller/decide.lua"
BALL = "function Decide.ball(c, b, now)\n"


@pytest.fixture
def play(make_bench: Callable[[str], Bench]) -> Callable[..., RunRecord]:
    """Return a player of the small scenario in a copy of the world, one line added."""

    def play(name: str, file: str = "", after: str = "", line: str = "") -> RunRecord:
        bench = make_bench(name)
        root = shipped_lua() / "worlds" / SHIPPED
        for path in sorted(root.rglob("*.lua")):
            text = path.read_text("utf-8").replace(f"worlds.{SHIPPED}", f"worlds.{COPY}")
            relative = path.relative_to(root).as_posix()
            if relative == file:
                assert text.count(after) == 1
                text = text.replace(after, f"{after}\t{line}\n")
            bench.write(f"lua/worlds/{COPY}/{relative}", text)
        manifest = (shipped_lua().parent / SCENARIO).read_text("utf-8")
        assert manifest.count(f"\nworld: {SHIPPED}\n") == 1
        bench.write("scenarios/copy.yaml", manifest.replace(f"world: {SHIPPED}", f"world: {COPY}"))
        (result,) = bench.harness.run(bench.harness.load().scenarios)
        assert result.verdict.passed, result.verdict
        return result.record

    return play


def costs(record: RunRecord) -> dict[str, int]:
    assert record.cost is not None
    found = normalised_functions(record.cost)
    assert sum(found.values()) == record.cost.work_units
    return found


def test_one_percent_and_half_a_percent_are_told_apart_and_name_the_function(
    play: Callable[..., RunRecord],
) -> None:
    before = play("before")
    budget = costs(before)
    total = sum(budget.values())
    name = f"lua/worlds/{COPY}/controller/presses: local press"
    presses = budget[name]
    assert presses == 3
    for percent, is_over in ((0.5, False), (1, True)):
        turns = math.ceil(total * percent / 100 / presses)
        after = play(f"p{turns}", PRESSES, PRESS, f"for _ = 1, {turns} do end")
        assert after.digest == before.digest
        now = costs(after)
        assert growth(budget, now) == [Growth(name, presses, presses + presses * turns)]
        assert sum(now.values()) == total + presses * turns
        assert (100 * sum(now.values()) >= 101 * total) is is_over


def test_work_that_reaches_into_libraries_names_the_function_and_the_libraries(
    play: Callable[..., RunRecord],
) -> None:
    budget = costs(play("before"))
    line = 'for _ = 1, 5 do end local _ = ("x"):rep(32)'
    grown = growth(budget, costs(play("after", DECIDE, BALL, line)))
    decide, libraries = f"lua/worlds/{COPY}/controller/decide: Decide.ball", "(library calls)"
    calls, charged = budget[decide], budget[libraries]
    # A text is a unit for each 16 of its bytes.
    assert grown == [
        Growth(decide, calls, 6 * calls),
        Growth(libraries, charged, charged + 2 * calls),
    ]
