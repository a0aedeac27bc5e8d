"""The 14 metrics of the summary, and the profile that compares five of them with targets."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_reports import METRICS, profile_keys, summary_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., Any]:
    return probe_of("reports")


def aggregate(chance: Random) -> dict[str, Any]:
    if chance.random() < 0.25:
        return {"count": 0}
    least, mean, most = sorted(chance.uniform(-0.3, 0.5) for _ in range(3))
    return {"count": chance.randint(1, 9), "min": least, "mean": mean, "max": most, "stdDev": 0.1}


def view_of(chance: Random) -> dict[str, Any]:
    """Return statistics as the telemetry would give them; every part may lack its samples."""
    press, schedule, success = (chance.choice((0, chance.randint(1, 40))) for _ in range(3))
    return {
        # More answers than presses: some were to presses of before a reset.
        "counters": {"press": press, "schedule": schedule, "success": success},
        "press": {
            "activationLatency": aggregate(chance),
            "waitDelta": aggregate(chance),
            "immediateCount": chance.randint(0, press),
        },
        "schedule": {"eta": aggregate(chance)},
        "timeline": {
            name: aggregate(chance) for name in ("scheduleLifetime", "achievedLead", "leadDelta")
        },
        "latency": {"accepted": aggregate(chance)},
        "cancellations": {"total": chance.randint(0, schedule)},
        "quantiles": {
            "commitLatency": chance.choice(({}, {"p99": chance.uniform(0, 0.1)})),
            "scheduleLookahead": chance.choice(({}, {"p10": chance.uniform(0, 2)})),
        },
        "adaptiveState": {"reactionBias": chance.choice((0, chance.uniform(-0.03, 0.08)))},
    }


# The summary.


def test_every_metric_is_that_of_the_statistics_or_absent(call: Callable[..., Any]) -> None:
    chance = Random("summary")
    cases: list[dict[str, Any]] = [
        {"view": view_of(chance), "answerable": chance.randint(0, 45)} for _ in range(300)
    ]
    expected = [summary_of(**case) for case in cases]
    found = [row["answer"] for row in call("summaries", cases)]
    assert found == expected
    seen = [name for row in expected for name in row]
    assert {name: seen.count(name) > 0 for name in METRICS} == dict.fromkeys(METRICS, True)
    always = {name for name in METRICS if seen.count(name) == len(cases)}
    assert always == {"adaptiveBias", "cancellationCount"}


def test_the_summary_of_a_run_is_worked_out_from_its_events(call: Callable[..., Any]) -> None:
    def press(*, immediate: bool, decision: dict[str, float] | None, commit: float) -> Any:
        return {
            "type": "press",
            "immediate": immediate,
            "scheduledReason": None if immediate else "lead",
            "activationLatency": 0.12 if immediate else 0.14,
            "decisionToPressTime": commit,
            "decision": decision,
        }

    events = [
        *({"type": "schedule", "eta": eta} for eta in (0.95, 0.5, 1.1, 0.9)),
        {"type": "schedule-cleared", "reason": "pressed", "lifetime": 0.9},
        {"type": "schedule-cleared", "reason": "conditions-changed", "lifetime": 0.3},
        press(immediate=False, decision={"waitDelta": 0.002, "actualWait": 0.9}, commit=0.004),
        press(immediate=True, decision=None, commit=0),
        *(
            {"type": "latency-sample", "source": source, "value": value, "accepted": accepted}
            for source, value, accepted in (("remote", 0.19, True), ("local", 0.01, False))
        ),
        {"type": "success", "latency": 0.19, "accepted": True},
    ]
    open_presses = [{"achieved_lead_s": 0.2, "lead_delta_s": -0.01}]
    found = call("summary_of_events", events, open_presses, 2, {"reactionBias": 0.004})
    assert found == pytest.approx(
        {
            "averageLatency": 0.19,
            "averageActivationLatency": 0.13,
            "averageWaitDelta": 0.002,
            "leadDeltaMean": -0.01,
            "achievedLeadMean": 0.2,
            "scheduleLifetimeMean": 0.6,
            "adaptiveBias": 0.004,
            "immediateRate": 0.5,
            "cancellationCount": 1,
            "cancellationRate": 0.25,
            "successRate": 0.5,
            "commitLatencyP99": 0.004,
            "scheduleLookaheadP10": 0.5,
            "scheduleLookaheadMin": 0.5,
        }
    )


def test_before_the_first_event_nothing_has_a_mean_or_a_rate(call: Callable[..., Any]) -> None:
    found = call("summary_of_events", [], [], 0, {"reactionBias": 0})
    assert found == {"adaptiveBias": 0, "cancellationCount": 0}


def success_rates(call: Callable[..., Any], *cases: tuple[int, int, int]) -> list[float | None]:
    """Return the rate for each number of presses, of successes and of answerable presses."""
    sources = []
    for press, success, answerable in cases:
        view = view_of(Random("answered"))
        view["counters"] |= {"press": press, "success": success}
        sources.append({"view": view, "answerable": answerable})
    return [row["answer"].get("successRate") for row in call("summaries", sources)]


def test_a_press_that_was_answered_could_be_answered(call: Callable[..., Any]) -> None:
    cases = [(4, 3, answerable) for answerable in (0, 2, 3, 4)]
    assert success_rates(call, *cases) == [1, 1, 1, 0.75]


def test_answers_to_presses_of_before_a_reset_are_no_more_than_the_presses_since(
    call: Callable[..., Any],
) -> None:
    cases = [(2, 0, 5), (2, 1, 5), (2, 3, 0), (2, 3, 5), (4, 5, 4)]
    assert success_rates(call, *cases) == [0, 0.5, 1, 1, 1]
    assert success_rates(call, (0, 0, 0), (0, 0, 3), (0, 3, 0), (0, 3, 3)) == [None] * 4
    # Nothing could be answered yet.
    assert success_rates(call, (4, 0, 0)) == [None]


# The profile.


def updates(chance: Random) -> list[dict[str, Any]]:
    steps = []
    for now in range(6):
        summary = {
            "averageWaitDelta": chance.uniform(-0.009, 0.009),
            "leadDeltaMean": chance.uniform(-0.012, 0.012),
            "commitLatencyP99": chance.uniform(0, 0.03),
            "averageLatency": chance.uniform(0, 0.4),
            "scheduleLookaheadP10": chance.uniform(0, 2.5),
        }
        kept = {name: value for name, value in summary.items() if chance.random() < 0.9}
        goal = chance.choice((0.9, chance.uniform(0.3, 1.5), 0, None))
        steps.append(
            {
                "summary": kept,
                "counters": {"press": 2 * now, "schedule": 3 * now},
                "values": {} if goal is None else {"pressLookaheadGoal": goal},
                "now": now + 0.5,
            }
        )
    return steps


def test_the_profile_holds_what_is_not_0_of_debts_surpluses_and_reliefs(
    call: Callable[..., Any],
) -> None:
    chance = Random("profile")
    runs = [updates(chance) for _ in range(60)]
    seen: set[str] = set()
    for steps, row in zip(runs, call("profiles", runs), strict=True):
        before: dict[str, float] = {}
        for step, view in zip(steps, row["answer"], strict=True):
            goal = step["values"].get("pressLookaheadGoal")
            shares = profile_keys(before, step["summary"], goal)
            expected = {
                "updatedAt": step["now"],
                "pressCount": step["counters"]["press"],
                "scheduleCount": step["counters"]["schedule"],
                **shares,
            }
            assert set(view) == set(expected)
            assert view == pytest.approx(expected, abs=1e-12)
            seen |= set(shares)
            before = step["summary"]
    names = ("wait", "lead", "commit", "latency", "lookahead")
    assert seen == {f"{name}{kind}" for name in names for kind in ("Debt", "Surplus", "Relief")}


def test_the_counts_of_the_profile_are_those_of_now_and_the_shares_of_the_last_update(
    call: Callable[..., Any],
) -> None:
    def looks(*counts: int) -> list[Any]:
        return [{"counters": {"press": count, "schedule": 10 * count}} for count in counts]

    update = {
        **looks(2)[0],
        "summary": {"averageLatency": 0.24},
        "values": {"pressLookaheadGoal": 0.8},
        "now": 1.5,
    }
    found = call("profile", [*looks(0, 1), update, *looks(3, 0)])
    assert [(view.pop("pressCount"), view.pop("scheduleCount")) for view in found] == [
        (count, 10 * count) for count in (0, 1, 2, 3, 0)
    ]
    shares = {"updatedAt": 1.5, "latencyDebt": pytest.approx(0.5)}
    assert found == [*[{"updatedAt": 0}] * 2, *[shares] * 3]


def profile_of(call: Callable[..., Any], *summaries: dict[str, float]) -> list[dict[str, float]]:
    """Return the shares after each update, with a goal of 0.8 s."""
    steps = [
        {
            "summary": summary,
            "counters": {"press": 1, "schedule": 1},
            "values": {"pressLookaheadGoal": 0.8},
            "now": 1,
        }
        for summary in summaries
    ]
    plain = {"updatedAt", "pressCount", "scheduleCount"}
    return [
        {key: share for key, share in view.items() if key not in plain}
        for view in call("profile", steps)
    ]


def test_a_metric_on_its_target_is_not_in_the_profile(call: Callable[..., Any]) -> None:
    on_target = {
        "averageWaitDelta": -0.003,
        "leadDeltaMean": 0.004,
        "commitLatencyP99": 0.01,
        "averageLatency": 0.16,
        "scheduleLookaheadP10": 0.8,
    }
    assert profile_of(call, on_target) == [{}]


def test_what_is_beyond_its_target_by_a_rounding_is_on_it(call: Callable[..., Any]) -> None:
    def shares(factor: float) -> list[dict[str, float]]:
        # From the target away from it, and back.
        steps = (
            {"averageLatency": 0.16 * by, "scheduleLookaheadP10": 0.8 * by} for by in (factor, 1)
        )
        return profile_of(call, *steps)

    assert shares(1 + 0.9e-9) == shares(1 - 0.9e-9) == [{}, {}]

    def tiny(*names: str) -> dict[str, Any]:
        return {name: pytest.approx(1.1e-9, rel=1e-6) for name in names}

    assert shares(1 + 1.1e-9) == [
        tiny("latencyDebt", "lookaheadSurplus"),
        tiny("latencyRelief"),
    ]
    assert shares(1 - 1.1e-9) == [
        tiny("latencySurplus", "lookaheadDebt"),
        tiny("lookaheadRelief"),
    ]


def test_for_the_lookahead_more_is_better(call: Callable[..., Any]) -> None:
    steps = ({"scheduleLookaheadP10": value} for value in (0.4, 0.6, 1.2))
    low, better, high = profile_of(call, *steps)
    assert low == pytest.approx({"lookaheadDebt": 0.5})
    assert better == pytest.approx({"lookaheadDebt": 0.25, "lookaheadRelief": 0.25})
    assert high == pytest.approx({"lookaheadSurplus": 0.5, "lookaheadRelief": 0.75})


def test_no_share_is_above_1(call: Callable[..., Any]) -> None:
    bad, good = profile_of(call, {"averageLatency": 9}, {"averageLatency": 0})
    assert (bad, good) == ({"latencyDebt": 1}, {"latencySurplus": 1, "latencyRelief": 1})


def test_a_metric_that_was_away_has_no_relief_when_it_is_back(call: Callable[..., Any]) -> None:
    assert profile_of(call, {"averageLatency": 0.4}, {}, {"averageLatency": 0.24}) == [
        {"latencyDebt": 1},
        {},
        {"latencyDebt": pytest.approx(0.5)},
    ]
