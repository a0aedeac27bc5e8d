"""Rounds of watch mode in one process: each test changes something, and takes it back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness.records.writer import write_bytes

if TYPE_CHECKING:
    from conftest import Stage

BOTH = "2 scenarios: 2 passed, 0 failed"
HEAD = "metadata: {id: good, label: x}\nworld: pond\n"
THREE = "3 scenarios: 3 passed, 0 failed"
HELD = "  broken: scenarios/good.yaml (what it said before counts)\n"


def artifacts(folder: Path) -> dict[str, bytes]:
    """Return every artifact without what depends on the machine or the hour."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in ("host", "meta")}
        return [plain(item) for item in value] if isinstance(value, list) else value

    found = {}
    for path in sorted((folder / "artifacts").rglob("*.*")):
        data = path.read_bytes()
        if path.suffix == ".json":
            data = json.dumps(plain(json.loads(data))).encode()
        found[path.relative_to(folder).as_posix()] = data
    return found


def test_the_banner_names_what_is_watched(stage: Stage) -> None:
    first = stage.beginning.partition("\n")[0]
    assert first == (
        "watching scenarios, lua, harness.toml (told by the system);"
        " a runs all, f the failed ones, q quits"
    )


def test_a_changed_manifest_runs_alone(stage: Stage) -> None:
    stage.pond.scenario("good", fish=9)
    text = stage.screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n")
    assert "[FAIL] good" in text
    assert "expect fish eq 9 (got 3)" in text
    assert "other" not in text
    stage.back()


def test_a_key_runs_what_has_failed(stage: Stage) -> None:
    stage.pond.scenario("good", fish=9)
    stage.screen.round("[FAIL] good")
    stage.screen.type("f")
    text = stage.screen.round("failed: running 1 of 2 scenarios\n", "[FAIL] good")
    assert "2 scenarios: 1 passed, 1 failed" in text
    stage.back()
    stage.screen.type("f")
    stage.screen.round("\nnothing has failed\n", counts=BOTH)


def test_a_file_that_takes_the_place_of_another_is_a_change(stage: Stage) -> None:
    good = (stage.pond.folder / "scenarios/good.yaml").read_text("utf-8")
    stage.pond.replace("scenarios/good.yaml", f"{good}# saved\n")
    stage.screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n[PASS] good")
    stage.pond.move_aside("scenarios/good.yaml", f"{good}# saved by vim\n")
    stage.screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n[PASS] good")
    stage.back()


def test_what_is_read_or_written_as_it_was_is_no_change(stage: Stage) -> None:
    good = stage.pond.folder / "scenarios/good.yaml"
    good.read_bytes()
    stage.pond.scenario("good")
    write_bytes(stage.pond.folder / "artifacts/engine/good.yaml", b"metadata: {")
    (stage.pond.folder / "artifacts/engine/good.yaml").unlink()
    stage.pond.replace("scenarios/other.yaml", f"{good.read_text().replace('good', 'other')}# x\n")
    text = stage.screen.round("changed scenarios/")
    assert "changed scenarios/other.yaml: running 1 of 2 scenarios\n" in text
    stage.back()


def test_a_broken_manifest_counts_as_it_was_and_the_summary_says_so(stage: Stage) -> None:
    stage.pond.write("scenarios/good.yaml", f"{HEAD}timelin: []\n")
    text = stage.screen.round("changed scenarios/good.yaml: running 0 of 2 scenarios\n")
    assert "scenarios/good.yaml:3:1 ERROR manifest.timelin: unknown field 'timelin'" in text
    assert BOTH in text
    stage.screen.until(HELD)
    assert HELD not in stage.back()


def test_a_broken_manifest_stops_nobody_and_is_told_once(stage: Stage) -> None:
    stage.pond.write("scenarios/good.yaml", f"{HEAD}timelin: []\n")
    stage.screen.until("timelin", "Summary:\n", HELD)
    stage.pond.scenario("other", fish=4)
    text = stage.screen.until(
        "changed scenarios/other.yaml: running 1 of 2 scenarios\n", "Summary:\n", HELD
    )
    assert "[FAIL] other" in text
    assert "timelin" not in text
    text = stage.back()
    assert "scenarios/good.yaml, scenarios/other.yaml: running 2 of 2 scenarios\n" in text


def test_a_file_that_was_never_whole_counts_for_nothing(stage: Stage) -> None:
    stage.pond.write("scenarios/new.yaml", "metadata: {")
    stage.screen.until(
        "changed scenarios/new.yaml: running 0 of 2 scenarios\n",
        "Summary:\n",
        "  broken: scenarios/new.yaml (nothing of it counts)\n",
    )
    stage.back()


def test_the_failed_ones_are_also_those_that_a_failed_round_has_not_run(stage: Stage) -> None:
    # Where the modules go is no folder: nothing can be compiled.
    modules = stage.pond.folder / "artifacts/scenarios"
    shutil.rmtree(modules)
    modules.write_text("")
    stage.pond.write("lua/worlds/pond/rules.lua", "return { start = 1 }\n")
    stage.screen.until(
        "rules.lua: running 2 of 2", "Summary:\n", "not done; what ran before counts\n"
    )
    modules.unlink()
    stage.screen.type("f")
    text = stage.screen.round("failed: running 2 of 2 scenarios\n")
    assert text.count("[FAIL]") == 2
    stage.back()


def test_a_change_that_nobody_depends_on_runs_nothing(stage: Stage) -> None:
    stage.pond.write("lua/unused.lua", "return 1\n")
    words = "changed lua/unused.lua: no selected scenario depends on it\n"
    stage.screen.round(words, counts=BOTH)
    stage.back()


def test_artifacts_that_somebody_has_removed_are_made_again(stage: Stage) -> None:
    shutil.rmtree(stage.pond.folder / "artifacts")
    stage.pond.scenario("good", fish=9)
    stage.screen.round("changed scenarios/good.yaml: running 2 of 2 scenarios\n")
    records = stage.pond.folder / "artifacts/records"
    assert sorted(path.name for path in records.iterdir()) == ["good.json", "other.json"]
    stage.back()


def test_a_world_that_is_moved_away_and_back_leaves_no_noise(stage: Stage) -> None:
    world, aside = stage.pond.folder / "lua/worlds/pond", stage.pond.folder / "aside"
    world.rename(aside)
    text = stage.screen.round("deleted lua/worlds/pond/init.lua")
    aside.rename(world)
    text += stage.screen.round("changed lua/worlds/pond/init.lua", counts=BOTH)
    assert "Warning" not in text
    stage.pond.write("lua/worlds/pond/rules.lua", "return { start = 1 }\n")
    stage.screen.round("changed lua/worlds/pond/rules.lua: running 2 of 2 scenarios\n")
    stage.back()


def test_names_and_files_that_cannot_be_read_do_not_end_it(stage: Stage) -> None:
    folder = stage.pond.folder / "scenarios"
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.yaml"))
    odd.write_text("metadata: {}\n")
    stage.screen.round("changed scenarios/")
    odd.unlink()
    stage.screen.round("deleted scenarios/")
    os.mkfifo(folder / "pipe.yaml")
    stage.screen.round("changed scenarios/pipe.yaml", "scenarios/pipe.yaml")
    (folder / "pipe.yaml").unlink()
    stage.screen.round("deleted scenarios/pipe.yaml", counts=BOTH)


def test_a_broken_project_file_changes_nothing_until_it_is_mended(stage: Stage) -> None:
    stage.pond.write("harness.toml", "[run]\njobs = 0\n")
    stage.screen.until(
        "harness.toml:2 ERROR run.jobs",
        "\nchanged harness.toml: running 0 of 2 scenarios\n",
        BOTH,
        "  broken: harness.toml (harness.toml as it was before counts)\n",
    )
    assert "changed harness.toml: running 2 of 2 scenarios\n" in stage.back()


def test_a_change_of_lua_runs_the_scenarios_that_load_it(stage: Stage) -> None:
    world = (stage.pond.folder / "lua/worlds/pond/init.lua").read_text("utf-8")
    lake = world.replace('require("worlds.pond.rules")', "{ start = 2 }")
    good = (stage.pond.folder / "scenarios/good.yaml").read_text("utf-8")
    stage.pond.write("lua/worlds/lake/init.lua", lake)
    stage.pond.write("scenarios/calm.yaml", good.replace("good", "calm").replace("pond", "lake"))
    stage.screen.round("running 1 of 3 scenarios\n", counts=THREE)
    stage.pond.write("lua/worlds/pond/rules.lua", "return { start = 1 }\n")
    text = stage.screen.round("changed lua/worlds/pond/rules.lua: running 2 of 3 scenarios\n")
    assert text.count("[FAIL]") == 2
    assert "calm" not in text
    stage.back()


def test_broken_lua_is_told_with_its_place(stage: Stage) -> None:
    stage.pond.write("lua/worlds/pond/rules.lua", "return {\n")
    text = stage.screen.round("changed lua/worlds/pond/rules.lua: running 2 of 2 scenarios\n")
    assert "lua/worlds/pond/rules.lua:2" in text
    # It could not even be asked what it declares; now its manifests are judged again.
    assert "running 2 of 2 scenarios\n" in stage.back()


def test_a_world_that_says_less_breaks_a_manifest_that_was_right(stage: Stage) -> None:
    world = (stage.pond.folder / "lua/worlds/pond/init.lua").read_text("utf-8")
    stage.pond.write("lua/worlds/pond/init.lua", world.replace("feed", "starve"))
    text = stage.screen.round(
        "changed lua/worlds/pond/init.lua: running 0 of 2 scenarios\n", counts=BOTH
    )
    assert "scenarios/good.yaml:4:22 ERROR manifest.timeline[1].action: unknown action" in text
    assert "running 2 of 2 scenarios\n" in stage.back()


def test_a_module_that_was_looked_for_in_vain_is_found_when_it_comes(stage: Stage) -> None:
    stage.pond.write("lua/extra/bonus.lua", "return 5\n")
    stage.screen.round(
        "changed lua/extra/bonus.lua: running 2 of 2 scenarios\n", "expect fish eq 3 (got 8)"
    )
    assert "deleted lua/extra/bonus.lua: running 2 of 2 scenarios\n" in stage.back()


def test_a_new_manifest_runs_and_goes_with_its_record(stage: Stage) -> None:
    stage.pond.scenario("late", folder="new/deep/")
    words = "changed scenarios/new/deep/late.yaml: running 1 of 3 scenarios\n"
    stage.screen.round(words, counts=THREE)
    record = stage.pond.folder / "artifacts/records/late.json"
    assert record.is_file()
    assert "deleted scenarios/new/deep/late.yaml: running 0 of 2 scenarios\n" in stage.back()
    assert not record.exists()


def test_a_manifest_with_another_name_runs_again(stage: Stage) -> None:
    folder = stage.pond.folder / "scenarios"
    (folder / "other.yaml").rename(folder / "another.yaml")
    stage.screen.round(
        "changed scenarios/another.yaml; deleted scenarios/other.yaml: running 1 of 2 scenarios\n",
        "[PASS] other",
    )
    stage.back()


def test_of_two_files_with_one_id_the_first_keeps_it(stage: Stage) -> None:
    good = (stage.pond.folder / "scenarios/good.yaml").read_text("utf-8")
    stage.pond.write("scenarios/a_copy.yaml", good)
    stage.screen.round("id 'good' is already used in scenarios/a_copy.yaml:1", counts=BOTH)
    assert "deleted scenarios/a_copy.yaml: running 0 of 2 scenarios\n" in stage.back()


def test_a_folder_goes_and_what_comes_in_its_place_is_seen(stage: Stage) -> None:
    folder, aside = stage.pond.folder / "scenarios", stage.pond.folder / "aside"
    folder.rename(aside)
    stage.screen.round("deleted ", "running 0 of 0 scenarios\n", counts="engine-sim SKIP")
    shutil.copytree(aside, folder)
    stage.screen.round("running 2 of 2 scenarios\n", counts=BOTH)
    shutil.rmtree(aside)
    stage.pond.scenario("good", fish=4)
    stage.screen.round("changed scenarios/good.yaml: running 1 of 2 scenarios\n", "[FAIL] good")
    stage.back()


def test_another_seed_runs_everything(stage: Stage) -> None:
    stage.pond.write("harness.toml", "[run]\njobs = 2\nseed = 5\n")
    stage.screen.round("changed harness.toml: running 2 of 2 scenarios\n", counts=BOTH)
    stage.back()


def test_all_rounds_leave_what_one_run_in_a_fresh_process_leaves(
    stage: Stage, tmp_path: Path
) -> None:
    stage.pond.scenario("good", fish=9)
    stage.screen.round("running 1 of 2 scenarios\n")
    stage.back()
    fresh = tmp_path / "fresh"
    shutil.copytree(stage.pond.folder, fresh, ignore=shutil.ignore_patterns("artifacts"))
    subprocess.run(
        [sys.executable, "-m", "engine_harness", "--suite", "engine-sim"],
        cwd=fresh,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert artifacts(stage.pond.folder) == artifacts(fresh)
