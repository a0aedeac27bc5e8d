from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness._canonical import digest
from engine_harness.records.digests import PIECE_CHARACTERS, part_texts, record_digest
from engine_harness.records.models import Checkpoint, InvariantRow, LogRow, Outcome, Samples

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
MAPS = st.dictionaries(st.text(max_size=5), VALUES | st.lists(VALUES, max_size=3), max_size=4)


def parts(**changed: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "outcome": Outcome(status="completed", virtual_s=1.0, frames=240, units=241),
        "metrics": {"hp": 3},
        "checkpoints": {"mid": Checkpoint(at_s=1, frame=240, metrics={"hp": 2}, digest="x")},
        "events": [{"event": "hit", "at_s": 1.0}],
        "invariants": [
            InvariantRow(
                index=1, name="hp", first_at_s=1, frame=2, unit=2, violated_s=0.5, frames=120
            )
        ],
        "samples": {"speed": Samples(at_s=[0.0], value=[None])},
        "logs": [LogRow(at_s=0, frame=0, unit=0, level="print", text="a")],
        "sections": {"timeline": {}},
    }
    return {**whole, **changed}


def digest_of(**changed: Any) -> str:
    return record_digest(part_texts(**parts(**changed)))


CHANGES: dict[str, Any] = {
    "outcome": Outcome(status="completed", virtual_s=1.0, frames=240, units=242),
    "metrics": None,
    "checkpoints": {},
    "events": [],
    "invariants": [],
    "samples": {"speed": Samples(at_s=[0.0], value=[0.0])},
    "logs": [],
    "sections": {"timeline": {"a": 1}},
}


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_every_part_counts(name: str) -> None:
    assert digest_of(**{name: CHANGES[name]}) != digest_of()


def test_whole_floats_and_integers_are_one() -> None:
    event = {"event": "hit", "at_s": 1}
    assert digest_of(events=[event]) == digest_of()


@given(MAPS, st.lists(MAPS, max_size=3))
def test_it_is_the_digest_of_the_canonical_json_of_the_whole_map(
    metrics: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    whole = parts(metrics=metrics, events=events)
    assert record_digest(part_texts(**whole)) == digest(plain(whole))
    empty = parts(events=[], logs=[], invariants=[], checkpoints={}, samples={}, sections={})
    assert record_digest(part_texts(**empty)) == digest(plain(empty))


def test_a_long_text_is_hashed_in_pieces_as_a_whole() -> None:
    rows = [{"at_s": number / 7, "fields": {"text": "a\tb, c: d"}} for number in range(40_000)]
    whole = parts(events=rows)
    assert len(part_texts(**whole)["events"]) > 2 * PIECE_CHARACTERS
    assert digest_of(events=rows) == digest(plain(whole))
