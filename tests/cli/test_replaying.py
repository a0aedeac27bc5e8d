"""`--suite engine-replay --from FILE`: what is played, printed, written and returned."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

WORLD = """
local Lamp = {}
Lamp.__index = Lamp
Lamp.describe = { actions = { light = {}, fail = {} }, metrics = { "oil" } }
Lamp.invariants = { has_oil = { check = function() end } }
function Lamp.new(env)
	local log, none = env.empty_list(), env.empty_list()
	return setmetatable({ env = env, oil = 3, log = log, none = none }, Lamp)
end
function Lamp:apply(action)
	if action.name == "fail" then error("it broke") end
	local at_s = self.env.clock:now()
	self.log[#self.log + 1] = { at = at_s }
	self.env.record:event("lit", { oil = self.oil })
	self.env.record:warn("it is dark now")
	return true
end
function Lamp:step(dt) self.oil = self.oil - dt end
function Lamp:metrics() return { oil = self.oil } end
function Lamp:section()
	return { lights = self.log, shadows = self.none, views = { replay = { "lights", "shadows" } } }
end
return Lamp
"""

SCENARIO = """\
metadata: {{id: {name}, label: A lamp, tags: [{tag}], priority: {priority}}}
world: lamp
invariants: [has_oil]
timeline:
  - {{at: 0.25, action: light}}
  - {{at: 0.5, action: light, notes: again}}
  - {{at: 0.6, hitch: 0.1, jitter: 0.05}}
"""

FILE = "artifacts/engine/engine_replay.json"
REPLAYED = "artifacts/engine/replayed/engine_replay.json"
PLAY = ("--suite", "engine-replay", "--from")
WARNING = "  warning: it is dark now"


@pytest.fixture
def lamps(harness: Run, tmp_path: Path) -> Run:
    """A project with two lamps, whose replays are in `FILE`."""
    world = tmp_path / "lua/worlds/lamp/init.lua"
    world.parent.mkdir(parents=True)
    world.write_text(WORLD, "utf-8")
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name, tag, priority in (("green", "calm", "P0"), ("red", "loud", "P1")):
        text = SCENARIO.format(name=name, tag=tag, priority=priority)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    assert harness("--suite", "engine-replay").code == 0
    return harness


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_bytes())
    for replay in document["replays"]:
        change(replay)
    path.write_text(json.dumps(document), "utf-8")


def timed(lines: list[str]) -> list[str]:
    """Return the lines without the wall time of the summary."""
    return [line.partition(" in ")[0] if line.startswith("  - ") else line for line in lines]


def test_replays_of_a_file_leave_the_same_record(lamps: Run, tmp_path: Path) -> None:
    before = (tmp_path / FILE).read_bytes()
    record = (tmp_path / "artifacts/records/red.json").read_bytes()
    for path in (tmp_path / "scenarios").iterdir():
        path.unlink()
    ran = lamps(*PLAY, FILE)
    assert ran.code == 0, ran
    told = ["  nothing in shadows", WARNING]
    assert timed(ran.lines) == [
        "[PASS] green replayed: same record",
        *told,
        "[PASS] red replayed: same record",
        *told,
        "",
        "Summary:",
        "  - engine-replay PASS",
        "      2 replays: 2 the same, 0 different",
    ]
    assert ran.err == ""
    log = (tmp_path / "artifacts/logs/engine-replay.log").read_text("utf-8")
    assert log.splitlines()[-2] == f"  - engine-replay PASS (artifacts: {REPLAYED})"
    # Nothing of the project has been replaced.
    assert (tmp_path / FILE).read_bytes() == before
    assert (tmp_path / "artifacts/records/red.json").read_bytes() == record
    first, second = (json.loads((tmp_path / file).read_bytes()) for file in (FILE, REPLAYED))
    assert first["replays"] == second["replays"]
    played = json.loads((tmp_path / "artifacts/engine/replayed/records/red.json").read_bytes())
    assert played["digest"] == json.loads(record)["digest"]


def test_what_was_played_can_be_played_again(lamps: Run) -> None:
    assert lamps(*PLAY, FILE).code == 0
    ran = lamps(*PLAY, REPLAYED)
    assert (ran.code, ran.err) == (
        2,
        f"run-harness: --from: the report on the played runs would replace {REPLAYED} itself;"
        " give it another folder with --out-dir\n",
    )
    ran = lamps(*PLAY, REPLAYED, "--out-dir", "again")
    assert ran.code == 0
    assert "(artifacts: again/engine_replay.json)" in ran.out


def test_a_world_that_has_changed_is_found(lamps: Run, tmp_path: Path) -> None:
    world = tmp_path / "lua/worlds/lamp/init.lua"
    world.write_text(WORLD.replace("oil = 3", "oil = 4"), "utf-8")
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.code == 1
    assert timed(ran.lines)[:6] == [
        "[FAIL] red replayed: first difference at events[1].details.oil",
        "  expected 2.754166666666655",
        "  got      3.754166666666655",
        "  record: artifacts/engine/replayed/records/red.json",
        "  nothing in shadows",
        WARNING,
    ]
    assert timed(ran.lines)[-2:] == [
        "  - engine-replay FAIL",
        "      1 replay: 0 the same, 1 different",
    ]


def test_a_metric_that_has_changed_is_found(lamps: Run, tmp_path: Path) -> None:
    world = tmp_path / "lua/worlds/lamp/init.lua"
    changed = WORLD.replace("metrics() return { oil = self.oil }", "metrics() return { oil = 1 }")
    world.write_text(changed, "utf-8")
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.code == 1
    assert ran.lines[0] == "[FAIL] red replayed: first difference at metrics.oil"
    # A file that does not tell of them does not claim any.
    edit(tmp_path / FILE, lambda replay: replay.pop("metrics"))
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.lines[0] == "[FAIL] red replayed: first difference at digest"


ORIGINAL = "artifacts/records/red.json"
AGAIN = "artifacts/engine/replayed/records/red.json"
REST = [
    "[FAIL] red replayed: first difference at digest",
    "  events and all else that a replay shows are the same, the rest of the record is not: the Lua"
    " of",
    "  world lamp may have changed since",
]


@pytest.fixture
def whispering(lamps: Run, tmp_path: Path) -> Run:
    """The lamps, whose world has changed in what no replay shows."""
    world = tmp_path / "lua/worlds/lamp/init.lua"
    text = WORLD.replace("self.oil = self.oil - dt end", 'self.oil = self.oil - dt print("x") end')
    world.write_text(text, "utf-8")
    return lamps


def test_a_difference_that_a_replay_does_not_show_is_found_in_the_record_that_was_replayed(
    whispering: Run, tmp_path: Path
) -> None:
    ran = whispering(*PLAY, FILE, "--scenario", "red")
    assert ran.code == 1
    told = [
        *REST,
        "  first of it at logs",
        "  length mismatch",
        "  expected 0",
        "  got      207",
        f"  compare: run-harness diff {ORIGINAL} {AGAIN}",
        "  nothing in shadows",
        WARNING,
    ]
    assert ran.lines[: len(told)] == told
    assert whispering(*ran.lines[7].split()[2:]).code == 1
    (replay,) = whispering(*PLAY, FILE, "--scenario", "red", "--json").document["replays"]
    assert replay["first_difference"]["path"] == "digest"
    assert replay["first_difference_of_records"] == {
        "path": "logs",
        "kind": "length mismatch",
        "expected": 0,
        "actual": 207,
    }
    # From another folder the command names the files by their whole paths.
    (tmp_path / "elsewhere").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "elsewhere")
        ran = whispering(*PLAY, str(tmp_path / FILE), "--scenario", "red", "--root", str(tmp_path))
        command = ran.lines[7].removeprefix("  compare: run-harness ").split()
        assert command == ["diff", str(tmp_path / ORIGINAL), str(tmp_path / AGAIN)]
        assert whispering(*command).code == 1
    log = (tmp_path / "artifacts/logs/engine-replay.log").read_text("utf-8")
    assert log.splitlines()[: len(told)] == told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.unlink(), "is not there"),
        (lambda path: path.write_text("{", "utf-8"), "cannot be read"),
        (
            lambda path: path.write_text(
                path.read_text("utf-8").replace('"digest": "', '"digest": "0')
            ),
            "is of another run",
        ),
    ],
)
def test_that_the_record_that_was_replayed_is_gone_is_told(
    whispering: Run, tmp_path: Path, change: Callable[[Path], object], why: str
) -> None:
    change(tmp_path / ORIGINAL)
    ran = whispering(*PLAY, FILE, "--scenario", "red")
    assert ran.lines[:5] == [
        *REST,
        f"  the record that was replayed is gone: {ORIGINAL} {why}",
        f"  record: {AGAIN}",
    ]


def test_defaults_of_the_project_that_have_changed_since_change_nothing(
    lamps: Run, tmp_path: Path
) -> None:
    world = tmp_path / "lua/worlds/lamp/init.lua"
    declared = WORLD.replace(
        'metrics = { "oil" }', 'metrics = { "oil" }, options = { oil = "number" }'
    )
    text = declared.replace("Lamp.new(env)", "Lamp.new(env, options)")
    world.write_text(text.replace("oil = 3", "oil = options.oil or 3"), "utf-8")
    toml = tmp_path / "harness.toml"
    toml.write_text("[world.lamp]\noil = 5\n", "utf-8")
    assert lamps("--suite", "engine-replay").code == 0
    given = json.loads((tmp_path / FILE).read_bytes())["replays"]
    assert [replay["setup"]["world_options"] for replay in given] == [{"oil": 5}] * 2
    for now in ("[world.lamp]\noil = 50\n", ""):
        toml.write_text(now, "utf-8")
        assert lamps(*PLAY, FILE).code == 0
        played = json.loads((tmp_path / REPLAYED).read_bytes())["replays"]
        assert played == given


def test_records_of_earlier_replays_are_cleared_and_nothing_else(
    lamps: Run, tmp_path: Path
) -> None:
    records = tmp_path / "artifacts/engine/replayed/records"
    assert lamps(*PLAY, FILE).code == 0
    (records / "mine.json").write_text("{}", "utf-8")
    assert lamps(*PLAY, FILE, "--scenario", "red").code == 0
    assert sorted(path.name for path in records.iterdir()) == ["mine.json", "red.json"]
    listed = json.loads((records.parent / "files.json").read_bytes())
    assert listed == {"files": ["records/red.json"]}
    # What is refused leaves everything as it was.
    assert lamps(*PLAY, FILE, "--scenario", "gren").code == 2
    assert (records / "red.json").is_file()


def test_what_ends_a_replay_early_is_told(lamps: Run, tmp_path: Path) -> None:
    edit(tmp_path / FILE, lambda replay: replay["setup"].update(limits={"frames": 1}))
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.lines[:7] == [
        "[FAIL] red replayed: first difference at events",
        "  length mismatch",
        "  expected 5",
        "  got      0",
        f"  record: {AGAIN}",
        "  the file was edited: its setup is not the one that was recorded",
        "  the run ended early: limit at 0.004 s: frames: more than 1 frames passed",
    ]


def test_values_of_two_types_are_shown(lamps: Run, tmp_path: Path) -> None:
    def claim(replay: dict[str, Any]) -> None:
        replay["lights"][1]["at"] = "late"

    edit(tmp_path / FILE, claim)
    assert lamps(*PLAY, FILE, "--scenario", "red").lines[:4] == [
        "[FAIL] red replayed: first difference at lights[1].at",
        "  type mismatch",
        '  expected "late"',
        "  got      0.5",
    ]


def test_an_edited_replay_is_played_as_edited(lamps: Run, tmp_path: Path) -> None:
    def remove_the_second(replay: dict[str, Any]) -> None:
        rows = replay["events"]
        rows.remove(next(row for row in rows if row.get("notes") == "again"))

    edit(tmp_path / FILE, remove_the_second)
    ran = lamps(*PLAY, FILE, "--scenario", "green", "--json")
    (replay,) = ran.document["replays"]
    assert (ran.code, ran.document["exit_code"], ran.document["passed"]) == (1, 1, False)
    assert (replay["same"], replay["edited"]) == (False, True)
    # The light that is gone had lit what the file still tells of.
    difference = replay["first_difference"]
    assert (difference["path"], difference["kind"]) == ("events[2].type", "value mismatch")
    assert (difference["expected"], difference["actual"]) == ("lit", "hitch")
    assert replay["digest"] != replay["expected_digest"]
    ran = lamps(*PLAY, FILE, "--scenario", "green")
    edited = "  the file was edited: its plan is not the one that was recorded"
    assert edited in ran.lines


def test_a_row_that_nothing_is_made_of_must_be_true_too(lamps: Run, tmp_path: Path) -> None:
    def claim(replay: dict[str, Any]) -> None:
        replay["lights"][1]["at"] = 7

    edit(tmp_path / FILE, claim)
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.code == 1
    assert ran.lines[0] == "[FAIL] red replayed: first difference at lights[1].at"


@pytest.mark.parametrize(
    ("flags", "played"),
    [
        (("--scenario", "red"), ["red"]),
        (("--tag", "CALM"), ["green"]),
        (("--exclude-tag", "calm"), ["red"]),
        (("--priority", "p1"), ["red"]),
        (("--jobs", "2"), ["green", "red"]),
    ],
)
def test_replays_are_selected_like_scenarios(
    lamps: Run, flags: tuple[str, ...], played: list[str]
) -> None:
    ran = lamps(*PLAY, FILE, *flags)
    assert ran.code == 0, ran
    assert [line.split()[1] for line in ran.lines if line.startswith("[")] == played


def test_an_id_that_the_file_has_not_is_told(lamps: Run) -> None:
    ran = lamps(*PLAY, FILE, "--scenario", "gren")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "run-harness: no scenario is called 'gren' (did you mean 'green'?)\n"
    assert lamps(*PLAY, FILE, "--tag", "nothing").code == 5


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("scenarios/red.yaml",), "a PATH or ID (--scenario ID chooses from the file)"),
        (("--seed", "3"), "--seed"),
        (("--hitch-policy", "catch_up", "--skip-build"), "--hitch-policy, --skip-build"),
        (("--update-baseline",), "--update-baseline"),
    ],
)
def test_a_flag_that_would_play_something_else_is_refused(
    lamps: Run, flags: tuple[str, ...], named: str
) -> None:
    ran = lamps(*PLAY, FILE, *flags)
    assert ran.code == 2
    message = ran.err.replace("run-harness: ", "")
    assert sorted(message.split(": ", 1)[1].split(" cannot be")[0].split(", ")) == sorted(
        named.split(", ")
    )


def test_what_this_project_does_not_have_is_told_at_once(lamps: Run, tmp_path: Path) -> None:
    def change(replay: dict[str, Any]) -> None:
        if replay["id"] == "red":
            replay["setup"]["world"] = "lamb"
        else:
            replay["setup"]["invariants"][0]["name"] = "has_oill"
            replay["logs"]["events"]["total"] = 1000

    edit(tmp_path / FILE, change)
    ran = lamps(*PLAY, FILE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        f"run-harness: {FILE}: replays[0].events: log events cut at 5 of 1000 rows: this cannot be"
        " replayed, for what was cut may have been of the timeline; with"
        " config.engine.eventLogLimit of 1000 or more, where the world declares it, the file would"
        " hold them all",
        f"{FILE}: replays[0].setup.invariants[0].name: world 'lamp' declares no invariant"
        " 'has_oill' (did you mean 'has_oil'?); allowed: has_oil",
        f"{FILE}: replays[1].setup.world: no world is called 'lamb' (did you mean 'lamp'?);"
        " allowed: arena, autoparry, lamp",
    ]
    # What is not selected need not be there.
    edit(tmp_path / FILE, lambda replay: replay["setup"].update(world="lamp"))
    assert lamps(*PLAY, FILE, "--scenario", "red").code == 0


def test_a_setup_is_judged_as_a_manifest_is(lamps: Run, tmp_path: Path) -> None:
    world = tmp_path / "lua/worlds/lamp/init.lua"
    world.write_text(
        WORLD.replace("metrics = {", 'options = { oil = "number" }, metrics = {'), "utf-8"
    )
    config = {"nope": {}, "engine": {"hitchPolicy": 1, "sped": 2}}
    setup = {"world_options": {"nope": 1, "oil": "x"}, "config": config}
    edit(tmp_path / FILE, lambda replay: replay["setup"].update(setup))
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.removeprefix("run-harness: ").splitlines() == [
        f"{FILE}: replays[1].setup.{line}"
        for line in (
            "config.nope: unknown field 'nope'; allowed: engine, world",
            "config.engine.sped: unknown field 'sped'; allowed: hitchPolicy, settleLimit",
            "config.engine.hitchPolicy: must be a string; got 1",
            "world_options.nope: unknown option 'nope'; allowed: oil",
            'world_options.oil: must be of type number; got "x"',
        )
    ]


def test_a_file_that_is_not_there_is_told(lamps: Run, tmp_path: Path) -> None:
    ran = lamps(*PLAY, "nothing.json")
    assert (ran.code, ran.err) == (2, "run-harness: --from: no file 'nothing.json'\n")
    assert lamps(*PLAY, "").err == "run-harness: --from: no file ''\n"
    assert lamps(*PLAY, "scenarios").err == "run-harness: --from: 'scenarios' is a folder\n"
    os.mkfifo(tmp_path / "pipe")
    assert lamps(*PLAY, "pipe").err == "run-harness: --from: 'pipe' is no regular file\n"
    (tmp_path / "broken.json").write_text("{\n", "utf-8")
    ran = lamps(*PLAY, "broken.json")
    assert ran.code == 2
    assert ran.err.startswith("run-harness: broken.json:2:1: no JSON: ")


def test_a_world_that_breaks_now_is_a_difference(lamps: Run, tmp_path: Path) -> None:
    (tmp_path / "lua/worlds/lamp/init.lua").write_text("return nil +", "utf-8")
    ran = lamps(*PLAY, FILE, "--scenario", "red")
    assert ran.code == 1
    assert ran.lines[:4] == [
        "[FAIL] red replayed: first difference at events",
        "  length mismatch",
        "  expected 5",
        "  got      0",
    ]


def test_a_report_may_go_to_any_path(lamps: Run, tmp_path: Path) -> None:
    assert lamps(*PLAY, FILE, "--out", "here/mine.json").code == 0
    assert json.loads((tmp_path / "here/mine.json").read_bytes())["run"]["scenarios"] == 2
    assert not (tmp_path / REPLAYED).exists()
