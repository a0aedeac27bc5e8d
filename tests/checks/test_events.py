from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness.checks.evaluate import evaluate
from engine_harness.checks.event_rules import TIME_TOLERANCE_S
from engine_harness.records.models import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Finding, Verdict

    Judge = Callable[..., Verdict]
    Row = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def judge(make_scenario: Callable[..., Any], make_record: Callable[..., Any]) -> Judge:
    """Return the verdict of rules over rows; the run ends at 2 s unless told otherwise."""

    def run(events: list[dict[str, Any]], *rules: dict[str, Any], end_s: float = 2) -> Verdict:
        scenario = make_scenario(expect_events=rules, lines={"expect_events[1]": 31})
        frames = int(end_s * 240)
        outcome = Outcome(status="completed", virtual_s=end_s, frames=frames, units=frames + 1)
        return evaluate(make_record(scenario, events=events, outcome=outcome), scenario)

    return run


def only(verdict: Verdict) -> Finding:
    (finding,) = verdict.findings
    return finding


def pattern(event: str, **where: Any) -> dict[str, Any]:
    return {"event": event, "where": where}


def after(match: Any, trigger: Any, within_s: float, *same: str) -> dict[str, Any]:
    return {"kind": "after", "match": match, "after": trigger, "within_s": within_s, "same": same}


# Patterns


WHERE = [
    ({}, [0, 1, 2, 3, 4]),
    ({"id": "a"}, [0, 1]),
    ({"n": 1}, [0, 3]),
    ({"n": True}, [2]),
    ({"n": {"min": 1}}, [0, 1, 3]),
    ({"n": {"min": 1, "max": 1}}, [0, 3]),
    ({"n": {"max": 0}}, []),
    ({"id": "a", "n": {"min": 2}}, [1]),
    ({"n": {"min": 2}, "id": "b"}, []),
    ({"args.height": 2}, [4]),
    ({"args": {"height": 2}}, [4]),
    ({"list.2": 7}, [3]),
    ({"list": [5, 7.0]}, [3]),
    ({"gone": None}, []),
    ({"id": None}, [3]),
    ({"bag": {}}, [1]),
    ({"bag": []}, [1]),
]


@pytest.mark.parametrize(("where", "expected"), WHERE)
def test_where_finds_exactly_the_rows_that_it_names(
    judge: Judge, row: Row, where: dict[str, Any], expected: list[int]
) -> None:
    events = [
        row("hit", 0.1, id="a", n=1),
        row("hit", 0.2, id="a", n=2, bag={}),
        row("hit", 0.3, id="b", n=True),
        row("hit", 0.4, id=None, n=1.0, list=[5, 7]),
        row("hit", 0.5, args={"height": 2}),
        row("other", 0.6, id="a", n=1),
    ]
    never = {"kind": "never", "match": pattern("hit", **where)}
    found = judge(events, never).checks[-1].actual if where else 5
    assert found == len(expected)
    for index in expected:
        rule = {"kind": "at", "match": pattern("hit", **where)}
        at_s = events[index]["at_s"]
        assert judge(events, {**rule, "at_s": at_s, "tolerance_s": 0}).passed


# count and never


def test_an_exact_count(judge: Judge, row: Row) -> None:
    events = [row("hit", 0.5, id="a"), row("hit", 1.35, id="b")]
    rule = {"kind": "count", "match": pattern("hit")}
    assert judge(events, {**rule, "min": 2, "max": 2}).passed
    finding = only(judge(events, {**rule, "min": 3, "max": 3}))
    assert finding.message == "expected 3 hit, found 2: at 0.500 s (id=a), at 1.350 s (id=b)"
    assert finding.where.manifest == "scenarios/arena/duel.yaml:31"
    assert finding.where.path == "expect_events[1]"
    assert (finding.expected, finding.actual) == ({"min": 3, "max": 3}, 2)
    assert finding.events == (0, 1)


def test_too_many_point_at_the_first_that_is_too_much(judge: Judge, row: Row) -> None:
    events = [row("hit", n / 10) for n in range(6)]
    finding = only(judge(events, {"kind": "count", "match": pattern("hit"), "max": 4}))
    assert finding.message == (
        "expected at most 4 hit, found 6: at 0.000 s, at 0.100 s, at 0.200 s and 3 more"
    )
    assert (finding.events, finding.at_s, finding.frame) == ((4, 5), 0.4, 96)


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"min": 1}, "at least 1 hit"),
        ({"min": 2, "max": 3}, "2 to 3 hit"),
        ({"min": 1, "max": 1}, "1 hit"),
    ],
)
def test_a_count_of_nothing_says_what_there_was(
    judge: Judge, row: Row, bounds: dict[str, int], wanted: str
) -> None:
    rule = {"kind": "count", "match": pattern("hit"), **bounds}
    said = only(judge([row("hitch", 0.1)], rule)).message
    assert said == f"expected {wanted}, found 0; no hit was recorded (did you mean 'hitch'?)"
    said = only(judge([row("fell", 0.1), row("won", 0.2)], rule)).message
    assert said == f"expected {wanted}, found 0; no hit was recorded, only fell, won"
    assert only(judge([], rule)).message == f"expected {wanted}, found 0; no event was recorded"


def test_the_nearest_row_is_the_one_that_meets_most(judge: Judge, row: Row) -> None:
    events = [
        row("hit", 0.5, id="b", n=9),
        row("hit", 1.0, id="a", n=9),
        row("hit", 1.5, n=1),
    ]
    rule = {"kind": "count", "match": pattern("hit", id="a", n={"min": 1, "max": 3}), "min": 1}
    finding = only(judge(events, rule))
    assert finding.message == (
        "expected at least 1 hit (id=a, n in 1..3), found 0; nearest: hit at 1.000 s with n=9"
    )
    assert finding.events == (1,)


def test_a_field_that_is_not_there_is_named(judge: Judge, row: Row) -> None:
    rule = {"kind": "count", "match": pattern("hit", id="a", n={"min": 1}), "min": 1}
    assert only(judge([row("hit", 1)], rule)).message == (
        "expected at least 1 hit (id=a, n>=1), found 0; nearest: hit at 1.000 s with no id, no n"
    )


def test_never(judge: Judge, row: Row) -> None:
    rule = {"kind": "never", "match": pattern("hit", id="a", n={"max": 2})}
    assert judge([row("hit", 1, id="b", n=1), row("hit", 1, id="a", n=3)], rule).passed
    finding = only(judge([row("fell", 0), row("hit", 1.25, id="a", n=2)], rule))
    assert finding.message == "expected no hit (id=a, n<=2), found 1: at 1.250 s (id=a, n=2)"
    assert finding.events == (1,)


# after ... within_s


def test_an_event_that_comes_too_late_is_named_with_its_time(judge: Judge, row: Row) -> None:
    events = [
        row("warned", 1.35, id="orc-2"),
        row("hit", 1.4, id="orc-1"),
        row("hit", 1.612, id="orc-2"),
    ]
    rule = after(pattern("hit"), pattern("warned"), 0.2, "id")
    finding = only(judge(events, rule))
    assert finding.message == (
        "expected hit within 0.2 s after warned at 1.350 s (id=orc-2); next hit came at 1.612 s"
    )
    assert finding.events == (0, 2)
    assert finding.at_s == 1.35
    assert judge(events, after(pattern("hit"), pattern("warned"), 0.2)).passed


def test_the_window_is_closed_at_its_end_but_for_rounding(judge: Judge, row: Row) -> None:
    rule = after(pattern("hit"), pattern("warned"), 0.2)
    in_time = [row("warned", 0.1), row("hit", 0.1 + 0.2)]
    assert in_time[1]["at_s"] - 0.1 > 0.2
    assert judge(in_time, rule).passed
    late = [row("warned", 0.1), row("hit", 0.300001)]
    assert only(judge(late, rule)).message == (
        "expected hit within 0.2 s after warned at 0.100 s; next hit came at 0.300001 s"
    )


def test_a_row_never_follows_itself_nor_an_earlier_row_of_the_same_time(
    judge: Judge, row: Row
) -> None:
    twice = after(pattern("hit"), pattern("hit"), 0.5)
    assert only(judge([row("hit", 0.1)], twice)).message == (
        "expected hit within 0.5 s after hit at 0.100 s; the last hit came at 0.100 s"
    )
    rule = after(pattern("hit"), pattern("warned"), 0)
    assert judge([row("warned", 1), row("hit", 1)], rule).passed
    assert only(judge([row("hit", 1), row("warned", 1)], rule)).message == (
        "expected hit within 0 s after warned at 1.000 s; the last hit came at 1.000 s"
    )


def test_a_window_that_is_still_open_at_the_end_says_so(judge: Judge, row: Row) -> None:
    rule = after(pattern("hit"), pattern("warned"), 0.5)
    said = only(judge([row("warned", 1.75, id="a")], rule)).message
    assert said == (
        "expected hit within 0.5 s after warned at 1.750 s (id=a);"
        " the run ended at 2.000 s with the window still open"
    )
    said = only(judge([row("warned", 1.5)], rule)).message
    assert said == (
        "expected hit within 0.5 s after warned at 1.500 s; no hit was recorded, only warned"
    )


def test_same_wants_the_field_in_both_events(judge: Judge, row: Row) -> None:
    rule = after(pattern("hit"), pattern("warned"), 0.5, "id")
    said = only(judge([row("warned", 1), row("hit", 1.1)], rule)).message
    assert said == (
        "expected hit within 0.5 s after warned at 1.000 s (no id); this warned has no field id"
    )
    said = only(judge([row("warned", 1, id=1), row("hit", 1.1, id=True)], rule)).message
    assert said == (
        "expected hit within 0.5 s after warned at 1.000 s (id=1);"
        " next hit came at 1.100 s (id=true)"
    )
    assert judge([row("warned", 1, id=1), row("hit", 1.1, id=1.0)], rule).passed


def test_same_walks_into_fields(judge: Judge, row: Row) -> None:
    rule = after(pattern("hit"), pattern("warned"), 0.5, "who.id", "n")
    events = [row("warned", 1, who={"id": "a"}, n=[]), row("hit", 1.1, who={"id": "a"}, n={})]
    assert judge(events, rule).passed


def test_the_first_unmet_window_is_told_and_all_are_counted(judge: Judge, row: Row) -> None:
    events = [row("warned", 0.1), row("hit", 0.2), row("warned", 0.5), row("warned", 0.9)]
    finding = only(judge(events, after(pattern("hit"), pattern("warned"), 0.2)))
    assert finding.message == (
        "expected hit within 0.2 s after warned at 0.500 s; the last hit came at 0.200 s"
    )
    assert finding.details == "2 of 3 warned were not followed in time: at 0.500, 0.900 s"
    assert finding.events == (2, 1)


def test_one_unmet_window_of_many_is_counted_as_one(judge: Judge, row: Row) -> None:
    events = [row("warned", 0.1), row("hit", 0.2), row("warned", 0.5)]
    finding = only(judge(events, after(pattern("hit"), pattern("warned"), 0.2)))
    assert finding.details == "1 of 2 warned was not followed in time: at 0.500 s"


def test_a_rule_whose_trigger_never_came_holds_with_a_warning(judge: Judge, row: Row) -> None:
    verdict = judge([row("hit", 1)], after(pattern("hit"), pattern("warned"), 0.2))
    assert verdict.passed
    assert verdict.warnings == (
        "expect_events[1]: warned never occurred; no warned was recorded, only hit",
    )


NO_SUCH_FIELD = [
    ({"idd": "a"}, "no hit has a field 'idd' (did you mean 'id'?): nothing can match"),
    ({"by.idd": 1}, "no hit has a field 'by.idd' (did you mean 'by.id'?): nothing can match"),
    ({"id": "a", "xyz": 1, "bye": None}, "no hit has a field 'xyz' or 'bye' (did you mean 'by'?)"
        ": nothing can match"),
    ({"itms.1": 1}, "no hit has a field 'itms.1' (did you mean 'items'?): nothing can match"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "warning"), NO_SUCH_FIELD)
@pytest.mark.parametrize(
    "rule", [{"kind": "never"}, {"kind": "count", "max": 0}, {"kind": "count", "min": 0, "max": 0}]
)
def test_a_rule_that_holds_for_want_of_a_field_warns(
    judge: Judge, row: Row, rule: dict[str, Any], where: dict[str, Any], warning: str
) -> None:
    events = [row("hit", 0.5, id="b", by={"id": 1}, items=[1]), row("other", 1, idd="a", xyz=1)]
    verdict = judge(events, {**rule, "match": pattern("hit", **where)})
    assert verdict.passed
    assert verdict.warnings == (f"expect_events[1]: {warning}",)
    assert verdict.checks[-1].details == warning


@pytest.mark.parametrize(
    "match",
    [
        pattern("hit", id="a"),
        # One hit has it, though not the one with this id.
        pattern("hit", id="b", rare=2),
        pattern("hit", **{"items.3": 1}),
        pattern("hit", **{"a.1": 2}),
        # That an event does not come is what such a rule wants.
        pattern("gone", idd="a"),
    ],
)
def test_a_rule_that_could_have_matched_does_not_warn(
    judge: Judge, row: Row, match: dict[str, Any]
) -> None:
    events = [row("hit", 0.5, id="b", items=[1]), row("hit", 1, id="c", rare=1, **{"a.1": 1})]
    assert judge(events, {"kind": "never", "match": match}).warnings == ()


# sequence and at_s


def sequence(*patterns: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "sequence", "sequence": list(patterns)}


def test_a_sequence_may_have_others_between(judge: Judge, row: Row) -> None:
    events = [row("a", 0), row("x", 0), row("b", 0), row("a", 1), row("b", 1, n=2)]
    assert judge(events, sequence(pattern("a"), pattern("b"), pattern("b", n=2))).passed
    assert judge(events, sequence(pattern("a"), pattern("a"))).passed


def test_a_broken_sequence_names_the_step(judge: Judge, row: Row) -> None:
    events = [row("b", 0.25), row("a", 0.5)]
    finding = only(judge(events, sequence(pattern("a"), pattern("b"))))
    assert finding.message == (
        "expected the sequence a → b; b (2 of 2) did not occur after a at 0.500 s;"
        " the last b came at 0.250 s"
    )
    assert (finding.events, finding.actual) == ((1, 0), 1)
    assert only(judge(events, sequence(pattern("c"), pattern("b")))).message == (
        "expected the sequence c → b; c (1 of 2) did not occur; no c was recorded, only b, a"
    )
    assert only(judge(events, sequence(pattern("a"), pattern("b", n=1)))).message == (
        "expected the sequence a → b (n=1); b (n=1) (2 of 2) did not occur after a at 0.500 s;"
        " nearest: b at 0.250 s with no n"
    )


def test_one_row_fills_one_step_only(judge: Judge, row: Row) -> None:
    assert not judge([row("a", 0)], sequence(pattern("a"), pattern("a"))).passed


@pytest.mark.parametrize(
    ("came_s", "tolerance_s", "off"),
    [
        (0.25 + 0.096666667, 0.01, "0.347 s, 0.097 s too late"),
        (0.25 - 0.096666667, 0.01, "0.153 s, 0.097 s too early"),
        # Milliseconds would say that these are in time.
        (0.2604, 0.01, "0.260 s, 0.0104 s too late"),
        (0.25 + 1e-5, 0, "0.250 s, 0.00001 s too late"),
        (0.25 + 3e-9, 0, "0.250 s, 0.000000003 s too late"),
    ],
)
def test_how_far_off_a_time_is_has_milliseconds_or_what_it_needs(
    judge: Judge, row: Row, came_s: float, tolerance_s: float, off: str
) -> None:
    rule = {"kind": "at", "match": pattern("hit"), "at_s": 0.25, "tolerance_s": tolerance_s}
    message = only(judge([row("hit", came_s)], rule)).message
    assert message.partition("; ")[2] == f"the nearest hit came at {off}"


def test_a_time_is_met_within_its_tolerance(judge: Judge, row: Row) -> None:
    events = [row("hit", 0.25), row("hit", 1.5)]
    rule = {"kind": "at", "match": pattern("hit"), "at_s": 1.25}
    assert judge(events, {**rule, "tolerance_s": 0.25}).passed
    finding = only(judge(events, {**rule, "tolerance_s": 0.1}))
    assert finding.message == (
        "expected hit at 1.25 s ± 0.1 s; the nearest hit came at 1.500 s, 0.250 s too late"
    )
    assert (finding.events, finding.actual) == ((1,), 1.5)
    early = only(judge(events[:1], {**rule, "tolerance_s": 0}))
    assert early.message == (
        "expected hit at 1.25 s ± 0 s; the nearest hit came at 0.250 s, 1.000 s too early"
    )


def test_rounding_of_a_time_is_no_failure(judge: Judge, row: Row) -> None:
    rule = {"kind": "at", "match": pattern("hit"), "at_s": 0.3, "tolerance_s": 0}
    assert judge([row("hit", 0.1 + 0.2)], rule).passed
    assert not judge([row("hit", 0.3 + 1e-8)], rule).passed


# All forms against rules that are read word by word


ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 3),
        st.fixed_dictionaries({}, optional={"n": st.sampled_from([0, 1, True])}),
    ),
    max_size=7,
)
PATTERNS = st.builds(
    lambda event, where: {"event": event, "where": where},
    st.sampled_from("ab"),
    st.sampled_from([{}, {"n": 1}, {"n": True}, {"n": {"min": 1}}]),
)
STEPS = st.integers(0, 3).map(lambda n: n / 10)
RULES = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("count"), "match": PATTERNS, "min": st.integers(0, 2)},
        optional={"max": st.integers(2, 4)},
    ),
    st.fixed_dictionaries({"kind": st.just("never"), "match": PATTERNS}),
    st.fixed_dictionaries(
        {
            "kind": st.just("after"),
            "match": PATTERNS,
            "after": PATTERNS,
            "within_s": STEPS,
            "same": st.sampled_from([(), ("n",)]),
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("sequence"), "sequence": st.lists(PATTERNS, min_size=1, max_size=3)}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("at"), "match": PATTERNS, "at_s": STEPS, "tolerance_s": STEPS}
    ),
)


def is_match(event: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if event["event"] != wanted["event"]:
        return False
    for name, want in wanted["where"].items():
        value = event["fields"].get(name)
        if isinstance(want, dict):
            if isinstance(value, bool) or value is None or value < want["min"]:
                return False
        elif type(value) is not type(want) or value != want:
            return False
    return True


def holds(rule: dict[str, Any], events: list[dict[str, Any]]) -> bool:
    def found(wanted: dict[str, Any]) -> list[int]:
        return [i for i, event in enumerate(events) if is_match(event, wanted)]

    def follows(i: int, j: int) -> bool:
        a, b = events[i]["fields"], events[j]["fields"]
        equal = all(
            n in a and n in b and type(a[n]) is type(b[n]) and a[n] == b[n] for n in rule["same"]
        )
        delay = events[j]["at_s"] - events[i]["at_s"]
        return equal and j > i and delay <= rule["within_s"] + TIME_TOLERANCE_S

    match rule["kind"]:
        case "count":
            return rule["min"] <= len(found(rule["match"])) <= rule.get("max", 99)
        case "never":
            return not found(rule["match"])
        case "after":
            return all(
                any(follows(i, j) for j in found(rule["match"])) for i in found(rule["after"])
            )
        case "at":
            return any(
                abs(events[i]["at_s"] - rule["at_s"]) <= rule["tolerance_s"] + TIME_TOLERANCE_S
                for i in found(rule["match"])
            )
    position = 0
    for wanted in rule["sequence"]:
        later = [i for i in found(wanted) if i >= position]
        if not later:
            return False
        position = later[0] + 1
    return True


@given(ROWS, st.lists(RULES, min_size=1, max_size=3))
def test_rules_hold_exactly_when_their_words_do(
    judge: Judge, row: Row, shape: list[Any], rules: list[dict[str, Any]]
) -> None:
    times = sorted(tenth / 10 for _, tenth, _ in shape)
    events = [
        row(event, at_s, **fields) for (event, _, fields), at_s in zip(shape, times, strict=True)
    ]
    verdict = judge(events, *rules)
    checks = [check.ok for check in verdict.checks if check.check == "expect_events"]
    assert checks == [holds(rule, events) for rule in rules]
    assert len(verdict.findings) == checks.count(False)
