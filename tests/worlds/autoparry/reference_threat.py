"""How dangerous a ball is, and which of several goes first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .reference_motion import WINDOW, clamp, spread

TEMPO_S, ALLOWANCE_S = 0.3, 1e-9
STATUSES = ((0.2, "idle"), (0.4, "low"), (0.65, "medium"), (0.85, "high"))

__all__ = [
    "Candidate",
    "confidence",
    "status",
    "target_score",
    "tempo",
    "threat_score",
    "volatility",
]


def threat_score(
    impact_s: float, press_max_lookahead_s: float, speed: float, *, targeting: bool, severity: float
) -> float:
    """Return the score in [0, 1]; an impact of math.inf is no impact."""
    urgency = 0.0
    if impact_s != math.inf:
        urgency = clamp(1 - impact_s / press_max_lookahead_s, 0.0, 1.0)
    return math.fsum(
        (
            0.4 * urgency,
            0.25 * speed / (speed + 120),
            0.2 if targeting else 0.0,
            0.15 * min(severity, 1.0),
        )
    )


def status(score: float) -> str:
    return next((name for below, name in STATUSES if score < below), "critical")


def confidence(sigma: float, mu: float, safe_radius: float) -> float:
    scale = max(abs(mu), safe_radius)
    return clamp(1 - sigma / scale, 0.0, 1.0) if scale else 0.0


def volatility(vrs: list[float]) -> float:
    """Return the spread of the last closing speeds, as a share of their mean."""
    window = vrs[-WINDOW:]
    if len(window) < 2:
        return 0.0
    mean = math.fsum(window) / len(window)
    return spread(window) / max(abs(mean), 1.0)


def tempo(changes_s: list[float], now: float) -> float:
    """Return changes per second over the last .3 s, its first instant included."""
    return sum(1 for at_s in changes_s if now - TEMPO_S - ALLOWANCE_S <= at_s <= now) / TEMPO_S


@dataclass(frozen=True)
class Candidate:
    """A ball as the choice among several sees it."""

    impact_s: float
    response_window_s: float
    vr: float
    threat: float
    lead_s: float
    age_s: float
    is_targeting: bool
    is_due: bool
    holds: bool
    is_tracked: bool
    is_scheduled: bool


def target_score(ball: Candidate) -> float:
    return math.fsum(
        (
            2.5 if ball.is_targeting else 0.0,
            1.2 if ball.vr > 0 else 0.0,
            1.0 if ball.is_due else 0.0,
            0.5 if ball.holds else 0.0,
            1.2 * clamp(1 - ball.impact_s / ball.response_window_s / 2, 0.0, 1.0),
            1.05 * ball.threat,
            0.8 * clamp(ball.age_s / 0.1, 0.0, 1.0),
            0.9 * clamp(1 - ball.impact_s / 0.85, 0.0, 1.0),
            1.4 * clamp(1 - (ball.impact_s - ball.lead_s) / ball.lead_s, 0.0, 1.0),
            0.6 if ball.is_tracked else 0.0,
            0.5 if ball.is_scheduled else 0.0,
        )
    )
