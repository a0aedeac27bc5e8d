"""Smart tuning follows an independent reference; each of its 28 keys changes its part alone."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from lupa.luajit21 import LuaRuntime

from .differences import differences
from .reference_options import TUNING
from .reference_tuning import APPLIED, Tuning
from .smart_tuning_steps import history, tuned, update

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe
    from .smart_tuning_steps import Shown, Step

    Play = Callable[..., list[list[Shown]]]

ROUNDING = 1e-15
LUA = Path(__file__).parents[3] / "lua"


@pytest.fixture(scope="module")
def call(probe_of: Callable[..., Probe]) -> Callable[..., list[Any]]:
    return probe_of("smart_tuning").results


@pytest.fixture(scope="module")
def play(call: Callable[..., list[Any]]) -> Play:
    """Play scripts; return what is seen after each of their steps, or after the last alone."""

    def play_scripts(scripts: list[list[Step]], only_last: bool = False) -> list[list[Shown]]:
        found = call("play", [[list(step) for step in script] for script in scripts], only_last)[0]
        assert isinstance(found, list)
        return found

    return play_scripts


@pytest.fixture(scope="module")
def last(play: Play) -> Callable[..., Shown]:
    """Play one script; return the snapshot after it."""

    def last_of(*script: Step) -> Shown:
        snapshot: Shown = play([list(script)], True)[0][-1]["snapshot"]
        return snapshot

    return last_of


def differing(one: Shown, other: Shown) -> set[str]:
    return {key for key in one | other if one.get(key) != other.get(key)}


# Against the reference.


def expected_of(script: list[Step]) -> list[Shown]:
    tuning = Tuning()
    shown = []
    for kind, what in script:
        tuning.play(kind, what)
        shown.append(tuning.shown())
    return shown


def test_all_that_it_shows_is_that_of_the_reference_in_random_histories(play: Play) -> None:
    rng = Random(6)
    scripts = [history(rng, 40) for _ in range(150)]
    for script, answers in zip(scripts, play(scripts), strict=True):
        for index, (want, got) in enumerate(zip(expected_of(script), answers, strict=True)):
            assert differences(want, got, absolute=ROUNDING) == [], script[: index + 1]


def test_looking_at_it_changes_nothing(play: Play) -> None:
    rng = Random(7)
    scripts = [history(rng, 30) for _ in range(60)]
    assert [seen[-1:] for seen in play(scripts)] == play(scripts, True)


# The keys.

# Nothing is at a limit: delta rises, presses come late, schedules too.
USUAL: list[Step] = [
    ("commit", [0.001, 0.002, 0.003, 0.004, 0.005, 0.013]),
    ("lookahead", [0.88, 0.93, 0.95, 1.0]),
    ("late", 0.01),
    ("late", 0.03),
    update(delta_s=0.14, ping_s=0.05),
    update(now=1.5, ball_id="threat-2"),
]
# Where it begins is above where it heads for.
HIGH: list[Step] = [
    (
        "configure",
        {"pressReactionBias": 0.15, "pressScheduleSlack": 0.039, "pressConfidencePadding": 0.25},
    ),
    *USUAL,
]
REACTION = {"targetReactionBias", "reactionBias"}
SLACK = {"targetScheduleSlack", "scheduleSlack"}
PADDING = {"targetConfidencePadding", "confidencePadding"}
EVERYTHING = {
    *REACTION,
    *SLACK,
    *PADDING,
    *("enabled", "lastUpdate", "lastBallId", "sigma", "mu", "muPlus", "muMinus", "delta", "ping"),
    *("overshoot", "scheduleLead", "updateCount"),
}

# By key: another value, where it shows, and all of the snapshot that is another with it. How much
# each key does in a whole world is in `effects_of_smart_tuning`.
EFFECTS: dict[str, tuple[Any, list[Step], set[str]]] = {
    "enabled": (False, USUAL, EVERYTHING),
    "minSlack": (0.035, USUAL, SLACK),
    "maxSlack": (0.02, USUAL, SLACK),
    "sigmaLead": (1.3, USUAL, SLACK),
    "slackAlpha": (0.6, USUAL, {"scheduleSlack"}),
    "minConfidence": (0.2, USUAL, PADDING),
    "maxConfidence": (0.12, USUAL, PADDING),
    "sigmaConfidence": (1.0, USUAL, PADDING),
    "confidenceAlpha": (0.6, USUAL, {"confidencePadding"}),
    "reactionLatencyShare": (0.6, USUAL, REACTION),
    "overshootShare": (0.5, USUAL, REACTION),
    "reactionAlpha": (0.6, USUAL, {"reactionBias"}),
    "minReactionBias": (0.12, USUAL, REACTION),
    "maxReactionBias": (0.05, USUAL, REACTION),
    "deltaAlpha": (0.5, USUAL, {"delta"} | REACTION),
    "pingAlpha": (0.6, USUAL, {"ping"}),
    "overshootAlpha": (0.6, USUAL, {"overshoot"} | REACTION),
    "sigmaFloor": (0.25, USUAL, {"sigma"} | SLACK | PADDING),
    "commitP99Target": (0.008, USUAL, REACTION | SLACK),
    "commitReactionGain": (2, USUAL, REACTION),
    "commitSlackGain": (1.5, USUAL, SLACK),
    "lookaheadGoal": (0.91, USUAL, REACTION | SLACK),
    "lookaheadQuantile": (0.4, USUAL, REACTION | SLACK),
    "lookaheadReactionGain": (1, USUAL, REACTION),
    "lookaheadSlackGain": (0.6, USUAL, SLACK),
    "enforceBaseSlack": (False, HIGH, {"scheduleSlack"}),
    "enforceBaseConfidence": (False, HIGH, {"confidencePadding"}),
    "enforceBaseReaction": (False, HIGH, {"reactionBias"}),
}


@pytest.mark.parametrize("key", TUNING["smartTuning"])
def test_each_key_changes_what_it_is_for_and_nothing_else(
    last: Callable[..., Shown], key: str
) -> None:
    value, script, changes = EFFECTS[key]
    assert value != TUNING["smartTuning"][key]
    assert differing(last(*script), last(tuned(**{key: value}), *script)) == changes


# Targets, by hand.


def test_the_first_update_moves_from_the_options_by_the_share(last: Callable[..., Shown]) -> None:
    seen = last(update())
    want = {
        "enabled": True,
        "lastUpdate": 1.0,
        "lastBallId": "threat-1",
        "updateCount": 1,
        "baseReactionBias": 0.02,
        "baseScheduleSlack": 0.015,
        "baseConfidencePadding": 0.08,
        "targetReactionBias": 0.08,
        "targetScheduleSlack": 0.023,
        "targetConfidencePadding": 0.17,
        "reactionBias": 0.02 + 0.45 * 0.06,
        "scheduleSlack": 0.015 + 0.5 * 0.008,
        "confidencePadding": 0.08 + 0.45 * 0.09,
        "sigma": 0.2,
        "mu": 5.0,
        "muPlus": 5.44,
        "muMinus": 4.56,
        "delta": 0.16,
        "ping": 0.08,
        "overshoot": 0.0,
        "scheduleLead": 0.24,
    }
    assert differences(want, seen, absolute=ROUNDING) == []


def test_applied_values_approach_a_steady_target(last: Callable[..., Shown]) -> None:
    seen = last(*[update()] * 60)
    for name in APPLIED:
        target = seen[f"target{name[0].upper()}{name[1:]}"]
        assert seen[name] == pytest.approx(target, rel=1e-9)


def test_a_share_above_1_is_the_whole_way(last: Callable[..., Shown]) -> None:
    steps = [update(), update(delta_s=0.2)] * 20
    tame = last(tuned(reactionAlpha=1, deltaAlpha=1, slackAlpha=1, confidenceAlpha=1), *steps)
    wild = last(tuned(reactionAlpha=5, deltaAlpha=9, slackAlpha=2, confidenceAlpha=3), *steps)
    assert differences(tame, wild, absolute=ROUNDING) == []
    assert wild["reactionBias"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("vr", "slack"), [(-50, 0.023), (0, 0.023), (1, 0.023), (2, 0.0115), (40, 0.008), (0.5, 0.023)]
)
def test_slack_is_the_spread_over_the_closing_speed_of_at_least_1(
    last: Callable[..., Shown], vr: float, slack: float
) -> None:
    seen = last(update(sigma=0.02, vr=vr))
    assert seen["targetScheduleSlack"] == pytest.approx(slack)


@pytest.mark.parametrize(("samples", "reaction", "slack"), [(5, 0.08, 0.023), (6, 0.0854, 0.0196)])
def test_lateness_counts_from_six_presses_on(
    last: Callable[..., Shown], samples: int, reaction: float, slack: float
) -> None:
    seen = last(("commit", [0.014] * samples), update())
    assert seen["targetReactionBias"] == pytest.approx(reaction)
    assert seen["targetScheduleSlack"] == pytest.approx(slack)


@pytest.mark.parametrize(("samples", "reaction", "slack"), [(3, 0.08, 0.023), (4, 0.093, 0.031)])
def test_short_notice_counts_from_four_schedules_on(
    last: Callable[..., Shown], samples: int, reaction: float, slack: float
) -> None:
    seen = last(("lookahead", [0.88] * samples), update())
    assert seen["targetReactionBias"] == pytest.approx(reaction)
    assert seen["targetScheduleSlack"] == pytest.approx(slack)


def test_good_presses_and_schedules_add_nothing(last: Callable[..., Shown]) -> None:
    good = [("commit", [0.001] * 50), ("lookahead", [1.4] * 50)]
    assert last(*good, update()) == last(update())


def test_lateness_takes_from_the_longest_slack_and_not_from_what_is_beyond(
    last: Callable[..., Shown],
) -> None:
    seen = last(("commit", [0.02] * 6), update(sigma=4))
    assert seen["targetScheduleSlack"] == pytest.approx(0.04 - 0.85 * 0.01)
    seen = last(("commit", [0.1] * 6), update(sigma=4))
    assert seen["targetScheduleSlack"] == 0.008


def test_short_notice_adds_to_the_shortest_slack_up_to_the_longest(
    last: Callable[..., Shown],
) -> None:
    seen = last(("lookahead", [0.87] * 4), update(vr=200))
    assert seen["targetScheduleSlack"] == pytest.approx(0.008 + 0.4 * 0.03)
    seen = last(("lookahead", [0.5] * 4), update(vr=200))
    assert (seen["targetScheduleSlack"], seen["targetReactionBias"]) == (0.04, 0.16)


def test_the_upper_end_holds_where_a_range_is_the_wrong_way_round(
    last: Callable[..., Shown],
) -> None:
    seen = last(tuned(minReactionBias=0.1, maxReactionBias=0.05), update(delta_s=0.15))
    assert seen["targetReactionBias"] == 0.05
    assert last(tuned(maxSlack=0), update())["targetScheduleSlack"] == 0
    assert last(tuned(maxConfidence=0), update())["targetConfidencePadding"] == 0


def test_an_early_press_is_no_overshoot(last: Callable[..., Shown]) -> None:
    assert last(("late", -0.02), update())["overshoot"] == 0
    assert last(("late", 0.02), ("late", -0.02))["overshoot"] == pytest.approx(0.012)


# Where it begins, and its lower end.


def test_no_applied_value_is_below_an_option_beyond_its_limits(
    last: Callable[..., Shown],
) -> None:
    options = {"pressReactionBias": 0.2, "pressScheduleSlack": 0.1, "pressConfidencePadding": 0.5}
    seen = last(("configure", options), *[update()] * 9)
    assert [seen[name] for name in APPLIED] == [0.2, 0.1, 0.5]


def test_a_value_held_up_by_its_option_rises_at_once_when_its_target_does(
    last: Callable[..., Shown],
) -> None:
    # Were it to sink unseen, it would first have to come back up.
    low, high = update(delta_s=0.02), update(delta_s=0.16)
    assert last(tuned(deltaAlpha=1), *[low] * 50, high)["reactionBias"] == pytest.approx(
        0.02 + 0.45 * 0.06
    )


def test_an_option_that_is_raised_holds_before_the_next_update(play: Play) -> None:
    raised: Step = ("configure", {"pressReactionBias": 0.3})
    _, before, after = play([[update(), raised, ("follow", True)]])[0]
    assert before["snapshot"]["reactionBias"] == 0.3
    assert before["nested"]["applied"]["reactionBias"] == 0.3
    assert after["fields"]["reactionBias"] == 0.3


# Off, on, anew.

BASE = {"reactionBias": 0.02, "scheduleSlack": 0.015, "confidencePadding": 0.08}
OFF: list[Step] = [tuned(enabled=False), ("configure", {"smartTuning": False})]


@pytest.mark.parametrize("off", OFF, ids=["in the table", "as a whole"])
def test_without_tuning_there_is_only_what_it_would_begin_at(
    play: Play, call: Callable[..., list[Any]], off: Step
) -> None:
    fresh = call("fresh")[0]["snapshot"]
    for script in ([off], [update(), off], [off, ("late", 0.1), update()], [*USUAL, off]):
        seen = play([[*script, ("follow", True)]], True)[0][-1]
        assert seen == {
            "is_enabled": False,
            "fields": {},
            "snapshot": fresh | {"enabled": False},
            "nested": {"enabled": False, "base": BASE},
        }


@pytest.mark.parametrize("off", OFF, ids=["in the table", "as a whole"])
def test_tuning_that_is_switched_on_again_begins_anew(
    last: Callable[..., Shown], off: Step
) -> None:
    windows, rest = USUAL[:2], USUAL[2:]
    on: Step = ("configure", {"smartTuning": True})
    first = last(*windows, *rest)
    for noticed_by in (update(), ("follow", True)):
        assert last(*windows, update(), ("late", 1), off, noticed_by, on, *rest) == first
        assert last(*windows, ("late", 1), off, noticed_by, on, *rest) == first
    assert last(*windows, off, ("late", 1), on, *rest) == first


def test_a_reset_forgets_everything(play: Play, call: Callable[..., list[Any]]) -> None:
    assert play([[*USUAL, ("reset", True)]], True)[0][-1] == call("fresh")[0]


def test_a_new_one_heads_for_the_options_and_has_applied_nothing(
    call: Callable[..., list[Any]],
) -> None:
    seen = call("fresh")[0]
    assert seen["nested"] == {"enabled": True, "base": BASE, "target": BASE}
    assert seen["snapshot"] == Tuning().snapshot()


def test_there_are_applied_values_from_the_first_update_on(play: Play) -> None:
    off, on = OFF[0], tuned(enabled=True)
    script: list[Step] = [("late", 0.1), ("follow", True), update(), off, ("follow", True), on]
    nested = [seen["nested"] for seen in play([[*script, update()]])[0]]
    assert ["applied" in shown for shown in nested] == [*[False] * 2, True, *[False] * 3, True]
    assert ["target" in shown for shown in nested] == [*[True] * 3, *[False] * 2, *[True] * 2]
    assert set(nested[2]["applied"]) == set(APPLIED)


def test_what_it_would_begin_at_follows_the_options_without_tuning_too(play: Play) -> None:
    raised: Step = ("configure", {"pressReactionBias": 0.3})
    for off in OFF:
        assert play([[off, raised]], True)[0][-1]["nested"] == {
            "enabled": False,
            "base": BASE | {"reactionBias": 0.3},
        }


def test_what_it_shows_is_a_copy(call: Callable[..., list[Any]]) -> None:
    assert call("copies") == call("fresh")


# Hot path.

GARBAGE = """
local SmartTuning, values, window = ...
local tuning = SmartTuning.new(values)
local facts = {
    now = 0, ball_id = "threat-1", sigma = 0.2, mu = 5, mu_plus = 6, mu_minus = 4, vr = 10,
    delta_s = 0.16, ping_s = 0.08, lead_s = 0.24, commit = window(0.013), lookahead = window(0.88),
}
local function updates(count)
    for index = 1, count do
        facts.now, facts.delta_s, facts.vr = index / 240, 0.1 + index % 7 / 100, index % 50 - 5
        tuning:update(facts)
        tuning:overshoot(index % 3 / 100)
    end
end
updates(100)
collectgarbage() collectgarbage("stop")
updates(1)
local before = collectgarbage("count")
updates(5000)
return tuning.update_count, (collectgarbage("count") - before) * 1024
"""


def test_no_update_leaves_garbage() -> None:
    lua = LuaRuntime(unpack_returned_tuples=True)
    lua.execute("jit.off()")
    lua.globals().package.path = f"{LUA}/?.lua"
    run: Any = lua.eval(f"""function(root)
        local values = require("worlds.autoparry.controller.config").new().values
        local SmartTuning = require("worlds.autoparry.controller.learning.smart_tuning")
        local SortedWindow = require("worlds.autoparry.controller.telemetry.sorted_window")
        local function window(sample)
            local window = SortedWindow.new(512)
            for _ = 1, 600 do window:add(sample) end
            return window
        end
        return assert(loadstring([==[{GARBAGE}]==]))(SmartTuning, values, window)
    end""")
    assert run() == (5101, 0)
