"""Which scenarios a command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import NothingSelected, UsageError
from engine_harness.manifest.select import Selection, select

if TYPE_CHECKING:
    from .conftest import Desk

TOML = """\
[suites.quick]
tags = ["Fast"]
exclude_tags = ["broken"]
[suites.wide]
worlds = ["open"]
drivers = ["timeline"]
"""


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    desk.write("harness.toml", TOML)
    for path, world, tags, more in (
        ("a/one.yaml", "pit", "[fast]", ""),
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
        ({"suites": ("all",)}, ["one", *THREE, "two"]),
        ({"suites": ("engine-sim",)}, ["one", *THREE, "two"]),
        ({"suites": ("quick",)}, ["one"]),
        ({"suites": ("wide",)}, [*THREE, "two"]),
        ({"suites": ("quick", "wide")}, ["one", *THREE, "two"]),
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
        (
            {"suites": ("quik",)},
            "no suite is called 'quik' (did you mean 'quick'?); "
            "known: all, engine-sim, quick, wide",
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
            {"suites": ("quick",), "exclude_tags": ("fast",)},
            "no scenario matches suite quick, without tag fast",
        ),
        ({"targets": ("one",), "tags": ("broken",)}, "no scenario matches tag broken, one"),
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
