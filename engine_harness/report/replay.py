"""`engine_replay.json`: what each run did, with what it was given, so that it can be played again.

A pure view of records. What a world's own section shows in it is the section's business: its view
`replay` names the parts. `run.replay` is the way back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._collector import collector_paused
from engine_harness.report.artifacts import (
    case_warnings,
    event_log,
    event_row,
    own_of,
    run_head,
)
from engine_harness.run.replay import REPLAY_KEYS, setup_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.plan.expand import Expansion
    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import Case, SuiteRun

__all__ = ["FILE_NAME", "ReplayReporter", "replay_view", "replays_view"]

FILE_NAME = "engine_replay.json"
VIEW = "replay"


class ReplayReporter:
    """Writes `engine_replay.json`."""

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the one file."""
        return (folder / FILE_NAME,)

    @collector_paused()
    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write the view of all cases, atomically."""
        from engine_harness.records.writer import write_json

        path = run.place(FILE_NAME)
        write_json(path, replays_view(run), documents=frozenset({"replays"}))
        return (path,)


def replays_view(run: SuiteRun, plans: Mapping[str, Expansion] | None = None) -> JsonMap:
    """Return the document: the head of every report, then one object per run in run order.

    Args:
        run: what has run.
        plans: by id, of runs whose records do not hold the timeline.
    """
    plans = plans or {}
    replays = [replay_view(case, plans.get(case.record.scenario.id)) for case in run.cases]
    return {"run": run_head(run), "replays": list(replays)}


def replay_view(case: Case, plan: Expansion | None = None) -> JsonMap:
    """Return the object of one run; `plan` as in `replays_view`.

    What the world shows never replaces a key that every replay has; `warnings` names it.
    """
    record, log, own = case.record, event_log(case), own_of(case)
    shown = own.views.get(VIEW, {})
    world = record.scenario.world
    return {
        **{name: part for name, part in shown.items() if name not in REPLAY_KEYS},
        "id": record.scenario.id,
        "label": record.scenario.label,
        "duration": record.outcome.virtual_s,
        "events": [_row(row) for row in record.events[: log["kept"]]],
        "notReached": _not_reached(record, plan),
        "warnings": [
            *case_warnings(case),
            *(
                f"section {world}: part '{name}' of view '{VIEW}' is one of every replay's and was"
                " left out of it"
                for name in sorted(shown.keys() & set(REPLAY_KEYS))
            ),
        ],
        "logs": {"events": {**log}},
        "metrics": record.metrics,
        "setup": setup_of(record),
        "digest": record.digest,
    }


def _row(row: Mapping[str, Json]) -> JsonMap:
    """Return a row of the event log, with the position of the entry that it comes from."""
    view = event_row(row)
    return {**view, "entry": row["entry"]} if "entry" in row else view


def _not_reached(record: RunRecord, plan: Expansion | None) -> list[Json]:
    """Return the events of the plan that a run which was cut short did not come to."""
    if record.outcome.status == "completed":
        return []
    if plan is None:
        from engine_harness.manifest.models import Scenario
        from engine_harness.plan.expand import expand

        plan = expand(Scenario.model_validate(record.scenario.normalised))
    reached = sum("entry" in row for row in record.events)
    return [
        {
            **{key: value for key, value in event.items() if key != "event"},
            "type": event["event"],
            "entry": entry,
        }
        for event, entry in zip(plan.events[reached:], plan.authored[reached:], strict=True)
    ]
