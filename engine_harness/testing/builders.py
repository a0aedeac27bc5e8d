"""Scenarios and runs from plain Python data, through the same loader as files.

For tests of worlds: no manifest has to be written to try one timeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json
    from engine_harness.api import Harness
    from engine_harness.manifest.models import Scenario
    from engine_harness.run.session import Request

__all__ = ["request_of", "scenario_of"]


def scenario_of(
    harness: Harness, *, world: str, timeline: Sequence[Mapping[str, Json]], **keys: Json
) -> Scenario:
    """Return the scenario that a manifest with these keys describes.

    Args:
        harness: the project whose worlds are meant.
        world: name of the world.
        timeline: entries as in a manifest.
        keys: further keys of the manifest, as `seed`, `expect`, `world_options`; `metadata` may be
            left out.

    Raises:
        ManifestError: with all problems.
    """
    data: dict[str, Json] = {
        "metadata": {"id": "in_memory", "label": "in memory"},
        "world": world,
        "timeline": [dict(entry) for entry in timeline],
        **keys,
    }
    return harness.read(data)


def request_of(harness: Harness, scenario: Scenario) -> Request:
    """Return the run of `scenario` in the project of `harness`; nothing is written to disk."""
    return harness.request_of(scenario)
