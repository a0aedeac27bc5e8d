"""Macros: exact expansions of the built-ins, and the same door for those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import PlanError
from engine_harness.manifest.drivers import ActionEntry, MacroEntry
from engine_harness.plan.expand import plan, plan_warnings

if TYPE_CHECKING:
    from conftest import InstallMacro, MakeScenario

HUGE = 10**400


def storm(options: dict[str, Any], **fields: Any) -> MacroEntry:
    return MacroEntry(at_s=0.3, index=1, macro="oscillation-storm", options=options, **fields)


def gauntlet(options: dict[str, Any], **fields: Any) -> MacroEntry:
    return MacroEntry(at_s=0.3, index=1, macro="hitch-gauntlet", options=options, **fields)


def test_a_storm_by_default_toggles_the_highlight_seven_times(
    make_scenario: MakeScenario,
) -> None:
    # 0.2 s at half a period of 1/36 s is 7.2 steps.
    half = 0.5 / 18
    scenario = make_scenario(storm({}), rule_aliases={"highlight": "highlight-gate"})
    assert plan(scenario).events == tuple(
        {
            "time": 0.3 + k * half,
            "event": "rule-toggle",
            "notes": f"oscillation storm toggle {k + 1}",
            "macro": "oscillation-storm",
            "rule": "highlight-gate",
            "authoredRule": "highlight",
            "value": k % 2 == 0,
        }
        for k in range(7)
    )


def test_a_storm_cycles_its_values_and_keeps_the_notes_of_its_entry(
    make_scenario: MakeScenario,
) -> None:
    options = {"duration": 0.5, "frequencyHz": 5, "rule": "fog", "values": ["a", None, {"b": [1]}]}
    events = plan(make_scenario(storm(options, notes=""))).events
    assert [(event["time"], event["value"], event["notes"]) for event in events] == [
        (0.3, "a", ""),
        (0.3 + 0.1, None, ""),
        (0.3 + 2 * 0.1, {"b": [1]}, ""),
        (0.3 + 3 * 0.1, "a", ""),
        (0.3 + 4 * 0.1, None, ""),
    ]
    assert {event["rule"] for event in events} == {"fog"}


def test_a_storm_shorter_than_half_a_period_toggles_once(make_scenario: MakeScenario) -> None:
    events = plan(make_scenario(storm({"duration": 0.001, "frequencyHz": 1}))).events
    assert [event["value"] for event in events] == [True]


def test_a_gauntlet_by_default_is_one_hitch(make_scenario: MakeScenario) -> None:
    assert plan(make_scenario(gauntlet({}))).events == (
        {
            "time": 0.3,
            "event": "player-action",
            "macro": "hitch-gauntlet",
            "action": "inject-hitch",
            "duration": 0.18,
        },
    )


def test_times_of_a_gauntlet_are_products_and_no_running_sum(make_scenario: MakeScenario) -> None:
    options = {"count": 1000.0, "interval": 0.1, "magnitude": 0.05}
    events = plan(make_scenario(gauntlet(options, notes="train"))).events
    assert [event["time"] for event in events] == [0.3 + k * 0.1 for k in range(1000)]
    assert {event["duration"] for event in events} == {0.05}
    assert {event["notes"] for event in events} == {"train"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (storm({"duration": 0}), "duration: {s} duration; got 0; allowed: > 0"),
        (storm({"duration": -0.5}), "duration: {s} duration; got -0.5; allowed: > 0"),
        (storm({"duration": True}), "duration: {s} duration; got true; allowed: > 0"),
        (storm({"duration": "1"}), 'duration: {s} duration; got "1"; allowed: > 0'),
        (storm({"duration": None}), "duration: {s} duration; got null; allowed: > 0"),
        (storm({"frequencyHz": float("inf")}), "frequencyHz: {s} frequencyHz; got Infinity;"),
        (storm({"rule": ""}), 'rule: {s} rule; got ""; allowed: a non-empty string'),
        (storm({"rule": 3}), "rule: {s} rule; got 3; allowed: a non-empty string"),
        (storm({"values": []}), "values: {s} values; got []; allowed: a non-empty list"),
        (storm({"values": {"a": 1}}), 'values: {s} values; got {{"a": 1}}; allowed: a non-empty'),
        (gauntlet({"count": 1.5}), "count: {g} count; got 1.5; allowed: an integer > 0"),
        (gauntlet({"count": 0}), "count: {g} count; got 0; allowed: > 0"),
        (gauntlet({"interval": 0}), "interval: {g} interval; got 0; allowed: > 0"),
        (gauntlet({"magnitude": float("nan")}), "magnitude: {g} magnitude; got NaN; allowed: > 0"),
        (gauntlet({"count": HUGE}), "count: {g} count; got 1000000"),
    ],
)
def test_an_option_that_does_not_fit_is_an_error_with_its_value_and_rule(
    make_scenario: MakeScenario, entry: MacroEntry, message: str
) -> None:
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(entry))
    expected = message.format(
        s="macro 'oscillation-storm' cannot use this", g="macro 'hitch-gauntlet' cannot use this"
    )
    assert f"manifest.timeline[1].options.{expected}" in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [
        gauntlet({"count": 10_001}),
        gauntlet({"count": 1e300}),
        storm({"duration": 1e308, "frequencyHz": 1e308}),
    ],
)
def test_a_macro_has_a_limit_that_is_named(make_scenario: MakeScenario, entry: MacroEntry) -> None:
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(entry))
    assert f"macro '{entry.macro}' expands to more than 10000 events (limit macro_events)" in str(
        caught.value
    )


def test_a_time_that_overflows_is_an_error(make_scenario: MakeScenario) -> None:
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(gauntlet({"count": 3, "interval": 1e308})))
    assert "event 3 of macro 'hitch-gauntlet' has a time that is not finite; got inf" in str(
        caught.value
    )


def test_an_unknown_option_is_a_warning_with_a_suggestion(make_scenario: MakeScenario) -> None:
    (warning,) = plan_warnings(make_scenario(storm({"frequencyHZ": 20})))
    assert str(warning) == (
        "scenarios/gate.yaml:3 WARNING manifest.timeline[1].options.frequencyHZ:"
        " macro 'oscillation-storm' has no option 'frequencyHZ', it changes nothing"
        " (did you mean 'frequencyHz'?); allowed: duration, frequencyHz, rule, values"
    )


PAIR = """
from engine_harness.plan.macros import Macro

def pair(call):
    gap_s = call.positive_number("gap", 1)
    for step in range(2):
        yield {"time": call.at_s + step * gap_s, "event": "action", "name": f"step_{step}"}

MACRO = Macro(("gap",), pair)
"""


def test_a_macro_of_another_distribution_is_found(
    make_scenario: MakeScenario, install_macro: InstallMacro
) -> None:
    install_macro("pair", PAIR)
    entry = MacroEntry(at_s=1, index=1, macro="pair", options={"gap": 0.5})
    assert plan(make_scenario(entry, ActionEntry(at_s=1.25, index=2, name="between"))).events == (
        {"time": 1, "event": "action", "name": "step_0"},
        {"time": 1.25, "event": "action", "name": "between"},
        {"time": 1.5, "event": "action", "name": "step_1"},
    )


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("raises", "Macro((), lambda call: 1 / 0)", "failed: ZeroDivisionError: division by zero"),
        ("text", "Macro((), lambda call: ['boom'])", "is a str, not a map"),
        ("timeless", "Macro((), lambda call: [{}])", "has no time in seconds; got null"),
        (
            "kindless",
            "Macro((), lambda call: [{'time': 0, 'event': 'x'}])",
            'is of an unknown kind; got "x"',
        ),
        (
            "extra",
            "Macro((), lambda call: [{'time': 0, 'event': 'action', 'name': 'a', 'b': 1}])",
            "has the unknown field 'b'",
        ),
        (
            # What was authored is for the planner to say.
            "renamed",
            "Macro((), lambda call: [{'time': 0, 'event': 'rule-toggle', 'rule': 'a', 'value': 1,"
            " 'authoredRule': 'b'}])",
            "has the unknown field 'authoredRule'",
        ),
        (
            "lacking",
            "Macro((), lambda call: [{'time': 0, 'event': 'action'}])",
            "lacks the field 'name'",
        ),
        (
            "endless",
            "Macro((), lambda call: iter(lambda: {'time': 0, 'event': 'action'}, None))",
            "expands to more than 10000 events (limit macro_events)",
        ),
        ("wrong-type", "'a text'", "of an entry point is a str"),
        ("no-import", "1 / 0", "the macros of entry points cannot be loaded: ZeroDivisionError"),
    ],
)
def test_a_broken_macro_of_others_is_told_and_never_a_traceback(
    make_scenario: MakeScenario, install_macro: InstallMacro, name: str, body: str, message: str
) -> None:
    install_macro(name, f"from engine_harness.plan.macros import Macro\nMACRO = {body}\n")
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(MacroEntry(at_s=0, index=1, macro=name)))
    assert message in str(caught.value)
    assert str(caught.value).startswith("scenarios/gate.yaml:3 ERROR manifest.timeline[1]")
    with pytest.raises(PlanError) as again:
        plan(make_scenario(MacroEntry(at_s=0, index=1, macro=name)))
    assert str(again.value) == str(caught.value)


def test_all_that_is_wrong_with_all_macros_is_told_at_once(make_scenario: MakeScenario) -> None:
    bad = storm({"duration": "x", "frequencyHz": 0, "values": [], "zz": 1})
    with pytest.raises(PlanError) as caught:
        plan(make_scenario(bad))
    told = [line.split(": ", 1)[0].split()[-1] for line in str(caught.value).splitlines()]
    assert told == [
        f"manifest.timeline[1].options.{option}"
        for option in ("duration", "frequencyHz", "values", "zz")
    ]
    assert " WARNING " in str(caught.value).splitlines()[-1]
