"""From a plan and its compiled module to a job for a child process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._canonical import sha256_hex, with_one_zero
from engine_harness._version import __version__
from engine_harness.manifest.models import CONFIG_SECTIONS, DRIVER_OPTIONS
from engine_harness.plan.events import ACTION_OF_KIND
from engine_harness.vm.job import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.models import Scenario
    from engine_harness.plan.expand import Expansion
    from engine_harness.run.budget import RunOptions
    from engine_harness.vm.loader import LuaRoot

__all__ = ["Request", "job_of", "options_of", "request_for"]

EXACT_INTEGER_MAX = 2**53


@dataclass(frozen=True, kw_only=True)
class Request:
    """One run that is wanted."""

    scenario: Scenario
    expansion: Expansion
    """The plan, with the way back to the timeline."""
    module_text: str
    module_digest: str
    """SHA-256 of the module's bytes."""
    options: RunOptions
    roots: tuple[LuaRoot, ...]
    """Where the world and what it requires are looked up."""


def request_for(
    scenario: Scenario,
    expansion: Expansion,
    *,
    options: RunOptions,
    roots: Sequence[LuaRoot],
    module_text: str | None = None,
) -> Request:
    """Return the run of a plan with these options.

    Args:
        scenario: whom the plan belongs to.
        expansion: the plan.
        options: what the run is given beside it.
        roots: where Lua modules are looked up.
        module_text: the compiled module; None: one that is made now, in memory only.

    Raises:
        CompileError: a plan that is compiled now holds what Lua cannot hold.
    """
    if module_text is None:
        from engine_harness.compile.render import render_module

        manifest = scenario.origin.manifest
        module_text = render_module(expansion.plan, manifest=manifest, version=__version__)
    return Request(
        scenario=scenario,
        expansion=expansion,
        module_text=module_text,
        module_digest=sha256_hex(module_text.encode("utf-8")),
        options=options,
        roots=tuple(roots),
    )


def _in_lua(seed: int | str) -> int | str:
    """Return the seed as a world sees it: beyond 2^53 a Lua number would be another one."""
    return seed if isinstance(seed, str) or abs(seed) <= EXACT_INTEGER_MAX else str(seed)


def _config_of(scenario: Scenario) -> JsonMap:
    """Return the parts of `config` that are the world's: options of the engine and sections.

    What is null at this level was left out; further down a null is a value.
    """
    config = scenario.config
    engine = config.get("engine")
    own: JsonMap = {
        key: value
        for key, value in (engine.items() if isinstance(engine, dict) else ())
        if key not in DRIVER_OPTIONS and value is not None
    }
    sections = {
        key: value
        for key, value in config.items()
        if key not in CONFIG_SECTIONS and value is not None
    }
    return {"engine": own, **sections}


def options_of(options: RunOptions) -> JsonMap:
    """Return what a run is given beside its plan, as far as the record may depend on it.

    The ceilings of wall time and memory are left out: they are the machine's business.
    """
    budget = options.budget
    return {
        "hitch_policy": options.hitch_policy,
        "limits": {
            "events": budget.events,
            "frames": budget.frames,
            "log_rows": budget.log_rows,
            "work_units": budget.work_units,
        },
        "settle_limit_s": options.settle_limit_s,
        "world_options": options.world_options,
    }


def job_of(request: Request, *, probes: Sequence[JsonMap] = ()) -> Job:
    """Return the job that plays `request`.

    Args:
        request: the run that is wanted.
        probes: `{unit, kind}`, questions of a conformance check in the middle of the run.
    """
    options, budget = request.options, request.options.budget
    config = with_one_zero(_config_of(request.scenario))
    invariants: list[Json] = [
        entry.model_dump(mode="json") for entry in request.scenario.invariants
    ]
    data: JsonMap = {
        "driver": request.scenario.driver,
        "world": request.scenario.world,
        "seed": str(options.seed),
        "authored_seed": _in_lua(options.seed),
        "options": with_one_zero(options.world_options),
        # As text: the world gets its nulls, which data of a job have not.
        "config": json.dumps(config, ensure_ascii=False, allow_nan=False),
        "hitch_policy": options.hitch_policy,
        "settle_limit_s": options.settle_limit_s,
        "limits": {
            "frames": budget.frames,
            "events": budget.events,
            "log_rows": budget.log_rows,
        },
        "action_of_kind": dict(ACTION_OF_KIND),
        "invariants": with_one_zero(invariants),
    }
    if probes:
        data["probes"] = list(probes)
    return Job(
        function="run",
        data=data,
        texts={"module": request.module_text},
        roots=tuple(str(root.path) for root in request.roots),
        root_names=tuple(root.name for root in request.roots),
        deadline_s=budget.deadline_s,
        memory_mb=budget.memory_mb,
        work_units=budget.work_units,
    )
