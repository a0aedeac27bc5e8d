"""Each scenario is planned once, and all problems of many are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import PlanError
from engine_harness.manifest.drivers import MacroEntry
from engine_harness.plan.planner import Planner

if TYPE_CHECKING:
    from conftest import MakeScenario

    from engine_harness.manifest.models import Scenario


def renamed(scenario: Scenario, name: str) -> Scenario:
    metadata = scenario.metadata.model_copy(update={"id": name})
    return scenario.model_copy(update={"metadata": metadata})


def test_a_scenario_is_planned_once_until_it_is_read_again(make_scenario: MakeScenario) -> None:
    planner, scenario = Planner(), make_scenario()
    first = planner.expand(scenario)
    assert planner.expand(scenario) is first
    assert planner.expand(make_scenario()) is not first


def test_what_is_not_kept_is_planned_again(make_scenario: MakeScenario) -> None:
    planner, scenario = Planner(), make_scenario()
    first = planner.expand(scenario)
    planner.keep([scenario.id])
    assert planner.expand(scenario) is first
    planner.keep([])
    assert planner.expand(scenario) is not first


def test_the_problems_of_all_scenarios_are_told_at_once(make_scenario: MakeScenario) -> None:
    planner = Planner()
    bad = make_scenario(MacroEntry(at_s=0, index=1, macro="no-such"))
    scenarios = [bad, renamed(make_scenario(), "good"), renamed(bad, "worse")]
    assert [problem.path for problem in planner.problems(scenarios)] == [
        "manifest.timeline[1].macro"
    ] * 2
    with pytest.raises(PlanError) as caught:
        planner.plan_all(scenarios)
    assert caught.value.diagnostics == planner.problems(scenarios)
    assert [scenario.id for scenario, _ in planner.plan_all(scenarios[1:2])] == ["good"]
