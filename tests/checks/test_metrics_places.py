"""What is told of a metric of several parts that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.checks.metrics import NAMES_SHOWN, whereabouts

if TYPE_CHECKING:
    from pydantic import JsonValue

VALUES: dict[str, JsonValue] = {
    "lanes": {"counters": {"press": 1, "success": 2}, "list": [1], "empty": {}, "hp": 3},
    "wide": {f"n{index:02}": index for index in range(NAMES_SHOWN + 2)},
}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("lanes.counters.presses", "did you mean lanes.counters.press?"),
        ("lanes.counter.press", "did you mean lanes.counters.press?"),
        ("lanes.counters.zzz", "lanes.counters has press, success"),
        ("lanes.hp.zzz", None),
        ("lanes.list.2", None),
        ("lanes.empty.zzz", None),
        ("lane", None),
        ("lane.counters", None),
    ],
)
def test_the_nearest_name_is_told_or_all_that_stand_beside_it(key: str, told: str | None) -> None:
    assert whereabouts(VALUES, key) == told


def test_of_many_names_the_first_are_told_and_how_many_more_there_are() -> None:
    told = whereabouts(VALUES, "wide.zzz")
    assert told is not None
    assert told.startswith("wide has n00, n01, ")
    assert told.endswith(" and 2 more")
