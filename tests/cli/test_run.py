"""Running scenarios from the command line: what is printed, written and returned."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORLD = """
local Lamp = {}
Lamp.__index = Lamp

Lamp.describe = { actions = { light = {}, wait = {} }, metrics = { "oil", "lit" } }

function Lamp.new(env)
	return setmetatable({ env = env, oil = 3, lit = false }, Lamp)
end

function Lamp:apply(action)
	if action.name == "wait" then
		while true do
		end
	end
	if self.lit then
		return nil, "lit", "the lamp is lit"
	end
	self.lit = true
	self.env.record:event("lit", { oil = self.oil })
	return true
end

function Lamp:step(dt)
	if self.lit then
		self.oil = math.max(self.oil - dt, 0)
	end
end

function Lamp:metrics()
	return { oil = self.oil, lit = self.lit }
end

return Lamp
"""

GOOD = """\
metadata: {id: good, label: Lights once, tags: [smoke]}
world: lamp
timeline:
  - {at: 0.5, action: light}
expect:
  lit: true
expect_events:
  - {event: lit, count: 1}
"""

BAD = """\
metadata: {id: bad, label: Lights never}
world: lamp
timeline:
  - {at: 0.5, action: light}
expect_events:
  - {event: lit, never: true}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "lua/worlds/lamp").mkdir(parents=True)
    (tmp_path / "lua/worlds/lamp/init.lua").write_text(WORLD, "utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "harness.toml").write_text(
        '[run]\njobs = 1\n[suites.smoke]\ntags = ["smoke"]\ndescription = "quick ones"\n', "utf-8"
    )
    return tmp_path


def without_times(lines: list[str]) -> list[str]:
    return [line.split(" (0.")[0].split(" in ")[0] for line in lines]


def test_a_project_that_passes(harness: Callable[..., Any], project: Path) -> None:
    ran = harness()
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0].startswith("[PASS] good (0.")
    assert ran.lines[1:3] == ["", "Summary:"]
    assert [line.split(" in ")[0] for line in ran.lines[3:7]] == [
        "  - format     SKIP (optional)",
        "  - lint       SKIP (optional)",
        "  - typecheck  SKIP (optional)",
        "  - register-pressure PASS",
    ]
    assert ran.lines[7].startswith("  - engine-sim PASS in ")
    assert ran.lines[7].endswith("s (artifacts: artifacts/engine/engine_simulation.json)")
    assert ran.lines[8] == "      1 scenario: 1 passed, 0 failed"
    assert [line.split(" in ")[0] for line in ran.lines[9:]] == [
        "  - engine-replay PASS",
        "  - engine-metrics PASS",
        "  - engine-perf SKIP (nothing selected)",
    ]
    artifact = json.loads((project / "artifacts/engine/engine_simulation.json").read_text())
    assert artifact["scenarios"][0]["verdict"] == "passed"
    assert (project / "artifacts/records/good.json").is_file()
    assert (project / "artifacts/logs/engine-sim.log").read_text("utf-8") == (
        "[PASS] good\n\nSummary:\n"
        "  - engine-sim PASS (artifacts: artifacts/engine/engine_simulation.json)\n"
        "      1 scenario: 1 passed, 0 failed\n"
    )


def test_a_failure_is_told_with_the_command_that_reproduces_it(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    ran = harness("--hitch-policy", "catch_up", "--seed", "5")
    assert ran.code == 1
    assert [line.split(" (")[0] for line in ran.lines[:2]] == ["[FAIL] bad", "[PASS] good"]
    start = ran.lines.index("FAIL  bad   (scenarios/bad.yaml:1, world lamp, seed 5)")
    block = ran.lines[start : ran.lines.index("", start)]
    assert block[-4].startswith("  ")
    assert block[-3] == "     scenarios/bad.yaml:6  expect_events[1]"
    assert "0.500 lit oil=3" in block[-2]
    assert block[-1] == (
        "  reproduce: run-harness scenarios/bad.yaml::bad --seed 5 --hitch-policy catch_up"
    )
    again = harness(*block[-1].split()[2:])
    assert block == again.lines[again.lines.index(block[0]) :][: len(block)]


def test_one_document_says_it_all(harness: Callable[..., Any], project: Path) -> None:
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    ran = harness("--json", "--suite", "engine-sim", "--suite", "smoke")
    document = ran.document
    assert (ran.code, document["exit_code"], document["passed"]) == (1, 1, False)
    assert [(s["name"], s["status"], s["scenarios"]) for s in document["suites"]] == [
        ("engine-sim", "FAIL", ["bad", "good"]),
        ("smoke", "PASS", ["good"]),
    ]
    assert document["artifacts"] == [
        "artifacts/engine/engine_simulation.json",
        "artifacts/smoke/engine_simulation.json",
    ]
    bad, good = document["scenarios"]
    assert (bad["id"], bad["passed"], bad["record"]) == ("bad", False, "artifacts/records/bad.json")
    assert bad["findings"][0]["where"]["path"] == "expect_events[1]"
    assert (good["passed"], good["findings"], good["warnings"]) == (True, [], [])
    assert set(good["host"]) == {"wall_s"}


def test_list_prints_the_ids_of_a_suite(harness: Callable[..., Any], project: Path) -> None:
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    assert harness("--list", "--suite", "all").lines == ["bad", "good"]
    assert harness("--list", "--suite", "smoke").lines == ["good"]
    assert harness("--list", "good").lines == ["good"]
    assert harness("--list", "--suite", "engine-sim", "--tag", "none") == (0, "", "")
    assert harness("--list", "--suite", "all", "--json").document["scenarios"] == ["bad", "good"]


@pytest.mark.usefixtures("project")
def test_list_prints_every_suite(harness: Callable[..., Any]) -> None:
    assert harness("--list").lines == [
        "[Static] format — stylua --check over the Lua sources — run-harness --suite format",
        "[Static] lint — selene, else luacheck, over the Lua sources — run-harness --suite lint",
        "[Static] typecheck — luau-analyze over the Lua sources — run-harness --suite typecheck",
        "[Static] register-pressure — fails on a Lua function with more than 200 locals"
        " — run-harness --suite register-pressure",
        "[Engine] engine-sim — runs every timeline scenario — run-harness --suite engine-sim",
        "[Engine] engine-replay — writes what is needed to play every timeline scenario again"
        " — run-harness --suite engine-replay",
        "[Engine] engine-metrics — writes the metrics of every timeline scenario"
        " — run-harness --suite engine-metrics",
        "[Engine] engine-perf — runs the scenarios tagged engine-perf, then the performance gate"
        " — run-harness --suite engine-perf",
        "[Project] smoke — quick ones — run-harness --suite smoke",
        "Suite groups:",
        "  all: format, lint, typecheck, register-pressure, engine-sim, engine-replay,"
        " engine-metrics, engine-perf",
        "  static: format, lint, typecheck, register-pressure",
        "  engine: engine-sim, engine-replay, engine-metrics, engine-perf",
    ]
    assert harness("--list", "--json").document["groups"]["all"][4] == "engine-sim"


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    harness: Callable[..., Any], project: Path
) -> None:
    first = harness("--dry-run")
    assert first.code == 0
    assert first.lines == [
        "Would compile scenarios/good.yaml to artifacts/scenarios/good.lua",
        "Would run register-pressure over lua",
        "Would run good (engine-sim, engine-replay, engine-metrics)",
    ]
    assert not (project / "artifacts").exists()
    harness("--suite", "engine-sim")
    assert harness("--dry-run", "--suite", "engine-sim").lines == [
        "Would clear artifacts/engine/engine_simulation.json",
        "Would clear artifacts/logs/engine-sim.log",
        "Would run good (engine-sim)",
    ]


@pytest.mark.usefixtures("project")
def test_a_misspelt_verb_is_suggested(harness: Callable[..., Any]) -> None:
    assert harness("compil") == (
        2,
        "",
        "run-harness: no scenario or path is called 'compil' (did you mean 'compile'?)\n",
    )
    assert "(did you mean 'good'?)" in harness("goood").err


@pytest.mark.usefixtures("project")
def test_an_unknown_suite_lists_the_known_ones(harness: Callable[..., Any]) -> None:
    ran = harness("--suite", "smok")
    assert ran.code == 2
    assert ran.err == (
        "run-harness: no suite is called 'smok' (did you mean 'smoke'?);"
        " known: format, lint, typecheck, register-pressure, engine-sim, engine-replay,"
        " engine-metrics, engine-perf, smoke, all, static, engine\n"
    )


@pytest.mark.usefixtures("project")
def test_nothing_selected_is_an_error_of_its_own(harness: Callable[..., Any]) -> None:
    skipped = harness("--tag", "none")
    assert skipped.code == 5
    assert skipped.lines == [
        "Summary:",
        "  - engine-sim SKIP (nothing selected)",
        "  - engine-replay SKIP (nothing selected)",
        "  - engine-metrics SKIP (nothing selected)",
        "  - engine-perf SKIP (nothing selected)",
    ]
    named = harness("--suite", "engine-sim", "--tag", "none")
    assert (named.code, named.out) == (5, "")
    assert named.err.startswith("run-harness: no scenario matches suite engine-sim")


def test_a_suite_of_the_project_has_a_folder_where_several_suites_write(
    harness: Callable[..., Any], project: Path
) -> None:
    ran = harness("--suite", "all", "--suite", "smoke", "--out-dir", "out")
    assert ran.code == 0
    assert (project / "out/smoke/engine_simulation.json").is_file()
    assert harness("--suite", "smoke", "--out-dir", "alone").code == 0
    assert (project / "alone/engine_simulation.json").is_file()
    assert harness("--out-dir", "out").code == 0
    assert (project / "out/engine_simulation.json").is_file()
    assert (project / "out/logs/engine-sim.log").is_file()
    assert not (project / "artifacts/engine").exists()


def test_a_broken_manifest_stops_the_suite_but_not_a_file_given_by_name(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "scenarios/broken.yaml").write_text("metadata: {id: 3\n", "utf-8")
    ran = harness()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("scenarios/broken.yaml:")
    assert not (project / "artifacts").exists()
    assert harness("scenarios/good.yaml").code == 0


def test_an_artifacts_folder_that_cannot_be_written_is_named(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "artifacts").write_text("in the way", "utf-8")
    ran = harness()
    assert ran.code == 2
    assert "artifacts" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.usefixtures("project")
def test_verbose_tells_every_phase_on_standard_error(harness: Callable[..., Any]) -> None:
    suite = ("--suite", "engine-sim")
    quiet, loud = harness(*suite), harness(*suite, "--verbose", "--force-build")
    assert without_times(loud.lines) == without_times(quiet.lines)
    told = [line.split(" in ")[0] for line in loud.err.splitlines()]
    assert told == [
        "read 1 manifest with 1 scenario",
        "built artifacts/scenarios/good.lua",
        "engine-sim 1/1: good passed",
        "wrote artifacts/engine/engine_simulation.json",
    ]


def test_compile_tells_what_it_did(harness: Callable[..., Any], project: Path) -> None:
    assert harness("compile").lines == ["modules: 1 built, 0 fresh, 0 removed"]
    assert harness("compile", "--verbose").lines == [
        "read scenarios/good.yaml",
        "fresh artifacts/scenarios/good.lua",
        "modules: 0 built, 1 fresh, 0 removed",
    ]
    (project / "scenarios/good.yaml").rename(project / "scenarios/better.yaml")
    (project / "scenarios/better.yaml").write_text(GOOD.replace("good", "better"), "utf-8")
    document = harness("compile", "--json").document
    assert {item["id"]: item["status"] for item in document["outputs"]} == {
        "better": "built",
        "good": "removed",
    }
    harness("compile", "--out-dir", "elsewhere")
    assert (project / "elsewhere/better.lua").is_file()


def test_check_judges_a_record_by_itself_or_by_a_manifest(
    harness: Callable[..., Any], project: Path
) -> None:
    harness()
    alone = harness("check", "artifacts/records")
    assert (alone.code, alone.lines[0]) == (0, "[PASS] good")
    (project / "scenarios/good.yaml").write_text(GOOD.replace("count: 1", "count: 2"), "utf-8")
    stricter = harness("check", "artifacts/records/good.json", "scenarios/good.yaml")
    assert stricter.code == 1
    assert "FAIL  good   (scenarios/good.yaml:1, world lamp, seed 0)" in stricter.lines
    document = harness("check", "artifacts/records", "scenarios", "--json").document
    assert document["scenarios"][0]["findings"][0]["where"] == {
        "manifest": "scenarios/good.yaml:8",
        "path": "expect_events[1]",
    }


def test_check_repeats_the_policy_that_the_run_had(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    assert harness("--hitch-policy", "catch_up").code == 1
    ran = harness("check", "artifacts/records")
    assert "  reproduce: run-harness scenarios/bad.yaml::bad --seed 0 --hitch-policy catch_up" in (
        ran.lines
    )


def test_check_needs_records_and_their_scenarios(
    harness: Callable[..., Any], project: Path
) -> None:
    harness()
    assert harness("check", "scenarios").code == 2
    assert "no record among scenarios" in harness("check", "scenarios").err
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    ran = harness("check", "artifacts/records", "scenarios/bad.yaml")
    assert ran.code == 2
    assert "no scenario 'good' in scenarios/bad.yaml" in ran.err


@pytest.mark.usefixtures("project")
def test_a_dot_runs_what_is_below_the_current_folder(harness: Callable[..., Any]) -> None:
    harness()
    ran = harness(".")
    assert (ran.code, ran.err, ran.lines[0].split(" (")[0]) == (0, "", "[PASS] good")


@pytest.mark.usefixtures("project")
def test_an_empty_target_is_refused(harness: Callable[..., Any]) -> None:
    ran = harness("")
    assert (ran.code, ran.err) == (
        2,
        "run-harness: an empty target names nothing; '.' is the current folder, no target the"
        " project\n",
    )


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("run", "scenarios run without a verb: run-harness [PATH or ID]"),
        ("test", "scenarios run without a verb: run-harness [PATH or ID]"),
        (
            "list",
            "the suites: run-harness --list, their scenarios: run-harness --suite all --list",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_habit_of_other_tools_gets_a_hint(
    harness: Callable[..., Any], word: str, hint: str
) -> None:
    ran = harness(word)
    assert (ran.code, ran.err) == (
        2,
        f"run-harness: no scenario or path is called '{word}'; {hint}\n",
    )


def test_an_empty_project_says_where_it_looked(harness: Callable[..., Any], tmp_path: Path) -> None:
    looked = f"no manifest was found in {tmp_path} (paths.scenarios: scenarios)"
    assert harness().err == f"run-harness: no scenario is selected; {looked}\n"
    (tmp_path / "harness.toml").unlink()
    for words in ((), ("--dry-run",)):
        ran = harness(*words)
        assert (ran.code, ran.err) == (
            5,
            f"run-harness: no scenario is selected; {looked}; there is no harness.toml:"
            " `run-harness init` writes a project\n",
        )
    assert f"'go'; {looked}; there is no harness.toml" in harness("go").err


@pytest.mark.usefixtures("project")
def test_a_suite_that_was_named_and_selects_nothing_is_all_that_is_told(
    harness: Callable[..., Any],
) -> None:
    ran = harness("--suite", "smoke", "--tag", "slow")
    assert (ran.code, ran.err) == (5, "run-harness: no scenario matches suite smoke\n")


def test_an_output_folder_that_cannot_be_made_stops_before_the_run(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "taken").write_text("in the way", "utf-8")
    ran = harness("--out-dir", "taken/here")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("run-harness: --out-dir: cannot make the folder '")
    assert not (project / "artifacts/records").exists()


MACRO = """\
metadata: {id: odd, label: Odd}
world: lamp
timeline:
  - {at: 0, macro: hitch gauntlet, options: {count: 0}}
"""


def test_what_is_wrong_with_macros_is_told_with_all_other_problems(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "scenarios/odd.yaml").write_text(MACRO, "utf-8")
    told = (
        "scenarios/odd.yaml:4 ERROR manifest.timeline[1].options.count: macro 'hitch-gauntlet'"
        " cannot use this count; got 0; allowed: > 0"
    )
    ran = harness("--json")
    assert (ran.code, ran.err) == (2, f"{told}\n")
    (diagnostic,) = ran.document["error"]["diagnostics"]
    assert diagnostic["path"] == "manifest.timeline[1].options.count"
    (project / "scenarios/bad.yaml").write_text("metadata: {id: 3\n", "utf-8")
    errors = harness().err.splitlines()
    assert errors[0].startswith("scenarios/bad.yaml:")
    assert errors[-1] == told


PRINTS = WORLD.replace("\tself.lit = true\n", "\tself.lit = true\n\tprint('oil', self.oil)\n")


def test_what_the_game_prints_is_shown_where_it_failed_or_with_verbose(
    harness: Callable[..., Any], project: Path
) -> None:
    (project / "lua/worlds/lamp/init.lua").write_text(PRINTS, "utf-8")
    (project / "scenarios/bad.yaml").write_text(BAD, "utf-8")
    quiet = harness()
    start = quiet.lines.index("  log (last 1 of 1):")
    assert quiet.lines[start + 1] == "    0.500 oil\t3"
    loud = harness("--verbose")
    assert [line for line in loud.lines if "oil\t" in line] == ["    0.500 oil\t3"] * 2
    assert "log (last" not in loud.out
    assert loud.lines[1] == "    0.500 oil\t3"


def test_ctrl_c_keeps_what_is_done_and_tells_it(project: Path) -> None:
    endless = BAD.replace("bad", "zzz").replace("action: light", "action: wait")
    (project / "scenarios/zzz.yaml").write_text(endless, "utf-8")
    command = [sys.executable, "-u", "-m", "engine_harness", "--jobs", "1"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        os.kill(running.pid, signal.SIGINT)
        rest, errors = running.communicate(timeout=20)
    assert first.startswith("[PASS] good (")
    lines = [line.split(" in ")[0] for line in rest.splitlines()]
    assert lines[:2] == ["", "Summary:"]
    # Ctrl-C may come before or after the end of the static suites.
    assert [line[:12] for line in lines[2:6]] == ["  - format  ", "  - lint    ", "  - typechec",
                                                  "  - register"]  # fmt: skip
    assert lines[6:] == [
        "  - engine-sim INTERRUPTED",
        "      2 scenarios: 1 passed, 0 failed, 1 not run",
        "  - engine-replay INTERRUPTED",
        "  - engine-metrics INTERRUPTED",
        "  - engine-perf INTERRUPTED",
    ]
    assert (running.returncode, errors) == (130, "")
    assert (project / "artifacts/records/good.json").is_file()
    assert not (project / "artifacts/engine/engine_simulation.json").exists()
