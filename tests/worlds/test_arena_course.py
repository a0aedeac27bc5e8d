"""The engine's promises about order, hitches, lateness and holds, on the shipped scenarios.

What a scenario cannot ask for stands here: the whole course, with classes and lateness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.cli.main import main
from engine_harness.records.reader import read_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.records.models import RunRecord

Course = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def records(pit: Path) -> list[RunRecord]:
    """Return the records of one run of all scenarios, by id."""
    assert main(["--root", str(pit)]) == 0
    return [read_record(path) for path in sorted((pit / "artifacts/records").glob("*.json"))]


@pytest.fixture(scope="module")
def record_of(records: list[RunRecord]) -> Callable[[str], RunRecord]:
    """Return a look-up by the id without `arena_`."""
    by_id = {record.scenario.id: record for record in records}
    return lambda name: by_id[f"arena_{name}"]


def course(record: RunRecord, from_s: float = 0, to_s: float = 99) -> Course:
    """Return when what happened: entries of the plan with due time, class and hold as well."""
    rows: Course = []
    for row in record.events:
        if not from_s <= row["at_s"] <= to_s:
            continue
        fields = row["fields"]
        name = fields.get("name") if row["event"] == "action" else row["event"]
        if row["source"] == "world":
            rows.append((row["at_s"], name))
        else:
            held = (row["held_until_s"],) if "held_until_s" in row else ()
            rows.append((row["at_s"], name, row["due_s"], row["class"], *held))
    return rows


def lateness(record: RunRecord, kind: str) -> tuple[Any, ...]:
    figures = record.sections["timeline"]["scheduler"]["lateness"][kind]
    return tuple(
        value if value is None else round(value, 9)
        for value in (figures[key] for key in ("samples", "onTime", "min", "p50", "p95", "max"))
    )


def hitches(record: RunRecord) -> list[tuple[Any, ...]]:
    keys = ("time", "dispatchedAt", "endedAt", "substeps", "queueDeferred")
    return [tuple(row[key] for key in keys) for row in record.sections["timeline"]["hitches"]]


def test_at_equal_times_physics_comes_first_then_entries_as_written_then_timers(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("order")
    assert course(record, 1, 1) == [
        (1, "reached"),
        (1, "reached"),
        (1, "guard", 1, "nominal"),
    ]
    assert course(record, 2, 2) == [
        (2, "send", 2, "nominal"),
        (2, "sent"),
        (2, "strike", 2, "nominal"),
        (2, "felled"),
        (2, "send", 2, "nominal"),
        (2, "sent"),
        (2, "strike", 2, "nominal"),
        (2, "expect", 2, "nominal"),
        (2, "lowered"),
    ]
    # The frame callback has come before the checkpoint looks.
    assert record.checkpoints["timeline[13]"].metrics["rest_s"] == pytest.approx(0.4 - 1 / 240)


def test_timers_of_one_time_run_in_the_order_they_were_set(
    record_of: Callable[[str], RunRecord],
) -> None:
    # The sample of 1.5 s was set at 1.25 s, after the guard that ends with it; that of 2.0 s was
    # set at 1.75 s, before the guard that ends with it.
    samples = record_of("order").samples["guard"]
    up = dict(zip(samples.at_s, samples.value, strict=True))
    assert (up[1.5], up[2.0]) == (0, 1)


def test_between_two_frames_an_entry_waits_for_the_later_one_and_is_on_time(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("order")
    assert course(record, 2.1, 2.399) == [(575 / 240, "strike", 2.395, "nominal")]
    assert lateness(record, "nominal") == (28, 28, 0, 0, 0, round(575 / 240 - 2.395, 9))
    assert lateness(record, "hitch") == (0, 0, None, None, None, None)


def test_under_stall_what_was_due_runs_late_at_the_end_in_order(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("hitch_stall")
    assert course(record, 0.8, 1.3) == [
        (0.8, "hitch", 0.8, "nominal"),
        (1.1, "reached"),
        (1.2, "expect", 1.0, "hitch"),
        (1.2, "lowered"),
        (1.2, "strike", 1.15, "hitch"),
        (1.3, "strike", 1.3, "nominal"),
        (1.3, "felled"),
    ]
    assert hitches(record) == [(0.8, 0.8, 1.2, 96, 4)]
    # Late: expect, guard, strike, and five calls of the `every` that samples. The hitch ends its
    # drain, so the sample of 0.8 s is one of them.
    assert record.samples["guard"].at_s == [
        *(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), *5 * (1.2,), *(1.3, 1.4, 1.5),
    ]  # fmt: skip
    assert record.samples["guard"].value[7:12] == [1, 1, 1, 0, 0]
    assert lateness(record, "hitch") == (8, 1, 0, 0.175, 0.365, 0.4)
    assert lateness(record, "nominal") == (17, 17, 0, 0, 0, 0)
    late = record.checkpoints["timeline[7]"]
    assert (late.at_s, late.frame, late.metrics["rest_s"]) == (1.2, 288, 0)


def test_under_catch_up_the_queue_runs_on_time_and_only_the_frame_callback_waits(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("hitch_catch_up")
    assert course(record, 0.8, 1.3) == [
        (0.8, "hitch", 0.8, "nominal"),
        (1.0, "expect", 1.0, "nominal"),
        (1.05, "lowered"),
        (1.1, "reached"),
        (1.15, "strike", 1.15, "nominal"),
        (1.3, "strike", 1.3, "nominal"),
        (1.3, "felled"),
    ]
    assert hitches(record) == [(0.8, 0.8, 1.2, 96, 4)]
    assert record.samples["guard"].at_s[7:12] == [193 / 240, 0.9, 1.0, 1.1, 1.2]
    assert lateness(record, "hitch") == (0, 0, None, None, None, None)
    assert lateness(record, "nominal")[:2] == (25, 25)
    late = record.checkpoints["timeline[7]"]
    assert (late.at_s, late.frame, late.metrics["rest_s"]) == (1.2, 288, 0)


def test_under_stall_a_hitch_inside_a_stall_begins_another_at_its_end(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("hitch_in_stall")
    assert course(record, 0.3) == [
        (0.3, "hitch", 0.3, "nominal"),
        (0.55, "lowered"),
        (0.55, "hitch", 0.45, "hitch"),
        (0.76, "guard", 0.5, "hitch"),
        (0.76, "checkpoint", 0.6, "hitch"),
        # The guard was put up late: it lasts from then on, and ends at the next frame.
        (221 / 240, "lowered"),
    ]
    assert hitches(record) == [(0.3, 0.3, 0.55, 60, 3), (0.45, 0.55, 0.76, 50, 2)]
    totals = record.sections["timeline"]["hitch_totals"]
    assert totals == {"count": 2, "total": 0.25 + 0.21, "max": 0.25}
    assert lateness(record, "hitch") == (4, 0, 0.1, 0.155, 0.245, 0.26)


def test_under_catch_up_a_hitch_inside_a_stall_lengthens_it_and_its_end_is_drained(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("hitch_in_catch_up")
    assert course(record, 0.3) == [
        (0.3, "hitch", 0.3, "nominal"),
        (0.4, "lowered"),
        (0.45, "hitch", 0.45, "nominal"),
        (0.5, "guard", 0.5, "nominal"),
        (0.6, "checkpoint", 0.6, "nominal"),
        # Due at 0.659 s, between the last frame of the stall and its end off the grid.
        (0.66, "lowered"),
    ]
    assert hitches(record) == [(0.3, 0.3, 0.66, 86, 3), (0.45, 0.45, 0.66, 50, 0)]
    late = record.checkpoints["late"]
    assert (late.at_s, late.frame, late.metrics["guard_until_s"]) == (0.66, 158, False)


def test_a_hold_keeps_entries_back_measures_them_against_its_end_and_leaves_timers_alone(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("held")
    assert course(record, 0.2, 1) == [
        (0.25, "player-action", 0.25, "nominal"),
        (0.5, "lowered"),
        (0.75, "checkpoint", 0.4, "nominal", 0.75),
        (0.75, "hitch", 0.45, "nominal", 0.75),
        (0.8, "strike", 0.5, "hitch", 0.75),
        (0.8, "felled"),
        (0.8, "player-action", 0.6, "hitch", 0.75),
        (0.9, "send", 0.7, "nominal", 0.9),
        (0.9, "sent"),
    ]
    assert lateness(record, "hitch") == (2, 0, 0.05, 0.05, 0.05, 0.05)
    assert lateness(record, "nominal") == (7, 7, 0, 0, 0, 0)


def test_jitter_is_drawn_at_dispatch_and_stands_in_the_row(
    records: list[RunRecord],
) -> None:
    lengths_s = set()
    for record in records:
        if "arena_stutter[" not in record.scenario.id:
            continue
        row = next(row for row in record.events if row["event"] == "hitch")
        length_s = row["details"]["hitchDuration"]
        assert abs(length_s - row["fields"]["duration"]) <= row["fields"]["jitter"]
        assert record.sections["timeline"]["hitches"][3]["magnitude"] == length_s
        lengths_s.add(length_s)
    assert len(lengths_s) == 2


def test_a_run_that_does_not_come_to_rest_ends_at_its_limit(
    record_of: Callable[[str], RunRecord],
) -> None:
    record = record_of("patience")
    assert (record.outcome.reason, record.outcome.virtual_s) == ("settle_limit", 0.6)


def test_the_world_adds_its_section_and_its_log(record_of: Callable[[str], RunRecord]) -> None:
    record = record_of("order")
    assert record.sections["pit"] == {"cooldown_s": 0.4}
    assert [(row.at_s, row.level, row.text) for row in record.logs] == [
        (1, "info", "30 hp are left"),
        (1, "info", "30 hp are left"),
    ]
