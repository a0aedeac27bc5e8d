"""What AutoParry has in mind for the ball that it tracks, and when it last did something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .duel import REMOTE, Duel, Timing, Trace, ball, call, configure, highlight
from .listening import LISTENER, Fields, answers, asking, of_type

if TYPE_CHECKING:
    from conftest import Bench

PRESS_STATE = {
    "pressAt", "predictedImpact", "lead", "slack", "lastUpdate", "sampleTime", "latency",
    "remoteLatencyActive", "latencySamples", "pendingLatencyPresses", "smartTuning",
}  # fmt: skip
ASK_PRESS = asking("getSmartPressState")


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def states(found: Trace) -> list[Fields]:
    return answers(found, "getSmartPressState")


def test_without_a_ball_there_are_zeros_and_nothing_optional(duel: Duel) -> None:
    (state,) = states(duel(call(0.5, "ask"), script=ASK_PRESS))
    assert set(state) == PRESS_STATE
    numbers = ("pressAt", "predictedImpact", "lead", "slack", "lastUpdate")
    assert [state[name] for name in numbers] == [0] * 5
    assert (state["sampleTime"], state["latency"]) == (0.5, 0.12)
    assert (state["latencySamples"], state["pendingLatencyPresses"]) == ({}, [])


def test_the_schedule_of_the_tracked_ball_is_shown_while_it_has_one(duel: Duel) -> None:
    found = duel(
        REMOTE, ball(0.1, "a", 170, 160), call(0.5, "ask"), call(0.89, "ask"), call(1.4, "ask"),
        script=ASK_PRESS,
    )  # fmt: skip
    planned, pressed, gone = states(found)
    (made,) = of_type(found, "schedule")
    assert set(planned) == PRESS_STATE | {
        "ballId", "reason", "timeSinceUpdate", "telemetry", "scheduledSmartTuning", "pressEta",
        "lastScheduled",
    }  # fmt: skip
    assert planned["lastScheduled"] == pressed["lastScheduled"] == made
    for name in ("ballId", "reason", "pressAt", "predictedImpact", "slack"):
        assert planned[name] == made[name]
    assert planned["lead"] == pytest.approx(made["lead"])
    assert planned["lastUpdate"] == made["time"]
    assert planned["timeSinceUpdate"] == pytest.approx(0.4)
    assert planned["pressEta"] == pytest.approx(made["pressAt"] - 0.5)
    assert planned["scheduledSmartTuning"] == made["smartTuning"]
    assert planned["telemetry"]["closingSpeed"] == 160
    # The press was made; the answer is on its way.
    assert (pressed["ballId"], pressed["pressAt"], pressed["lead"]) == ("a", 0, 0)
    assert {"pressEta", "timeSinceUpdate", "scheduledSmartTuning"} & pressed.keys() == set()
    assert pressed["pendingLatencyPresses"] == [{"time": found.press.at_s, "ballId": "a"}]
    assert set(pressed["latencySamples"]) == {"lastSample", "lastLocalSample"}
    # The answer has come, and the ball is no more.
    assert "ballId" not in gone
    assert "telemetry" not in gone
    assert gone["pendingLatencyPresses"] == []
    assert set(gone["latencySamples"]) == {"lastSample", "lastLocalSample", "lastRemoteSample"}
    assert gone["latencySamples"]["lastSample"] == gone["latencySamples"]["lastRemoteSample"]
    assert gone["latency"] == pytest.approx(
        0.12 + 0.2 * (gone["latencySamples"]["lastSample"] - 0.12)
    )


def test_why_the_tracked_ball_may_not_be_pressed_again_is_its_reason(duel: Duel) -> None:
    at_s = 0.1 + Timing().wait(170, 160)
    found = duel(
        ball(0.1, "a", 170, 160), *(call(at_s + after_s, "ask") for after_s in (0.05, 0.13, 0.2)),
        script=ASK_PRESS,
    )  # fmt: skip
    assert [state["reason"] for state in states(found)] == [
        "min-delay", "rearm-window", "no-progress",
    ]  # fmt: skip
    new = duel(
        highlight(0, True), ball(0.1, "a", 170, 160), configure(0.3, pressMinDetectionTime=0.5),
        call(0.4, "ask"), script=ASK_PRESS,
    )  # fmt: skip
    assert [state["reason"] for state in states(new)] == ["low-detection-delay"]


def test_the_last_times_are_those_of_the_last_press_and_answers(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:ask()
    local api = self.api
    self:tell("times", {{
        api.getLastParryTime(), api.getLastParrySuccessTime(), api.getLastParryBroadcastTime(),
    }})
end
"""
    found = duel(
        REMOTE, call(0, "ask"), ball(0, "a", 170, 160), ball(0.5, "b", 170, 160), call(2, "ask"),
        script=script,
    )  # fmt: skip
    answered_s = of_type(found, "success")[-1]["time"]
    assert answers(found, "times") == [
        [0, 0, 0], [found.presses[-1].at_s, answered_s, answered_s],
    ]  # fmt: skip
