"""The digest of a record: equal for two runs exactly when all that must be equal is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from engine_harness._canonical import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

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
        "outcome": outcome.model_dump(mode="json"),
        "metrics": metrics,
        "checkpoints": {name: item.model_dump(mode="json") for name, item in checkpoints.items()},
        "events": list(events),
        "invariants": [row.model_dump(mode="json") for row in invariants],
        "samples": {name: item.model_dump(mode="json") for name, item in samples.items()},
        "logs": [row.model_dump(mode="json") for row in logs],
        "sections": dict(sections),
    }
    return digest(cast("Json", parts))
