"""Each way to stop a run: it becomes a finding, costs no other run a byte and leaves no process."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

STEP = "self.food = math.max"
HANG = "while true do end "
BOMB = "while true do pcall(function() local t = {} for i = 1, 1e9 do t[i] = { i } end end) end "
NEIGHBOURS = ("good", "other_a", "other_b")
ENDLESS = {"work_units": 20_000_000_000}


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def neighbours(project: Project) -> dict[str, bytes]:
    artifacts = project.artifacts()
    paths = [f"artifacts/records/{name}.json" for name in NEIGHBOURS]
    return {path: artifacts[path] for path in paths}


@pytest.fixture
def crowd(project: Project) -> Project:
    """The good scenario, two more beside it, and what they leave without a culprit."""
    project.scenario("other_a", "pond")
    project.scenario("other_b", "pond", seed=3)
    assert project.run().code == 0
    return project


def add_culprit(project: Project, text: str, **limits: Any) -> None:
    project.world("broken", STEP, text + STEP)
    project.scenario("culprit", "broken", limits=limits)


def outcome(project: Project) -> dict[str, Any]:
    record = json.loads((project.folder / "artifacts/records/culprit.json").read_text("utf-8"))
    result: dict[str, Any] = record["outcome"]
    return result


@pytest.mark.parametrize(
    ("text", "limits", "status", "reason"),
    [
        (HANG, {"deadline_s": 0.5, **ENDLESS}, "killed", "deadline_s"),
        (HANG, {"work_units": 1_000_000}, "limit", "work_units"),
        (BOMB, {"memory_mb": 64, **ENDLESS}, "limit", "memory_mb"),
    ],
    ids=["deadline", "work units", "memory"],
)
def test_a_stopped_run_costs_the_others_nothing(
    crowd: Project, text: str, limits: dict[str, Any], status: str, reason: str
) -> None:
    before = neighbours(crowd)
    add_culprit(crowd, text, **limits)
    for jobs in ("1", "2"):
        done = crowd.run("--jobs", jobs)
        assert done.code == 1
        assert (outcome(crowd)["status"], outcome(crowd)["reason"]) == (status, reason)
        assert neighbours(crowd) == before


def started(project: Project) -> subprocess.Popen[str]:
    """Start the command on a project with a run that hangs; return once the others are done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine_harness", "--jobs", "2"],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not all(
        (project.folder / f"artifacts/records/{name}.json").is_file() for name in NEIGHBOURS
    ):
        assert process.poll() is None
    return process


def clear_records(project: Project) -> None:
    for path in (project.folder / "artifacts/records").iterdir():
        path.unlink()


def test_a_process_killed_from_outside_is_a_finding(crowd: Project) -> None:
    before = neighbours(crowd)
    add_culprit(crowd, HANG, **ENDLESS)
    clear_records(crowd)
    process = started(crowd)
    for child in children_of(process.pid):
        os.kill(child, signal.SIGKILL)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "its process was ended from outside (SIGKILL)" in out
    assert outcome(crowd)["status"] == "killed"
    assert neighbours(crowd) == before


@pytest.mark.parametrize("cause", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_command_takes_its_children_with_it(crowd: Project, cause: signal.Signals) -> None:
    before = neighbours(crowd)
    add_culprit(crowd, HANG, **ENDLESS)
    clear_records(crowd)
    process = started(crowd)
    handles = [os.pidfd_open(child) for child in children_of(process.pid)]
    assert handles
    process.send_signal(cause)
    out, err = process.communicate(timeout=10)
    for handle in handles:
        assert select.select([handle], [], [], 10)[0], "a child is still there"
        os.close(handle)
    assert neighbours(crowd) == before
    if cause == signal.SIGINT:
        assert process.returncode == 130
        assert "Traceback" not in out + err
        assert "3 of 4" in out or "3 passed" in out
