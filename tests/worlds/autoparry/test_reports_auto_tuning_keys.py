"""Each of the 15 keys of auto tuning has an effect; what it does shows in the next presses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .tuner_steps import QUICK, configure, run, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .tuner_steps import Step

PROBE = Path(__file__).with_name("reports_probe.lua")


@pytest.fixture(scope="module")
def tune(shared_bench: Bench) -> Callable[..., list[Any]]:
    """Return a player of steps that gives the answer of each."""
    shared_bench.write("lua/probe.lua", PROBE.read_text("utf-8"))

    def play(*steps: Step) -> list[Any]:
        (rows,) = shared_bench.harness.call_lua("probe", "tune", list(steps))
        return [row.get("answer") if row["ok"] else {"error": row["answer"]} for row in rows]

    return play


# Each key has an effect.

EVERYTHING: list[Any] = [
    *settled(9, wait_s=0.004, lead_s=-0.006),
    *[["latency", 0.2]] * 2,
    *[["commit", 0.012]] * 6,
    *[["lookahead", 0.88]] * 4,
]


def effect(tune: Callable[..., list[Any]], key: str, value: Any, *, as_option: bool) -> Any:
    """Return what a forced run does with a key, as configured or as asked for this run."""
    given = {key: value}
    step = run(options=given) if as_option else run()
    prepared = [] if as_option else [configure(**given)]
    [*_, answer] = tune(*prepared, *EVERYTHING, step)
    result = answer["result"]
    return result["status"], result["updates"], answer["called"]


# The largest three of: bias .0045 + .0027, slack .0026 - .0017, lookahead .01, latency .052.
USUAL = {
    "pressReactionBias": 0.0272,
    "pressMaxLookahead": 1.21,
    "activationLatency": 0.172,
}


@pytest.mark.parametrize("as_option", [False, True])
@pytest.mark.parametrize(
    ("key", "value", "status", "updates"),
    [
        ("minSamples", 10, "insufficient", {}),
        ("leadGain", 1.5, "updates", {**USUAL, "pressReactionBias": 0.0317}),
        (
            "slackGain",
            4,
            "updates",
            {
                "pressScheduleSlack": 0.015 + 0.016 - 0.0017,
                "pressMaxLookahead": 1.21,
                "activationLatency": 0.172,
            },
        ),
        ("latencyGain", 1, "updates", {**USUAL, "activationLatency": 0.2}),
        ("leadTolerance", 0.006, "updates", {**USUAL, "pressReactionBias": 0.0227}),
        ("maxReactionBias", 0.025, "updates", {**USUAL, "pressReactionBias": 0.025}),
        ("maxActivationLatency", 0.15, "updates", {**USUAL, "activationLatency": 0.15}),
        (
            "minDelta",
            0.009,
            "updates",
            {"pressMaxLookahead": 1.21, "activationLatency": 0.172},
        ),
        ("minDelta", 0.1, "filtered", {}),
        ("maxAdjustmentsPerRun", 1, "updates", {"activationLatency": 0.172}),
        ("maxAdjustmentsPerRun", 0, "filtered", {}),
        ("maxAdjustmentsPerRun", 4, "updates", {**USUAL, "pressScheduleSlack": 0.0159}),
    ],
)
def test_a_key_changes_what_a_run_does(
    tune: Callable[..., list[Any]],
    key: str,
    value: Any,
    status: str,
    updates: dict[str, float],
    as_option: bool,
) -> None:
    usual = effect(tune, "enabled", False, as_option=as_option)
    assert usual == ("updates", pytest.approx(USUAL), True)
    found = effect(tune, key, value, as_option=as_option)
    assert found == (status, pytest.approx(updates), status == "updates")


def test_the_keys_of_the_slack_change_what_is_done_with_it(
    tune: Callable[..., list[Any]],
) -> None:
    def slack(**keys: Any) -> Any:
        [*_, answer] = tune(configure(**keys), *settled(9, wait_s=0.004), run())
        return answer["result"]["updates"].get("pressScheduleSlack")

    assert slack() == pytest.approx(0.0176)
    assert slack(waitTolerance=0.004) is None
    assert slack(maxScheduleSlack=0.016) == pytest.approx(0.016)


def test_the_key_dry_run_changes_nothing_but_says_what_it_would(
    tune: Callable[..., list[Any]],
) -> None:
    for prepared, options in (([configure(dryRun=True)], None), ([], {"dryRun": True})):
        *_, answer, state, bias = tune(
            *prepared, *EVERYTHING, run(options=options), ["state"], ["bias"]
        )
        result = answer["result"]
        assert (result["status"], result["dryRun"], bias) == ("updates", True, 0.02)
        assert answer["called"] is False
        assert "appliedAt" not in result
        assert "newConfig" not in result
        assert state["lastResult"] == {
            "status": "updates",
            "updates": pytest.approx(USUAL),
            "deltas": result["deltas"],
            "dryRun": True,
        }


def test_the_key_allow_when_smart_tuning_lets_it_run_beside_it(
    tune: Callable[..., list[Any]],
) -> None:
    allowed = {"allowWhenSmartTuning": True}
    cases: list[tuple[list[Step], Any]] = [
        ([], None),
        ([configure(**allowed)], None),
        ([], allowed),
    ]
    found = [
        tune(*prepared, *EVERYTHING, run(options=options, smart_enabled=True))[-1]["result"]
        for prepared, options in cases
    ]
    assert [result["status"] for result in found] == ["skipped", "updates", "updates"]


def test_the_keys_enabled_interval_and_samples_say_when_it_runs(
    tune: Callable[..., list[Any]],
) -> None:
    def runs(**keys: Any) -> list[int]:
        """Return when it runs by itself, with a press each second."""
        press = {"bias_s": 0.02, "delay_s": 0}
        presses: list[Step] = [["press", {**press, "now": now}] for now in range(1, 13)]
        _, *found = tune(configure(**keys), *presses)
        return [now for now, answer in enumerate(found, 1) if answer["has_run"]]

    assert runs() == []
    assert runs(enabled=True) == [9]
    assert runs(enabled=True, minSamples=3) == [3]
    assert runs(enabled=True, minSamples=3, intervalSeconds=4) == [3, 7, 11]
    assert runs(enabled=True, minSamples=5, intervalSeconds=1) == [5, 10]


# The loop: what a run changes shows in the next press.


def lead_errors(
    tune: Callable[..., list[Any]], delays_s: list[float], bias_s: float, **keys: Any
) -> list[float]:
    """Return the error of the lead of each press: what was tuned less the delay."""
    options = {"autoTuning": {**QUICK, **keys}, "pressReactionBias": bias_s}
    presses: list[Step] = [
        ["press", {"now": 2 * number, "delay_s": delay_s, "bias_s": bias_s}]
        for number, delay_s in enumerate(delays_s)
    ]
    _, *found = tune(["configure", options], *presses)
    return [answer["error_s"] for answer in found]


@pytest.mark.parametrize("step_s", [0.08, 0.06, 0.04, 0.012, -0.04, -0.08])
@pytest.mark.parametrize("bias_s", [0.02, 0.1])
def test_a_step_of_the_input_delay_is_learned_by_the_third_press(
    tune: Callable[..., list[Any]], step_s: float, bias_s: float
) -> None:
    # A step down takes back what there was before.
    bias_s = max(bias_s, -step_s)
    errors = lead_errors(tune, [0] * 3 + [step_s] * 8, bias_s)
    assert errors[:4] == pytest.approx([0, 0, 0, -step_s])
    assert max(map(abs, errors[5:])) <= 0.010


def test_a_step_up_and_down_again_is_learned_twice(tune: Callable[..., list[Any]]) -> None:
    errors = lead_errors(tune, [0.08] * 6 + [0] * 6, 0.02)
    assert max(map(abs, errors[2:6] + errors[8:])) <= 0.010
    assert errors[6] > 0.07


def test_turned_off_or_in_rehearsal_the_error_stays(tune: Callable[..., list[Any]]) -> None:
    for keys in ({"enabled": False}, {"dryRun": True}):
        assert lead_errors(tune, [0.06] * 6, 0.02, **keys) == pytest.approx([-0.06] * 6)
