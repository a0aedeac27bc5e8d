"""Writes artifacts: one layout for all JSON, whole files only.

A file is written under a temporary name in its own folder, synced and renamed: whoever is killed
leaves the old file or the new one. The layout keeps diffs small and large logs readable: maps are
indented, a list of maps or lists has one element per line, a list of scalars stands on one line.
Nothing here knows what an artifact means.
"""

from __future__ import annotations

import itertools
import json
import os
from math import isfinite
from typing import TYPE_CHECKING, cast

from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine_harness._types import Json
    from engine_harness.records.models import RunRecord

__all__ = ["json_text", "record_data", "write_bytes", "write_json", "write_record"]

_INDENT = "  "
_ROW = json.JSONEncoder(sort_keys=True, separators=(", ", ": "), allow_nan=False)
_attempts = itertools.count()


def write_bytes(path: Path, data: bytes, *, is_synced: bool = True) -> None:
    """Write `data` to `path`, whole or not at all; missing folders are made.

    Without the sync a power cut may leave a torn file: only for what a hash proves whole.
    """
    # The process id and a counter keep two writers of one file out of each other's way.
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}-{next(_attempts)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                if is_synced:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if is_synced:
            _sync_folder(path.parent)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise UsageError(msg) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, data: Json) -> None:
    """Write `data` to `path` in the layout of all artifacts."""
    write_bytes(path, json_text(data).encode("ascii"))


def write_record(path: Path, record: RunRecord) -> None:
    """Write `record`, the host's part included; `layout.record_path` knows its place."""
    write_json(path, record_data(record))


def record_data(record: RunRecord) -> dict[str, Json]:
    """Return `record` as plain data, the host's part included."""
    # Event rows are plain already: copying 200,000 of them through the model costs a second.
    data: dict[str, Json] = record.model_dump(mode="json", exclude={"events"})
    data["events"] = cast("Json", record.events)
    return data


def json_text(data: Json) -> str:
    """Return `data` as all artifacts show it: sorted keys, canonical numbers, a final newline."""
    return "".join((*_lines(data, ""), "\n"))


def _lines(value: Json, indent: str) -> Iterator[str]:
    """Yield the pieces of `value`; its first line stands behind whatever precedes it."""
    inner = indent + _INDENT
    if isinstance(value, dict) and value:
        opening = "{\n"
        for key in sorted(value):
            yield f"{opening}{inner}{json.dumps(key)}: "
            yield from _lines(value[key], inner)
            opening = ",\n"
        yield f"\n{indent}}}"
    elif isinstance(value, list | tuple) and any(isinstance(v, dict | list | tuple) for v in value):
        encode = _ROW.encode
        rows = f",\n{inner}".join([encode(_canonical(row)) for row in value])
        yield f"[\n{inner}{rows}\n{indent}]"
    else:
        yield _ROW.encode(_canonical(value))


def _canonical(value: Json) -> Json:
    """`_canonical.normalise`, with the exact types of a row first: rows are what takes the time."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, dict):
        return {
            key: item if (k := type(item)) is str or k is int else _canonical(item)
            for key, item in value.items()
        }
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        return value if isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value
