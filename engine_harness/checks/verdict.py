"""The verdict over one record: what was checked, what was found. Data only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from engine_harness._model import Model

__all__ = ["Check", "Finding", "Verdict", "Where"]


class Where(Model):
    """The place in the manifest that a finding is about."""

    manifest: str
    """Path from the project root, with the line when it is known: `scenarios/a/b.yaml:31`."""
    path: str
    """Path in the data, as `expect_events[1]`; empty for the scenario as a whole."""


class Check(Model):
    """One thing that was evaluated, passing or not."""

    check: str
    """`expect`, `expect_target`, `expect_events`, `invariant`, `outcome`, `refused`, ..."""
    set: str | None = None
    """The expectation set: `expect`, `expect_target`, `timeline[3]`."""
    name: str
    expected: JsonValue = None
    actual: JsonValue = None
    ok: bool
    details: str | None = None


class Finding(Model):
    """One failed check."""

    check: str
    message: str
    severity: Literal["error", "warning"] = "error"
    where: Where
    at_s: float | None = None
    frame: int | None = None
    unit: int | None = None
    subject: str | None = None
    expected: JsonValue = None
    actual: JsonValue = None
    details: str | None = None
    events: tuple[int, ...] = ()
    """Indices into the record's `events` (from 0) that the finding is about."""


class Verdict(Model):
    """The judgement of one record."""

    passed: bool
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = Field(default=())
