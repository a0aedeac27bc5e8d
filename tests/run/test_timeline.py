"""The promises of clock, queue and hitches, line by line, on a world that writes all of it down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness.records.models import RunRecord

FRAME_S = 1 / 240


def trace(record: RunRecord, *names: str) -> list[tuple[str, Any, float]]:
    """Return (event, its field `name`, clock) of the world's events, in order."""
    assert record.outcome.status == "completed", record.outcome
    return [
        (row["event"], row["fields"].get("name"), row["at_s"])
        for row in record.events
        if row["source"] == "world" and (not names or row["event"] in names)
    ]


def plan_rows(record: RunRecord) -> list[dict[str, Any]]:
    return [row for row in record.events if row["source"] == "plan"]


def timeline_section(record: RunRecord) -> dict[str, Any]:
    return record.sections["timeline"]


def action(at: float, action_name: str, /, **args: Any) -> dict[str, Any]:
    return {"at": at, "action": action_name, "args": args}


def test_frame_zero_has_a_step_of_zero_and_no_substep(bench: Bench) -> None:
    record = bench.play(
        [action(0, "note", name="start")], world_options={"steps": True, "substeps": True}
    )
    first = [(row["event"], row["fields"].get("dt")) for row in record.events[:5]]
    assert first == [
        ("action", None),
        ("note", None),
        ("step", 0),
        ("substep", FRAME_S),
        ("step", FRAME_S),
    ]


def test_inside_a_frame_physics_comes_first_then_the_queue_then_the_frame_callback(
    bench: Bench,
) -> None:
    record = bench.play(
        [action(0, "after", name="timer", delay=0.25), action(0.25, "note", name="plan")],
        world_options={"steps": True, "substeps": True},
    )
    at_frame = [
        (row["event"], row["fields"].get("name"))
        for row in record.events
        if row["frame"] == 60 and row["source"] == "world"
    ]
    assert at_frame == [
        ("substep", None),
        ("note", "plan"),
        ("fired", "timer"),
        ("step", None),
    ]


def test_equal_times_fire_plan_first_then_by_priority_then_in_scheduling_order(
    bench: Bench,
) -> None:
    record = bench.play(
        [
            action(0, "after", name="late", delay=0.5, priority=40),
            action(0, "after", name="second", delay=0.5),
            action(0, "after", name="third", delay=0.5),
            action(0, "after", name="first", delay=0.5, priority=0),
            action(0.5, "note", name="a"),
            action(0.5, "note", name="b"),
        ]
    )
    assert [name for _, name, _ in trace(record)] == [
        "a", "b", "first", "second", "third", "late",
    ]  # fmt: skip


def test_a_sum_that_rounds_is_due_at_its_frame(bench: Bench) -> None:
    record = bench.play([action(0, "after", name="x", delay=0.2, then_delay=0.1)])
    fired = [row for row in record.events if row["event"] == "fired"]
    assert [row["frame"] for row in fired] == [48, 72]


def test_the_clock_of_frame_n_is_one_division(bench: Bench) -> None:
    record = bench.play([action(1.0, "note", name="x")], world_options={"steps": True})
    for row in record.events:
        if row["event"] == "step":
            assert row["at_s"] == row["frame"] / 240


def test_an_event_between_two_frames_is_dispatched_at_the_later_one_and_keeps_its_due_time(
    bench: Bench,
) -> None:
    record = bench.play([action(0.101, "note", name="x")])
    row = plan_rows(record)[0]
    assert (row["due_s"], row["frame"], row["at_s"]) == (0.101, 25, 25 / 240)
    assert row["lateness_s"] == 25 / 240 - 0.101
    assert row["class"] == "nominal"


def test_under_stall_the_clock_jumps_physics_runs_and_the_queue_runs_late_once(
    bench: Bench,
) -> None:
    record = bench.play(
        [
            action(0, "after", name="in stall", delay=0.08),
            {"at": 0.05, "hitch": 0.1},
            action(0.05, "note", name="after hitch"),
            action(0.1, "note", name="due in stall"),
        ],
        world_options={"steps": True, "substeps": True},
    )
    rows = [row for row in record.events if row["frame"] >= 12]
    stall = [row for row in rows if row["event"] == "substep" and 13 <= row["frame"] <= 36]
    assert [row["at_s"] for row in stall] == [frame / 240 for frame in range(13, 37)]
    late = [
        (row["event"], row["fields"].get("name"), row["at_s"])
        for row in rows
        if row["at_s"] == 0.15000000000000002 or row["at_s"] == 36 / 240
    ]
    assert late == [
        ("substep", None, 36 / 240),
        ("action", "note", 36 / 240),
        ("note", "after hitch", 36 / 240),
        ("fired", "in stall", 36 / 240),
        ("action", "note", 36 / 240),
        ("note", "due in stall", 36 / 240),
        ("step", None, 36 / 240),
    ]
    steps = {row["frame"]: row["fields"]["dt"] for row in rows if row["event"] == "step"}
    assert list(steps)[:3] == [12, 36, 37]
    assert steps[36] == 36 / 240 - 12 / 240
    assert timeline_section(record)["hitches"] == [
        {
            "time": 0.05,
            "dispatchedAt": 12 / 240,
            "magnitude": 0.1,
            "endedAt": 36 / 240,
            "substeps": 24,
            "queueDeferred": 3,
        }
    ]


def test_the_end_of_a_stall_may_lie_off_the_grid_and_the_next_frame_is_strictly_later(
    bench: Bench,
) -> None:
    record = bench.play([{"at": 0.1, "hitch": 0.1815}], world_options={"steps": True})
    steps = [row for row in record.events if row["event"] == "step"]
    end = next(row for row in steps if row["frame"] == 67)
    after = steps[steps.index(end) + 1]
    assert end["at_s"] == 24 / 240 + 0.1815
    assert after["at_s"] == 68 / 240
    assert after["fields"]["dt"] == 68 / 240 - (24 / 240 + 0.1815)


def test_under_catch_up_the_queue_runs_at_its_frames_and_the_frame_callback_once(
    bench: Bench,
) -> None:
    record = bench.play(
        [
            action(0, "after", name="in stall", delay=0.08),
            {"at": 0.05, "hitch": 0.1},
            action(0.1, "note", name="due in stall"),
        ],
        config={"engine": {"hitchPolicy": "catch_up"}},
        world_options={"steps": True},
    )
    assert trace(record, "fired", "note") == [
        ("fired", "in stall", 20 / 240),
        ("note", "due in stall", 24 / 240),
    ]
    steps = [(row["frame"], row["fields"]["dt"]) for row in record.events if row["event"] == "step"]
    assert (36, 36 / 240 - 12 / 240) in steps
    assert not [frame for frame, _ in steps if 12 < frame < 36]
    lateness = timeline_section(record)["scheduler"]["lateness"]
    assert lateness["hitch"]["samples"] == 0
    assert timeline_section(record)["hitch_policy"] == "catch_up"


def test_under_catch_up_the_queue_is_drained_once_more_at_an_end_off_the_grid(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.1, "hitch": 0.1815}, action(0.281, "note", name="x")],
        config={"engine": {"hitchPolicy": "catch_up"}},
    )
    assert trace(record, "note") == [("note", "x", 24 / 240 + 0.1815)]


def test_a_hitch_inside_a_stall_begins_a_new_stall_at_its_end(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.5, "hitch": 0.5}, {"at": 0.7, "hitch": 0.25}, action(0.8, "note", name="x")]
    )
    hitches = timeline_section(record)["hitches"]
    assert [(row["time"], row["dispatchedAt"], row["endedAt"]) for row in hitches] == [
        (0.5, 0.5, 1),
        (0.7, 1, 1.25),
    ]
    assert trace(record, "note") == [("note", "x", 1.25)]
    assert timeline_section(record)["hitch_totals"] == {"count": 2, "total": 0.75, "max": 0.5}


def test_a_hitch_inside_a_stall_of_catch_up_lengthens_it_and_defers_nothing(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.5, "hitch": 0.5}, {"at": 0.75, "hitch": 0.5}, action(0.75, "note", name="x")],
        config={"engine": {"hitchPolicy": "catch_up"}},
        world_options={"steps": True},
    )
    hitches = timeline_section(record)["hitches"]
    assert [
        (row["dispatchedAt"], row["endedAt"], row["substeps"], row["queueDeferred"])
        for row in hitches
    ] == [(0.5, 1.25, 180, 2), (0.75, 1.25, 120, 0)]
    assert trace(record, "note") == [("note", "x", 0.75)]
    steps = {row["frame"]: row["fields"]["dt"] for row in record.events if row["event"] == "step"}
    assert steps[300] == 0.75


def test_a_shorter_hitch_inside_a_stall_of_catch_up_does_not_shorten_it(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.5, "hitch": 0.5}, {"at": 0.75, "hitch": 0.1}],
        config={"engine": {"hitchPolicy": "catch_up"}},
    )
    assert [row["endedAt"] for row in timeline_section(record)["hitches"]] == [1, 1]


def test_lateness_of_a_stall_is_told_apart_from_the_rest(bench: Bench) -> None:
    record = bench.play(
        [
            action(0, "after", name="due in stall", delay=0.75),
            action(0, "after", name="due at the end", delay=1.0),
            {"at": 0.5, "hitch": 0.5},
            action(0.75, "after", name="born late", delay=0.0),
        ],
        world_options={"after_from_substep": 0.6},
    )
    rows = plan_rows(record)
    assert [row["class"] for row in rows] == ["nominal", "nominal", "nominal", "hitch"]
    lateness = timeline_section(record)["scheduler"]["lateness"]
    # Late by the stall: two timers, the one that a substep scheduled, and the event of the plan.
    assert lateness["hitch"]["samples"] == 4
    assert math.isclose(lateness["hitch"]["max"], 0.4, abs_tol=1e-12)
    assert lateness["hitch"]["onTime"] == 1
    assert lateness["nominal"] == {
        "samples": 4, "onTime": 4, "total": 0, "average": 0, "min": 0, "max": 0,
        "p50": 0, "p95": 0, "p99": 0,
    }  # fmt: skip
    assert lateness["samples"] == 8


def test_later_calls_of_one_every_count_to_the_stall_that_delayed_them(bench: Bench) -> None:
    record = bench.play(
        [action(0, "every", name="beat", period=0.125), {"at": 0.5, "hitch": 0.5}],
    )
    ticks = [at_s for _, _, at_s in trace(record, "ticked")]
    assert ticks[:8] == [0.125, 0.25, 0.375, 0.5 if ticks[3] == 0.5 else 1, 1, 1, 1, 1]
    lateness = timeline_section(record)["scheduler"]["lateness"]
    assert lateness["hitch"]["max"] in (0.375, 0.5)
    assert lateness["hitch"]["samples"] in (4, 5)


def test_percentiles_are_interpolated_between_ranks(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.5, "hitch": 0.5}]
        + [action(at, "note", name=str(at)) for at in (0.5, 0.625, 0.75, 0.875, 1.0)]
    )
    hitch = timeline_section(record)["scheduler"]["lateness"]["hitch"]
    assert (hitch["samples"], hitch["min"], hitch["max"]) == (5, 0, 0.5)
    assert (hitch["p50"], hitch["average"], hitch["total"]) == (0.25, 0.25, 1.25)
    assert math.isclose(hitch["p95"], 0.475)


def test_jitter_is_drawn_at_dispatch_from_its_own_stream(bench: Bench) -> None:
    timeline: list[dict[str, Any]] = [{"at": 0.5, "hitch": 0.2, "jitter": 0.1}]
    by_seed = {}
    for seed in (1, 1, 2):
        record = bench.play(timeline, seed=seed)
        magnitude = timeline_section(record)["hitches"][0]["magnitude"]
        assert 0.1 <= magnitude <= 0.3
        assert plan_rows(record)[0]["details"] == {"hitchDuration": magnitude}
        assert by_seed.setdefault(seed, magnitude) == magnitude
    assert by_seed[1] != by_seed[2]


def test_the_benchs_own_player_actions_work_in_every_world(bench: Bench) -> None:
    record = bench.play(
        [
            {"at": 0.25, "type": "player", "action": "inject-hitch", "duration": 0.25},
            {
                "at": 1.0,
                "macro": "hitch gauntlet",
                "options": {"count": 2, "interval": 0.5, "magnitude": 0.125},
            },
        ]
    )
    assert [row["endedAt"] for row in timeline_section(record)["hitches"]] == [0.5, 1.125, 1.625]
    assert [row["event"] for row in plan_rows(record)] == ["player-action"] * 3


def test_a_hold_keeps_events_back_in_order_but_no_timers(bench: Bench) -> None:
    record = bench.play(
        [
            action(0, "after", name="timer", delay=0.5),
            {"at": 0.25, "type": "player", "action": "observe-telemetry", "duration": 0.5},
            action(0.375, "note", name="first"),
            action(0.625, "note", name="second"),
            action(0.75, "note", name="not held"),
        ]
    )
    assert trace(record, "note", "fired") == [
        ("fired", "timer", 0.5),
        ("note", "first", 0.75),
        ("note", "second", 0.75),
        ("note", "not held", 0.75),
    ]
    held = [row.get("held_until_s") for row in plan_rows(record)]
    assert held == [None, None, 0.75, 0.75, None]
    assert {row["lateness_s"] for row in plan_rows(record)} == {0}


def test_a_second_hold_that_is_held_begins_at_the_end_of_the_first(bench: Bench) -> None:
    record = bench.play(
        [
            {"at": 0.25, "type": "player", "action": "observe-telemetry", "duration": 0.25},
            {"at": 0.375, "type": "player", "action": "observe-telemetry", "duration": 0.25},
            action(0.4375, "note", name="x"),
        ]
    )
    assert trace(record, "note") == [("note", "x", 0.75)]


def test_a_run_goes_on_until_a_hold_has_ended_and_settles_after_it(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.25, "type": "player", "action": "observe-telemetry", "duration": 0.5}]
    )
    assert record.outcome.virtual_s == 1.0
    assert record.outcome.reason == "settled"


def test_a_checkpoint_in_a_late_drain_sees_the_end_of_its_frame(bench: Bench) -> None:
    record = bench.play(
        [
            {"at": 0.5, "hitch": 0.5},
            {"at": 0.75, "checkpoint": "late"},
            {"at": 0.75, "expect": {"clock_s": 1}},
        ]
    )
    late = record.checkpoints["late"]
    assert (late.at_s, late.frame, late.metrics["clock_s"]) == (1, 240, 1)
    assert record.checkpoints["timeline[3]"].metrics == late.metrics
    assert record.checkpoints["timeline[3]"].digest == late.digest


def test_a_checkpoint_in_a_stall_of_catch_up_is_taken_at_its_end(bench: Bench) -> None:
    record = bench.play(
        [{"at": 0.5, "hitch": 0.5}, {"at": 0.75, "checkpoint": "late"}],
        config={"engine": {"hitchPolicy": "catch_up"}},
    )
    assert record.checkpoints["late"].at_s == 1
    assert plan_rows(record)[1]["at_s"] == 0.75


def test_an_event_before_the_start_runs_at_frame_zero(bench: Bench) -> None:
    record = bench.play([action(0, "note", name="b"), action(-1, "note", name="a")])
    assert trace(record, "note") == [("note", "a", 0), ("note", "b", 0)]


def test_the_run_settles_until_nothing_is_pending(bench: Bench) -> None:
    record = bench.play([action(0, "after", name="x", delay=2.0)])
    assert (record.outcome.virtual_s, record.outcome.reason) == (2, "settled")
    assert record.outcome.units == 481


def test_every_does_not_keep_a_run_alive_and_a_quarter_second_is_the_least(bench: Bench) -> None:
    record = bench.play([action(1, "every", name="x", period=0.125)])
    assert record.outcome.virtual_s == 1.25
    assert len(trace(record, "ticked")) == 2


def test_a_run_that_does_not_settle_ends_at_the_limit_with_a_warning(bench: Bench) -> None:
    record = bench.play(
        [action(0, "after", name="x", delay=100)], config={"engine": {"settleLimit": 0.5}}
    )
    assert (record.outcome.virtual_s, record.outcome.reason) == (0.5, "settle_limit")
    assert record.warnings == ["1 scheduled entries are pending after 0.5 s settle limit"]


def test_a_cancelled_timer_neither_fires_nor_counts(bench: Bench) -> None:
    record = bench.play([action(0, "after", name="x", delay=0.5), action(0.25, "cancel", name="x")])
    assert trace(record, "fired") == []
    assert timeline_section(record)["scheduler"]["lateness"]["samples"] == 2


def test_a_callback_that_schedules_for_now_for_ever_is_an_error_not_a_hang(bench: Bench) -> None:
    record = bench.play([action(0, "loop")])
    assert record.outcome.status == "world_error"
    assert record.outcome.frames == 0
    assert "queue does not settle" in str(record.outcome.message)


def test_an_error_in_a_timer_ends_the_run_with_its_place(bench: Bench) -> None:
    record = bench.play([action(0, "fail_later"), action(1, "note", name="never")])
    where = record.outcome.where
    assert record.outcome.status == "world_error"
    assert "timer broke" in str(record.outcome.message)
    assert where is not None
    assert where["file"].endswith("worlds/tape/init.lua")
    assert where["line"] == 51
    assert where["dispatching"] == "timer"
    assert where["at_s"] == 24 / 240
    assert record.metrics is None
    assert [row["event"] for row in record.events] == ["action"]


def test_queue_figures_count_the_plan_and_the_timers(bench: Bench) -> None:
    record = bench.play([action(0, "after", name="x", delay=0.5), action(1, "note", name="y")])
    figures = timeline_section(record)["scheduler"]
    assert figures["scheduledEvents"] == 3
    assert figures["events"] == {
        "triggered": 3, "perStep": 3 / 300, "maxPerStep": 1, "eventfulSteps": 3,
    }  # fmt: skip
    assert figures["stepCount"] == 300
    assert figures["totalSimulated"] == 1.25
    assert (figures["minStep"] <= FRAME_S, figures["maxStep"] >= FRAME_S) == (True, True)
    assert figures["queue"]["maxDepth"] == 2
    assert figures["queue"]["samples"] == 301


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_physics_stays_on_the_grid_whatever_the_hitches(bench: Bench, policy: str) -> None:
    with_hitch = bench.play(
        [{"at": 0.3, "hitch": 0.123}, {"at": 0.31, "hitch": 0.0777}, action(1, "note", name="x")],
        config={"engine": {"hitchPolicy": policy}},
        world_options={"substeps": True},
    )
    without = bench.play([action(1, "note", name="x")], world_options={"substeps": True})

    def physics(record: RunRecord) -> list[float]:
        return [
            row["fields"]["time_s"]
            for row in record.events
            if row["event"] == "substep" and row["at_s"] <= 1
        ]

    assert physics(with_hitch) == physics(without) == [n / 240 for n in range(1, 241)]
