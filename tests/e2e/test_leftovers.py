"""What a project no longer holds leaves no artifact behind; what is not ours stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


def test_a_deleted_scenario_takes_its_module_and_its_record_with_it(project: Project) -> None:
    project.scenario("other", "pond")
    mine = project.write("artifacts/records/notes.txt", "mine")
    assert project.run().code == 0
    (project.folder / "scenarios/other.json").unlink()
    assert project.run("good").code == 0
    left = sorted(path.name for path in (project.folder / "artifacts/records").iterdir())
    assert left == ["good.json", "notes.txt"]
    assert mine.read_text("utf-8") == "mine"


def test_a_file_given_by_name_removes_nothing_of_the_others(project: Project) -> None:
    project.scenario("other", "pond")
    assert project.run().code == 0
    assert project.run("scenarios/good.yaml").code == 0
    assert (project.folder / "artifacts/records/other.json").is_file()


@pytest.mark.parametrize(
    "text", ["return {", "return 5", "error('x')", "return {events = {{{time = 'a'}}}}"]
)
def test_a_module_edited_into_nonsense_fails_its_own_scenario_only(
    project: Project, text: str
) -> None:
    project.scenario("other", "pond")
    assert project.run().code == 0
    project.write("artifacts/scenarios/other.lua", text)
    done = project.run("--skip-build")
    assert done.code == 1
    assert "[PASS] good" in done.out
    assert "the compiled module is no plan" in done.out
    assert "is stale" in done.err
