"""Ping, lead, slack, wait and scores of the controller against an independent reference."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_threat import Candidate, target_score, threat_score

if TYPE_CHECKING:
    from collections.abc import Callable


HUGE, NONE = "huge", "none"


# Ping.


def test_the_ping_of_every_flight_is_the_last_good_one(agree: Callable[..., None]) -> None:
    agree("ping", "smoothed", "jitter")


def test_ping_is_read_each_100_ms_and_sampled_each_200_ms(probe: Callable[..., Any]) -> None:
    steps = [(0, 100), (0.05, 1), (0.1, 120), (0.2, 140), (0.25, 1), (0.3, 180), (0.4, 100)]
    found = probe("ping", [list(step) for step in steps])
    assert [row[3] for row in found] == [1, 1, 2, 3, 3, 4, 5]
    assert [row[0] for row in found] == pytest.approx([0.1, 0.1, 0.12, 0.14, 0.14, 0.18, 0.1])
    # Samples: 100, 140, 100 ms.
    assert [row[1] for row in found] == pytest.approx([0.1, 0.1, 0.1, 0.11, 0.11, 0.11, 0.1075])
    assert [row[2] for row in found] == pytest.approx([0, 0, 0, 0.04, 0.04, 0.04, 0.04])
    assert probe("ping", [[n / 240, 80] for n in range(241)])[-1][3] == 11


def test_jitter_is_smoothed_from_the_first_difference(probe: Callable[..., Any]) -> None:
    found = probe("ping", [[0, 100], [0.2, 140], [0.4, 120], [0.6, 120]])
    assert [row[2] for row in found] == pytest.approx([0, 0.04, 0.033, 0.02145])


def test_a_failing_stat_keeps_the_last_good_ping(probe: Callable[..., Any]) -> None:
    found = probe(
        "ping", [[0, "error"], [0.1, NONE], [0.2, 100], [0.3, "error"], [0.4, NONE], [0.5, 140]]
    )
    assert [row[3] for row in found] == [1, 2, 3, 4, 5, 6]
    assert [row[0] for row in found] == pytest.approx([0, 0, 0.1, 0.1, 0.1, 0.14])
    assert [row[1] for row in found] == pytest.approx([0, 0, 0.1, 0.1, 0.1, 0.11])


@pytest.mark.parametrize("answer", [-1, HUGE, "100", True])
def test_what_is_no_ping_counts_as_a_failing_stat(probe: Callable[..., Any], answer: Any) -> None:
    found = probe("ping", [[0, 100], [0.2, answer], [0.3, 140]])
    assert [row[0] for row in found] == pytest.approx([0.1, 0.1, 0.14])
    assert [row[2] for row in found] == pytest.approx([0, 0, 0.04])


def test_stress_grows_with_ping_and_jitter_up_to_2(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("stress")
    cases = [
        ((0, 0), 0.0),
        ((0.035, 0), 0.0),
        ((0.18, 0), 1.0),
        ((0.4, 0), 2.0),
        ((0.18, 0.005), 1.3),
        ((0, 0.5), 0.96),
        ((0.2525, 0.01), 2.0),
    ]
    gives("ping", "stress", cases)


def test_the_compensation_of_ping_and_jitter_is_at_most_90_ms(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("compensation")
    cases = [
        ((0, 0), 0.0),
        ((0.095, 0), 0.85 * 0.06 + 0.015 * 0.06 / 0.145),
        ((0.02, 0.02), 0.55 * 0.01 + 0.015 * 0.96),
        ((0.4, 0), 0.09),
    ]
    gives("ping", "compensation", cases)


def test_min_lead_is_a_share_of_the_ping_up_to_65_ms(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("min_lead")
    gives("ping", "min_lead", [((0,), 0.0), ((0.095,), 0.04275), ((0.4,), 0.065)])


def test_slack_add_is_at_most_50_ms(agree: Callable[..., None], gives: Callable[..., None]) -> None:
    agree("slack_add")
    cases = [((0, 0), 0.0), ((0.095, 0), 0.03), ((0, 0.03), 0.007), ((0.4, 0), 0.05)]
    gives("ping", "slack_add", cases)


# The time of a press.


def test_the_floor_of_the_lead_is_50_ms_or_the_ping_offset(gives: Callable[..., None]) -> None:
    gives("lead", "floor", [((0.05,), 0.05), ((0.08,), 0.08), ((-1,), 0.05), ((0,), 0.05)])


def test_the_lead_is_the_largest_need_within_the_parry_window(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("lead")
    # (delta, bias, floor, min lead, compensation, window)
    cases = [
        ((0.1675, 0.02, 0.05, 0.04275, 0.057, 0.4), 0.2445),
        ((0.0, 0.0, 0.05, 0.0, 0.0, 0.4), 0.05),
        ((0.0, 0.0, 0.2, 0.0, 0.01, 0.4), 0.21),
        ((0.0, 0.0, 0.05, 0.04275, 0.05, 0.4), 0.14275),
        ((0.35, 0.02, 0.05, 0.065, 0.09, 0.4), 0.4 - 1 / 240),
        ((0.35, 0.02, 0.05, 0.065, 0.09, 1.0), 0.46),
    ]
    gives("lead", "lead", cases)


def test_the_lookahead_reaches_to_the_goal_if_there_is_one(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("max_lookahead")
    gives("lead", "max_lookahead", [((1.2, 0.9), 1.2), ((1.2, 2), 2.0), ((0.5, NONE), 0.5)])


def test_slack_is_half_of_min_lead_at_least_and_the_lookahead_at_most(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("slack")
    cases = [
        ((0.015, 0.02, 0.03, 1.2), 0.045),
        ((0.015, 0.06, 0.03, 1.2), 0.06),
        ((2.0, 0.06, 0.05, 1.2), 1.2),
    ]
    gives("lead", "slack", cases)


def test_tti_is_the_flight_time_less_the_ping_and_its_offset(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("tti")
    cases = [
        ((56, 160, 0.095, 0.05), 0.205),
        ((56, 0, 0.095, 0.05), math.inf),
        ((56, -160, 0.095, 0.05), math.inf),
        ((1, 160, 0.095, 0.05), 0.00625 - 0.145),
        ((56, 160, 0.0, -0.05), 0.4),
    ]
    gives("lead", "tti", cases)


def test_the_wait_ends_a_lead_before_the_impact(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("wait")
    # (impact, lead, TTI, max TTI, response window)
    gives("lead", "wait", [((0.5, 0.2, 0.3, 0.55, 0.25), 0.3), ((0.1, 0.2, 0.3, 0.55, 0.25), 0.0)])


def test_max_tti_delays_a_press_to_the_response_window_at_most(
    gives: Callable[..., None],
) -> None:
    cases = [
        ((0.5, 0.45, 0.3, 0.15, 0.25), 0.15),
        ((0.5, 0.45, 0.9, 0.15, 0.25), 0.25),
        ((0.5, 0.2, 0.3, 0.15, 0.25), 0.3),
        ((0.2, 0.45, 0.9, 0.15, 0.25), 0.0),
    ]
    gives("lead", "wait", cases)


# Threat.


def test_the_threat_score_weighs_urgency_speed_targeting_and_severity(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("score")
    cases = [
        ((math.inf, 1.2, 0, False, 0), 0.0),
        ((0, 1.2, 0, False, 0), 0.4),
        ((0.3, 1.2, 0, False, 0), 0.3),
        ((5, 1.2, 0, False, 0), 0.0),
        ((math.inf, 1.2, 120, False, 0), 0.125),
        ((math.inf, 1.2, 0, True, 0), 0.2),
        ((math.inf, 1.2, 0, False, 0.5), 0.075),
        ((math.inf, 1.2, 0, False, 7), 0.15),
        ((0.3, 1.2, 120, True, 0.5), 0.7),
    ]
    gives("threat_score", "score", cases)


def test_the_status_of_a_threat_is_named_by_its_score(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("status")
    limits = {0: "idle", 0.2: "low", 0.4: "medium", 0.65: "high", 0.85: "critical"}
    cases: list[tuple[tuple[float], str]] = [((limit,), name) for limit, name in limits.items()]
    before = [math.nextafter(limit, 0) for limit in limits if limit]
    cases += [((limit,), name) for limit, name in zip(before, limits.values(), strict=False)]
    cases.append(((1,), "critical"))
    gives("threat_score", "status", cases)


def test_confidence_is_what_sigma_leaves_of_the_distance(
    agree: Callable[..., None], gives: Callable[..., None]
) -> None:
    agree("confidence")
    cases = [
        ((2, 20, 10), 0.9),
        ((2, -20, 10), 0.9),
        ((2, 5, 10), 0.8),
        ((30, 5, 10), 0.0),
        ((0.01, 0, 0), 0.0),
    ]
    gives("threat_score", "confidence", cases)


def test_volatility_is_the_spread_of_the_last_32_closing_speeds(
    agree: Callable[..., None],
) -> None:
    agree("volatility")


def test_tempo_counts_the_highlight_changes_of_the_last_300_ms(
    gives: Callable[..., None],
) -> None:
    cases = [
        (([], 5), 0.0),
        (([4.69, 4.71, 4.9, 5.0], 5), 10.0),
        (([0.0, 0.1, 0.2], 0.3), 10.0),
        (([0.0, 0.1, 0.2], 0.31), 2 / 0.3),
    ]
    gives("threat_score", "tempo", cases)


# The choice among several balls.


def test_the_target_score_is_the_sum_of_its_shares(gives: Callable[..., None]) -> None:
    chance = Random("target score")
    cases: list[tuple[tuple[Any, ...], float]] = []
    for _ in range(400):
        impact_s = chance.choice((0.0, math.inf, chance.uniform(0, 0.3), chance.uniform(0, 2)))
        vr = chance.choice((0.0, chance.uniform(-200, 200)))
        ball = {
            "vr": vr,
            "speed": chance.uniform(0, 300),
            "severity": chance.uniform(0, 1.2),
            "response_window": chance.uniform(0.05, 0.5),
            "proximity_hold": vr > 0 and chance.random() < 0.5,
            "impact": 0.7,
        }
        is_targeting, is_due, is_tracked, is_scheduled = (chance.random() < 0.5 for _ in range(4))
        lead_s, age_s = chance.uniform(0.05, 0.4), chance.choice((0.0, chance.uniform(0, 0.2)))
        lookahead_s = chance.uniform(0.4, 2)
        candidate = Candidate(
            impact_s=impact_s,
            response_window_s=ball["response_window"],
            vr=vr,
            threat=threat_score(
                impact_s,
                lookahead_s,
                ball["speed"],
                targeting=is_targeting,
                severity=ball["severity"],
            ),
            lead_s=lead_s,
            age_s=age_s,
            is_targeting=is_targeting,
            is_due=is_due,
            # The key is held for a target only.
            holds=is_targeting and bool(ball["proximity_hold"]),
            is_tracked=is_tracked,
            is_scheduled=is_scheduled,
        )
        arguments = (ball, impact_s, is_targeting, is_due, lead_s, age_s, is_tracked, is_scheduled)
        cases.append(((*arguments, lookahead_s), target_score(candidate)))
    gives("score", "of", cases)
