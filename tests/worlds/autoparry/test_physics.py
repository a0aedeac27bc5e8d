"""Who is parried, missed or passed, when that is decided, and that nothing of it stays behind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from .physics_stage import Stage, endings, open_stage, spawning, straight, task
from .reference_flight import Spawn, contact, ending, random_spawns

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = 1e-9


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("physics")) as stage:
        yield stage


def press(index: int, effect_s: float, frame: int = 0) -> dict[str, Any]:
    return {"frame": frame, "kind": "press", "index": index, "effect_s": effect_s}


def decided_at(result: Any, name: str = "a") -> float:
    (time_s,) = (row["time_s"] for row in result["resolved"] if row["id"] == name)
    return float(time_s)


# A ball from 60 studs at 100 studs/s is in contact at 0.5 s, less what the allowance makes.
CONTACT_S = 0.5 - 1e-8


@pytest.mark.parametrize(
    ("effect_s", "outcome"),
    [
        (CONTACT_S, "parried"),
        (CONTACT_S - 0.4, "parried"),
        (CONTACT_S - 0.4 - 1e-8, "missed"),
        (CONTACT_S + 1e-8, "missed"),
        (0.3, "parried"),
    ],
)
def test_a_press_protects_within_its_window_only(
    stage: Stage, effect_s: float, outcome: str
) -> None:
    result = stage.play([straight("a", 60, 100), press(7, effect_s)])
    assert endings(result) == [("a", outcome, 7 if outcome == "parried" else None)]
    assert result["resolved"][0]["contact_s"] == pytest.approx(CONTACT_S, abs=NEAR)
    assert decided_at(result) == 0.5


def test_the_earliest_of_several_presses_is_named(stage: Stage) -> None:
    # Made in the order 0, 1, 2; an input delay that fell in between lets 1 take effect first.
    presses = [press(0, 0.45), press(1, 0.2), press(2, 0.3)]
    assert endings(stage.play([straight("a", 60, 100), *presses])) == [("a", "parried", 1)]


def test_one_press_parries_many(stage: Stage) -> None:
    balls = [straight(f"b{n}", 60 + n, 100) for n in range(20)]
    result = stage.play([*balls, press(0, 0.35)])
    assert endings(result) == [(f"b{n}", "parried", 0) for n in range(20)]


def test_the_grace_lets_a_later_press_count_and_delays_the_miss(stage: Stage) -> None:
    ball = straight("a", 60, 100)
    missed = stage.play([ball], contact_grace_s=0.1)
    assert endings(missed) == [("a", "missed", None)]
    # Decided at contact + grace: the first frame after 0.6 s, less rounding.
    assert decided_at(missed) == pytest.approx(0.6, abs=NEAR)
    parried = stage.play([ball, press(3, 0.58, frame=140)], contact_grace_s=0.1)
    assert endings(parried) == [("a", "parried", 3)]
    assert decided_at(parried) == 141 / 240
    assert parried["resolved"][0]["contact_s"] == pytest.approx(CONTACT_S, abs=NEAR)


def test_a_press_in_the_frame_of_the_contact_counts_if_it_is_not_later(stage: Stage) -> None:
    # Contact at frame 120, less rounding: the press of that frame comes after its substep.
    for distance in (60 + 1e-6, 60 + 1e-6 - 5e-8):
        on_frame = straight("a", distance, 100)
        assert endings(stage.play([on_frame, press(0, 0.5, frame=120)])) == [("a", "parried", 0)]
        assert decided_at(stage.play([on_frame])) == 121 / 240
    before = straight("a", 60, 100)
    assert endings(stage.play([before, press(0, 0.5, frame=120)])) == [("a", "missed", None)]


def test_a_threat_that_starts_inside_is_in_contact_from_its_start(stage: Stage) -> None:
    inside = straight("a", 8, 20, start_s=0.1)
    result = stage.play([inside, press(0, 0.1, frame=24)])
    assert endings(result) == [("a", "parried", 0)]
    assert result["resolved"][0]["contact_s"] == 0.1


def test_a_contact_counts_when_the_time_inside_reaches_the_latency(stage: Stage) -> None:
    # Through the middle at 100 studs/s: inside from 0.5 s to 0.7 s.
    for latency, contact_s in ((0, 0.5), (0.0601, 0.5601), (0.1999, 0.6999), (0.2001, None)):
        result = stage.play([straight("a", 60, 100, latency=latency)])
        outcome = "passed" if contact_s is None else "missed"
        assert endings(result) == [("a", outcome, None)]
        assert result["resolved"][0].get("contact_s") == pytest.approx(contact_s, abs=1e-7)


def test_leaving_the_sphere_starts_the_latency_anew(stage: Stage) -> None:
    # In and out with 3 Hz, 0.09 s inside at a time: more than the latency in all, never at once.
    swing: dict[str, Any] = {
        "oscillationFrequency": 3,
        "oscillationMagnitude": 60,
        "axis": [0, 0, 1],
    }
    result = stage.play([straight("a", 12, 60, latency=0.2, **swing)], trail=True)
    inside = [row[7] for (row,) in result["trail"]]
    assert result["resolved"] == {}
    assert sum(inside) > 0.2 * 240
    ask = {"frame": 1, "kind": "ask", "id": "a", "now_s": 1 / 240, "horizon_s": 2}
    assert stage.play([straight("a", 12, 60, latency=0.2, **swing), ask])["answers"] == [False]
    assert endings(stage.play([straight("a", 12, 60, latency=0.08, **swing)])) == [
        ("a", "missed", None)
    ]


def test_leaving_and_entering_in_neighbouring_substeps_is_leaving(stage: Stage) -> None:
    # 80 Hz: of three substeps one goes out and two come back in; a latency of five is not reached.
    turn = 100 * 2 * math.pi * 80 / 240
    swing: dict[str, Any] = {"oscillationFrequency": 80, "oscillationMagnitude": 100}
    speed, inside = turn * math.sin(2 * math.pi / 3) / 3, 0.4 * turn / 240
    ball = straight("a", 10 - inside, speed, latency=0.02, axis=[0, 0, 1], **swing)
    result = stage.play([ball], frames=60, trail=True)
    assert result["resolved"] == {}
    inside_at = [row[7] for (row,) in result["trail"]]
    assert {*zip(inside_at[1:], inside_at[2:], inside_at[3:], strict=False)} == {
        (False, True, True),
        (True, True, False),
        (True, False, True),
    }


def test_a_radius_that_shrinks_and_grows_starts_the_latency_anew(stage: Stage) -> None:
    events = [
        straight("a", 8, 1, latency=0.3),
        {"frame": 24, "kind": "radius", "studs": 2},
        {"frame": 48, "kind": "radius", "studs": 10},
    ]
    result = stage.play(events)
    assert result["resolved"][0]["contact_s"] == pytest.approx(0.5, abs=NEAR)


def test_forgetting_keeps_the_windows_that_the_next_contacts_need(stage: Stage) -> None:
    forget = [{"frame": frame, "kind": "forget"} for frame in range(200)]
    events = [straight("a", 60, 100), press(0, 0.05), press(1, CONTACT_S - 0.4), *forget]
    result = stage.play(events)
    assert endings(result) == [("a", "parried", 1)]
    assert result["windows"] == 0


def test_inside_with_latency_left_is_not_passed(stage: Stage) -> None:
    # It recedes for more than 0.25 s, within the sphere.
    result = stage.play([straight("a", 1, -10, latency=0.5)])
    assert endings(result) == [("a", "missed", None)]
    assert result["resolved"][0]["contact_s"] == 0.5


def test_a_threat_that_misses_the_sphere_has_passed_a_quarter_of_a_second_later(
    stage: Stage,
) -> None:
    ball = Spawn("a", (20, 0, 50), (0, 0, -100), 0)
    result = stage.play([spawning(ball)])
    assert endings(result) == [("a", "passed", None)]
    assert decided_at(result) == pytest.approx(0.75, abs=NEAR)
    assert "contact_s" not in result["resolved"][0]


def test_what_stands_still_or_flies_away_has_passed_after_a_quarter_of_a_second(
    stage: Stage,
) -> None:
    for speed in (0, -50):
        assert decided_at(stage.play([straight("a", 50, speed)])) == pytest.approx(0.25, abs=NEAR)


def test_coming_closer_again_starts_the_quarter_anew(stage: Stage) -> None:
    # With 3 Hz it recedes for less than 0.2 s at a time.
    swing: dict[str, Any] = {
        "oscillationFrequency": 3,
        "oscillationMagnitude": 40,
        "axis": [0, 0, 1],
    }
    assert stage.play([straight("a", 40, 40, **swing)], frames=480)["resolved"] == {}


def test_a_curve_has_passed_only_when_it_is_completed(stage: Stage) -> None:
    curve = {"finish": [0, 0, 120], "apexHeight": 0, "duration": 0.6}
    result = stage.play([straight("a", 50, 0, trajectory=curve)])
    assert endings(result) == [("a", "passed", None)]
    assert decided_at(result) == pytest.approx(0.6, abs=NEAR)


def test_a_fake_passes_whatever_it_touches(stage: Stage) -> None:
    fake = straight("a", 60, 100, realBall=False)
    result = stage.play([fake, press(0, 0.3)], trail=True)
    assert endings(result) == [("a", "passed", None)]
    assert "contact_s" not in result["resolved"][0]
    # Its centre passes the player at 0.6 s.
    assert decided_at(result) == pytest.approx(0.85, abs=NEAR)
    touching = [frame for frame, rows in enumerate(result["trail"]) if rows and rows[0][7]]
    assert touching == list(range(120, 169))


def test_only_the_word_false_makes_a_fake(stage: Stage) -> None:
    for value in (True, 0, "false", None):
        result = stage.play([straight("a", 60, 100, realBall=value)])
        assert endings(result) == [("a", "missed", None)]


def test_a_threat_may_become_a_fake_in_flight(stage: Stage) -> None:
    turn = {"frame": 60, "kind": "real", "id": "a", "is_real": False}
    assert endings(stage.play([straight("a", 60, 100), turn])) == [("a", "passed", None)]


def test_the_radius_may_change_in_flight(stage: Stage) -> None:
    grown = {"frame": 60, "kind": "radius", "studs": 20}
    result = stage.play([straight("a", 60, 100), grown])
    assert result["resolved"][0]["contact_s"] == pytest.approx(0.4, abs=1e-7)
    # So far that it stands inside: contact at the beginning of the next substep.
    swallowed = {"frame": 60, "kind": "radius", "studs": 50}
    result = stage.play([straight("a", 60, 100), swallowed])
    assert result["resolved"][0]["contact_s"] == 0.25


def test_threats_of_one_substep_are_resolved_in_spawn_order(stage: Stage) -> None:
    # The later one touches first within the substep.
    balls = [straight("slow", 60, 100), straight("fast", 110.2, 200)]
    result = stage.play(balls)
    assert [row["id"] for row in result["resolved"]] == ["slow", "fast"]
    assert result["resolved"][0]["contact_s"] > result["resolved"][1]["contact_s"] - 0.01
    assert decided_at(result, "slow") == decided_at(result, "fast") - 1 / 240


def test_spawn_order_survives_the_reuse_of_slots(stage: Stage) -> None:
    first = [straight(f"a{n}", 60 if n % 2 else 160, 100) for n in range(6)]
    second = [straight(f"b{n}", 300, 100, start_s=0.6) for n in range(5)]
    result = stage.play([*first, *second], frames=145)
    assert endings(result) == [(f"a{n}", "missed", None) for n in (1, 3, 5)]
    live = [row[0] for row in result["live"]]
    assert live == ["a0", "a2", "a4", "b0", "b1", "b2", "b3", "b4"]
    assert result["slots_ever"] == 8
    assert [row["serial"] for row in result["resolved"]] == [2, 4, 6]
    assert len(result["unresolved"]) == 8


def test_a_removed_threat_is_gone_at_once(stage: Stage) -> None:
    remove = {"frame": 60, "kind": "remove", "id": "a", "index": 4}
    again = straight("a", 60, 100, start_s=0.25)
    result = stage.play([straight("a", 60, 100), straight("b", 60, 100), remove, again])
    assert endings(result) == [
        ("a", "parried", 4),
        ("b", "missed", None),
        ("a", "missed", None),
    ]
    assert (result["slots"], result["slots_ever"]) == ([1, 2, 1], 2)


def test_a_late_spawn_that_is_over_gets_its_outcome_and_no_slot(stage: Stage) -> None:
    late = straight("a", 60, 100)
    late["frame"], late["now_s"] = 200, 200 / 240
    result = stage.play([press(0, 0.3), straight("b", 200, 100), late], frames=201)
    assert endings(result) == [("a", "parried", 0)]
    assert result["slots"] == [1, False]
    assert result["resolved"][0]["activated_s"] == 200 / 240
    assert [row[0] for row in result["live"]] == ["b"]


def test_ten_thousand_threats_in_a_row_need_few_slots(stage: Stage) -> None:
    balls = [straight(f"t{n}", 20, 150, start_s=n / 240) for n in range(10_000)]
    forget = [{"frame": n, "kind": "forget"} for n in range(10_500)]
    presses = [press(n, n / 240, frame=n) for n in range(0, 10_000, 12)]
    result = stage.play([*balls, *presses, *forget], frames=10_499)
    assert len(result["resolved"]) == 10_000
    assert {row["outcome"] for row in result["resolved"]} == {"parried"}
    assert result["slots_ever"] <= 20
    assert result["windows"] <= 9


@pytest.mark.parametrize("kind", ["linear", "curved", "swinging", "trajectory", "all"])
def test_the_contact_ahead_is_the_one_that_comes_and_asking_changes_nothing(
    stage: Stage, kind: str
) -> None:
    asks: list[dict[str, Any]] = [
        {"frame": frame, "kind": "ask", "now_s": frame / 240, "horizon_s": horizon_s}
        for frame, horizon_s in ((121, 0.2), (130, 1.2))
    ]
    plain, asked, wanted = [], [], []
    answers: list[Any] = []
    for spawn in random_spawns(kind, 60, seed=9):
        event = spawning(spawn)
        lived = ending(spawn, safe_radius=10, frames=130).positions
        possible = [{**ask, "id": spawn.id} for ask in asks if ask["frame"] in lived]
        contact_s = contact(spawn, safe_radius=10, frames=500)
        plain.append(task([event], frames=300, trail=True))
        asked.append(task([event, *possible], frames=300, trail=True))
        ends = [ask["now_s"] + ask["horizon_s"] for ask in possible]
        wanted.append([contact_s if contact_s and contact_s <= end else False for end in ends])
    for quiet, spoken in zip(stage.call("play", plain), stage.call("play", asked), strict=True):
        assert (quiet["trail"], quiet["resolved"]) == (spoken["trail"], spoken["resolved"])
        assert [*spoken["answers"]] == pytest.approx(wanted.pop(0), abs=NEAR)
        answers += spoken["answers"]
    assert {answer is False for answer in answers} == {True, False}


def test_the_contact_ahead_honours_latency_grace_and_fakes(stage: Stage) -> None:
    ask = {"frame": 60, "kind": "ask", "id": "a", "now_s": 0.25, "horizon_s": 0.4}
    cases: list[tuple[dict[str, Any], float | None]] = [
        ({"latency": 0.06}, 0.56),
        ({"latency": 0.19}, None),
        ({"latency": 0.21}, None),
        ({"realBall": False}, None),
    ]
    for attributes, contact_s in cases:
        (answer,) = stage.play([straight("a", 60, 100, **attributes), ask])["answers"]
        assert answer == (pytest.approx(contact_s, abs=1e-7) if contact_s else False)
    late = {**ask, "frame": 130, "now_s": 130 / 240}
    (answer,) = stage.play([straight("a", 60, 100), late], contact_grace_s=0.1)["answers"]
    assert answer == pytest.approx(CONTACT_S, abs=NEAR)


def test_the_contact_ahead_of_a_threat_that_has_not_moved_yet(stage: Stage) -> None:
    ball = straight("a", 60, 100, start_s=0.1015)
    ball["frame"] = 24
    ask = {"frame": 24, "kind": "ask", "id": "a", "now_s": 0.1015, "horizon_s": 0.6}
    (answer,) = stage.play([ball, ask])["answers"]
    assert answer == pytest.approx(0.1015 + CONTACT_S, abs=NEAR)


CHECKED: list[tuple[dict[str, Any], str]] = [
    ({"curvature": "fast"}, 'attribute curvature must be a finite number; got "fast"'),
    ({"curvatureJerk": True}, "attribute curvatureJerk must be a finite number; got true"),
    (
        {"curvature": 0.1},
        "attribute axis must be a vector of 3 finite numbers, not all 0; got nothing, "
        "and curvature needs one",
    ),
    (
        {"oscillationFrequency": 1, "oscillationMagnitude": 2, "axis": [0, 0, 0]},
        "attribute axis must be a vector of 3 finite numbers, not all 0; got a list, "
        "and oscillationFrequency needs one",
    ),
    (
        {"oscillationMagnitude": 2, "axis": [0, 0, 1]},
        "attribute oscillationFrequency must be a finite number; got nothing, "
        "beside oscillationMagnitude",
    ),
    ({"latency": -0.1}, "attribute latency must be a finite number >= 0; got -0.1"),
    ({"trajectory": 5}, "attribute trajectory must be a table; got 5"),
    (
        {"trajectory": {"apexHeight": 1}},
        "attribute trajectory.finish must be a vector of 3 finite numbers; got nothing",
    ),
    (
        {"trajectory": {"finish": [1, 2]}},
        "attribute trajectory.finish must be a vector of 3 finite numbers; got a list",
    ),
    (
        {"trajectory": {"finish": [1, 2, 3]}},
        "attribute trajectory.apexHeight must be a finite number; got nothing",
    ),
    (
        {"trajectory": {"finish": [1, 2, 3], "apexHeight": 1, "duration": 0}},
        "attribute trajectory.duration must be a finite number > 0; got 0",
    ),
    (
        {"trajectory": {"finish": [1, 2, 3], "apexHeight": 1, "speed": -4}},
        "attribute trajectory.speed must be a finite number > 0; got -4",
    ),
    (
        {"trajectory": {"finish": [1, 2, 3], "apexHeight": 1, "allowDescent": 1}},
        "attribute trajectory.allowDescent must be true or false; got 1",
    ),
    (
        {"trajectory": {"finish": [1, 2, 3], "apexHight": 1}},
        "attribute trajectory has no field 'apexHight'; its fields are finish, apexHeight, "
        "duration, speed, clampHeight, allowDescent; did you mean 'apexHeight'?",
    ),
    (
        {"trajectory": {"finish": [0, 0, 50], "apexHeight": 1, "speed": 4}},
        "attribute trajectory.finish must differ from the position, since only a speed is given",
    ),
]


def test_attributes_that_mean_nothing_are_refused_with_one_message(stage: Stage) -> None:
    specs = [{"id": "a", "position": [0, 0, 50], "attributes": given} for given, _ in CHECKED]
    wanted = [["bad_attribute", message] for _, message in CHECKED]
    assert stage.call("check", specs) == wanted


def test_numbers_without_a_finite_value_are_refused(stage: Stage) -> None:
    for name in ("curvature", "curvatureRate", "latency"):
        for which, text in (("nan", "nan"), ("huge", "inf")):
            code, message = stage.call("check_number", name, which)
            assert code == "bad_attribute"
            assert message.startswith(f"attribute {name} must be a finite number")
            assert message.endswith(f"; got {text}")


def test_a_place_that_is_none_is_refused(stage: Stage) -> None:
    specs = [{"id": "a", "position": [0, 1]}, {"id": "a", "position": [0, 0, 9], "velocity": "up"}]
    assert stage.call("check", specs) == [
        ["bad_threat", "position must be a vector of 3 finite numbers; got a list"],
        ["bad_threat", 'velocity must be a vector of 3 finite numbers; got "up"'],
    ]


def test_attributes_that_physics_does_not_know_are_nobodys_business(stage: Stage) -> None:
    given = {"speedy": "yes", "axis": "north", "realBall": "maybe", "team": {"a": 1}}
    assert stage.call("check", [{"id": "a", "position": [0, 0, 9], "attributes": given}]) == [False]
