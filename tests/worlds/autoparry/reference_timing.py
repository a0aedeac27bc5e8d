"""When a press is made: what the ping adds, the lead, the slack, the zone and the wait."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .reference_motion import clamp

if TYPE_CHECKING:
    from collections.abc import Callable

READ_EVERY_S, SAMPLE_EVERY_S, ALLOWANCE_S = 0.1, 0.2, 1e-9
PING_ALPHA, JITTER_ALPHA = 0.25, 0.35
LATE_S = 0.05
FRAME_S = 1 / 240

__all__ = [
    "PingFilter",
    "compensation",
    "lead",
    "lead_floor",
    "max_lookahead",
    "min_lead",
    "slack",
    "slack_add",
    "stress",
    "time_to_impact",
    "wait",
]


class PingFilter:
    """The ping as it was read last, and what its samples smooth to."""

    def __init__(self, read: Callable[[], float | None]) -> None:
        self._read = read
        self._read_at = self._sampled_at = -math.inf
        self._samples: list[float] = []
        self.reads = 0
        self.value_s = 0.0

    def update(self, now: float) -> None:
        """Read if it is time; `read` gives milliseconds or nothing, and nothing is no sample."""
        if now - self._read_at < READ_EVERY_S - ALLOWANCE_S:
            return
        self._read_at = now
        self.reads += 1
        ms = self._read()
        if ms is None:
            return
        self.value_s = ms / 1000
        if now - self._sampled_at >= SAMPLE_EVERY_S - ALLOWANCE_S:
            self._sampled_at = now
            self._samples.append(self.value_s)

    @property
    def smoothed_s(self) -> float:
        return smooth(self._samples, PING_ALPHA)

    @property
    def jitter_s(self) -> float:
        pairs = zip(self._samples[1:], self._samples, strict=False)
        return smooth([abs(after - before) for after, before in pairs], JITTER_ALPHA)


def smooth(samples: list[float], alpha: float) -> float:
    """Return the moving average that begins with the first sample; 0 without any."""
    average = samples[0] if samples else 0.0
    for sample in samples:
        average += alpha * (sample - average)
    return average


def stress(ping_s: float, jitter_s: float) -> float:
    return min(
        clamp((ping_s - 0.035) / 0.145, 0.0, 2.0) + 0.6 * clamp(jitter_s / 0.01, 0.0, 1.6), 2.0
    )


def compensation(ping_s: float, jitter_s: float) -> float:
    late = 0.85 * max(ping_s - 0.035, 0.0)
    unsteady = 0.55 * max(jitter_s - 0.01, 0.0)
    return min(late + unsteady + 0.015 * stress(ping_s, jitter_s), 0.09)


def min_lead(ping_s: float) -> float:
    return min(0.45 * ping_s, 0.065)


def slack_add(ping_s: float, jitter_s: float) -> float:
    return min(0.5 * max(ping_s - 0.035, 0.0) + 0.35 * max(jitter_s - 0.01, 0.0), 0.05)


def lead_floor(ping_offset_s: float) -> float:
    return max(ping_offset_s, LATE_S)


def lead(
    delta_s: float,
    bias_s: float,
    floor_s: float,
    min_lead_s: float,
    compensation_s: float,
    window_s: float,
) -> float:
    """Return how long before the impact the press is made: never before its window would end."""
    wanted = max(delta_s + bias_s, floor_s, LATE_S + min_lead_s) + compensation_s
    return min(wanted, window_s - FRAME_S)


def max_lookahead(press_max_lookahead_s: float, goal_s: float | None) -> float:
    return press_max_lookahead_s if goal_s is None else max(press_max_lookahead_s, goal_s)


def slack(
    schedule_slack_s: float, min_lead_s: float, slack_add_s: float, max_lookahead_s: float
) -> float:
    return min(max(schedule_slack_s, min_lead_s / 2) + slack_add_s, max_lookahead_s)


def time_to_impact(distance: float, vr: float, ping_s: float, ping_offset_s: float) -> float:
    """Return TTI in seconds; math.inf for a ball that does not come closer."""
    return distance / vr - (ping_s + ping_offset_s) if vr > 0 else math.inf


def wait(
    impact_s: float, lead_s: float, tti_s: float, max_tti_s: float, response_window_s: float
) -> float:
    """Return how long after now the press is made."""
    gate_s = min(max(tti_s - max_tti_s, 0.0), impact_s - response_window_s)
    return max(impact_s - lead_s, gate_s, 0.0)
