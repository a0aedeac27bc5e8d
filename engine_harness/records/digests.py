"""The digest of a record: equal for two runs exactly when all that must be equal is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from engine_harness._canonical import canonical_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from engine_harness._model import Model
    from engine_harness._types import Json
    from engine_harness.records.models import (
        Checkpoint,
        InvariantRow,
        LogRow,
        Outcome,
        Samples,
    )

__all__ = ["record_digest"]


def record_digest(
    outcome: Outcome,
    metrics: Mapping[str, JsonValue] | None,
    checkpoints: Mapping[str, Checkpoint],
    events: Sequence[Mapping[str, JsonValue]],
    invariants: Sequence[InvariantRow],
    samples: Mapping[str, Samples],
    logs: Sequence[LogRow],
    sections: Mapping[str, Mapping[str, JsonValue]],
) -> str:
    """Return the SHA-256 of the canonical JSON of the map of these eight parts.

    Nothing else of a record is covered: not the scenario, whose digests are its own, not the
    warnings, not the cost and nothing of the host.
    """
    parts = {
        "checkpoints": _map(checkpoints),
        "events": _rows(events),
        "invariants": _rows(row.model_dump(mode="json") for row in invariants),
        "logs": _rows(row.model_dump(mode="json") for row in logs),
        "metrics": _text(metrics),
        "outcome": _text(outcome.model_dump(mode="json")),
        "samples": _map(samples),
        "sections": _text(sections),
    }
    # The keys stand sorted, so this is the canonical text of the whole map; made row by row, as a
    # copy of 200,000 rows with canonical numbers would be most of the memory of a run.
    hashed = hashlib.sha256()
    opening = b"{"
    for name, texts in parts.items():
        hashed.update(opening + f'"{name}":'.encode())
        for text in texts:
            hashed.update(text.encode("ascii"))
        opening = b","
    hashed.update(b"}")
    return hashed.hexdigest()


def _text(value: object) -> Iterator[str]:
    yield canonical_text(cast("Json", value))


def _map(models: Mapping[str, Model]) -> Iterator[str]:
    yield from _text({name: model.model_dump(mode="json") for name, model in models.items()})


def _rows(rows: Iterable[Mapping[str, JsonValue]]) -> Iterator[str]:
    opening = "["
    for row in rows:
        yield opening + canonical_text(cast("Json", row))
        opening = ","
    yield "]" if opening == "," else "[]"
