"""What AutoParry's options may be, and that `configure` takes all of a table or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .reference_options import DEFAULTS, RULES, TUNING, configured, invalid, sub_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

    Steps = list[dict[str, Any]]


TINY = 5e-324
# On both sides of each rule. An empty table leaves Lua as an empty map.
NOT_NUMBERS: list[Any] = ["1", "", True, False, [], {}, "<nan>", "<inf>", "<-inf>", "<function>"]
ACCEPTED: dict[str, list[Any]] = {
    "a number >= 0": [0, TINY, 1, 1e308],
    "a number": [-1e308, -1, 0, 1, 1e308],
    "a number > 0": [TINY, 1, 1e308],
    "a number from 0 to 1": [0, TINY, 0.5, 1],
    "a number >= 1": [1, 1 + 2**-52, 1e308],
    "a non-empty string": [" ", "x", "default", "null", "grün"],
    "a list of non-empty strings": [{}, ["x"], ["a", "b", "a"]],
    "true or false": [True, False],
}
REFUSED: dict[str, list[Any]] = {
    "a number >= 0": [*NOT_NUMBERS, -TINY, -1],
    "a number": NOT_NUMBERS,
    "a number > 0": [*NOT_NUMBERS, 0, -1],
    "a number from 0 to 1": [*NOT_NUMBERS, -TINY, 1 + 2**-52, 2],
    "a number >= 1": [*NOT_NUMBERS, 1 - 2**-53, 0, -1],
    "a non-empty string": ["", 1, True, False, [], {}, ["x"], "<function>"],
    "a list of non-empty strings": [
        "x",
        1,
        True,
        False,
        [""],
        ["a", 1],
        ["a", "<null>"],
        {"a": "b"},
    ],
    "true or false": [0, 1, "true", [], {}, "<null>", "<function>"],
    "true, false or a table of its keys": [0, 1, "", "true", "<function>", "<nan>"],
}


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("options").results


@pytest.fixture(scope="module")
def play(call: Callable[..., list[Any]]) -> Callable[[Steps], list[dict[str, Any]]]:
    def play_steps(steps: Steps) -> list[dict[str, Any]]:
        answers = call("play", steps)[0]
        assert isinstance(answers, list)
        return answers

    return play_steps


# The options.


def test_there_are_43_options_with_their_defaults(
    play: Callable[[Steps], list[dict[str, Any]]],
) -> None:
    assert (len(DEFAULTS), len(TUNING["smartTuning"]), len(TUNING["autoTuning"])) == (43, 28, 15)
    [answer] = play([{"configure": {}}])
    assert answer["ok"]
    assert answer["answer"] == answer["now"] == DEFAULTS


def test_every_option_takes_what_its_rule_allows_and_null_if_it_may_be_unset(
    play: Callable[[Steps], list[dict[str, Any]]],
) -> None:
    cases = [(key, value) for key in RULES for value in ACCEPTED.get(RULES[key][0], [])]
    unset = [key for key, (_, may_be_unset) in RULES.items() if may_be_unset and key not in TUNING]
    assert len(unset) == 20
    steps: Steps = [{"fresh": True, "configure": {key: value}} for key, value in cases]
    steps += [{"fresh": True, "configure": {key: "<null>"}} for key in unset]
    answers = [answer["answer"] for answer in play(steps)]
    without = [{k: v for k, v in DEFAULTS.items() if k != key} for key in unset]
    assert answers == [{**DEFAULTS, key: value} for key, value in cases] + without


def test_every_option_refuses_what_its_rule_does_not_allow_and_stays_as_it_was(
    play: Callable[[Steps], list[dict[str, Any]]],
) -> None:
    cases = [(key, value) for key in RULES for value in REFUSED[RULES[key][0]]]
    cases += [(key, "<null>") for key, (_, may_be_unset) in RULES.items() if not may_be_unset]
    answers = play([{"configure": {key: value}} for key, value in cases])
    assert [answer["answer"] for answer in answers] == [invalid(key) for key, _ in cases]
    assert all(answer["now"] == DEFAULTS for answer in answers)


@pytest.mark.parametrize("name", TUNING)
def test_every_key_of_a_tuning_table_takes_what_its_default_is(
    play: Callable[[Steps], list[dict[str, Any]]], name: str
) -> None:
    taken = [(key, v) for key in TUNING[name] for v in ACCEPTED[sub_rule(name, key)]]
    refused = [(key, v) for key in TUNING[name] for v in [*REFUSED[sub_rule(name, key)], "<null>"]]
    refused += [("enable", True), ("Enabled", True), ("", 1), ("a.b", 1)]
    answers = play([{"configure": {name: {key: value}}} for key, value in taken + refused])
    expected: list[Any] = [
        {**DEFAULTS, name: {**TUNING[name], key: value}} for key, value in taken
    ] + [invalid(f"{name}.{key}") for key, _ in refused]
    assert [answer["answer"] for answer in answers] == expected


@pytest.mark.parametrize("name", TUNING)
def test_a_tuning_is_false_or_a_table_over_the_defaults(
    play: Callable[[Steps], list[dict[str, Any]]], name: str
) -> None:
    key = "maxReactionBias"
    values = [False, True, {key: 1}, "<null>", {key: 2}, {}, [], ["x"], False, {"enabled": True}]
    answers = play([{"configure": {name: value}} for value in values])
    tuned = TUNING[name]
    assert [answer["now"][name] for answer in answers] == [
        False,
        tuned,
        {**tuned, key: 1},
        tuned,
        {**tuned, key: 2},
        tuned,
        tuned,
        tuned,
        False,
        {**tuned, "enabled": True},
    ]
    assert answers[7]["answer"] == invalid(f"{name}.1")


# One call.


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"nope": 1}, "AutoParry.configure: unknown option 'nope'"),
        ({"Cooldown": 1}, "AutoParry.configure: unknown option 'Cooldown'"),
        ({"": 1}, "AutoParry.configure: unknown option ''"),
        ([0.1], "AutoParry.configure: unknown option '1'"),
        ({"nope": "<null>"}, "AutoParry.configure: unknown option 'nope'"),
        ({"nope": 1, "cooldown": -1}, invalid("cooldown")),
        ({"aNope": 1, "cooldown": -1}, "AutoParry.configure: unknown option 'aNope'"),
        ({"minTTI": -1, "maxTTI": -1, "cooldown": 1}, invalid("maxTTI")),
        (
            {"smartTuning": {"b": 1, "a": 1}, "Zero": 0},
            "AutoParry.configure: unknown option 'Zero'",
        ),
        ({"smartTuning": {"slackAlpha": -1, "minSlack": -1}}, invalid("smartTuning.minSlack")),
        ({"smartTuning": {"x": 1}, "autoTuning": {"y": 1}}, invalid("autoTuning.y")),
        (5, "AutoParry.configure: expected a table"),
        ("cooldown", "AutoParry.configure: expected a table"),
        ("<null>", "AutoParry.configure: expected a table"),
        (False, "AutoParry.configure: expected a table"),
        ("<function>", "AutoParry.configure: expected a table"),
    ],
)
def test_the_first_failure_in_the_order_of_keys_is_raised_and_nothing_changes(
    play: Callable[[Steps], list[dict[str, Any]]], overrides: Any, message: str
) -> None:
    earlier = {"cooldown": 3, "targetHighlightName": "<null>", "smartTuning": False}
    before, refused, after = play(
        [{"configure": earlier}, {"configure": overrides}, {"configure": {}}]
    )
    assert not refused["ok"]
    assert refused["answer"] == message
    assert before["now"] == refused["now"] == after["now"]


def test_a_valid_option_is_not_stored_beside_an_invalid_one(
    play: Callable[[Steps], list[dict[str, Any]]],
) -> None:
    changed = {"activationLatency": 9, "smartTuning": False, "targetHighlightName": "<null>"}
    for bad in ("aaa", "zzz", "cooldown"):
        [answer] = play([{"configure": {**changed, bad: "x"}}])
        assert not answer["ok"]
        assert answer["now"] == DEFAULTS


def test_what_is_given_and_what_is_returned_are_copies(call: Callable[..., list[Any]]) -> None:
    seen, reset, other = call("aliases")
    assert seen == {
        **DEFAULTS,
        "remoteQueueGuards": ["A"],
        "smartTuning": {**TUNING["smartTuning"], "minSlack": 1},
    }
    assert reset == DEFAULTS
    assert other == DEFAULTS


def test_an_empty_list_leaves_as_one(call: Callable[..., list[Any]]) -> None:
    assert call("lists") == [2, True, True, True]


def test_an_object_is_neither_a_table_of_options_nor_a_list(
    call: Callable[..., list[Any]],
) -> None:
    assert call("values") == [4, True]


def test_keys_are_in_the_order_of_their_texts(call: Callable[..., list[Any]]) -> None:
    assert call("order")[0] == [
        "string !",
        "number 10",
        "number 9",
        "string 9",
        "string B",
        "string b",
        "boolean true",
    ]


def test_a_configuration_without_a_null_takes_no_nil_for_a_table(
    call: Callable[..., list[Any]],
) -> None:
    assert call("without_null") == [1, False, "AutoParry.configure: expected a table"]


# Words.


def test_every_option_says_what_it_may_be(call: Callable[..., list[Any]]) -> None:
    expected = {key: ("null or " if unset else "") + words for key, (words, unset) in RULES.items()}
    for name, keys in TUNING.items():
        expected |= {f"{name}.{key}": sub_rule(name, key) for key in keys}
    expected |= dict.fromkeys(("nope", "", "smartTuning.", "cooldown.x", "a.b.c"), "nothing")
    assert dict(zip(expected, call("described", list(expected))[0], strict=True)) == expected


def test_a_problem_says_what_is_allowed_and_what_may_have_been_meant(
    call: Callable[..., list[Any]],
) -> None:
    cases: dict[str, tuple[Any, str]] = {
        "cooldwn": ({"cooldwn": 1}, "an option of AutoParry; did you mean 'cooldown'?"),
        "maxtti": ({"maxtti": 1}, "an option of AutoParry; did you mean 'maxTTI'?"),
        "MAXTTI": ({"MAXTTI": 1}, "an option of AutoParry; did you mean 'maxTTI'?"),
        "minTXX": ({"minTXX": 1}, "an option of AutoParry; did you mean 'minTTI'?"),
        # As many mistakes as a third of the word, but never more than three.
        "minXXX": ({"minXXX": 1}, "an option of AutoParry"),
        "oscillationSpamBurstABCD": ({"oscillationSpamBurstABCD": 1}, "an option of AutoParry"),
        "x": ({"x": 1}, "an option of AutoParry"),
        "elephant": ({"elephant": 1}, "an option of AutoParry"),
        "cooldown": ({"cooldown": -1}, "a number >= 0"),
        "smartTuning.minSlak": (
            {"smartTuning": {"minSlak": 1}},
            "a key of smartTuning; did you mean 'minSlack'?",
        ),
        "smartTuning.minSlack": ({"smartTuning": {"minSlack": "1"}}, "a number >= 0"),
        "autoTuning.dryRun": ({"autoTuning": {"dryRun": 1}}, "true or false"),
        "autoTuning": ({"autoTuning": 1}, "null or true, false or a table of its keys"),
        "": (3, "a table of options"),
    }
    problems = call("problems", [overrides for overrides, _ in cases.values()])[0]
    assert [(key, allowed) for key, allowed, _ in problems] == [
        (key, allowed) for key, (_, allowed) in cases.items()
    ]
    assert call("problems", [{}, {"cooldown": 1}])[0] == [False, False]


# Any sequence of calls.

NUMBERS = st.one_of(
    st.sampled_from([0, 1, -1, 0.5, 2]), st.floats(allow_nan=False, allow_infinity=False)
)
ANYTHING = st.one_of(
    NUMBERS, st.booleans(), st.text(max_size=3), st.just("<null>"), st.just({}), st.just(["a", ""])
)


def fitting(words: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(ACCEPTED[words])


def sub_tables(name: str) -> st.SearchStrategy[Any]:
    keys = st.sampled_from([*TUNING[name], "nope"])
    return st.dictionaries(keys, st.floats(0, 9) | st.booleans(), max_size=2) | st.booleans()


def values_of(key: str) -> st.SearchStrategy[Any]:
    usual = sub_tables(key) if key in TUNING else fitting(RULES[key][0])
    return st.integers(0, 9).flatmap(lambda dice: ANYTHING if dice == 0 else usual)


OVERRIDES = st.lists(
    st.sampled_from(list(RULES)).flatmap(lambda key: st.tuples(st.just(key), values_of(key)))
    | st.tuples(st.text(max_size=3), ANYTHING),
    max_size=5,
).map(dict)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(OVERRIDES, min_size=1, max_size=12))
def test_any_sequence_of_calls_does_what_the_table_of_rules_says(
    play: Callable[[Steps], list[dict[str, Any]]], sequence: list[dict[str, Any]]
) -> None:
    now: dict[str, Any] = DEFAULTS
    answers = play([{"configure": overrides} for overrides in sequence])
    for overrides, answer in zip(sequence, answers, strict=True):
        result = configured(now, overrides)
        now = now if isinstance(result, str) else result
        assert answer["answer"] == result, overrides
        assert answer["ok"] == (not isinstance(result, str))
        assert answer["now"] == now
        assert answer["is_live"]
