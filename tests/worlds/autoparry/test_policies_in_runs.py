"""Policies at work in whole runs: what they hear, what they change, and what the record says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import reference_policies as reference
from .duel import FIXED, ON, REMOTE, Trace, ball, configure, highlight, player
from .reference_policies import BIAS, BUDGET, GUARD, IDS, LOOKAHEAD, PANIC, SLACK, Facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    Play = Callable[..., Trace]

HISTORY_MAX = 200


@pytest.fixture(scope="module")
def play(shared_bench: Bench) -> Play:
    """Return a player of timelines on the shipped world; `policies` is the block's."""

    def run(
        *timeline: dict[str, Any],
        policies: Any = None,
        options: dict[str, Any] | None = None,
        engine: dict[str, Any] | None = None,
        **keys: Any,
    ) -> Trace:
        config = {"autoparry": {**FIXED, **(options or {})}, "engine": engine or {}}
        if policies is not None:
            keys["intelligence"] = {"policies": policies}
        record = shared_bench.play(
            [ON, REMOTE, *timeline], world="autoparry", config=config, **keys
        )
        assert record.outcome.status == "completed", record.outcome
        return Trace(record)

    return run


def traces(trace: Trace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = trace.section["aside"]["traces"]
    return rows


def adjustments(trace: Trace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = trace.section["intelligence"]["adjustments"]
    return rows


def expected_traces(
    trace: Trace, chosen: list[str], values: dict[str, float]
) -> list[dict[str, Any]]:
    """Work the steps out again from what the telemetry has kept."""
    history = trace.section["autoparry"]["history"]
    assert len(history) < HISTORY_MAX
    assert history[0]["type"] == "telemetry-reset"
    threat: dict[str, Any] = {}
    last_s: float | None = None
    rows = []
    for event in history:
        if event["type"] == "threat":
            threat = event
        if event["type"] not in ("press", "schedule"):
            continue
        now = event["time"]
        if event["type"] == "press":
            decision = event["decision"]
            facts = Facts(
                reaction_s=event["reactionTime"],
                gap_s=None if last_s is None else now - last_s,
                reason=decision["reason"],
                tempo=decision["tempo"],
                volatility=decision["volatility"],
                is_panicking=decision["panic"],
            )
            last_s = now
        else:
            is_fresh = bool(threat) and now - threat["time"] <= 0.3
            is_same = is_fresh and threat["ballId"] == event["ballId"]
            facts = Facts(
                slack_s=event["slack"],
                reason=event["reason"],
                tempo=threat["tempo"] if is_fresh else None,
                volatility=threat["volatility"] if is_same else None,
            )
        changed = {}
        for policy in chosen:
            if event["type"] in reference.EVENTS[policy]:
                key = reference.KEYS[policy]
                to, note = reference.step(policy, facts, values)
                rows.append(
                    {
                        "time": now,
                        "event": event["type"],
                        "policy": policy,
                        "before": {key: values[key]},
                        "after": {key: to},
                        "note": note,
                    }
                )
                changed[key] = to
        values.update(changed)
    return rows


def flicker(first_s: float, count: int) -> list[dict[str, Any]]:
    return [highlight(first_s + 0.02 * k, k % 2 == 1) for k in range(count)]


BALLS = [
    ball(0.1, "a", 100, 100),
    ball(0.12, "b", 140, 120),
    ball(0.5, "c", 50, 160),
    ball(0.7, "d", 60, 90, attributes={"curvature": 0.01, "axis": [0, 1, 0]}),
    *flicker(1.2, 16),
    ball(1.45, "e", 45, 150),
    ball(1.5, "f", 120, 130),
    ball(2.6, "g", 20, 40),
]
START = {BIAS: 0.02, SLACK: 0.015, LOOKAHEAD: 1.2}


@pytest.mark.parametrize(
    ("policies", "chosen"),
    [
        ({"default": "all"}, list(IDS)),
        ({"default": "tuned", "disable": [PANIC]}, [GUARD, BUDGET]),
        ({"default": "none", "enable": [PANIC, GUARD]}, [GUARD, PANIC]),
    ],
)
def test_the_steps_are_those_of_what_the_telemetry_told(
    play: Play, policies: Any, chosen: list[str]
) -> None:
    trace = play(*BALLS, policies=policies)
    values = dict(START)
    rows = expected_traces(trace, chosen, values)
    assert traces(trace) == rows
    assert {row["policy"] for row in rows} == set(chosen)
    assert trace.section["intelligence"] == {
        "policies": chosen,
        "adjustments": [
            {
                "time": row["time"],
                "policy": row["policy"],
                "key": key,
                "from": row["before"][key],
                "to": row["after"][key],
                "note": row["note"],
            }
            for row in rows
            for key in row["after"]
            if row["before"][key] != row["after"][key]
        ],
    }
    # What was applied is what the run ended with.
    config = trace.section["autoparry"]["config"]
    assert {key: config[key] for key in values} == values
    assert values != START


def test_flickering_targets_are_noticed(play: Play) -> None:
    policies = {"default": "none", "enable": [PANIC]}
    notes = [row["note"] for row in traces(play(*BALLS, policies=policies))]
    assert "severity-1" in notes
    calm = [entry for entry in BALLS if entry["kind"] != "rule"]
    assert {row["note"] for row in traces(play(*calm, policies=policies))} == {"steady"}


def test_a_changed_option_acts_from_the_next_evaluation_on(play: Play) -> None:
    # The reaction to the first ball is slow: the next one has less lead, and is pressed later.
    balls = (ball(0.1, "a", 100, 100), ball(1.3, "b", 100, 100))
    policies = {"default": "none", "enable": [GUARD]}
    plain, guarded = play(*balls), play(*balls, policies=policies)
    first, second = guarded.presses
    assert first == plain.presses[0]
    (change, _) = adjustments(guarded)
    assert (change["time"], change["from"], change["to"]) == (first.at_s, 0.02, 0.0175)
    other = plain.presses[1]
    assert other.lead_s - second.lead_s == pytest.approx(0.0025, abs=1e-9)
    assert second.planned_s - other.planned_s == pytest.approx(0.0025, abs=1e-9)


@pytest.mark.parametrize(
    "policies", [{"default": "none"}, {"default": "BASELINE"}, {"disable": list(IDS)}]
)
def test_without_a_policy_a_run_is_as_if_nobody_had_asked(play: Play, policies: Any) -> None:
    asked, plain = play(*BALLS, policies=policies), play(*BALLS)
    assert asked.section["intelligence"] == {"policies": [], "adjustments": []}
    assert plain.section["intelligence"] is None
    for trace in (asked, plain):
        assert "aside" not in trace.section
        assert sorted(trace.section["views"]) == ["observability", "replay"]
    assert {**asked.section, "intelligence": None} == plain.section
    assert asked.record.events == plain.record.events


def test_the_policies_of_a_run_are_told_by_its_own_documents(play: Play) -> None:
    trace = play(BALLS[0], policies={"default": "none", "enable": [GUARD]})
    views = trace.section["views"]
    assert views["intel/traces"] == ["aside.traces"]
    assert views["intel/recommendations"] == ["autoparry.diagnostics.recommendations"]
    assert isinstance(trace.section["autoparry"]["recommendations"], list)


def test_who_sets_an_option_sets_where_the_next_step_starts(play: Play) -> None:
    trace = play(
        ball(0.1, "a", 100, 100),
        configure(1.2, **{BIAS: 0.1}),
        ball(1.3, "b", 100, 100),
        player(2.4, "reset-config"),
        ball(2.5, "c", 100, 100),
        policies={"default": "none", "enable": [GUARD]},
    )
    assert [(row["from"], row["to"]) for row in adjustments(trace)] == [
        (0.02, 0.02 - 0.0025),
        (0.1, 0.1 - 0.0025),
        (0.02, 0.02 - 0.0025),
    ]


def test_a_policy_that_there_is_not_is_a_warning_of_the_run(play: Play) -> None:
    trace = play(BALLS[0], policies={"enable": ["Cooldwon Guard"]})
    assert f"unknown policy 'cooldwon-guard'; known: {', '.join(IDS)}" in trace.record.warnings
    assert trace.section["intelligence"]["policies"] == list(IDS)


def test_rows_beyond_the_limit_are_told_of(play: Play) -> None:
    policies = {"default": "none", "enable": [GUARD]}
    balls = [ball(0.1 + k, f"b{k}", 100, 100) for k in range(3)]
    trace = play(*balls, policies=policies, engine={"pressLogLimit": 2})
    assert len(traces(trace)) == len(adjustments(trace)) == 2
    told = [text for text in trace.record.warnings if "of policies cut" in text]
    assert told == [
        "log steps of policies cut at 2 of 3 rows",
        "log adjustments of policies cut at 2 of 3 rows",
    ]
    # All three were made.
    assert trace.section["autoparry"]["config"][BIAS] == pytest.approx(0.02 - 3 * 0.0025)
