"""What adjustments are made of samples: each term, its limits, and the status of the whole."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .reference_reports import BUILD_OPTIONS, adjusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe


CONFIG = {
    "pressReactionBias": 0.02,
    "pressScheduleSlack": 0.015,
    "pressMaxLookahead": 1.2,
    "pressLookaheadGoal": 0.9,
    "activationLatency": 0.12,
}
BUILDER, APPLIER = "buildTelemetryAdjustments", "applyTelemetryAdjustments"
NO_SAMPLES = {"presses": 9, "commit_count": 0, "lookahead_count": 0, "latency_count": 0}


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., Any]:
    return probe_of("reports")


def case_of(
    *,
    options: Any = None,
    config: dict[str, Any] | None = None,
    is_smart: bool = False,
    caller: str = BUILDER,
    may_dry_run: bool = False,
    **samples: Any,
) -> dict[str, Any]:
    merged = {**CONFIG, **(config or {})}
    return {
        "options": options,
        "caller": caller,
        "may_dry_run": may_dry_run,
        "source": {
            "samples": {**NO_SAMPLES, **samples},
            "stats": {"counters": {"press": 9}},
            "summary": {"adaptiveBias": 0},
            "config": {key: value for key, value in merged.items() if value is not None},
            "smart_enabled": is_smart,
        },
    }


@pytest.fixture(scope="module")
def build(call: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    def of(*cases: dict[str, Any]) -> list[dict[str, Any]]:
        rows = call("build", list(cases))
        assert [row["answer"] for row in rows if not row["ok"]] == []
        return [row["answer"]["result"] for row in rows]

    return of


@pytest.fixture(scope="module")
def change(build: Callable[..., list[dict[str, Any]]]) -> Callable[..., dict[str, float]]:
    """Return a caller that gives the new values of one case."""

    def of(**keys: Any) -> dict[str, float]:
        [result] = build(case_of(**keys))
        assert result["deltas"] == {
            key: pytest.approx(value - {**CONFIG, **(keys.get("config") or {})}[key])
            for key, value in result["updates"].items()
        }
        updates = result["updates"]
        assert isinstance(updates, dict)
        return updates

    return of


# The whole.


def random_case(chance: Random) -> dict[str, Any]:
    samples: dict[str, Any] = {
        "presses": chance.randint(0, 30),
        "commit_count": chance.choice((0, 3, 5, 6, 40)),
        "lookahead_count": chance.choice((0, 3, 4, 40)),
        "latency_count": chance.choice((0, 1, 40)),
    }
    scale = chance.choice((0.004, 0.02, 0.3))
    if chance.random() < 0.7:
        samples["lead_delta_s"] = chance.uniform(-scale, scale)
    if chance.random() < 0.7:
        samples["wait_delta_s"] = chance.uniform(-scale, scale)
    if samples["commit_count"]:
        samples["commit_p99_s"] = chance.uniform(0, scale)
    if samples["lookahead_count"]:
        samples["lookahead_p10_s"] = chance.uniform(0, 3)
    if samples["latency_count"]:
        samples["latency_s"] = chance.choice((0.12, 0.12005, chance.uniform(0, 0.6)))
    config = {
        "pressReactionBias": chance.choice((0, 0.02, 0.239, 0.3)),
        "pressScheduleSlack": chance.choice((0, 0.015, 0.08, 0.2)),
        "pressMaxLookahead": chance.choice((0.5, 1.2, 3)),
        "pressLookaheadGoal": chance.choice((None, 0, 0.9, 2.5)),
    }
    options = {
        key: chance.choice(values)
        for key, values in {
            "minSamples": (0, 4, 12),
            "leadGain": (0, 0.6, 3),
            "leadTolerance": (0, 0.02),
            "slackGain": (0, 2),
            "waitTolerance": (0, 0.02),
            "latencyGain": (0, 0.5, 4),
            "commitTarget": (0, 0.05),
            "allowWhenSmartTuning": (True, False),
        }.items()
        if chance.random() < 0.3
    }
    is_smart = chance.random() < 0.2
    return case_of(options=options, config=config, is_smart=is_smart, **samples)


def test_the_adjustments_are_those_of_the_reference(
    build: Callable[..., list[dict[str, Any]]],
) -> None:
    chance = Random("adjustments")
    cases = [random_case(chance) for _ in range(700)]
    statuses = set()
    for case, result in zip(cases, build(*cases), strict=True):
        source = case["source"]
        options = {**BUILD_OPTIONS, **case["options"]}
        expected = adjusted(
            source["samples"], source["config"], options, is_smart=source["smart_enabled"]
        )
        found = (result["status"], result["updates"], result["deltas"])
        assert found == (expected[0], pytest.approx(expected[1]), pytest.approx(expected[2])), case
        assert result["options"] == options
        statuses.add(expected[0])
    assert statuses == {"insufficient", "skipped", "updates", "stable", "filtered", "none"}


def test_a_result_holds_what_it_was_made_of_and_changes_nothing(call: Callable[..., Any]) -> None:
    case = case_of(lead_delta_s=-0.03)
    [row] = call("build", [case])
    answer, source = row["answer"], case["source"]
    assert answer["before"] == answer["after"] == source["config"]
    result = answer["result"]
    assert len(result.pop("reasons")) == 1
    assert result == {
        "status": "updates",
        "updates": {"pressReactionBias": pytest.approx(0.038)},
        "deltas": {"pressReactionBias": pytest.approx(0.018)},
        "minSamples": 4,
        "options": BUILD_OPTIONS,
        "stats": source["stats"],
        "summary": source["summary"],
        "previousConfig": source["config"],
    }


def test_the_status_says_why_there_are_updates_or_none(
    build: Callable[..., list[dict[str, Any]]],
) -> None:
    bad: dict[str, Any] = {"lead_delta_s": -0.03}
    good: dict[str, Any] = {"lead_delta_s": 0.004, "wait_delta_s": -0.003}
    cases = {
        "insufficient": [case_of(**bad, presses=3), case_of(**bad, presses=3, is_smart=True)],
        "skipped": [case_of(**bad, is_smart=True), case_of(is_smart=True)],
        "updates": [case_of(**bad), case_of(**bad, presses=4)],
        "stable": [case_of(**good), case_of(latency_s=0.12005, latency_count=1)],
        "filtered": [
            case_of(**bad, config={"pressReactionBias": 0.24}),
            case_of(**bad, options={"leadGain": 0}),
        ],
        "none": [case_of(), case_of(commit_p99_s=9, commit_count=5)],
    }
    for status, of_status in cases.items():
        assert [result["status"] for result in build(*of_status)] == [status] * 2


def test_reasons_name_the_term_its_sample_and_the_change(
    build: Callable[..., list[dict[str, Any]]],
) -> None:
    results = build(
        case_of(
            lead_delta_s=-0.03,
            wait_delta_s=0.01,
            commit_p99_s=0.02,
            commit_count=6,
            lookahead_p10_s=0.7,
            lookahead_count=4,
            latency_s=0.2,
            latency_count=1,
        ),
        case_of(lead_delta_s=-0.03, config={"pressReactionBias": 0.24}),
        case_of(presses=3),
        case_of(is_smart=True),
        case_of(lead_delta_s=0),
        case_of(),
    )
    assert [result["reasons"] for result in results] == [
        [
            "lead: leadDelta -0.03 s is beyond the tolerance of 0.004 s: "
            "pressReactionBias +0.018 s",
            "slack: waitDelta 0.01 s is beyond the tolerance of 0.003 s: "
            "pressScheduleSlack +0.005 s",
            "commit: p99 0.02 s is above the limit of 0.01 s: pressReactionBias +0.0135 s",
            "commit: p99 0.02 s is above the limit of 0.01 s: pressScheduleSlack -0.0085 s",
            "lookahead: p10 0.7 s is below the limit of 0.9 s: pressMaxLookahead +0.1 s",
            "latency: observed 0.2 s, configured 0.12 s: activationLatency +0.04 s",
        ],
        [
            "lead: leadDelta -0.03 s is beyond the tolerance of 0.004 s: pressReactionBias +0.018 s"
            " (it stays at 0.24 s, as the change is below 0.0001 s)"
        ],
        ["3 presses, of 4 that are needed"],
        ["smart tuning is enabled and allowWhenSmartTuning is false"],
        "<empty list>",
        "<empty list>",
    ]


# Each term, by hand.


def test_an_early_or_late_lead_moves_the_reaction_bias(
    change: Callable[..., dict[str, float]],
) -> None:
    def bias(delta_s: float, base_s: float = 0.1) -> float | None:
        config = {"pressReactionBias": base_s}
        return change(lead_delta_s=delta_s, config=config).get("pressReactionBias")

    assert bias(0.004) is bias(-0.004) is None
    assert bias(math.nextafter(0.004, 1)) == pytest.approx(0.1 - 0.0024)
    assert bias(math.nextafter(-0.004, -1)) == pytest.approx(0.1 + 0.0024)
    # At most 50 ms at once, and within 0 to 240 ms.
    assert bias(-0.05 / 0.6) == bias(-3) == pytest.approx(0.15)
    assert bias(3) == pytest.approx(0.05)
    assert bias(3, base_s=0.02) == 0
    assert bias(-3, base_s=0.2) == 0.24


def test_a_wrong_wait_moves_the_slack(change: Callable[..., dict[str, float]]) -> None:
    def slack(delta_s: float, base_s: float = 0.04) -> float | None:
        config = {"pressScheduleSlack": base_s}
        return change(wait_delta_s=delta_s, config=config).get("pressScheduleSlack")

    assert slack(0.003) is slack(-0.003) is None
    assert slack(math.nextafter(0.003, 1)) == pytest.approx(0.0415)
    assert slack(math.nextafter(-0.003, -1)) == pytest.approx(0.0385)
    assert slack(0.06) == slack(3) == pytest.approx(0.07)
    assert slack(-3) == pytest.approx(0.01)
    assert slack(-3, base_s=0.02) == 0
    assert slack(3, base_s=0.07) == 0.08


def test_late_commits_move_bias_and_slack_from_6_samples_on(
    change: Callable[..., dict[str, float]],
) -> None:
    assert change(commit_p99_s=0.02, commit_count=5) == {}
    assert change(commit_p99_s=0.01, commit_count=6) == {}
    assert change(commit_p99_s=0.02, commit_count=6) == {
        "pressReactionBias": pytest.approx(0.02 + 1.35 * 0.01),
        "pressScheduleSlack": pytest.approx(0.015 - 0.85 * 0.01),
    }
    # Together with what the lead asks for; the bounds hold for the sum.
    together = change(commit_p99_s=0.02, commit_count=6, lead_delta_s=0.01, wait_delta_s=0.02)
    assert together == {
        "pressReactionBias": pytest.approx(0.02 + 0.0135 - 0.006),
        "pressScheduleSlack": pytest.approx(0.015 - 0.0085 + 0.01),
    }
    assert change(commit_p99_s=9, commit_count=6) == {
        "pressReactionBias": 0.24,
        "pressScheduleSlack": 0,
    }


def test_late_schedules_move_the_lookahead_from_4_samples_on(
    change: Callable[..., dict[str, float]],
) -> None:
    def lookahead(p10_s: float, count: int = 4, **config: Any) -> float | None:
        found = change(lookahead_p10_s=p10_s, lookahead_count=count, config=config)
        return found.get("pressMaxLookahead")

    assert lookahead(0.5, count=3) is None
    assert lookahead(0.9) is None
    assert lookahead(math.nextafter(0.9, 0)) is None
    assert lookahead(0.5) == pytest.approx(1.4)
    # Up to 600 ms above the goal, 750 ms at once; what is higher already stays there.
    assert lookahead(0) == pytest.approx(1.5)
    assert lookahead(0, pressLookaheadGoal=3) == pytest.approx(1.95)
    assert lookahead(0, pressMaxLookahead=4) is None
    assert lookahead(0, pressLookaheadGoal=None) is None


def test_the_activation_latency_goes_half_way_to_what_is_observed(
    change: Callable[..., dict[str, float]],
) -> None:
    def latency(observed_s: float, count: int = 1) -> float | None:
        found = change(latency_s=observed_s, latency_count=count)
        return found.get("activationLatency")

    assert latency(0.2, count=0) is None
    assert latency(0.2) == pytest.approx(0.16)
    assert latency(0.02) == pytest.approx(0.07)
    assert latency(2) == 0.35
    assert latency(0.12) is None


def test_a_change_below_100_us_is_none(change: Callable[..., dict[str, float]]) -> None:
    def bias(delta_s: float) -> dict[str, float]:
        options = {"leadGain": 1, "leadTolerance": 0}
        return change(lead_delta_s=-delta_s, options=options, config={"pressReactionBias": 0})

    assert bias(math.nextafter(1e-4, 0)) == {}
    assert bias(1e-4) == {"pressReactionBias": 1e-4}
    assert change(latency_s=0.12015, latency_count=1) == {}
    assert change(latency_s=0.1203, latency_count=1) != {}


def test_an_option_beyond_its_bounds_comes_back_when_it_is_changed(
    change: Callable[..., dict[str, float]],
) -> None:
    config = {"pressReactionBias": 0.4, "pressScheduleSlack": 0.3}
    assert change(config=config) == {}
    assert change(lead_delta_s=-0.01, wait_delta_s=0.01, config=config) == {
        "pressReactionBias": 0.24,
        "pressScheduleSlack": 0.08,
    }


# Options.

ALL_SAMPLES: dict[str, Any] = {
    "lead_delta_s": -0.02,
    "wait_delta_s": 0.02,
    "commit_p99_s": 0.015,
    "commit_count": 9,
    "latency_s": 0.2,
    "latency_count": 9,
}


@pytest.mark.parametrize(
    ("option", "value", "keys"),
    [
        ("leadGain", 1.2, {"pressReactionBias"}),
        ("leadTolerance", 0.02, {"pressReactionBias"}),
        ("slackGain", 0.2, {"pressScheduleSlack"}),
        ("waitTolerance", 0.02, {"pressScheduleSlack"}),
        ("latencyGain", 0.2, {"activationLatency"}),
        ("commitTarget", 0.012, {"pressReactionBias", "pressScheduleSlack"}),
    ],
)
def test_every_gain_and_tolerance_can_be_chosen(
    change: Callable[..., dict[str, float]], option: str, value: float, keys: set[str]
) -> None:
    default = change(**ALL_SAMPLES)
    chosen = change(**ALL_SAMPLES, options={option: value})
    assert {key for key, new in default.items() if chosen.get(key) != new} == keys


def test_the_minimum_of_samples_and_smart_tuning_can_be_chosen(
    build: Callable[..., list[dict[str, Any]]],
) -> None:
    ten, nine = build(
        case_of(**ALL_SAMPLES, options={"minSamples": 10}),
        case_of(**ALL_SAMPLES, options={"minSamples": 9}),
    )
    assert (ten["status"], ten["minSamples"]) == ("insufficient", 10)
    assert (nine["status"], nine["minSamples"]) == ("updates", 9)
    allowed = {"allowWhenSmartTuning": True}
    [result] = build(case_of(**ALL_SAMPLES, options=allowed, is_smart=True))
    assert result["status"] == "updates"


NOT_BOOLEANS: list[Any] = ["1", "true", {}, "<null>", "<function>", 0, 1, "<nan>"]
NOT_NUMBERS: list[Any] = ["1", "", {}, "<null>", "<function>", True, -1, "<nan>", "<inf>"]
WRONG: list[tuple[Any, str]] = [
    ("<function>", "expected a table"),
    ("x", "expected a table"),
    (True, "expected a table"),
    ("<object>", "expected a table"),
    ({"gain": 1}, "unknown option 'gain'"),
    (["leadGain"], "unknown option '1'"),
    ({"maxReactionBias": 1}, "unknown option 'maxReactionBias'"),
    *(
        ({key: wrong}, f"invalid value for '{key}'")
        for key, default in BUILD_OPTIONS.items()
        for wrong in (NOT_BOOLEANS if isinstance(default, bool) else NOT_NUMBERS)
    ),
    # The first one in the order of the keys.
    ({"leadGain": "x", "gain": 1, "commitTarget": -1}, "invalid value for 'commitTarget'"),
    ({"leadGain": "x", "gain": 1}, "unknown option 'gain'"),
]


def test_a_wrong_option_is_one_clear_error_that_names_the_function(
    call: Callable[..., Any],
) -> None:
    for caller in (BUILDER, APPLIER, "getTelemetryInsights"):
        for may_dry_run in (False, True):
            cases = [
                {"options": options, "caller": caller, "may_dry_run": may_dry_run}
                for options, _ in WRONG
            ]
            assert call("options", cases) == [
                {"ok": False, "answer": f"AutoParry.{caller}: {message}"} for _, message in WRONG
            ]


def test_what_is_not_given_is_as_by_default_and_every_reading_is_a_copy(
    call: Callable[..., Any],
) -> None:
    given: list[Any] = [None, {"leadGain": 2, "minSamples": 0}, {"allowWhenSmartTuning": True}]
    rows = call("options", [{"options": options, "caller": BUILDER} for options in given])
    for options, row in zip(given, rows, strict=True):
        chosen = {**BUILD_OPTIONS, **(options or {})}
        seen = {"first": chosen, "second": chosen}
        assert row == {
            "ok": True,
            "answer": seen if options is None else {**seen, "given": options},
        }


def test_only_who_applies_may_be_asked_for_a_rehearsal(call: Callable[..., Any]) -> None:
    options = {"dryRun": True}
    builder, applier = call(
        "build",
        [
            case_of(options=options),
            case_of(options=options, caller=APPLIER, may_dry_run=True),
        ],
    )
    message = f"AutoParry.{BUILDER}: unknown option 'dryRun'"
    assert builder == {"ok": False, "answer": message}
    assert applier["ok"]
    assert applier["answer"]["result"]["options"] == {**BUILD_OPTIONS, "dryRun": True}


def test_no_rehearsal_unless_it_is_asked_for(call: Callable[..., Any]) -> None:
    wrong, none = call(
        "options",
        [
            {"options": {"dryRun": 1}, "caller": APPLIER, "may_dry_run": True},
            {"caller": APPLIER, "may_dry_run": True},
        ],
    )
    message = f"AutoParry.{APPLIER}: invalid value for 'dryRun'"
    assert wrong == {"ok": False, "answer": message}
    assert none["answer"]["first"] == {**BUILD_OPTIONS, "dryRun": False}
