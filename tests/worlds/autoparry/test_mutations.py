"""Each claim about AutoParry holds for the shipped world, and breaks where the world is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import claims
from .histories import histories
from .mutant import SHIPPED, Edit, Mutation, Play, plant
from .mutations import MUTATIONS
from .reference_rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

# Enough for every shape and for windows that are full; and those few whose impact is the one of a
# step of the ballistic check.
FLIGHTS = (*range(48), 68, 242, 303)

CLAIMS = tuple(claim for name, claim in vars(claims).items() if name.startswith("claim_"))


@pytest.fixture(scope="module")
def play_in(shared_bench: Bench) -> Callable[[str], Play]:
    """Return a maker of plays in a world."""
    every = histories(max(FLIGHTS) + 1)
    flights = [every[number] for number in FLIGHTS]
    expected = [rows_of(flight) for flight in flights]
    return lambda world: Play(shared_bench, world, flights, expected)


@pytest.fixture
def shipped(play_in: Callable[[str], Play]) -> Play:
    return play_in(SHIPPED)


# The shipped world.


def test_mu_is_that_of_the_reference(shipped: Play) -> None:
    claims.claim_mu(shipped)


def test_mu_decides_whether_a_press_is_confident(shipped: Play) -> None:
    claims.claim_mu_decides(shipped)


def test_sigma_is_that_of_the_reference(shipped: Play) -> None:
    claims.claim_sigma(shipped)


def test_sigma_decides_how_far_inside_a_confident_press_is(shipped: Play) -> None:
    claims.claim_sigma_decides(shipped)


def test_the_impact_is_that_of_the_reference(shipped: Play) -> None:
    claims.claim_impact(shipped)


def test_the_lead_holds_half_the_ping(shipped: Play) -> None:
    claims.claim_ping_leads(shipped)


def test_the_lead_compensates_ping_and_jitter(shipped: Play) -> None:
    claims.claim_compensation(shipped)


def test_the_lead_is_never_below_min_lead(shipped: Play) -> None:
    claims.claim_min_lead(shipped)


def test_the_lead_is_never_above_the_window(shipped: Play) -> None:
    claims.claim_lead_cap(shipped)


def test_a_ball_within_the_slack_is_pressed_at_once(shipped: Play) -> None:
    claims.claim_slack(shipped)


def test_max_tti_delays_a_press_to_the_response_window_at_most(shipped: Play) -> None:
    claims.claim_max_tti_delays(shipped)


def test_max_tti_gates_an_immediate_press(shipped: Play) -> None:
    claims.claim_max_tti_gates(shipped)


def test_being_urgent_makes_no_press_earlier(shipped: Play) -> None:
    claims.claim_urgent_in_time(shipped)


def test_being_urgent_lifts_the_gate_of_the_zone(shipped: Play) -> None:
    claims.claim_urgent_passes(shipped)


def test_a_press_within_the_grace_is_made_and_a_later_one_is_not(shipped: Play) -> None:
    claims.claim_grace(shipped)


def test_a_highlight_that_was_never_seen_gives_no_grace(shipped: Play) -> None:
    claims.claim_no_grace_unseen(shipped)


def test_presses_are_a_cooldown_apart(shipped: Play) -> None:
    claims.claim_cooldown(shipped)


def test_the_best_of_those_due_at_once_goes_first(shipped: Play) -> None:
    claims.claim_order_at_once(shipped)


def test_the_best_of_those_with_due_timers_goes_first(shipped: Play) -> None:
    claims.claim_order_of_timers(shipped)


def test_a_ball_that_keeps_closing_in_is_pressed_once(shipped: Play) -> None:
    claims.claim_progress(shipped)


def test_a_ball_is_left_alone_for_the_rearm_window(shipped: Play) -> None:
    claims.claim_rearm_window(shipped)


def test_a_ball_that_swings_back_is_pressed_again(shipped: Play) -> None:
    claims.claim_swing_back(shipped)


def test_a_guard_blocks_its_own_ball_only(shipped: Play) -> None:
    claims.claim_guard_of_one(shipped)


def test_a_timed_press_waits_for_no_evaluation(shipped: Play) -> None:
    claims.claim_timers_in_the_queue(shipped)


# Mutants.


def test_every_claim_has_a_mutation_that_breaks_it() -> None:
    assert {mutation.breaks for mutation in MUTATIONS} == set(CLAIMS)


def test_a_plain_copy_under_another_name_breaks_no_claim(
    shared_bench: Bench, play_in: Callable[[str], Play]
) -> None:
    play = play_in(plant(shared_bench, None))
    for claim in CLAIMS:
        claim(play)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.edit.name)
def test_a_mutant_breaks_the_claim(
    shared_bench: Bench, play_in: Callable[[str], Play], mutation: Mutation
) -> None:
    play = play_in(plant(shared_bench, mutation.edit))
    # A run that fails is another error, and so is a text that is not there.
    with pytest.raises(AssertionError):
        mutation.breaks(play)


@pytest.mark.parametrize("old", ["no such text", "return"])
def test_a_text_that_the_world_has_not_exactly_once_is_no_edit(
    shared_bench: Bench, old: str
) -> None:
    with pytest.raises(ValueError, match=rf"gone: controller/lead\.lua has \d+ times '{old}'"):
        plant(shared_bench, Edit("gone", "controller/lead.lua", old, ""))
