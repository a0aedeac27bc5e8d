"""Tells whether a record is the run of the scenario that it is judged against.

A verdict can be recomputed from a record, and against a manifest that was edited since. New
expectations need no new run; another timeline, world or invariant does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import to_json

from engine_harness._counted import counted
from engine_harness.checks.diff import Difference, compare
from engine_harness.checks.judged import place
from engine_harness.checks.verdict import Finding
from engine_harness.checks.wording import value_text
from engine_harness.manifest.models import Scenario

if TYPE_CHECKING:
    from pydantic.main import IncEx

    from engine_harness.records.models import RunRecord

__all__ = ["recorded_scenario"]

_RUN_KEYS: dict[str, IncEx | bool] = {
    "driver": True,
    "world": True,
    "world_options": True,
    "seed": True,
    "config": True,
    "intelligence": {"policies"},
    "rule_aliases": True,
}
# What is judged after the run, or read by people only.
_ENTRY_KEYS_JUDGED = {"expect", "notes", "refused"}


def recorded_scenario(record: RunRecord, scenario: Scenario) -> tuple[Scenario, list[Finding]]:
    """Return the scenario as it ran, and a finding when `scenario` would have run otherwise."""
    normalised = record.scenario.normalised
    # The common case is a verdict right after its run. Texts, as True equals 1 in Python.
    if to_json(normalised) == to_json(scenario):
        return scenario, []
    where = place(scenario, "")
    try:
        recorded = Scenario.model_validate(normalised)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        message = f"the record's scenario cannot be read ({path}: {first['msg']}); run it again"
        return scenario.model_copy(update={"invariants": ()}), [
            Finding(check="record", message=message, where=where)
        ]
    difference = _first_difference(recorded, scenario)
    if difference is None:
        return recorded, []
    message = f"the record is the run of another scenario: {difference}; run the scenario again"
    return recorded, [Finding(check="record", message=message, where=where)]


def _first_difference(recorded: Scenario, scenario: Scenario) -> str | None:
    """Word the first difference in what runs; what is only judged may differ."""
    ran = recorded.model_dump(mode="json", include=_RUN_KEYS)
    now = scenario.model_dump(mode="json", include=_RUN_KEYS)
    differences = compare(ran, now, strict_numbers=False)
    if differences:
        return _worded(differences[0], "")
    if len(recorded.timeline) != len(scenario.timeline):
        ran_entries = counted(len(recorded.timeline), "entry", "entries")
        return f"timeline ran {ran_entries}, has {len(scenario.timeline)} now"
    for old, new in zip(recorded.timeline, scenario.timeline, strict=True):
        differences = compare(
            old.model_dump(mode="json", exclude=_ENTRY_KEYS_JUDGED),
            new.model_dump(mode="json", exclude=_ENTRY_KEYS_JUDGED),
            strict_numbers=False,
        )
        if differences:
            return _worded(differences[0], f"timeline[{new.index}].")
    return None


def _worded(difference: Difference, prefix: str) -> str:
    if difference.kind in ("missing key", "unexpected key"):
        return f"{prefix}{difference.path}: {difference.kind}"
    ran, now = value_text(difference.expected), value_text(difference.actual)
    return f"{prefix}{difference.path} ran as {ran}, is {now} now"
