"""`run-harness diff`: equal but for the machine, or the place where two records part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.records.models import Cost, FunctionCost, Outcome, RunRecord, ScenarioHead
from engine_harness.records.writer import write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def hit(at_s: float, identity: str) -> dict[str, Any]:
    return {
        "at_s": at_s,
        "frame": round(at_s * 240),
        "unit": round(at_s * 240),
        "event": "hit",
        "source": "world",
        "fields": {"id": identity},
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    def make(name: str, *events: dict[str, Any], **changes: Any) -> str:
        head = ScenarioHead(
            id="edge",
            label="Edge",
            driver="timeline",
            world="arena",
            seed=7,
            manifest="scenarios/edge.yaml",
            normalised={},
        )
        given: dict[str, Any] = {
            "scenario": head,
            "plan_digest": "p",
            "module_digest": "m",
            "digest": "d",
            "outcome": Outcome(status="completed"),
            "metrics": {"hp": 3},
            "events": list(events),
        }
        write_record(tmp_path / name, RunRecord(**{**given, **changes}))
        return name

    return make


def test_records_that_differ_in_the_machine_are_equal(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", hit(0.5, "x"), host={"wall_s": 1.0})
    second = write("b.json", hit(0.5, "x"), host={"wall_s": 2.0})
    assert harness("diff", first, second) == (0, "equal: digest d, events: 1\n", "")


def test_the_first_differing_event_comes_first(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", hit(0.5, "x"), hit(0.75, "y"), metrics={"hp": 3})
    second = write("b.json", hit(0.5, "x"), hit(0.75, "z"), metrics={"hp": 2})
    ran = harness("diff", first, second)
    assert ran.code == 1
    assert ran.lines == [
        "first divergence: events[1] at 0.750 s",
        "  expected  0.750 hit id=y",
        "  actual    0.750 hit id=z",
        '  events[1].fields.id: value mismatch; expected "y"; got "z"',
        "2 differences:",
        '  events[1].fields.id: value mismatch; expected "y"; got "z"',
        "  metrics.hp: value mismatch; expected 3; got 2",
    ]


def test_a_record_that_ends_early_says_so(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", hit(0.5, "x"), hit(0.75, "y"))
    second = write("b.json", hit(0.5, "x"))
    lines = harness("diff", first, second).lines
    assert lines[0] == "first divergence: events[1] at 0.750 s"
    assert lines[2] == "  actual    no more events"


def test_equal_events_with_other_metrics_are_told_apart(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first, second = write("a.json", metrics={"hp": 3}), write("b.json", metrics={"hp": 2})
    assert harness("diff", first, second).lines[0] == (
        "first divergence: metrics.hp, all events are equal"
    )


def test_a_time_that_is_whole_is_a_number_as_any_other(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", hit(0.5, "x"), digest="d", metrics={"hp": 1.5})
    second = write("b.json", {**hit(0.5, "x"), "at_s": 1}, digest="e", metrics={"hp": 1})
    assert harness("diff", first, second).lines == [
        "first divergence: events[0] at 0.500 s",
        "  expected  0.500 hit id=x",
        "  actual    1.000 hit id=x",
        "  events[0].at_s: value mismatch; expected 0.5; got 1",
        "3 differences:",
        "  events[0].at_s: value mismatch; expected 0.5; got 1",
        "  metrics.hp: value mismatch; expected 1.5; got 1",
        '  digest: value mismatch; expected "d"; got "e"',
    ]


def test_the_json_document_has_every_difference(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", metrics={f"m{number:03}": 1 for number in range(60)})
    second = write("b.json", metrics={f"m{number:03}": 2 for number in range(60)})
    assert harness("diff", first, second).lines[-1] == "  10 more (all with --json)"
    document = harness("diff", first, second, "--json").document
    assert (document["command"], document["exit_code"], document["equal"]) == ("diff", 1, False)
    assert len(document["differences"]) == 60


def cost(work_units: int, **functions: int) -> Cost:
    rows = [FunctionCost(function=name, work_units=units) for name, units in functions.items()]
    return Cost(work_units=work_units, functions=rows)


def test_functions_whose_work_changed_come_last_those_that_grew_most_first(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    before = {"lua/x.lua:2 f": 100, "lua/x.lua:5 g": 40, "lua/x.lua:9 h": 50}
    after = {
        "lua/x.lua:3 f": 200,
        "lua/x.lua:6 g": 30,
        "lua/x.lua:8 new": 250,
        "lua/x.lua:10 h": 50,
    }
    first = write("a.json", cost=cost(200, **before))
    second = write("b.json", cost=cost(530, **after))
    ran = harness("diff", first, second)
    assert ran.code == 1
    assert ran.lines == [
        "first divergence: cost.work_units, all events are equal",
        "  expected  200",
        "  actual    530",
        "  cost.work_units: value mismatch; expected 200; got 530",
        "1 difference:",
        "  cost.work_units: value mismatch; expected 200; got 530",
        "cost: work units 200 -> 530 (+165 %)",
        "  lua/x: new 0 -> 250 (new)",
        "  lua/x: f 100 -> 200 (+100 %)",
        "  (library calls) 10 -> 0 (gone)",
        "  lua/x: g 40 -> 30 (-25 %)",
    ]
    document = harness("diff", first, second, "--json").document
    assert [item["path"] for item in document["differences"]] == ["cost.work_units"]
    assert (document["cost"]["expected"], document["cost"]["actual"]) == (200, 530)
    assert document["cost"]["functions"][1] == {"name": "lua/x: f", "expected": 100, "actual": 200}


def test_work_that_moved_between_functions_is_a_difference(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", cost=cost(9, **{f"lua/x.lua:{n} f{n}": 1 for n in range(9)}))
    second = write("b.json", cost=cost(9, **{f"lua/x.lua:{n} g{n}": 1 for n in range(9)}))
    ran = harness("diff", first, second)
    assert ran.code == 1
    assert ran.lines[0] == "cost: work units 9 -> 9 (0 %)"
    assert ran.lines[-2:] == ["  lua/x: f0 1 -> 0 (gone)", "  8 more (all with --json)"]
    document = harness("diff", first, second, "--json").document
    assert (document["equal"], len(document["cost"]["functions"])) == (False, 18)


def test_functions_that_stand_in_other_lines_are_equal(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first = write("a.json", cost=cost(9, **{"lua/worlds/x/init.lua:2 f": 9}))
    second = write("b.json", cost=cost(9, **{"<shipped>/worlds/x/init.lua:4 f": 9}))
    assert harness("diff", first, second) == (0, "equal: digest d, events: 0\n", "")


def test_a_record_without_a_cost_is_told_from_one_with(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    first, second = write("a.json", cost=cost(9, **{"lua/x.lua:2 f": 9})), write("b.json")
    ran = harness("diff", first, second)
    assert (ran.code, ran.lines[-1]) == (
        1, "  cost: type mismatch; expected \"dict\"; got \"NoneType\""
    )  # fmt: skip


@pytest.mark.parametrize("text", ["{}", "no json", "[1]"])
def test_a_file_that_is_no_record_is_named(
    harness: Callable[..., Any], write: Callable[..., str], tmp_path: Path, text: str
) -> None:
    (tmp_path / "bad.json").write_text(text, "utf-8")
    ran = harness("diff", write("a.json"), "bad.json")
    assert (ran.code, ran.out) == (2, "")
    assert "bad.json" in ran.err


def test_a_manifest_beside_a_record_is_said_to_be_none(
    harness: Callable[..., Any], write: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").write_text("metadata: {id: one}\n", "utf-8")
    ran = harness("diff", write("a.json"), "one.yaml")
    assert ran.err == (
        "run-harness: one.yaml: not a record: no JSON at 1:1 (Expecting value);"
        " records are the files of artifacts/records\n"
    )


def test_a_file_that_is_not_there_is_named(
    harness: Callable[..., Any], write: Callable[..., str]
) -> None:
    ran = harness("diff", write("a.json"), "gone.json")
    assert ran.code == 2
    assert ran.err == "run-harness: cannot read gone.json: No such file or directory\n"
