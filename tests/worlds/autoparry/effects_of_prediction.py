"""What a bend in a ball's path is worth: it widens the time in which a press is urgent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .duel import FIXED, ball, call, frame_at
from .effect import Effect, Setting, near

if TYPE_CHECKING:
    from .duel import Trace

KINK_S = 0.05

# Nothing is in the zone, nothing can be planned, and the lead is so long that a ball is pressed in
# the frame in which it becomes urgent: as soon as its impact, or the way to the radius in which it
# is pressed, takes no longer than the response window of 0.2175 s and the bend's share of it.
ONLY_URGENT = {
    **FIXED,
    "minTTI": 10,
    "pressMaxLookahead": 1e-9,
    "pressLookaheadGoal": None,
    "pressReactionBias": 0.16,
}


def kink(speed: tuple[float, float], after: tuple[float, float], distance: float) -> Setting:
    """Return the setting of a ball that changes its velocity when it is straight ahead."""
    script = f"""
function W:kink()
    local ball = self.stage.balls:of(self.world.threats:slot_of("a"))
    ball:SetVelocity(self.services.Vector3.new(0, {after[0]}, {-after[1]}))
end
"""
    start = [0, -speed[0] * KINK_S, distance + speed[1] * KINK_S]
    spawn = ball(0, "a", 0, 0, position=start, velocity=[0, speed[0], -speed[1]])
    return Setting((spawn, call(KINK_S, "kink")), ONLY_URGENT, script)


def urgency(trace: Trace) -> tuple[float, float]:
    """Return when a ball was pressed, and the severity of its bend in the score of the threat."""
    (at_s, fields), *_ = trace.events("press")
    speed = math.hypot(*trace.section["parryLog"][0]["ball"]["velocity"].values())
    # The impact is beyond the lookahead, so that urgency adds nothing.
    return at_s, (fields["threat"]["score"] - 0.2 - 0.25 * speed / (speed + 120)) / 0.15


# The turn is so sharp that the change of the curvature is at its limit. The ball is 0.2283 s from
# the radius of the press; without a bend it is near enough three frames later.
TURN = kink((20, 60), (-20, 60), 31.7).under(curvatureHoldBoost=0)
# The jerk is at its limit, and shortens the impact to 0.27 s. Without a bend the ball is urgent
# when it is 0.2175 s from the radius of the press.
PUSH = kink((0, 300), (0, 301.5), 160).under(curvatureLeadScale=0)
PUSHED_S = frame_at(KINK_S + (160 - 18) / 301.5 - 0.2175)

EFFECTS = (
    Effect(
        "curvatureLeadScale",
        TURN,
        urgency,
        (
            (0.12, (KINK_S, near(0.12))),
            (0, (near(KINK_S + 3 / 240), near(0))),
        ),
    ),
    Effect(
        "curvatureHoldBoost",
        PUSH,
        urgency,
        (
            (0.5, (KINK_S, near(0.5))),
            (0, (near(PUSHED_S), near(0))),
        ),
    ),
)
