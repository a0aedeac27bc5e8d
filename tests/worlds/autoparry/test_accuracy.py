"""Where AutoParry has to press, scenario by scenario, as they ship.

A frame here is 1/120 s. After six frames of warm-up, frame f covers the times in ((f-1)/120,
f/120]; what happens at f is authored at the first frame of the engine in it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.manifest.contracts import ACCURACY
from engine_harness.vm.loader import shipped_lua

from .duel import Trace, swing
from .reference_accuracy import WARM_UP_S, Wish, frame_of, reference

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness.api import Result

BUNDLE = shipped_lua().parent / "scenarios/autoparry/accuracy.lua"
DURATION_S_MAX = 1.0


def at(frame: int) -> float:
    return WARM_UP_S + (2 * frame - 1) / 240


@dataclass(frozen=True)
class Threat:
    """A ball that flies straight at the player, but for its attributes."""

    distance: float
    speed: float
    name: str = "a"
    frame: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A scenario and the presses that it wants."""

    frames: int
    threats: tuple[Threat, ...]
    presses: tuple[Wish, ...]
    spacing: int = 0
    highlight: tuple[tuple[float, bool], ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    ping_ms: float = 95
    is_destroyed: bool = True


NEAR = Threat(56, 160)
FAKE = {"realBall": False}
FAR_AND_CLOSE = (Wish("CloseThreat"), Wish("FarThreat"))
OFF = ((0, False),)
ROWS = {
    "direct_approach": Row(12, (NEAR,), (Wish("a", 1, 3),)),
    "safe_radius_snap": Row(6, (Threat(8, 20),), (Wish("a", 1, 1),)),
    "highlight_gate": Row(
        14, (Threat(62, 180),), (Wish("a", 6, 8),), highlight=(*OFF, (at(6), True))
    ),
    "non_target_ignore": Row(12, (NEAR,), (), highlight=OFF),
    "slow_ball_ignore": Row(12, (Threat(60, 6),), ()),
    "fake_ball_ignore": Row(12, (Threat(56, 160, attributes=FAKE),), ()),
    "cooldown_sequence": Row(
        64,
        (Threat(58, 180), Threat(58, 180, "b", 18), Threat(58, 180, "c", 36)),
        (Wish("a"), Wish("b"), Wish("c")),
        spacing=10,
    ),
    "tti_priority": Row(
        48,
        (Threat(72, 180, "FarThreat"), Threat(62, 240, "CloseThreat")),
        FAR_AND_CLOSE,
        spacing=10,
    ),
    "due_order": Row(
        30,
        (Threat(58, 180, "FarThreat"), Threat(56, 240, "CloseThreat")),
        FAR_AND_CLOSE,
        spacing=10,
    ),
    "slack_first_sight": Row(12, (Threat(62, 160),), (Wish("a", 1, 1),)),
    "tti_gate": Row(60, (Threat(100, 160),), (Wish("a", 39, 42),), options={"maxTTI": 0.15}),
    "min_lead": Row(
        40,
        (Threat(66, 160),),
        (Wish("a", 23, 26),),
        options={"activationLatency": 0, "pressReactionBias": 0, "smartTuning": False},
    ),
    "lead_cap": Row(60, (Threat(120, 160),), (Wish("a", 34, 37),), ping_ms=700),
    "swing_back": Row(
        80,
        (Threat(30, 125, attributes=swing(2, 100)),),
        (Wish("a", 1, 1), Wish("a", 42, 47)),
        is_destroyed=False,
    ),
    "oscillation_burst": Row(
        58,
        (Threat(11.5, 13, attributes=swing(12, 13)),),
        (Wish("a", 1, 1), Wish("a", 12, 17), *[Wish("a")] * 6),
        spacing=5,
        is_destroyed=False,
    ),
    "oscillation_fake": Row(
        58,
        (Threat(11.5, 13, attributes=swing(12, 13, **FAKE)),),
        (),
        is_destroyed=False,
    ),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Return the shipped scenarios as they have run, by the name of their row."""
    root: Path = tmp_path_factory.mktemp("accuracy")
    (root / "scenarios").mkdir()
    shutil.copy(BUNDLE, root / "scenarios/accuracy.lua")
    (root / "harness.toml").write_text("", "utf-8")
    with Harness(open_project(root)) as harness:
        results = harness.run(harness.load().scenarios)
        return {item.scenario.id.removeprefix("accuracy_"): item for item in results}


def test_all_rows_ship_and_are_those_of_the_gate(played: dict[str, Result]) -> None:
    assert played.keys() == ROWS.keys()
    assert set(ACCURACY) == {f"accuracy_{name}" for name in ROWS}
    for name, result in played.items():
        assert set(result.record.scenario.tags) == {"engine-perf", "accuracy"}, name


def spawned(result: Result) -> list[tuple[float, str, Any, Any, Any]]:
    timeline: Any = result.record.scenario.normalised["timeline"]
    return [
        (
            entry["at_s"], entry["id"], entry["position"], entry["velocity"],
            entry.get("attributes") or {},
        )
        for entry in timeline
        if entry["kind"] == "threat"
    ]  # fmt: skip


def toggled(result: Result, rule: str) -> list[tuple[float, bool]]:
    timeline: Any = result.record.scenario.normalised["timeline"]
    return [
        (entry["at_s"], entry["value"])
        for entry in timeline
        if entry["kind"] == "rule" and entry["rule"] == rule
    ]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_set_up_as_it_has_to_be(played: dict[str, Result], name: str) -> None:
    row, result = ROWS[name], played[name]
    wanted: list[Any] = [
        (
            pytest.approx(at(threat.frame)), threat.name,
            [0, 0, threat.distance], [0, 0, -threat.speed],
            threat.attributes,
        )
        for threat in row.threats
    ]  # fmt: skip
    assert spawned(result) == wanted
    switches: list[Any] = [(pytest.approx(at_s), value) for at_s, value in row.highlight]
    assert toggled(result, "highlight-gate") == switches
    # The last frame is still looked at.
    over_s = pytest.approx(WARM_UP_S + row.frames / 120 + 1 / 240)
    assert toggled(result, "autoparry-enabled") == [(0, True), (over_s, False)]
    config: Any = result.record.scenario.normalised["config"]
    assert config.get("autoparry", {}) == row.options
    assert config.get("engine", {}).get("pingMs", 95) == row.ping_ms
    assert config["world"]["destroyOnPress"] is row.is_destroyed
    presses = [
        {"id": wish.id, **({"frames": [wish.first, wish.last]} if wish.first else {})}
        for wish in row.presses
    ]
    # An empty table of Lua is a map as well as a list.
    assert list(config["world"]["accuracy"]["presses"]) == presses
    assert config["world"]["accuracy"].get("spacing", 0) == row.spacing


@pytest.mark.parametrize("name", ROWS)
def test_presses_come_where_they_have_to(played: dict[str, Result], name: str) -> None:
    row, result = ROWS[name], played[name]
    assert result.verdict.passed, result.verdict.findings
    trace = Trace(result.record)
    presses = trace.presses
    assert [press.name for press in presses] == [wish.id for wish in row.presses]
    frames = [frame_of(press.at_s) for press in presses]
    for wish, frame in zip(row.presses, frames, strict=True):
        if wish.first is not None and wish.last is not None:
            assert wish.first <= frame <= wish.last
    assert all(b - a >= row.spacing for a, b in pairwise(frames))
    made = [(press.name, press.at_s) for press in presses]
    assert trace.metric("accuracy") == pytest.approx(
        reference(list(row.presses), row.spacing, made)
    )
    assert trace.metric("gateOuts")["withinGrace"] == 0
    assert len(trace.section["remoteLog"]) == len(row.presses)
    if row.is_destroyed:
        assert {trace.outcomes[wish.id] for wish in row.presses} <= {"parried"}


def test_a_swing_back_is_parried(played: dict[str, Result]) -> None:
    assert Trace(played["swing_back"].record).outcomes == {"a": "parried"}


def test_no_row_lasts_longer_than_a_virtual_second(played: dict[str, Result]) -> None:
    for name, result in played.items():
        assert (result.record.outcome.virtual_s or 0) <= DURATION_S_MAX, name
