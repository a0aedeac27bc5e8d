from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness.checks.evaluate import evaluate
from engine_harness.checks.expectations import failure_message
from engine_harness.checks.metrics import MISSING
from engine_harness.records.models import Checkpoint, Outcome

from .conftest import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Verdict


@pytest.mark.parametrize(
    ("spec", "actual", "message"),
    [
        ({"eq": 3}, 4, "expect K eq 3 (got 4)"),
        ({"eq": 3.0}, 4.0, "expect K eq 3 (got 4)"),
        ({"eq": 0.1}, 0.30000000000000004, "expect K eq 0.1 (got 0.30000000000000004)"),
        ({"eq": "night"}, "day", "expect K eq night (got day)"),
        ({"eq": "1"}, 1, 'expect K eq "1" (got 1)'),
        ({"eq": True}, 1, "expect K eq true (got 1)"),
        ({"eq": "true"}, True, 'expect K eq "true" (got true)'),
        ({"eq": None}, 0, "expect K eq null (got 0)"),
        ({"eq": [1, 2]}, [1, 3], "expect K eq [1,2] (got [1,3])"),
        ({"eq": {"b": 1, "a": 2}}, {}, 'expect K eq {"a":2,"b":1} (got {})'),
        ({"eq": 1, "min": 5}, 1, None),
        ({"eq": 1, "min": 0}, 2, "expect K eq 1 (got 2)"),
        ({"min": 3}, 2, "expect K >= 3 (got 2)"),
        ({"max": 3}, 3.5, "expect K <= 3 (got 3.5)"),
        ({"min": 3, "max": 1}, 2, "expect K >= 3 (got 2)"),
        ({"min": 3}, 3, None),
        ({"max": 3}, 3.0, None),
        ({"min": 1}, True, "expect K range requires numeric actual (got true)"),
        ({"min": 1}, "5", "expect K range requires numeric actual (got 5)"),
        ({"max": 1}, None, "expect K range requires numeric actual (got null)"),
        ({}, 1, "expect K missing eq/min/max"),
        ({"min": None}, 1, "expect K missing eq/min/max"),
        ({"min": "1"}, 5, "expect K >= 1 (got 5)"),
        ({"eq": 1}, MISSING, "missing metric: K"),
        ({}, MISSING, "missing metric: K"),
    ],
)
def test_each_case_has_its_message(spec: dict[str, Any], actual: Any, message: str | None) -> None:
    assert failure_message("K", spec, actual) == message


def test_a_very_long_value_is_cut() -> None:
    message = failure_message("K", {"eq": 1}, "x" * 1000)
    assert message == f"expect K eq 1 (got {'x' * 199}…)"


NUMBERS = st.integers(-5, 5) | st.floats(-5, 5)
SPECS = st.fixed_dictionaries({}, optional={"eq": NUMBERS, "min": NUMBERS, "max": NUMBERS})


@given(SPECS, NUMBERS)
def test_a_set_holds_exactly_when_its_bounds_do(spec: dict[str, float], actual: float) -> None:
    # The table of the rules, read again: eq alone decides where it stands.
    if "eq" in spec:
        holds = spec["eq"] == actual
    else:
        holds = bool(spec) and spec.get("min", actual) <= actual <= spec.get("max", actual)
    assert (failure_message("K", spec, actual) is None) == holds


@pytest.fixture
def verdict_of(
    make_scenario: Callable[..., Any], make_record: Callable[..., Any]
) -> Callable[..., Verdict]:
    def judge(*, parts: dict[str, Any], **keys: Any) -> Verdict:
        scenario = make_scenario(**keys)
        return evaluate(make_record(scenario, **parts), scenario)

    return judge


def test_every_key_is_judged_in_file_order(verdict_of: Callable[..., Verdict]) -> None:
    verdict = verdict_of(
        parts={"metrics": {"hp": 3, "mana": 1}},
        expect={"gold": {"min": 1}, "hp": {"eq": 3}, "mana": {"eq": 2}},
        lines={"expect.mana": 8, "expect.hp": 9, "expect.gold": 10},
    )
    assert messages(verdict) == ["expect mana eq 2 (got 1)", "missing metric: gold"]
    assert [(c.name, c.expected, c.actual, c.ok) for c in verdict.checks if c.set] == [
        ("mana", {"eq": 2}, 1, False),
        ("hp", {"eq": 3}, 3, True),
        ("gold", {"min": 1}, None, False),
    ]
    assert not verdict.passed


def test_keys_of_one_line_are_judged_by_name_as_a_record_has_them(
    verdict_of: Callable[..., Verdict],
) -> None:
    verdict = verdict_of(
        parts={"metrics": {}},
        expect={"mana": {"eq": 2}, "gold": {"min": 1}},
        lines={"expect.mana": 8, "expect.gold": 8},
    )
    assert [c.name for c in verdict.checks if c.set] == ["gold", "mana"]


def test_a_finding_says_where_it_belongs(
    verdict_of: Callable[..., Verdict], row: Callable[..., Any]
) -> None:
    verdict = verdict_of(
        parts={"metrics": {"hp": 3}, "events": [row("hit", n / 4) for n in range(5)]},
        expect={"hp": {"eq": 2}, "a.b": {"eq": 2}},
        lines={"expect": 9, "expect.hp": 10},
    )
    second, first = verdict.findings
    assert (first.where.manifest, first.where.path) == ("scenarios/arena/duel.yaml:10", "expect.hp")
    assert second.where.manifest == "scenarios/arena/duel.yaml:9"
    assert (first.at_s, first.frame, first.events) == (2, 480, (2, 3, 4))


def test_without_metrics_nothing_is_expected_of_them(verdict_of: Callable[..., Verdict]) -> None:
    outcome = Outcome(status="world_error", message="boom", virtual_s=1, frames=240, units=241)
    verdict = verdict_of(parts={"metrics": None, "outcome": outcome}, expect={"hp": {"eq": 2}})
    assert [finding.check for finding in verdict.findings] == ["world_error"]
    assert not [check for check in verdict.checks if check.check == "expect"]


def test_targets_are_told_but_never_fail(verdict_of: Callable[..., Verdict]) -> None:
    verdict = verdict_of(
        parts={"metrics": {"hp": 3}}, expect_target={"hp": {"min": 5}, "gold": {"eq": 1}}
    )
    assert verdict.passed
    assert verdict.findings == ()
    assert [(c.set, c.name, c.ok, c.details) for c in verdict.checks if c.set] == [
        ("expect_target", "gold", False, "missing metric: gold"),
        ("expect_target", "hp", False, "expect hp >= 5 (got 3)"),
    ]


MID = Checkpoint(at_s=0.5, frame=120, metrics={"hp": 9, "bag": {"ore": 2}}, digest="x")
MID_ENTRY = {"kind": "checkpoint", "at_s": 0.5, "index": 1, "name": "mid"}


def test_the_name_of_a_checkpoint_wins_over_a_metric(verdict_of: Callable[..., Verdict]) -> None:
    verdict = verdict_of(
        parts={
            "metrics": {"mid": {"hp": 1}, "mid.hp": 2, "hp": 3},
            "checkpoints": {"mid": MID},
        },
        timeline=[MID_ENTRY],
        expect={"mid.hp": {"eq": 9}, "mid.bag.ore": {"eq": 2}, "mid": {"eq": {"hp": 1}}},
    )
    assert messages(verdict) == []


def test_a_metric_that_the_checkpoint_lacks_is_missing(verdict_of: Callable[..., Verdict]) -> None:
    verdict = verdict_of(
        parts={"metrics": {"mid": {"gold": 1}}, "checkpoints": {"mid": MID}},
        timeline=[MID_ENTRY],
        expect={"mid.gold": {"eq": 1}},
    )
    assert messages(verdict) == ["missing metric: mid.gold"]
    assert (verdict.findings[0].at_s, verdict.findings[0].frame) == (0.5, 120)


def test_a_checkpoint_that_was_never_reached_says_so(verdict_of: Callable[..., Verdict]) -> None:
    outcome = Outcome(status="limit", reason="frames", virtual_s=0.1, frames=24, units=25)
    verdict = verdict_of(
        parts={"metrics": {}, "outcome": outcome},
        timeline=[MID_ENTRY],
        expect={"mid.hp": {"eq": 9}},
    )
    finding = verdict.findings[1]
    assert finding.message == "missing metric: mid.hp"
    assert finding.details == "the run never reached checkpoint mid"


EXPECT_ENTRY = {"kind": "expect", "at_s": 0.5, "index": 3, "expect": {"hp": {"eq": 8}}}


def test_a_timeline_set_is_judged_on_its_checkpoint(
    verdict_of: Callable[..., Verdict], row: Callable[..., Any]
) -> None:
    verdict = verdict_of(
        parts={
            "metrics": {"hp": 8},
            "checkpoints": {"timeline[3]": MID},
            "events": [row("hit", 0.25), row("hit", 0.5), row("late", 1.0)],
        },
        timeline=[EXPECT_ENTRY],
        lines={"timeline[3]": 20, "timeline[3].expect": 21},
    )
    (finding,) = verdict.findings
    assert finding.message == "expect hp eq 8 (got 9)"
    assert (finding.where.manifest, finding.where.path) == (
        "scenarios/arena/duel.yaml:21",
        "timeline[3].expect.hp",
    )
    assert (finding.at_s, finding.frame, finding.events) == (0.5, 120, (0, 1))
    assert [check.set for check in verdict.checks if check.set] == ["timeline[3]"]


def test_a_timeline_set_without_its_checkpoint_fails(verdict_of: Callable[..., Verdict]) -> None:
    verdict = verdict_of(parts={"metrics": {"hp": 8}}, timeline=[EXPECT_ENTRY])
    assert messages(verdict) == [
        "the record holds no metrics for the expect of timeline[3]; run the scenario again"
    ]
    assert not verdict.passed


def test_a_timeline_set_beyond_the_end_of_a_broken_run_is_not_judged(
    verdict_of: Callable[..., Verdict],
) -> None:
    outcome = Outcome(status="limit", reason="frames", virtual_s=0.1, frames=24, units=25)
    verdict = verdict_of(parts={"outcome": outcome}, timeline=[EXPECT_ENTRY])
    assert [finding.check for finding in verdict.findings] == ["limit"]


FIGURES = {
    "timeline": {
        "scheduler": {"stepCount": 60, "minStep": None, "lateness": {"nominal": {"p99": 0.002}}}
    }
}


@pytest.mark.parametrize(
    ("key", "spec", "expected"),
    [
        ("performance.scheduler.lateness.nominal.p99", {"max": 0.01}, []),
        ("performance.scheduler.stepCount", {"eq": 61},
            ["expect performance.scheduler.stepCount eq 61 (got 60)"]),
        ("performance.scheduler.lateness", {"eq": {"nominal": {"p99": 0.002}}}, []),
        ("performance.scheduler.minStep", {"eq": None}, []),
        ("performance.scheduler.host.elapsed", {"min": 0},
            ["missing metric: performance.scheduler.host.elapsed"]),
    ],
)  # fmt: skip
def test_figures_of_the_driver_are_judged_at_the_end(
    verdict_of: Callable[..., Verdict], key: str, spec: dict[str, Any], expected: list[str]
) -> None:
    parts = {"metrics": {"hp": 3}, "sections": FIGURES, "host": {"scheduler": {"elapsed": 1}}}
    verdict = verdict_of(parts=parts, expect={key: spec}, expect_target={key: spec})
    assert messages(verdict) == expected
    assert [check.ok for check in verdict.checks if check.name == key] == [not expected] * 2


def test_a_misspelt_figure_names_the_nearest_one(verdict_of: Callable[..., Verdict]) -> None:
    key = "performance.scheduler.latenes.nominal.p99"
    parts = {"metrics": {}, "sections": FIGURES}
    (finding,) = verdict_of(parts=parts, expect={key: {"max": 1}}).findings
    assert finding.message == f"missing metric: {key}"
    assert finding.details == "did you mean 'performance.scheduler.lateness.nominal.p99'?"


def test_a_worlds_own_performance_hides_the_figures(verdict_of: Callable[..., Verdict]) -> None:
    parts = {"metrics": {"performance": {"fps": 60}}, "sections": FIGURES}
    expect = {"performance.fps": {"eq": 60}, "performance.scheduler.stepCount": {"eq": 60}}
    verdict = verdict_of(parts=parts, expect=expect)
    assert messages(verdict) == ["missing metric: performance.scheduler.stepCount"]


def test_a_run_without_figures_has_none(verdict_of: Callable[..., Verdict]) -> None:
    expect = {"performance.scheduler.stepCount": {"eq": 60}}
    verdict = verdict_of(parts={"metrics": {}}, expect=expect)
    assert messages(verdict) == ["missing metric: performance.scheduler.stepCount"]
