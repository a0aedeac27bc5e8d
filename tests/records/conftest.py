from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine_harness.records.models import Outcome, RunRecord, ScenarioHead

MakeRecord = Callable[..., RunRecord]


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Return a builder of whole records; every part can be replaced by name."""

    def build(**parts: Any) -> RunRecord:
        head = ScenarioHead(
            id=parts.pop("id", "duel"),
            label="A duel",
            driver="timeline",
            world="arena",
            seed=7,
            manifest="scenarios/arena/duel.yaml",
            tags=("smoke",),
            normalised={"version": 1},
        )
        outcome = Outcome(
            status="completed", reason="settled", virtual_s=1.5, frames=360, units=361
        )
        whole: dict[str, Any] = {
            "scenario": head,
            "plan_digest": "p",
            "module_digest": "m",
            "digest": "d",
            "outcome": outcome,
            "metrics": {"hp": 3, "names": ["a", "b"]},
        }
        return RunRecord(**{**whole, **parts})

    return build
