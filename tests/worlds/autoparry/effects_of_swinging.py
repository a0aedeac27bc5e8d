"""A ball that swings: when it counts as one, its forced presses, their bursts, and panic.

Presses are told by the frame of the first one and the frames between them: seconds times 240,
rounded up. A forced press comes first, then the presses of its burst, then a forced one again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import FIXED, FRAME_S, SAFE_RADIUS, Entry, ball, call
from .effect import Effect, Options, Row, Setting

if TYPE_CHECKING:
    from .duel import Press, Trace

SPEED, SLOWER, TURN_FRAMES = 13, 12, 6

# `speed_of(frame)` is the speed away from the player in the next frame.
SCRIPT = """
function W:begin()
    local frame = 0
    self.services.RunService.PreRender:Connect(function()
        local slot = self.world.threats:slot_of("a")
        if slot then
            frame = frame + 1
            local speed = speed_of(frame)
            self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, speed))
        end
    end)
    self.api.onTelemetry(function(event)
        if event.type == "press" then self:say(event.decision.panic) end
    end)
end
function W:leave() self.stage.balls:of(self.world.threats:slot_of("a")):Destroy() end
"""


def turning(speed: str, turn_frames: int = TURN_FRAMES) -> str:
    """Return the script of a ball that turns all the time, first away from the player."""
    return f"""
local function speed_of(frame)
    local sign = math.floor(frame / {turn_frames}) % 2 == 0 and -1 or 1
    return sign * ({speed})
end
{SCRIPT}"""


# With a ping of 0 only the options keep presses apart. No other press comes in between.
CALM: Options = {
    **FIXED,
    "cooldown": 10,
    "oscillationSpamPanicTightness": None,
    "oscillationSpamPanicSlack": None,
}
# The gap of 0.05 s leaves 0.82 of the window of 0.28 s: that is panic.
PANIC = {key: value for key, value in CALM.items() if key != "oscillationSpamPanicTightness"}

END: Entry = call(0.7, "leave")


# The ball swings inside the controller's sphere and outside that of the world: it is as close as
# can be, its impact is now, and it never arrives. When a turn is seen, the ball is four frames of
# its way, 0.2167 studs, from where it was at the turn before.
def inside(options: Options, speed: str = f"{SPEED}") -> Setting:
    spawn = ball(0, "a", SAFE_RADIUS - 0.5, SPEED)
    return Setting((spawn, END), options, turning(speed), {"pingMs": 0}, {"safeRadius": 1})


# The ball turns four times in its first 8 frames. It is not pressed before it has been seen for
# 0.25 s, and by then has been coming straight for so long that its impact is what it looks like:
# 0.51 s away.
def outside(options: Options) -> Setting:
    script = turning(f"frame < 8 and {SPEED} or sign * {-SPEED}", 2)
    timed = {**options, "pressMinDetectionTime": 0.25}
    return Setting((ball(0, "a", SAFE_RADIUS + 9.5, SPEED),), timed, script, {"pingMs": 0})


def forced(trace: Trace) -> list[Press]:
    return [press for press in trace.presses if press.reason == "oscillation"]


def rhythm(trace: Trace) -> list[int]:
    frames = [round(press.at_s / FRAME_S) for press in forced(trace)]
    return [*frames[:1], *(after - before for before, after in pairwise(frames))][:7]


def burst_length(trace: Trace) -> int:
    """Return how many presses follow the first one in the gap of a panic, 6 frames."""
    frames = [round(press.at_s / FRAME_S) for press in forced(trace)]
    gaps = [after - before for before, after in pairwise(frames)]
    return next(index for index, gap in enumerate(gaps) if gap != 6)


def panics_until(trace: Trace) -> int:
    told = zip(trace.presses, trace.said, strict=True)
    return max(round(press.at_s / FRAME_S) for press, panic in told if panic == "true")


def first_impacts(trace: Trace) -> list[float]:
    """Return how far the impact was at the first two presses because of the swinging."""
    return [press.lead_s for press in forced(trace)[:2]]


def first_seen(impact_s: float) -> Any:
    """Return the impact in the first frame in which it is not above `impact_s`."""
    return pytest.approx(impact_s - FRAME_S / 2, abs=FRAME_S / 2 + 1e-6)


def beat(first: int, *gaps: int) -> list[int]:
    """Return a rhythm whose gaps come again and again."""
    return [first, *(gaps * 6)[:6]]


def swings(key: str, options: Options, *rows: Row) -> Effect:
    return Effect(key, inside(options), rhythm, rows)


CALM_BEAT, PANIC_BEAT = beat(18, 12, 12, 17), beat(18, 6, 6, 7)
UNHURRIED = {**PANIC, "oscillationSpamBurstPresses": 50}

EFFECTS = (
    # A turn every 6 frames: the third one is that of frame 18, the tenth that of frame 60.
    swings("oscillationFrequency", CALM, (3, CALM_BEAT), (9.5, beat(60, 12, 12, 17))),
    swings("oscillationDistanceDelta", CALM, (0.35, CALM_BEAT), (0.216, [])),
    swings(
        "oscillationSpamCooldown", CALM, (0.15, CALM_BEAT), (0.3, beat(33, 12, 12, 33)), (None, [])
    ),
    swings(
        "oscillationSpamCooldownTightnessGain",
        CALM,
        (0.55, CALM_BEAT),
        (0.2, beat(29, 12, 12, 29)),
        (None, beat(36, 12, 12, 36)),
    ),
    swings(
        "oscillationSpamCooldownPanicScale",
        PANIC,
        (0.4, PANIC_BEAT),
        (0.8, beat(18, 6, 6, 13)),
        (None, beat(18, 6, 6, 17)),
    ),
    swings(
        "oscillationSpamBurstPresses",
        CALM,
        (2, CALM_BEAT),
        (4, beat(18, 12, 12, 12, 12, 17)),
        (None, beat(18, 17)),
    ),
    swings(
        "oscillationSpamBurstGap",
        CALM,
        (0.05, CALM_BEAT),
        (0.1, beat(18, 24, 24, 17)),
        (None, beat(18, 2, 2, 17)),
    ),
    swings(
        "oscillationSpamMinGap",
        CALM,
        (1 / 180, CALM_BEAT),
        (0.075, beat(18, 18, 18, 17)),
        (None, CALM_BEAT),
    ),
    swings(
        "oscillationSpamPanicGapScale",
        PANIC,
        (0.42, PANIC_BEAT),
        (0.8, beat(18, 10, 10, 7)),
        (None, beat(18, 12, 12, 7)),
    ),
    swings(
        "oscillationSpamBurstWindow",
        {**CALM, "oscillationSpamBurstPresses": 50},
        (0.28, beat(18, 12, 12, 12, 12, 12, 17)),
        (0.13, CALM_BEAT),
        (None, beat(18, 17)),
    ),
    Effect(
        "oscillationSpamPanicWindowScale",
        inside(UNHURRIED),
        burst_length,
        ((1.35, 15), (1, 11), (None, 11)),
    ),
    swings(
        "oscillationSpamPanicTightness",
        PANIC,
        (0.72, PANIC_BEAT),
        (0.9, CALM_BEAT),
        (None, CALM_BEAT),
    ),
    swings(
        "oscillationSpamPanicSpeedDelta", CALM, (40, CALM_BEAT), (2, PANIC_BEAT), (None, CALM_BEAT)
    ),
    swings(
        "minSpeed",
        {**CALM, "oscillationSpamPanicSpeedDelta": 2},
        (10, PANIC_BEAT),
        (11, CALM_BEAT),
    ),
    swings(
        "oscillationSpamPanicSlack",
        {key: value for key, value in CALM.items() if key != "oscillationSpamPanicSlack"},
        (0.012, CALM_BEAT),
        (0.015, PANIC_BEAT),
        (None, CALM_BEAT),
    ),
    # From frame 60 on the ball is too slow for a panic. Presses come at 56, 62, 68, ..., 94, 100.
    Effect(
        "oscillationSpamRecoverySeconds",
        inside(
            {**CALM, "oscillationSpamPanicSpeedDelta": 2.5},
            f"frame < 60 and {SPEED} or {SLOWER}",
        ),
        panics_until,
        ((0.18, 100), (0.05, 68), (None, 56)),
    ),
    Effect(
        "oscillationMaxLookahead",
        outside(CALM),
        lambda trace: first_impacts(trace)[:1],
        ((0.45, [first_seen(0.45)]), (0.3, [first_seen(0.3)]), (None, [])),
    ),
    # Without a burst the next press is forced again: with a closeness of 0.56 after 0.104 s.
    Effect(
        "oscillationSpamBurstLookahead",
        outside(CALM),
        first_impacts,
        (
            (0.6, [first_seen(0.45), first_seen(0.4)]),
            (0.2, [first_seen(0.45), first_seen(0.2)]),
            (None, [first_seen(0.45), first_seen(0.45 - 26 / 240)]),
        ),
    ),
    Effect(
        "oscillationSpamPanicLookaheadBoost",
        outside({**PANIC, "oscillationSpamBurstLookahead": 0.1}),
        first_impacts,
        (
            (0.2, [first_seen(0.45), first_seen(0.3)]),
            (0.1, [first_seen(0.45), first_seen(0.2)]),
            (None, [first_seen(0.45), first_seen(0.1)]),
        ),
    ),
)
