"""A world without frames: time passes in its actions, and what it scheduled runs on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench, Stage

    from engine_harness.records.models import RunRecord


def action(at: float, name: str = "go", /, **args: Any) -> dict[str, Any]:
    return {"at": at, "action": name, "args": args}


def rows(record: RunRecord) -> list[tuple[str, float, int]]:
    assert record.outcome.status == "completed", record.outcome
    return [(row["event"], row["at_s"], row["frame"]) for row in record.events]


# The card duel: 60 Hz, drawing takes 0.25 s, playing 0.5 s, poison bites each half second.


def test_time_passes_inside_actions_and_the_plan_waits(shared_bench: Bench) -> None:
    record = shared_bench.play(
        [action(0, "draw"), action(0, "draw"), action(0.3, "draw")], world="rounds"
    )
    assert rows(record) == [
        ("action", 0, 0), ("drawn", 0, 0),
        ("action", 0.25, 15), ("drawn", 0.25, 15),
        ("action", 0.5, 30), ("drawn", 0.5, 30),
    ]  # fmt: skip
    planned = [row for row in record.events if row["source"] == "plan"]
    assert [(row["due_s"], row["lateness_s"]) for row in planned] == [
        (0, 0), (0, 0.25), (0.3, 0.5 - 0.3),
    ]  # fmt: skip
    assert {row["class"] for row in planned} == {"nominal"}
    assert record.metrics is not None
    # The last action ended at 0.75 s; the run settles a quarter of a second after its unit.
    assert record.metrics["clock_s"] == record.outcome.virtual_s == 1.0
    assert len(record.metrics["hand"]) == 3


def seed_with_a_first_six(bench: Bench) -> int:
    for seed in range(100):
        record = bench.play([action(0, "draw")], world="rounds", seed=seed)
        if record.metrics is not None and record.metrics["hand"] == [6]:
            return seed
    raise AssertionError("no seed draws a six")


def test_scheduled_work_runs_at_its_frames_while_an_action_takes_its_time(
    shared_bench: Bench,
) -> None:
    seed = seed_with_a_first_six(shared_bench)
    record = shared_bench.play(
        [action(0, "draw"), action(1, "play", card=1), action(1, "rest", seconds=0.75)],
        world="rounds",
        seed=seed,
    )
    # Poison is due at 1.5, 2.0 and 2.5 s. The plan's second action is due at 1 s and waits until
    # the first has returned, at 1.5 s.
    assert [row for row in rows(record) if row[0] != "drawn"][1:] == [
        ("action", 1, 60),
        ("played", 1, 60),
        ("poisoned", 1.5, 90),
        ("action", 1.5, 90),
        ("poisoned", 2, 120),
        ("poisoned", 2.5, 150),
    ]
    assert (record.outcome.virtual_s, record.outcome.reason) == (2.5, "settled")


def test_details_and_refusals_stand_in_the_row(shared_bench: Bench) -> None:
    timeline = [action(0, "draw"), action(1, "play", card=2) | {"refused": "no_card"}]
    record = shared_bench.play(timeline, world="rounds")
    drawn, refused = (row for row in record.events if row["source"] == "plan")
    assert record.metrics is not None
    assert drawn["details"] == {"card": record.metrics["hand"][0]}
    assert "refused" not in drawn
    assert refused["refused"] == {"code": "no_card", "message": "no card 2 in the hand"}
    assert shared_bench.judge(timeline, world="rounds").passed


# `clock.advance`, on worlds of a few lines at 240 Hz.

QUEUE = """
function W:begin(env)
    self.at = function(_, time_s, name)
        env.scheduler:at(time_s, function() env.record:event(name) end)
    end
end
"""


@pytest.mark.parametrize(
    ("delta_s", "frame"),
    [
        (0, 24),
        (0.001, 25),
        (1 / 240, 25),
        (0.1, 48),
        (0.101, 49),
        (0.2 + 0.1, 96),
        # What is nearer than the rounding of doubles is that frame.
        (0.1 + 1e-12, 48),
        (0.1 - 1e-12, 48),
    ],
)
def test_advance_ends_at_the_first_frame_that_is_late_enough(
    stage: Stage, delta_s: float, frame: int
) -> None:
    body = """
    function W:go(args)
        self.env.clock:advance(args.delta)
        self.seen = { frame = self.env.clock:frame(), now = self.env.clock:now() }
    end
    """
    seen = stage.seen(body, timeline=[action(0.1, delta=delta_s)])
    assert seen == {"frame": frame, "now": frame / 240}


def test_own_entries_run_each_at_the_first_frame_that_is_late_enough(stage: Stage) -> None:
    body = f"""{QUEUE}
    function W:go()
        self:at(0.9, "long ago")
        self:at(1, "now")
        self:at(1.101, "between frames")
        self:at(1.25, "on a frame")
        self:at(1.5, "at the end")
        self:at(1.501, "after the end")
        self.env.record:event("before")
        self.env.clock.advance(0.5)
        self.env.record:event("after")
    end
    """
    record = stage.play(body, [action(1)])
    assert rows(record) == [
        ("action", 1, 240),
        ("before", 1, 240),
        ("long ago", 1, 240),
        ("now", 1, 240),
        ("between frames", 265 / 240, 265),
        ("on a frame", 1.25, 300),
        ("at the end", 1.5, 360),
        ("after", 1.5, 360),
        ("after the end", 361 / 240, 361),
    ]


def test_advance_by_nothing_runs_nothing(stage: Stage) -> None:
    body = f"""{QUEUE}
    function W:go()
        self:at(0, "due")
        self.env.clock.advance(0)
        self.env.record:event("after")
    end
    """
    assert [name for name, _, _ in rows(stage.play(body))] == ["action", "after", "due"]


def test_entries_that_entries_schedule_run_on_the_way_too(stage: Stage) -> None:
    body = """
    function W:go()
        local left = 3
        local function again()
            self.env.record:event("again")
            left = left - 1
            if left > 0 then self.env.scheduler:after(0.25, again) end
        end
        self.env.scheduler:after(0.25, again)
        self.env.clock:advance(1)
        self.env.record:event("after")
    end
    """
    assert rows(stage.play(body)) == [
        ("action", 0, 0), ("again", 0.25, 60), ("again", 0.5, 120), ("again", 0.75, 180),
        ("after", 1, 240),
    ]  # fmt: skip


def test_lateness_of_own_entries_counts_from_their_due_time(stage: Stage) -> None:
    body = f"{QUEUE} function W:go() self:at(0.101, 'x') self.env.clock.advance(1) end"
    lateness = stage.play(body).sections["timeline"]["scheduler"]["lateness"]
    assert (lateness["samples"], lateness["max"]) == (2, 25 / 240 - 0.101)


def test_advance_passes_every_frame_of_a_world_with_physics(stage: Stage) -> None:
    body = """
    W.describe = { frame_rate_hz = 10 }
    function W:substep(dt, time_s)
        self.env.record:event("substep", { dt = dt, time_s = time_s })
    end
    function W:go() self.env.clock:advance(0.25) self.env.record:event("after") end
    """
    record = stage.play(body, [action(0.1)])
    assert rows(record)[:6] == [
        ("substep", 0.1, 1), ("action", 0.1, 1),
        ("substep", 0.2, 2), ("substep", 0.3, 3), ("substep", 0.4, 4), ("after", 0.4, 4),
    ]  # fmt: skip
    assert record.events[3]["fields"] == {"dt": 0.1, "time_s": 0.3}


OUTSIDE = "clock.advance works inside apply of a world without step only"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("function W:begin()\n\tself.env.clock:advance(1)\nend", 2),
        ("function W:metrics()\n\tself.env.clock.advance(1)\n\treturn {}\nend", 2),
        ("function W:done()\n\tself.env.clock:advance(1)\nend", 2),
        (
            "function W:go()\n\tself.env.scheduler:after(0, function()\n"
            "\t\tself.env.clock:advance(1)\n\tend)\nend",
            3,
        ),
        (
            "function W:go()\n\tself.env.scheduler:after(0.5, function()\n"
            "\t\tself.env.clock:advance(1)\n\tend)\n\tself.env.clock:advance(1)\nend",
            3,
        ),
        ("function W:step() end\nfunction W:go()\n\tself.env.clock:advance(1)\nend", 3),
    ],
)
def test_advance_anywhere_else_is_an_error(stage: Stage, body: str, line: int) -> None:
    message, where = stage.failure(body)
    assert (message, where["file"], where["line"]) == (OUTSIDE, stage.file(body), line)


def test_advance_may_be_called_again_and_again(stage: Stage) -> None:
    body = """
    function W:go()
        for turn = 1, 3 do
            self.env.clock:advance(0.25)
            self.env.record:event("turn")
        end
    end
    """
    assert rows(stage.play(body))[1:] == [
        ("turn", 0.25, 60), ("turn", 0.5, 120), ("turn", 0.75, 180),
    ]  # fmt: skip


def test_an_action_after_a_hitch_goes_on_from_its_end_off_the_grid(stage: Stage) -> None:
    body = """
    function W:go() self.env.clock:advance(0.1) self.seen.now = self.env.clock:now() end
    """
    record = stage.play(body, [{"at": 0, "hitch": 0.1015}, action(0)])
    (row,) = (row for row in record.events if row["event"] == "action")
    assert row["at_s"] == 0.1015
    # 0.2015 s lies between the frames 48 and 49.
    assert record.metrics == {"now": 49 / 240}


# Frames on which nothing happens.


def test_idle_frames_cost_nothing_and_the_clock_stays_on_the_grid(stage: Stage) -> None:
    body = f"{QUEUE} function W:go() self:at(1000.001, 'x') end"
    record = stage.play(body, [action(0), action(3000, "go")])
    assert rows(record) == [
        ("action", 0, 0), ("x", 240001 / 240, 240001),
        ("action", 3000, 720000), ("x", 3000, 720000),
    ]  # fmt: skip
    section = record.sections["timeline"]["scheduler"]
    # Units at 0 s, at the timer, at 3000 s and at the end.
    assert section["queue"]["samples"] == 4
    assert (record.outcome.virtual_s, record.outcome.frames) == (3000.25, 720060)
    assert record.outcome.units == 720061
    short = stage.play(body, [action(0), action(1100, "go")])
    assert record.cost is not None
    assert short.cost is not None
    assert record.cost.work_units == short.cost.work_units


def test_a_world_with_substep_or_step_is_asked_in_every_frame(stage: Stage) -> None:
    body = "function W:go() end function W:{}() self.seen.n = (self.seen.n or 0) + 1 end"
    assert stage.seen(body.format("substep"), timeline=[action(1)]) == {"n": 300}
    # Frame 0 has a step, but no substep.
    assert stage.seen(body.format("step"), timeline=[action(1)]) == {"n": 301}


def test_conditions_are_asked_at_the_end_of_each_unit_only(stage: Stage) -> None:
    body = """
    W.invariants = { asked = { check = function(world)
        world.seen.asked = (world.seen.asked or 0) + 1
    end } }
    function W:go() self.env.clock:advance(1) end
    """
    assert stage.seen(body, timeline=[action(0), action(5)], invariants=["asked"]) == {"asked": 3}


# The end.


def test_without_done_the_run_ends_when_nothing_is_pending(stage: Stage) -> None:
    body = f"{QUEUE} function W:go() self:at(0.1, 'x') self:at(2.001, 'y') end"
    record = stage.play(body)
    assert (record.outcome.virtual_s, record.outcome.reason) == (481 / 240, "settled")


def test_a_quarter_of_a_second_is_the_least(stage: Stage) -> None:
    record = stage.play("function W:go() self.env.clock:advance(0.1) end", [action(1)])
    assert (record.outcome.virtual_s, record.outcome.reason) == (1.35, "settled")


def test_done_decides_alone(stage: Stage) -> None:
    body = f"""{QUEUE}
    function W:go() self:at(1.5, "x") self:at(8, "y") end
    function W:done() return self.env.clock.now() >= 1.5 end
    """
    record = stage.play(body)
    assert (record.outcome.virtual_s, record.outcome.reason) == (1.5, "settled")
    assert [name for name, _, _ in rows(record)] == ["action", "x"]


@pytest.mark.parametrize("answer", ["false", "nil", "1", "'yes'"])
def test_only_true_is_done_and_the_limit_ends_the_run_with_a_warning(
    stage: Stage, answer: str
) -> None:
    body = f"function W:go() end function W:done() return {answer} end"
    record = stage.play(body, [action(1)], config={"engine": {"settleLimit": 2}})
    assert (record.outcome.virtual_s, record.outcome.reason) == (3, "settle_limit")
    assert record.warnings == ["the world is not done after 2 s settle limit"]


def test_the_limit_without_done_names_what_is_pending(stage: Stage) -> None:
    body = f"{QUEUE} function W:go() self:at(50, 'x') self:at(60, 'y') end"
    record = stage.play(body)
    assert (record.outcome.virtual_s, record.outcome.reason) == (10, "settle_limit")
    assert record.warnings == ["2 scheduled entries are pending after 10 s settle limit"]
