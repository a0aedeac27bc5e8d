"""`engine_simulation.json`: what a suite of runs did, as one document.

A pure view: records and verdicts in, plain data out. It keeps the spelling of the engine artifacts
(camelCase), while the record has its own; what a world adds comes from the section under the
world's name as it stands, so nothing here knows a game.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._collector import collector_paused
from engine_harness.report.own_section import OwnSection, cut_warning, own_section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.report.base import Case, SuiteRun

__all__ = [
    "EVENT_LOG_ROWS_MAX",
    "SimulationReporter",
    "case_warnings",
    "event_log",
    "event_row",
    "metrics_view",
    "own_of",
    "run_head",
    "scenario_view",
    "suite_view",
]

EVENT_LOG_ROWS_MAX = 20_000
"""Rows of a scenario's event log in the artifact, unless its world declares the engine option
`eventLogLimit` and the scenario says another number; the record keeps all of them."""

FILE_NAME = "engine_simulation.json"

_GENERAL_KEYS = frozenset(
    {
        "description",
        "duration",
        "errors",
        "events",
        "findings",
        "history",
        "hitchPolicy",
        "hitches",
        "host",
        "id",
        "label",
        "metrics",
        "module",
        "performance",
        "tags",
        "verdict",
        "warnings",
    }
)


_HEAD_KEYS = frozenset({"meta", "scenarios", "totalDuration", "totalWarnings"})


class SimulationReporter:
    """Writes `engine_simulation.json`."""

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the one file."""
        return (folder / FILE_NAME,)

    @collector_paused()
    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write the view of all cases, atomically."""
        from engine_harness.records.writer import write_json

        path = run.place(FILE_NAME)
        write_json(path, suite_view(run), documents=frozenset({"scenarios"}))
        return (path,)


def suite_view(run: SuiteRun) -> JsonMap:
    """Return the document: a head with totals, then one object per scenario in run order."""
    return {"run": run_head(run), "scenarios": [scenario_view(case) for case in run.cases]}


def run_head(run: SuiteRun) -> JsonMap:
    """Return the head of every report: what there is in all, with the totals that worlds add."""
    totals: JsonMap = {}
    for case in run.cases:
        for name, number in own_of(case).totals.items():
            before = totals.get(name, 0)
            assert isinstance(before, int | float)
            totals[name] = before + number
    return {
        **totals,
        "scenarios": len(run.cases),
        "totalDuration": sum(case.record.outcome.virtual_s or 0.0 for case in run.cases),
        "totalWarnings": sum(len(case_warnings(case)) for case in run.cases),
        "meta": {"generated": run.generated, "toolVersion": run.tool_version},
    }


def scenario_view(case: Case) -> JsonMap:
    """Return one scenario's object: the general shape, then the fields of the world's own section.

    A field of the world's section never replaces one of the general shape; `warnings` names it.
    """
    from engine_harness.records.layout import file_name

    record, verdict = case.record, case.verdict
    head = record.scenario
    timeline = record.sections.get("timeline", {})
    performance = _performance(timeline, record.host)
    log, own = event_log(case), own_of(case)
    view: JsonMap = {
        "id": head.id,
        "label": head.label,
        "tags": list(head.tags),
        "history": _metadata(head.normalised, "history") or [],
        "duration": record.outcome.virtual_s,
        "hitchPolicy": timeline.get("hitch_policy"),
        "verdict": "passed" if verdict.passed else "failed",
        "errors": _errors(case),
        "findings": [_finding(finding.model_dump(mode="json")) for finding in verdict.findings],
        "metrics": metrics_view(case),
        "events": [event_row(row) for row in record.events[: log["kept"]]],
        "hitches": timeline.get("hitches") or [],
        "warnings": list(case_warnings(case)),
        "module": f"{file_name(head.id)}.lua",
        "performance": performance,
        "logs": {"events": {**log}, **own.logs},
        "host": record.host,
    }
    description = _metadata(head.normalised, "description")
    if description is not None:
        view["description"] = description
    return {**view, **own.fields}


def metrics_view(case: Case) -> JsonMap | None:
    """Return the metrics at the end with the figures of frames and queue; None: there are none."""
    record = case.record
    if record.metrics is None:
        return None
    performance = _performance(record.sections.get("timeline", {}), record.host)
    return {**record.metrics, "performance": performance}


def event_row(row: Mapping[str, Json]) -> JsonMap:
    """Return one row of the event log as the artifact shows it.

    A row of the plan has the plan event's fields beside its times; anything else was recorded at
    the moment it happened, so its lateness is 0 and its fields are the details.
    """
    fields = row.get("fields") or {}
    assert isinstance(fields, dict)
    at_s, kind = row["at_s"], row["event"]
    if "due_s" not in row:
        view: JsonMap = {"time": at_s, "lateness": 0, "class": "recorded", "details": fields}
    else:
        view = {**fields, "time": row["due_s"], "lateness": row.get("lateness_s", 0)}
        view["class"] = row.get("class", "nominal")
        if "details" in row:
            view["details"] = row["details"]
    view["dispatchedAt"] = at_s
    view["type"] = kind
    if "held_until_s" in row:
        view["heldUntil"] = row["held_until_s"]
    if "refused" in row:
        view["refused"] = row["refused"]
    return view


def _metadata(normalised: Mapping[str, Json], key: str) -> Json:
    metadata = normalised.get("metadata")
    return metadata.get(key) if isinstance(metadata, dict) else None


def _performance(timeline: Mapping[str, Json], host: Mapping[str, Json]) -> JsonMap | None:
    scheduler = timeline.get("scheduler")
    if not isinstance(scheduler, dict):
        return None
    machine = host.get("scheduler")
    if isinstance(machine, dict):
        return {"scheduler": {**scheduler, "host": machine}}
    return {"scheduler": scheduler}


def _errors(case: Case) -> list[Json]:
    outcome = case.record.outcome
    if outcome.status == "completed":
        return []
    where = outcome.where or {}
    error: JsonMap = {
        "time": where.get("at_s", outcome.virtual_s),
        "message": outcome.message or outcome.reason or outcome.status,
    }
    if where.get("dispatching") is not None:
        error["event"] = where["dispatching"]
    return [error]


def _finding(finding: JsonMap) -> JsonMap:
    """Leave out what a finding does not have, but for its place."""
    return {key: value for key, value in finding.items() if value is not None and value != []}


def own_of(case: Case) -> OwnSection:
    """Return what the case's world adds."""
    return own_section(case.record, general=_GENERAL_KEYS, logs=("events",), run=_HEAD_KEYS)


def event_log(case: Case) -> dict[str, int]:
    """Return how many events there were, and how many of them a report shows."""
    total, limit = len(case.record.events), EVENT_LOG_ROWS_MAX
    config = case.record.scenario.normalised.get("config")
    engine = config.get("engine") if isinstance(config, dict) else None
    said = engine.get("eventLogLimit") if isinstance(engine, dict) else None
    if isinstance(said, int | float) and not isinstance(said, bool) and said >= 0:
        limit = int(said)
    return {"total": total, "kept": min(total, limit), "limit": limit}


def case_warnings(case: Case) -> tuple[str, ...]:
    """Return the warnings of run and verdict, and those about what a report leaves out."""
    record = case.record
    texts = list(dict.fromkeys((*record.warnings, *case.verdict.warnings)))
    cut = cut_warning("events", {**event_log(case)})
    if cut is not None:
        texts.append(cut)
    world = record.scenario.world
    if record.metrics is not None and "performance" in record.metrics:
        texts.append(
            f"world {world}: metric 'performance' is one of every scenario's metrics and was left"
            " out of them; the record has it"
        )
    return (*texts, *own_of(case).warnings)
