"""How many toggles a storm has: the plan makes as many, and the gate counts them."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["STORM", "STORM_DURATION_S", "STORM_FREQUENCY_HZ", "half_period_s", "toggles"]

STORM: Final = "oscillation-storm"
"""The name of the macro."""
STORM_DURATION_S: Final = 0.2
STORM_FREQUENCY_HZ: Final = 18
"""What holds for a storm that does not say it."""


def half_period_s(frequency_hz: float) -> float:
    """Return the time from one toggle to the next."""
    return 0.5 / frequency_hz


def toggles(duration_s: float, frequency_hz: float, *, at_most: float) -> int:
    """Return the number of toggles of a storm, at least one and at most so many."""
    # Without the cut floor() meets infinity.
    wanted = min(duration_s / half_period_s(frequency_hz) + 0.5, at_most)
    return max(math.floor(wanted), 1)
