"""Whatever is wrong with a manifest: a clear message with its place, exit code 2, nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

HEAD = "metadata: { id: bad, label: bad }\nworld: pond\n"
FEED = "timeline: [{ at: 0, action: feed, args: { grams: 1 } }]\n"

CASES: dict[str, tuple[str, str | bytes, str]] = {
    "broken YAML": ("bad.yaml", HEAD + "timeline: [}\n", "scenarios/bad.yaml:3:"),
    "broken JSON": ("bad.json", '{"metadata": {"id": "bad",}}', "scenarios/bad.json:1:"),
    "broken Lua": ("bad.lua", "return {\n  metadata = = 1\n}", "scenarios/bad.lua:2"),
    "duplicate key": ("bad.yaml", HEAD + "seed: 1\nseed: 2\n" + FEED, "scenarios/bad.yaml:4:1"),
    "duplicate JSON key": ("bad.json", '{"seed": 1,\n "seed": 2}', "scenarios/bad.json:2:"),
    "unknown key": ("bad.yaml", HEAD + FEED + "expct: {}\n", "(did you mean 'expect'?)"),
    "wrong type": ("bad.yaml", HEAD + "timeline: 7\n", "manifest.timeline"),
    "a time that is not a number": (
        "bad.yaml",
        HEAD + "timeline: [{ at: .nan, action: wait }]\n",
        "scenarios/bad.yaml:3",
    ),
    "an infinite time": (
        "bad.yaml",
        HEAD + "timeline: [{ at: .inf, action: wait }]\n",
        "scenarios/bad.yaml:3",
    ),
    "an infinite time in Lua": (
        "bad.lua",
        "return {metadata={id='bad',label='b'},world='pond',timeline={{at=1/0,action='wait'}}}",
        "not finite",
    ),
    "an alias bomb": (
        "bad.yaml",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n"
            for n in range(9)
        ),
        "scenarios/bad.yaml:1",
    ),
    "five thousand levels": ("bad.yaml", "a: " + "[" * 5000 + "]" * 5000, "nest"),
    "five thousand JSON levels": ("bad.json", "[" * 5000 + "]" * 5000, "nest"),
    "not UTF-8": ("bad.yaml", b"metadata: \xff\xfe", "UTF-8"),
    "an empty file": ("bad.yaml", "", "scenarios/bad.yaml"),
    "a duplicate id": ("bad.yaml", "metadata: {id: GOOD, label: x}\nworld: pond\n" + FEED, "good"),
    "an unknown macro": (
        "bad.yaml",
        HEAD + "timeline: [{ at: 0, macro: hich gauntlet }]\n",
        "(did you mean 'hitch-gauntlet'?)",
    ),
    "an unknown action": (
        "bad.yaml",
        HEAD + "timeline: [{ at: 0, action: fed, args: { grams: 1 } }]\n",
        "(did you mean 'feed'?)",
    ),
    "an unknown world": (
        "bad.yaml",
        "metadata: { id: bad, label: bad }\nworld: pnd\n" + FEED,
        "(did you mean 'pond'?)",
    ),
    "an unknown metric": ("bad.yaml", HEAD + FEED + "expect: { fsh: 3 }\n", "'fish'"),
    "an unknown event": (
        "bad.yaml",
        HEAD + FEED + "expect_events: [{ event: feed_, count: 1 }]\n",
        "manifest.expect_events[1]",
    ),
    "an unknown invariant": ("bad.yaml", HEAD + FEED + "invariants: [no_such]\n", "no_such"),
    "no driver": ("bad.yaml", HEAD, "driver"),
    "two drivers": ("bad.yaml", HEAD + FEED + "script: [x]\n", "script"),
    "a wrong argument": (
        "bad.yaml",
        HEAD + "timeline: [{ at: 0, action: feed, args: { grams: much } }]\n",
        "manifest.timeline[1].args.grams",
    ),
    "a manifest that never ends": ("bad.lua", "while true do end", "did not finish"),
    "a manifest that returns no table": ("bad.lua", "return 1", "table"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_manifest_stops_the_suite_with_its_place(project: Project, name: str) -> None:
    file, text, words = CASES[name]
    project.write(f"scenarios/{file}", text)
    done = project.run()
    assert done.code == 2, done.text
    assert words in done.err
    assert f"scenarios/{file}" in done.err
    assert "[PASS]" not in done.out
    assert not (project.folder / "artifacts/records").exists()


def test_all_problems_of_all_files_are_told_at_once(project: Project) -> None:
    project.write("scenarios/one.yaml", HEAD + FEED + "expct: 1\nseed: []\n")
    project.write("scenarios/two.json", '{"metadata": {"id": "two"}, "world": "pnd"}')
    done = project.run()
    assert done.code == 2
    for words in (
        "one.yaml:4:1 ERROR manifest.expct",
        "one.yaml:5:7 ERROR manifest.seed",
        "two.json:1",
        "manifest.metadata.label",
        "manifest.world",
    ):
        assert words in done.err, words


def test_a_good_file_given_by_name_is_judged_alone(project: Project) -> None:
    project.write("scenarios/bad.yaml", "metadata: 1\n")
    assert project.run("scenarios/good.yaml").code == 0
    assert project.run("good").code == 2


def test_an_empty_folder_selects_nothing(project: Project) -> None:
    (project.folder / "scenarios/good.yaml").unlink()
    assert project.run().code == 5


def test_an_unknown_id_suggests_the_nearest(project: Project) -> None:
    done = project.run("god")
    assert done.code == 2
    assert "did you mean 'good'?" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sede", "1"), "--seed"),
        (("--jobs", "many"), "--jobs"),
        (("--suite", "engine-sym"), "engine-sim"),
        (("--hitch-policy", "jump"), "stall"),
        (("--force-build", "--skip-build"), "--skip-build"),
        (("--deadline", "-1"), "deadline"),
        (("--root", "nowhere"), "nowhere"),
    ],
)
def test_a_bad_flag_is_refused_with_what_is_allowed(
    project: Project, arguments: tuple[str, ...], words: str
) -> None:
    done = project.run(*arguments)
    assert done.code == 2, done.text
    assert words in done.err


def test_an_artifacts_folder_that_cannot_be_written_is_named(project: Project) -> None:
    project.write("artifacts", "a file where a folder should be")
    done = project.run()
    assert done.code == 2
    assert "artifacts" in done.err


def test_a_bad_project_file_is_told_with_its_line(project: Project) -> None:
    project.write("harness.toml", "[run]\njobs = 2\nmemry_mb = 3\n")
    done = project.run()
    assert done.code == 2
    assert "harness.toml:3" in done.err
    assert "did you mean 'memory_mb'?" in done.err


def test_a_module_that_hides_a_shipped_one_is_refused(project: Project) -> None:
    project.write("lua/harness/scheduler.lua", "return {}")
    done = project.run()
    assert done.code == 2
    assert "harness.scheduler" in done.err
