"""Which press covers a contact."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from .physics_stage import Stage, open_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW_S, GRACE_S, ROUNDING_S = 0.4, 0.05, 1e-9
SETTINGS = {"parry_window_s": WINDOW_S, "contact_grace_s": GRACE_S}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("windows")) as stage:
        yield stage


def covering(presses: list[tuple[float, int]], contact_s: float) -> int | bool:
    """Return the earliest covering press by looking at all; False if there is none."""
    covering = [
        (effect_s, order, index)
        for order, (effect_s, index) in enumerate(presses)
        if contact_s - WINDOW_S - ROUNDING_S <= effect_s <= contact_s + GRACE_S + ROUNDING_S
    ]
    return min(covering)[2] if covering else False


@pytest.mark.parametrize("seed", range(20))
def test_the_earliest_covering_press_is_found(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    presses: list[tuple[float, int]] = []
    calls: list[list[Any]] = []
    wanted: list[int | bool] = []
    now_s = 0.0
    for index in range(300):
        now_s += chance.choice([0.0, 0.01, 0.1, 0.6])
        if chance.random() < 0.5:
            effect_s = now_s + chance.choice([0.0, 0.0, 0.1, 0.5])
            presses.append((effect_s, index))
            calls.append(["open", effect_s, index])
        else:
            contact_s = now_s + chance.choice([0.0, -0.05, 0.4, 0.05, chance.uniform(-1, 1)])
            calls.append(["ask", contact_s])
            wanted.append(covering(presses, contact_s))
    assert stage.call("cover", SETTINGS, calls)["answers"] == wanted
    assert len({answer is False for answer in wanted}) == 2


@pytest.mark.parametrize("seed", range(10))
def test_what_is_forgotten_could_cover_no_later_contact(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    calls: list[list[Any]] = []
    now_s = 0.0
    for index in range(300):
        now_s += chance.choice([0.0, 0.01, 0.2])
        calls.append(["open", now_s + chance.choice([0.0, 0.3]), index])
        calls += [["ask", now_s + chance.uniform(0, 1)] for _ in range(2)]
        calls.append(["forget", now_s])
    with_it = stage.call("cover", SETTINGS, calls)
    without = stage.call("cover", SETTINGS, [call for call in calls if call[0] != "forget"])
    assert with_it["answers"] == without["answers"]
    assert (with_it["count"] < 40, without["count"]) == (True, 300)


def test_ends_of_a_window_belong_to_it(stage: Stage) -> None:
    calls = [["open", 1.0, 0]]
    calls += [["ask", c] for c in (0.95, 0.95 - 1e-10, 0.9499, 1.4, 1.4 + 1e-10, 1.4001)]
    assert stage.call("cover", SETTINGS, calls)["answers"] == [0, 0, False, 0, 0, False]


def test_of_two_presses_at_one_time_the_first_is_named(stage: Stage) -> None:
    calls = [["open", 1.0, 5], ["open", 1.0, 6], ["ask", 1.2]]
    assert stage.call("cover", SETTINGS, calls)["answers"] == [5]


def test_spans_of_segments(stage: Stage) -> None:
    # Position, way, reach; then the part of the way that lies inside.
    cases: list[tuple[list[float], list[float]]] = [
        ([0, 0, 20, 0, 0, -40, 10], [0.25, 0.75]),
        ([0, 0, 20, 0, 0, -20, 10], [0.5, 1]),
        ([0, 0, 5, 0, 0, -30, 10], [0, 0.5]),
        ([0, 0, 5, 0, 0, 10, 10], [0, 0.5]),
        ([0, 0, 5, 0, 0, 0, 10], [0, 1]),
        ([0, 0, 10, 0, 0, 5, 10], [0, 0]),
        ([0, 0, 20, 0, 0, -5, 10], []),
        ([0, 0, 20, 0, 0, 5, 10], []),
        ([0, 0, 20, 0, 0, 0, 10], []),
        ([11, 0, 20, 0, 0, -40, 10], []),
        ([10, 0, 20, 0, 0, -40, 10], [0.5, 0.5]),
    ]
    found = stage.call("spans", [segment for segment, _ in cases])
    assert [list(span) for span in found] == [span for _, span in cases]
