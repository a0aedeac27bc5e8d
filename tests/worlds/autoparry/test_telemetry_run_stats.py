"""The statistics of a run are those of the events that a listener has heard in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .differences import differences
from .duel import FRAME_S, REMOTE, Duel, Trace, ball, call, network
from .listening import LISTENER, Fields, answers, heard
from .reference_run import statistics
from .timelines import eventful, random_play

if TYPE_CHECKING:
    from conftest import Bench

# The ping that was read last is what corrects a press, so the script tells it with each answer.
SCRIPT = f"""
{LISTENER}
function W:start()
    self.frames, self.balls = 0, 0
    self.api.onTelemetry(function(event)
        if event.type == "success" then
            self:tell("ping", {{ sequence = event.sequence, ping = self.controller.ping.value_s }})
        end
    end)
    self.services.RunService.PreRender:Connect(function()
        if self.api.isEnabled() then
            self.frames, self.balls = self.frames + 1, self.balls + self.world.threats.count
        end
    end)
end
function W:ask()
    self:tell("stats", self.api.getTelemetryStats())
    self:tell("looked", {{ frames = self.frames, balls = self.balls }})
end
function W:adjust() self.api.applyTelemetryAdjustments({{ minSamples = 1 }}) end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def wrong(trace: Trace) -> list[str]:
    """Return where the last answer differs from what was heard before it."""
    rows = [fields for _, fields in trace.events("said")]
    last = max(place for place, fields in enumerate(rows) if fields.get("told") == "stats")
    events = [fields["heard"] for fields in rows[:last] if "heard" in fields]
    pings = {row["sequence"]: row["ping"] for row in answers(trace, "ping")}
    configured_s = [
        row["at_s"]
        for row in trace.rows
        if row["source"] == "plan" and row.get("fields", {}).get("action") == "configure"
    ]
    expected, found = statistics(events, pings, configured_s), rows[last]["answer"]
    shown: Fields = {name: found[name] for name in expected}
    shown["counters"] = {k: v for k, v in found["counters"].items() if k != "resets"}
    shown["latency"] = {k: v for k, v in found["latency"].items() if k.endswith("ccepted")}
    lost = [] if found["counters"]["press"] else ["no press was counted"]
    return lost + differences(expected, shown)


@pytest.mark.parametrize("smart", [False, True])
def test_the_statistics_are_those_of_what_was_heard(duel: Duel, smart: bool) -> None:
    trace = duel(
        *eventful(), call(1.45, "ask"), call(2.95, "ask"), script=SCRIPT,
        options={"smartTuning": smart}, engine={"settleLimit": 0.25},
    )  # fmt: skip
    assert wrong(trace) == []


@pytest.mark.parametrize("seed", range(6))
def test_random_plays_are_counted_as_they_are_heard(duel: Duel, seed: int) -> None:
    options = {"smartTuning": seed % 2 == 0}
    engine = {"hitchPolicy": "catch_up"} if seed % 3 == 0 else {}
    trace = duel(
        *random_play(seed, 3, resets=seed > 3), call(2.6, "adjust"), call(3.4, "ask"),
        script=SCRIPT, options=options, engine={"settleLimit": 0.25, **engine},
    )  # fmt: skip
    assert wrong(trace) == []


def test_an_evaluation_is_counted_with_the_balls_that_it_saw(duel: Duel) -> None:
    trace = duel(*eventful(), call(2.95, "ask"), script=SCRIPT, engine={"settleLimit": 0.25})
    (looked,) = answers(trace, "looked")
    (found,) = answers(trace, "stats")
    assert found["performance"] == {
        "evaluations": looked["frames"],
        "ballsEvaluated": looked["balls"],
    }


def test_one_ball_is_one_candidate_until_it_is_pressed(duel: Duel) -> None:
    trace = duel(ball(0.1, "a", 170, 160), call(1, "ask"), script=SCRIPT)
    (found,) = answers(trace, "stats")
    # Pressed by its timer before the evaluation of its frame.
    frames = round((trace.press.at_s - 0.1) * 240)
    assert found["selection"] == {
        "candidates": frames,
        "chosen": frames,
        "switches": 1,
        "gatedWithinGrace": 0,
    }


def test_a_press_that_was_forgotten_with_the_statistics_comes_back_with_no_answer(
    duel: Duel,
) -> None:
    script = f"""
{SCRIPT}
function W:restart() self.api.disable() self.api.enable() end
"""
    trace = duel(
        REMOTE, ball(0, "a", 170, 160), call(0.77, "restart"), call(0.775, "ask"),
        call(0.85, "ask"), script=script,
    )  # fmt: skip
    pressed_s = trace.presses[0].at_s
    assert pressed_s < 0.77 < pressed_s + 0.095 / 2 < 0.85
    first, second = answers(trace, "stats")
    for found in (first, second):
        # With the ball its press was forgotten: the next one comes after the answer.
        assert found["counters"]["press"] == found["press"]["waitDelta"]["count"] == 0
        assert found["timeline"]["leadDelta"] == found["timeline"]["achievedLead"] == {"count": 0}
    assert (first["counters"]["success"], second["counters"]["success"]) == (0, 1)


def test_an_answer_corrects_its_press_and_no_other(duel: Duel) -> None:
    script = f"""
{LISTENER}
function W:ask() self:tell("stats", self.api.getTelemetryStats().timeline) end
"""
    trace = duel(
        REMOTE, network(0, "input:delay", ms=60), ball(0, "a", 170, 160), ball(0.2, "b", 170, 160),
        call(0.77, "ask"), call(0.875, "ask"), script=script,
    )  # fmt: skip
    before, after = answers(trace, "stats")
    (press, _) = [event for event in heard(trace) if event["type"] == "press"]
    (success, _) = [event for event in heard(trace) if event["type"] == "success"]
    planned, late_s = press["decision"], success["time"] - 0.095 / 2 - press["time"]
    assert 0.06 <= late_s < 0.06 + FRAME_S
    assert before["leadDelta"]["mean"] == pytest.approx(planned["leadDelta"])
    assert after["leadDelta"]["mean"] == pytest.approx(planned["leadDelta"] - late_s)
    assert after["achievedLead"]["mean"] == pytest.approx(planned["achievedLead"] - late_s)
    # It is what was left until the contact when the press began to work.
    contact_s = trace.threats["a"]["contactTime"]
    assert after["achievedLead"]["mean"] == pytest.approx(contact_s - press["time"] - late_s)


def test_the_ping_that_was_read_when_the_answer_came_is_what_corrects(duel: Duel) -> None:
    # The answer comes half of the old ping after the press; half of the new one is taken off.
    trace = duel(
        REMOTE, ball(0, "a", 170, 160), network(0.6, "stats:ping", ms=200),
        network(0.765, "stats:ping", ms=95), call(1.2, "ask"), script=SCRIPT,
    )  # fmt: skip
    assert wrong(trace) == []
