"""The figures of frames and queue that a timeline leaves: what expectations at the end may name.

They stand in the record's section `timeline` under `scheduler` and are written
`performance.scheduler.lateness.nominal.p99`. What depends on the machine is not among them.
"""

from __future__ import annotations

from typing import Final

__all__ = ["PERFORMANCE", "PERFORMANCE_METRICS"]

PERFORMANCE: Final = "performance"
"""The first part of all names; a metric of the world that is called so hides them."""

_LATENESS = ("samples", "onTime", "total", "average", "min", "max", "p50", "p95", "p99")
_FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "": (
        "stepCount",
        "totalSimulated",
        "minStep",
        "maxStep",
        "averageStep",
        "scheduledEvents",
    ),
    "queue": ("samples", "totalDepth", "averageDepth", "maxDepth"),
    "events": ("triggered", "perStep", "maxPerStep", "eventfulSteps"),
    "lateness": _LATENESS,
    "lateness.nominal": _LATENESS,
    "lateness.hitch": _LATENESS,
}

PERFORMANCE_METRICS: Final = tuple(
    sorted(
        ".".join(part for part in (PERFORMANCE, "scheduler", group, figure) if part)
        for group, figures in _FIGURES.items()
        for figure in figures
    )
)
"""Every figure by its whole name."""
