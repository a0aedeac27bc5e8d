"""The only place that reads the machine's clock.

What it returns may stand under `host` or `meta` only.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

__all__ = ["monotonic_s", "utc_now_text"]


def monotonic_s() -> float:
    """Return seconds from an arbitrary start; differences of two calls are wall time."""
    return time.monotonic()


def utc_now_text() -> str:
    """Return the current time in UTC as `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
