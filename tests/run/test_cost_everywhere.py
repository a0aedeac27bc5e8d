"""The cost of a run is one number: in every process, with the JIT compiler or without, wherever."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.checks.cost import normalised_functions
from engine_harness.records.models import Cost
from engine_harness.run.session import job_of
from engine_harness.vm.loader import harness_texts, read_module, shipped_lua
from engine_harness.vm.machine import HostModules, Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Bench

    from engine_harness.vm.job import Job
    from engine_harness.vm.loader import LuaRoot

HARNESS = HostModules(harness_texts())
# Longer timelines are cut: the interpreter takes seconds for them, and repeats itself.
ENTRIES_MAX = 100
# Under the command line: all but the scenario that takes a second by itself.
TOO_LONG = "engine_perf_mass_pressure"


def shipped_project(folder: Path) -> Path:
    """Put the shipped scenarios into a project of their own; their worlds are `<shipped>/…`."""
    shutil.copytree(shipped_lua().parent / "scenarios", folder / "scenarios")
    (folder / "harness.toml").write_text("[run]\nseed = 11\n", "utf-8")
    return folder


def jobs_of(root: Path) -> dict[str, tuple[Job, tuple[LuaRoot, ...]]]:
    with Harness(open_project(root)) as harness:
        return {
            scenario.id: (
                job_of(
                    harness.request_of(
                        scenario.model_copy(update={"timeline": scenario.timeline[:ENTRIES_MAX]})
                    )
                ),
                harness.roots,
            )
            for scenario in harness.load().scenarios
        }


def cost_of(job: Job, roots: tuple[LuaRoot, ...], *, jit: bool = True) -> Cost:
    """Play a job in a fresh VM of this process."""
    machine = Machine(
        HARNESS,
        read_module=lambda name: read_module(name, roots),
        texts=job.texts,
        work_units=job.work_units,
        memory_mb=job.memory_mb,
        jit=jit,
    )
    step = machine.start(job.function, json.dumps(job.data, ensure_ascii=False))
    assert step.kind == "done", step.text
    machine.close()
    return Cost(**json.loads(step.text)["head"]["cost"])


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return jobs_of(shipped_project(tmp_path_factory.mktemp("shipped")))


@pytest.fixture(scope="module")
def costs(jobs: dict[str, Any]) -> dict[str, Cost]:
    return {name: cost_of(*job) for name, job in jobs.items()}


def test_every_shipped_scenario_costs_the_same_without_the_compiler(
    jobs: dict[str, Any], costs: dict[str, Cost]
) -> None:
    assert len(costs) > 20
    for name, job in jobs.items():
        assert cost_of(*job, jit=False) == costs[name], name


def test_a_limit_of_exactly_the_cost_is_enough_and_changes_no_count(
    jobs: dict[str, Any], costs: dict[str, Cost]
) -> None:
    # The limit decides how large the slices are that functions draw on.
    for name, (job, roots) in jobs.items():
        spent = costs[name].work_units
        assert cost_of(replace(job, work_units=spent), roots) == costs[name], name


def test_a_checkout_and_an_installed_package_have_one_cost_by_function(
    costs: dict[str, Cost], tmp_path: Path
) -> None:
    root = shipped_project(tmp_path)
    # A project that holds the shipped Lua itself, as a checkout does.
    (root / "lua").symlink_to(shipped_lua(), target_is_directory=True)
    raw_names = set()
    for name, job in jobs_of(root).items():
        found, installed = cost_of(*job), costs[name]
        assert normalised_functions(found) == normalised_functions(installed), name
        raw_names |= {row.function[:4] for row in found.functions}
        raw_names |= {row.function[:4] for row in installed.functions}
    assert raw_names == {"lua/", "<shi"}


def command_line(root: Path, cwd: Path, hash_seed: str, *arguments: str) -> dict[str, Any]:
    """Run scenarios in a fresh process; return the costs that the records hold."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    done = subprocess.run(
        [sys.executable, "-m", "engine_harness", "--root", str(root), *arguments],
        cwd=cwd,
        env={**env, "PYTHONHASHSEED": hash_seed},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    records = (root / "artifacts/records").glob("*.json")
    return {path.stem: json.loads(path.read_bytes())["cost"] for path in records}


def test_processes_workers_and_folders_change_no_cost(jobs: dict[str, Any], tmp_path: Path) -> None:
    one = shipped_project(tmp_path / "one")
    other = shipped_project(tmp_path / "another place/deep/down")
    targets = sorted(name for name in jobs if name != TOO_LONG and "[" not in name)
    in_order = command_line(one, one, "0", "--jobs", "1", *targets)
    turned = command_line(
        other, tmp_path, "4294967295", *reversed(targets), "--jobs", "2", "--force-build"
    )
    assert in_order.keys() == set(targets)
    assert turned == in_order
    # A worker that has served nobody yet.
    (alone,) = command_line(shipped_project(tmp_path / "3"), tmp_path, "7", targets[-1]).items()
    assert alone == (targets[-1], in_order[targets[-1]])


WORLD = """
local W = {} W.__index = W
function W.new(env) return setmetatable({ env = env, n = 0 }, W) end
local function count(self, n) for _ = 1, n do self.n = self.n + 1 end end
function W:apply(action)
    local each = { function() count(self, 3) end, function() count(self, 4) end }
    for _, fn in ipairs(each) do fn() end
    self.text = ("x"):rep(400)
    return true
end
function W:metrics() return { n = self.n } end
return W
"""


def test_comments_and_lines_change_no_cost_by_function(
    make_bench: Callable[[str], Bench],
) -> None:
    spaced = WORLD.replace("\n", "\n\n-- Said again, at length.\n")
    assert spaced.count("\n") > 2 * WORLD.count("\n")
    records = []
    for name, text in (("plain", WORLD), ("spaced", spaced)):
        bench = make_bench(name)
        bench.world("w", text)
        records.append(bench.play([{"at": 0, "action": "go"}], world="w"))
    plain, shifted = (record.cost for record in records)
    assert plain is not None
    assert shifted is not None
    assert plain.functions != shifted.functions
    assert normalised_functions(plain) == normalised_functions(shifted)
    assert normalised_functions(plain) == {
        "(library calls)": 26,
        "lua/worlds/w: (anonymous) in W:apply": 2,
        "lua/worlds/w: (main chunk)": 1,
        "lua/worlds/w: W.new": 1,
        "lua/worlds/w: W:apply": 3,
        "lua/worlds/w: W:metrics": 1,
        "lua/worlds/w: local count": 9,
    }
