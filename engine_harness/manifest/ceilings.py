"""The limits of one run: what holds unless somebody says otherwise, and the most that anybody may.

Light to import: the project file and its flags are judged by the same numbers as a manifest.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULTS", "ceiling", "wording"]

DEFAULTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "deadline_s": 60,
        "memory_mb": 1024,
        "work_units": 2_000_000_000,
        "frames": 10_000_000,
        "events": 1_000_000,
        "log_rows": 200_000,
    }
)
"""Every key of `limits`."""

_TIMES = 10


def ceiling(key: str) -> int:
    """Return the most that a limit may be set to."""
    return DEFAULTS[key] * _TIMES


def wording(key: str) -> str:
    """Return what a limit may be, as messages say it."""
    most = f"{ceiling(key):,}"
    return f"> 0 and at most {most}" if key == "deadline_s" else f"a whole number from 1 to {most}"
