"""Presses that are wanted against presses that were made, and what a scenario may say of them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, REMOTE, Duel, ball, call, configure, highlight, rule
from .reference_accuracy import WARM_UP_S, Wish, reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from engine_harness.records.models import RunRecord

    from .conftest import Probe
    from .duel import Entry

PLAIN = {"falsePositives": 0, "frameViolations": 0, "spacingViolations": 0}

PROBE = """
local Accuracy = require("worlds.autoparry.accuracy")
local Probe = {}
function Probe.figures(wanted, presses)
	local accuracy, seen = Accuracy.new(wanted), {}
	for index = 1, #presses do
		accuracy:pressed(presses[index][1], presses[index][2], true)
		seen[index] = accuracy:figures()
	end
	return { seen = seen, last = accuracy:figures() }
end
return Probe
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


@pytest.fixture(scope="module")
def accuracy(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("accuracy", PROBE)


def test_the_figures_are_those_of_trying_every_way(accuracy: Probe) -> None:
    chance = random.Random(8)
    for _ in range(60):
        names = "ab" if chance.random() < 0.5 else "abc"
        wishes = []
        for name in chance.choices(names, k=chance.randrange(5)):
            first = chance.randrange(1, 30)
            wishes.append(Wish(name, first, first + 12) if chance.random() < 0.5 else Wish(name))
        times = sorted(chance.sample(range(8, 100), chance.randrange(6)))
        made = [(chance.choice(names), number / 240) for number in times]
        spacing = chance.randrange(1, 12)
        presses = [
            {
                "id": wish.id,
                **({} if wish.first is None else {"first": wish.first, "last": wish.last}),
            }
            for wish in wishes
        ]
        wanted = {"presses": presses, "spacing": spacing}
        found = accuracy("figures", wanted, made)
        assert found["last"] == pytest.approx(reference(wishes, spacing, made)), (wishes, made)
        for count, seen in enumerate(found["seen"] or (), 1):
            assert seen == pytest.approx(reference(wishes, spacing, made[:count]))


@pytest.mark.parametrize(
    ("number", "frame"),
    [(12, 0), (13, 1), (14, 1), (15, 2), (16, 2), (12 + 238, 119), (12 + 240, 120)],
)
def test_a_frame_has_two_of_the_engine_after_the_warm_up(
    accuracy: Probe, number: int, frame: int
) -> None:
    made = [("a", number / 240)]
    for first, violations in ((frame, 0), (frame + 1, 1)):
        wanted = {"presses": [{"id": "a", "first": first, "last": first}]}
        found = accuracy("figures", wanted, made)
        assert found["last"]["frameViolations"] == violations


# Whole runs.


def figures(
    duel: Duel, wanted: dict[str, Any], *timeline: Entry, world: Any = None, **keys: Any
) -> Any:
    world = {"accuracy": wanted, **(world or {})}
    return duel(REMOTE, *timeline, world=world, **keys).metric("accuracy")


def test_a_world_that_wants_nothing_has_no_such_metric(duel: Duel) -> None:
    record = duel(REMOTE, ball(0.1, "a", 60, 160)).record
    assert "accuracy" not in (record.metrics or {})


def test_a_run_is_held_against_what_it_wants(duel: Duel) -> None:
    near = ball(WARM_UP_S + 1 / 240, "a", 56, 160)
    found = figures(duel, {"presses": [{"id": "a", "frames": [1, 3]}]}, near)
    assert found["accuracy"] == found["precision"] == 1
    assert {name: found[name] for name in PLAIN} == PLAIN
    found = figures(duel, {"presses": [{"id": "a", "frames": [8, 9]}]}, near)
    assert (found["accuracy"], found["frameViolations"]) == (1, 1)
    found = figures(duel, {"presses": []}, near)
    assert (found["accuracy"], found["zeroExpectedFalsePositives"]) == (0, 1)
    found = figures(duel, {"presses": [{"id": "b"}, {"id": "a"}]}, near)
    assert (found["accuracy"], found["missed"], found["falsePositives"]) == (0.5, 1, 0)


def test_presses_that_follow_too_soon_are_counted(duel: Duel) -> None:
    balls = [ball(WARM_UP_S + n / 240, name, 56, 160) for n, name in ((1, "a"), (3, "b"))]
    presses = [{"id": "a"}, {"id": "b"}]
    for spacing, violations in ((12, 0), (13, 1)):
        found = figures(duel, {"presses": presses, "spacing": spacing}, *balls)
        assert (found["accuracy"], found["spacingViolations"]) == (1, violations)


# A press that AutoParry makes because it was told that the player is the target.
BLIND = """
function W:begin() self.controller.targeting.holds = function() return true end end
"""
# And one for a ball that turns out not to be real just before it is pressed.
FAKED = """
function W:begin()
    local pressed = self.world.port.pressed
    self.world.port.pressed = function(press)
        self.stage.balls:of(press.slot):SetRealBall(false)
        pressed(press)
    end
end
"""


@pytest.mark.parametrize(
    ("toggles", "violations"),
    [
        ([], 0),
        # It is off from the start: nobody has seen it, so there is no grace.
        ([highlight(0, False)], 1),
        # The ball is pressed 0.2 s after the one drop, and later after the other.
        ([highlight(0.3, False)], 0),
        ([highlight(0.2, False)], 1),
        ([highlight(0, False), highlight(0.2, True), highlight(0.35, False)], 0),
        ([highlight(0, False), highlight(0.2, True)], 0),
    ],
)
def test_a_press_without_highlight_and_grace_is_a_violation(
    duel: Duel, toggles: list[Entry], violations: int
) -> None:
    near = ball(0.45, "a", 56, 160)
    wanted = {"presses": [{"id": "a"}]}
    found = figures(duel, wanted, *toggles, near, script=BLIND)
    assert (found["accuracy"], found["targetingViolations"]) == (1, violations)


def test_a_grace_is_for_what_was_seen_by_an_evaluation(duel: Duel) -> None:
    toggles = [highlight(0, False), highlight(0.401, True), highlight(0.402, False)]
    near = ball(0.45, "a", 56, 160)
    found = figures(duel, {"presses": [{"id": "a"}]}, *toggles, near, script=BLIND)
    assert found["targetingViolations"] == 1
    # Nobody looks while AutoParry is off.
    found = figures(
        duel, {"presses": [{"id": "a"}]}, rule(0.3, "highlight-gate", False), {**ON, "at": 0.31},
        near, script=BLIND, is_on=False,
    )  # fmt: skip
    assert (found["actual"], found["targetingViolations"]) == (1, 1)


def test_without_a_name_of_the_highlight_everybody_is_the_target(duel: Duel) -> None:
    near = ball(0.45, "a", 56, 160)
    found = figures(
        duel, {"presses": [{"id": "a"}]}, configure(0.01, targetHighlightName=None),
        highlight(0.02, False), near,
    )  # fmt: skip
    assert (found["accuracy"], found["targetingViolations"]) == (1, 0)


def test_a_press_for_a_ball_that_is_not_real_is_a_violation(duel: Duel) -> None:
    near = ball(0.45, "a", 56, 160)
    found = figures(duel, {"presses": [{"id": "a"}]}, near, script=FAKED)
    assert (found["accuracy"], found["targetingViolations"]) == (1, 1)


# What a scenario may say.


def refused(bench: Bench, wanted: Any) -> RunRecord:
    return bench.play([ON], world="autoparry", config={"world": {"accuracy": wanted}})


A_LIST = "a list of at most 100 presses, which may be empty"
AN_ID = "the id of a threat"
PAIR = "two whole numbers from 1, the first and the last frame"
AT = "config.world.accuracy"


@pytest.mark.parametrize(
    ("wanted", "path", "message"),
    [
        ({}, ".presses", f"got nothing; allowed: {A_LIST}"),
        ({"presses": 3}, ".presses", f"got 3; allowed: {A_LIST}"),
        ({"presses": {"a": 1}}, ".presses", f"got a map; allowed: {A_LIST}"),
        ({"presses": [{"id": "a"}] * 101}, ".presses", f"got a list; allowed: {A_LIST}"),
        ([1], "", "got a list; allowed: a map of presses and spacing"),
        (
            {"presses": ["a"]}, ".presses[1]", 'got "a"; allowed: a map of id and frames',
        ),
        ({"presses": [{"id": "a"}, {}]}, ".presses[2].id", f"got nothing; allowed: {AN_ID}"),
        ({"presses": [{"id": ""}]}, ".presses[1].id", f'got ""; allowed: {AN_ID}'),
        ({"presses": [{"id": "a", "frames": 3}]}, ".presses[1].frames", f"got 3; allowed: {PAIR}"),
        *(
            (
                {"presses": [{"id": "a", "frames": frames}]},
                ".presses[1].frames",
                f"got a list; allowed: {PAIR}",
            )
            for frames in ([1], [1, 2, 3], [2, 1], [0, 1], [1, 1.5], ["1", 2])
        ),
        *(
            (
                {"presses": [], "spacing": spacing},
                ".spacing",
                f"got {shown}; allowed: a whole number of frames, from 1",
            )
            for spacing, shown in ((0, "0"), (1.5, "1.5"), ("5", '"5"'))
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_ends_the_run_and_names_its_place(
    shared_bench: Bench, wanted: Any, path: str, message: str
) -> None:
    outcome = refused(shared_bench, wanted).outcome
    assert outcome.status == "world_error"
    assert outcome.message == f"{AT}{path}: {message}"
    assert (outcome.where or {})["path"] == f"{AT}{path}"


def test_an_unknown_field_is_told_with_those_that_there_are(shared_bench: Bench) -> None:
    for wanted, place, known in (
        ({"presses": [], "space": 1}, AT, "presses, spacing"),
        ({"presses": [{"id": "a", "frame": 1}]}, f"{AT}.presses[1]", "id, frames"),
    ):
        name = "space" if place == AT else "frame"
        outcome = refused(shared_bench, wanted).outcome
        assert outcome.message == f"{place}: unknown field '{name}'; allowed: {known}"


def test_who_asks_on_the_way_gets_the_figures_so_far(duel: Duel) -> None:
    trace = duel(
        REMOTE, ball(0.1, "a", 56, 160), {"at": 0.05, "checkpoint": "none"},
        {"at": 0.3, "checkpoint": "one"}, call(0.31, "nothing"),
        world={"accuracy": {"presses": [{"id": "a"}]}}, script="function W:nothing() end",
    )  # fmt: skip
    seen: list[Any] = [trace.record.checkpoints[name].metrics for name in ("none", "one")]
    assert [metrics["accuracy"]["accuracy"] for metrics in seen] == [0, 1]
    assert [metrics["accuracy"]["precision"] for metrics in seen] == [1, 1]
