"""Scenarios and runs from plain Python data, through the same loader as files.

For tests of worlds: no manifest has to be written to try one timeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import sha256_hex
from engine_harness._version import __version__
from engine_harness.compile.render import render_module
from engine_harness.errors import ManifestError
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.document import Document
from engine_harness.manifest.envelope import Member, read_scenario
from engine_harness.plan.expand import expand
from engine_harness.run.budget import Invocation, run_options
from engine_harness.run.session import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json
    from engine_harness.api import Harness
    from engine_harness.manifest.models import Scenario

__all__ = ["request_of", "scenario_of"]

IN_MEMORY = "<memory>"


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
    problems = Problems(IN_MEMORY, Document(data))
    scenario = read_scenario(Member(data, problems), harness.worlds)
    if scenario is None:
        raise ManifestError(tuple(problems.found))
    return scenario


def request_of(
    harness: Harness, scenario: Scenario, invocation: Invocation | None = None
) -> Request:
    """Return the run of `scenario` in the project of `harness`; nothing is written to disk."""
    expansion = expand(scenario)
    text = render_module(expansion.plan, manifest=scenario.origin.manifest, version=__version__)
    return Request(
        scenario=scenario,
        expansion=expansion,
        module_text=text,
        module_digest=sha256_hex(text.encode("utf-8")),
        options=run_options(scenario, harness.project, invocation or Invocation()),
        roots=harness.roots,
    )
