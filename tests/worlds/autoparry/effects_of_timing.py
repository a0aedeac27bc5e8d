"""When a press is planned and made: the options of lead, slack, zone and lookahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .duel import FRAME_S, SAFE_RADIUS, Timing, ball, configure, frame_at, impact
from .effect import Effect, Setting, near

if TYPE_CHECKING:
    from .duel import Press, Trace

CALM = Timing()

# Balls that are seen in time to plan their press, and one that is far beyond the lookahead.
FAR, BEYOND = (170.0, 160.0), (400.0, 160.0)
ONE = Setting((ball(0.1, "a", *FAR),))
TWINS = Setting((ball(0.1, "a", *FAR), ball(0.1, "b", *FAR)))
EARLY = Setting((ball(0, "a", *BEYOND),))
DUE_AT_S = impact(*BEYOND) - CALM.lead_s


def planned(trace: Trace) -> tuple[float, float]:
    return trace.press.planned_s, trace.press.lead_s


def ahead(trace: Trace) -> float:
    """Return how long before its time a press was planned."""
    assert trace.press.scheduled_s is not None
    return trace.press.planned_s - trace.press.scheduled_s


def spacing(trace: Trace) -> float:
    first, second = trace.presses
    return second.planned_s - first.at_s


def who(trace: Trace) -> list[str]:
    return [press.name for press in trace.presses]


def decision(trace: Trace) -> tuple[float, str]:
    return trace.press.at_s, trace.press.reason


def at_once(trace: Trace) -> tuple[bool, float]:
    """Tell whether a press was made without a plan, and the slack it was decided by."""
    press: Press = trace.press
    told = [row for row in trace.section["autoparry"]["history"] if row["type"] == "press"]
    return press.scheduled_s is None, told[0]["decision"]["slack"]


def leads(timing: Timing) -> tuple[object, object]:
    """Return when a ball that comes at 0.1 is to be pressed, and with which lead."""
    return near(0.1 + impact(*FAR) - timing.lead_s), near(timing.lead_s)


def arrival(radius: float) -> tuple[object, object]:
    """Return when such a ball is to be pressed, and when it is at the sphere."""
    at_s = 0.1 + (FAR[0] - radius) / FAR[1]
    return near(at_s - CALM.lead_s), near(at_s)


def seen(lookahead_s: float) -> object:
    """Return what is left of the lookahead at the first frame inside it."""
    return near(DUE_AT_S - frame_at(DUE_AT_S - lookahead_s))


# 0.625 s from the player without the ping of 95 ms: what the zone holds back until it is in it.
def zone_wait(offset_s: float, max_tti_s: float) -> object:
    return near(0.1 + 100 / 160 - CALM.ping_s - offset_s - max_tti_s)


ZONE = Setting((ball(0.1, "a", 100, 160),))
# 0.2425 s from the sphere, with a TTI of 0.11 s, and urgent from 0.0150 s on.
LATE = Setting((ball(0, "a", 204, 800),))
# With a ping of 35 ms nothing is added to the slack; its press is 40 ms away.
SHORT_PING = Timing(ping_s=0.035)
SHORT = Setting(
    (ball(0.1, "a", SAFE_RADIUS + 160 * (SHORT_PING.lead_s + 0.04), 160),), engine={"pingMs": 35}
)
# From 0.61 on a press takes 0.36 s to work: then the ball is 0.3875 s from the sphere and 0.186
# studs more than 2.2 sigma inside of it when the press works.
SUDDEN = Setting((ball(0, "a", *FAR), configure(0.61, activationLatency=0.36)))
SUDDEN_S = frame_at(0.61)
SURE, UNSURE = (SUDDEN_S, "confidence"), (near(SUDDEN_S + FRAME_S), "lead")

EFFECTS = (
    Effect("cooldown", TWINS, spacing, ((0.1, near(0.1)), (0.2, near(0.2)), (0, near(0)))),
    Effect("minSpeed", Setting((ball(0, "a", 14, 8),)), who, ((10, []), (8, ["a"]))),
    Effect(
        "minTTI",
        LATE,
        decision,
        ((0.12, (frame_at(0.015), "urgent")), (0.1, (0, "ready-to-press"))),
    ),
    Effect(
        "maxTTI",
        ZONE,
        planned,
        (
            (0.55, (near(0.1 + impact(100, 160) - CALM.lead_s), near(CALM.lead_s))),
            (0.15, (near(0.1 + 0.33), near(impact(100, 160) - 0.33))),
        ),
    ),
    Effect(
        "safeRadius",
        ONE,
        lambda trace: (trace.press.planned_s, trace.threats["a"]["contactTime"]),
        tuple((radius, arrival(radius)) for radius in (10, 4)),
    ),
    Effect("confidenceZ", SUDDEN, decision, ((2.2, SURE), (3, UNSURE))),
    Effect("pressConfidencePadding", SUDDEN, decision, ((0.08, SURE), (0.2, UNSURE))),
    Effect(
        "activationLatency",
        ONE,
        planned,
        tuple((value, leads(Timing(activation_s=value))) for value in (0.12, 0.2)),
    ),
    Effect(
        "pressReactionBias",
        ONE,
        planned,
        tuple((value, leads(Timing(bias_s=value))) for value in (0.02, 0.08)),
    ),
    # As the floor of the lead, and as a part of TTI.
    Effect(
        "pingOffset",
        ONE,
        planned,
        tuple((value, leads(Timing(ping_offset_s=value))) for value in (0.05, 0.3)),
    ),
    Effect(
        "pingOffset",
        ZONE.under(maxTTI=0.15),
        lambda trace: trace.press.planned_s,
        tuple((value, zone_wait(value, 0.15)) for value in (0.05, 0.04)),
    ),
    Effect(
        "pressScheduleSlack",
        SHORT,
        at_once,
        ((0.015, (False, near(0.015))), (0.04, (True, near(0.04)))),
    ),
    Effect(
        "pressMaxLookahead",
        EARLY,
        ahead,
        ((1.2, seen(1.2)), (0.5, seen(0.9))),
    ),
    Effect(
        "pressLookaheadGoal",
        EARLY.under(pressMaxLookahead=0.5),
        ahead,
        ((0.9, seen(0.9)), (1.4, seen(1.4)), (None, seen(0.5))),
    ),
    # The press is planned 0.755 s ahead.
    Effect(
        "pressLookaheadGoal",
        ONE,
        lambda trace: trace.section["autoparry"]["statuses"]["lookahead"]["level"],
        ((0.9, "warning"), (1.1, "critical"), (None, "info")),
    ),
    Effect(
        "pressMinDetectionTime",
        Setting((ball(0.1, "a", 30, 100),)),
        lambda trace: trace.press.at_s,
        ((0, 0.1), (0.05, frame_at(0.15)), (None, 0.1)),
    ),
)
