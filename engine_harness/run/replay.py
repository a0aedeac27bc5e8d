"""A replay: what one run was given, as a report keeps it, and the way back to a run.

`engine_replay.json` holds one object per run. Beside what the run did it has `setup`, everything
that the run was given except its events, and each row of its log that came from the plan has the
position of the entry it was authored as. So the file alone makes a plan, and no manifest is read:
an edited file is played as edited. Knows no world's own parts of a replay; they are compared, never
played.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from pydantic import Field, JsonValue

from engine_harness._canonical import digest
from engine_harness._model import Model
from engine_harness.errors import CompileError
from engine_harness.manifest.config_reading import SETTLE_LIMIT_S
from engine_harness.manifest.envelope import ID_LENGTH_MAX
from engine_harness.manifest.intelligence import Intelligence
from engine_harness.manifest.invariants import Invariant
from engine_harness.manifest.models import EngineOptions, Limits, Metadata, Origin, Scenario
from engine_harness.plan.expand import Expansion
from engine_harness.plan.model import Plan
from engine_harness.run.budget import run_options
from engine_harness.run.session import request_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.project import Project
    from engine_harness.plan.model import PlannedEvent
    from engine_harness.records.models import RunRecord
    from engine_harness.run.budget import Invocation
    from engine_harness.run.session import Request
    from engine_harness.vm.loader import LuaRoot

__all__ = [
    "REPLAY_KEYS",
    "ROW_KEYS",
    "Replay",
    "ReplaySetup",
    "expansion_of",
    "replay_request",
    "scenario_of",
    "setup_of",
]

REPLAY_KEYS = (
    "id",
    "label",
    "duration",
    "events",
    "notReached",
    "warnings",
    "logs",
    "metrics",
    "setup",
    "digest",
)
"""What every replay may have; its other keys are the parts that its world shows in it."""

ROW_KEYS = frozenset(
    {"class", "details", "dispatchedAt", "entry", "heldUntil", "lateness", "refused", "type"}
)
"""What a row of `events` says beside the time and the fields of its planned event."""


class ReplayMetadata(Model):
    """Who a scenario is, beside its id and label."""

    description: str | None = None
    tags: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    priority: str | None = None


class ReplaySetup(Model):
    """What a run was given beside its events, in the words of a manifest."""

    version: Literal[1] = 1
    driver: Literal["timeline"] = "timeline"
    world: str = Field(max_length=ID_LENGTH_MAX)
    world_options: dict[str, JsonValue] = Field(default_factory=dict)
    """All that the world got, the project's defaults included."""
    seed: int | str
    """The seed that the run used."""
    config: dict[str, JsonValue] = Field(default_factory=dict)
    intelligence: Intelligence | None = None
    hitch_policy: Literal["stall", "catch_up"]
    settle_limit_s: float = Field(ge=SETTLE_LIMIT_S[0], le=SETTLE_LIMIT_S[1])
    invariants: tuple[Invariant, ...] = ()
    limits: Limits = Limits()
    metadata: ReplayMetadata = ReplayMetadata()
    manifest: str
    """Where the scenario was written; it need not be there any more."""
    plan_digest: str | None = None
    """Of the plan that was recorded: another one tells of an edited file."""
    digest: str | None = None
    """Of all else that stands here; another one likewise."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """One replay, read and found to be right."""

    place: str
    """Path in the file: `replays[2]`, empty for a file that holds one alone."""
    id: str
    label: str
    setup: ReplaySetup
    events: tuple[PlannedEvent, ...]
    """The plan, in order."""
    entries: tuple[int, ...]
    """For each event the authored index, from 1, of its entry."""
    payload: JsonMap
    """As the file has it."""

    @property
    def digest(self) -> str:
        """The digest of the record that was written."""
        return str(self.payload["digest"])

    @property
    def is_setup_edited(self) -> bool:
        """Whether the setup is another one than was written."""
        setup = self.payload["setup"]
        assert isinstance(setup, dict)
        return self.setup.digest not in (None, _setup_digest(setup))

    @property
    def parts(self) -> dict[str, Json]:
        """The parts that its world shows, by name."""
        return {key: value for key, value in self.payload.items() if key not in REPLAY_KEYS}

    def path(self, inner: str) -> str:
        """Return the path in the file of something in this replay."""
        return f"{self.place}.{inner}" if self.place else inner


def _setup_digest(setup: JsonMap) -> str:
    return digest({key: value for key, value in setup.items() if key != "digest"})


def setup_of(record: RunRecord) -> JsonMap:
    """Return what the run of `record` was given, as a replay shows it; `ReplaySetup` reads it."""
    head, said = record.scenario, record.scenario.normalised
    options, metadata = head.options, said.get("metadata")
    limits = {**_map(said.get("limits")), **_map(options.get("limits"))}
    setup: JsonMap = {
        "version": 1,
        "driver": head.driver,
        "world": head.world,
        "world_options": options.get("world_options", {}),
        "seed": head.seed,
        "config": said.get("config", {}),
        "hitch_policy": options.get("hitch_policy"),
        "settle_limit_s": options.get("settle_limit_s"),
        "invariants": said.get("invariants", []),
        "limits": {key: value for key, value in limits.items() if value is not None},
        "metadata": {
            key: value
            for key, value in _map(metadata).items()
            if key in ReplayMetadata.model_fields and value not in (None, [])
        },
        "manifest": head.manifest,
        "plan_digest": record.plan_digest,
    }
    intelligence = said.get("intelligence")
    if intelligence is not None:
        setup["intelligence"] = Intelligence.model_validate(intelligence).plain()
    return {**setup, "digest": _setup_digest(setup)}


def expansion_of(replay: Replay) -> Expansion:
    """Return the plan of a replay, as the planner would have made it from a timeline."""
    metadata = _metadata(replay).model_dump(mode="json", exclude_none=True)
    said = replay.setup.intelligence
    plan = Plan(
        metadata=metadata,
        config=replay.setup.config,
        intelligence=(said.plain() or None) if said else None,
        events=replay.events,
    )
    return Expansion(plan, replay.entries, ())


def replay_request(
    replay: Replay, *, project: Project, invocation: Invocation, roots: Sequence[LuaRoot]
) -> Request:
    """Return the run that plays `replay`; its module is in memory only.

    What `invocation` may say beside the ceilings of wall time and memory, a replay has said itself.

    Raises:
        CompileError: its plan holds what Lua cannot hold.
    """
    from engine_harness.compile.literal import LiteralError

    scenario = scenario_of(replay)
    # Not overlaid on the project's defaults, which may have changed since.
    options = replace(
        run_options(scenario, project, invocation),
        seed=replay.setup.seed,
        world_options=dict(replay.setup.world_options),
    )
    try:
        return request_for(scenario, expansion_of(replay), options=options, roots=roots)
    except LiteralError as error:
        msg = f"its plan{error.path}: {error.message}"
        raise CompileError(msg) from error


def _metadata(replay: Replay) -> Metadata:
    return Metadata(id=replay.id, label=replay.label, **replay.setup.metadata.model_dump())


def scenario_of(replay: Replay) -> Scenario:
    """Return the scenario of a replay: nothing is expected of it, and its plan has its timeline."""
    setup = replay.setup
    base, bracket, _ = replay.id.partition("[")
    return Scenario(
        metadata=_metadata(replay),
        world=setup.world,
        world_options=setup.world_options,
        seed=setup.seed,
        config=setup.config,
        intelligence=setup.intelligence,
        engine=EngineOptions(hitch_policy=setup.hitch_policy, settle_limit_s=setup.settle_limit_s),
        invariants=setup.invariants,
        limits=setup.limits,
        origin=Origin(manifest=setup.manifest, base_id=base if bracket else None),
    )


def _map(value: object) -> JsonMap:
    return cast("JsonMap", value) if isinstance(value, dict) else {}
