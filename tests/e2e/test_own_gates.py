"""A stranger's own gate, from the command line: limits over the metrics of a world of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .conftest import GOOD_SCENARIO

if TYPE_CHECKING:
    from .conftest import Project

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
    assert "pond: 1 contract failed: cost.workUnits" in done.out
    assert "lua/worlds/pond: Pond:step" in done.out
    done = project.run("--suite", "pond", "--update-baseline")
    assert (done.code, "wrote gates/pond.baseline.json" in done.out) == (0, True), done.text
    assert (
        "host.utilisation: SKIP (a run of less than 0.25 s says nothing of the speed)" in done.out
    )
    after = json.loads(baseline.read_text("utf-8"))
    assert after["machines"].keys() == before["machines"].keys()
    assert after["cost"]["good"]["work_units"] > before["cost"]["good"]["work_units"]


def test_a_gate_of_the_project_is_part_of_everything_and_may_not_lack_its_file(
    project: Project,
) -> None:
    limits = {"contracts": {"more fish": {"figure": "metrics.fish", "scenario": "good", "min": 4}}}
    gated(project, limits)
    done = project.run()
    assert (done.code, "pond: 1 contract failed: more fish" in done.out) == (1, True), done.text
    (project.folder / "gates/pond.envelope.json").unlink()
    refused = project.run()
    assert refused.code == 2
    assert refused.err == (
        "run-harness: harness.toml:5 suites.pond.gate: no file 'gates/pond.envelope.json'\n"
    )


def test_a_scenario_that_had_a_budget_cannot_be_left_out_in_silence(project: Project) -> None:
    gated(project, {"contracts": {}})
    assert project.run("--suite", "pond", "--update-baseline").code == 0
    (project.folder / "scenarios/other.json").unlink()
    for words in ((), ("--suite", "pond")):
        done = project.run(*words)
        assert done.code == 1, done.text
        assert "[FAIL] other cost.workUnits: has a budget, but no scenario other;" in done.out
    (project.folder / "scenarios/good.yaml").unlink()
    assert project.run().code == 1
    project.write("scenarios/good.yaml", GOOD_SCENARIO)
    assert project.run("--suite", "pond", "--update-baseline").code == 0
    assert project.run("--suite", "pond").code == 0


def test_only_whole_suites_are_judged_and_only_they_make_a_baseline(project: Project) -> None:
    gated(project)
    slow = {"id": "slow", "label": "slow", "tags": ["slow"]}
    project.scenario("slow", "pond", metadata=slow)
    done = project.run("--tag", "none", "--allow-empty", "good")
    part = project.run("good")
    assert part.code == 0
    why = "pond: the gate is not judged; it is of all of --suite pond"
    assert why in part.out.splitlines()
    assert "  - pond       PASS (gate not judged) in " in part.out
    assert done.code == 0
    refused = project.run("good", "--update-baseline")
    assert (refused.code, refused.out) == (2, "")
    assert "--update-baseline: none of the suites has a gate that is judged" in refused.err
    refused = project.run("--exclude-tag", "slow", "--update-baseline")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.endswith("and some are left out of pond\n")
    filtered = project.run("--exclude-tag", "slow")
    assert (filtered.code, why in filtered.out.splitlines()) == (0, True)
    # A filter that leaves nothing out is none.
    assert why not in project.run("--exclude-tag", "never").out
    refused = project.run("--suite", "pond", "--seed", "5", "--update-baseline")
    assert refused.code == 2
    assert "the project's own seed and hitch policy" in refused.err
    assert not (project.folder / "gates/pond.baseline.json").exists()


def test_the_one_document_says_why_a_gate_has_failed(project: Project) -> None:
    limits = {"contracts": {"more fish": {"figure": "metrics.fish", "scenario": "good", "min": 4}}}
    done = gated(project, limits).run("--suite", "pond", "--json")
    (suite,) = json.loads(done.out)["suites"]
    (broken,) = [row for row in suite["gate"]["contracts"] if row["passed"] is False]
    assert (suite["status"], broken["name"], broken["figure"]) == ("FAIL", "more fish", 3)


def test_another_seed_of_the_project_does_not_switch_its_budgets_off(project: Project) -> None:
    gated(project)
    assert project.run("--suite", "pond", "--update-baseline").code == 0
    assert project.run("--suite", "pond", "--seed", "9").code == 0
    project.write("harness.toml", SUITE.replace("[run]\n", "[run]\nseed = 9\n"))
    done = project.run("--suite", "pond")
    assert done.code == 1
    assert (
        "[FAIL] good cost.workUnits: its budget is of seed 0, hitch policy stall;"
        " run --suite pond --update-baseline"
    ) in done.out


def test_two_processes_write_the_same_bytes_about_a_gate(project: Project) -> None:
    gated(project)
    seen = []
    for seed in ("0", "99"):
        assert project.run("--suite", "pond", PYTHONHASHSEED=seed).code == 0
        seen.append(project.artifacts()[REPORT])
        log = (project.folder / "artifacts/logs/pond.log").read_bytes()
        seen.append(log)
    assert seen[:2] == seen[2:]
