"""Why schedules end: each reason in a play of its own, as the telemetry tells it and counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import (
    REMOTE,
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
    network,
    rule,
)
from .listening import LISTENER, answers, of_type

if TYPE_CHECKING:
    from conftest import Bench

A = ball(0, "a", 170, 160)
PRESS_S = Timing().wait(170, 160)
# After the last evaluation before the press: only its timer can see what happens now.
JUST_BEFORE_S = PRESS_S - 0.0005
GONE = network(0.3, "remotes:ParryButtonPress", available=False)

SCRIPT = f"""
{LISTENER}
local function ball(self) return self.stage.balls:of(self.world.threats:slot_of("a")) end
function W:turn() ball(self):SetVelocity(self.services.Vector3.new(0, 0, 50)) end
function W:fake() ball(self):SetRealBall(false) end
function W:remove() ball(self):Destroy() end
function W:destroy() self.api.destroy() end
function W:guard() self.controller.guard:start("a", self.clock:now()) end
function W:behead()
    self.root = self.stage.character:FindFirstChild("HumanoidRootPart")
    self.root.Parent = nil
end
function W:mend() self.root.Parent = self.stage.character end
function W:leave() self.stage.character.Parent = nil self.stage.player.Character = nil end
function W:cover()
    local folder = self.services.Instance.new("Folder")
    folder.Name, folder.Parent = "Balls", self.services.workspace
end
function W:ask() self:tell("stats", self.api.getTelemetryStats()) end
"""
# What happens to the ball that is scheduled, and when its schedule ends because of that.
PLAYS: list[tuple[str, list[Entry], float]] = [
    ("pressed", [], frame_at(PRESS_S)),
    ("ready-to-press", [configure(0.3, safeRadius=500)], 0.3),
    ("conditions-changed", [call(0.3, "turn")], 0.3),
    ("conditions-changed", [call(0.3, "fake")], 0.3),
    ("conditions-changed", [configure(0.3, minSpeed=500)], 0.3),
    ("conditions-changed", [call(JUST_BEFORE_S, "fake")], frame_at(PRESS_S)),
    ("outside-lookahead", [configure(0.3, pressMaxLookahead=0.2, pressLookaheadGoal=None)], 0.3),
    ("safe-guard", [call(JUST_BEFORE_S, "guard")], frame_at(PRESS_S)),
    ("disabled", [rule(0.3, "autoparry-enabled", False)], 0.3),
    ("destroyed", [call(0.3, "destroy")], 0.3),
    ("no-ball", [call(0.3, "remove")], 0.3),
    # In a stall the ball is gone before its timer gets its turn.
    ("no-ball", [hitch(0.3, 1)], 1),
    ("missing-balls", [rule(0.3, "balls-folder-present", False)], 0.3),
    ("missing-balls", [rule(JUST_BEFORE_S, "balls-folder-present", False)], frame_at(PRESS_S)),
    ("missing-remotes", [GONE], 0.3),
    ("missing-root", [call(0.3, "behead")], 0.3),
    ("missing-root", [call(0.3, "leave")], 0.3),
    ("missing-root", [call(JUST_BEFORE_S, "behead")], frame_at(PRESS_S)),
    ("not-targeting", [highlight(0.3, False)], frame_at(0.501)),
]
# The presses that are made in the moment in which a schedule ends. A guard that is in the way of a
# timer is none for the evaluation after it: that ball may be pressed again.
IMMEDIATE = {"pressed": [False], "ready-to-press": [True], "safe-guard": [True]}


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def ends(trace: Trace) -> list[tuple[str, float]]:
    return [(event["reason"], event["time"]) for event in of_type(trace, "schedule-cleared")]


@pytest.mark.parametrize(
    ("reason", "happens", "at_s"), PLAYS, ids=[f"{row[0]}-{n}" for n, row in enumerate(PLAYS)]
)
def test_a_schedule_ends_for_this_reason(
    duel: Duel, reason: str, happens: list[Entry], at_s: float
) -> None:
    found = duel(REMOTE, A, *happens, script=SCRIPT, engine={"settleLimit": 1.3})
    wanted: Any = (reason, pytest.approx(at_s, abs=1e-9))
    assert ends(found)[0] == wanted
    ended_s = ends(found)[0][1]
    presses = [press for press in of_type(found, "press") if press["time"] == ended_s]
    assert [press["immediate"] for press in presses] == IMMEDIATE.get(reason, [])


def test_a_schedule_that_nobody_looks_after_goes_stale(duel: Duel) -> None:
    # A second folder of that name: AutoParry does not notice that the balls' own one is gone.
    far = ball(0, "a", 330, 160)
    gone = rule(0.9, "balls-folder-present", False)
    found = duel(far, call(0.1, "cover"), gone, call(1.7, "ask"), script=SCRIPT)
    assert ends(found) == [("schedule-stale", frame_at(0.9 + 0.75 - 1 / 240))]
    (stats,) = answers(found, "stats")
    assert stats["cancellations"] == {
        "total": 1, "stale": 1, "reasonCounts": {"schedule-stale": 1},
    }  # fmt: skip


def test_what_was_pressed_was_not_called_off(duel: Duel) -> None:
    found = duel(
        REMOTE, A, ball(0.3, "b", 170, 160), configure(0.9, safeRadius=500), call(0.95, "ask"),
        script=SCRIPT, world={"safeRadius": 10},
    )  # fmt: skip
    assert [reason for reason, _ in ends(found)] == ["pressed", "ready-to-press"]
    (stats,) = answers(found, "stats")
    assert (
        stats["counters"]["scheduleCleared"] == stats["timeline"]["scheduleLifetime"]["count"] == 2
    )
    assert stats["cancellations"] == {"total": 0, "stale": 0, "reasonCounts": {}}


def test_a_ball_that_is_due_with_another_one_was_waited_for_too(duel: Duel) -> None:
    # Both timers are due in one stall. The first one fires, and the better ball is the other one.
    near, fast = ball(0, "near", 74, 160), ball(0, "fast", 370.9, 900)
    found = duel(near, fast, hitch(0.1, 0.1), script=SCRIPT, options={"cooldown": 0.02})
    assert [press.name for press in found.presses] == ["fast", "near"]
    assert ends(found) == [("pressed", press.at_s) for press in found.presses]


def test_nothing_is_evaluated_while_the_character_is_nowhere(duel: Duel) -> None:
    found = duel(
        REMOTE, A, call(0.3, "behead"), call(0.31, "ask"), ball(0.35, "b", 110, 160),
        call(0.5, "ask"), call(0.505, "mend"), call(0.51, "ask"), script=SCRIPT,
    )  # fmt: skip
    away, still, again = (stats["performance"]["evaluations"] for stats in answers(found, "stats"))
    assert away == still < again
    assert ends(found)[0] == ("missing-root", 0.3)
    made = [(event["ballId"], event["time"]) for event in of_type(found, "schedule")]
    assert made == [("a", 0), ("a", frame_at(0.505)), ("b", frame_at(0.505))]
    assert [press.name for press in found.presses] == ["b", "a"]
    assert set(found.outcomes.values()) == {"parried"}


def test_the_end_of_a_schedule_tells_what_was_planned(duel: Duel) -> None:
    found = duel(REMOTE, A, call(0.3, "turn"), script=SCRIPT)
    (made,), (end,) = of_type(found, "schedule"), of_type(found, "schedule-cleared")
    told: dict[str, Any] = {
        "previousReason": made["reason"], "previousPressAt": made["pressAt"],
        "previousPredictedImpact": made["predictedImpact"], "previousSlack": made["slack"],
        "previousLead": pytest.approx(made["lead"]), "timeSinceUpdate": pytest.approx(0.3),
        "lifetime": pytest.approx(0.3),
    }  # fmt: skip
    assert {name: end[name] for name in told} == told
    assert "pressedAt" not in end
