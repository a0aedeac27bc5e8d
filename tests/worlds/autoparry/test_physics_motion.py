"""Flights on the real engine are those of an integration of their own, contacts included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from .physics_stage import FRAME_HZ, Stage, open_stage, spawning, straight, task
from .reference_flight import Spawn, ending, length, on_grid, random_spawns

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMES = 420
KINDS = ("linear", "curved", "swinging", "trajectory", "all", "fake")
NEAR = 1e-9


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("motion")) as stage:
        yield stage


def flown(stage: Stage, spawns: list[Spawn], late: int = 0, trail: bool = True) -> list[Any]:
    """Fly each threat in a game of its own, spawned so many frames late."""
    tasks = []
    for spawn in spawns:
        event = spawning(spawn)
        event["frame"] += late
        tasks.append(task([event], frames=FRAMES, trail=trail))
    results: list[Any] = stage.call("play", tasks)
    return results


def outcome_of(result: Any) -> tuple[str, float | None]:
    if not result["resolved"]:
        return "alive", None
    (row,) = result["resolved"]
    return row["outcome"], row.get("contact_s")


@pytest.mark.parametrize("kind", KINDS)
def test_flights_and_contacts_are_those_of_the_formulas(stage: Stage, kind: str) -> None:
    spawns = random_spawns(kind, 40, seed=1)
    spawns += [on_grid(spawn) for spawn in random_spawns(kind, 12, seed=2)]
    seen = set()
    for spawn, result in zip(spawns, flown(stage, spawns), strict=True):
        expected = ending(spawn, safe_radius=10, frames=FRAMES)
        outcome, contact_s = outcome_of(result)
        seen.add(outcome)
        assert outcome == expected.outcome, spawn
        assert contact_s == pytest.approx(expected.contact_s, abs=NEAR), spawn
        for frame, rows in enumerate(result["trail"]):
            if frame in expected.positions and rows:
                position = expected.positions[frame]
                assert rows[0][1:4] == pytest.approx(position, abs=NEAR), (frame, spawn)
        lived = {frame for frame, rows in enumerate(result["trail"]) if rows}
        born = math.ceil(spawn.start_s * FRAME_HZ - 1e-9)
        assert lived - {born} == set(expected.positions) - {born}
    assert seen >= ({"passed"} if kind == "fake" else {"missed", "passed"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_late_spawn_flies_as_if_it_had_been_there(stage: Stage, kind: str) -> None:
    spawns = random_spawns(kind, 16, seed=3)
    spawns += [on_grid(spawn) for spawn in random_spawns(kind, 5, seed=4)]
    in_time = flown(stage, spawns)
    for late in (1, 200):
        for first, second in zip(in_time, flown(stage, spawns, late), strict=True):
            # Bit for bit: a digit that depends on the dispatch would make hitches visible.
            assert outcome_of(first) == outcome_of(second)
            for before, after in zip(first["trail"], second["trail"], strict=True):
                assert not after or after == before


def line_enters_at(spawn: Spawn, reach: float) -> float | None:
    """Return when a straight line reaches the sphere, from its equation."""
    p, v = spawn.position, spawn.velocity
    a = sum(x * x for x in v)
    b = sum(x * y for x, y in zip(p, v, strict=True))
    c = sum(x * x for x in p) - reach**2
    if b * b - a * c < 0 or b > 0:
        return None
    return spawn.start_s + c / (math.sqrt(b * b - a * c) - b)


@pytest.mark.parametrize("distance", [0, 5, 9.99, 9.9999, 10.0000005, 10.0001])
def test_a_clip_between_two_frames_is_a_contact(stage: Stage, distance: float) -> None:
    # 12.5 to 25 studs per substep: the sphere is cut between the ends of a segment.
    spawns = [
        Spawn(f"clip-{n}", (distance, 0, 60 + n / 7), (0, 0, -3000 - 100 * n), n / 1000)
        for n in range(30)
    ]
    for spawn, result in zip(spawns, flown(stage, spawns, trail=False), strict=True):
        outcome, contact_s = outcome_of(result)
        expected = line_enters_at(spawn, 10 + 1e-6)
        assert outcome == ("passed" if expected is None else "missed")
        assert contact_s == pytest.approx(expected, abs=NEAR)
        assert (expected is None) == (distance > 10 + 1e-6)


def test_a_threat_that_starts_after_the_last_grid_frame_flies_a_short_first_substep(
    stage: Stage,
) -> None:
    # The end of a stall at 0.1015 s lies between frames 24 (0.1 s) and 25.
    event = straight("late", 60, 100, start_s=0.1015)
    event["frame"] = 24
    result = stage.play([event], trail=True)
    # Before its start it stands where its flight would have been.
    assert result["trail"][24][0][3] == pytest.approx(60 + 100 * 0.0015, abs=NEAR)
    assert result["trail"][25][0][3] == pytest.approx(60 - 100 * (25 / 240 - 0.1015), abs=NEAR)
    assert result["resolved"][0]["contact_s"] == pytest.approx(0.1015 + 0.5 - 1e-8, abs=NEAR)


def test_nothing_moves_before_its_start(stage: Stage) -> None:
    # Neither by the frame that ends at the start nor by one that ends within rounding of it.
    for start_s in (0.1, 0.1 - 5e-10, 0.1 + 5e-10):
        for frame in (23, 24, 30):
            event = straight("still", 60, 100, start_s=start_s)
            event["frame"] = frame
            trail = stage.play([event], trail=True)["trail"]
            assert not trail[24] or trail[24][0][3] == pytest.approx(60, abs=1e-6)
            assert not trail[25] or trail[25][0][3] == pytest.approx(60 - 100 / 240, abs=1e-6)
            assert trail[30][0][3] == pytest.approx(60 - 600 / 240, abs=1e-6)


def test_the_default_velocity_is_140_studs_along_negative_z(stage: Stage) -> None:
    event = straight("plain", 80, 0)
    del event["spec"]["velocity"]
    result = stage.play([event])
    assert result["resolved"][0]["contact_s"] == pytest.approx(0.5, abs=1e-8)


def curve(position: list[float], **trajectory: Any) -> dict[str, Any]:
    spec = {"id": "c", "position": position, "start_s": 0, "attributes": {"trajectory": trajectory}}
    return {"frame": 0, "kind": "spawn", "spec": spec}


def test_a_curve_rises_to_half_of_the_apex_and_ends_at_its_finish(stage: Stage) -> None:
    event = curve([0, 0, 100], finish=[0, 0, 50], apexHeight=40, duration=0.5)
    trail = stage.play([event], frames=130, trail=True)["trail"]
    assert trail[60][0][1:4] == pytest.approx([0, 20, 75], abs=NEAR)
    assert trail[120][0][1:4] == pytest.approx([0, 0, 50], abs=NEAR)
    # The last velocity persists.
    last = trail[120][0][4:7]
    assert last[2] == pytest.approx(-100, abs=1e-6)
    assert last[1] == pytest.approx(-160, rel=0.01)
    assert [row[0][4:7] for row in trail[121:]] == [last] * 10


def test_a_curve_that_ends_within_a_substep_goes_on_straight(stage: Stage) -> None:
    event = curve([0, 0, 100], finish=[0, 0, 50], apexHeight=0, duration=0.5 + 1e-4)
    trail = stage.play([event], frames=122, trail=True)["trail"]
    speed = 50 / (0.5 + 1e-4)
    assert trail[121][0][3] == pytest.approx(100 - speed * 121 / 240, abs=NEAR)
    assert trail[122][0][6] == pytest.approx(-speed, abs=1e-6)


def test_a_curve_never_falls_below_its_start_unless_it_may(stage: Stage) -> None:
    shape = {"finish": [0, 0, 60], "apexHeight": 30, "duration": 0.5}
    for extra, lowest in (
        ({}, 20),
        ({"clampHeight": True}, 20),
        ({"allowDescent": True}, 0),
        ({"clampHeight": False}, 0),
        ({"clampHeight": True, "allowDescent": True}, 0),
    ):
        trail = stage.play([curve([0, 20, 100], **shape, **extra)], frames=120, trail=True)["trail"]
        assert min(row[0][2] for row in trail) == pytest.approx(lowest, abs=NEAR)


@pytest.mark.parametrize(
    ("extra", "duration"), [({}, 0.85), ({"speed": 100}, 0.5), ({"speed": 100, "duration": 2}, 2)]
)
def test_a_prediction_shows_the_whole_curve(
    stage: Stage, extra: dict[str, float], duration: float
) -> None:
    event = curve([0, 0, 100], finish=[0, 0, 50], apexHeight=40, **extra)
    asked = [{"frame": frame, "kind": "predict", "id": "c"} for frame in (0, 10)]
    (first, second) = stage.play([event, *asked], frames=20)["answers"]
    assert first == second
    assert first["duration"] == pytest.approx(duration)
    points = [(p["x"], p["y"], p["z"]) for p in first["points"]]
    assert (len(points), points[0], points[15]) == (16, (0, 0, 100), (0, 0, 50))
    assert points[5] == pytest.approx((0, 2 * 40 * (1 / 3) * (2 / 3), 100 - 50 / 3))


def test_only_a_curve_is_predicted(stage: Stage) -> None:
    ask = {"frame": 0, "kind": "predict", "id": "a"}
    assert stage.play([straight("a", 50, 1), ask], frames=1)["answers"] == [False]


def test_an_axis_along_the_velocity_bends_nothing(stage: Stage) -> None:
    event = straight("bolt", 60, 100, curvature=0.1, axis=[0, 0, -3])
    assert stage.play([event])["resolved"][0]["contact_s"] == pytest.approx(0.5, abs=1e-7)


def test_curvature_is_the_inverse_radius_of_the_path(stage: Stage) -> None:
    # Speed 100 and curvature 0.02: a circle of radius 50 in the plane square to the axis.
    event = straight("circle", 200, 0, curvature=0.02, axis={"X": 0, "Y": 7, "Z": 0})
    event["spec"]["velocity"] = [100, 0, 0]
    trail = stage.play([event], frames=30, trail=True)["trail"]
    assert [row[0][2] for row in trail] == [0] * 31
    radii = [length((row[0][1], 0, row[0][3] - 250)) for row in trail]
    assert radii == pytest.approx([50] * 31, rel=0.01)
    assert trail[30][0][1] > 12
