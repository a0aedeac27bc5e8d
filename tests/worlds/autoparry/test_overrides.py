"""Texts in overrides that mean the value which an option has now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .conftest import Probe

PROBE = """
local Config = require("worlds.autoparry.controller.config")
local Overrides = require("worlds.autoparry.overrides")
local Probe = {}
local NULL = setmetatable({}, { __metatable = "null" })
local function replace(value, from, to)
    if value == from then return to end
    if type(value) ~= "table" or value == NULL then return value end
    local copy = {}
    for key, inner in pairs(value) do copy[key] = replace(inner, from, to) end
    return copy
end
function Probe.resolve(cases)
    local answers = {}
    for index, case in ipairs(cases) do
        local config = Config.new(NULL)
        config:configure(replace(case.now, "<null>", NULL))
        local before = config:copy()
        local overrides = replace(case.overrides, "<null>", NULL)
        local resolved, problem = Overrides.resolve(overrides, before)
        answers[index] = {
            resolved = replace(resolved, NULL, "<null>"), problem = problem,
            accepted = problem == nil and pcall(config.configure, config, resolved),
            after = config:copy(),
        }
    end
    return answers
end
function Probe.aliases()
    local config = Config.new(NULL)
    local current = config:copy()
    local given = { smartTuning = "default", remoteQueueGuards = { "A" }, autoTuning = {} }
    local resolved = Overrides.resolve(given, current)
    resolved.smartTuning.minSlack, resolved.remoteQueueGuards[1] = 9, "B"
    resolved.autoTuning.dryRun = true
    return current.smartTuning.minSlack, given.remoteQueueGuards[1], next(given.autoTuning) == nil
end
function Probe.untouched()
    local given = { "text", 5, false, NULL }
    local same = 0
    for _, value in ipairs(given) do
        local resolved, problem = Overrides.resolve(value, {})
        same = same + (resolved == value and problem == nil and 1 or 0)
    end
    return same, (Overrides.resolve(nil, {}))
end
return Probe
"""

FORMS = '"default", "default + n" or "default - n" with a decimal number n >= 0'
NAMES = '"default" in place of the whole list, or names that do not begin with "default"'
NO_NUMBER = '"default" alone: the current value is not a number'
NO_VALUE = 'no form of "default": there is no current value'


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("overrides", PROBE).results


@pytest.fixture(scope="module")
def resolve(call: Callable[..., list[Any]]) -> Callable[..., list[dict[str, Any]]]:
    def resolve_all(overrides: list[dict[str, Any]], **now: Any) -> list[dict[str, Any]]:
        answers = call("resolve", [{"overrides": o, "now": now} for o in overrides])[0]
        assert isinstance(answers, list)
        return answers

    return resolve_all


def test_default_is_the_value_that_the_option_has_now(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    now = {
        "cooldown": 3,
        "ballsFolderName": "Spheres",
        "remoteQueueGuards": ["A", "B"],
        "autoTuning": False,
        "smartTuning": {"enabled": False},
    }
    [answer] = resolve([dict.fromkeys(now, "default")], **now)
    assert answer["resolved"] == {**now, "smartTuning": answer["after"]["smartTuning"]}
    assert answer["after"]["smartTuning"]["enabled"] is False
    assert answer["accepted"]


@pytest.mark.parametrize(
    "text", ["default + .5", "default+0.5", "default +.50", " default  +  0.500 ", "default\t+ 0.5"]
)
def test_spaces_and_leading_zeros_do_not_matter(
    resolve: Callable[..., list[dict[str, Any]]], text: str
) -> None:
    [answer] = resolve([{"cooldown": text}], cooldown=0.25)
    assert answer["after"]["cooldown"] == 0.75


NUMBERS = st.floats(0, 1e6)
DIGITS = st.builds(
    lambda whole, part, has_point: f"{whole}.{part}" if has_point else str(whole),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, database=None)
@given(st.lists(st.tuples(NUMBERS, DIGITS, st.sampled_from(["", " ", "  "])), min_size=1))
def test_a_number_is_added_or_taken_away_as_doubles_are(
    call: Callable[..., list[Any]], cases: list[tuple[float, str, str]]
) -> None:
    answers = call(
        "resolve",
        [
            {
                "now": {"pingOffset": base, "smartTuning": {"minSlack": base}},
                "overrides": {
                    "pingOffset": f"default{space}-{space}{digits}",
                    "smartTuning": {"minSlack": f"default{space}+{space}{digits}"},
                },
            }
            for base, digits, space in cases
        ],
    )[0]
    assert [answer["resolved"] for answer in answers] == [
        {"pingOffset": base - float(digits), "smartTuning": {"minSlack": base + float(digits)}}
        for base, digits, _ in cases
    ]


def test_what_does_not_begin_with_default_passes_through(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    cases: list[dict[str, Any]] = [
        {"ballsFolderName": "Defaults", "targetHighlightName": "the default"},
        {"remoteQueueGuards": ["A", "B + 1"], "cooldown": 5, "autoTuning": False},
        {"cooldown": "5", "nope": "x", "smartTuning": {"nope": "x", "minSlack": "7"}},
        {"targetHighlightName": "<null>", "smartTuning": "<null>", "cooldown": "<null>"},
        {"smartTuning": {"minSlack": {"deep": "default"}}},
        {},
    ]
    answers = resolve(cases)
    assert [answer["resolved"] for answer in answers] == cases
    assert [answer["accepted"] for answer in answers] == [True, True, False, False, False, True]


def test_a_table_may_hold_texts_for_the_values_that_its_keys_have_now(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    overrides = {
        "smartTuning": {"minSlack": "default + 0.25", "enabled": "default", "maxSlack": 2},
        "autoTuning": {"minSamples": "default - 4"},
    }
    [answer] = resolve([overrides], smartTuning={"minSlack": 0.5, "enabled": False})
    assert answer["resolved"] == {
        "smartTuning": {"minSlack": 0.75, "enabled": False, "maxSlack": 2},
        "autoTuning": {"minSamples": 5},
    }


def test_an_option_that_is_unset_stays_so(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    [answer] = resolve([{"targetHighlightName": "default"}], targetHighlightName="<null>")
    assert (answer["resolved"], answer["accepted"]) == ({}, True)
    assert "targetHighlightName" not in answer["after"]


UNRESOLVABLE: list[tuple[dict[str, Any], str, str]] = [
    *(
        ({"cooldown": text}, "cooldown", FORMS)
        for text in (
            "default +",
            "default + x",
            "default + -1",
            "default * 2",
            "default 1",
            "default + 1 + 1",
            "default + 1e3",
            "default + 0x1",
            "default + .",
            "default + 1.2.3",
            "default + 1s",
            "defaults",
            "default+inf",
            "default + nan",
        )
    ),
    ({"ballsFolderName": "defaultBalls"}, "ballsFolderName", FORMS),
    ({"ballsFolderName": "default + 1"}, "ballsFolderName", NO_NUMBER),
    ({"remoteQueueGuards": "default - 1"}, "remoteQueueGuards", NO_NUMBER),
    ({"smartTuning": "default + 1"}, "smartTuning", NO_NUMBER),
    ({"smartTuning": {"enabled": "default + 1"}}, "smartTuning.enabled", NO_NUMBER),
    ({"pressLookaheadGoal": "default + 1"}, "pressLookaheadGoal", NO_VALUE),
    ({"autoTuning": {"minDelta": "default"}}, "autoTuning.minDelta", NO_VALUE),
    ({"remoteQueueGuards": ["A", "default"]}, "remoteQueueGuards[2]", NAMES),
    ({"coldown": "default"}, "coldown", "an option of AutoParry; did you mean 'cooldown'?"),
    ({"x": {"y": "default"}}, "x.y", "an option of AutoParry"),
    (
        {"smartTuning": {"minSlac": "default + 1"}},
        "smartTuning.minSlac",
        "a key of smartTuning; did you mean 'minSlack'?",
    ),
    ({"cooldown": 1, "minTTI": "default + y", "maxTTI": "default + x"}, "maxTTI", FORMS),
]


def test_a_text_without_a_meaning_is_a_problem_with_its_path(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    answers = resolve(
        [overrides for overrides, _, _ in UNRESOLVABLE],
        pressLookaheadGoal="<null>",
        autoTuning=False,
    )
    found = [(answer["problem"]["key"], answer["problem"]["allowed"]) for answer in answers]
    assert found == [(key, allowed) for _, key, allowed in UNRESOLVABLE]
    assert [answers[index]["problem"]["value"] for index in (0, -1)] == ["default +", "default + x"]
    assert all("resolved" not in answer for answer in answers)


def test_a_value_out_of_range_is_left_to_the_rules(
    resolve: Callable[..., list[dict[str, Any]]],
) -> None:
    many = "9" * 400
    low, high = resolve([{"cooldown": "default - 1"}, {"cooldown": f"default + {many}"}])
    assert low["resolved"] == {"cooldown": 0.1 - 1}
    assert not low["accepted"]
    assert not high["accepted"]
    assert "problem" not in high


def test_what_is_resolved_is_a_copy(call: Callable[..., list[Any]]) -> None:
    assert call("aliases") == [0.008, "A", True]


def test_what_is_no_table_is_left_to_configure(call: Callable[..., list[Any]]) -> None:
    assert call("untouched") == [4, None]


WORLD = """
local Config = require("worlds.autoparry.controller.config")
local Overrides = require("worlds.autoparry.overrides")
local World = {}
World.__index = World
World.describe = {
    actions = { player = { action = "string", parameters = "table?" } },
    config = { autoparry = "table?" },
}
function World.new(env)
    local config = Config.new(env.null, env.empty_list)
    config:configure(env.config.autoparry)
    return setmetatable({ config = config }, World)
end
function World:apply(action)
    local overrides = action.args.parameters.overrides
    self.config:configure(Overrides.resolve(overrides, self.config:copy()))
    return true
end
function World:metrics() return self.config:copy() end
return World
"""


def test_a_null_of_a_manifest_unsets_an_option(shared_bench: Bench) -> None:
    overrides: dict[str, Any] = {
        "targetHighlightName": None,
        "remoteQueueGuards": [],
        "cooldown": "default + 0.25",
        "smartTuning": None,
    }
    player = {"action": "configure", "parameters": {"overrides": overrides}}
    record = shared_bench.play(
        [{"at": 0, "player": player}],
        world=shared_bench.world("options", WORLD),
        config={"autoparry": {"pressLookaheadGoal": None, "cooldown": 0.5, "smartTuning": False}},
    )
    assert record.metrics is not None, record.outcome
    seen: dict[str, Any] = record.metrics
    assert len(seen) == 41
    assert "targetHighlightName" not in seen
    assert "pressLookaheadGoal" not in seen
    assert (seen["remoteQueueGuards"], seen["cooldown"]) == ([], 0.75)
    assert seen["smartTuning"]["enabled"] is True
