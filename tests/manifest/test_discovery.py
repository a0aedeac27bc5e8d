"""Which files are read, in which order, and what stops a suite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from .conftest import Desk


def manifest(name: str, action: str = "jump") -> str:
    return (
        f"metadata: {{id: {name}, label: L}}\nworld: pit\ntimeline: [{{at: 0, action: {action}}}]\n"
    )


def read(desk: Desk, *paths: str) -> list[str]:
    return [file.path for file in desk.load(paths=paths).files]


def test_folders_are_searched_in_path_order(desk: Desk) -> None:
    for path in ("b/x.yml", "b.yaml", "a/z.yaml", "a/b/y.json", "B.yaml"):
        text = manifest(f"s{len(list(desk.root.rglob('*.y*ml')))}")
        if path.endswith(".json"):
            text = (
                '{"metadata": {"id": "j", "label": "L"}, "world": "pit",'
                ' "timeline": [{"at": 0, "action": "jump"}]}'
            )
        desk.write(f"scenarios/{path}", text)
    assert read(desk) == [
        "scenarios/B.yaml",
        "scenarios/a/b/y.json",
        "scenarios/a/z.yaml",
        "scenarios/b/x.yml",
        "scenarios/b.yaml",
    ]


def test_scenarios_run_in_order_of_their_ids(desk: Desk) -> None:
    for name in ("b", "A", "C", "a_b"):
        desk.write(f"scenarios/{name}.yaml", manifest(name))
    assert [scenario.id for scenario in desk.load().scenarios] == ["A", "a_b", "b", "C"]


@pytest.mark.parametrize(
    "path",
    [
        ".hidden.yaml",
        "_draft.yaml",
        ".git/a.yaml",
        "_parts/a.yaml",
        "baselines/a.yaml",
        "goldens/a.yaml",
        "deep/snapshots/a.yaml",
        "stages/a.yaml",
        "scenes/a.yaml",
        "negative/a.yaml",
        "notes.txt",
        "README.md",
    ],
)
def test_what_is_no_manifest_is_passed_over(desk: Desk, path: str) -> None:
    desk.write(f"scenarios/{path}", "broken: [")
    assert read(desk) == []


def test_what_is_passed_over_is_read_when_named(desk: Desk) -> None:
    desk.write("scenarios/negative/_a.yaml", manifest("a"))
    assert read(desk, "scenarios/negative/_a.yaml") == ["scenarios/negative/_a.yaml"]
    desk.write("scenarios/negative/b.yaml", manifest("b"))
    assert read(desk, "scenarios/negative") == ["scenarios/negative/b.yaml"]


def test_a_broken_manifest_anywhere_stops_a_suite_but_not_a_named_file(desk: Desk) -> None:
    desk.write("scenarios/bad.yaml", "metadata: [")
    desk.write("scenarios/good.yaml", manifest("good"))
    assert len(desk.problems()) == 1
    assert read(desk, "scenarios/good.yaml") == ["scenarios/good.yaml"]


def test_problems_of_all_files_are_told_at_once(desk: Desk) -> None:
    files = {"a.yaml": "x: [", "b.yaml": manifest("b", "jmp"), "c.json": "{"}
    assert desk.problems(files) == [
        "a.yaml:2:1 ERROR manifest: broken YAML: did not find expected node content"
        " (while parsing a flow node)",
        "b.yaml:3:28 ERROR manifest.timeline[1].action: unknown action 'jmp' for world 'pit'"
        " (did you mean 'jump'?)",
        "c.json:1:2 ERROR manifest: broken JSON: expected a key in double quotes",
    ]


def test_a_file_named_twice_is_read_once(desk: Desk) -> None:
    desk.write("scenarios/a.yaml", manifest("a"))
    assert read(desk, "scenarios/a.yaml", "scenarios", "./scenarios/a.yaml") == ["scenarios/a.yaml"]


def test_a_path_is_looked_up_from_the_current_folder_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("scenarios/deep/a.yaml", manifest("a"))
    monkeypatch.chdir(desk.root / "scenarios/deep")
    assert read(desk, "a.yaml") == ["scenarios/deep/a.yaml"]


def test_a_format_that_is_not_read_is_an_error_where_it_is_named(desk: Desk) -> None:
    desk.write("scenarios/a.yaml", manifest("a"))
    desk.write("scenarios/b.txt", "")
    assert read(desk) == ["scenarios/a.yaml"]
    with pytest.raises(UsageError) as caught:
        desk.load(paths=["scenarios/b.txt"])
    assert str(caught.value) == (
        "scenarios/b.txt: format .txt is not read; allowed: .yaml, .yml, .json, .toml, .lua, .luau"
    )


def test_a_path_that_is_not_there_is_an_error_with_a_suggestion(desk: Desk) -> None:
    desk.write("scenarios/edge.yaml", manifest("a"))
    with pytest.raises(UsageError) as caught:
        desk.load(paths=["scenarios/egde.yaml"])
    assert str(caught.value) == (
        "no file or folder 'scenarios/egde.yaml' (did you mean 'edge.yaml'?)"
    )


def test_the_default_folder_may_be_missing_but_a_configured_one_may_not(desk: Desk) -> None:
    (desk.root / "scenarios").rmdir()
    assert read(desk) == []
    desk.write("harness.toml", '[paths]\nscenarios = ["plays"]\n')
    with pytest.raises(UsageError) as caught:
        desk.load()
    assert str(caught.value) == (
        f"harness.toml:2: paths.scenarios: no folder 'plays' in {desk.root}"
    )


def test_a_manifest_that_cannot_be_read_is_a_problem_like_any_other(desk: Desk) -> None:
    (desk.root / "scenarios/a.yaml").symlink_to(desk.root / "nowhere")
    assert desk.problems() == ["a.yaml ERROR manifest: cannot be read: there is no such file"]


def test_a_folder_that_links_to_itself_is_an_error_not_a_hang(desk: Desk) -> None:
    (desk.root / "scenarios/loop").symlink_to(desk.root / "scenarios")
    with pytest.raises(UsageError) as caught:
        desk.load()
    assert str(caught.value) == (
        f"{desk.root}/scenarios/loop: the folder is a link to one above itself"
    )


def test_every_file_has_the_digest_of_its_bytes(desk: Desk) -> None:
    desk.write("scenarios/a.yaml", manifest("a"))
    (file,) = desk.load().files
    assert (file.ids, len(file.sha256)) == (("a",), 64)
    desk.write("scenarios/a.yaml", manifest("a") + "\n")
    assert desk.load().files[0].sha256 != file.sha256


def test_a_folder_is_searched_for_manifests_not_for_game_code_or_artifacts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.root)
    for path in ("a.yaml", "extra/b.yaml"):
        desk.write(path, manifest(path[-6]))
    for path in ("lua/worlds/pit/data.json", "lua/tables.lua", "artifacts/records/a.json"):
        desk.write(path, "{}")
    desk.write("artifacts/scenarios/a.lua", "return {}")
    desk.write("harness.toml", "")
    found = desk.load(paths=["."])
    assert ([file.path for file in found.files], found.warnings) == (["a.yaml", "extra/b.yaml"], ())


def test_scenarios_inside_a_lua_root_are_found(desk: Desk) -> None:
    desk.write("harness.toml", '[paths]\nscenarios = ["lua/scenarios"]\nlua = ["lua"]\n')
    desk.write("lua/scenarios/a.yaml", manifest("a"))
    assert read(desk, "lua/scenarios") == read(desk) == ["lua/scenarios/a.yaml"]
    assert read(desk, "lua/scenarios/.") == ["lua/scenarios/a.yaml"]


def test_a_dot_is_the_current_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("scenarios/a.yaml", manifest("a"))
    desk.write("scenarios/deep/b.yaml", manifest("b"))
    monkeypatch.chdir(desk.root / "scenarios/deep")
    assert read(desk, ".") == read(desk, "./b.yaml") == ["scenarios/deep/b.yaml"]
    assert read(desk, "..") == ["scenarios/a.yaml", "scenarios/deep/b.yaml"]


def test_a_configured_lua_folder_must_exist(desk: Desk) -> None:
    desk.write("harness.toml", '[paths]\nlua = ["lua", "gmae"]\n')
    with pytest.raises(UsageError) as caught:
        desk.load()
    assert str(caught.value) == f"harness.toml:2: paths.lua: no folder 'gmae' in {desk.root}"


def test_the_files_of_a_gate_are_no_manifests(desk: Desk) -> None:
    desk.write("harness.toml", '[suites.pace]\ngate = "scenarios/pace.envelope.json"\n')
    for name in ("pace.envelope", "pace.baseline"):
        desk.write(f"scenarios/{name}.json", "{}")
    desk.write("scenarios/a.yaml", manifest("a"))
    assert read(desk) == ["scenarios/a.yaml"]
    assert read(desk, "scenarios") == ["scenarios/a.yaml"]


def test_what_cannot_be_opened_or_named_is_told_and_does_not_hang(desk: Desk) -> None:
    desk.write("scenarios/a.yaml", manifest("a"))
    os.mkfifo(desk.root / "scenarios/pipe.yaml")
    name = os.fsencode(desk.root / "scenarios") + b"/b\xff.yaml"
    with open(name, "wb") as stream:  # noqa: PTH123 - a Path cannot hold this name
        stream.write(manifest("b").encode())
    with pytest.raises(ManifestError) as caught:
        desk.load()
    assert str(caught.value).splitlines() == [
        "scenarios/b\\udcff.yaml ERROR manifest: the name of the file is not UTF-8;"
        " give it another one",
        "scenarios/pipe.yaml ERROR manifest: cannot be read: it is no regular file",
    ]
