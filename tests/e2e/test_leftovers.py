"""What a project no longer holds leaves no artifact behind; what is not ours stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
