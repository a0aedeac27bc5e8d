"""What a world adds to its scenario's object: fields, logs and totals out of its section.

A section may hold `logs` (name -> how many rows there were and are), `totals` (name -> number,
added up over all scenarios of a report), `views` (name of a document -> which of the section's
parts belong to it) and `aside` (name -> a part that only views show); everything else is a field of
the scenario's object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engine_harness._types import Json, JsonMap
    from engine_harness.records.models import RunRecord

__all__ = [
    "FILE_VIEW",
    "FREE_FOLDER",
    "TAKEN_FOLDERS",
    "VIEW_NAME",
    "OwnSection",
    "cut_warning",
    "own_section",
]

TAKEN_FOLDERS: Final = ("logs", "records", "replayed", "scenarios", "telemetry")
"""Folders that no view may name: the harness keeps files of its own there."""

VIEW_NAME: Final = "[a-z][a-z0-9_]*"
FREE_FOLDER: Final = f"(?!(?:{'|'.join(TAKEN_FOLDERS)})/){VIEW_NAME}"
FILE_VIEW: Final = re.compile(f"(?P<folder>{FREE_FOLDER})/(?P<name>{VIEW_NAME})")
"""The name of a view that is a document of its world's own."""

_LOG_KEYS = ("total", "kept", "limit")


class OwnSection(NamedTuple):
    """The parts of one section; what fits none is named in `warnings` and left out."""

    fields: JsonMap
    logs: dict[str, JsonMap]
    """By name, each with the numbers `total`, `kept` and `limit`."""
    totals: dict[str, int | float]
    views: dict[str, JsonMap]
    """By name, each with its parts by name; a part that the section does not have is None."""
    warnings: tuple[str, ...]


def own_section(
    record: RunRecord, *, general: Collection[str], logs: Collection[str], run: Collection[str]
) -> OwnSection:
    """Return what the world of `record` adds.

    Args:
        record: of the run.
        general: fields that every scenario's object has.
        logs: logs that every scenario has.
        run: fields that the head of every report has.
    """
    world = record.scenario.world
    section = record.sections.get(world, {})
    warnings: list[str] = []

    def leave_out(what: str, why: str) -> None:
        warnings.append(f"section {world}: {what} {why} and was left out of it")

    fields: JsonMap = {}
    for key in sorted(section):
        if key in ("aside", "logs", "totals", "views"):
            # Lua has one empty table, and a world may have marked its own as a list.
            if section[key] and not isinstance(section[key], dict):
                leave_out(f"field '{key}'", "is no map")
        elif key in general:
            leave_out(f"field '{key}'", "is one of every scenario's object")
        else:
            fields[key] = section[key]
    own_logs: dict[str, JsonMap] = {}
    for name, log in _map(section.get("logs")).items():
        if name in logs:
            leave_out(f"log '{name}'", "is one of every scenario's")
        elif not isinstance(log, dict) or not all(_is_number(log.get(key)) for key in _LOG_KEYS):
            leave_out(f"log '{name}'", "has not the numbers total, kept and limit")
        else:
            own_logs[name] = log
    totals: dict[str, int | float] = {}
    for name, number in _map(section.get("totals")).items():
        if name in run:
            leave_out(f"total '{name}'", "is one of every report's head")
        elif not _is_number(number):
            leave_out(f"total '{name}'", "is no number")
        else:
            totals[name] = number
    views: dict[str, JsonMap] = {}
    for name, paths in _map(section.get("views")).items():
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            if paths != {}:
                leave_out(f"view '{name}'", "is no list of names of its parts")
            continue
        if "/" in name and FILE_VIEW.fullmatch(name) is None:
            leave_out(f"view '{name}'", "has no name that a file may have")
            continue
        parts = {str(path).rpartition(".")[2]: _at(section, str(path)) for path in paths}
        if len(parts) < len(paths):
            leave_out(f"view '{name}'", "has two parts of one name")
        else:
            views[name] = parts
    warnings += [text for name, log in own_logs.items() if (text := cut_warning(name, log))]
    return OwnSection(fields, own_logs, totals, views, tuple(warnings))


def _at(section: Mapping[str, Json], path: str) -> Json:
    """Return the part of a section at a dotted path, None where there is none."""
    value: Json = dict(section)
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def cut_warning(name: str, log: JsonMap) -> str | None:
    """Return the warning about a log that holds fewer rows than there were."""
    total, kept = log["total"], log["kept"]
    assert _is_number(total)
    assert _is_number(kept)
    if total <= kept:
        return None
    return f"log {name} cut at {log['limit']} of {total} rows"


def _map(value: Json) -> JsonMap:
    return value if isinstance(value, dict) else {}


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
