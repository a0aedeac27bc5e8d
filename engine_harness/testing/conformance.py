"""Does a world keep the contract? One call for any world, in any project.

Every claim is tested on the real engine: runs in fresh processes, and runs in the middle of which a
probe does something that must leave no trace. Nothing here knows a game.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness.api import Harness, open_project
from engine_harness.checks.diff import first_divergence
from engine_harness.errors import UsageError
from engine_harness.manifest.argument_types import read_type, sample
from engine_harness.run.determinism import divergence, repeat
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.diff import Divergence
    from engine_harness.manifest.worlds import WorldInfo
    from engine_harness.records.models import RunRecord
    from engine_harness.run.session import Request
    from engine_harness.vm.job import Reply

__all__ = ["Conformance", "ConformanceError", "check_world"]

PROBE_KINDS = ("views", "unknown_action", "instances", "actions", "restore")
# What each probe needs of a world beside the contract.
NEEDS = {"actions": ("actions", "snapshot", "restore"), "restore": ("snapshot", "restore")}
ACTION_EVERY_S = 0.1
VALUE_SHOWN_MAX = 100


class ConformanceError(AssertionError):
    """A world breaks the contract; the message lists every claim that does not hold."""


@dataclass(frozen=True)
class Conformance:
    """What was checked."""

    world: str
    held: tuple[str, ...]
    """Claims that hold."""
    skipped: tuple[str, ...] = ()
    """Claims that this world cannot be asked for, each with the reason."""
    broken: tuple[str, ...] = field(default=())
    """Claims that do not hold; empty when `check_world` returns."""


def check_world(
    world: str,
    *,
    root: str | Path | None = None,
    options: Mapping[str, Json] | None = None,
    config: Mapping[str, Json] | None = None,
    timeline: Sequence[Mapping[str, Json]] | None = None,
    seeds: Sequence[int] = (0, 7),
    runs: int = 2,
) -> Conformance:
    """Check that world `world` keeps the contract.

    Args:
        world: its name, as in `lua/worlds/<name>/init.lua`.
        root: the project's root; by default the nearest folder upwards with `harness.toml`.
        options: handed to `World.new`.
        config: sections of `config` as in a manifest; what the world requires there and is not
            given is made up of its declared types.
        timeline: entries as in a manifest; by default each declared action once, 0.1 s apart, with
            arguments made up of their declared types.
        seeds: every claim is tested with each of them.
        runs: fresh processes that must agree, >= 2.

    Raises:
        ConformanceError: with every claim that does not hold.
        UsageError: there is no such world, it declares no action and no timeline is given, or
            `config` or `timeline` is not what it declares.
    """
    with Harness(open_project(root)) as harness:
        info = harness.worlds.get(world)
        if info is None:
            msg = f"unknown world '{world}'; known: {', '.join(harness.worlds.names())}"
            raise UsageError(msg)
        if info.failure is not None:
            msg = f"world {world} does not load: {info.failure.message}"
            raise ConformanceError(msg)
        entries = list(timeline) if timeline is not None else _sample_timeline(info)
        keys: dict[str, Json] = {
            "world_options": dict(options or {}),
            "config": _sample_config(info, config or {}),
        }
        held: dict[str, None] = {}
        broken: list[str] = []
        for seed in seeds:
            scenario = scenario_of(harness, world=world, timeline=entries, seed=seed, **keys)
            for claim, problem in _claims(request_of(harness, scenario), info, runs):
                if problem is None:
                    held[claim] = None
                else:
                    broken.append(f"{claim} (seed {seed}): {problem}")
    if broken:
        raise ConformanceError(f"world {world} breaks the contract:\n  " + "\n  ".join(broken))
    return Conformance(world=world, held=tuple(held), skipped=tuple(_skipped(info)))


def _sample_timeline(info: WorldInfo) -> list[Mapping[str, Json]]:
    declared = info.describe.actions
    if not declared:
        msg = f"world {info.name} declares no actions; give check_world a timeline"
        raise UsageError(msg)
    return [
        {
            "at": ACTION_EVERY_S * position,
            "action": name,
            "args": _samples(arguments),
        }
        for position, (name, arguments) in enumerate(sorted(declared.items()), start=1)
    ]


def _sample_config(info: WorldInfo, given: Mapping[str, Json]) -> JsonMap:
    """Return what is given, and in the places that the world requires and are not given, samples.

    Whatever is not a map is left to the loader, which says so.
    """
    sections = {**_samples(info.describe.config or {}), **given}
    engine = sections.get("engine", {})
    required = _samples(info.describe.engine_options or {})
    if required and isinstance(engine, dict):
        sections["engine"] = {**required, **engine}
    return sections


def _samples(types: Mapping[str, str]) -> JsonMap:
    """Return a value of its type, within its bounds, for each name that must be given."""
    values: JsonMap = {}
    for name, declared in types.items():
        kind = read_type(declared)
        # What is no type is left out of a describe when it is read.
        assert kind is not None
        if not kind.is_optional:
            values[name] = sample(kind)
    return values


def _missing(info: WorldInfo, kind: str) -> list[str]:
    return [name for name in NEEDS.get(kind, ()) if name not in info.methods]


def _skipped(info: WorldInfo) -> Iterator[str]:
    for kind in PROBE_KINDS:
        missing = _missing(info, kind)
        if missing:
            yield f"{kind}: the world has no {', '.join(missing)}"


def _claims(request: Request, info: WorldInfo, runs: int) -> Iterator[tuple[str, str | None]]:
    records = repeat(request, runs)
    base = records[0]
    yield "the run comes to its end", _end_problem(base)
    if base.outcome.status != "completed":
        return
    found = divergence(records)
    yield "same seed twice is equal", _words(found) if found else None
    for kind in PROBE_KINDS:
        if not _missing(info, kind):
            yield from _probe_claims(request, base, kind)


def _end_problem(record: RunRecord) -> str | None:
    outcome = record.outcome
    if outcome.status == "completed":
        return None
    return f"{outcome.status}: {outcome.message}"


CLAIMS = {
    "views": "asking changes nothing",
    "unknown_action": "an unknown action is refused with a code and changes nothing",
    "instances": "no state is shared between two instances",
    "actions": "every entry of actions() is applicable",
    "restore": "a world restored to a snapshot goes on equally, its pending work included",
}


def _probe_claims(request: Request, base: RunRecord, kind: str) -> Iterator[tuple[str, str | None]]:
    last = base.outcome.units or 1
    for unit in sorted({0, last // 3, 2 * last // 3}):
        record, findings = _probed(request, kind, unit)
        if findings:
            yield CLAIMS[kind], "; ".join(findings)
            return
        if _end_problem(record):
            yield CLAIMS[kind], _end_problem(record)
            return
        found = first_divergence(_story(base), _story(record))
        if found is not None:
            yield CLAIMS[kind], f"after unit {unit} the run goes on differently: {_words(found)}"
            return
    yield CLAIMS[kind], None


def _story(record: RunRecord) -> RunRecord:
    """Return a record without what a probe itself costs and schedules."""
    timeline = {k: v for k, v in record.sections["timeline"].items() if k != "scheduler"}
    sections = {**record.sections, "timeline": timeline}
    return record.model_copy(update={"cost": None, "digest": "", "sections": sections})


def _words(found: Divergence) -> str:
    first = found.differences[0]
    was, now = (canonical_json(value)[:VALUE_SHOWN_MAX] for value in (first.expected, first.actual))
    return f"{first.message}: {was} became {now}"


def _probed(request: Request, kind: str, unit: int) -> tuple[RunRecord, list[str]]:
    from engine_harness.run.isolate import record_of
    from engine_harness.run.session import job_of
    from engine_harness.vm.worker import Pool

    probes: list[JsonMap] = [{"unit": unit, "kind": kind}]
    with Pool(1) as pool:
        reply = pool.call(job_of(request, probes=probes))
    return record_of(request, reply), _findings_of(reply)


def _findings_of(reply: Reply) -> list[str]:
    head = reply.value.get("head") if isinstance(reply.value, dict) else None
    findings = head.get("probe_findings") if isinstance(head, dict) else None
    return [str(finding) for finding in findings] if isinstance(findings, list) else []
