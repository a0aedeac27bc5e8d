"""From what a child process sent to a `RunRecord`: columns become rows, numbers canonical."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any

from engine_harness._canonical import digest, normalise
from engine_harness._version import __version__
from engine_harness.errors import HarnessBug
from engine_harness.records.digests import record_digest
from engine_harness.records.models import (
    Checkpoint,
    Cost,
    InvariantRow,
    LogRow,
    Outcome,
    RunRecord,
    Samples,
    ScenarioHead,
)

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap
    from engine_harness.run.session import Request
    from engine_harness.vm.job import Reply

__all__ = ["record_of"]

EVENT_COLUMNS = (
    "at_s", "frame", "unit", "name", "source", "due_s", "lateness_s", "class", "plan_index",
    "held_until_s", "refused", "details", "fields",
)  # fmt: skip
SOURCES = ("", "plan", "driver", "world", "engine")
CLASSES = ("", "nominal", "hitch")
# Keys of a planned event that the row says in other words.
ROW_KEYS = frozenset({"time", "event"})
# Limits whose point differs from run to run.
UNREPRODUCIBLE = frozenset({"memory_mb", "stack"})


def record_of(request: Request, reply: Reply) -> RunRecord:
    """Return the record of one run.

    Raises:
        HarnessBug: the reply is an error of which no line of the user is part.
    """
    value: Any = reply.value
    if reply.status == "ok":
        raw, head = value, value["head"]
        parts = _Parts(request, reply.blobs, raw)
    else:
        raw, head, parts = None, _head_of(reply), None
    host: dict[str, Json] = {**reply.host, "tool_version": __version__}
    if reply.limit in UNREPRODUCIBLE and head.get("where"):
        # Useful to whoever looks for the place, but another one each time.
        host["where"] = head.pop("where")
    outcome = _outcome(head)
    wall_s = reply.host.get("wall_s")
    if outcome.virtual_s is not None and isinstance(wall_s, float) and wall_s > 0:
        host["scheduler"] = {"elapsed": wall_s, "utilisation": outcome.virtual_s / wall_s}
    body: dict[str, Any] = {
        "outcome": outcome,
        "metrics": normalise(raw["metrics"]) if raw else None,
        "checkpoints": _checkpoints(raw["checkpoints"]) if raw else {},
        "events": parts.events() if parts else [],
        "invariants": [InvariantRow(**normalised(row)) for row in head.get("invariants", [])],
        "samples": parts.samples(head["samples"]) if parts else {},
        "logs": parts.logs() if parts else [],
        "sections": _sections(head, raw, request.scenario.world),
    }
    return RunRecord(
        scenario=_scenario_head(request),
        plan_digest=request.expansion.plan.digest(),
        module_digest=request.module_digest,
        digest=record_digest(**body),
        warnings=[*map(str, request.expansion.warnings), *_warnings(request, head)],
        cost=Cost(**head["cost"]) if "cost" in head else None,
        host=host,
        **body,
    )


def _warnings(request: Request, head: dict[str, Any]) -> list[str]:
    """Return the run's warnings; one about an event of the plan names its authored entry."""
    authored = request.expansion.authored
    return [
        row
        if isinstance(row, str)
        else f"{row['text']} (timeline[{authored[row['plan_index'] - 1]}])"
        for row in head.get("warnings", [])
    ]


def normalised(row: JsonMap) -> dict[str, Any]:
    """Return a row with every number in its canonical kind."""
    return {key: normalise(value) for key, value in row.items()}


def _scenario_head(request: Request) -> ScenarioHead:
    scenario = request.scenario
    return ScenarioHead(
        id=scenario.id,
        label=scenario.metadata.label,
        driver=scenario.driver,
        world=scenario.world,
        seed=request.options.seed,
        manifest=scenario.origin.manifest,
        tags=scenario.metadata.tags,
        normalised=scenario.model_dump(mode="json"),
    )


def _head_of(reply: Reply) -> dict[str, Any]:
    """Return the head of a run that left nothing but its end."""
    status = "nondeterministic" if reply.limit == "unnumbered_keys" else reply.status
    return {
        "status": status,
        "limit": reply.limit,
        "message": reply.message,
        "where": reply.where,
    }


def _outcome(head: dict[str, Any]) -> Outcome:
    status = head["status"]
    if status == "error":
        status = "world_error"
        if (head.get("where") or {}).get("is_ours"):
            msg = f"the harness failed inside a run: {head.get('message')}"
            raise HarnessBug(msg)
    frames = head.get("frames")
    return Outcome(
        status=status,
        success=head.get("success"),
        reason=head.get("limit") or head.get("reason") or status,
        message=head.get("message"),
        where=normalise(head.get("where")),
        virtual_s=normalise(head.get("virtual_s")),
        frames=frames,
        units=None if frames is None else frames + 1,
    )


def _sections(head: dict[str, Any], raw: dict[str, Any] | None, world: str) -> dict[str, Any]:
    """Return what driver and world add to the record.

    The world's part may be most of the record, and its numbers came in their canonical kind.
    """
    sections = normalise(head.get("sections", {}))
    assert isinstance(sections, dict)
    if raw is not None and raw["section"] is not None:
        sections[world] = raw["section"]
    return sections


def _checkpoints(rows: list[dict[str, Any]]) -> dict[str, Checkpoint]:
    return {
        row["name"]: Checkpoint(
            at_s=normalise(row["at_s"]),
            frame=row["frame"],
            metrics=normalise(row["metrics"]),
            digest=digest(row["state"]),
        )
        for row in rows
    }


def _number(value: float) -> int | float | None:
    """Return a double in its canonical kind; NaN stands for nothing."""
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value


class _Parts:
    """The columns of one reply, and the texts they point to."""

    def __init__(self, request: Request, blobs: Any, raw: dict[str, Any]) -> None:
        self._request = request
        self._blobs = blobs
        # Number 0 stands for no text.
        self._texts: list[Any] = [None, *raw["texts"]]

    def _column(self, name: str) -> array[float]:
        column = array("d")
        column.frombytes(self._blobs[name])
        return column

    def events(self) -> list[dict[str, Json]]:
        """Return the rows of the event log."""
        columns = (self._column(f"events.{name}") for name in EVENT_COLUMNS)
        planned = self._planned()
        return [self._event(planned, *values) for values in zip(*columns, strict=True)]

    def _event(
        self, planned: list[tuple[int, Json]], at_s: float, frame: float, unit: float, name: float,
        source: float, due_s: float, lateness_s: float, late_class: float, plan_index: float,
        held_until_s: float, refused: float, details: float, fields: float,
    ) -> dict[str, Json]:  # fmt: skip
        texts = self._texts
        row: dict[str, Json] = {
            "at_s": _number(at_s),
            "frame": int(frame),
            "unit": int(unit),
            "event": texts[int(name)],
            "source": SOURCES[int(source)],
            "fields": texts[int(fields)] or {},
        }
        if plan_index:
            row["entry"], row["fields"] = planned[int(plan_index) - 1]
            row["due_s"] = _number(due_s)
            row["lateness_s"] = _number(lateness_s)
            row["class"] = CLASSES[int(late_class)]
            if not math.isnan(held_until_s):
                row["held_until_s"] = _number(held_until_s)
            if refused:
                row["refused"] = texts[int(refused)]
        if details:
            row["details"] = texts[int(details)]
        return row

    def _planned(self) -> list[tuple[int, Json]]:
        expansion = self._request.expansion
        return [
            (index, normalise({k: v for k, v in event.items() if k not in ROW_KEYS}))
            for index, event in zip(expansion.authored, expansion.plan.events, strict=True)
        ]

    def logs(self) -> list[LogRow]:
        """Return the rows of the log."""
        names = ("at_s", "frame", "unit", "level", "text")
        return [
            LogRow(
                at_s=at_s,
                frame=int(frame),
                unit=int(unit),
                level=self._texts[int(level)],
                text=self._texts[int(text)],
            )
            for at_s, frame, unit, level, text in zip(
                *(self._column(f"logs.{name}") for name in names), strict=True
            )
        ]

    def samples(self, names: list[str]) -> dict[str, Samples]:
        """Return the series by name."""
        return {
            name: Samples(
                at_s=list(self._column(f"samples.{index}.at_s")),
                value=[_number(value) for value in self._column(f"samples.{index}.value")],
            )
            for index, name in enumerate(names, start=1)
        }
