"""Parts of the JSON documents that commands write with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine_harness._types import JsonMap
    from engine_harness.report.base import Case

__all__ = ["case_data"]


def case_data(case: Case) -> JsonMap:
    """Return one judged run; what the machine decides stands under `host`."""
    record, verdict = case.record, case.verdict
    data = verdict.model_dump(mode="json", exclude={"checks"})
    return {
        "id": record.scenario.id,
        "manifest": record.scenario.manifest,
        "seed": record.scenario.seed,
        "status": record.outcome.status,
        "passed": verdict.passed,
        "findings": data["findings"],
        "warnings": list(dict.fromkeys((*record.warnings, *verdict.warnings))),
        "host": {"wall_s": case.wall_s},
    }
