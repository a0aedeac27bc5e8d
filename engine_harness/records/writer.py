"""Writes artifacts: whole files only, all JSON in the one layout of `records.text`.

A file is written under a temporary name in its own folder, synced and renamed: whoever is killed
leaves the old file or the new one.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, cast

from engine_harness._canonical import normalise
from engine_harness._collector import collector_paused
from engine_harness.errors import UsageError
from engine_harness.records.digests import part_texts
from engine_harness.records.text import as_file, laid_out, laid_out_map

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path
    from types import TracebackType

    from engine_harness._types import Json
    from engine_harness.records.models import RunRecord

__all__ = [
    "RecordWriter",
    "record_data",
    "record_file",
    "write_bytes",
    "write_json",
    "write_record",
]

# A disk that is slower than the runs holds them up rather than filling the memory with records.
PENDING_WRITES_MAX = 64
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
    """Write `data` to `path` in the layout of all artifacts; `documents` as in `laid_out`."""
    write_bytes(path, as_file(laid_out(data, documents=documents) + "\n"))


def write_record(path: Path, record: RunRecord) -> None:
    """Write `record`, the host's part included; `layout.record_path` knows its place."""
    texts = part_texts(
        outcome=record.outcome,
        metrics=record.metrics,
        checkpoints=record.checkpoints,
        events=record.events,
        invariants=record.invariants,
        samples=record.samples,
        logs=record.logs,
        sections=record.sections,
    )
    write_bytes(path, record_file(record, texts))


@collector_paused()
def record_file(record: RunRecord, texts: Mapping[str, str]) -> bytes:
    """Return the content of the file of `record`; `texts` are those that its digest is made of."""
    # What a manifest says is full of whole floats, so its text would be made twice as it stands.
    rest = {
        name: laid_out(normalise(value), depth=1)
        for name, value in record_data(record, without=texts).items()
    }
    return b"".join([*map(as_file, laid_out_map({**rest, **texts})), b"\n"])


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

    def write(self, path: Path, data: bytes) -> None:
        """Have a `record_file` written; raises what an earlier write has met."""
        self._pending.append(self._pool.submit(write_bytes, path, data))
        self._settle(PENDING_WRITES_MAX)

    def _settle(self, at_most: int) -> None:
        """Wait until at most so many writes are pending; raise what those that ended have met."""
        while self._pending and (self._pending[0].done() or len(self._pending) > at_most):
            self._pending.popleft().result()


def record_data(record: RunRecord, *, without: Collection[str] = ()) -> dict[str, Json]:
    """Return `record` as plain data, the host's part included, but for some of its parts."""
    # These parts are plain: copying 200,000 rows through the model costs a second.
    plain = {"events": record.events, "sections": record.sections}
    data: dict[str, Json] = record.model_dump(
        mode="json", exclude={**dict.fromkeys((*plain, *without), True), "scenario": {"normalised"}}
    )
    head = data["scenario"]
    assert isinstance(head, dict)
    head["normalised"] = cast("Json", record.scenario.normalised)
    data.update(cast("dict[str, Json]", {k: v for k, v in plain.items() if k not in without}))
    return data
