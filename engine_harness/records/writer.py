"""Writes artifacts: one layout for all JSON, whole files only.

A file is written under a temporary name in its own folder, synced and renamed: whoever is killed
leaves the old file or the new one. The layout keeps diffs small and large logs readable: maps are
indented unless they are flat and short, a list of maps or lists has one element per line, a list of
scalars stands on one line.
Nothing here knows what an artifact means.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Self, cast

from engine_harness._canonical import canonical_text
from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from engine_harness._types import Json
    from engine_harness.records.models import RunRecord

__all__ = ["RecordWriter", "json_text", "record_data", "write_bytes", "write_json", "write_record"]

_INDENT = "  "
_COLUMNS = 100
# A disk that is slower than the runs holds them up rather than filling the memory with records.
PENDING_WRITES_MAX = 64
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
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise UsageError(msg) from error


def write_json(path: Path, data: Json, *, documents: frozenset[str] = frozenset()) -> None:
    """Write `data` to `path` in the layout of all artifacts; `documents` as in `json_text`."""
    write_bytes(path, json_text(data, documents=documents).encode("ascii"))


def write_record(path: Path, record: RunRecord) -> None:
    """Write `record`, the host's part included; `layout.record_path` knows its place."""
    write_json(path, record_data(record))


class RecordWriter:
    """Writes records while the caller goes on: most of a write is waiting for the disk.

    Leaving the context waits for all of them, also after an error or Ctrl-C, and raises the first
    `UsageError` of a write.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="record-writer")
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True)
        if error is None:
            self._settle(0)

    def write(self, path: Path, record: RunRecord) -> None:
        """Have `record` written; raises what an earlier write has met."""
        # The text is made here: two threads that both compute only take turns.
        data = json_text(record_data(record)).encode("ascii")
        self._pending.append(self._pool.submit(write_bytes, path, data))
        self._settle(PENDING_WRITES_MAX)

    def _settle(self, at_most: int) -> None:
        """Wait until at most so many writes are pending; raise what those that ended have met."""
        while self._pending and (self._pending[0].done() or len(self._pending) > at_most):
            self._pending.popleft().result()


def record_data(record: RunRecord) -> dict[str, Json]:
    """Return `record` as plain data, the host's part included."""
    # Event rows and sections are plain: copying 200,000 rows through the model costs a second.
    data: dict[str, Json] = record.model_dump(mode="json", exclude={"events", "sections"})
    data["events"] = cast("Json", record.events)
    data["sections"] = cast("Json", record.sections)
    return data


def json_text(data: Json, *, documents: frozenset[str] = frozenset()) -> str:
    """Return `data` as all artifacts show it: sorted keys, canonical numbers, a final newline.

    `documents` names the keys at the top whose lists hold documents and not rows.
    """
    parts: list[str] = []
    _put_value(parts, data, "\n", documents)
    parts.append("\n")
    return "".join(parts)


def _put_value(
    parts: list[str], value: Json, line: str, documents: frozenset[str] = frozenset()
) -> None:
    """Append the text of `value`; `line` is a line end with the indentation it stands at."""
    inner = line + _INDENT
    if isinstance(value, dict) and value:
        if line != "\n" and _is_flat(value):
            text = canonical_text(value, _ROW)
            if len(line) + len(text) <= _COLUMNS:
                parts.append(text)
                return
        opening = "{"
        for key in sorted(value):
            parts.append(f"{opening}{inner}{encode_basestring_ascii(key)}: ")
            item = value[key]
            if item is None or isinstance(item, bool | int | float | str):
                parts.append(_scalar(item))
            elif key in documents and isinstance(item, list) and item:
                _put_documents(parts, item, inner)
            else:
                _put_value(parts, item, inner)
            opening = ","
        parts.append(f"{line}}}")
    elif isinstance(value, list | tuple) and any(isinstance(v, dict | list | tuple) for v in value):
        rows = f",{inner}".join([canonical_text(row, _ROW) for row in value])
        parts.append(f"[{inner}{rows}{line}]")
    else:
        parts.append(canonical_text(value, _ROW))


def _scalar(value: float | str | None) -> str:
    """Return the text of a value without parts; a general encoder costs three times as much."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return canonical_text(value, _ROW) if isinstance(value, float) else str(value)


def _is_flat(value: dict[str, Json]) -> bool:
    return not any(isinstance(item, dict | list | tuple) for item in value.values())


def _put_documents(parts: list[str], items: list[Json], line: str) -> None:
    inner = line + _INDENT
    opening = "["
    for item in items:
        parts.append(opening + inner)
        _put_value(parts, item, inner)
        opening = ","
    parts.append(f"{line}]")
