"""The public functions of AutoParry as a caller sees them: switches, signals, copies, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, REMOTE, Duel, Timing, ball, call, configure, frame_at

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
FAR = (170.0, 160.0)
PRESSED_S = frame_at(CALM.wait(*FAR))
ANSWERED_S = frame_at(PRESSED_S + 0.095 / 2)


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def said(duel: Duel, body: str, *timeline: Any, **keys: Any) -> list[str]:
    """Return what a function that is called at 0.5 says, AutoParry being off."""
    script = f"function W:act()\nlocal api = self.api\n{body}\nend"
    trace = duel(*timeline, call(0.5, "act"), script=script, is_on=False, **keys)
    return trace.said


def test_switches_say_what_they_are_and_signal_each_change_once(duel: Duel) -> None:
    body = """
api.onStateChanged(function(on) self:say("state", on) end)
self:say(api.isEnabled())
api.enable() api.enable() api.setEnabled(true)
self:say(api.isEnabled(), api.toggle(), api.isEnabled())
api.disable() api.setEnabled(false) api.setEnabled(nil)
self:say(api.toggle())
"""
    assert said(duel, body) == [
        "false", "state true", "state false", "true false false", "state true", "true",
    ]  # fmt: skip


def test_immortality_is_a_flag_and_a_signal(duel: Duel) -> None:
    body = """
api.onImmortalChanged(function(on) self:say("immortal", on) end)
self:say(api.isImmortalEnabled(), api.setImmortalEnabled(true), api.setImmortalEnabled(true))
self:say(api.toggleImmortal(), api.isImmortalEnabled())
"""
    assert said(duel, body) == [
        "immortal true", "false true true", "immortal false", "false false",
    ]  # fmt: skip


def test_a_listener_that_fails_is_a_warning_and_the_others_hear(duel: Duel) -> None:
    script = """
function W:begin()
    self.api.onParry(function() error("deaf", 0) end)
    self.api.onParry(function(ball, at_s) self:say(ball.Name, at_s) end)
end
"""
    trace = duel(ball(0, "a", *FAR), script=script)
    assert trace.said == [f"a {PRESSED_S:.14g}"]
    assert trace.record.warnings[0] == "a listener of onParry failed: deaf"


def test_a_connection_may_be_cut_more_than_once_and_either_way(duel: Duel) -> None:
    body = """
local function hear(name) return function(on) self:say(name, on) end end
local first, second = api.onStateChanged(hear("first")), api.onStateChanged(hear("second"))
api.enable()
first.Disconnect() first:disconnect() first.disconnect()
api.disable()
second:Disconnect()
api.enable()
"""
    assert said(duel, body) == ["first true", "second true", "second false"]


def test_a_press_and_its_answers_are_heard_with_the_ball(duel: Duel) -> None:
    script = """
function W:begin()
    for _, name in ipairs({ "onParry", "onParrySuccess", "onParryBroadcast" }) do
        self.api[name](function(ball, at_s) self:say(name, ball.Name, at_s) end)
    end
end
function W:look()
    local api = self.api
    self:say(api.getLastParryTime(), api.getLastParrySuccessTime(), api.getLastParryBroadcastTime())
end
"""
    look = (call(0.1, "look"), call(1.5, "look"))
    # Also of a ball that has gone with the press.
    for options in ({}, {"destroyOnPress": True}):
        trace = duel(REMOTE, ball(0, "a", *FAR), *look, script=script, world=options)
        pressed, answered = f"{PRESSED_S:.14g}", f"{ANSWERED_S:.14g}"
        assert trace.said == [
            "0 0 0",
            f"onParry a {pressed}",
            f"onParrySuccess a {answered}",
            f"onParryBroadcast a {answered}",
            f"{pressed} {answered} {answered}",
        ]


def test_what_a_caller_gets_is_a_copy(duel: Duel) -> None:
    body = """
local config = api.getConfig()
config.cooldown, config.remoteQueueGuards[1], config.smartTuning = 9, "Other", true
local copy = api.configure({ cooldown = 0.2, remoteQueueGuards = { "Mine" } })
copy.cooldown, copy.remoteQueueGuards[1] = 9, "Other"
local now = api.getConfig()
self:say(now.cooldown, now.remoteQueueGuards[1], now.smartTuning)
local safe = api.getTargetingSafeState()
safe.active = true
self:say(api.getTargetingSafeState().active)
local status = api.getInitProgress()
status.stage = "other"
self:say(api.getInitProgress().stage)
"""
    assert said(duel, body) == ["0.2 Mine false", "false", "ready"]


def test_a_table_that_was_given_may_be_changed_afterwards(duel: Duel) -> None:
    body = """
local guards = { "Mine" }
api.configure({ remoteQueueGuards = guards })
guards[1] = "Other"
self:say(api.getConfig().remoteQueueGuards[1])
"""
    assert said(duel, body) == ["Mine"]


def test_a_wrong_configuration_changes_nothing(duel: Duel) -> None:
    body = """
for _, wrong in ipairs({ 3, { cooldown = 1, zeal = 1 }, { cooldown = 1, minSpeed = -1 } }) do
    self:say(select(2, pcall(api.configure, wrong)))
end
self:say(api.getConfig().cooldown)
"""
    assert said(duel, body) == [
        "AutoParry.configure: expected a table",
        "AutoParry.configure: unknown option 'zeal'",
        "AutoParry.configure: invalid value for 'minSpeed'",
        "0.1",
    ]


def test_who_asks_for_the_start_up_hears_the_status_at_once(duel: Duel) -> None:
    body = """
local connection = api.onInitStatus(function(status) self:say(status.stage) end)
self.stage:set_balls_folder(false)
"""
    again = {"at": 0.6, "kind": "rule", "rule": "balls-folder-present", "value": True}
    heard = said(duel, body, again)
    assert heard[:2] == ["ready", "restarting"]
    assert heard[-1] == "ready"


def test_what_is_destroyed_does_nothing_any_more(duel: Duel) -> None:
    script = """
function W:begin()
    self.api.onStateChanged(function(on) self:say("state", on) end)
    self.api.onParry(function() self:say("parry") end)
end
function W:finish()
    local api = self.api
    api.setImmortalEnabled(true)
    api.destroy() api.destroy()
    self:say(api.isEnabled(), api.isImmortalEnabled(), api.getConfig().cooldown)
    self:say(api.getInitProgress().stage, api.getLastParryTime())
    self:say(api.getTargetingSafeState().active)
end
"""
    trace = duel(
        REMOTE, ball(0, "a", 50, 160), ball(0, "b", *FAR), configure(0.1, cooldown=0.3),
        call(0.02, "finish"), {**ON, "at": 0.2}, ball(0.3, "c", 50, 160), script=script,
    )  # fmt: skip
    assert [press.name for press in trace.presses] == ["a"]
    assert trace.cleared == [(frame_at(0.02), "b", "destroyed")]
    assert trace.keys == [(0, True), (frame_at(0.02), False)]
    # What was configured after the end counts for nobody.
    assert trace.said == [
        "state true", "parry", "false false 0.1", "waiting-player 0", "false",
    ]  # fmt: skip
    assert trace.outcomes == {"a": "parried", "b": "missed", "c": "missed"}


def test_a_listener_may_switch_off_and_on_without_a_second_press(duel: Duel) -> None:
    # Two balls are due at once. Who listens is told when the evaluation is over: the other ball has
    # its schedule by then, and loses it.
    script = """
function W:begin()
    local done
    self.api.onParry(function()
        if not done then done = true; self.api.disable(); self.api.enable() end
    end)
end
"""
    trace = duel(ball(0.1, "a", 50, 160), ball(0.1, "b", 51, 160), script=script)
    assert [press.name for press in trace.presses].count("b") == 1
    assert trace.cleared == [(trace.presses[0].at_s, "b", "disabled")]


def test_a_listener_may_destroy_what_it_listens_to(duel: Duel) -> None:
    script = """
function W:begin() self.api.onParry(function() self.api.destroy() end) end
"""
    trace = duel(ball(0.1, "a", 50, 160), ball(0.1, "b", 51, 160), script=script)
    assert [press.name for press in trace.presses] == ["a"]
    assert trace.cleared == [(trace.press.at_s, "b", "destroyed")]
    assert trace.record.outcome.reason == "settled"


# An input that fails.

FAULTS = """
function W:missing() self.services.control:set_input_fault("missing") end
function W:failing() self.services.control:set_input_fault("failing") end
function W:mend() self.services.control:set_input_fault(nil) end
"""


def tries(first_s: float, base_s: float, count: int) -> list[float]:
    """Return when a press is tried that first fails at `first_s`."""
    times = [first_s]
    for failures in range(count - 1):
        delay_s = min(max(base_s * 1.5**failures, 0.05), 0.25)
        times.append(frame_at(times[-1] + delay_s))
    return times


@pytest.mark.parametrize(("fault", "base_s"), [("missing", 0.15), ("failing", 0.1)])
@pytest.mark.parametrize("distance", [50, 35])
def test_a_press_that_fails_is_tried_again(
    duel: Duel, fault: str, base_s: float, distance: float
) -> None:
    # The ball inside the large radius is due in every evaluation; it is tried at its times only.
    expected = tries(0.3, base_s, 5)
    trace = duel(
        call(0.2, fault), ball(0.3, "a", distance, 12), call(expected[-1] - 0.01, "mend"),
        script=FAULTS, options={"safeRadius": 500, "cooldown": 0.02}, world={"safeRadius": 10},
    )  # fmt: skip
    waits = [at_s for at_s, fields in trace.events("status") if fields["stage"] == "waiting-input"]
    assert waits == expected[:-1]
    first = trace.presses[0]
    assert (first.at_s, first.reason) == (expected[-1], "retry")
    assert first.planned_s == pytest.approx(expected[-2] + min(base_s * 1.5**3, 0.25))
    stages = [(at_s, fields["stage"]) for at_s, fields in trace.events("status")]
    assert stages[-1] == (expected[-1], "ready")
    for at_s, fields in trace.events("status"):
        if fields["stage"] == "waiting-input":
            assert frame_at(fields["retryAt"]) == expected[expected.index(at_s) + 1]


def test_nothing_else_is_pressed_before_a_failed_input_is_tried_again(duel: Duel) -> None:
    trace = duel(
        call(0, "failing"), ball(0.1, "a", 50, 160), ball(0.15, "b", 50, 160), call(0.12, "mend"),
        script=FAULTS,
    )  # fmt: skip
    again_s = frame_at(0.1 + 0.1)
    assert [(press.at_s, press.name) for press in trace.presses] == [
        (again_s, "a"), (frame_at(again_s + 0.1), "b"),
    ]  # fmt: skip
    assert set(trace.outcomes.values()) == {"parried"}


def test_failures_are_counted_anew_after_a_press_that_worked(duel: Duel) -> None:
    trace = duel(
        call(0, "failing"), ball(0.1, "a", 50, 160), call(0.15, "mend"), call(0.9, "failing"),
        ball(1.0, "b", 50, 160), call(1.05, "mend"), script=FAULTS,
    )  # fmt: skip
    assert [press.at_s for press in trace.presses] == [0.2, frame_at(1.1)]
