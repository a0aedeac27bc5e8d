"""When a press is planned and when it is made: timers, what moves and clears them, presses at once.

The numbers come from the formulas, by hand or by the reference; none was taken from a run.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from .duel import (
    FRAME_S,
    GRACE_S,
    REMOTE,
    SAFE_RADIUS,
    Duel,
    Entry,
    Timing,
    Trace,
    ball,
    call,
    configure,
    frame_at,
    highlight,
    hitch,
    impact,
    network,
    rule,
)
from .reference_motion import Track, round32
from .reference_prediction import Settings, predict
from .reference_timing import time_to_impact, wait

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
# Times of the contact take the sphere's own allowance of 1e-6 studs, and positions have 32 bits.
CLOSE_S = 1e-6

# A ball that is 1 s away, and when that ball is pressed.
FAR = (170.0, 160.0)
FAR_WAIT_S = CALM.wait(*FAR)


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE_S)


def set_velocity(name: str, vz: float) -> str:
    return f"""
function W:{name}()
    local slot = self.world.threats:slot_of("a")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, {vz}))
end
"""


# Says when the timer of `a` is due, whenever that has changed, and when it was put there.
WATCH = """
function W:begin()
    local last
    self.services.RunService.PreRender:Connect(function()
        local slot = self.world.threats:slot_of("a")
        local b = slot and self.controller.of_slot[slot]
        local due = b and b.timer and b.press_at_s or nil
        if due and due ~= last then self:say(due) end
        last = due
    end)
end
"""


def placings(trace: Trace) -> list[tuple[float, float]]:
    """Return when a timer was placed, and for when."""
    return [(at_s, float(fields["text"])) for at_s, fields in trace.events("said")]


# Timers.


def test_a_press_is_planned_at_first_sight_and_made_in_the_first_frame_after_it(
    duel: Duel,
) -> None:
    trace = duel(ball(0.1, "a", *FAR))
    planned_s = 0.1 + FAR_WAIT_S
    assert trace.press == (
        frame_at(planned_s), "a", near(planned_s), near(CALM.lead_s), "lead", 0.1, False,
    )  # fmt: skip
    assert trace.cleared == []
    assert trace.threats["a"]["firstScheduledAt"] == 0.1
    assert trace.outcomes == {"a": "parried"}


def test_a_ball_beyond_the_lookahead_is_planned_as_soon_as_it_is_inside(duel: Duel) -> None:
    distance, speed = 400.0, 160.0
    trace = duel(ball(0, "a", distance, speed))
    planned_s = impact(distance, speed) - CALM.lead_s
    assert planned_s > 1.2
    assert trace.threats["a"]["firstScheduledAt"] == frame_at(planned_s - 1.2)
    assert trace.press.planned_s == near(planned_s)
    assert trace.press.scheduled_s == frame_at(planned_s - 1.2)


def test_the_goal_of_the_lookahead_widens_it(duel: Duel) -> None:
    trace = duel(ball(0, "a", 400, 160), options={"pressLookaheadGoal": 1.5})
    assert trace.threats["a"]["firstScheduledAt"] == frame_at(impact(400, 160) - CALM.lead_s - 1.5)


@pytest.mark.parametrize(
    ("options", "expected_s", "reason"),
    [
        # TTI is 0.625 - 0.145 = 0.48.
        pytest.param({}, impact(100, 160) - CALM.lead_s, "lead", id="open"),
        pytest.param({"maxTTI": 0.15}, 0.48 - 0.15, "tti-open", id="gate"),
        pytest.param({"maxTTI": 0.05}, impact(100, 160) - CALM.response_s, "tti-open", id="bound"),
        # A longer lead than the response window changes nothing: the gate is what delays.
        pytest.param(
            {"maxTTI": 0.15, "pressReactionBias": 0.1}, 0.48 - 0.15, "tti-open", id="long-lead"
        ),
    ],
)
def test_the_gate_delays_a_press_at_most_to_the_response_window(
    duel: Duel, options: dict[str, Any], expected_s: float, reason: str
) -> None:
    press = duel(ball(0.1, "a", 100, 160), options=options).press
    assert (press.at_s, press.reason) == (frame_at(0.1 + expected_s), reason)
    assert press.planned_s == near(0.1 + expected_s)
    assert press.lead_s == near(impact(100, 160) - expected_s)


def expected_placings(
    distance: float, speeds: list[tuple[float, float]], until_s: float
) -> list[tuple[float, float]]:
    """Return what the reference places for a ball that enters at 0 and changes its speed."""
    track, settings = Track(SAFE_RADIUS), Settings()
    z, found, due_s = distance, [], math.inf
    for frame in range(round(until_s * 240)):
        now = frame / 240
        speed = next(speed for at_s, speed in reversed(speeds) if at_s <= now)
        previous = next(speed for at_s, speed in reversed(speeds) if at_s < now or at_s == 0)
        if frame > 0:
            z -= previous * FRAME_S
        if now >= due_s:
            break
        reading = track.read(FRAME_S, (0, 0, round32(z)), (0, 0, round32(-speed)))
        prediction = predict(reading, CALM.delta_s, settings)
        tti_s = time_to_impact(reading.distance, reading.vr, CALM.ping_s, CALM.ping_offset_s)
        press_at_s = now + wait(
            prediction.impact, CALM.lead_s, tti_s, CALM.max_tti_s, prediction.response_window
        )
        if abs(press_at_s - due_s) > 0.001:
            due_s = press_at_s
            found.append((now, press_at_s))
    return found


@pytest.mark.parametrize("speed", [159.99, 160.01])
def test_a_timer_follows_a_motion_that_changes(duel: Duel, speed: float) -> None:
    script = set_velocity("change", -speed) + WATCH
    trace = duel(ball(0, "a", *FAR), call(0.3, "change"), script=script)
    expected = expected_placings(FAR[0], [(0, FAR[1]), (0.3, speed)], 1.5)
    assert len(expected) > 3
    assert placings(trace) == [(at_s, near(due_s)) for at_s, due_s in expected]
    last_s = expected[-1][1]
    assert (trace.press.at_s, trace.press.planned_s) == (frame_at(last_s), near(last_s))
    # What is replaced is void: nothing is cleared, and it is still the first schedule.
    assert trace.cleared == []
    assert trace.press.scheduled_s == 0


def test_a_move_of_a_millisecond_or_less_replaces_no_timer(duel: Duel) -> None:
    script = set_velocity("change", -160.0001) + WATCH
    trace = duel(ball(0, "a", *FAR), call(0.3, "change"), script=script)
    assert expected_placings(FAR[0], [(0, FAR[1]), (0.3, 160.0001)], 1.5) == [(0, near(FAR_WAIT_S))]
    assert placings(trace) == [(0, near(FAR_WAIT_S))]
    assert trace.press.planned_s == near(FAR_WAIT_S)


def test_once_the_impact_is_within_the_lead_the_timer_is_due_now(duel: Duel) -> None:
    # The latency rises by 0.2 s when the ball is 0.4 s from the sphere: the lead is 0.396 then.
    trace = duel(ball(0, "a", *FAR), configure(0.61, activationLatency=0.32))
    at_s = frame_at(0.61)
    assert 1 - at_s < min(0.4 - FRAME_S, CALM.lead_s + 0.2)
    assert trace.press.planned_s == near(at_s)
    assert trace.press.lead_s == near(1 - at_s)
    assert trace.press.at_s == near(at_s + FRAME_S)
    assert trace.press.reason == "lead"


# What clears a timer.


def test_a_ball_that_turns_back_has_no_timer(duel: Duel) -> None:
    trace = duel(ball(0.1, "a", *FAR), call(0.3, "turn"), script=set_velocity("turn", 160))
    assert trace.cleared == [(0.3, "a", "conditions-changed")]
    assert trace.presses == []
    assert trace.outcomes == {"a": "passed"}


def test_a_ball_without_an_impact_has_no_timer(duel: Duel) -> None:
    # Still closing, but what slows it down would stop it before the sphere.
    trace = duel(ball(0.1, "a", *FAR), call(0.3, "slow"), script=set_velocity("slow", -60))
    assert trace.cleared[0] == (0.3, "a", "conditions-changed")
    assert trace.outcomes == {"a": "parried"}


def test_a_ball_that_is_a_fake_by_now_has_no_timer(duel: Duel) -> None:
    script = """
function W:fake() self.stage.balls:of(self.world.threats:slot_of("a")):SetRealBall(false) end
"""
    trace = duel(ball(0.1, "a", *FAR), call(0.3, "fake"), script=script)
    assert trace.cleared == [(0.3, "a", "conditions-changed")]
    assert (trace.presses, trace.outcomes) == ([], {"a": "passed"})


def test_a_ball_that_is_too_far_by_now_is_planned_again_later(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), configure(0.1, pressMaxLookahead=0.3, pressLookaheadGoal=None))
    assert trace.cleared == [(0.1, "a", "outside-lookahead")]
    planned_s = 1 - CALM.lead_s
    assert trace.press.planned_s == near(planned_s)
    # A schedule that was given up is no part of the next one; of the threat it is the first.
    assert trace.press.scheduled_s == frame_at(planned_s - 0.3)
    assert trace.threats["a"]["firstScheduledAt"] == 0


def test_a_ball_is_no_target_any_more_after_the_grace(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), highlight(0.101, False))
    # The drop is seen in the frame of the event, at 25/240.
    first_s = frame_at(frame_at(0.101) + GRACE_S + 1e-6)
    assert trace.cleared == [(first_s, "a", "not-targeting")]
    assert trace.outcomes == {"a": "missed"}


def test_a_timer_that_fires_after_the_grace_is_cleared_then(duel: Duel) -> None:
    # Planned at 181.27/240; the grace ends with frame 181, which still holds.
    planned_frame = math.floor(FAR_WAIT_S * 240)
    drop_s = (planned_frame - 48) / 240
    trace = duel(ball(0, "a", *FAR), highlight(drop_s, False))
    fired_s = (planned_frame + 1) / 240
    assert frame_at(FAR_WAIT_S) == fired_s
    assert trace.cleared == [(fired_s, "a", "not-targeting")]
    assert trace.presses == []
    assert trace.metric("gateOuts") == {"withinGrace": 0, "justified": 1}


def test_switching_off_clears_at_the_event(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), rule(0.3, "autoparry-enabled", False))
    assert trace.cleared == [(0.3, "a", "disabled")]
    assert trace.presses == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (rule(0.3, "balls-folder-present", False), "missing-balls"),
        (network(0.3, "remotes:ParryButtonPress", available=False), "missing-remotes"),
    ],
)
def test_a_part_that_goes_clears_all(duel: Duel, entry: Entry, reason: str) -> None:
    trace = duel(REMOTE, ball(0, "a", *FAR), ball(0, "b", 190, 160), entry)
    assert trace.cleared == [(0.3, "a", reason), (0.3, "b", reason)]
    assert trace.presses == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (rule(FAR_WAIT_S, "balls-folder-present", False), "missing-balls"),
        (rule(FAR_WAIT_S, "autoparry-enabled", False), "disabled"),
    ],
)
def test_an_event_of_the_same_frame_comes_before_the_timer(
    duel: Duel, entry: Entry, reason: str
) -> None:
    trace = duel(ball(0, "a", *FAR), {**entry, "at": FAR_WAIT_S - 0.001})
    assert trace.cleared == [(frame_at(FAR_WAIT_S), "a", reason)]
    assert trace.presses == []


# The queue.

# Two balls are due at frame 24 (0.1 s): the second waits for the cooldown, until 0.1 + 0.1 s.
TWO = (ball(0.1, "a", 48, 160), ball(0.1, "b", 50, 160))
WAITS_UNTIL_S = 0.1 + 0.1

SWITCH_OFF = """
function W:off() self.api.disable() end
function W:begin()
    self.env.scheduler:every(0.1, function()
        if self.clock:now() > 0.15 then self.api.disable() end
    end)
end
"""


def test_a_schedule_of_a_ball_that_nobody_sees_any_more_goes_stale(duel: Duel) -> None:
    # A second folder of that name: AutoParry does not notice that the balls' own one is gone.
    script = """
function W:cover()
    local folder = self.services.Instance.new("Folder")
    folder.Name = "Balls"
    folder.Parent = self.services.workspace
end
"""
    trace = duel(
        ball(0, "a", 330, 160), call(0.1, "cover"), rule(0.9, "balls-folder-present", False),
        script=script,
    )  # fmt: skip
    assert trace.cleared == [(frame_at(0.9 + 0.75 - 1 / 240), "a", "schedule-stale")]
    assert trace.presses == []


def test_at_one_instant_plan_events_come_before_press_timers(duel: Duel) -> None:
    trace = duel(*TWO, rule(WAITS_UNTIL_S, "autoparry-enabled", False))
    assert [press.name for press in trace.presses] == ["a"]
    assert trace.cleared == [(0.2, "b", "disabled")]


def test_at_one_instant_other_timers_come_after_press_timers(duel: Duel) -> None:
    trace = duel(*TWO, script=SWITCH_OFF)
    assert [(press.at_s, press.name) for press in trace.presses] == [(0.1, "a"), (0.2, "b")]
    assert trace.cleared == []


def test_a_timer_of_the_world_that_is_due_before_comes_first(duel: Duel) -> None:
    script = """
function W:begin()
    self.env.scheduler:at(0.1999, function() self.api.disable() end)
end
"""
    trace = duel(*TWO, script=script)
    assert trace.cleared == [(0.2, "b", "disabled")]


# Presses at once.


@pytest.mark.parametrize("is_within", [True, False])
def test_slack_presses_at_first_sight(duel: Duel, is_within: bool) -> None:
    speed = 200.0
    impact_s = CALM.lead_s + CALM.reach_s + (-1e-4 if is_within else 1e-4)
    distance = SAFE_RADIUS + speed * impact_s
    press = duel(ball(0.1, "a", distance, speed)).press
    if is_within:
        assert press == (0.1, "a", 0.1, near(impact_s), "ready-to-press", None, False)
    else:
        planned_s = 0.1 + CALM.reach_s + 1e-4
        assert press == (
            frame_at(planned_s), "a", near(planned_s), near(CALM.lead_s), "lead", 0.1, False,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("distance", "speed", "reason", "lead_s"),
    [
        # TTI 0.1583 is in the zone.
        pytest.param(45.5, 150, "ready-to-press", impact(45.5, 150), id="zone"),
        # TTI 0.1055 is not; the impact is within the response window.
        pytest.param(62, 247.5, "urgent", impact(62, 247.5), id="urgent"),
        # Within Δ of the impact, however sure: mu+ is below the padding.
        pytest.param(30, 160, "confidence", impact(30, 160), id="confidence"),
        pytest.param(9, 20, "inside-radius", 0, id="inside"),
        pytest.param(9, -20, "inside-radius", 0, id="inside-and-leaving"),
    ],
)
def test_what_is_late_is_pressed_at_once(
    duel: Duel, distance: float, speed: float, reason: str, lead_s: float
) -> None:
    press = duel(ball(0.1, "a", distance, speed), world={"contactGrace": 0.1}).press
    assert press == (0.1, "a", 0.1, near(lead_s), reason, None, False)


def test_what_is_late_outside_the_zone_waits_until_it_is_urgent(duel: Duel) -> None:
    # The impact 0.35 is within the lead of the long bias; TTI is 0.295, the zone ends at 0.1.
    distance, speed = 80.0, 200.0
    options = {"maxTTI": 0.1, "pressReactionBias": 0.1396}
    tti_s = time_to_impact(distance, speed, CALM.ping_s, CALM.ping_offset_s)
    assert Timing(bias_s=0.1396).lead_s > impact(distance, speed)
    # At most 8 studs are added to the radius.
    urgent_s = (distance - (SAFE_RADIUS + 8)) / speed - CALM.response_s
    assert urgent_s < tti_s - 0.1
    press = duel(ball(0.1, "a", distance, speed), options=options).press
    assert (press.at_s, press.reason) == (frame_at(0.1 + urgent_s), "urgent")
    assert press.lead_s == near(0.1 + impact(distance, speed) - press.at_s)
    assert press.scheduled_s is None


def test_a_press_is_never_planned_to_end_before_its_impact(duel: Duel) -> None:
    # The slack would press 0.43 s before the impact, and the window is 0.4 s.
    window_s = 0.4 - FRAME_S
    options = {"pressScheduleSlack": 0.5}
    press = duel(ball(0.1, "a", 10 + 160 * 0.43, 160), options=options).press
    planned_s = 0.1 + 0.43 - CALM.lead_s
    assert press.reason == "lead"
    assert press.planned_s == near(planned_s)
    # With a lead as long as the window there is no timer either: it waits for its frame.
    within = duel(ball(0.1, "a", 10 + 160 * (window_s - 1e-4), 160), options=options).press
    assert (within.at_s, within.lead_s) == (0.1, near(window_s - 1e-4))


def test_the_lead_is_capped_by_the_window(duel: Duel) -> None:
    trace = duel(ball(0.1, "a", 120, 160), engine={"pingMs": 700})
    lead_s = Timing(ping_s=0.7).lead_s
    assert lead_s == 0.4 - FRAME_S
    planned_s = 0.1 + impact(120, 160) - lead_s
    assert trace.press[:5] == (
        frame_at(planned_s), "a", near(planned_s), near(lead_s), "lead",
    )  # fmt: skip
    assert trace.outcomes == {"a": "parried"}


def test_a_sure_ball_does_not_wait_for_its_timer(duel: Duel) -> None:
    # The ping is read every 0.1 s; with 700 ms Δ is 0.47 s and the ball is 0.35 s away.
    distance = 10 + 160 * 0.95
    trace = duel(ball(0, "a", distance, 160), network(0.55, "stats:ping", ms=700))
    assert 0.95 - CALM.lead_s > 0.6
    assert trace.press == (0.6, "a", 0.6, near(0.35), "confidence", 0, False)
    assert trace.cleared == []


def test_a_ball_inside_the_radius_does_not_wait_for_its_timer(duel: Duel) -> None:
    # The contact sphere of the world is smaller than the radius that AutoParry takes for it.
    trace = duel(ball(0, "a", *FAR), configure(0.2, safeRadius=140), world={"safeRadius": 10})
    # 170 - 160 t is 140 or less from 0.1875 s on.
    assert trace.presses[0][:5] == (frame_at(0.2), "a", frame_at(0.2), 0, "inside-radius")


# Hitches.

STALL_S = 0.18


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_a_timer_in_a_hitch_follows_the_policy(duel: Duel, policy: str) -> None:
    begins_s = 0.675
    trace = duel(ball(0, "a", *FAR), hitch(begins_s, STALL_S), engine={"hitchPolicy": policy})
    assert begins_s < FAR_WAIT_S < begins_s + STALL_S
    at_s = frame_at(begins_s) + STALL_S if policy == "stall" else frame_at(FAR_WAIT_S)
    assert trace.press == (
        near(at_s), "a", near(FAR_WAIT_S), near(CALM.lead_s), "lead", 0, True,
    )  # fmt: skip
    assert trace.outcomes == {"a": "parried"}


def test_a_schedule_outlives_a_long_hitch(duel: Duel) -> None:
    # 0.9 s without an evaluation, none of it steady time.
    trace = duel(ball(0, "a", 10 + 160 * 1.3, 160), hitch(0.1, 0.9))
    planned_s = 1.3 - CALM.lead_s
    assert trace.press[:5] == (
        frame_at(planned_s), "a", near(planned_s), near(CALM.lead_s), "lead",
    )  # fmt: skip
