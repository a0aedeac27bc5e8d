"""What each policy does after an event, which of them act, and what is kept of it."""

from __future__ import annotations

import itertools
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from . import reference_policies as reference
from .reference_policies import BIAS, BUDGET, GUARD, IDS, LOOKAHEAD, PANIC, SLACK, Facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .conftest import Probe


@pytest.fixture(scope="module")
def ask(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("policies")


def press(at: float, reaction: float = 0.05, **decision: Any) -> dict[str, Any]:
    return {"type": "press", "time": at, "reactionTime": reaction, "decision": decision}


def schedule(at: float, slack: float = 0.01, reason: str = "lead", **more: Any) -> dict[str, Any]:
    return {"type": "schedule", "time": at, "slack": slack, "reason": reason, **more}


def threat(at: float, **fields: Any) -> dict[str, Any]:
    return {"type": "threat", "time": at, **fields}


ALL: dict[str, Any] = {"policies": {"default": "all"}}

EDGE = 2.0**-40


def around(*limits: float) -> list[float | None]:
    """Return values on both sides of each limit, the limits, and none."""
    near = [limit + side for limit in limits for side in (-EDGE, 0, EDGE)]
    return [None, *near]


def random_case(dice: Random) -> tuple[Facts, dict[str, float]]:
    facts = Facts(
        reaction_s=dice.choice([*around(0.03, 0.09), dice.uniform(0, 0.4)]),
        gap_s=dice.choice([*around(0.03, 0.18), dice.uniform(0, 1)]),
        slack_s=dice.choice([*around(0.006, 0.04), dice.uniform(0, 0.2)]),
        reason=dice.choice([None, "lead", "oscillation", "pre-oscillation-2"]),
        tempo=dice.choice([*around(28), dice.uniform(0, 60)]),
        volatility=dice.choice([*around(0.5), dice.uniform(0, 2)]),
        is_panicking=dice.random() < 0.3,
    )
    values = {
        BIAS: dice.choice([0, 0.001, 0.02, 0.399, 0.4, 0.9]),
        SLACK: dice.choice([0, 0.002, 0.015, 0.05, 0.05 + EDGE, 0.119, 0.12, 0.5]),
        LOOKAHEAD: dice.choice([0.01, 0.25, 0.26, 1.2, 4.9, 5, 9]),
    }
    return facts, {key: value for key, value in values.items() if dice.random() < 0.9}


def test_every_step_is_that_of_its_rule(ask: Probe) -> None:
    dice = Random(20)
    cases = [random_case(dice) for _ in range(3_000)]
    found = ask("steps", [{"facts": f.plain(), "values": v} for f, v in cases])
    notes: set[tuple[str, str]] = set()
    for (facts, values), row in zip(cases, found, strict=True):
        expected = {name: reference.step(name, facts, values) for name in IDS}
        assert {
            name: (step["to"], step["note"]) for name, step in zip(IDS, row, strict=True)
        } == expected, (facts, values)
        notes |= {(name, note) for name, (_, note) in expected.items()}
    # Every branch was taken.
    assert notes == {
        *((GUARD, note) for note in ("steady", "press-gap-tight", "press-gap-wide")),
        *((BUDGET, note) for note in ("steady", "slack-short", "slack-ample")),
        *((PANIC, f"severity-{count}") for count in (1, 2, 3, 4)),
        *((PANIC, note) for note in ("steady", "slack-ample")),
    }


def moved(ask: Probe, policy: str, values: dict[str, float], **facts: Any) -> float:
    (row,) = ask("steps", [{"facts": facts, "values": values}])
    found: float = row[IDS.index(policy)]["to"]
    return found


def test_steps_are_of_the_documented_size(ask: Probe) -> None:
    assert moved(ask, GUARD, {}, reaction_s=0.01) == 0.02 + 0.0025
    assert moved(ask, GUARD, {}, reaction_s=0.1) == 0.02 - 0.0025
    assert moved(ask, BUDGET, {}, slack_s=0.001) == 0.015 + 0.0035
    assert moved(ask, BUDGET, {}, slack_s=0.05) == 0.015 - 0.0035
    assert moved(ask, PANIC, {}, tempo=28) == 1.2 + 0.06
    assert moved(ask, PANIC, {SLACK: 0.06}) == 1.2 - 0.5 * 0.06


def test_no_step_leads_out_of_the_bounds(ask: Probe) -> None:
    for policy, key, down, up in (
        (GUARD, BIAS, {"reaction_s": 0.2}, {"reaction_s": 0.0}),
        (BUDGET, SLACK, {"slack_s": 0.09}, {"slack_s": 0.0}),
        (PANIC, LOOKAHEAD, {}, {"reason": "oscillation", "is_panicking": True}),
    ):
        (low, high), size = reference.BOUNDS[key], reference.STEPS[key]
        for facts, end, start in ((down, low, low + 1.5 * size), (up, high, high - 3.5 * size)):
            values, seen = {SLACK: 0.1, key: start}, []
            for _ in range(5):
                values[key] = moved(ask, policy, values, **facts)
                seen.append(values[key])
            assert seen[0] != end
            assert seen[-1] == end
            assert low <= min(seen) <= max(seen) <= high


WISHES = list(
    itertools.product(
        (None, "all", "tuned", "none", "baseline"),
        ((), (PANIC,), (PANIC, GUARD), IDS),
        ((), (GUARD,), IDS),
    )
)


def test_default_then_enable_then_disable(ask: Probe) -> None:
    for default, enable, disable in WISHES:
        wish: dict[str, Any] = {"enable": list(enable), "disable": list(disable)}
        if default is not None:
            wish["default"] = default
        found, unknown = ask.results("choose", wish)
        assert list(found) == reference.chosen(default, enable, disable), wish
        assert not unknown


def test_the_world_declares_the_ids_in_the_order_in_which_they_act(
    ask: Probe, shared_bench: Bench
) -> None:
    assert ask("declared") == list(IDS)
    info = shared_bench.harness.worlds.get("autoparry")
    assert info.describe.policies == IDS


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, None),
        ({"notes": "x"}, []),
        ({"policies": {"default": "none"}}, []),
        ({"policies": {"default": "baseline"}}, []),
        ({"policies": {"disable": list(IDS)}}, []),
        ({"policies": {"default": "none", "enable": [BUDGET]}}, [BUDGET]),
        ({"policies": {"disable": [BUDGET]}}, [GUARD, PANIC]),
        (ALL, list(IDS)),
    ],
)
def test_only_those_that_were_chosen_act(ask: Probe, wish: Any, expected: list[str] | None) -> None:
    events = [press(1, 0.2), schedule(2, 0.001), press(3, 0.2, panic=True)]
    found = ask("hear", {"wish": wish, "events": events})
    acting = expected or []
    assert found["listeners"] == (1 if acting else 0)
    traces = found.get("traces") or []
    assert [(row["time"], row["policy"]) for row in traces] == [
        (event["time"], name)
        for event in events
        for name in acting
        if event["type"] in reference.EVENTS[name]
    ]
    if expected is None:
        assert found.get("view") is None
    else:
        assert list(found["view"]["policies"]) == expected
    changed = {reference.KEYS[name] for name in acting}
    assert set(found["values"]) == changed


def test_an_id_that_nobody_has_is_told_once(ask: Probe) -> None:
    wish = {"policies": {"enable": ["b", "a"], "disable": ["a", GUARD]}}
    assert ask("hear", {"wish": wish})["warnings"] == [
        f"unknown policy '{name}'; known: {', '.join(IDS)}" for name in ("b", "a")
    ]


def test_what_changed_is_applied_in_one_call_after_each_event(ask: Probe) -> None:
    events = [
        press(1, 0.2, panic=True),
        press(2, 0.05),
        schedule(3, 0.001, "oscillation"),
        schedule(4, 0.02),
    ]
    found = ask("hear", {"wish": ALL, "events": events})
    assert found["calls"] == [
        {
            "overrides": {BIAS: 0.02 - 0.0025, LOOKAHEAD: 1.2 + 0.06},
            "source": "policies",
            "reasons": [f"{GUARD}: steady", f"{PANIC}: severity-1"],
        },
        {
            "overrides": {SLACK: 0.015 + 0.0035, LOOKAHEAD: 1.2 + 0.06 + 0.06},
            "source": "policies",
            "reasons": [f"{BUDGET}: slack-short", f"{PANIC}: severity-1"],
        },
    ]


def test_all_steps_of_one_event_start_from_the_same_options(ask: Probe) -> None:
    # The slack passes 0.05 s with this very event: the panic handler sees it with the next one.
    given = {"wish": ALL, "values": {SLACK: 0.048}, "events": [schedule(1, 0.0), schedule(2, 0.0)]}
    found = ask("hear", given)
    assert [call["overrides"].get(LOOKAHEAD) for call in found["calls"]] == [None, 1.2 - 0.03]


def test_each_step_and_each_change_is_kept(ask: Probe) -> None:
    events = [press(0.5, 0.05), press(0.52, 0.01), press(0.9, 0.05), schedule(1.0, 0.05)]
    found = ask("hear", {"wish": ALL, "events": events})

    def step(at: float, event: str, policy: str, to: float, note: str) -> dict[str, Any]:
        key = reference.KEYS[policy]
        before = 0.02 + 0.0025 if (at, policy) == (0.9, GUARD) else reference.DEFAULTS[key]
        return {
            "time": at,
            "event": event,
            "policy": policy,
            "before": {key: before},
            "after": {key: to},
            "note": note,
        }

    assert found["traces"] == [
        step(0.5, "press", GUARD, 0.02, "steady"),
        step(0.5, "press", PANIC, 1.2, "steady"),
        step(0.52, "press", GUARD, 0.02 + 0.0025, "press-gap-tight"),
        step(0.52, "press", PANIC, 1.2, "steady"),
        step(0.9, "press", GUARD, 0.02 + 0.0025, "press-gap-wide"),
        step(0.9, "press", PANIC, 1.2, "steady"),
        step(1.0, "schedule", BUDGET, 0.015 - 0.0035, "slack-ample"),
        step(1.0, "schedule", PANIC, 1.2, "steady"),
    ]
    assert found["view"] == {
        "policies": list(IDS),
        "adjustments": [
            {
                "time": 0.52,
                "policy": GUARD,
                "key": BIAS,
                "from": 0.02,
                "to": 0.02 + 0.0025,
                "note": "press-gap-tight",
            },
            {
                "time": 1.0,
                "policy": BUDGET,
                "key": SLACK,
                "from": 0.015,
                "to": 0.015 - 0.0035,
                "note": "slack-ample",
            },
        ],
    }
    assert found["cut"] in ([], {})


def test_the_first_rows_are_kept_and_the_loss_is_told(ask: Probe) -> None:
    events = [press(at, 0.2) for at in range(1, 6)]
    found = ask("hear", {"wish": ALL, "events": events, "row_limit": 3})
    assert [row["time"] for row in found["traces"]] == [1, 1, 2]
    assert [row["time"] for row in found["view"]["adjustments"]] == [1, 2, 3]
    assert len(found["calls"]) == 5
    assert found["cut"] == [
        "log steps of policies cut at 3 of 10 rows",
        "log adjustments of policies cut at 3 of 5 rows",
    ]


def severity(ask: Probe, *events: dict[str, Any]) -> str:
    """Return the note of the panic handler about the last event."""
    wish = {"policies": {"default": "none", "enable": [PANIC]}}
    note: str = ask("hear", {"wish": wish, "events": list(events)})["traces"][-1]["note"]
    return note


def test_a_press_is_judged_by_its_own_decision(ask: Probe) -> None:
    alarm = threat(1, ballId="a", tempo=60, volatility=3)
    calm: dict[str, Any] = {"tempo": 0, "volatility": 0, "panic": False, "reason": "lead"}
    assert severity(ask, alarm, press(1, **calm)) == "steady"
    assert severity(ask, press(1, **{**calm, "reason": "oscillation"})) == "severity-1"
    whole: dict[str, Any] = {"tempo": 28, "volatility": 0.5, "panic": True, "reason": "oscillation"}
    assert severity(ask, press(1, **whole)) == "severity-4"


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({}, "steady"),
        ({"tempo": 28}, "severity-1"),
        ({"volatility": 0.5}, "severity-1"),
        ({"panic": True}, "severity-1"),
        ({"reason": "oscillation"}, "severity-1"),
        ({"tempo": 28, "volatility": 0.5, "panic": True, "reason": "oscillation"}, "severity-4"),
        ({"tempo": 27.9, "volatility": 0.49}, "steady"),
    ],
)
def test_a_schedule_is_judged_by_what_it_says(ask: Probe, more: dict[str, Any], note: str) -> None:
    assert severity(ask, schedule(1, **more)) == note


def test_other_events_change_nothing(ask: Probe) -> None:
    events = [{"type": name, "time": 1, "reason": "oscillation"} for name in ("success", "reset")]
    found = ask("hear", {"wish": ALL, "events": events})
    assert found["calls"] in ([], {})
