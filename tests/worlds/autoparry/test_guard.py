"""The safe-state guard: its reasons, what its snapshots say, and whom it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import Duel, Entry, Timing, Trace, adapted_s, ball, call, frame_at, highlight, player

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
# Pressed in frame 182, 0.758; its contact is at 1.
FAR = (170.0, 160.0)
DUE_S = CALM.wait(*FAR)
PRESSED_S = frame_at(DUE_S)
# Its answer comes half a ping later, in the frame 12 after the press: both learn from it.
LEARNED = Timing(
    activation_s=0.12 + 0.2 * (12 / 240 - 0.12),
    bias_s=0.02 + adapted_s(DUE_S, PRESSED_S + 12 / 240),
)
ACTION = "snapshot-targeting-safe"


def f(frame: int) -> float:
    return frame / 240


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def snapshot(at: float) -> Entry:
    return player(at, ACTION)


def snapshots(trace: Trace) -> list[dict[str, Any]]:
    return [details["targetingSafeState"] for details in trace.details(ACTION)]


def history(*rows: tuple[float, str]) -> list[dict[str, Any]]:
    return [{"time": at_s, "reason": reason, "ballId": "a"} for at_s, reason in rows]


def test_before_the_first_press_it_is_not_active(duel: Duel) -> None:
    assert snapshots(duel(ball(0, "a", *FAR), snapshot(0.5))) == [{"active": False}]


def test_a_press_starts_it(duel: Duel) -> None:
    (seen,) = snapshots(duel(ball(0, "a", *FAR), snapshot(f(190))))
    assert seen == {
        "active": True,
        "startedAt": PRESSED_S,
        "requireDrop": True,
        "dropObserved": False,
        "ballId": "a",
        "reason": "awaiting-drop",
        "lastEvaluation": f(189),
        "history": history((PRESSED_S, "awaiting-drop")),
        "observations": [],
    }


def test_a_drop_and_a_pulse_end_it(duel: Duel) -> None:
    # 9 frames are 37.5 ms; an evaluation sees the drop as long enough in its ninth frame.
    trace = duel(
        ball(0, "a", *FAR), highlight(f(190), False), snapshot(f(195)), snapshot(f(200)),
        highlight(f(202), True), snapshot(f(203)),
    )  # fmt: skip
    short, long, cleared = snapshots(trace)
    assert (short["reason"], short["dropObserved"]) == ("awaiting-drop", False)
    assert (short["lastDropAt"], "lastPulseAt" in short) == (f(190), False)
    assert short["observations"] == [{"time": f(190), "what": "drop"}]
    assert (long["reason"], long["dropObserved"]) == ("awaiting-retarget", True)
    assert long["history"] == history((PRESSED_S, "awaiting-drop"), (f(199), "awaiting-retarget"))
    assert cleared == {"active": False, "reason": "retargeted", "clearedAt": f(202)}


@pytest.mark.parametrize(("frames", "ends"), [(8, False), (9, True)])
def test_a_drop_counts_from_35_ms_on(duel: Duel, frames: int, ends: bool) -> None:
    trace = duel(
        ball(0, "a", *FAR), highlight(f(190), False), highlight(f(190 + frames), True),
        snapshot(f(203)),
    )  # fmt: skip
    (seen,) = snapshots(trace)
    if ends:
        assert seen == {"active": False, "reason": "retargeted", "clearedAt": f(199)}
    else:
        assert (seen["active"], seen["reason"], seen["dropObserved"]) == (
            True, "awaiting-drop", False,
        )  # fmt: skip
        assert seen["lastPulseAt"] == f(198)
        assert seen["lastObservation"] == {"time": f(198), "what": "retarget-pulse"}


def test_short_drops_do_not_add_up(duel: Duel) -> None:
    flicker = [highlight(f(190 + 5 * index), index % 2 == 1) for index in range(6)]
    (seen,) = snapshots(duel(ball(0, "a", *FAR), *flicker, snapshot(f(220))))
    assert (seen["active"], seen["dropObserved"]) == (True, False)
    assert len(seen["observations"]) == 6


def test_another_tracked_ball_ends_it_and_is_never_blocked(duel: Duel) -> None:
    trace = duel(ball(0, "a", *FAR), ball(0.2, "b", *FAR), snapshot(f(184)))
    # `a` is the best until it is pressed; then `b` is.
    (seen,) = snapshots(trace)
    assert seen == {"active": False, "reason": "ball-changed", "clearedAt": PRESSED_S}
    assert [(press.name, press.at_s) for press in trace.presses] == [
        ("a", PRESSED_S), ("b", frame_at(0.2 + LEARNED.wait(*FAR))),
    ]  # fmt: skip
    assert trace.cleared == []


def test_a_ball_that_is_rearmed_ends_it_in_the_evaluation_that_presses_it(duel: Duel) -> None:
    script = """
local function set(self, vz)
    local slot = self.world.threats:slot_of("a")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, vz))
end
function W:away() set(self, 50) end
function W:back() set(self, -50) end
"""
    again_s = frame_at(0.1 + 0.1 + 0.0475)
    trace = duel(
        ball(0.1, "a", 100, 50), call(0.12, "away"), call(0.2, "back"),
        snapshot(again_s), snapshot(again_s + 0.001),
        script=script, options={"safeRadius": 500}, world={"safeRadius": 10},
        engine={"settleLimit": 0.25},
    )  # fmt: skip
    before, after = snapshots(trace)
    assert (before["active"], before["startedAt"]) == (True, 0.1)
    assert (after["active"], after["startedAt"]) == (True, again_s)
    assert after["history"] == history(
        (0.1, "awaiting-drop"), (again_s, "retarget-detection"), (again_s, "awaiting-drop")
    )
    assert [press.at_s for press in trace.presses][:2] == [0.1, again_s]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({}, "manual-clear"),
        ({"parameters": {"reason": "practice is over"}}, "practice is over"),
    ],
)
def test_a_caller_may_end_it(duel: Duel, keys: dict[str, Any], reason: str) -> None:
    action = "clear-targeting-safe"
    trace = duel(ball(0, "a", *FAR), player(f(190), action, **keys), snapshot(f(195)))
    cleared = {"active": False, "reason": reason, "clearedAt": f(190)}
    assert trace.details(action) == [{"targetingSafeCleared": cleared}]
    assert snapshots(trace) == [cleared]


def test_it_remembers_twenty_reasons_and_forty_observations(duel: Duel) -> None:
    # A ball that stays inside the radius is pressed every 0.4 s; then the highlight flickers.
    flicker = [highlight(f(1000 + index), index % 2 == 1) for index in range(50)]
    calm = duel(
        *(ball(0.1 + 0.11 * index, f"b{index}", 50, 160) for index in range(25)),
        ball(3.5, "a", 50, 160), snapshot(3.7),
    )  # fmt: skip
    (seen,) = snapshots(calm)
    assert len(seen["history"]) == 20
    last = calm.press_of("a")
    assert seen["history"][-1] == {"time": last, "reason": "awaiting-drop", "ballId": "a"}
    restless = duel(
        ball(f(990), "a", 170, 160), player(f(990), "configure", parameters={
            "overrides": {"safeRadius": 500}
        }), *flicker, snapshot(f(1060)), world={"safeRadius": 10},
    )  # fmt: skip
    (seen,) = snapshots(restless)
    assert [row["time"] for row in seen["observations"]] == [f(1010 + index) for index in range(40)]


def test_a_new_ball_of_the_same_id_is_not_blocked(duel: Duel) -> None:
    script = """
function W:again()
    local now = self.clock:now()
    self.world:apply({ name = "threat", at_s = now, due_s = now, args = {
        id = "a", position = { 0, 0, 170 }, velocity = { 0, 0, -160 },
    } })
end
"""
    trace = duel(ball(0, "a", *FAR), call(1.1, "again"), script=script)
    assert [press.at_s for press in trace.presses] == [
        PRESSED_S, frame_at(1.1 + LEARNED.wait(*FAR)),
    ]  # fmt: skip
