"""Conditions and invariants on the real engine: what was violated, when, how long and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import ManifestError

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import InvariantRow, RunRecord

# Nothing happens between actions, so the units are at 0, 1, 2, 3 s and at the end, 3.25 s.
GAUGE = """
function W:begin()
    self.env.record:event("hit", { damage = 99 })
    self.seen = {
        hp = 10, name = "ann", alive = true, list = { 4, 5 }, deep = { a = { b = 1 } },
        ["x.y"] = 7, by_number = { [12] = "twelve" }, none = {},
    }
end
function W:set(args) self.seen[args.name] = args.value end
function W:emit(args) self.env.record:event(args.name, args.fields) end
"""
SET = "action"
DAY: list[dict[str, Any]] = [
    {"at": 1, "action": "set", "args": {"name": "hp", "value": 3}},
    {"at": 2, "action": "set", "args": {"name": "hp", "value": 10}},
    {"at": 3, "action": "set", "args": {"name": "hp"}},
]
END = 3.25

HP_LOW = {"metric": "hp", "min": 5}
ALIVE = {"metric": "alive", "eq": True}
DEAD = {"metric": "alive", "eq": False}
GHOST = {"metric": "ghost", "eq": 1}
NO_HP, NO_GHOST = "missing metric: hp", "missing metric: ghost"

Row = tuple[float, Any, str | None, float, int]
"""At, value, details, violated seconds, frames."""


def rows(record: RunRecord) -> list[Row]:
    assert record.outcome.status == "completed", record.outcome
    return [
        (row.first_at_s, row.value, row.details, row.violated_s, row.frames)
        for row in record.invariants
    ]


def low(value: Any, *, then: str | None = NO_HP) -> list[Row]:
    """Violated from 1 to 2 s; then from 3 s on for want of a metric."""
    return [(1, value, None, 1, 240), (3, None, then, 0.25, 60)]


ALWAYS: list[Row] = [(0, None, None, END, 780)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (HP_LOW, low(3)),
        ({"metric": "hp", "max": 5}, [(0, 10, None, 1, 240), (2, 10, None, 1.25, 300)]),
        ({"metric": "hp", "eq": 10}, low(3)),
        ({"metric": "hp", "ne": 3}, low(3)),
        ({"type": "metric_gte", "metric": "hp", "value": 5}, low(3)),
        ({"metric": "hp", "eq": "10"}, [(0, 10, None, END, 780)]),
        ({"metric": "name", "eq": "ann"}, []),
        ({"metric": "name", "min": 1}, [(0, "ann", None, END, 780)]),
        ({"metric": "alive", "eq": 1}, [(0, True, None, END, 780)]),
        (ALIVE, []),
        ({"metric": "list.1", "eq": 4}, []),
        ({"metric": "list.2", "eq": 5}, []),
        ({"metric": "list.2", "eq": 4}, [(0, 5, None, END, 780)]),
        ({"metric": "list.3", "eq": 5}, [(0, None, "missing metric: list.3", END, 780)]),
        ({"metric": "list.01", "eq": 4}, [(0, None, "missing metric: list.01", END, 780)]),
        ({"metric": "by_number.12", "eq": "twelve"}, []),
        ({"metric": "deep.a.b", "eq": 1}, []),
        ({"metric": "deep.a.b.c", "eq": 1}, [(0, None, "missing metric: deep.a.b.c", END, 780)]),
        ({"metric": "x.y", "eq": 7}, []),
        ({"metric": "list", "eq": [4, 5]}, []),
        ({"metric": "list", "ne": [4, 5, 6]}, []),
        ({"metric": "list", "eq": [4]}, [(0, [4, 5], None, END, 780)]),
        ({"metric": "deep", "eq": {"a": {"b": 1}}}, []),
        ({"metric": "deep", "eq": {"a": {}}}, [(0, {"a": {"b": 1}}, None, END, 780)]),
        ({"metric": "none", "eq": []}, []),
    ],
)
def test_a_metric_is_compared_after_every_unit(
    stage: Stage, condition: dict[str, Any], expected: list[Row]
) -> None:
    assert rows(stage.play(GAUGE, DAY, invariants=[condition])) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"not": DEAD}, []),
        ({"not": ALIVE}, ALWAYS),
        # What is missing at 3 s keeps the row of 2 s open: it is violated all the time.
        ({"not": HP_LOW}, [(0, None, None, 1, 240), (2, None, None, 1.25, 300)]),
        ({"not": GHOST}, [(0, None, NO_GHOST, END, 780)]),
        ({"not": {"not": HP_LOW}}, low(None)),
        ({"any": [DEAD, ALIVE]}, []),
        ({"any": [DEAD, HP_LOW]}, low(None)),
        ({"any": [ALIVE, GHOST]}, []),
        ({"any": [GHOST, ALIVE]}, [(0, None, NO_GHOST, END, 780)]),
        ({"any": [DEAD, GHOST]}, [(0, None, NO_GHOST, END, 780)]),
        ({"all": [ALIVE, {"metric": "name", "eq": "ann"}]}, []),
        ({"all": [ALIVE, HP_LOW]}, low(None)),
        ({"all": [DEAD, GHOST]}, ALWAYS),
        ({"all": [GHOST, DEAD]}, [(0, None, NO_GHOST, END, 780)]),
        ({"not": {"all": [DEAD, GHOST]}}, []),
        ({"not": {"any": [ALIVE, GHOST]}}, ALWAYS),
        ({"within": {"frames": 481, "condition": ALIVE}}, [(3, None, None, 0.25, 60)]),
        ({"within": {"frames": 480, "condition": ALIVE}}, [(2, None, None, 1.25, 300)]),
        ({"within": {"frames": 1000, "condition": HP_LOW}}, low(None)),
        (
            {"type": "not", "condition": HP_LOW},
            [(0, None, None, 1, 240), (2, None, None, 1.25, 300)],
        ),
        ({"type": "any", "conditions": [ALIVE, GHOST]}, []),
        ({"type": "all", "conditions": [DEAD, GHOST]}, ALWAYS),
        (
            {"type": "within", "frames": 481, "condition": ALIVE},
            [(3, None, None, 0.25, 60)],
        ),
    ],
)
def test_conditions_over_conditions_stop_at_the_first_member_that_decides(
    stage: Stage, condition: dict[str, Any], expected: list[Row]
) -> None:
    assert rows(stage.play(GAUGE, DAY, invariants=[condition])) == expected


HIT: list[dict[str, Any]] = [
    {
        "at": 1,
        "action": "emit",
        "args": {"name": "hit", "fields": {"damage": 5, "by": {"kind": "orc"}, "crit": False}},
        "notes": "the first",
    },
    {"at": 2, "action": "emit", "args": {"name": "hit", "fields": {"damage": 8, "spots": [3, 4]}}},
    {"at": 3, "action": "dance", "refused": True},
    {"at": 3, "checkpoint": "late"},
]
FROM_1: list[Row] = [(0, None, None, 1, 240)]
FROM_2: list[Row] = [(0, None, None, 2, 480)]
FROM_3: list[Row] = [(0, None, None, 3, 720)]


@pytest.mark.parametrize(
    ("name", "where", "expected"),
    [
        ("hit", None, FROM_1),
        ("hit", {"damage": 5}, FROM_1),
        ("hit", {"damage": 8}, FROM_2),
        ("hit", {"damage": 5, "crit": False}, FROM_1),
        ("hit", {"damage": 8, "crit": False}, ALWAYS),
        ("hit", {"damage": {"min": 6}}, FROM_2),
        ("hit", {"damage": {"max": 5}}, FROM_1),
        ("hit", {"damage": {"min": 5, "max": 5}}, FROM_1),
        ("hit", {"damage": {"min": 9}}, ALWAYS),
        ("hit", {"by.kind": "orc"}, FROM_1),
        ("hit", {"by.kind": {"min": 1}}, ALWAYS),
        ("hit", {"spots.2": 4}, FROM_2),
        ("hit", {"crit": 0}, ALWAYS),
        # What was recorded while the world was made came before the evaluation began.
        ("hit", {"damage": 99}, ALWAYS),
        ("miss", None, ALWAYS),
        ("action", {"name": "emit"}, FROM_1),
        ("action", {"name": "emit", "args.fields.damage": 8}, FROM_2),
        ("action", {"notes": "the first"}, FROM_1),
        ("action", {"name": "dance"}, FROM_3),
        ("checkpoint", {"name": "late"}, FROM_3),
    ],
)
def test_an_event_holds_from_its_record_on(
    stage: Stage, name: str, where: dict[str, Any] | None, expected: list[Row]
) -> None:
    condition = {"event": name} if where is None else {"event": name, "where": where}
    assert rows(stage.play(GAUGE, HIT, invariants=[condition])) == expected


def test_an_event_that_must_not_come_is_violated_from_its_record_to_the_end(stage: Stage) -> None:
    record = stage.play(GAUGE, HIT, invariants=[{"not": {"event": "hit", "where": {"damage": 8}}}])
    assert rows(record) == [(2, None, None, 1.25, 300)]


def test_events_may_be_looked_for_in_a_run_that_records_the_plan_only(stage: Stage) -> None:
    timeline = [{"at": 0.5, "hitch": 0.25}, {"at": 2, "checkpoint": "x"}]
    record = stage.play(GAUGE, timeline, invariants=[{"event": "hitch"}])
    assert rows(record) == [(0, None, None, 0.5, 120)]


def test_a_row_is_one_period_and_names_unit_frame_and_entry(stage: Stage) -> None:
    record = stage.play(GAUGE, DAY, invariants=[ALIVE, {"metric": "hp", "min": 5}])
    first, second = record.invariants
    assert (first.index, first.name, first.severity, first.subject) == (
        2, "hp min 5", "error", None,
    )  # fmt: skip
    assert (first.frame, first.unit, second.frame, second.unit) == (240, 240, 720, 720)


def test_a_frame_by_frame_world_is_asked_in_every_frame(stage: Stage) -> None:
    body = """
    function W:begin() self.seen.dt = 0 end
    function W:step(dt) self.seen.dt = dt end
    """
    record = stage.play(
        body, [{"at": 0.125, "hitch": 0.25}], invariants=[{"metric": "dt", "max": 0.1}]
    )
    # A stall is one unit, evaluated at its end, and the next frame holds again.
    assert rows(record) == [(0.375, 0.25, None, 91 / 240 - 0.375, 1)]


def test_what_a_row_keeps_does_not_change_with_the_world(stage: Stage) -> None:
    body = """
    function W:begin() self.seen.list = { 1 } end
    function W:go() self.seen.list[2] = 2 end
    function W:more() self.seen.list[3] = 3 end
    """
    record = stage.play(
        body,
        [{"at": 0, "action": "go"}, {"at": 1, "action": "more"}],
        invariants=[{"metric": "list", "eq": [1]}],
    )
    assert [row.value for row in record.invariants] == [[1, 2]]


def test_a_metric_that_is_no_plain_data_is_an_error_of_the_world(stage: Stage) -> None:
    message, where = stage.failure(
        "function W:go() self.seen.f = { print } end", invariants=[{"metric": "f", "eq": 1}]
    )
    assert message == "metric f[1]: a function is no plain data"
    assert where["dispatching"] == "invariants"


# Invariants that a world declares.

ROOMS = """
W.invariants = {
    calm = { severity = "warning", check = function(world) return world.seen.noise end },
    dry = { check = function(world) return world.wet end },
    at_most = { severity = "error", check = function(world, args)
        if (world.seen[args.metric] or 0) > args.limit then
            return args.metric .. " is " .. world.seen[args.metric]
        end
    end },
}
function W:set(args) self.seen[args.name] = args.value end
function W:flood(args) self.wet = args.rooms end
"""


def flood(at: float, **depth: str) -> dict[str, Any]:
    return {"at": at, "action": "flood", "args": {"rooms": depth}}


def declared(record: RunRecord) -> list[tuple[Any, ...]]:
    assert record.outcome.status == "completed", record.outcome

    def shown(row: InvariantRow) -> tuple[Any, ...]:
        return (row.name, row.subject, row.details, row.first_at_s, row.violated_s, row.frames)

    return [shown(row) for row in record.invariants]


def test_a_check_that_returns_nothing_holds(stage: Stage) -> None:
    verdict = stage.judge(ROOMS, [flood(0)], invariants=["calm", "dry"])
    assert verdict.passed
    assert [(check.name, check.ok) for check in verdict.checks if check.check == "invariant"] == [
        ("calm", True),
        ("dry", True),
    ]


def test_a_text_is_a_violation_and_a_warning_does_not_fail(stage: Stage) -> None:
    timeline = [{"at": 1, "action": "set", "args": {"name": "noise", "value": "a bark"}}]
    record = stage.play(ROOMS, timeline, invariants=["calm"])
    assert declared(record) == [("calm", None, "a bark", 1, 0.25, 60)]
    assert record.invariants[0].severity == "warning"
    verdict = stage.judge(ROOMS, timeline, invariants=["calm"])
    assert (verdict.passed, verdict.findings[0].severity) == (True, "warning")


def test_a_map_is_a_violation_per_subject_each_with_its_own_time(stage: Stage) -> None:
    timeline = [
        flood(1, hall="a little", cellar="a lot"),
        flood(2, cellar="even more", attic="?"),
        flood(3, hall="again"),
    ]
    record = stage.play(ROOMS, timeline, invariants=["dry"])
    # The text is that of the first evaluation which found the subject violated.
    assert declared(record) == [
        ("dry", "cellar", "a lot", 1, 2, 480),
        ("dry", "hall", "a little", 1, 1, 240),
        ("dry", "attic", "?", 2, 1, 240),
        ("dry", "hall", "again", 3, 0.25, 60),
    ]
    assert {row.severity for row in record.invariants} == {"error"}


def test_a_subject_may_be_a_number(stage: Stage) -> None:
    body = """
    W.invariants = { even = { check = function() return { [7] = "odd", [2.5] = "half" } end } }
    """
    record = stage.play(body, [{"at": 0, "checkpoint": "c"}], invariants=["even"])
    assert [(row.subject, row.details) for row in record.invariants] == [
        ("2.5", "half"),
        ("7", "odd"),
    ]


def test_one_invariant_may_be_asked_twice_with_other_arguments(stage: Stage) -> None:
    timeline = [{"at": 1, "action": "set", "args": {"name": "heat", "value": 5}}]
    record = stage.play(
        ROOMS,
        timeline,
        invariants=[
            {"invariant": "at_most", "metric": "heat", "limit": 9},
            {"invariant": "at_most", "metric": "heat", "limit": 4},
        ],
    )
    assert declared(record) == [("at_most", None, "heat is 5", 1, 0.25, 60)]
    assert record.invariants[0].index == 2


@pytest.mark.parametrize(
    ("returned", "what"),
    [
        ("5", "a number"),
        ("true", "a boolean"),
        ("function() end", "a function"),
        ("{ hall = 5 }", "a map with a number as text of hall"),
        ("{ hall = {} }", "a map with a table as text of hall"),
        ("{ [true] = 'x' }", "a map with a boolean as subject"),
    ],
)
def test_a_check_that_returns_nonsense_is_an_error_of_the_world(
    stage: Stage, returned: str, what: str
) -> None:
    body = f"W.invariants = {{ odd = {{ check = function() return {returned} end }} }}"
    message, where = stage.failure(body, timeline=[flood(0)], invariants=["odd"])
    assert message == (
        f"invariant odd: check must return nil, a text or a map from subject to text, got {what}"
    )
    assert (where["dispatching"], where["at_s"]) == ("invariants", 0)


def test_an_error_in_a_check_names_its_line(stage: Stage) -> None:
    body = """
    W.invariants = { odd = { check = function(world)
        return world.nothing.at_all
    end } }
    """
    message, where = stage.failure(body, timeline=[flood(0)], invariants=["odd"])
    assert message == "attempt to index field 'nothing' (a nil value)"
    assert (where["file"], where["line"]) == (stage.file(body), 3)
    assert where["traceback"] == f"{stage.file(body)}:3: in function <{stage.file(body)}:2>"


@pytest.mark.parametrize(
    ("invariants", "message"),
    [
        ("5", "invariants must be a table, got 5"),
        ("{ odd = 5 }", "invariants.odd must be a table with a function check"),
        ("{ odd = {} }", "invariants.odd must be a table with a function check"),
        (
            "{ odd = { severity = 'fatal', check = print } }",
            'invariants.odd.severity must be error or warning, got "fatal"',
        ),
        ("{ { check = print } }", "invariants: a name must be a text, got 1"),
    ],
)
def test_what_is_declared_wrongly_is_an_error_of_the_world(
    stage: Stage, invariants: str, message: str
) -> None:
    body = f"W.invariants = {invariants}"
    told, where = stage.failure(body, timeline=[flood(0)])
    assert told == f"world {stage.world(body)}: {message}"
    assert where["dispatching"] == "require"


def test_a_condition_cannot_look_for_null(stage: Stage) -> None:
    with pytest.raises(ManifestError) as caught:
        stage.play(GAUGE, DAY, invariants=[{"event": "hit", "where": {"by.kind": None}}])
    assert "must be a scalar or a map with min, max" in str(caught.value)
    assert "where" in str(caught.value)
