"""A stranger's own gate, from the command line: limits over the metrics of a world of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Project

SUITE = '[run]\njobs = 2\n[suites.pond]\nworlds = ["pond"]\ngate = "gates/pond.envelope.json"\n'
LIMITS: dict[str, Any] = {
    "contracts": {
        "enough fish": {"figure": "metrics.fish", "min": 3, "max": 3},
        "fed": {"figure": "metrics.food", "scenario": "good", "max": 2},
        "in time": {"figure": "lateness.max", "max": 0.001},
        "cheap": {"figure": "cost.work_units", "max": 100_000},
    }
}
REPORT = "artifacts/pond/engine_perf_metrics.json"


def gated(project: Project, limits: Any = LIMITS) -> Project:
    project.write("harness.toml", SUITE)
    project.scenario("other", "pond")
    text = limits if isinstance(limits, str) else json.dumps(limits)
    project.write("gates/pond.envelope.json", text)
    return project


def test_a_gate_over_a_world_of_ones_own_passes_and_stands_in_the_artifact(
    project: Project,
) -> None:
    done = gated(project).run("--suite", "pond")
    assert done.code == 0, done.text
    assert "[PASS] good hitches=0 queueMax=" in done.out
    assert "host.gcDrift, host.utilisation: SKIP (no baseline for this machine" in done.out
    assert "--suite pond --update-baseline" in done.out
    gate = json.loads((project.folder / REPORT).read_text("utf-8"))["gate"]
    assert gate["passed"] is True
    judged = {(row["name"], row["scenario"]) for row in gate["contracts"]}
    names = ("cheap", "cost.workUnits", "enough fish", "in time", "lateness.nominal.max")
    assert judged == {
        ("fed", "good"),
        ("lateness.nominal.p99", "good"),
        ("lateness.nominal.p99", "other"),
        *((name, scenario) for name in names for scenario in ("good", "other")),
    }


def test_broken_contracts_fail_the_suite_by_name(project: Project) -> None:
    limits = {
        "contracts": {
            "more fish": {"figure": "metrics.fish", "scenario": "good", "min": 4},
            "misspelt": {"figure": "metrics.fsh", "scenario": "good", "min": 1},
            "absent": {"figure": "metrics.fish", "scenario": "goood", "min": 1},
        }
    }
    done = gated(project, limits).run("--suite", "pond")
    assert done.code == 1
    lines = done.out.splitlines()
    assert "[FAIL] good more fish: 3 (limit >= 4)" in lines
    assert (
        "[FAIL] good misspelt: no figure metrics.fsh (did you mean metrics.fish?) (limit >= 1)"
        in lines
    )
    assert "[FAIL] goood absent: no scenario goood (did you mean good?) (limit >= 1)" in lines
    assert "pond: 3 contracts failed: more fish, misspelt, absent" in lines


def test_a_broken_envelope_stops_everything_with_all_its_problems(project: Project) -> None:
    done = gated(project, '{"onTme": 1,\n "shipped": "yes"}').run("--suite", "pond")
    assert done.code == 2
    assert "gates/pond.envelope.json:1:2 ERROR envelope.onTme: unknown field 'onTme'" in done.err
    assert "gates/pond.envelope.json:2:13 ERROR envelope.shipped: must be true or" in done.err
    assert not (project.folder / "artifacts/records").exists()


def test_a_function_that_works_more_is_over_its_budget_and_is_named(project: Project) -> None:
    gated(project)
    baseline = project.folder / "gates/pond.baseline.json"
    assert project.run("--suite", "pond", "--update-baseline").code == 0
    before = json.loads(baseline.read_text("utf-8"))
    # How fast a run of some milliseconds is, says nothing while other tests run beside it.
    baseline.write_text(json.dumps({**before, "machines": {}}), "utf-8")
    world = project.folder / "lua/worlds/pond/init.lua"
    text = world.read_text("utf-8")
    slower = text.replace(
        "function Pond:step(dt)\n", "function Pond:step(dt)\nfor _ = 1, 2 do end\n"
    )
    assert slower != text
    world.write_text(slower, "utf-8")
    done = project.run("--suite", "pond")
    assert done.code == 1
    assert "pond: 1 contracts failed: cost.workUnits" in done.out
    assert "lua/worlds/pond: Pond:step" in done.out
    done = project.run("--suite", "pond", "--update-baseline")
    assert (done.code, "SKIP" in done.out) == (0, False), done.text
    after = json.loads(baseline.read_text("utf-8"))
    assert after["machines"].keys() == before["machines"].keys()
    assert after["cost"]["good"]["work_units"] > before["cost"]["good"]["work_units"]


def test_two_processes_write_the_same_bytes_about_a_gate(project: Project) -> None:
    gated(project)
    seen = []
    for seed in ("0", "99"):
        assert project.run("--suite", "pond", PYTHONHASHSEED=seed).code == 0
        seen.append(project.artifacts()[REPORT])
        log = (project.folder / "artifacts/logs/pond.log").read_bytes()
        seen.append(log)
    assert seen[:2] == seen[2:]
