"""Insights and diagnostics: where their limits are, and what their texts say."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_reports import BUILD_OPTIONS, LEVEL_LIMITS, level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe


LEVELS = ("info", "warning", "critical")
UNITS = {
    "timing": "s",
    "slack": "s",
    "latency": "s",
    "success": "per press",
    "cancellations": "per schedule",
    "immediates": "per press",
    "commit-latency": "s",
    "lookahead": "s",
}
SIGNED = ("timing", "slack")


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., Any]:
    return probe_of("reports")


def insight_case(
    summary: dict[str, float],
    *,
    presses: int = 9,
    options: dict[str, Any] | None = None,
    goal: float | None = 0.9,
) -> dict[str, Any]:
    return {
        "stats": {
            "counters": {"press": presses, "schedule": 11, "latency": 8, "success": 7},
            "latency": {"accepted": {"count": 5}},
        },
        "summary": summary,
        "config": {"cooldown": 0.1, **({} if goal is None else {"pressLookaheadGoal": goal})},
        "smart_enabled": True,
        "adjustments": {
            "status": "updates",
            "updates": {"pressReactionBias": 0.05},
            "deltas": {"pressReactionBias": 0.03},
            "reasons": ["lead"],
            "minSamples": 4,
            # These are not shown.
            "options": {**BUILD_OPTIONS, **(options or {})},
            "stats": {"of": "adjustments"},
        },
        "auto_tuning": {"enabled": False},
        "recommendations": ["look"],
    }


@pytest.fixture(scope="module")
def insights(call: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    def of(*cases: dict[str, Any]) -> list[dict[str, Any]]:
        rows = call("insights", list(cases))
        assert [row["answer"] for row in rows if not row["ok"]] == []
        return [row["answer"] for row in rows]

    return of


# Insights.


def test_every_limit_is_exactly_where_it_is_said_to_be(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    cases = []
    for name, (metric, _, warning, _, critical) in LEVEL_LIMITS.items():
        for limit in (warning, critical):
            if limit is None:
                continue
            around = [math.nextafter(limit, 0), limit, math.nextafter(limit, 9)]
            signs = (1, -1) if name in SIGNED else (1,)
            cases += [(name, metric, sign * value) for value in around for sign in signs]
        cases += [(name, metric, value) for value in (0, 0.3, 0.7, 1, 3)]
    found = insights(*(insight_case({metric: value}) for _, metric, value in cases))
    levels = [
        (name, value, row["statuses"][name]["level"])
        for (name, _, value), row in zip(cases, found, strict=True)
    ]
    assert levels == [(name, value, level_of(name, value)) for name, _, value in cases]
    # The reference has seen all levels of all of them.
    seen = {(name, level) for name, _, level in levels}
    assert seen == {
        (name, level)
        for name, limits in LEVEL_LIMITS.items()
        for level in LEVELS
        if level != "critical" or limits[4] is not None
    }


def test_without_samples_a_status_is_info_and_says_so(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    [report] = insights(insight_case({}))
    statuses = report["statuses"]
    assert set(statuses) == {"dataset", *LEVEL_LIMITS}
    assert {status["level"] for status in statuses.values()} == {"info"}
    assert report["severity"] == "info"
    for name, (metric, _, warning, _, _) in LEVEL_LIMITS.items():
        shown = f"|{metric}|" if name in SIGNED else metric
        assert statuses[name]["message"] == (
            f"{shown} has no samples, the limit is {warning:g} {UNITS[name]}"
        )
        assert "value" not in statuses[name]["payload"]


def test_a_message_names_the_metric_its_value_and_the_limit(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    good, bad, worse = insights(
        insight_case({"leadDeltaMean": -0.002, "scheduleLookaheadP10": 1, "successRate": 1}),
        insight_case({"leadDeltaMean": -0.006, "scheduleLookaheadP10": 0.8, "averageLatency": 0.2}),
        insight_case({"leadDeltaMean": 0.0155, "scheduleLookaheadP10": 0.5, "successRate": 0.25}),
    )

    def messages(report: dict[str, Any], *names: str) -> list[str]:
        return [report["statuses"][name]["message"] for name in names]

    assert messages(good, "dataset", "timing", "lookahead", "success") == [
        "pressCount 9 presses keeps the limit of 4 presses",
        "|leadDeltaMean| 0.002 s keeps the limit of 0.004 s",
        "scheduleLookaheadP10 1 s keeps the limit of 0.9 s",
        "successRate 1 per press keeps the limit of 0.8 per press",
    ]
    assert messages(bad, "timing", "lookahead", "latency") == [
        "|leadDeltaMean| 0.006 s is above the limit of 0.004 s",
        "scheduleLookaheadP10 0.8 s is below the limit of 0.9 s",
        "averageLatency 0.2 s has reached the limit of 0.16 s",
    ]
    assert messages(worse, "timing", "lookahead", "success") == [
        "|leadDeltaMean| 0.0155 s has reached the critical limit of 0.015 s",
        "scheduleLookaheadP10 0.5 s does not exceed the critical limit of 0.63 s",
        "successRate 0.25 per press is below the critical limit of 0.6 per press",
    ]
    assert bad["statuses"]["timing"]["payload"] == {
        "metric": "leadDeltaMean",
        "value": -0.006,
        "unit": "s",
        "warning": 0.004,
        "critical": 0.015,
    }


def test_too_few_presses_are_a_warning_of_the_dataset(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    few = {"minSamples": 2}
    cases = [(0, None), (3, None), (4, None), (5, None), (1, few), (2, few)]
    reports = insights(*(insight_case({}, presses=n, options=o) for n, o in cases))
    levels = [report["statuses"]["dataset"]["level"] for report in reports]
    assert levels == ["warning", "warning", "info", "info", "warning", "info"]
    assert reports[1]["statuses"]["dataset"]["message"] == (
        "pressCount 3 presses is below the limit of 4 presses"
    )
    assert [report["severity"] for report in reports] == levels


def test_the_targets_of_commit_and_lookahead_can_be_moved(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    def levels(name: str, *cases: dict[str, Any]) -> list[str]:
        return [report["statuses"][name]["level"] for report in insights(*cases)]

    target = {"commitTarget": 0.02}
    around = (0.02, math.nextafter(0.02, 1), math.nextafter(0.036, 0), 0.036)
    cases = [insight_case({"commitLatencyP99": value}, options=target) for value in around]
    assert levels("commit-latency", *cases) == ["info", "warning", "warning", "critical"]
    cases = [
        insight_case({"scheduleLookaheadP10": value}, goal=0.5)
        for value in (0.5, math.nextafter(0.5, 0), math.nextafter(0.35, 1), 0.35)
    ]
    assert levels("lookahead", *cases) == ["info", "warning", "warning", "critical"]


def test_limits_of_0_alarm_nobody_who_keeps_them(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    report, unset = insights(
        insight_case(
            {"commitLatencyP99": 0, "scheduleLookaheadP10": 0}, options={"commitTarget": 0}, goal=0
        ),
        insight_case({"scheduleLookaheadP10": 0}, goal=None),
    )
    assert report["statuses"]["commit-latency"]["level"] == "info"
    assert report["statuses"]["lookahead"]["level"] == "info"
    assert unset["statuses"]["lookahead"] == {
        "level": "info",
        "message": "scheduleLookaheadP10 0 s, no limit is set",
        "payload": {"metric": "scheduleLookaheadP10", "value": 0, "unit": "s"},
    }


def test_the_severity_is_the_highest_level_of_all(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    chance = Random("severity")
    summaries = [
        {
            metric: chance.choice((warning, limit or warning)) * chance.uniform(0.5, 1.6)
            for metric, _, warning, _, limit in LEVEL_LIMITS.values()
            if chance.random() < 0.3
        }
        for _ in range(200)
    ]
    found = [report["severity"] for report in insights(*map(insight_case, summaries))]
    expected = [
        max(
            (level_of(name, summary.get(row[0])) for name, row in LEVEL_LIMITS.items()),
            key=LEVELS.index,
        )
        for summary in summaries
    ]
    assert found == expected
    assert set(found) == set(LEVELS)


def test_insights_show_what_they_were_made_of(
    insights: Callable[..., list[dict[str, Any]]],
) -> None:
    summary = {"averageLatency": 0.1, "cancellationCount": 2}
    source = insight_case(summary)
    [report] = insights(source)
    del report["statuses"]
    adjustments = source["adjustments"]
    assert report == {
        "samples": {"press": 9, "schedule": 11, "latency": 5, "success": 7},
        "metrics": summary,
        "severity": "info",
        "recommendations": ["look"],
        "adjustments": {
            key: adjustments[key]
            for key in ("status", "updates", "deltas", "reasons", "minSamples")
        },
        "config": source["config"],
        "smartTuningEnabled": True,
        "autoTuning": {"enabled": False},
        "summary": summary,
        "stats": source["stats"],
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("<function>", "expected a table"),
        ("<object>", "expected a table"),
        ({"dryRun": True}, "unknown option 'dryRun'"),
        ({"minSamples": "4"}, "invalid value for 'minSamples'"),
    ],
)
def test_a_wrong_option_of_the_insights_is_named(
    call: Callable[..., Any], options: Any, message: str
) -> None:
    [row] = call("asked_insights", [{"options": options, "source": insight_case({})}])
    assert row == {"ok": False, "answer": f"AutoParry.getTelemetryInsights: {message}"}


def test_the_options_of_the_insights_are_those_of_their_adjustments(
    call: Callable[..., Any],
) -> None:
    samples = {"presses": 9, "commit_count": 0, "lookahead_count": 0, "latency_count": 0}
    source = {**insight_case({"commitLatencyP99": 0.015}), "smart_enabled": False}
    source["samples"] = samples
    options = (None, {"minSamples": 10}, {"commitTarget": 0.02})
    rows = call("asked_insights", [{"options": given, "source": source} for given in options])
    assert [
        (
            report["statuses"]["dataset"]["level"],
            report["statuses"]["commit-latency"]["level"],
            report["adjustments"]["status"],
            report["adjustments"]["minSamples"],
        )
        for report in (row["answer"] for row in rows)
    ] == [
        ("info", "warning", "none", 4),
        ("warning", "warning", "insufficient", 10),
        ("info", "info", "none", 4),
    ]


# Diagnostics.

# By metric: limit, how it is broken, unit.
OUTSTANDING: dict[str, tuple[float, str, str]] = {
    "averageWaitDelta": (0.01, "is above", "s"),
    "leadDeltaMean": (0.01, "is above", "s"),
    "immediateRate": (0.25, "is above", "per press"),
    "commitLatencyP99": (0.01, "is above", "s"),
    "scheduleLookaheadP10": (0.9, "is below", "s"),
    "averageLatency": (0.18, "is above", "s"),
    "latencyStress": (1, "is above", "of 2"),
    "cancellationCount": (0, "is above", "schedules"),
    "adaptiveBias": (0.001, "is above", "s"),
}
MAGNITUDES = ("averageWaitDelta", "leadDeltaMean", "adaptiveBias")


def diagnostic_source(metrics: dict[str, float], *, presses: int = 1) -> dict[str, Any]:
    return {
        "now": 12.5,
        "stats": {"counters": {"press": presses}, "adaptiveState": {"reactionBias": 0.5}},
        "summary": {name: value for name, value in metrics.items() if name != "latencyStress"},
        "config": {"pressLookaheadGoal": 0.9},
        "smart_enabled": False,
        "adjustments": {"status": "none"},
        "insights": {"severity": "info"},
        "latency_stress": metrics.get("latencyStress", 0),
    }


@pytest.fixture(scope="module")
def recommended(call: Callable[..., Any]) -> Callable[..., list[Any]]:
    def of(*sources: dict[str, Any]) -> list[Any]:
        rows = call("diagnostics", list(sources))
        assert [row["answer"] for row in rows if not row["ok"]] == []
        return [row["answer"]["recommendations"] for row in rows]

    return of


@pytest.mark.parametrize("metric", OUTSTANDING)
def test_a_recommendation_begins_right_beyond_its_limit(
    recommended: Callable[..., list[Any]], metric: str
) -> None:
    limit, words, unit = OUTSTANDING[metric]
    least = {"scheduleLookaheadP10": -9.0, "cancellationCount": 1.0}.get(metric, 9.0)
    beyond = least if metric == "cancellationCount" else math.nextafter(limit, least)
    signs = (1, -1) if metric in MAGNITUDES else (1,)
    within = [sign * value for value in (limit, limit - (beyond - limit)) for sign in signs]
    if metric == "cancellationCount":
        within = [0]
    sources = [diagnostic_source({metric: value}) for value in within]
    assert recommended(*sources) == ["<empty list>"] * len(within)
    for [text] in recommended(*(diagnostic_source({metric: sign * beyond}) for sign in signs)):
        name = f"|{metric}|" if metric in MAGNITUDES else metric
        said, advice = text.split(": ")
        assert said == f"{name} {beyond:g} {unit} {words} the limit of {limit:g} {unit}"
        assert advice


def test_recommendations_have_a_fixed_order(recommended: Callable[..., list[Any]]) -> None:
    everything = {
        metric: 0.1 if words == "is below" else limit + 1
        for metric, (limit, words, _) in OUTSTANDING.items()
    }
    [texts] = recommended(diagnostic_source(everything, presses=0))
    assert [text.split()[0].strip("|") for text in texts] == ["pressCount", *OUTSTANDING]
    assert texts[0].startswith("pressCount 0 presses is below the limit of 1 presses: ")


def test_without_samples_only_the_lack_of_presses_stands_out(
    recommended: Callable[..., list[Any]],
) -> None:
    none, one = recommended(diagnostic_source({}, presses=0), diagnostic_source({}, presses=1))
    assert [text.split()[0] for text in none] == ["pressCount"]
    assert one == "<empty list>"


def test_without_a_goal_no_lookahead_is_too_short(recommended: Callable[..., list[Any]]) -> None:
    source = diagnostic_source({"scheduleLookaheadP10": 0.1})
    source["config"] = {}
    assert recommended(source) == ["<empty list>"]


def test_the_report_holds_what_it_was_made_of(call: Callable[..., Any]) -> None:
    source = diagnostic_source({"averageLatency": 0.1})
    [row] = call("diagnostics", [source])
    assert row["answer"] == {
        "generatedAt": 12.5,
        "counters": {"press": 1},
        "stats": source["stats"],
        "summary": {"averageLatency": 0.1},
        "smartTuningEnabled": False,
        "adaptiveState": {"reactionBias": 0.5},
        "recommendations": "<empty list>",
        "adjustments": {"status": "none"},
        "config": {"pressLookaheadGoal": 0.9},
        "insights": {"severity": "info"},
    }
