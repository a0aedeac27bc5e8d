"""Files to look into single runs with, written only where the environment has `ENGINE_TRACE=1`.

In `telemetry/` below the reports of the suite: `<id>-observability.json`, the events with the parts
of the world's section that its view `observability` names, and `<id>-trace.json`, who was where at
each step with every name written once. A view of the section that is called `folder/name` is a file
`folder/<id>-name.json`. `files.json` lists what was written, so that clearing removes nothing else.
Knows no game: where a section has no such parts, they are absent.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from engine_harness._collector import collector_paused
from engine_harness.records.written import WrittenFiles
from engine_harness.report.artifacts import event_log, event_row, own_of
from engine_harness.report.own_section import FILE_VIEW, FREE_FOLDER, VIEW_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.report.base import Case, SuiteRun

__all__ = ["ObservabilityReporter", "is_wanted", "observability_view", "trace_view"]

VARIABLE = "ENGINE_TRACE"
FOLDER = "telemetry"
VERSION = 1
VIEW = "observability"
TELEMETRY = "telemetry"

ROUNDING_S = 1e-9
"""Two times this close to each other are one, as for the clock of a run."""

_KEYS = ("version", "meta", "metadata", "events")
_ID = "[A-Za-z0-9_-][A-Za-z0-9_.@-]*"
_FILE = re.compile(
    rf"(?:{FOLDER}/{_ID}-(?:observability|trace)|{FREE_FOLDER}/{_ID}-{VIEW_NAME})\.json"
)


class ObservabilityReporter:
    """Writes the files of each run, where they are wanted."""

    def outputs(self, folder: Path) -> tuple[Path, ...]:
        """Return the files that are there because an earlier run has written them."""
        return _written_files(folder).paths()

    @collector_paused()
    def write(self, run: SuiteRun) -> tuple[Path, ...]:
        """Write two files for each case, and those of its views; return the path of their list."""
        if not is_wanted():
            return ()
        from engine_harness.records.layout import file_name
        from engine_harness.records.writer import write_json

        written = _written_files(run.folder)
        for case in run.cases:
            stem = file_name(case.record.scenario.id)
            meta: JsonMap = {"generatedAt": run.generated, "toolVersion": run.tool_version}
            views = {
                f"{FOLDER}/{stem}-observability.json": observability_view(case, meta),
                f"{FOLDER}/{stem}-trace.json": trace_view(case),
                **_own_views(case, stem, meta),
            }
            written.add(views)
            for name, view in views.items():
                write_json(run.folder / name, view)
        return (written.index,)


def _written_files(folder: Path) -> WrittenFiles:
    return WrittenFiles(folder, _FILE, f"{FOLDER}/files.json")


def is_wanted() -> bool:
    """Tell whether the environment asks for the files: any value but an empty one and 0."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def _own_views(case: Case, stem: str, meta: JsonMap) -> dict[str, JsonMap]:
    """Return the documents that only this case's world has, by path."""
    views = own_of(case).views
    named = {name: FILE_VIEW.fullmatch(name) for name in sorted(views)}
    return {
        f"{found['folder']}/{stem}-{found['name']}.json": _headed(case, meta, views[name])
        for name, found in named.items()
        if found is not None
    }


def _headed(case: Case, meta: JsonMap, parts: Mapping[str, Json]) -> JsonMap:
    """Return the parts of a view under the head of every document here."""
    return {
        **{name: part for name, part in parts.items() if name not in _KEYS},
        "version": VERSION,
        "meta": meta,
        "metadata": _metadata(case),
    }


def observability_view(case: Case, meta: JsonMap) -> JsonMap:
    """Return what is known of one run beside its metrics."""
    record = case.record
    return {
        **_headed(case, meta, own_of(case).views.get(VIEW, {})),
        "events": [event_row(row) for row in record.events[: event_log(case)["kept"]]],
    }


def trace_view(case: Case) -> JsonMap:
    """Return who was where at each step of the telemetry, and what state which rule was in.

    A rule is told in the first step at or after its toggle and in all later ones. A world without
    telemetry has a step for each moment at which a rule was toggled.
    """
    toggles = list(_toggles(case))
    rules, agents, projectiles = _Names(), _Names(), _Names()
    numbered = [(toggle.at_s, rules.number(toggle.rule), toggle.state) for toggle in toggles]
    telemetry = own_of(case).views.get(VIEW, {}).get(TELEMETRY)
    given = telemetry.get("steps") if isinstance(telemetry, dict) else None
    if isinstance(given, list):
        steps = [step for step in given if isinstance(step, dict)]
    else:
        steps = [{"t": at_s} for at_s in dict.fromkeys(toggle.at_s for toggle in toggles)]
    states: dict[int, Json] = {}
    position = 0
    rows: list[Json] = []
    for step in steps:
        time_s = step.get("t")
        if not isinstance(time_s, int | float):
            continue
        while position < len(numbered) and numbered[position][0] <= time_s + ROUNDING_S:
            _, number, state = numbered[position]
            states[number] = state
            position += 1
        moved: list[Json] = [_motion(agents, item) for item in _maps(step.get("agents"))]
        flying: list[Json] = [
            [*_motion(projectiles, item), 1 if item.get("contact") is True else 0]
            for item in _maps(step.get("projectiles"))
        ]
        known: list[Json] = [[number, states[number]] for number in sorted(states)]
        rows.append([time_s, moved, flying, known])
    return {
        "version": VERSION,
        "metadata": _metadata(case),
        "agents": list(agents.names),
        "projectiles": list(projectiles.names),
        "rules": list(rules.names),
        "steps": rows,
    }


class _Names:
    """Names by number, from 1 in the order in which they are first seen."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def names(self) -> Sequence[str]:
        return list(self._numbers)

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 1)


class _Toggle(NamedTuple):
    at_s: float
    rule: str
    state: Json


def _toggles(case: Case) -> Iterable[_Toggle]:
    """Yield the rules that were toggled, in that order; what was refused changed nothing."""
    for row in case.record.events:
        fields, at_s = row.get("fields"), row.get("at_s")
        if row.get("event") != "rule-toggle" or "entry" not in row or "refused" in row:
            continue
        if isinstance(fields, dict) and isinstance(at_s, int | float):
            yield _Toggle(at_s, str(fields.get("rule")), fields.get("value"))


def _motion(names: _Names, item: JsonMap) -> list[Json]:
    """Return `[i, px, py, pz, vx, vy, vz]`."""
    numbers: list[Json] = [names.number(str(item.get("name")))]
    for key in ("position", "velocity"):
        vector = item.get(key)
        numbers += [vector.get(axis) if isinstance(vector, dict) else None for axis in "xyz"]
    return numbers


def _maps(value: Json) -> list[JsonMap]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _metadata(case: Case) -> JsonMap:
    metadata = case.record.scenario.normalised.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    return {key: value for key, value in said.items() if value is not None}
