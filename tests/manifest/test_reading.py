"""A manifest is read once per content, and again when its world declares something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.manifest.load import LoadError, Reading, load_manifests, read_manifests
from engine_harness.manifest.reading import ManifestReader
from engine_harness.vm.job import Reply

if TYPE_CHECKING:
    from conftest import Desk

    from engine_harness.manifest.worlds import WorldCatalog

ONE = "metadata: {id: one, label: One}\nworld: pit\ntimeline:\n  - {at: 0, action: jump}\n"
TWO = ONE.replace("one", "two").replace("pit", "open")
LUA = "lua/worlds/pit/init.lua"


class Table:
    """Readers and worlds that outlive one reading."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.worlds: WorldCatalog = desk.worlds
        self.reader = ManifestReader(desk.root, desk.caller, self.worlds)
        for world in ("pit", "open"):
            self.answer(world, **{f"worlds.{world}": f"lua/worlds/{world}/init.lua"})

    def answer(self, world: str, **modules: str | None) -> None:
        """Let a world tell which modules it has loaded."""
        reply = self.desk.caller.worlds[world]
        self.desk.caller.worlds[world] = Reply(
            status=reply.status,
            value=reply.value,
            message=reply.message,
            host={"modules": dict(modules)},
        )

    def read(self, *changed: str) -> Reading:
        self.worlds.forget([self.desk.root / path for path in changed])
        return read_manifests(self.desk.project, self.reader, worlds=self.worlds)

    def asked(self) -> list[str]:
        """Return the worlds that were asked since last time."""
        jobs = [str(job.data["world"]) for job in self.desk.caller.jobs]  # type: ignore[index,call-overload]
        self.desk.caller.jobs.clear()
        return jobs


def texts(reading: Reading) -> list[str]:
    return [problem.message for problem in reading.problems]


def test_what_says_the_same_is_the_same_object(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE)
    desk.write("scenarios/two.yaml", TWO)
    first = table.read()
    assert table.asked() == ["pit", "open"]
    desk.write("scenarios/two.yaml", TWO + "# more\n")
    second = table.read()
    assert second.files[0] is first.files[0]
    assert second.files[1] is not first.files[1]
    assert table.asked() == []


def test_a_changed_file_of_a_world_asks_it_again(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE)
    desk.write("scenarios/two.yaml", TWO)
    first = table.read()
    table.asked()
    # It says the same: its manifests are not judged again.
    second = table.read(LUA)
    assert table.asked() == ["pit"]
    assert second.files == first.files
    assert second.files[0] is first.files[0]
    # It declares something else.
    desk.caller.worlds["pit"] = Reply(
        status="ok",
        value={
            "describe": {"actions": {"sing": {}}},
            "methods": ["apply", "metrics", "new"],
            "invariants": {},
        },
    )
    third = table.read(LUA)
    assert "unknown action 'jump' for world 'pit'" in texts(third)[0]
    assert third.files[1] is first.files[1]


def test_a_broken_world_is_not_asked_in_vain_and_mended_by_any_file_it_looked_for(
    desk: Desk,
) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE)
    good = desk.caller.worlds["pit"]
    desk.caller.worlds["pit"] = Reply(status="error", message="boom")
    table.answer("pit", **{"worlds.pit": LUA, "extra": None})
    first = table.read()
    assert texts(first) == []
    assert table.read("lua/other.lua").files[0] is first.files[0]
    desk.caller.worlds["pit"] = good
    assert table.read("lua/extra/init.lua").files[0] is not first.files[0]


def test_a_world_that_appears_mends_its_manifest(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE.replace("pit", "late"))
    assert "unknown world 'late'" in texts(table.read())[0]
    desk.add_world("late", desk.caller.worlds["pit"])
    assert texts(table.read("lua/worlds/late/init.lua")) == []


def test_a_world_that_nobody_names_any_more_has_no_problems(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/two.yaml", TWO)
    path = desk.write("scenarios/one.yaml", ONE)
    desk.caller.worlds["pit"] = Reply(status="ok", value={"describe": {"actionss": {}}})
    assert texts(table.read()) != []
    path.unlink()
    assert texts(table.read()) == []


def test_ids_are_unique_whatever_was_read_before(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE)
    desk.write("scenarios/two.yaml", TWO)
    assert texts(table.read()) == []
    desk.write("scenarios/two.yaml", ONE.replace("one", "One"))
    clash = ["id 'One' is already used in scenarios/one.yaml:1 as 'one'"]
    assert texts(table.read()) == clash
    assert texts(table.read()) == clash
    desk.write("scenarios/one.yaml", TWO)
    assert texts(table.read()) == []


def test_a_reader_that_forgets_reads_everything_again(desk: Desk) -> None:
    table = Table(desk)
    desk.write("scenarios/one.yaml", ONE)
    first = table.read()
    table.reader.forget()
    assert table.read().files[0] is not first.files[0]


def test_a_warm_reader_tells_what_a_fresh_one_tells(desk: Desk) -> None:
    """The same problems, in the same order and words."""
    table = Table(desk)
    files = {
        "a.yaml": "scenarios:\n  - metadata: {id: x, label: X}\n  - metadata: {id: x}\n",
        "b.json": '{"metadata": {"id": "X", "label": 3}, "world": "pitt"}',
        "c.yaml": ONE + "matrix: {seed: [1, x, {}]}\nextra: 1\n",
        "d.yaml": "[",
    }
    for path, text in files.items():
        desk.write(f"scenarios/{path}", text)
    table.read()
    warm = table.read().problems
    with pytest.raises(LoadError) as caught:
        load_manifests(desk.project, desk.caller, worlds=desk.worlds)
    assert warm == caught.value.diagnostics
    assert len(warm) > 8
