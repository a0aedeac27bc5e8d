"""While somebody is writing, a broken manifest stands for what it said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.watch.held import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Pond


class Table:
    """A project, read again and again with what stood last time."""

    def __init__(self, pond: Pond) -> None:
        self.pond = pond
        self.harness = Harness(open_project(pond.folder))
        self.last: Standing | None = None

    def read(self, **options: bool) -> Standing:
        last = {} if self.last is None else self.last.good
        self.last = standing(self.harness.read_manifests(), last, **options)  # type: ignore[arg-type]
        return self.last

    def ids(self, **options: bool) -> dict[str, list[str]]:
        """Return the ids that count, by file."""
        return {
            file.file.path.removeprefix("scenarios/"): [one.id for one in file.scenarios]
            for file in self.read(**options).files
        }


@pytest.fixture
def table(pond: Pond) -> Iterator[Table]:
    one = Table(pond)
    yield one
    one.harness.pool.close()


def test_a_broken_file_stands_for_what_it_said_last(table: Table) -> None:
    before = table.read()
    table.pond.write("scenarios/good.yaml", "metadata: [")
    after = table.read()
    assert (after.broken, after.lost) == (("scenarios/good.yaml",), ())
    assert [one is other for one, other in zip(before.files, after.files, strict=True)] == [
        True,
        True,
    ]
    # And goes on standing for it, however often it is read.
    assert table.read().files == after.files


def test_a_file_that_was_never_whole_stands_for_nothing(table: Table) -> None:
    table.pond.write("scenarios/good.yaml", "metadata: [")
    assert table.ids() == {"other.yaml": ["other"]}
    assert table.last is not None
    assert table.last.lost == ("scenarios/good.yaml",)


def test_a_file_that_is_gone_stands_for_nothing(table: Table) -> None:
    table.read()
    (table.pond.folder / "scenarios/good.yaml").unlink()
    assert table.ids() == {"other.yaml": ["other"]}


def test_who_had_an_id_keeps_it(table: Table) -> None:
    table.read()
    text = (table.pond.folder / "scenarios/good.yaml").read_text("utf-8")
    table.pond.write("scenarios/a_copy.yaml", text.replace("good", "Good"))
    for _ in range(2):
        assert table.ids() == {"a_copy.yaml": [], "good.yaml": ["good"], "other.yaml": ["other"]}
    assert table.last is not None
    assert table.last.broken == ("scenarios/good.yaml",)


def test_a_world_that_declares_nonsense_breaks_its_manifests(table: Table) -> None:
    table.read()
    world = table.pond.folder / "lua/worlds/pond/init.lua"
    world.write_text(world.read_text("utf-8").replace("actions", "actionss"), "utf-8")
    table.harness.notice([world])
    now = table.read()
    assert now.broken == ("scenarios/good.yaml", "scenarios/other.yaml")
    assert [problem.file for problem in now.problems] == ["lua/worlds/pond/init.lua"]


def test_warnings_break_a_manifest_only_where_they_are_errors(table: Table) -> None:
    text = (table.pond.folder / "scenarios/good.yaml").read_text("utf-8")
    table.pond.write("scenarios/good.yaml", text.replace("at: 0", "at: -1"))
    lenient = table.read()
    assert [problem.severity for problem in lenient.problems] == ["warning"]
    assert lenient.broken == ()
    assert table.read(strict=True).broken == ("scenarios/good.yaml",)
