"""Aggregates and windows give what exact arithmetic and a sorted list give."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from .differences import differences
from .reference_telemetry import aggregate, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

    Call = Callable[..., list[Any]]

RANKS = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1]

NUMBERS = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 0.1, 1 / 3, 1e-300, -1e9, 1e9])
NO_SAMPLES = ["nan", "huge", "-huge", "nothing"]
FEW_VALUES = st.sampled_from([-1.0, 0.0, 0.004, 0.25, 0.5, 3.0])


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Call:
    return probe_of("telemetry").results


# Aggregates.


@settings(max_examples=80, deadline=None, database=None)
@given(st.lists(NUMBERS, max_size=40), st.lists(NUMBERS, max_size=5))
@example([], [])
@example([], [2.5])
@example([-3.0], [])
def test_an_aggregate_is_that_of_exact_arithmetic_and_a_look_ahead_leaves_it_as_it_was(
    call: Call, given_list: list[float], more: list[float]
) -> None:
    [[found]] = call("aggregates", [{"list": given_list, "more": more}])
    expected = aggregate(given_list)
    assert differences(expected, found["before"]) == []
    assert differences(aggregate(given_list + more), found["with"]) == []
    assert found["after"] == found["before"]
    assert found["count"] == len(given_list)
    assert found["mean"] == found["before"].get("mean", "nothing")


@pytest.mark.parametrize("offset", [1e6, -1e9, 1e12, 4e15])
def test_the_deviation_of_numbers_far_from_zero_is_that_of_the_same_numbers_near_it(
    call: Call, offset: float
) -> None:
    chance = Random(f"offset {offset}")
    # Whole numbers, so that the offset itself costs nothing.
    near = [float(chance.randint(-200, 200)) for _ in range(2000)]
    far = [offset + number for number in near]
    [[found]] = call("aggregates", [{"list": far, "more": far[:7]}])
    expected = aggregate(near)
    assert found["before"]["stdDev"] == pytest.approx(expected["stdDev"], rel=1e-12, abs=0)
    assert found["before"]["mean"] == pytest.approx(offset + expected["mean"], rel=4e-16, abs=0)
    assert found["before"]["min"] == offset + expected["min"]
    assert found["before"]["max"] == offset + expected["max"]
    assert found["with"]["stdDev"] == pytest.approx(
        aggregate(near + near[:7])["stdDev"], rel=1e-12, abs=0
    )


@pytest.mark.parametrize("value", [0.1, -7.3, 1e15, 0.0])
def test_equal_numbers_have_no_deviation_at_all(call: Call, value: float) -> None:
    [[found]] = call("aggregates", [{"list": [value] * 1000, "more": []}])
    assert found["before"] == {
        "count": 1000,
        "min": value,
        "max": value,
        "mean": value,
        "stdDev": 0,
    }


def test_what_is_not_there_or_not_finite_is_no_sample(call: Call) -> None:
    mixed = [*NO_SAMPLES, 0.5, *NO_SAMPLES, 1.5, *NO_SAMPLES]
    [[found, none]] = call(
        "aggregates", [{"list": mixed, "more": []}, {"list": NO_SAMPLES, "more": []}]
    )
    assert found["before"] == {"count": 2, "min": 0.5, "max": 1.5, "mean": 1, "stdDev": 0.5}
    assert (none["before"], none["mean"]) == ({"count": 0}, "nothing")


def test_the_fields_of_a_row_are_aggregated_each_under_its_name(call: Call) -> None:
    rows = [{"a": 1, "b": 2, "c": 3}, {"b": 4}, {"c": 9}, {"a": False}]
    assert call("fields", ["a", "b", "d"], rows) == [
        {
            "a": {"count": 1, "min": 1, "max": 1, "mean": 1, "stdDev": 0},
            "b": {"count": 2, "min": 2, "max": 4, "mean": 3, "stdDev": 1},
            "d": {"count": 0},
            "other": 1,
        }
    ]


# Windows.


def shown(samples: list[float]) -> list[Any]:
    """Return what a window with these samples shows."""
    seen = [min(samples, default=None), *(quantile(samples, q) for q in RANKS)]
    return [len(samples), *("nothing" if value is None else value for value in seen)]


def expected_rows(limit: int, steps: list[Any]) -> list[list[Any]]:
    """Return what a window shows after each step, by a list that is sorted anew each time."""
    samples: list[float] = []
    rows = []
    for step in steps:
        if step == "clear":
            samples = []
        elif step not in NO_SAMPLES:
            samples = [*samples, step][-limit:]
        rows.append(shown(samples))
    return rows


def rows_of(call: Call, limit: int, steps: list[Any], looks: list[int]) -> list[list[Any]]:
    [found] = call("window", limit, steps, [index + 1 for index in looks], RANKS)
    return list(found["rows"])


@settings(max_examples=80, deadline=None, database=None)
@given(
    st.integers(1, 9),
    st.lists(FEW_VALUES | NUMBERS | st.sampled_from(["clear", *NO_SAMPLES]), max_size=40),
)
def test_a_window_holds_the_last_samples_in_order_with_ties_and_clears(
    call: Call, limit: int, steps: list[Any]
) -> None:
    assert rows_of(call, limit, steps, list(range(len(steps)))) == expected_rows(limit, steps)


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda chance: chance.random(), id="all differ"),
        pytest.param(lambda chance: chance.randint(0, 12) / 8, id="mostly ties"),
        pytest.param(lambda chance: 0.25 if chance.random() < 0.99 else 2.0, id="nearly all equal"),
    ],
)
def test_a_window_of_512_forgets_the_oldest_of_many_more(
    call: Call, draw: Callable[[Random], float]
) -> None:
    chance = Random("window")
    steps = [draw(chance) for _ in range(1500)]
    looks = [*range(505, 520), 1022, 1023, 1024, 1499]
    assert rows_of(call, 512, steps, looks) == [shown(steps[: look + 1][-512:]) for look in looks]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_window_keeps_its_order_when_each_sample_beats_the_last(call: Call, sign: int) -> None:
    steps = [sign * number for number in range(40)]
    assert rows_of(call, 16, steps, list(range(40))) == expected_rows(16, steps)


@pytest.mark.parametrize(
    ("count", "p99", "p10"), [(1, 1, 1), (2, 2, 1), (6, 6, 2), (11, 11, 2), (100, 99, 11)]
)
def test_a_quantile_is_the_sample_nearest_to_its_rank(
    call: Call, count: int, p99: int, p10: int
) -> None:
    steps = list(range(count, 0, -1))
    [found] = call("window", 512, steps, [count], [0.99, 0.1])
    assert found["rows"] == [[count, 1, p99, p10]]
