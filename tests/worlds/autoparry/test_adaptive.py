"""The adaptive bias: what settled presses leave behind where there is no smart tuning."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_tuning import adaptive_biases

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

RESET: dict[str, Any] = {"reset": True}


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("smart_tuning").results


@pytest.fixture(scope="module")
def biases(call: Callable[..., list[Any]]) -> Callable[..., list[float]]:
    """Return the bias after each press that was settled."""

    def biases_of(*lead_deltas_s: float) -> list[float]:
        found = call("adapt", [settled(lead_delta_s) for lead_delta_s in lead_deltas_s])[0]
        return [row["bias"] for row in found]

    return biases_of


def settled(lead_delta_s: float, *, smart: bool = False, now: float = 1.0) -> dict[str, Any]:
    return {"lead_delta_s": lead_delta_s, "smart": smart, "now": now}


def test_the_bias_is_that_of_the_reference_in_random_histories(
    call: Callable[..., list[Any]],
) -> None:
    rng = Random(66)
    for _ in range(20):
        presses = [(rng.uniform(-0.15, 0.1), rng.random() < 0.3) for _ in range(30)]
        steps = [settled(lead, smart=smart, now=n) for n, (lead, smart) in enumerate(presses)]
        found = call("adapt", steps)[0]
        expected = adaptive_biases(presses)
        assert [row["bias"] for row in found] == pytest.approx(expected, rel=1e-12, abs=1e-15)
        assert [row["state"] for row in found] == [
            {"reactionBias": row["bias"], "lastUpdate": n} for n, row in enumerate(found)
        ]


def test_late_presses_are_made_earlier_and_early_ones_later(
    biases: Callable[..., list[float]],
) -> None:
    assert biases(-0.02, -0.04) == pytest.approx([0.02, 0.029])
    assert biases(0.02, 0.01) == pytest.approx([-0.02, -0.0155])


def test_it_makes_a_press_at_most_80_ms_earlier_or_30_ms_later(
    biases: Callable[..., list[float]],
) -> None:
    assert biases(-0.5, -9)[-1] == 0.08
    assert biases(0.5, 9)[-1] == -0.03


def test_it_fades_while_smart_tuning_does_its_work(call: Callable[..., list[Any]]) -> None:
    found = call("adapt", [settled(-0.05), *[settled(-0.05, smart=True, now=2.0)] * 3])[0]
    assert [row["bias"] for row in found] == pytest.approx([0.05, 0.0275, 0.015125, 0.05 * 0.55**3])
    assert found[-1]["state"]["lastUpdate"] == 2


def test_it_is_not_applied_while_smart_tuning_is_on(call: Callable[..., list[Any]]) -> None:
    (found,) = call("adapt", [settled(-0.05)])[0]
    assert found["applied"] == [0.05, 0]


def test_a_press_just_as_planned_leaves_a_plain_zero(call: Callable[..., list[Any]]) -> None:
    (found,) = call("adapt", [settled(0.0)])[0]
    assert (found["bias"], found["is_minus_zero"]) == (0, False)


def test_a_reset_makes_it_new(call: Callable[..., list[Any]]) -> None:
    found = call("adapt", [settled(-0.05), settled(-0.03), RESET, settled(-0.01)])[0]
    assert found[2]["state"] == {"reactionBias": 0, "lastUpdate": 0}
    # The first press sets it again.
    assert found[3]["bias"] == 0.01


def test_a_new_one_has_no_bias_and_what_it_shows_is_a_copy(
    call: Callable[..., list[Any]],
) -> None:
    assert call("unadapted") == [{"reactionBias": 0, "lastUpdate": 0}, 0]
