"""Expectations, rules over events, conditions and invariants as authored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.conditions import (
    AllCondition,
    AnyCondition,
    EventCondition,
    MetricCondition,
    NotCondition,
    WithinCondition,
)
from engine_harness.manifest.expectations import (
    AfterRule,
    AtRule,
    CountRule,
    EventPattern,
    NeverRule,
    SequenceRule,
)
from engine_harness.manifest.invariants import ConditionInvariant, WorldInvariant

if TYPE_CHECKING:
    from .conftest import Desk

BODY = """\
metadata: {id: one, label: One}
world: pit
timeline: [{at: 0, action: jump}, {at: 1, checkpoint: mid}]
"""
FORMS = "{metric, eq|ne|min|max}, {event, where?}, {any: […]}, {all: […]}, {not: …}, {within: …}"
HP = MetricCondition(metric="hp", compare="min", value=1)
HIT = EventCondition(event="hit")


def expectation(line: str) -> str:
    return BODY + f"expect: {line}\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{}", {}),
        ("{hp: 1, score: true, lane: x}", {
            "hp": {"eq": 1}, "score": {"eq": True}, "lane": {"eq": "x"}}),
        ("{hp: {}}", {"hp": {}}),
        ("{hp: {eq: 1, min: 2}}", {"hp": {"eq": 1, "min": 2}}),
        ("{hp: {min: 2, max: 2}}", {"hp": {"min": 2, "max": 2}}),
        ("{lane.left: 1, lane.right: 2, hp.now: 3}", {
            "lane.left": {"eq": 1}, "lane.right": {"eq": 2}, "hp.now": {"eq": 3}}),
        ("{mid.hp: 1, mid.lane.left: 2}", {"mid.hp": {"eq": 1}, "mid.lane.left": {"eq": 2}}),
    ],
)  # fmt: skip
def test_an_expectation_set_keeps_its_order_and_its_keys(
    desk: Desk, line: str, expected: dict[str, Any]
) -> None:
    read = desk.one(expectation(line)).expect
    assert read == expected
    assert list(read) == list(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{hpp: 1}", "4:10 ERROR manifest.expect.hpp: unknown metric 'hpp' (did you mean 'hp'?)"),
        ("{zzz: 1}", "4:10 ERROR manifest.expect.zzz: unknown metric 'zzz'; "
            "allowed: hp, lane.left, score, mid.…"),
        ("{mid.hpp: 1}", "4:10 ERROR manifest.expect.mid.hpp: unknown metric 'hpp' "
            "(did you mean 'hp'?)"),
        ("{mit.zz: 1}", "4:10 ERROR manifest.expect.mit.zz: unknown metric 'mit.zz' "
            "(did you mean 'mid'?)"),
        ("{n.hp: 1}", "4:10 ERROR manifest.expect.n.hp: unknown checkpoint 'n'; allowed: mid"),
        ("{mit.lane.up: 1}", "4:10 ERROR manifest.expect.mit.lane.up: unknown checkpoint 'mit' "
            "(did you mean 'mid'?)"),
        ("{hp: {mn: 1}}", "4:15 ERROR manifest.expect.hp.mn: unknown field 'mn' "
            "(did you mean 'min'?)"),
        ("{hp: {min: 3, max: 1}}", "4:20 ERROR manifest.expect.hp.min: min is greater than max; "
            "got 3; allowed: at most 1"),
        ("{hp: {min: '3'}}", '4:20 ERROR manifest.expect.hp.min: must be a number; got "3"'),
        ("{hp: [1]}", "4:14 ERROR manifest.expect.hp: must be a value or a map; got [1]; "
            "allowed: a scalar, or a map with eq, min, max"),
        ("{'': 1}", "4:10 ERROR manifest.expect.: the name of a metric must not be empty"),
        ("[hp]", 'manifest.expect: must be a map of metrics; got ["hp"]'),
    ],
)  # fmt: skip
def test_an_expectation_that_is_refused_says_why(desk: Desk, line: str, expected: str) -> None:
    (problem,) = desk.problems(expectation(line))
    assert problem.endswith(expected)


def test_without_checkpoints_nothing_is_taken_for_one(desk: Desk) -> None:
    body = expectation("{n.hp: 1}").replace(", {at: 1, checkpoint: mid}", "")
    (problem,) = desk.problems(body)
    assert problem.endswith("unknown metric 'n.hp' (did you mean 'hp'?)")


def test_a_world_that_declares_no_metrics_lets_any_pass(desk: Desk) -> None:
    text = expectation("{anything.at.all: 1}").replace("world: pit", "world: open")
    assert desk.one(text).expect == {"anything.at.all": {"eq": 1}}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "{event: hit, where: {id: a, n: {min: 1, max: 2}}, count: 2}",
            CountRule(
                match=EventPattern(event="hit", where={"id": "a", "n": {"min": 1, "max": 2}}),
                min=2,
                max=2,
            ),
        ),
        ("{event: hit, count: {max: 2}}", CountRule(match=EventPattern(event="hit"), max=2)),
        ("{event: hit, never: true}", NeverRule(match=EventPattern(event="hit"))),
        (
            "{event: hit, after: {event: landed, where: {id: a}}, within_s: 0, same: [id, at.x]}",
            AfterRule(
                match=EventPattern(event="hit"),
                after=EventPattern(event="landed", where={"id": "a"}),
                within_s=0,
                same=("id", "at.x"),
            ),
        ),
        (
            "{event: hit, after: landed, within_s: 0.5}",
            AfterRule(
                match=EventPattern(event="hit"), after=EventPattern(event="landed"), within_s=0.5
            ),
        ),
        (
            "{sequence: [hit, {event: action, where: {name: jump, args.height: 2}}]}",
            SequenceRule(
                sequence=(
                    EventPattern(event="hit"),
                    EventPattern(event="action", where={"name": "jump", "args.height": 2}),
                )
            ),
        ),
        (
            "{event: checkpoint, at_s: 1, tolerance_s: 0}",
            AtRule(match=EventPattern(event="checkpoint"), at_s=1, tolerance_s=0),
        ),
    ],
)
def test_every_form_of_a_rule(desk: Desk, rule: str, expected: Any) -> None:
    assert desk.one(BODY + f"expect_events:\n  - {rule}\n").expect_events == (expected,)


CHECKS = "count, never, after with within_s, sequence, at_s with tolerance_s"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("hit", '5:5 ERROR R: must be a rule over events; got "hit"'),
        ("{event: hit}", f'5:5 ERROR R: has no check; got {{"event":"hit"}}; allowed: {CHECKS}'),
        ("{event: hit, cuont: 1}", "5:18 ERROR R.cuont: unknown field 'cuont' "
            "(did you mean 'count'?)"),
        ("{event: hit, min: 3, max: 9}", "5:5 ERROR R: has no check; bounds of a number of events "
            'are written count: {min: 3, max: 9}; got {"event":"hit","max":9,"min":3}; '
            f"allowed: {CHECKS}"),
        ("{event: hit, count: 1, never: true}", "5:5 ERROR R: has 'count' and 'never'; one is "
            f'allowed; got {{"count":1,"event":"hit","never":true}}; allowed: {CHECKS}'),
        ("{count: 1}", "5:5 ERROR R.event: is required"),
        ("{event: hitt, count: 1}", "5:13 ERROR R.event: unknown event 'hitt' "
            "(did you mean 'hit'?)"),
        ("{event: hit, count: -1}", "5:25 ERROR R.count: is out of range; got -1; "
            "allowed: a whole number >= 0, or a map with min, max"),
        ("{event: hit, count: 1.5}", "5:25 ERROR R.count: must be a whole number; got 1.5; "
            "allowed: a whole number >= 0, or a map with min, max"),
        ("{event: hit, count: {}}", "5:25 ERROR R.count: needs min or max; got {}"),
        ("{event: hit, count: {min: 3, max: 1}}", "5:31 ERROR R.count.min: min is greater than "
            "max; got 3; allowed: at most 1"),
        ("{event: hit, never: false}", "5:25 ERROR R.never: must be true; leave the entry out "
            "otherwise; got false"),
        ("{event: hit, never: true, same: [id]}", "5:31 ERROR R.same: unknown field 'same'; "
            "allowed: event, where, never"),
        ("{event: hit, after: landed}", "5:5 ERROR R.within_s: is required; "
            "allowed: >= 0, seconds"),
        ("{event: hit, after: landed, within_s: -1}", "5:43 ERROR R.within_s: is out of range; "
            "got -1; allowed: >= 0, seconds"),
        ("{event: hit, after: lnded, within_s: 1}", "5:25 ERROR R.after: unknown event 'lnded' "
            "(did you mean 'landed'?)"),
        ("{sequence: []}", "5:16 ERROR R.sequence: must not be empty; got []; "
            "allowed: at least one entry"),
        ("{sequence: [hit, 3]}", "5:22 ERROR R.sequence[2]: must be the name of an event or "
            "{event, where}; got 3"),
        ("{event: hit, at_s: 1}", "5:5 ERROR R.tolerance_s: is required; allowed: >= 0, seconds"),
        ("{event: hit, where: {a: [1]}, never: true}", "5:29 ERROR R.where.a: must be a scalar "
            "or a map with min, max; got [1]"),
        ("{event: hit, where: {a: {mx: 1}}, never: true}", "5:30 ERROR R.where.a.mx: unknown "
            "field 'mx' (did you mean 'max'?)"),
        ("{event: hit, where: {a: {}}, never: true}", "5:29 ERROR R.where.a: needs min or max; "
            "got {}"),
    ],
)  # fmt: skip
def test_a_rule_that_is_refused_says_why(desk: Desk, rule: str, expected: str) -> None:
    problems = desk.problems(BODY + f"expect_events:\n  - {rule}\n")
    assert problems[0] == expected.replace("ERROR R", "ERROR manifest.expect_events[1]")


@pytest.mark.parametrize(
    ("condition", "name", "expected"),
    [
        ("{metric: hp, min: 1}", "hp min 1", HP),
        ("{metric: lane.left, ne: [1]}", "lane.left ne [1]",
            MetricCondition(metric="lane.left", compare="ne", value=[1])),
        ("{type: metric_gte, metric: hp, value: 1}", "hp min 1", HP),
        ("{event: hit}", "event hit", HIT),
        ("{event: hit, where: {id: a}}", 'event hit where {"id":"a"}',
            EventCondition(event="hit", where={"id": "a"})),
        ("{type: any, conditions: [{event: hit}]}", "any (event hit)",
            AnyCondition(conditions=(HIT,))),
        ("{any: [{event: hit}, {metric: hp, min: 1}]}", "any (event hit, hp min 1)",
            AnyCondition(conditions=(HIT, HP))),
        ("{all: [{event: hit}]}", "all (event hit)", AllCondition(conditions=(HIT,))),
        ("{type: all, conditions: [{event: hit}]}", "all (event hit)",
            AllCondition(conditions=(HIT,))),
        ("{not: {event: hit}}", "not (event hit)", NotCondition(condition=HIT)),
        ("{type: not, condition: {event: hit}}", "not (event hit)", NotCondition(condition=HIT)),
        ("{within: {frames: 3, condition: {event: hit}}}", "within 3 (event hit)",
            WithinCondition(frames=3, condition=HIT)),
        ("{type: within, frames: 3, condition: {event: hit}}", "within 3 (event hit)",
            WithinCondition(frames=3, condition=HIT)),
    ],
)  # fmt: skip
def test_every_spelling_of_a_condition(
    desk: Desk, condition: str, name: str, expected: Any
) -> None:
    (invariant,) = desk.one(BODY + f"invariants:\n  - {condition}\n").invariants
    assert invariant == ConditionInvariant(name=name, condition=expected)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("hp_in_range", WorldInvariant(name="hp_in_range")),
        ("{invariant: hp_in_range, low: 1}", WorldInvariant(name="hp_in_range", args={"low": 1})),
    ],
)
def test_an_invariant_of_the_world_is_named(desk: Desk, entry: str, expected: Any) -> None:
    assert desk.one(BODY + f"invariants: [{entry}]\n").invariants == (expected,)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("3", "5:5 ERROR I: must be the name of an invariant or a condition; got 3; "
            f"allowed: {FORMS}"),
        ("{metrc: hp, min: 0}", "5:6 ERROR I.metrc: unknown field 'metrc' "
            "(did you mean 'metric'?)"),
        ("{}", f"5:5 ERROR I: is no condition; got {{}}; allowed: {FORMS}"),
        ("hp_in_rang", "5:5 ERROR I: unknown invariant 'hp_in_rang' "
            "(did you mean 'hp_in_range'?)"),
        ("{invariant: foo}", "5:17 ERROR I.invariant: unknown invariant 'foo'; "
            "allowed: hp_in_range"),
        ("{metric: hp}", '5:5 ERROR I: needs exactly one comparison; got {"metric":"hp"}; '
            "allowed: eq, ne, min, max"),
        ("{metric: hp, min: 1, max: 2}", "5:5 ERROR I: needs exactly one comparison; "
            'got {"max":2,"metric":"hp","min":1}; allowed: eq, ne, min, max'),
        ("{metric: hp, min: x}", '5:23 ERROR I.min: must be a number; got "x"'),
        ("{metric: hpp, eq: 1}", "5:14 ERROR I.metric: unknown metric 'hpp' "
            "(did you mean 'hp'?)"),
        ("{metric: mid.hp, eq: 1}",
            "5:14 ERROR I.metric: unknown metric 'mid.hp'; allowed: hp, lane.left, score",
        ),
        ("{event: hitt}", "5:13 ERROR I.event: unknown event 'hitt' (did you mean 'hit'?)"),
        ("{metric: hp, event: hit}", "5:5 ERROR I: has 'metric' and 'event'; one is allowed; "
            f'got {{"event":"hit","metric":"hp"}}; allowed: {FORMS}'),
        ("{any: []}", "5:11 ERROR I.any: must not be empty; got []; "
            "allowed: at least one entry"),
        ("{type: not}", "5:5 ERROR I.condition: is required"),
        ("{within: 3}", "5:14 ERROR I.within: must be a map; got 3"),
        ("{type: within, frames: 0, condition: {event: hit}}", "5:28 ERROR I.frames: is out of "
            "range; got 0; allowed: >= 1, a whole number"),
        ("{type: goal_reached}", "5:12 ERROR I.type: unknown condition type 'goal_reached'; "
            "allowed: any, all, not, within, metric_gte"),
        ("{type: metric_gte, metric: hp}", "5:5 ERROR I.value: is required"),
    ],
)  # fmt: skip
def test_an_invariant_that_is_refused_says_why(desk: Desk, entry: str, expected: str) -> None:
    (problem,) = desk.problems(BODY + f"invariants:\n  - {entry}\n")
    assert problem == expected.replace("ERROR I", "ERROR manifest.invariants[1]")


def test_conditions_nest_16_deep_and_no_deeper(desk: Desk) -> None:
    def nested(times: int) -> str:
        return BODY + "invariants:\n  - " + "{not: " * times + "{event: hit}" + "}" * times + "\n"

    assert len(desk.one(nested(15)).invariants) == 1
    (problem,) = desk.problems(nested(16))
    assert problem == (
        f"5:101 ERROR manifest.invariants[1]{'.not' * 16}: conditions are nested more than 16 deep"
    )


# The figures of frames and queue.


@pytest.mark.parametrize(
    "name",
    [
        "performance.scheduler.lateness.nominal.p99", "performance.scheduler.stepCount",
        "performance.scheduler.queue", "performance.scheduler", "performance",
    ],
)  # fmt: skip
def test_figures_of_the_driver_are_metrics_at_the_end(desk: Desk, name: str) -> None:
    scenario = desk.one(BODY + f"expect: {{{name}: {{max: 3}}}}\nexpect_target: {{{name}: 1}}\n")
    assert list(scenario.expect) == list(scenario.expect_target) == [name]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("performance.scheduler.latenes.nominal.p99",
            " (did you mean 'performance.scheduler.lateness.nominal.p99'?)"),
        ("performance.scheduler.stepcount", " (did you mean 'performance.scheduler.stepCount'?)"),
        ("perfomance.scheduler.stepCount", " (did you mean 'performance.scheduler.stepCount'?)"),
        ("performance.stepCount", " (did you mean 'performance.scheduler.stepCount'?)"),
    ],
)  # fmt: skip
def test_a_misspelt_figure_is_named_with_the_nearest_one(desk: Desk, name: str, near: str) -> None:
    (problem,) = desk.problems(expectation(f"{{{name}: 1}}"))
    assert problem == f"4:10 ERROR manifest.expect.{name}: unknown metric '{name}'{near}"


def test_a_figure_that_resembles_none_is_told_what_there_is(desk: Desk) -> None:
    (problem,) = desk.problems(expectation("{performance.xyz: 1}"))
    assert "unknown metric 'performance.xyz'; allowed: performance.scheduler.averageStep" in problem


@pytest.mark.parametrize(
    "more",
    [
        "  - {at: 2, expect: {performance.scheduler.stepCount: 1}}\n",
        "invariants: [{metric: performance.scheduler.stepCount, min: 1}]\n",
        "expect: {mid.performance.scheduler.stepCount: 1}\n",
    ],
)
def test_before_the_end_there_are_no_figures(desk: Desk, more: str) -> None:
    head = BODY.replace("timeline: [", "timeline:\n  - ").replace("}, {", "}\n  - {")
    (problem,) = desk.problems(head.replace("]\n", "\n") + more)
    assert problem.endswith(
        "'performance.scheduler.stepCount' is known at the end of a run only; "
        "allowed: in 'expect' and 'expect_target'"
    )


def test_a_metric_called_performance_is_the_worlds_own(desk: Desk) -> None:
    from engine_harness.vm.job import Reply

    value = {"describe": {"metrics": ["performance"]}, "methods": ["apply", "metrics", "new"]}
    desk.add_world("pit", Reply(status="ok", value={**value, "invariants": {}}))
    text = BODY.replace("jump", "go") + "expect: {performance.anything: 1}\n"
    assert list(desk.one(text).expect) == ["performance.anything"]
