"""The digest of a record: equal for two runs exactly when all that must be equal is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from engine_harness.records.text import as_canonical, laid_out, laid_out_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

__all__ = ["part_texts", "record_digest"]

PIECE_CHARACTERS = 1 << 20


def part_texts(
    outcome: Outcome,
    metrics: Mapping[str, JsonValue] | None,
    checkpoints: Mapping[str, Checkpoint],
    events: Sequence[Mapping[str, JsonValue]],
    invariants: Sequence[InvariantRow],
    samples: Mapping[str, Samples],
    logs: Sequence[LogRow],
    sections: Mapping[str, Mapping[str, JsonValue]],
) -> dict[str, str]:
    """Return the laid-out texts of the eight parts that the digest covers, by their names.

    Nothing else of a record is covered: not the scenario, whose digests are its own, not the
    warnings, not the cost and nothing of the host.
    """
    parts = {
        "checkpoints": _plain_map(checkpoints),
        "events": events,
        "invariants": _plain_list(invariants),
        "logs": _plain_list(logs),
        "metrics": metrics,
        "outcome": outcome.model_dump(mode="json"),
        "samples": _plain_map(samples),
        "sections": sections,
    }
    return {name: laid_out(cast("Json", part), depth=1) for name, part in parts.items()}


def record_digest(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 of the canonical JSON of the map of `texts`, those of `part_texts`."""
    hashed = hashlib.sha256()
    # Piece by piece: the text of the events may be the biggest thing in the memory.
    for part in laid_out_map(texts):
        for start in range(0, len(part), PIECE_CHARACTERS):
            hashed.update(as_canonical(part[start : start + PIECE_CHARACTERS]))
    return hashed.hexdigest()


def _plain_map(models: Mapping[str, Model]) -> dict[str, Json]:
    return {name: model.model_dump(mode="json") for name, model in models.items()}


def _plain_list(models: Sequence[Model]) -> list[Json]:
    return [model.model_dump(mode="json") for model in models]
