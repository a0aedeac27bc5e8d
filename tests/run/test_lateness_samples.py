"""The samples of lateness that a run leaves are those that its summary is made of."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench


def note(at: float) -> dict[str, Any]:
    return {"at": at, "action": "note", "args": {"name": "n"}}


def test_the_samples_by_class_make_the_summary(bench: Bench) -> None:
    timeline = [note(0), note(0.0005), note(0.003), note(0.001), {"at": 0.1, "hitch": 0.5}]
    timeline += [note(0.2), note(0.30001), note(1)]
    section: dict[str, Any] = bench.play(timeline).sections["timeline"]
    samples, lateness = section["lateness_samples"], section["scheduler"]["lateness"]
    assert samples.keys() == {"nominal", "hitch"}
    assert samples["nominal"]["zeros"] == 3
    assert len(samples["nominal"]["late"]) == 3
    for name, part in samples.items():
        whole = [0.0] * part["zeros"] + part["late"]
        assert whole == sorted(whole)
        assert lateness[name]["samples"] == len(whole)
        assert lateness[name]["max"] == whole[-1]
        assert lateness[name]["p50"] == pytest.approx(statistics.median(whole), abs=1e-15)


def test_without_samples_the_lists_are_empty(bench: Bench) -> None:
    section: dict[str, Any] = bench.play([note(0)]).sections["timeline"]
    assert section["lateness_samples"] == {
        "nominal": {"zeros": 1, "late": []},
        "hitch": {"zeros": 0, "late": []},
    }
