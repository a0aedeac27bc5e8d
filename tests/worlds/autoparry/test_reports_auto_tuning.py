"""Auto tuning: when it runs, which changes it makes, what it says of itself."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .auto_tuning_steps import QUICK, configure, player_of, run, settled
from .reference_options import DEFAULTS, TUNING
from .reference_reports import adjusted, kept_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .auto_tuning_steps import Step
    from .conftest import Probe


AUTO = TUNING["autoTuning"]


@pytest.fixture(scope="module")
def tune(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    """Return a player of steps that gives the answer of each."""
    return player_of(probe_of("reports"))


@pytest.fixture(scope="module")
def tune_each(probe_of: Callable[..., Probe]) -> Callable[..., list[list[Any]]]:
    """Return a player of many such plays, each with a tuner of its own."""
    probe = probe_of("reports")

    def play(plays: list[list[Step]]) -> list[list[Any]]:
        return [[row.get("answer") for row in rows] for rows in probe("tune_each", plays)]

    return play


# When it runs.


def test_it_runs_by_itself_when_enabled_rested_and_with_enough_presses(
    tune: Callable[..., list[Any]],
) -> None:
    eight, ninth = settled(8), settled(1)
    due: Step = ["is_due", 100]
    assert tune(*eight, due, *ninth, due)[-1] is False
    found = tune(configure(enabled=True), *eight, due, *ninth, due, run(100), *settled(9))
    assert [found[9], found[11]] == [False, True]
    later: list[Step] = [["is_due", now] for now in (100, 129.9, 130, 131)]
    found = tune(configure(enabled=True), *settled(9), run(100), *settled(9), *later)
    assert found[-4:] == [False, False, True, True]
    # The presses of the last run are not news.
    assert tune(configure(enabled=True), *settled(9), run(100), ["is_due", 200])[-1] is False


def test_it_never_runs_by_itself_without_a_press(tune: Callable[..., list[Any]]) -> None:
    nothing = configure(enabled=True, minSamples=0, intervalSeconds=0)
    assert tune(nothing, ["is_due", 1], *settled(1), ["is_due", 1])[1::2] == [False, True]


def test_a_sum_of_frames_is_as_long_as_the_interval(tune: Callable[..., list[Any]]) -> None:
    # 0.3 - 0.2 is a little less than 0.1.
    steps = [configure(**QUICK), *settled(1), run(0.2), *settled(1), ["is_due", 0.3]]
    assert tune(*steps, run(0.3, force=False))[-2] is True


def test_unforced_it_keeps_to_enabled_and_interval(tune: Callable[..., list[Any]]) -> None:
    def answers(*steps: Step) -> list[Any]:
        found = tune(*steps)
        return [row.get("err") for row in found if isinstance(row, dict) and "called" in row]

    off = run(100, force=False)
    assert answers(off) == ["disabled"]
    assert answers(["configure", {"autoTuning": False}], off) == ["disabled"]
    assert answers(configure(**QUICK), off, run(100.05, force=False), run(100.1, force=False)) == [
        None,
        "interval",
        None,
    ]
    assert answers(configure(**QUICK), run(1), run(1), run(1, force=True)) == [None, None, None]


def test_what_was_refused_is_no_run(tune: Callable[..., list[Any]]) -> None:
    for steps in ([run(100, force=False)], [configure(**QUICK), run(100), run(100, force=False)]):
        before, _, after = tune(*steps[:-1], ["state"], steps[-1], ["state"])[-3:]
        assert before == after


# What it does.


def random_play(chance: Random) -> tuple[dict[str, Any], dict[str, Any], bool, list[Step]]:
    """Return samples, options, whether smart tuning is on, and the steps of one run of them."""
    options = {
        "minSamples": chance.choice((1, 5)),
        "leadGain": chance.choice((0.001, 0.75)),
        "minDelta": chance.choice((0, 0.0003, 0.02)),
        "maxAdjustmentsPerRun": chance.choice((0, 1, 2, 3, 9)),
        "maxScheduleSlack": chance.choice((0.016, 0.08)),
        "allowWhenSmartTuning": chance.random() < 0.5,
    }
    samples: dict[str, Any] = {
        "presses": chance.choice((3, 8)),
        "lead_delta_s": chance.choice((0, chance.uniform(-0.1, 0.1))),
        "wait_delta_s": chance.choice((0, chance.uniform(-0.05, 0.05))),
        "commit_count": chance.choice((0, 5, 6)),
        "commit_p99_s": chance.uniform(0, 0.04),
        "lookahead_count": chance.choice((0, 4)),
        "lookahead_p10_s": chance.uniform(0.2, 1.4),
        "latency_count": chance.choice((0, 3)),
        "latency_s": 0.15,
    }
    is_smart = chance.random() < 0.3
    steps: list[Step] = [
        *settled(
            samples["presses"], wait_s=samples["wait_delta_s"], lead_s=samples["lead_delta_s"]
        ),
        *[["commit", samples["commit_p99_s"]]] * samples["commit_count"],
        *[["lookahead", samples["lookahead_p10_s"]]] * samples["lookahead_count"],
        *[["latency", samples["latency_s"]]] * samples["latency_count"],
        run(options=options, smart_enabled=is_smart),
        ["state"],
    ]
    return samples, options, is_smart, steps


def test_its_changes_are_those_of_the_reference(
    tune_each: Callable[..., list[list[Any]]],
) -> None:
    chance = Random("auto tuning")
    plays = [random_play(chance) for _ in range(150)]
    answers = tune_each([steps for *_, steps in plays])
    statuses = set()
    for (samples, options, is_smart, _), found in zip(plays, answers, strict=True):
        *_, answer, state = found
        given = {**AUTO, **options, "commitTarget": 0.01}
        status, updates, deltas = adjusted(samples, DEFAULTS, given, is_smart=is_smart)
        kept = kept_changes(deltas, options["minDelta"], options["maxAdjustmentsPerRun"])
        built = state["lastAdjustments"]
        assert (built["status"], built["deltas"]) == (status, pytest.approx(deltas))
        if deltas and not kept:
            status = "filtered"
        result = answer["result"]
        assert result["status"] == status
        assert result["deltas"] == pytest.approx(kept)
        assert result["updates"] == pytest.approx({key: updates[key] for key in kept})
        assert answer["called"] is (status == "updates")
        statuses.add(status)
    assert statuses == {"insufficient", "skipped", "updates", "stable", "filtered"}


def test_every_sample_counts_once(tune: Callable[..., list[Any]]) -> None:
    steps: list[Step] = [*settled(9, lead_s=-0.02), *[["latency", 0.2]] * 2]
    steps += [*[["commit", 0.03]] * 6, *[["lookahead", 0.5]] * 4]
    first, second = tune(*steps, run(options={"maxAdjustmentsPerRun": 9}), run())[-2:]
    assert set(first["result"]["updates"]) == {
        "pressReactionBias",
        "pressScheduleSlack",
        "pressMaxLookahead",
        "activationLatency",
    }
    assert second["result"]["status"] == "insufficient"
    [*_, third] = tune(*steps, run(), run(options={"minSamples": 0}))
    assert third["result"]["status"] == "none"


def test_a_run_looks_at_means_and_at_the_worst_commits_and_lookaheads(
    tune: Callable[..., list[Any]],
) -> None:
    def updates(*steps: Step) -> Any:
        [*_, answer] = tune(*steps, run(options={"minSamples": 0}))
        return answer["result"]["updates"]

    assert updates(*settled(2, lead_s=-0.04), *settled(2, lead_s=0.02)) == {
        "pressReactionBias": pytest.approx(0.0275)
    }
    assert updates(["latency", 0.1], ["latency", 0.3]) == {
        "activationLatency": pytest.approx(0.12 + 0.65 * 0.08)
    }
    assert updates(*[["commit", 0]] * 5, ["commit", 0.02]) == {
        "pressReactionBias": pytest.approx(0.0335),
        "pressScheduleSlack": pytest.approx(0.0065),
    }
    # Of many the highest 1 %, of the last 512.
    assert updates(*[["commit", 0]] * 199, ["commit", 9]) == {}
    assert updates(*[["commit", 9]] * 9, *[["commit", 0]] * 512) == {}
    assert updates(*[["lookahead", 1]] * 3, ["lookahead", 0.5]) == {
        "pressMaxLookahead": pytest.approx(1.4)
    }
    assert updates(*[["lookahead", 1]] * 19, ["lookahead", 0.5]) == {}


def test_samples_that_were_too_few_wait_for_more(tune: Callable[..., list[Any]]) -> None:
    half = settled(5, lead_s=-0.02)
    [*_, answer] = tune(*half, run(), *half, run())
    assert answer["result"]["updates"] == {"pressReactionBias": pytest.approx(0.035)}


def test_equal_changes_are_kept_in_the_order_of_their_names(
    tune: Callable[..., list[Any]],
) -> None:
    zero = {"pressReactionBias": 0, "pressScheduleSlack": 0}
    options: dict[str, float] = {"leadGain": 1, "slackGain": 1, "maxAdjustmentsPerRun": 1}
    steps = settled(9, wait_s=0.02, lead_s=-0.02)
    [*_, answer] = tune(["configure", zero], *steps, run(options=options))
    assert answer["result"]["updates"] == {"pressReactionBias": 0.02}
    options["slackGain"] = 1.001
    [*_, answer] = tune(["configure", zero], *steps, run(options=options))
    assert answer["result"]["updates"] == {"pressScheduleSlack": pytest.approx(0.02002)}


def test_reasons_say_what_was_not_done_and_why(tune: Callable[..., list[Any]]) -> None:
    samples = settled(9, wait_s=0.01, lead_s=-0.02)
    [*_, few] = tune(*samples, run(options={"maxAdjustmentsPerRun": 1}))
    [*_, small] = tune(*samples, run(options={"minDelta": 0.01}))
    lead = "lead: leadDelta -0.02 s is beyond the tolerance of 0.004 s: pressReactionBias +0.015 s"
    slack = (
        "slack: waitDelta 0.01 s is beyond the tolerance of 0.0025 s: pressScheduleSlack +0.0065 s"
    )
    assert few["result"]["reasons"] == [lead, f"{slack} (not done: maxAdjustmentsPerRun is 1)"]
    assert small["result"]["reasons"] == [
        lead,
        f"{slack} (not done: the change is below minDelta, 0.01 s)",
    ]


def test_an_error_of_the_change_is_kept_and_told(tune: Callable[..., list[Any]]) -> None:
    samples = settled(9, lead_s=-0.02)
    steps = [*samples, run(7, fails="no way"), ["state"], ["bias"]]
    *_, answer, state, bias = tune(*steps)
    assert answer == {"err": "no way", "called": True}
    assert bias == 0.02
    assert (state["lastStatus"], state["lastError"], state["lastRun"]) == ("error", "no way", 7)
    result = state["lastResult"]
    assert result["status"] == "error"
    assert "appliedAt" not in result
    assert "newConfig" not in result
    # The next run that works wipes it out.
    *_, state = tune(*samples, run(7, fails="no way"), *samples, run(8), ["state"])
    assert state["lastStatus"] == "updates"
    assert "lastError" not in state


# The state.


def test_the_state_is_the_15_keys_and_the_last_run(tune: Callable[..., list[Any]]) -> None:
    first, *_, answer, state = tune(
        ["state"],
        configure(minSamples=2),
        *settled(2, lead_s=-0.02),
        run(7, summary={"averageLatency": 0.1}),
        ["state"],
    )
    assert first == {**AUTO, "lastRun": 0}
    result = answer["result"]
    assert {key: state[key] for key in AUTO} == {**AUTO, "minSamples": 2}
    assert {key: value for key, value in state.items() if key not in AUTO} == {
        "lastRun": 7,
        "lastStatus": "updates",
        "lastSummary": {"averageLatency": 0.1},
        "lastAdjustments": {
            "status": "updates",
            "updates": result["updates"],
            "deltas": result["deltas"],
            "reasons": result["reasons"],
            "minSamples": 2,
        },
        "lastResult": {
            "status": "updates",
            "updates": {"pressReactionBias": pytest.approx(0.035)},
            "deltas": {"pressReactionBias": pytest.approx(0.015)},
            "appliedAt": 7,
            "dryRun": False,
            "newConfig": result["newConfig"],
        },
    }
    assert result["newConfig"]["pressReactionBias"] == pytest.approx(0.035)
    assert result["previousConfig"]["pressReactionBias"] == 0.02


def test_turned_off_its_state_shows_the_defaults(tune: Callable[..., list[Any]]) -> None:
    [_, state] = tune(["configure", {"autoTuning": False}], ["state"])
    assert state == {**AUTO, "lastRun": 0}


def test_nobody_changes_the_state_from_outside(tune: Callable[..., list[Any]]) -> None:
    steps = [*settled(9, lead_s=-0.02), run(), ["state"], ["spoil"], ["state"]]
    *_, before, _, after = tune(["configure", {"remoteQueueGuards": []}], *steps)
    assert before == after
    assert before["lastResult"]["newConfig"]["remoteQueueGuards"] == "<empty list>"
    [*_, stable] = tune(*settled(9), run(), ["state"])
    assert stable["lastAdjustments"]["reasons"] == "<empty list>"


def test_a_reset_forgets_samples_and_runs(tune: Callable[..., list[Any]]) -> None:
    steps = [configure(**QUICK), *settled(1, lead_s=-0.02), run(5), *settled(1), ["reset"]]
    *_, state, due, answer = tune(*steps, ["state"], ["is_due", 9], run(5, force=False))
    assert state == {**AUTO, **QUICK, "lastRun": 0}
    assert due is False
    assert answer["result"]["status"] == "insufficient"


def test_samples_that_somebody_else_judged_are_gone(tune: Callable[..., list[Any]]) -> None:
    [*_, answer] = tune(*settled(9, lead_s=-0.02), ["clear_samples"], run())
    assert answer["result"]["status"] == "insufficient"


# What it is asked for.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("x", "expected a table"),
        ({"commitTarget": 1}, "unknown option 'commitTarget'"),
        *(({key: "x"}, f"invalid value for '{key}'") for key in AUTO),
        ({"minDelta": -1}, "invalid value for 'minDelta'"),
        ({"dryRun": 1, "x": 1}, "invalid value for 'dryRun'"),
    ],
)
def test_a_wrong_option_is_an_error_and_no_run(
    tune: Callable[..., list[Any]], options: Any, message: str
) -> None:
    *_, error, state = tune(*settled(9), run(options=options), ["state"])
    assert error == {"error": f"AutoParry.runAutoTuning: {message}"}
    assert state == {**AUTO, "lastRun": 0}


def test_force_is_true_or_false(tune: Callable[..., list[Any]]) -> None:
    assert tune(run(force="yes")) == [
        {"error": "AutoParry.runAutoTuning: force must be true or false"}
    ]
