"""All that the formulas give for a flight, reading by reading, by the names of the controller."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from . import reference_threat as threat
from . import reference_timing as timing
from .differences import is_close
from .reference_motion import Reading, Track
from .reference_prediction import predict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .histories import History
    from .reference_prediction import Prediction

Value = float | str | bool
Row = dict[str, Value]

MOTION = ("readings", "distance", "d0", "speed", "vr", "ar", "jr", "kappa", "kappa_rate")
SIGMAS = ("sigma_d", "sigma_v", "sigma_a", "sigma_j")
TOLERANCE = 1e-9

__all__ = ["TOLERANCE", "Row", "Value", "encoded", "is_same", "rows_of"]


def encoded(value: Value) -> Value:
    """Return a value as it leaves Lua: infinity has a name there, so that it is not just null."""
    return "huge" if value == math.inf else value


def is_same(expected: Value, actual: object) -> bool:
    """Tell whether |a - b| <= 1e-9·max(1, |b|), b being the expected one; texts are equal."""
    return is_close(expected, actual, relative=TOLERANCE, absolute=TOLERANCE)


def rows_of(history: History) -> list[Row]:
    """Return the expected values after each reading of a flight."""
    track = Track(history.settings.safe_radius)
    answers = iter([moment.ping_ms for moment in history.moments])
    answer: float | None = None
    ping = timing.PingFilter(lambda: answer)
    rows = []
    for moment in history.moments:
        answer = next(answers)
        ping.update(moment.now)
        reading = track.read(moment.dt, moment.position, moment.velocity)
        delta_s = ping.value_s / 2 + history.activation_s
        prediction = predict(reading, delta_s, history.settings)
        row = {
            **_motion(reading),
            **vars(prediction),
            **_timing(history, reading, prediction, ping, delta_s),
            **_threat(history, reading, prediction, track.vrs),
        }
        rows.append({name: encoded(value) for name, value in row.items()})
    return rows


def _motion(reading: Reading) -> Row:
    row: Row = {name: getattr(reading, name) for name in (*MOTION, *SIGMAS)}
    vectors: Sequence[tuple[Sequence[str], Sequence[float]]] = (
        (("x", "y", "z"), reading.position),
        (("vx", "vy", "vz"), reading.velocity),
        (("ux", "uy", "uz"), reading.u),
        (("fax", "fay", "faz"), reading.acceleration),
    )
    for names, vector in vectors:
        row.update(zip(names, vector, strict=True))
    return row


def _timing(
    history: History,
    reading: Reading,
    prediction: Prediction,
    ping: timing.PingFilter,
    delta_s: float,
) -> Row:
    p, j = ping.smoothed_s, ping.jitter_s
    min_lead_s = timing.min_lead(p)
    lead_s = timing.lead(
        delta_s,
        history.bias_s,
        timing.lead_floor(history.ping_offset_s),
        min_lead_s,
        timing.compensation(p, j),
        history.parry_window_s,
    )
    lookahead_s = timing.max_lookahead(history.press_max_lookahead_s, history.goal_s)
    tti_s = timing.time_to_impact(reading.distance, reading.vr, ping.value_s, history.ping_offset_s)
    return {
        "ping": ping.value_s,
        "smoothed": p,
        "jitter": j,
        "stress": timing.stress(p, j),
        "compensation": timing.compensation(p, j),
        "min_lead": min_lead_s,
        "slack_add": timing.slack_add(p, j),
        "lead": lead_s,
        "max_lookahead": lookahead_s,
        "slack": timing.slack(history.slack_s, min_lead_s, timing.slack_add(p, j), lookahead_s),
        "tti": tti_s,
        "wait": timing.wait(
            prediction.impact, lead_s, tti_s, history.max_tti_s, prediction.response_window
        ),
    }


def _threat(history: History, reading: Reading, prediction: Prediction, vrs: list[float]) -> Row:
    score = threat.threat_score(
        prediction.impact,
        history.press_max_lookahead_s,
        reading.speed,
        targeting=history.is_targeting,
        severity=prediction.severity,
    )
    return {
        "score": score,
        "status": threat.status(score),
        "confidence": threat.confidence(
            prediction.sigma, prediction.mu, history.settings.safe_radius
        ),
        "volatility": threat.volatility(vrs),
    }
