"""The verdict as a whole: nothing checked, expected failures, records of another run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.evaluate import evaluate

from .conftest import HP, ended, messages, violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Verdict

    Judge = Callable[..., Verdict]
    Row = Callable[..., dict[str, Any]]


IN_RANGE = {"kind": "world", "name": "in_range"}


def action(refused: bool | str | None = None, index: int = 1) -> dict[str, Any]:
    return {"kind": "action", "at_s": 0.5, "index": index, "name": "jump", "refused": refused}


def dispatched(row: Row, code: str | None = None, message: str = "", index: int = 1) -> Any:
    plan_row = {**row("action", 0.5, name="jump"), "source": "plan", "entry": index}
    return plan_row if code is None else {**plan_row, "refused": {"code": code, "message": message}}


def test_a_scenario_that_checks_nothing_passes_with_a_word(judge: Judge) -> None:
    verdict = judge(timeline=[action(False)])
    assert verdict.passed
    assert verdict.warnings == ("nothing is checked",)


@pytest.mark.parametrize(
    "keys",
    [
        {"expect": {"hp": {"eq": 1}}},
        {"expect_target": {"hp": {"eq": 1}}},
        {"invariants": [HP]},
        {"expect_events": [{"kind": "never", "match": {"event": "hit"}}]},
        {"expect_failure": {"reason": "later"}},
        {"timeline": [{"kind": "expect", "at_s": 0, "index": 1, "expect": {}}]},
        {"timeline": [action(True)]},
    ],
)
def test_a_scenario_that_checks_anything_is_not_warned(judge: Judge, keys: dict[str, Any]) -> None:
    assert "nothing is checked" not in judge(**keys).warnings


FAILS = {"reason": "jump is too low", "ticket": "GAME-7"}


def test_an_expected_failure_passes_and_tells_what_failed(judge: Judge) -> None:
    verdict = judge({"metrics": {"hp": 2}}, expect={"hp": {"eq": 1}}, expect_failure=FAILS)
    assert verdict.passed
    assert verdict.findings == ()
    assert verdict.warnings == ("expected failure: expect hp eq 1 (got 2)",)
    last = verdict.checks[-1]
    assert (last.check, last.name, last.ok, last.details) == (
        "expect_failure",
        "jump is too low (GAME-7)",
        True,
        "expect hp eq 1 (got 2)",
    )


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        (FAILS, "expected to fail: jump is too low (GAME-7); it passed"),
        ({"reason": "late"}, "expected to fail: late; it passed"),
    ],
)
def test_passing_against_the_expectation_fails(
    judge: Judge, expectation: dict[str, str], said: str
) -> None:
    verdict = judge(
        {"metrics": {"hp": 1}},
        expect={"hp": {"eq": 1}},
        expect_failure=expectation,
        lines={"expect_failure": 5},
    )
    (finding,) = verdict.findings
    assert (finding.check, finding.message) == ("expect_failure", said)
    assert finding.details == "every check passed: take expect_failure out of the scenario"
    assert finding.where.manifest == "scenarios/arena/duel.yaml:5"
    assert not verdict.passed
    assert verdict.checks[-1].ok is False


def test_a_warning_is_no_expected_failure(judge: Judge) -> None:
    rows = [violation(severity="warning")]
    verdict = judge({"invariants": rows}, invariants=[HP], expect_failure=FAILS)
    assert [finding.check for finding in verdict.findings] == ["invariant", "expect_failure"]
    assert not verdict.passed


@pytest.mark.parametrize("status", ["world_error", "limit", "killed", "nondeterministic"])
def test_a_run_that_breaks_is_no_expected_failure(judge: Judge, status: str) -> None:
    outcome = ended(status, message="boom", virtual_s=1)
    wanted = [{"kind": "count", "match": {"event": "hit"}, "min": 1}]
    verdict = judge(
        {"outcome": outcome, "metrics": None}, expect_events=wanted, expect_failure=FAILS
    )
    assert messages(verdict) == ["boom"]
    assert not verdict.passed
    assert (verdict.checks[-1].ok, verdict.checks[-1].actual) == (False, status)


def test_a_refusal_is_no_expected_failure(judge: Judge, row: Row) -> None:
    verdict = judge(
        {"metrics": {"hp": 2}, "events": [dispatched(row, "dead")]},
        timeline=[action()],
        expect={"hp": {"eq": 1}},
        expect_failure=FAILS,
    )
    assert [finding.check for finding in verdict.findings] == ["refused"]
    assert not verdict.passed


def test_success_that_the_driver_denies_may_be_expected(judge: Judge) -> None:
    denied = ended("completed", success=False, reason="cap_hit")
    assert judge({"outcome": denied}, expect_failure=FAILS).passed


@pytest.fixture(scope="session")
def rejudge(make_scenario: Callable[..., Any], make_record: Callable[..., Any]) -> Judge:
    """Return the verdict on a record of the scenario `ran` against the scenario `now`."""

    def run(ran: dict[str, Any], now: dict[str, Any], **parts: Any) -> Verdict:
        return evaluate(make_record(make_scenario(**ran), **parts), make_scenario(**now))

    return run


def test_new_expectations_need_no_new_run(rejudge: Judge, row: Row) -> None:
    now = {
        "timeline": [{**action(True), "notes": "edited"}],
        "expect": {"hp": {"eq": 2}},
        "expect_events": [{"kind": "never", "match": {"event": "hit"}}],
        "lines": {"timeline[1]": 77},
    }
    parts = {"metrics": {"hp": 3}, "events": [dispatched(row), row("hit", 1)]}
    verdict = rejudge({"timeline": [action()]}, now, **parts)
    assert messages(verdict) == [
        "action jump at 0.500 s was accepted, expected a refusal",
        "expect hp eq 2 (got 3)",
        "expected no hit, found 1: at 1.000 s",
    ]


@pytest.mark.parametrize(
    ("ran", "now", "difference"),
    [
        ({"world": "arena"}, {"world": "chess"}, "world ran as arena, is chess now"),
        (
            {"world_options": {"hp": 1}},
            {"world_options": {"hp": True}},
            "world_options.hp ran as int, is bool now",
        ),
        ({}, {"config": {"a": 1}}, "config.a: unexpected key"),
        ({}, {"rule_aliases": {"a": "b"}}, "rule_aliases.a: unexpected key"),
        ({"timeline": [action()]}, {}, "timeline ran 1 entry, has 0 now"),
        (
            {"timeline": [action()]},
            {"timeline": [{**action(), "name": "duck"}]},
            "timeline[1].name ran as jump, is duck now",
        ),
    ],
)
def test_a_record_of_another_run_fails(
    rejudge: Judge, ran: dict[str, Any], now: dict[str, Any], difference: str
) -> None:
    verdict = rejudge(ran, now)
    assert messages(verdict) == [
        f"the record is the run of another scenario: {difference}; run the scenario again"
    ]
    assert not verdict.passed


def test_a_whole_number_written_with_a_point_is_no_other_run(rejudge: Judge) -> None:
    verdict = rejudge({"world_options": {"hp": 1}}, {"world_options": {"hp": 1.0}})
    assert verdict.passed


def test_an_invariant_that_the_run_did_not_evaluate_fails(rejudge: Judge) -> None:
    verdict = rejudge({"invariants": [HP]}, {"invariants": [IN_RANGE, HP]})
    (finding,) = verdict.findings
    assert finding.message == (
        "the record holds no evaluation of the invariant in_range; run the scenario again"
    )
    assert finding.where.path == "invariants[1]"
    assert not verdict.passed


def test_an_invariant_is_found_again_at_its_new_place(rejudge: Judge) -> None:
    rows = [violation(index=2), violation(index=1, name="in_range")]
    verdict = rejudge(
        {"invariants": [IN_RANGE, HP]},
        {"invariants": [HP], "lines": {"invariants[1]": 9}},
        invariants=rows,
    )
    (finding,) = verdict.findings
    assert finding.message.startswith("invariant hp min 0 violated")
    assert finding.where.manifest == "scenarios/arena/duel.yaml:9"


def test_a_record_of_another_run_is_no_expected_failure(rejudge: Judge) -> None:
    verdict = rejudge(
        {"world": "arena", "expect_failure": FAILS}, {"world": "chess", "expect_failure": FAILS}
    )
    assert [finding.check for finding in verdict.findings] == ["record"]
    assert not verdict.passed


def test_a_record_whose_scenario_cannot_be_read_fails(
    make_scenario: Callable[..., Any], make_record: Callable[..., Any]
) -> None:
    scenario = make_scenario()
    record = make_record(scenario)
    head = record.scenario.model_copy(update={"normalised": {"version": 1}})
    verdict = evaluate(record.model_copy(update={"scenario": head}), scenario)
    assert messages(verdict) == [
        "the record's scenario cannot be read (metadata: Field required); run it again"
    ]


def test_no_finding_hides_another_and_their_order_is_fixed(judge: Judge, row: Row) -> None:
    verdict = judge(
        {
            "outcome": ended("completed", success=False, reason="lost", virtual_s=2, frames=480),
            "invariants": [violation()],
            "events": [dispatched(row, "dead")],
        },
        timeline=[action(), {"kind": "expect", "at_s": 1, "index": 2, "expect": {"a": {"eq": 1}}}],
        expect={"hp": {"eq": 1}},
        expect_events=[{"kind": "count", "match": {"event": "hit"}, "min": 1}],
        invariants=[HP],
    )
    assert [finding.check for finding in verdict.findings] == [
        "outcome",
        "refused",
        "expect",
        "record",
        "expect_events",
        "invariant",
    ]


SEEDED = """
from engine_harness.checks.evaluate import evaluate
from engine_harness.checks.diff import compare
from engine_harness.manifest.models import Metadata, Origin, Scenario
from engine_harness.records.models import InvariantRow, Outcome, RunRecord, ScenarioHead

names = [f"key{n}" for n in range(20)]
hit = {"event": "hit", "at_s": 1, "frame": 240, "unit": 240, "source": "world"}
scenario = Scenario.model_validate({
    "metadata": Metadata(id="a", label="a"), "world": "w", "origin": Origin(manifest="a.yaml"),
    "expect": {name: {"eq": {n: 1 for n in names}} for name in names},
    "expect_events": [{"kind": "count", "match": {"event": n}, "min": 1} for n in names],
    "invariants": [{"kind": "world", "name": "in_range"}],
})
head = ScenarioHead(id="a", label="a", driver="timeline", world="w", seed=0, manifest="a.yaml",
                    normalised=scenario.model_dump(mode="json"))
record = RunRecord(
    scenario=head, plan_digest="", module_digest="", digest="",
    outcome=Outcome(status="completed", virtual_s=2, frames=480, units=481),
    metrics={name: set(names) and names for name in names},
    events=[{**hit, "fields": {n: n for n in names}}],
    invariants=[InvariantRow(index=1, name="in_range", subject=n, first_at_s=0, frame=0, unit=0,
                             violated_s=1, frames=1) for n in names])
print(evaluate(record, scenario).model_dump_json())
print(compare({n: 1 for n in names[:15]}, {n: 2 for n in names[5:]}))
"""


def test_a_verdict_does_not_depend_on_the_hash_seed() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", SEEDED],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(said) == 1
    assert b"expected at least 1 key3, found 0" in said.pop()
