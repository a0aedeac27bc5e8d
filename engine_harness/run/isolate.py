"""From what a child process sent to a `RunRecord`: columns become rows, numbers canonical."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from engine_harness._canonical import digest, normalise
from engine_harness._collector import collector_paused
from engine_harness._version import __version__
from engine_harness._wallclock import utc_now_text
from engine_harness.errors import HarnessBug
from engine_harness.records.digests import part_texts, record_digest
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
from engine_harness.run.session import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness._types import Json, JsonMap
    from engine_harness.run.session import Request
    from engine_harness.vm.job import Reply

__all__ = ["Recorded", "record_of", "recorded"]

SOURCES = ("", "plan", "driver", "world", "engine")
CLASSES = ("", "nominal", "hitch")
# Keys of a planned event that the row says in other words.
ROW_KEYS = frozenset({"time", "event"})
# Limits whose point differs from run to run.
UNREPRODUCIBLE = frozenset({"memory_mb", "stack"})


class Recorded(NamedTuple):
    """A record, and what of its file has been made for its digest."""

    record: RunRecord
    texts: Mapping[str, str]
    """The texts of `records.digests.part_texts`."""


def record_of(request: Request, reply: Reply) -> RunRecord:
    """Return the record of one run, as `recorded`."""
    return recorded(request, reply).record


@collector_paused()
def recorded(request: Request, reply: Reply) -> Recorded:
    """Return the record of one run, ready to be written.

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
    measured = host.pop("scheduler", None)
    if isinstance(measured, dict):
        host["scheduler"] = _machine(measured, outcome.virtual_s, reply.host["wall_s"])
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
    texts = part_texts(**body)
    record = RunRecord(
        scenario=_scenario_head(request),
        plan_digest=request.expansion.digest,
        module_digest=request.module_digest,
        digest=record_digest(texts),
        warnings=[*map(str, request.expansion.warnings), *_warnings(request, head)],
        cost=Cost(**head["cost"]) if "cost" in head else None,
        host=host,
        **body,
    )
    return Recorded(record, texts)


def _machine(measured: JsonMap, virtual_s: float | None, wall_s: Json) -> JsonMap:
    """Return what a run took on this machine: times in seconds, memory in KiB."""
    assert virtual_s is not None
    assert isinstance(wall_s, float)
    return {
        **measured,
        "generatedAt": utc_now_text(),
        "elapsed": wall_s,
        "utilisation": virtual_s / wall_s,
    }


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
        options=options_of(request.options),
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

    def _integers(self, name: str) -> list[int]:
        return list(map(int, self._column(name)))

    def _numbers(self, name: str) -> list[int | float | None]:
        """Return doubles in their canonical kind; NaN stands for nothing."""
        return [
            int(value) if value.is_integer() else None if math.isnan(value) else value
            for value in self._column(name)
        ]

    def events(self) -> list[dict[str, Json]]:
        """Return the rows of the event log."""
        texts = self._texts
        rows: list[dict[str, Json]] = [
            {
                "at_s": at_s,
                "event": texts[name],
                "fields": texts[fields] or {},
                "frame": frame,
                "source": SOURCES[source],
                "unit": unit,
            }
            for at_s, frame, unit, name, source, fields in zip(
                self._numbers("events.at_s"),
                self._integers("events.frame"),
                self._integers("events.unit"),
                self._integers("events.name"),
                self._integers("events.source"),
                self._integers("events.fields"),
                strict=True,
            )
        ]
        self._add_plan(rows)
        for row, details in zip(rows, self._integers("events.details"), strict=True):
            if details:
                row["details"] = texts[details]
        return rows

    def _add_plan(self, rows: list[dict[str, Json]]) -> None:
        """Complete the rows of events of the plan."""
        planned = self._planned()
        columns = (
            self._integers("events.plan_index"),
            self._numbers("events.due_s"),
            self._numbers("events.lateness_s"),
            self._integers("events.class"),
            self._numbers("events.held_until_s"),
            self._integers("events.refused"),
        )
        for row, index, due_s, lateness_s, late_class, held_until_s, refused in zip(
            rows, *columns, strict=True
        ):
            if not index:
                continue
            row["class"] = CLASSES[late_class]
            row["due_s"] = due_s
            row["entry"], row["fields"] = planned[index - 1]
            if held_until_s is not None:
                row["held_until_s"] = held_until_s
            row["lateness_s"] = lateness_s
            if refused:
                row["refused"] = self._texts[refused]

    def _planned(self) -> list[tuple[int, Json]]:
        """Return, for each event of the plan, its authored index and its fields."""
        expansion = self._request.expansion
        return [
            (index, {key: value for key, value in event.items() if key not in ROW_KEYS})
            for index, event in zip(expansion.authored, expansion.events, strict=True)
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
                value=self._numbers(f"samples.{index}.value"),
            )
            for index, name in enumerate(names, start=1)
        }
