"""The verdict over one record: every check is evaluated, none hides another.

It needs the record and the scenario only, so it can be computed again at any time, anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._collector import collector_paused
from engine_harness.checks.events import check_events
from engine_harness.checks.expectations import check_end_set, check_timeline_sets
from engine_harness.checks.invariants import check_invariants
from engine_harness.checks.judged import Judged, place, unknown_run
from engine_harness.checks.outcome import check_outcome
from engine_harness.checks.recorded import recorded_scenario
from engine_harness.checks.refusals import check_refusals
from engine_harness.checks.verdict import Check, Finding, Verdict

if TYPE_CHECKING:
    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import RunRecord

__all__ = ["NOTHING_CHECKED", "evaluate"]

NOTHING_CHECKED = "nothing is checked"

# An expected failure is one that a check has found. A run that did not come to its end, a refusal
# or a record that decides nothing is something else that broke, and would hide behind it.
_MAY_BE_EXPECTED = ("expect", "expect_target", "expect_events", "invariant", "outcome")


@collector_paused()
def evaluate(
    record: RunRecord,
    scenario: Scenario,
    *,
    enforce_targets: bool = False,
    is_gated: bool = False,
) -> Verdict:
    """Judge `record` by what `scenario` expects.

    With `enforce_targets` a target that is not met is a finding. A scenario that `is_gated` is
    judged by the gate of a suite too, so it need not check anything itself.

    Findings come in a fixed order, causes before what may follow from them: the end of the run, a
    record of another run, refusals, `expect`, the timeline, `expect_events`, invariants,
    `expect_failure`. A run that wall time or memory ended left nothing to judge but its end.
    """
    judged = [check_outcome(record, scenario)]
    if not unknown_run(record):
        recorded, stale = recorded_scenario(record, scenario)
        judged += [
            Judged(stale, [], []),
            check_refusals(record, scenario),
            check_end_set(record, scenario, "expect"),
            check_timeline_sets(record, scenario),
            check_events(record, scenario),
            check_invariants(record, scenario, recorded),
            check_end_set(record, scenario, "expect_target", is_enforced=enforce_targets),
        ]
    findings = [finding for family in judged for finding in family.findings]
    checks = [check for family in judged for check in family.checks]
    warnings = [warning for family in judged for warning in family.warnings]
    if not is_gated and not _checks_anything(record, scenario):
        warnings.append(NOTHING_CHECKED)
    if scenario.expect_failure is not None:
        findings = _expect_failure(scenario, findings, checks, warnings)
    return Verdict(
        passed=all(finding.severity == "warning" for finding in findings),
        findings=tuple(findings),
        checks=tuple(checks),
        warnings=tuple(warnings),
    )


def _checks_anything(record: RunRecord, scenario: Scenario) -> bool:
    return bool(
        scenario.expect
        or scenario.expect_target
        or scenario.expect_events
        or scenario.invariants
        or scenario.expect_failure
        or record.outcome.success is not None
        or any(
            entry.kind == "expect" or (entry.kind == "action" and entry.refused)
            for entry in scenario.timeline
        )
    )


def _expect_failure(
    scenario: Scenario, findings: list[Finding], checks: list[Check], warnings: list[str]
) -> list[Finding]:
    """Turn a failure into a pass that names it, and a pass into a failure; return the findings."""
    expectation = scenario.expect_failure
    assert expectation is not None
    kept: list[Finding] = []
    failures: list[Finding] = []
    for finding in findings:
        expected = finding.severity == "error" and finding.check in _MAY_BE_EXPECTED
        (failures if expected else kept).append(finding)
    broken = next((finding.check for finding in kept if finding.severity == "error"), None)
    reason = expectation.reason + (f" ({expectation.ticket})" if expectation.ticket else "")
    checks.append(
        Check(
            check="expect_failure",
            name=reason,
            expected="failure",
            actual=broken or ("failure" if failures else "pass"),
            ok=bool(failures) and broken is None,
            details="\n".join(finding.message for finding in failures) or None,
        )
    )
    warnings += [f"expected failure: {finding.message}" for finding in failures]
    if not failures and broken is None:
        kept.append(
            Finding(
                check="expect_failure",
                message=f"expected to fail: {reason}; it passed",
                where=place(scenario, "expect_failure"),
                details="every check passed: take expect_failure out of the scenario",
            )
        )
    return kept
