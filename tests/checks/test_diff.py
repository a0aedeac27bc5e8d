from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine_harness.checks.diff import compare, first_divergence, record_differences
from engine_harness.checks.globs import Globs
from engine_harness.errors import UsageError
from engine_harness.records.models import Cost, InvariantRow, LogRow, RunRecord, Samples
from engine_harness.records.reader import read_record
from engine_harness.records.writer import write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Row = Callable[..., dict[str, Any]]


def told(expected: Any, actual: Any, **options: Any) -> list[tuple[str, str, Any, Any]]:
    return [(d.path, d.kind, d.expected, d.actual) for d in compare(expected, actual, **options)]


# The walk


@pytest.mark.parametrize(
    ("expected", "actual", "kinds"),
    [
        (1, 1.0, ("int", "float")),
        (1, True, ("int", "bool")),
        (0.0, False, ("float", "bool")),
        (None, 0, ("NoneType", "int")),
        ("1", 1, ("str", "int")),
        ([], {}, ("list", "dict")),
    ],
)
def test_types_are_compared_strictly(expected: Any, actual: Any, kinds: tuple[str, str]) -> None:
    assert told(expected, actual) == [("<root>", "type mismatch", *kinds)]
    assert told({"a": [expected]}, {"a": [actual]}) == [("a[0]", "type mismatch", *kinds)]


def test_maps_tell_missing_then_unexpected_then_common_keys() -> None:
    assert told({"z": 1, "y": 2, "b": 3, "a": 4}, {"x": 5, "w": 6, "b": 0, "a": 9}) == [
        ("y", "missing key", 2, None),
        ("z", "missing key", 1, None),
        ("w", "unexpected key", None, 6),
        ("x", "unexpected key", None, 5),
        ("a", "value mismatch", 4, 9),
        ("b", "value mismatch", 3, 0),
    ]


def test_lists_tell_their_length_once_then_the_common_positions() -> None:
    assert told({"a": [1, 2, 3, 4]}, {"a": [1, 0]}) == [
        ("a", "length mismatch", 4, 2),
        ("a[1]", "value mismatch", 2, 0),
    ]
    assert told([[1]], [[1, 2]]) == [("[0]", "length mismatch", 1, 2)]


def test_a_difference_words_itself() -> None:
    (difference,) = compare({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}})
    assert difference.message == "a.b[0].c value mismatch"
    assert compare(1, 2)[0].message == "<root> value mismatch"


def test_numbers_may_be_compared_by_value() -> None:
    assert told([1, 2], [1.0, 2.5], strict_numbers=False) == [("[1]", "value mismatch", 2, 2.5)]
    assert told(1, True, strict_numbers=False) == [("<root>", "type mismatch", "int", "bool")]


def test_very_deep_values_are_no_crash() -> None:
    deep: Any = 1
    other: Any = 2
    for _ in range(3000):
        deep, other = [deep], [other]
    assert told(deep, other) == [("[0]" * 3000, "value mismatch", 1, 2)]


# Ignores and tolerances


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("steps[*].rng_*", "steps[3].rng_before"),
        ("steps[*].rng_*", "steps[3].rng_before.value"),
        ("steps[3].t", "steps[3].t"),
        ("meta.generated_at*", "meta.generated_at.day[1]"),
        ("*.id", "a.id"),
        ("a?c", "abc"),
        ("**.id", "a.b[2].id"),
        ("**", "<root>"),
        ("a.**", "a.b.c[1]"),
        ("*", "a.b[1]"),
        ("a+b", "a+b"),
    ],
)
def test_a_glob_matches(glob: str, path: str) -> None:
    assert Globs([glob]).matching(path) == [glob]


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("steps[*].t", "steps[3].t_s"),
        ("steps[*].t", "steps[3].x.t"),
        ("*.id", "a.b.id"),
        ("*.id", "a[1].id"),
        ("a?c", "a.c"),
        ("a?c", "a[c"),
        ("a.b", "aXb"),
        ("a", "a.b"),
    ],
)
def test_a_glob_does_not_match(glob: str, path: str) -> None:
    assert Globs([glob]).matching(path) == []


@pytest.mark.parametrize("glob", ["steps[", "steps]", "a]b[", "a[[0]]"])
def test_a_malformed_glob_is_an_error(glob: str) -> None:
    with pytest.raises(UsageError) as caught:
        compare(1, 1, ignore=[glob])
    assert str(caught.value) == (
        f"pattern '{glob}': '[' and ']' must come in pairs, as in steps[*].t"
    )


def test_an_ignored_path_is_not_looked_into() -> None:
    expected = {"a": {"x": 1, "y": 2}, "gone": 1, "rows": [{"id": 1, "n": 1}]}
    actual = {"a": {"x": 2}, "new": 1, "rows": [{"id": 2, "n": 2}]}
    ignore = ["a", "gone", "n*", "rows[*].id"]
    assert told(expected, actual, ignore=ignore) == [("rows[0].n", "value mismatch", 1, 2)]


def test_a_tolerance_is_met_by_a_difference_of_its_size() -> None:
    tolerances = {"a.*": 0.5, "a.y": 2.0}
    assert told({"a": {"x": 1, "y": 1}}, {"a": {"x": 1.5, "y": 3}}, tolerances=tolerances) == []
    assert told({"a": {"x": 1}}, {"a": {"x": 1.75}}, tolerances=tolerances) == [
        ("a.x", "type mismatch", "int", "float")
    ]
    assert told({"a": {"x": 1.0}}, {"a": {"x": 1.75}}, tolerances=tolerances) == [
        ("a.x", "value mismatch", 1.0, 1.75)
    ]
    assert told({"a": {"x": 1}}, {"a": {"x": True}}, tolerances=tolerances) == [
        ("a.x", "type mismatch", "int", "bool")
    ]
    assert told({"b": 1.0}, {"b": 1.5}, tolerances=tolerances) != []


KEYS = st.text("abc", min_size=1, max_size=2)
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text("xy")
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert compare(value, deepcopy(value)) == []
    assert compare(value, deepcopy(value), strict_numbers=False) == []


def places(value: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Return (path, container, key) of everything inside a value."""
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = [(f"{path}.{key}" if path else key, value, key) for key in value]
    elif isinstance(value, list):
        pairs = [(f"{path}[{index}]", value, index) for index in range(len(value))]
    return [place for pair in pairs for place in (pair, *places(pair[1][pair[2]], pair[0]))]


@given(JSON, st.data())
def test_any_single_change_is_found_where_it_is(value: Any, data: st.DataObject) -> None:
    changed = deepcopy(value)
    assume(places(changed))
    path, container, key = data.draw(st.sampled_from(places(changed)))
    how = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if how == "replace":
        container[key] = "no such text"
        (difference,) = compare(value, changed)
        assert difference.path == path
    elif how == "remove":
        del container[key]
        differences = compare(value, changed)
        parent = path.rpartition("[")[0] or "<root>"
        expected = (path, "missing key") if isinstance(container, dict) else None
        found = (differences[0].path, differences[0].kind)
        assert found == (expected or (parent, "length mismatch"))
    elif isinstance(container, dict):
        container["new"] = 1
        parent = path[: len(path) - len(key)]
        assert told(value, changed) == [(f"{parent}new", "unexpected key", None, 1)]
    else:
        container.append(1)
        parent = path.rpartition("[")[0] or "<root>"
        length = len(container)
        assert told(value, changed) == [(parent, "length mismatch", length - 1, length)]


@given(JSON, JSON)
def test_both_directions_find_the_same_places(a: Any, b: Any) -> None:
    forth = sorted(d.path for d in compare(a, b))
    back = sorted(d.path for d in compare(b, a))
    assert forth == back


# Records


@pytest.fixture
def record(make_scenario: Callable[..., Any], make_record: Callable[..., Any], row: Row) -> Any:
    return make_record(
        make_scenario(),
        metrics={"hp": 3, "host": "castle"},
        events=[row("hit", 0.5, id="a"), row("hit", 1.0, id="b", n=[1, {"x": 2}])],
        logs=[LogRow(at_s=0.25, frame=60, unit=60, level="print", text="a")],
        samples={"speed": Samples(at_s=[0, 0.5], value=[1, 2])},
        invariants=[
            InvariantRow(
                index=1, name="x", first_at_s=0.75, frame=1, unit=1, violated_s=0, frames=0
            )
        ],
        cost=Cost(work_units=10),
        host={"wall_s": 0.1},
    )


def test_equal_records_do_not_diverge_whatever_the_host(record: RunRecord, tmp_path: Path) -> None:
    write_record(tmp_path / "a.json", record)
    other = read_record(tmp_path / "a.json").model_copy(update={"host": {"wall_s": 9}})
    assert first_divergence(record, other) is None


def test_the_first_different_event_is_told_with_its_time(record: RunRecord, row: Row) -> None:
    changed = row("hit", 1.0, id="c", n=[1, {"x": True}])
    other = record.model_copy(update={"events": [record.events[0], changed], "metrics": {}})
    found = first_divergence(record, other)
    assert found is not None
    assert (found.index, found.at_s, found.path) == (1, 1.0, "events[1].fields.id")
    assert (found.expected, found.actual) == (record.events[1], changed)
    assert [d.message for d in found.differences] == [
        "events[1].fields.id value mismatch",
        "events[1].fields.n[1].x type mismatch",
    ]


def test_an_event_too_many_is_told(record: RunRecord) -> None:
    shorter = record.model_copy(update={"events": record.events[:1]})
    found = first_divergence(record, shorter)
    assert found is not None
    assert (found.index, found.at_s, found.actual) == (1, 1.0, None)
    assert found.expected == record.events[1]
    back = first_divergence(shorter, record)
    assert back is not None
    assert (back.index, back.expected, back.actual) == (1, None, record.events[1])
    assert [d.message for d in back.differences] == ["events length mismatch"]


@pytest.mark.parametrize(
    ("part", "value", "path", "at_s"),
    [
        ("metrics", {"hp": 3, "host": "tower"}, "metrics.host", None),
        ("metrics", None, "metrics", None),
        (
            "samples",
            {"speed": Samples(at_s=[0, 0.5], value=[1, 3])},
            "samples.speed.value[1]",
            None,
        ),
        (
            "logs",
            [LogRow(at_s=0.25, frame=60, unit=60, level="print", text="b")],
            "logs[0].text",
            0.25,
        ),
        ("invariants", [], "invariants", None),
        (
            "invariants",
            [
                InvariantRow(
                    index=1, name="x", first_at_s=0.75, frame=2, unit=1, violated_s=0, frames=0
                )
            ],
            "invariants[0].frame",
            0.75,
        ),
        ("sections", {"timeline": {}}, "sections.timeline", None),
        ("cost", Cost(work_units=11), "cost.work_units", None),
        ("warnings", ["slow"], "warnings", None),
        ("digest", "e", "digest", None),
    ],
)
def test_what_else_differs_is_told_by_its_path(
    record: RunRecord, part: str, value: Any, path: str, at_s: float | None
) -> None:
    found = first_divergence(record, record.model_copy(update={part: value}))
    assert found is not None
    assert (found.index, found.path, found.at_s) == (None, path, at_s)


def test_what_happened_is_told_before_what_follows_from_it(record: RunRecord) -> None:
    changes = {"digest": "e", "cost": Cost(work_units=11), "metrics": {"hp": 4, "host": "castle"}}
    found = first_divergence(record, record.model_copy(update=changes))
    assert found is not None
    assert [d.path for d in found.differences] == ["metrics.hp", "cost.work_units", "digest"]


def test_all_differences_of_records_begin_with_the_events(record: RunRecord) -> None:
    changes: dict[str, Any] = {
        "events": [record.events[0], {**record.events[1], "at_s": 2}],
        "metrics": {"hp": 3.0, "host": "tower"},
        "cost": Cost(work_units=11),
        "digest": "e",
        "host": {"wall_s": 9},
    }
    found = record_differences(record, record.model_copy(update=changes))
    assert [(d.path, d.kind) for d in found] == [
        ("events[1].at_s", "value mismatch"),
        ("metrics.host", "value mismatch"),
        ("cost.work_units", "value mismatch"),
        ("digest", "value mismatch"),
    ]
    assert record_differences(record, record) == []
