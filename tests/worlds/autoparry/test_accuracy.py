"""Where AutoParry has to press, scenario by scenario.

A frame here is 1/120 s. After six frames of warm-up, frame f covers the times in ((f-1)/120,
f/120]; what happens at f is authored at the first frame of the engine in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, REMOTE, Duel, Entry, ball, highlight

if TYPE_CHECKING:
    from conftest import Bench

WARM_UP_S = 6 / 120


def at(frame: int) -> float:
    return WARM_UP_S + (2 * frame - 1) / 240


def frame_of(time_s: float) -> int:
    """Return the frame that covers a time, which is one of the engine's."""
    return (round((time_s - WARM_UP_S) * 240) + 1) // 2


@dataclass(frozen=True)
class Row:
    """A scenario and the presses that it wants."""

    frames: int
    threats: tuple[Entry, ...]
    presses: tuple[str, ...]
    first: tuple[int, int] | None = None
    spacing: int = 0
    is_highlighted: bool = True
    events: tuple[Entry, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    ping_ms: float = 95


def threat(distance: float, speed: float, name: str = "a", frame: int = 1, **more: Any) -> Entry:
    return ball(at(frame), name, distance, speed, **more)


ONE = ("a",)
ROWS = {
    "direct_approach": Row(12, (threat(56, 160),), ONE, (1, 3)),
    "safe_radius_snap": Row(6, (threat(8, 20),), ONE, (1, 1)),
    "highlight_gate": Row(
        14, (threat(62, 180),), ONE, (6, 8), is_highlighted=False, events=(highlight(at(6), True),)
    ),
    "non_target_ignore": Row(12, (threat(56, 160),), (), is_highlighted=False),
    "slow_ball_ignore": Row(12, (threat(60, 6),), ()),
    "fake_ball_ignore": Row(12, (threat(56, 160, attributes={"realBall": False}),), ()),
    "cooldown_sequence": Row(
        64,
        tuple(threat(58, 180, name, frame) for name, frame in zip("abc", (1, 18, 36), strict=True)),
        ("a", "b", "c"),
        spacing=10,
    ),
    "tti_priority": Row(
        48,
        (threat(72, 180, "FarThreat"), threat(62, 240, "CloseThreat")),
        ("CloseThreat", "FarThreat"),
        spacing=10,
    ),
    "due_order": Row(
        30,
        (threat(58, 180, "FarThreat"), threat(56, 240, "CloseThreat")),
        ("CloseThreat", "FarThreat"),
        spacing=10,
    ),
    "tti_gate": Row(60, (threat(100, 160),), ONE, (39, 42), options={"maxTTI": 0.15}),
    "min_lead": Row(
        40,
        (threat(66, 160),),
        ONE,
        (23, 26),
        options={"activationLatency": 0, "pressReactionBias": 0, "smartTuning": False},
    ),
    "lead_cap": Row(60, (threat(120, 160),), ONE, (34, 37), ping_ms=700),
}


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


@pytest.mark.parametrize("name", ROWS)
def test_presses_come_where_they_have_to(duel: Duel, name: str) -> None:
    row = ROWS[name]
    before = () if row.is_highlighted else (highlight(0, False),)
    end: Entry = {**ON, "at": WARM_UP_S + row.frames / 120, "value": False}
    trace = duel(
        REMOTE, *before, *row.threats, *row.events, end,
        options={"smartTuning": None, **row.options}, world={"destroyOnPress": True},
        engine={"pingMs": row.ping_ms},
    )  # fmt: skip
    presses = trace.presses
    assert [press.name for press in presses] == list(row.presses)
    frames = [frame_of(press.at_s) for press in presses]
    if row.first:
        first, last = row.first
        assert first <= frames[0] <= last
    assert all(after - before >= row.spacing for before, after in pairwise(frames))
    assert trace.metric("gateOuts")["withinGrace"] == 0
    assert len(trace.section["remoteLog"]) == len(row.presses)
    assert {trace.outcomes[name] for name in row.presses} <= {"parried"}
