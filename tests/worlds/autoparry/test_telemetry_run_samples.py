"""What is told of answers, of the guard and of adjustments, in plays made for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .duel import REMOTE, Duel, Timing, ball, call, configure, highlight, network
from .listening import LISTENER, answers, of_type

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


# Samples of the latency.

# The input is so late that the ball can turn away before the press works: nobody answers.
LATE = network(0, "input:delay", ms=30)
TURNING_S = 0.1 + Timing().wait(170, 160) + 0.005
TURN = f"""
{LISTENER}
function W:turn()
    local slot = self.world.threats:slot_of("a")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, 900))
end
function W:late() self.stage:answer("ParrySuccess", "a") end
"""


def test_without_success_remotes_the_first_frame_of_a_press_counts(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:start()
    for _, answer in ipairs({{ "ParrySuccess", "ParrySuccessAll" }}) do
        self.stage.answers[answer].Parent = nil
    end
end
"""
    found = duel(REMOTE, ball(0.1, "a", 170, 160), script=script)
    (sample,) = of_type(found, "latency-sample")
    assert (sample["source"], sample["accepted"]) == ("local", True)
    assert sample["value"] == pytest.approx(sample["time"] - found.press.at_s)
    assert of_type(found, "success") == []


def test_with_success_remotes_their_answers_count_and_nothing_else(duel: Duel) -> None:
    found = duel(REMOTE, ball(0.1, "a", 170, 160), script=LISTENER)
    first, second = of_type(found, "latency-sample")
    assert (first["source"], first["accepted"], first["reason"]) == (
        "local", False, "remote-latency-active",
    )  # fmt: skip
    assert (second["source"], second["accepted"]) == ("remote", True)
    (success,) = of_type(found, "success")
    assert (
        success["latency"] == second["value"] == pytest.approx(success["time"] - found.press.at_s)
    )
    assert (success["accepted"], success["source"], success["ballId"]) == (True, "remote", "a")


def test_a_press_that_nobody_answers_expires_after_five_seconds(duel: Duel) -> None:
    found = duel(
        REMOTE, LATE, ball(0.1, "a", 170, 160), call(TURNING_S, "turn"),
        configure(6.1, cooldown=0.1), script=TURN,
    )  # fmt: skip
    last = of_type(found, "latency-sample")[-1]
    assert (last["source"], last["accepted"], last["reason"]) == ("remote", False, "expired")
    assert 5 < last["value"] < 5.01
    assert last["time"] - last["value"] == pytest.approx(found.press.at_s)


def test_an_answer_after_more_than_two_seconds_is_out_of_range(duel: Duel) -> None:
    found = duel(
        REMOTE, LATE, ball(0.1, "a", 170, 160), call(TURNING_S, "turn"), call(3.2, "late"),
        script=TURN,
    )  # fmt: skip
    last = of_type(found, "latency-sample")[-1]
    (success,) = of_type(found, "success")
    assert (last["source"], last["accepted"], last["reason"]) == ("remote", False, "out-of-range")
    assert last["value"] == success["latency"] == pytest.approx(3.2 - found.press.at_s, abs=0.005)
    assert success["accepted"] is False


def test_an_answer_to_nobody_is_a_success_that_is_not_accepted(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:stray() self.stage:answer("ParrySuccess", "nobody") end
"""
    found = duel(REMOTE, call(0.5, "stray"), script=script)
    assert of_type(found, "latency-sample") == []
    (success,) = of_type(found, "success")
    assert (success["ballId"], success["accepted"], "latency" in success) == (
        "nobody", False, False,
    )  # fmt: skip


# The safe-state guard.


def test_the_guard_tells_each_of_its_stages(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:free() self.api.clearTargetingSafeState("enough") end
"""
    found = duel(
        REMOTE, ball(0.1, "a", 170, 160), highlight(0.9, False), highlight(0.95, True),
        ball(1.2, "b", 50, 160), ball(1.3, "c", 90, 160), call(1.9, "free"), script=script,
    )  # fmt: skip
    stages = of_type(found, "targeting-safe-state")
    assert [(event["stage"], event["active"]) for event in stages] == [
        ("awaiting-drop", True), ("awaiting-retarget", True), ("retargeted", False),
        ("awaiting-drop", True), ("ball-changed", False), ("awaiting-drop", True),
        ("enough", False),
    ]  # fmt: skip
    waiting = stages[1]
    assert (waiting["ballId"], waiting["lastDropAt"]) == ("a", pytest.approx(0.9))
    assert waiting["dropObserved"] is waiting["requireDrop"] is True


# Adjustments.


def test_an_adjustment_is_told_by_whoever_made_it(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:adjust()
    self:tell("result", self.api.applyTelemetryAdjustments({{ minSamples = 1 }}))
end
"""
    auto = {"enabled": True, "minSamples": 1, "intervalSeconds": 1}
    balls = [ball(0.3 * number, f"b{number}", 170, 160) for number in range(5)]
    late = {"at": 0, "kind": "network", "event": "input:delay", "payload": {"ms": 60}}
    found = duel(
        REMOTE, late, *balls, call(0.88, "adjust"), configure(1.2, autoTuning=auto), script=script
    )
    (result,) = answers(found, "result")
    events = of_type(found, "config-adjustment")
    assert {event["source"] for event in events[1:]} == {"auto"}
    manual = events[0]
    assert (manual["source"], manual["status"]) == ("manual", "updates")
    assert manual["updates"] == result["updates"] != {}
    assert manual["reasons"] == result["reasons"] != []
    assert manual["appliedAt"] == manual["time"] == result["appliedAt"]
