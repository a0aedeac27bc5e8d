"""What AutoParry promises, each as a claim on whatever world it is played in.

Expected times and leads come from the reference's formulas, never from a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import reference_timing as timing
from .duel import swing
from .mutant import Play, ball, rule

if TYPE_CHECKING:
    from .mutant import Press, Run

FRAME_S = 1 / 240
RADIUS = 10
WINDOW_S = 0.4
ACTIVATION_S, BIAS_S, OFFSET_S, PING_S = 0.12, 0.02, 0.05, 0.095
# Long after the start, so that the ping has been read; on the grid of frames.
START_S = 0.5


def lead(
    ping_s: float = PING_S,
    *,
    smoothed_s: float | None = None,
    jitter_s: float = 0.0,
    activation_s: float = ACTIVATION_S,
    bias_s: float = BIAS_S,
) -> float:
    """Return the lead that is asked for."""
    p = ping_s if smoothed_s is None else smoothed_s
    return timing.lead(
        ping_s / 2 + activation_s,
        bias_s,
        timing.lead_floor(OFFSET_S),
        timing.min_lead(p),
        timing.compensation(p, jitter_s),
        WINDOW_S,
    )


def near(value: float) -> Any:
    # What the module reads of a ball has 32 bits.
    return pytest.approx(value, abs=2e-6)


def seen(impact_s: float, speed: float = 160, name: str = "a", at_s: float = START_S) -> Any:
    """Return a ball that is first seen so long before its impact."""
    return ball(at_s, name, RADIUS + speed * impact_s, speed)


def order(run: Run) -> list[str]:
    return [press.id for press in run.presses]


def is_within_a_frame(press: Press, due_s: float) -> bool:
    return due_s - 1e-9 <= press.at_s <= due_s + FRAME_S + 1e-6


# Prediction.


def claim_mu(play: Play) -> None:
    """Mu is where the ball will be when a press made now takes effect."""
    assert play.differences("mu", "mu_plus", "mu_minus") == []


def claim_mu_decides(play: Play) -> None:
    """A press is confident where mu is beyond its padding, not a stud before."""
    delta_s = PING_S / 2 + ACTIVATION_S
    for padding in (0.1, 3):
        for more_s, reason in ((-0.002, "confidence"), (0.002, "ready-to-press")):
            press = play(
                seen(delta_s - padding / 160 + more_s),
                confidenceZ=0,
                pressConfidencePadding=padding,
                minTTI=0,
            ).only
            assert press.reason == reason


def claim_sigma(play: Play) -> None:
    """Sigma is made of the spread of each channel, with its floor and its overflow."""
    assert play.differences("sigma_d", "sigma_v", "sigma_a", "sigma_j", "sigma") == []


def claim_sigma_decides(play: Play) -> None:
    """A press is confident only as far inside as the spread asks for."""
    delta_s = PING_S / 2 + ACTIVATION_S
    floors = (0.01, 1.5 * delta_s, 10 * delta_s**2 / 2, 80 * delta_s**3 / 6)
    depth = 2.2 * sum(floor**2 for floor in floors) ** 0.5
    confident, unsure = (seen(delta_s - (depth + more) / 160) for more in (0.05, -0.05))
    options: dict[str, Any] = {"pressConfidencePadding": 0, "minTTI": 0}
    assert play(confident, **options).only.reason == "confidence"
    assert play(unsure, **options).only.reason == "ready-to-press"


def claim_impact(play: Play) -> None:
    """The impact is the first root of the motion, or a step of the ballistic check before it."""
    assert play.differences("impact") == []


# Lead.


def claim_ping_leads(play: Play) -> None:
    """The lead holds half the ping, also where nothing compensates for it."""
    for ping_ms in (0, 30):
        press = play(seen(0.5), engine={"pingMs": ping_ms}).only
        assert press.lead_s == near(ACTIVATION_S + BIAS_S + ping_ms / 2000)


def claim_compensation(play: Play) -> None:
    """The lead grows with what ping and jitter have above the calm, up to 90 ms."""
    for ping_ms in (60, 160):
        assert play(seen(0.5), engine={"pingMs": ping_ms}).only.lead_s == near(lead(ping_ms / 1000))
    jump = {"time": 0.25, "network": {"event": "stats:ping", "payload": {"ms": 80}}}
    # Samples at 0, 0.2 and 0.4 s.
    smoothed_s = timing.smooth([0.05, 0.05, 0.08], timing.PING_ALPHA)
    jitter_s = timing.smooth([0, 0.03], timing.JITTER_ALPHA)
    assert jitter_s > 0.01
    lead_s = lead(0.08, smoothed_s=smoothed_s, jitter_s=jitter_s)
    # Pressed before the next sample.
    assert play(jump, seen(lead_s + 0.08), engine={"pingMs": 50}).only.lead_s == near(lead_s)


def claim_min_lead(play: Play) -> None:
    """Without other needs the lead is 50 ms, and 45 % of the ping up to 65 ms."""
    for ping_ms in (95, 160):
        press = play(
            seen(0.5), engine={"pingMs": ping_ms}, activationLatency=0, pressReactionBias=0
        ).only
        assert press.lead_s == near(lead(ping_ms / 1000, activation_s=0, bias_s=0))


def claim_lead_cap(play: Play) -> None:
    """No press is planned longer ahead than its window lasts, less a frame."""
    cap_s = WINDOW_S - FRAME_S
    for impact_s in (0.5, 0.41):
        run = play(seen(impact_s), engine={"pingMs": 700})
        assert cap_s - FRAME_S <= run.only.lead_s <= cap_s + 2e-6
        assert is_within_a_frame(run.only, START_S + impact_s - cap_s)
        assert run.outcomes == {"a": "parried"}


def claim_slack(play: Play) -> None:
    """A ball first seen with the slack or less to wait is pressed at once, any other in time."""
    cases: tuple[tuple[float, dict[str, Any]], ...] = (
        (timing.slack(0.015, timing.min_lead(PING_S), timing.slack_add(PING_S, 0), 1.2), {}),
        (0.05 + timing.slack_add(PING_S, 0), {"pressScheduleSlack": 0.05}),
    )
    for slack_s, options in cases:
        edge_s = lead() + slack_s + 0.01
        early = play(seen(edge_s - 0.001), **options).only
        assert (early.at_s, early.lead_s) == (near(START_S), near(edge_s - 0.001))
        timed = play(seen(edge_s + 0.001), **options).only
        assert timed.lead_s == near(lead())
        assert is_within_a_frame(timed, START_S + edge_s + 0.001 - lead())


# Gates.


def claim_max_tti_delays(play: Play) -> None:
    """A press waits until TTI is at most maxTTI, but no longer than the response window."""
    for max_tti_s, delayed_s in ((0.15, None), (0.1, PING_S / 2 + ACTIVATION_S + 0.05)):
        impact_s = 0.5625
        tti_s = 100 / 160 - PING_S - OFFSET_S
        lead_s = delayed_s or impact_s - (tti_s - max_tti_s)
        press = play(seen(impact_s), maxTTI=max_tti_s).only
        assert (press.reason, press.lead_s) == ("tti-open", near(lead_s))
        assert is_within_a_frame(press, START_S + impact_s - lead_s)


def claim_max_tti_gates(play: Play) -> None:
    """A ball beyond maxTTI is not pressed at first sight though little is left to wait."""
    impact_s, max_tti_s = lead() + 0.03, 0.15
    tti_s = impact_s + RADIUS / 160 - PING_S - OFFSET_S
    assert play(seen(impact_s)).only.at_s == near(START_S)
    late = play(seen(impact_s), maxTTI=max_tti_s).only
    assert is_within_a_frame(late, START_S + tti_s - max_tti_s)


def claim_urgent_in_time(play: Play) -> None:
    """Being urgent makes no press earlier: a slow ball is long near before its lead is there."""
    for impact_s in (0.38, 0.7):
        press = play(seen(impact_s, 40), maxTTI=2).only
        assert press.lead_s == near(lead())
        assert is_within_a_frame(press, START_S + impact_s - lead())


def claim_urgent_passes(play: Play) -> None:
    """Being urgent lifts the gate of the zone."""
    press = play(seen(0.2), minTTI=0.4).only
    assert (press.reason, press.at_s) == ("urgent", near(START_S))
    assert play(seen(lead() + 0.03), minTTI=0.4).only.at_s > START_S


# Cooldown.


def claim_cooldown(play: Play) -> None:
    """Presses are at least the cooldown apart, timed ones and immediate ones."""
    timed = play(seen(0.5), seen(0.53, name="b"), cooldown=0.15)
    first, second = timed.exactly(2)
    assert (first.id, second.id) == ("a", "b")
    assert second.planned_at_s == pytest.approx(first.at_s + 0.15)
    assert is_within_a_frame(second, first.at_s + 0.15)
    # A ball's lead is that of the time to which its press was moved.
    assert second.lead_s == near(START_S + 0.53 - second.planned_at_s)
    at_once = play(seen(0.24), seen(0.24, name="b", at_s=START_S + 5 * FRAME_S), cooldown=0.15)
    assert [press.at_s for press in at_once.presses] == near_all(START_S, START_S + 0.15)


def near_all(*values: float) -> Any:
    return pytest.approx(list(values), abs=FRAME_S + 1e-6)


def claim_order_at_once(play: Play) -> None:
    """Of those that are due in one evaluation the one with the best score goes first."""
    run = play(ball(START_S, "far", 58, 180), ball(START_S, "close", 56, 240))
    assert order(run) == ["close", "far"]
    assert [press.at_s for press in run.presses] == near_all(START_S, START_S + 0.1)
    assert set(run.outcomes.values()) == {"parried"}


def claim_order_of_timers(play: Play) -> None:
    """Of those whose timers are due together the one with the best score goes first."""
    run = play(seen(0.5, 160, "slow"), seen(0.5, 220, "fast"), maxTTI=1)
    assert order(run) == ["fast", "slow"]
    due_s = START_S + 0.5 - lead()
    assert [press.at_s for press in run.presses] == near_all(due_s, due_s + 0.1)


# Rearm and guard.


def claim_progress(play: Play) -> None:
    """A ball that keeps closing in is pressed once, however much time it leaves."""
    run = play(seen(1.0, 50))
    assert order(run) == ["a"]
    assert run.outcomes == {"a": "parried"}


def swinging(distance: float, speed: float, frequency_hz: float, magnitude: float) -> Any:
    return ball(START_S, "a", distance, speed, **swing(frequency_hz, magnitude))


def claim_rearm_window(play: Play) -> None:
    """A ball that was away is left alone until the cooldown and half a ping have passed."""
    # Around 1.5 studs off the sphere, for ever. No swing is fast enough for the forced presses.
    run = play(swinging(11.5, 40, 9, 40), engine={"settleLimit": 0.5}, oscillationFrequency=1000)
    assert len(run.presses) > 2
    first, second = (press.at_s - START_S for press in run.presses[:2])
    assert first == near(0)
    # It closes in from 0.083 s to 0.139 s and from 0.194 s to 0.250 s.
    rested_s = 0.1 + PING_S / 2
    assert 0.139 < rested_s < 0.194 <= second <= 0.25


def claim_swing_back(play: Play) -> None:
    """A ball that flew away and comes back is pressed again: the guard ends by the rearm rule."""
    run = play(swinging(30, 125, 2, 100), oscillationFrequency=1000)
    first, second = (press.at_s - START_S for press in run.exactly(2))
    assert 0 <= first <= 3 / 120
    assert 41 / 120 <= second <= 47 / 120
    assert run.outcomes == {"a": "parried"}


def claim_guard_of_one(play: Play) -> None:
    """The guard of a pressed ball blocks no other ball, before an evaluation looks at it either."""
    due_s = START_S + 0.5 - lead()
    hitch = {"time": due_s - 0.02, "player": {"action": "inject-hitch", "duration": 0.18}}
    run = play(hitch, seen(0.5), seen(0.62, name="b"), engine={"hitchPolicy": "catch_up"}, maxTTI=1)
    first, second = run.exactly(2)
    assert (first.id, second.id) == ("a", "b")
    assert is_within_a_frame(first, due_s)
    assert is_within_a_frame(second, due_s + 0.12)


# Targeting.


def claim_grace(play: Play) -> None:
    """A press within 0.2 s of the highlight's drop is made, a later one is not."""
    due_s = START_S + 0.5 - lead()
    for since_drop_s, outcome, gated in ((0.19, "parried", 0), (0.21, "missed", 1)):
        run = play(rule(due_s - since_drop_s, "highlight-gate", value=False), seen(0.5))
        assert run.outcomes == {"a": outcome}
        assert len(run.presses) == 1 - gated
        assert run.gate_outs == {"withinGrace": 0, "justified": gated}


def claim_no_grace_unseen(play: Play) -> None:
    """A highlight that no evaluation has seen leaves no grace."""
    run = play(
        rule(0, "highlight-gate", value=True),
        rule(0, "highlight-gate", value=False),
        seen(0.15, at_s=0),
    )
    assert run.presses == ()


# The queue.


def claim_timers_in_the_queue(play: Play) -> None:
    """A timed press waits for no evaluation: caught up with, a stall delays it by nothing."""
    due_s = START_S + 0.5 - lead()
    hitch = {"time": due_s - 0.05, "player": {"action": "inject-hitch", "duration": 0.18}}
    press = play(hitch, seen(0.5), engine={"hitchPolicy": "catch_up"}).only
    assert press.planned_at_s == near(due_s)
    assert is_within_a_frame(press, due_s)
