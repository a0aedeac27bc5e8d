"""The record of one run: plain data, complete enough to be judged without the run.

Names are snake_case, units are part of the name. Keys inside `metrics`, `fields` and `sections`
are the world's own. Everything that depends on the machine stands under `host`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, PlainValidator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from engine_harness._model import Model

__all__ = [
    "SCHEMA_VERSION",
    "Checkpoint",
    "Cost",
    "EventRow",
    "FunctionCost",
    "InvariantRow",
    "LogRow",
    "Outcome",
    "RunRecord",
    "Samples",
    "ScenarioHead",
]

SCHEMA_VERSION = 1

Status = Literal["completed", "world_error", "limit", "killed", "nondeterministic"]


def _require_map(value: object) -> object:
    """Let a map through as it is: it came from JSON or a model, and may be megabytes."""
    if not isinstance(value, dict):
        kind = "dict_type"
        raise PydanticCustomError(kind, "Input should be a map")
    return value


def _require_maps(value: object) -> object:
    """Let a map of maps through as it is, for the same reason as `_require_map`."""
    if not isinstance(value, dict):
        kind = "sections_type"
        raise PydanticCustomError(kind, "Sections should be a map")
    for name, section in value.items():
        if not isinstance(section, dict):
            kind = "section_type"
            raise PydanticCustomError(kind, "{name} should be a map", {"name": name})
    return value


def _require_rows(value: object) -> object:
    """Let a list of maps through as it is, for the same reason as `_require_map`."""
    if not isinstance(value, list):
        kind = "rows_type"
        raise PydanticCustomError(kind, "Events should be a list")
    for index, row in enumerate(value):
        if not isinstance(row, dict):
            kind = "row_type"
            raise PydanticCustomError(kind, "Row {index} should be a map", {"index": index})
    return value


class ScenarioHead(Model):
    """Which scenario ran, from where, and what it said."""

    id: str
    label: str
    driver: str
    world: str
    seed: int | str
    """The seed that the run used."""
    manifest: str
    """Path from the project root."""
    tags: tuple[str, ...] = ()
    normalised: Annotated[dict[str, JsonValue], PlainValidator(_require_map)]
    """The scenario in its one form, `manifest.models.Scenario`: no view reads a manifest."""
    options: Annotated[dict[str, JsonValue], PlainValidator(_require_map)] = Field(
        default_factory=dict
    )
    """What the run was given beside its plan, as `run.session.options_of` says it."""


class Outcome(Model):
    """How the run ended."""

    status: Status
    success: bool | None = None
    """What the driver decided; None: it had nothing to decide."""
    reason: str | None = None
    """Why it ended, in a word: `settled`, `settle_limit`, the limit's name, ..."""
    message: str | None = None
    """The error, complete with file, line and Lua traceback, or what limit was reached."""
    where: dict[str, JsonValue] | None = None
    """For an error: `{file, line, at_s, frame, unit, dispatching, traceback}` as far as known, and
    `path`, when the world has named the part of the manifest that it is about."""
    virtual_s: float | None = None
    frames: int | None = None
    """Number of the last frame."""
    units: int | None = None


class Checkpoint(Model):
    """Metrics at one time of the run, with the digest of the whole state."""

    at_s: float
    frame: int
    metrics: dict[str, JsonValue]
    digest: str


class EventRow(TypedDict, total=False):
    """One row of the event log, in order of dispatch. `?`: absent unless it applies."""

    at_s: float
    """The clock at dispatch."""
    frame: int
    unit: int
    event: str
    source: str
    """`plan`, `driver`, `world` or `engine`."""
    entry: int
    """? of source `plan`: the authored index, from 1, of the timeline entry that it comes from."""
    fields: dict[str, JsonValue]
    """A plan event's own fields (without `time`, `event`), or what the world recorded."""
    due_s: float
    """?"""
    lateness_s: float
    """?"""
    # `class` (nominal | hitch)? is added below: it is a word of Python's grammar.
    held_until_s: float
    """?"""
    refused: dict[str, JsonValue]
    """? `{code, message}`"""
    details: dict[str, JsonValue]
    """? what `apply` returned beside true, or `{hitchDuration}`"""


class InvariantRow(Model):
    """One time that an invariant was violated, from the first evaluation to the last."""

    index: int
    """From 1, the entry of `invariants`."""
    name: str
    subject: str | None = None
    severity: Literal["error", "warning"] = "error"
    first_at_s: float
    frame: int
    unit: int
    value: JsonValue = None
    details: str | None = None
    violated_s: float
    frames: int
    """Units of frame time from the first violated evaluation to the one that found it holding."""


class LogRow(Model):
    """One line of a log."""

    at_s: float
    frame: int
    unit: int
    level: str
    text: str


class Samples(Model):
    """A series of numbers."""

    at_s: list[float]
    value: list[float | None]


class FunctionCost(Model):
    """Work units spent in one Lua function."""

    function: str
    """`<file>:<line> <name>`."""
    work_units: int


class Cost(Model):
    """Work units, the same number on every machine and in every run.

    They are loop turns, function entries and jumps of user Lua, and what was charged for work of
    libraries, services and the record.
    """

    work_units: int
    functions: list[FunctionCost] = Field(default_factory=list)


class RunRecord(Model):
    """Everything that happened in one run."""

    schema_version: Literal[1] = 1
    scenario: ScenarioHead
    plan_digest: str
    module_digest: str
    digest: str
    """SHA-256 of the canonical JSON of outcome, metrics, checkpoints, events, invariants, samples,
    logs and sections."""
    outcome: Outcome
    metrics: dict[str, JsonValue] | None
    """At the end; None when the world could no longer be asked."""
    checkpoints: dict[str, Checkpoint] = Field(default_factory=dict)
    events: Annotated[list[dict[str, JsonValue]], PlainValidator(_require_rows)] = Field(
        default_factory=list
    )
    """Rows of the form `EventRow`, with `class`."""
    invariants: list[InvariantRow] = Field(default_factory=list)
    samples: dict[str, Samples] = Field(default_factory=dict)
    logs: list[LogRow] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    sections: Annotated[dict[str, dict[str, JsonValue]], PlainValidator(_require_maps)] = Field(
        default_factory=dict
    )
    cost: Cost | None = None
    host: dict[str, JsonValue] = Field(default_factory=dict)
