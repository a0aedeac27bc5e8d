"""What a run of auto tuning may be asked for, and that what it does shows in the next presses.

What each key does as it is configured is in `effects_of_auto_tuning`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .auto_tuning_steps import QUICK, player_of, run, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from .auto_tuning_steps import Step
    from .conftest import Probe


@pytest.fixture(scope="module")
def tune(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    """Return a player of steps that gives the answer of each."""
    return player_of(probe_of("reports"))


# Keys for one run alone.

EVERYTHING: list[Any] = [
    *settled(9, wait_s=0.004, lead_s=-0.006),
    *[["latency", 0.2]] * 2,
    *[["commit", 0.012]] * 6,
    *[["lookahead", 0.88]] * 4,
]


def effect(tune: Callable[..., list[Any]], **keys: Any) -> Any:
    """Return what a forced run does that is asked for these keys."""
    [*_, answer] = tune(*EVERYTHING, run(options=keys))
    result = answer["result"]
    return result["status"], result["updates"], answer["called"]


# The largest three of: bias .0045 + .0027, slack .0026 - .0017, lookahead .01, latency .052.
USUAL = {
    "pressReactionBias": 0.0272,
    "pressMaxLookahead": 1.21,
    "activationLatency": 0.172,
}


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
def test_a_key_holds_for_the_run_that_is_asked_for_it(
    tune: Callable[..., list[Any]],
    key: str,
    value: Any,
    status: str,
    updates: dict[str, float],
) -> None:
    assert effect(tune, enabled=False) == ("updates", pytest.approx(USUAL), True)
    found = effect(tune, **{key: value})
    assert found == (status, pytest.approx(updates), status == "updates")


def test_the_keys_of_the_slack_hold_for_the_run_that_is_asked_for_them(
    tune: Callable[..., list[Any]],
) -> None:
    def slack(**keys: Any) -> Any:
        [*_, answer] = tune(*settled(9, wait_s=0.004), run(options=keys))
        return answer["result"]["updates"].get("pressScheduleSlack")

    assert slack() == pytest.approx(0.0176)
    assert slack(waitTolerance=0.004) is None
    assert slack(maxScheduleSlack=0.016) == pytest.approx(0.016)


def test_a_run_asked_to_rehearse_changes_nothing_but_says_what_it_would(
    tune: Callable[..., list[Any]],
) -> None:
    *_, answer, state, bias = tune(*EVERYTHING, run(options={"dryRun": True}), ["state"], ["bias"])
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


def test_a_run_may_be_asked_for_beside_smart_tuning(tune: Callable[..., list[Any]]) -> None:
    found = [
        tune(*EVERYTHING, run(options=options, smart_enabled=True))[-1]["result"]["status"]
        for options in (None, {"allowWhenSmartTuning": True})
    ]
    assert found == ["skipped", "updates"]


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
