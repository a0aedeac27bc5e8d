"""Second names of rules: a world has those that it declares, and no other world's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine_harness.testing.builders import scenario_of

if TYPE_CHECKING:
    from conftest import Bench, Stage

    from engine_harness.records.models import RunRecord

DECLARED = 'W.describe = { rule_aliases = { light = "lamp" } }'
ACT = """
function W:rule(args)
    self.env.record:event("told", args)
end
"""
STORM = {"at": 1, "macro": "oscillation storm", "options": {"duration": 0.001, "rule": "light"}}
DEFAULT_STORM = {"at": 2, "macro": "oscillation storm", "options": {"duration": 0.001}}


def rule(at: float, name: str) -> dict[str, Any]:
    return {"at": at, "kind": "rule", "rule": name, "value": True}


def rows(record: RunRecord, name: str) -> list[dict[str, Any]]:
    return [row["fields"] for row in record.events if row["event"] == name]


def test_a_world_is_told_the_name_and_what_was_authored(stage: Stage) -> None:
    record = stage.play(DECLARED + ACT, [rule(0, "light"), rule(0.5, "lamp"), STORM])
    assert rows(record, "told") == [
        {"rule": "lamp", "authoredRule": "light", "value": True},
        {"rule": "lamp", "value": True},
        {"rule": "lamp", "authoredRule": "light", "value": True},
    ]
    assert [row["rule"] for row in rows(record, "rule-toggle")] == ["lamp"] * 3
    assert record.scenario.normalised["rule_aliases"] == {"light": "lamp"}


def test_names_of_another_world_mean_nothing(stage: Stage) -> None:
    record = stage.play(ACT, [rule(0, "highlight"), rule(0.5, "light"), STORM, DEFAULT_STORM])
    assert rows(record, "told") == [
        {"rule": name, "value": True} for name in ("highlight", "light", "light", "highlight")
    ]


def test_autoparry_has_a_second_name_of_one_rule(bench: Bench) -> None:
    record = bench.play([rule(0, "highlight"), rule(0.1, "highlight-gate")], world="autoparry")
    assert [(row["rule"], row.get("authoredRule")) for row in rows(record, "rule-toggle")] == [
        ("highlight-gate", "highlight"),
        ("highlight-gate", None),
    ]
    assert record.metrics is not None
    assert record.metrics["highlightToggles"] == 2


def test_a_scenario_of_a_world_that_cannot_be_loaded_has_no_second_names(stage: Stage) -> None:
    world = stage.world("error('broken')")
    scenario = scenario_of(stage.bench.harness, world=world, timeline=[rule(0, "light")])
    assert scenario.rule_aliases == {}
