"""Which scenarios a command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import NothingSelected, UsageError
from engine_harness.manifest.select import ScenarioFilter, Selection, select

if TYPE_CHECKING:
    from .conftest import Desk

QUICK = ScenarioFilter(tags=("fast",), exclude_tags=("broken",))
WIDE = ScenarioFilter(worlds=("open",), drivers=("timeline",))


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    for path, world, tags, more in (
        ("a/one.yaml", "pit", "[fast], priority: p0", ""),
        ("a/two.yaml", "open", "[FAST, broken]", ""),
        ("b/three.yaml", "open", "[]", "matrix: {seed: [1, 2]}\n"),
    ):
        name = path[2:].removesuffix(".yaml")
        desk.write(
            f"scenarios/{path}",
            f"metadata: {{id: {name}, label: L, tags: {tags}}}\nworld: {world}\n"
            f"timeline: [{{at: 0, action: jump}}]\n{more}",
        )
    return desk


def chosen(desk: Desk, **selection: Any) -> list[str]:
    found = select(desk.load(), Selection(**selection), desk.project)
    return [scenario.id for scenario in found]


THREE = ["three[seed=1]", "three[seed=2]"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, ["one", *THREE, "two"]),
        ({"suite": QUICK}, ["one"]),
        ({"suite": WIDE}, [*THREE, "two"]),
        ({"suite": WIDE, "scenario": ("two", "one")}, ["two"]),
        ({"suite": WIDE, "tags": ("fast",)}, ["two"]),
        ({"priority": "P0"}, ["one"]),
        ({"priority": "p0", "tags": ("fast",)}, ["one"]),
        ({"tags": ("Fast",)}, ["one", "two"]),
        ({"tags": ("fast", "broken")}, ["two"]),
        ({"exclude_tags": ("FAST",)}, THREE),
        ({"tags": ("fast",), "exclude_tags": ("broken",)}, ["one"]),
        ({"targets": ("scenarios/a",)}, ["one", "two"]),
        ({"targets": ("scenarios/a/", "scenarios/b/three.yaml")}, ["one", *THREE, "two"]),
        ({"targets": ("scenarios/a/two.yaml",)}, ["two"]),
        ({"targets": ("scenarios/a::one",)}, ["one"]),
        ({"targets": ("scenarios/b/three.yaml::three",)}, THREE),
        ({"targets": ("scenarios/b/three.yaml::three[seed=2]",)}, ["three[seed=2]"]),
        ({"targets": ("three",)}, THREE),
        ({"targets": ("two", "one")}, ["one", "two"]),
        ({"targets": ("scenarios/a",), "tags": ("broken",)}, ["two"]),
        ({"scenario": ("two",), "tags": ("nothing",), "targets": ("one",)}, ["two"]),
        ({"scenario": ("three", "one")}, ["one", *THREE]),
    ],
)
def test_selection(shelf: Desk, selection: dict[str, Any], expected: list[str]) -> None:
    assert chosen(shelf, **selection) == expected


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"scenario": ("twoo",)}, "no scenario is called 'twoo' (did you mean 'two'?)"),
        ({"scenario": ("TWO",)}, "no scenario is called 'TWO' (did you mean 'two'?)"),
        ({"targets": ("thre",)}, "no scenario is called 'thre' (did you mean 'three'?)"),
        ({"targets": ("scenarios/c",)}, "no file or folder 'scenarios/c'"),
        (
            {"targets": ("scenarios/a::three",)},
            "no scenario is called 'three'",
        ),
    ],
)
def test_a_name_that_nobody_has_is_an_error(
    shelf: Desk, selection: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(shelf, **selection)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"tags": ("nothing",)}, "no scenario matches tag nothing"),
        (
            {"suite": QUICK, "exclude_tags": ("fast",)},
            "no scenario matches without tag fast",
        ),
        ({"targets": ("one",), "tags": ("broken",)}, "no scenario matches tag broken, one"),
        ({"suite": WIDE, "scenario": ("one",)}, "no scenario matches id one"),
        ({"tags": ("slow",), "priority": "P1"}, "no scenario matches tag slow, priority P1"),
    ],
)
def test_a_selection_that_is_empty_is_told(
    shelf: Desk, selection: dict[str, Any], message: str
) -> None:
    with pytest.raises(NothingSelected) as caught:
        chosen(shelf, **selection)
    assert str(caught.value) == message
    assert caught.value.exit_code == 5


def test_an_empty_project_has_nothing_to_select(desk: Desk) -> None:
    with pytest.raises(NothingSelected) as caught:
        chosen(desk)
    assert str(caught.value) == "no scenario was found"
