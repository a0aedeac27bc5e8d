"""The merge gate as the README prints it, and what it catches in the workloads that ship."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"<!-- merge gate: (\S+) -->\n```\w+\n(.*?)```", README, re.DOTALL))

PACE = {"metadata": {"id": "pace", "label": "pace", "tags": ["engine-perf"]}}
TOO_STRICT = '{"lateness.nominal.max": -1}'
ENVELOPE = "scenarios/baselines/engine-perf.envelope.json"

LOOP_AFTER = "function Decide.ball(c, b, now)\n"
# A round costs as much as a call. In the cheapest scenario below 30 are 5 % of all work, and growth
# by 1 % fails.
LOOP = "\tfor _ = 1, 30 do end\n"


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """An environment in which `run-harness` is this one, and `pip` has nothing left to install."""
    folder = tmp_path / "bin"
    folder.mkdir()
    scripts = {
        "run-harness": f'exec "{sys.executable}" -m engine_harness "$@"',
        "pip": 'test "$*" = "install ."',
    }
    for name, line in scripts.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        script.chmod(0o755)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {
        **clean,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


@pytest.fixture
def shell(
    project: Project, tools: dict[str, str]
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run one command as a CI service does: in the project, by a shell that stops at errors."""
    project.scenario("pace", "pond", **PACE)

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-e", "-c", command],
            cwd=project.folder,
            env=tools,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def steps_of(service: str) -> list[str]:
    """Return the commands that a block of the README makes a CI service run."""
    data: Any = yaml.safe_load(BLOCKS[service])
    job = data["jobs"]["engine-perf"] if "jobs" in data else data["engine-perf"]
    if "script" in job:
        return list(job["script"])
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("service", [".github/workflows/engine-perf.yml", ".gitlab-ci.yml"])
def test_the_steps_of_a_ci_service_pass_and_a_broken_contract_fails_them(
    shell: Callable[[str], Any], project: Project, service: str
) -> None:
    steps = steps_of(service)
    assert steps == ["pip install .", "run-harness --suite engine-perf"]
    done = [shell(step) for step in steps]
    assert [step.returncode for step in done] == [0, 0], done
    assert (project.folder / "artifacts/engine-perf/engine_perf_metrics.json").is_file()
    project.write(ENVELOPE, TOO_STRICT)
    failed = shell(steps[-1])
    assert failed.returncode == 1
    assert "engine-perf: 1 contract failed: lateness.nominal.max" in failed.stdout


def test_a_workflow_of_github_keeps_the_artifacts_also_of_a_failed_job() -> None:
    data: Any = yaml.safe_load(BLOCKS[".github/workflows/engine-perf.yml"])
    upload = data["jobs"]["engine-perf"]["steps"][-1]
    assert (upload["if"], upload["with"]["path"]) == ("always()", "artifacts")
    gitlab: Any = yaml.safe_load(BLOCKS[".gitlab-ci.yml"])
    assert gitlab["engine-perf"]["artifacts"] == {"when": "always", "paths": ["artifacts"]}


def test_the_hook_lets_a_push_through_and_holds_a_broken_one_back(
    shell: Callable[[str], Any], project: Project
) -> None:
    setup = (
        "git init -q -b main . && git init -q --bare ../remote.git &&"
        " git remote add origin ../remote.git && git config user.email a@example.com &&"
        " git config user.name a && git add -A && git commit -q -m one"
    )
    assert shell(setup).returncode == 0
    hook = project.write(".git/hooks/pre-push", BLOCKS[".git/hooks/pre-push"])
    hook.chmod(0o755)
    pushed = shell("git push -q origin main")
    assert pushed.returncode == 0, pushed.stderr
    assert "  - engine-perf PASS in " in pushed.stdout
    project.write(ENVELOPE, TOO_STRICT)
    held = shell("git add -A && git commit -q -m two && git push -q origin main")
    assert held.returncode != 0
    assert "engine-perf: 1 contract failed: lateness.nominal.max" in held.stdout
    assert shell("git rev-parse HEAD~1").stdout == shell("git rev-parse origin/main").stdout


def test_taking_the_workloads_away_does_not_make_the_gate_green(tmp_path: Path) -> None:
    (tmp_path / "scenarios/baselines").mkdir(parents=True)
    (tmp_path / "harness.toml").touch()
    for name in ("engine-perf.envelope.json", "engine-perf.baseline.json"):
        shutil.copy(ROOT / "scenarios/baselines" / name, tmp_path / "scenarios/baselines")
    shutil.copy(ROOT / "scenarios/arena/first_strike.yaml", tmp_path / "scenarios")
    for words, code in (((), 1), (("--suite", "engine"), 1), (("--suite", "engine-perf"), 5)):
        done = subprocess.run(
            [sys.executable, "-m", "engine_harness", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stdout
        if code == 1:
            assert (
                "[FAIL] engine_perf_flicker_window coverage.scenarios: 0 (limit >= 1)"
                in done.stdout
            )


def test_a_loop_in_a_shipped_world_and_an_impossible_limit_fail_the_shipped_gate(
    tmp_path: Path,
) -> None:
    for name in ("engine_harness", "lua", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    decide = tmp_path / "lua/worlds/autoparry/controller/decide.lua"
    text = decide.read_text("utf-8")
    assert text.count(LOOP_AFTER) == 1
    decide.write_text(text.replace(LOOP_AFTER, LOOP_AFTER + LOOP), "utf-8")
    envelope = json.loads((tmp_path / ENVELOPE).read_text("utf-8"))
    (tmp_path / "strict.json").write_text(json.dumps({**envelope, "onTime": 1.01}), "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "engine_harness",
            "--suite",
            "engine-perf",
            "--envelope",
            "strict.json",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "[FAIL] engine_perf_mass_pressure onTime: 1 (limit >= 1.01)" in done.stdout
    for scenario in ("flicker_window", "hitch_resilience", "lookahead", "mass_pressure"):
        found = re.search(
            rf"\[FAIL\] engine_perf_{scenario} cost\.workUnits: .*\n  in all .*\n  (.*)\n",
            done.stdout,
        )
        assert found is not None, (scenario, done.stdout)
        assert found[1].startswith("lua/worlds/autoparry/controller/decide: Decide.ball ")
    assert "engine-perf: 2 contracts failed: onTime, cost.workUnits" in done.stdout
    artifact = json.loads((tmp_path / "artifacts/engine-perf/engine_perf_metrics.json").read_text())
    assert artifact["gate"]["passed"] is False
