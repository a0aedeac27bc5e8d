"""`run-harness init` gives a project that passes at once and fails when one of its rules breaks."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from engine_harness.cli.main import main

FILES = [
    ".gitignore",
    ".schema/manifest.schema.json",
    ".schema/project.schema.json",
    "ci.sh",
    "harness.toml",
    "lua/worlds/lantern/init.lua",
    "scenarios/lantern/burns_down.yaml",
    "scenarios/lantern/stalls.yaml",
]

README = Path(__file__).resolve().parents[2] / "README.md"

# Each breaks one rule of the generated world; the scenario named beside it must notice.
BROKEN_RULES = [
    pytest.param("BURN_PER_S = 2", "BURN_PER_S = 2.1", "burns_down", id="burns-faster"),
    pytest.param("BURN_PER_S * dt)", "BURN_PER_S / 240)", "stalls", id="ignores-a-long-frame"),
    pytest.param("self.oil == 0 then\n\t\t\t", "nil then\n\t\t\t", "burns_down", id="lights-empty"),
    pytest.param("math.min(OIL_MAX,", "math.max(OIL_MAX,", "burns_down", id="overflows"),
    pytest.param('self:go_dark("doused")', "self.lit = false", "burns_down", id="forgets-to-say"),
]


def files_below(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "game"
    assert main(["init", str(folder)]) == 0
    return folder


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(generated, tmp_path / "game"))


def test_it_writes_these_files_and_no_others(generated: Path) -> None:
    assert files_below(generated) == FILES


def test_no_mark_of_a_template_is_left(generated: Path) -> None:
    assert not [
        path for path in FILES if "@" in (generated / path).read_text("utf-8").replace('"$@"', "")
    ]


def test_the_ci_script_can_be_executed(generated: Path) -> None:
    assert (generated / "ci.sh").stat().st_mode & 0o100


def test_the_project_passes_at_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main([]) == 0
    captured = capsys.readouterr()
    assert "FAIL" not in captured.out
    assert captured.err.count("warning") == 0


@pytest.mark.parametrize(("rule", "broken", "scenario"), BROKEN_RULES)
def test_a_broken_rule_fails_and_the_last_line_of_the_block_reproduces_it(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rule: str,
    broken: str,
    scenario: str,
) -> None:
    world = project / "lua/worlds/lantern/init.lua"
    text = world.read_text("utf-8")
    assert rule in text
    world.write_text(text.replace(rule, broken), "utf-8")
    monkeypatch.chdir(project)
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "FAIL  lantern_" in out
    lines = [line.strip() for line in out.splitlines() if "reproduce: run-harness " in line]
    chosen = [line for line in lines if scenario in line]
    assert chosen
    words = shlex.split(chosen[0].removeprefix("reproduce: run-harness "))
    assert main(words) == 1


def test_the_readme_shows_the_generated_scenario_and_its_real_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = README.read_text("utf-8")
    scenario = (project / "scenarios/lantern/burns_down.yaml").read_text("utf-8")
    assert f"```yaml\n{scenario}```" in readme
    world = project / "lua/worlds/lantern/init.lua"
    world.write_text(world.read_text("utf-8").replace("BURN_PER_S = 2", "BURN_PER_S = 3"), "utf-8")
    monkeypatch.chdir(project)
    assert main(["lantern_burns_down"]) == 1
    out = capsys.readouterr().out
    block = out[out.index("FAIL  ") : out.index("\n\nSummary:") + 1]
    assert f"```\n{block}```" in readme


def test_another_world_name_is_used_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init", str(tmp_path), "--world", "oil_lamp_2"]) == 0
    assert files_below(tmp_path) == sorted(path.replace("lantern", "oil_lamp_2") for path in FILES)
    monkeypatch.chdir(tmp_path)
    assert main(["oil_lamp_2_stalls"]) == 0


def test_existing_files_are_listed_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "harness.toml").write_text("mine", "utf-8")
    (tmp_path / "ci.sh").symlink_to("nowhere")
    assert main(["init", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "run-harness: nothing is written, because these files exist:\n"
        f"  {tmp_path}/harness.toml\n"
        f"  {tmp_path}/ci.sh\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ci.sh", "harness.toml"]
    assert (tmp_path / "harness.toml").read_text("utf-8") == "mine"


def test_a_folder_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "taken"
    file.write_text("", "utf-8")
    assert main(["init", str(file)]) == 2
    assert capsys.readouterr().err == f"run-harness: '{file}' is no folder\n"


@pytest.mark.parametrize("name", ["Arena", "2d", "a-b", "a/b", "..", "", "a" * 41, "_x", "é"])
def test_a_name_that_cannot_name_a_world_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["init", str(tmp_path), "--world", name]) == 2
    assert capsys.readouterr().err == (
        f"run-harness: --world: '{name}' cannot name a world; allowed: lower-case letters, digits "
        "and _, a letter first, at most 40 characters\n"
    )
    assert files_below(tmp_path) == []


def test_a_name_of_the_records_own_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path), "--world", "trace"]) == 2
    assert capsys.readouterr().err == (
        "run-harness: --world: 'trace' cannot name a world: a part of every record has this name\n"
    )


def test_a_shipped_world_is_not_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path), "--world", "arena"]) == 2
    assert capsys.readouterr().err == (
        "run-harness: --world: a world 'arena' is shipped with the harness; take another name\n"
    )
    assert files_below(tmp_path) == []


def test_the_ci_script_takes_the_exit_code_over(project: Path) -> None:
    # Without run-harness on the PATH the gate must not be green.
    done = subprocess.run(
        ["/bin/bash", str(project / "ci.sh")],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
