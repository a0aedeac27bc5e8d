"""A plan's promise: every entry one event, in one order, with all problems told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import PlanError
from engine_harness.manifest.drivers import (
    ActionEntry,
    CheckpointEntry,
    ExpectEntry,
    HitchEntry,
    MacroEntry,
    NetworkEntry,
    PlayerEntry,
    RuleEntry,
    ThreatEntry,
)
from engine_harness.manifest.expectations import CountRule, EventPattern
from engine_harness.manifest.models import EngineOptions, Limits
from engine_harness.plan.expand import authored_indices, expand, plan, plan_warnings

if TYPE_CHECKING:
    from conftest import MakeScenario


def test_each_kind_of_entry_becomes_its_event(make_scenario: MakeScenario) -> None:
    scenario = make_scenario(
        ActionEntry(at_s=0, index=1, name="jump", args={"height": 2}, refused="no_ground"),
        ActionEntry(at_s=0, index=2, name="wait", notes="nothing to say"),
        HitchEntry(at_s=1, index=3, duration_s=0.2, jitter_s=0.05),
        CheckpointEntry(at_s=1, index=4, name="middle"),
        ExpectEntry(at_s=1, index=5, expect={"hp": {"min": 1, "max": 3}}),
        ThreatEntry(
            at_s=2,
            index=6,
            id="t",
            position=(1, 2, 3),
            velocity=(0, 0, -1.5),
            cframe=(1.0, 2.0),
            attributes={"a": None},
            tags=("x",),
            metadata={},
        ),
        PlayerEntry(at_s=3, index=7, action="press", value=False, duration_s=0.5, parameters={}),
        NetworkEntry(
            at_s=4, index=8, event="stats", channel="c", direction="in", payload={"ms": 1}
        ),
        RuleEntry(at_s=5, index=9, rule="light", value=False, transition="fade", duration_s=1),
        RuleEntry(at_s=5, index=10, rule="light", value=None),
    )
    assert plan(scenario).events == (
        {"time": 0, "event": "action", "name": "jump", "args": {"height": 2}},
        {"time": 0, "event": "action", "name": "wait", "notes": "nothing to say"},
        {"time": 1, "event": "hitch", "duration": 0.2, "jitter": 0.05},
        {"time": 1, "event": "checkpoint", "name": "middle"},
        {"time": 1, "event": "expect", "name": "timeline[5]", "set": {"hp": {"min": 1, "max": 3}}},
        {
            "time": 2,
            "event": "spawn-threat",
            "id": "t",
            "position": {"x": 1, "y": 2, "z": 3},
            "velocity": {"x": 0, "y": 0, "z": -1.5},
            "cframe": [1, 2],
            "attributes": {"a": None},
            "tags": ["x"],
            "metadata": {},
        },
        {
            "time": 3,
            "event": "player-action",
            "action": "press",
            "value": False,
            "duration": 0.5,
            "parameters": {},
        },
        {
            "time": 4,
            "event": "network",
            "name": "stats",
            "channel": "c",
            "direction": "in",
            "payload": {"ms": 1},
        },
        {
            "time": 5,
            "event": "rule-toggle",
            "rule": "light",
            "value": False,
            "transition": "fade",
            "duration": 1,
        },
        {"time": 5, "event": "rule-toggle", "rule": "light", "value": None},
    )


def test_order_is_time_then_authored_index_as_a_number_then_place_in_the_expansion(
    make_scenario: MakeScenario,
) -> None:
    twelve = [ActionEntry(at_s=0.25, index=index, name=f"a{index}") for index in range(2, 13)]
    scenario = make_scenario(
        MacroEntry(at_s=0, index=1, macro="hitch-gauntlet", options={"count": 3}),
        *reversed(twelve),
        ActionEntry(at_s=-1, index=13, name="early"),
    )
    made = expand(scenario)
    named = [event.get("name", event["time"]) for event in made.plan.events]
    assert named == ["early", 0, 0.25, *[f"a{index}" for index in range(2, 13)], 0.5]
    assert made.authored == (13, 1, 1, *range(2, 13), 1)
    assert authored_indices(scenario) == made.authored


def test_a_plan_holds_nothing_of_the_invocation(make_scenario: MakeScenario) -> None:
    entry = ActionEntry(at_s=0, index=1, name="jump")
    bare = make_scenario(entry, config={"world": {"speed": 2}})
    full = make_scenario(
        entry.model_copy(update={"refused": True}),
        config={"world": {"speed": 2}},
        seed=7,
        world_options={"speed": 2},
        expect={"hp": {"eq": 1}},
        expect_events=(CountRule(match=EventPattern(event="hit"), min=1),),
        limits=Limits(frames=5),
        engine=EngineOptions(hitch_policy="catch_up"),
    )
    assert plan(bare).digest() == plan(full).digest()
    assert plan(bare).config == {"world": {"speed": 2}}
    assert plan(bare).metadata == {"id": "gate", "label": "A gate", "tags": [], "history": []}


def test_all_problems_of_a_scenario_come_at_once_with_their_lines(
    make_scenario: MakeScenario,
) -> None:
    scenario = make_scenario(
        MacroEntry(at_s=0, index=1, macro="oscilation-storm"),
        MacroEntry(at_s=0, index=2, macro="hitch-gauntlet", options={"count": 2.5}),
        lines={"timeline[1]": 9, "timeline[2]": 12, "timeline[2].options.count": 14},
    )
    with pytest.raises(PlanError) as caught:
        plan(scenario)
    assert str(caught.value).splitlines() == [
        "scenarios/gate.yaml:9 ERROR manifest.timeline[1].macro: unknown macro 'oscilation-storm'"
        " (did you mean 'oscillation-storm'?); allowed: hitch-gauntlet, oscillation-storm",
        "scenarios/gate.yaml:14 ERROR manifest.timeline[2].options.count: macro 'hitch-gauntlet'"
        " cannot use this count; got 2.5; allowed: an integer > 0",
    ]


def test_the_limit_of_a_plan_is_named_and_reached_exactly(make_scenario: MakeScenario) -> None:
    storms = [
        MacroEntry(at_s=0, index=index, macro="hitch-gauntlet", options={"count": 10_000})
        for index in range(1, 21)
    ]
    one_more = ActionEntry(at_s=0, index=21, name="jump")
    assert len(plan(make_scenario(*storms)).events) == 200_000
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(*storms, one_more))
    assert str(caught.value) == (
        "scenarios/gate.yaml:3 ERROR manifest.timeline: more than 200000 planned events"
        " (limit planned_events); allowed: at most 200000"
    )


def test_events_inside_a_hold_and_hitches_of_no_length_are_told(
    make_scenario: MakeScenario,
) -> None:
    scenario = make_scenario(
        PlayerEntry(at_s=1, index=1, action="observe-telemetry", duration_s=0.5),
        ActionEntry(at_s=1, index=2, name="at_once"),
        ActionEntry(at_s=1.25, index=3, name="inside"),
        PlayerEntry(at_s=1.25, index=4, action="observe-telemetry", parameters={"duration": 0.25}),
        ActionEntry(at_s=1.5, index=5, name="inside the second, which starts at 1.5 s"),
        ActionEntry(at_s=1.75, index=6, name="after both"),
        PlayerEntry(at_s=2, index=7, action="inject-hitch"),
        PlayerEntry(at_s=2, index=8, action="inject-hitch", parameters={"duration": 0.1}),
        PlayerEntry(at_s=2, index=9, action="observe-telemetry", duration_s=0),
        PlayerEntry(at_s=2, index=10, action="jump"),
    )
    assert [str(warning) for warning in plan_warnings(scenario)] == [
        "scenarios/gate.yaml:3 WARNING manifest.timeline[1]: 3 events inside the observe-telemetry"
        " hold from 1.0 s to 1.5 s will run at its end: timeline[2], timeline[3], timeline[4]",
        "scenarios/gate.yaml:3 WARNING manifest.timeline[4]: 1 event inside the observe-telemetry"
        " hold from 1.5 s to 1.75 s will run at its end: timeline[5]",
        "scenarios/gate.yaml:3 WARNING manifest.timeline[7]:"
        " inject-hitch needs a positive duration",
        "scenarios/gate.yaml:3 WARNING manifest.timeline[9]:"
        " observe-telemetry needs a positive duration",
    ]


def test_a_hold_with_many_events_names_the_first_ones(make_scenario: MakeScenario) -> None:
    hold = PlayerEntry(at_s=0, index=1, action="observe-telemetry", duration_s=1)
    later = [ActionEntry(at_s=0.5, index=index, name="a") for index in range(2, 10)]
    (warning,) = plan_warnings(make_scenario(hold, *later))
    assert warning.message.endswith(
        "timeline[2], timeline[3], timeline[4], timeline[5], timeline[6] and 3 more"
    )


def rules(*names: str) -> list[RuleEntry]:
    return [
        RuleEntry(at_s=index - 1, index=index, rule=name, value=False)
        for index, name in enumerate(names, 1)
    ]


def test_a_rule_with_a_second_name_is_planned_under_its_first(make_scenario: MakeScenario) -> None:
    scenario = make_scenario(
        *rules("light", "lamp", "lights"),
        ActionEntry(at_s=3, index=4, name="go", args={"rule": "light"}),
        rule_aliases={"light": "lamp"},
    )
    alias, plain, other, action = plan(scenario).events
    assert alias == {
        "time": 0,
        "event": "rule-toggle",
        "rule": "lamp",
        "authoredRule": "light",
        "value": False,
    }
    assert (plain["rule"], other["rule"]) == ("lamp", "lights")
    assert "authoredRule" not in plain
    assert action["args"] == {"rule": "light"}


def test_a_rule_keeps_its_name_where_the_world_declares_no_other(
    make_scenario: MakeScenario,
) -> None:
    storm = MacroEntry(at_s=4, index=4, macro="oscillation-storm", options={"duration": 0.001})
    scenario = make_scenario(*rules("highlight", "lamp", "light"), storm)
    events = plan(scenario).events
    assert [event["rule"] for event in events] == ["highlight", "lamp", "light", "highlight"]
    assert not [event for event in events if "authoredRule" in event]
    assert plan(make_scenario(*rules("light"), rule_aliases={"other": "lamp"})).events == (
        {"time": 0, "event": "rule-toggle", "rule": "light", "value": False},
    )
