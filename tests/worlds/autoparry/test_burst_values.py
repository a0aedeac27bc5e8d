"""What the presses of a ball that oscillates keep to, and what the test hook tells of it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .differences import differences
from .reference_oscillation import CALM, DEFAULTS, Values, press_values, random_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe


@pytest.fixture(scope="module")
def ask(probe_of: Callable[..., Probe]) -> Callable[..., Any]:
    """Return a caller of the probe's functions."""
    return probe_of("burst")


@pytest.fixture(scope="module")
def values_of(ask: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Return what gives the values of one press."""

    def call(values: Values, **given: float) -> dict[str, Any]:
        facts = {"ping_s": 0.095, "jitter_s": 0, "closeness": 0, "speed": 20, "slack_s": 0.05}
        (found,) = ask("values", [{**facts, **given, "values": values}])
        return dict(found)

    return call


def wrong(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return differences(expected, found, relative=1e-9, absolute=1e-12)


# What a press keeps to.


def test_all_values_are_those_of_the_formulas(ask: Callable[..., Any]) -> None:
    chance = Random("values of a press")
    cases, wanted = [], []
    for _ in range(800):
        values = random_values(chance)
        facts: dict[str, Any] = {
            "ping_s": chance.choice((0, chance.uniform(0, 0.4))),
            "jitter_s": chance.choice((0, chance.uniform(0, 0.1))),
            "closeness": chance.choice((0, 1, chance.uniform(0, 1))),
            "severity": chance.choice((0, chance.uniform(0, 2))),
            "speed": chance.uniform(0, 100),
            "slack_s": chance.choice((0.05, chance.uniform(0, 0.03))),
        }
        if chance.random() < 0.3:
            facts["tightness"] = chance.uniform(0, 1)
        cases.append({**facts, "values": values})
        expected = press_values(values, **facts)
        del expected["cause"]
        wanted.append(expected)
    found = ask("values", cases)
    differing = [
        (case, expected, actual)
        for case, expected, actual in zip(cases, wanted, found, strict=True)
        if wrong(expected, actual)
    ]
    assert differing[:2] == []
    assert 100 < sum(row["panic"] for row in found) < 700


# For each option: a circumstance, the value it changes, and what that is with the default, with
# another value and without one.
EFFECTS: list[tuple[str, dict[str, Any], str, tuple[Any, Any, Any], float]] = [
    ("oscillationMaxLookahead", {}, "max_lookahead", (0.45, 0.3, None), 0.3),
    ("oscillationSpamCooldown", {}, "cooldown", (0.15, 0.3, None), 0.3),
    ("oscillationSpamCooldownTightnessGain", {"closeness": 0.5}, "cooldown",
     (0.10875, 0.075, 0.15), 1),
    ("oscillationSpamCooldownPanicScale", {"speed": 90}, "cooldown", (0.06, 0.015, 0.15), 0.1),
    ("oscillationSpamBurstPresses", {}, "presses", (2, 5, 0), 5.9),
    ("oscillationSpamBurstGap", {"ping_s": 0}, "gap", (0.05, 0.1, 1 / 120), 0.1),
    ("oscillationSpamMinGap", {}, "gap", (0.05, 0.2, 0.05), 0.2),
    ("oscillationSpamPanicGapScale", {"speed": 90, "ping_s": 0}, "gap", (0.021, 0.1, 0.05), 2),
    ("oscillationSpamBurstWindow", {}, "window", (0.28, 0.5, None), 0.5),
    ("oscillationSpamPanicWindowScale", {"speed": 90}, "window", (0.378, 0.56, 0.28), 2),
    ("oscillationSpamBurstLookahead", {}, "lookahead", (0.6, 0.7, None), 0.7),
    ("oscillationSpamPanicLookaheadBoost", {"speed": 90}, "lookahead", (0.8, 1.1, 0.6), 0.5),
    ("oscillationSpamPanicSpeedDelta", {"speed": 50.5}, "panic", (True, False, False), 41),
]  # fmt: skip


@pytest.mark.parametrize(("key", "given", "name", "wanted", "other"), EFFECTS)
def test_an_option_changes_its_value_and_unset_leaves_it_out(
    values_of: Callable[..., dict[str, Any]],
    key: str,
    given: dict[str, float],
    name: str,
    wanted: tuple[Any, Any, Any],
    other: float,
) -> None:
    unset = {option: value for option, value in CALM.items() if option != key}
    found = [values_of(values, **given).get(name) for values in (CALM, {**CALM, key: other}, unset)]
    assert found == [pytest.approx(value, abs=1e-12) for value in wanted]


def test_panic_comes_of_tightness_speed_or_little_slack(
    values_of: Callable[..., dict[str, Any]],
) -> None:
    def panics(values: Values, **given: float) -> bool:
        return bool(values_of(values, **given)["panic"])

    # The gap of 0.05 s leaves 0.8214 of the window.
    limit = "oscillationSpamPanicTightness"
    assert [panics({**CALM, limit: share}) for share in (0.82, 0.83)] == [True, False]
    slack = {**CALM, "oscillationSpamPanicSlack": 0.012}
    assert [panics(slack, slack_s=value) for value in (0.012, 0.0121)] == [True, False]
    assert [panics(CALM, speed=value) for value in (50, 50.1)] == [False, True]
    assert not panics(CALM, slack_s=0, ping_s=0)


def test_tightness_is_that_of_the_gap_without_panic(
    values_of: Callable[..., dict[str, Any]],
) -> None:
    found = values_of(CALM, speed=90, ping_s=0)
    assert (found["panic"], found["gap"]) == (True, pytest.approx(0.021))
    assert found["tightness"] == pytest.approx(1 - 0.05 / 0.28)


def test_without_a_window_there_is_no_tightness_to_panic_about(
    values_of: Callable[..., dict[str, Any]],
) -> None:
    values = {**CALM, "oscillationSpamPanicTightness": 0.0}
    del values["oscillationSpamBurstWindow"]
    found = values_of(values)
    assert (found["panic"], "tightness" in found, found["presses"]) == (False, False, 0)


def test_the_connection_keeps_presses_apart(values_of: Callable[..., dict[str, Any]]) -> None:
    found = values_of(DEFAULTS, ping_s=0.2, jitter_s=0.1)
    assert found["gap"] == pytest.approx(0.45 * 0.2 + 0.35 * 0.1 + 0.006)


def test_a_ball_that_bends_has_a_longer_lookahead_up_to_220_ms(
    values_of: Callable[..., dict[str, Any]],
) -> None:
    found = [values_of(CALM, severity=value)["max_lookahead"] for value in (0, 0.5, 1, 3)]
    assert found == pytest.approx([0.45, 0.56, 0.67, 0.67])


def test_no_cooldown_is_shorter_than_a_120th_of_a_second_but_in_panic(
    values_of: Callable[..., dict[str, Any]],
) -> None:
    values = {**CALM, "oscillationSpamCooldown": 0.0}
    assert values_of(values)["cooldown"] == pytest.approx(1 / 120)
    assert values_of(values, speed=90)["cooldown"] == pytest.approx(0.4 / 120)


# The test hook.


def test_the_hook_tells_the_values_of_what_it_is_given(ask: Callable[..., Any]) -> None:
    payload = {"ping": 0.2, "jitter": 0.01, "speed": 20, "slack": 0.05}
    (found,) = ask("hook", [payload])
    expected = press_values(DEFAULTS, ping_s=0.2, jitter_s=0.01, speed=20, slack_s=0.05)
    del expected["cause"]
    expected["maxLookahead"] = expected.pop("max_lookahead")
    assert wrong(expected, found) == []


def test_what_the_hook_is_not_given_is_no_cause_of_panic(ask: Callable[..., Any]) -> None:
    calm = {"config": {"oscillationSpamPanicTightness": 1}}
    cases = [
        calm, {**calm, "slack": 0.012}, {**calm, "speed": 51}, {"tightness": 0.7},
        {"tightness": 0.72}, {"config": {"minSpeed": 10, "oscillationSpamBurstWindow": 0.1}},
    ]  # fmt: skip
    panics = [found["panic"] for found in ask("hook", cases)]
    assert panics == [False, True, True, False, True, False]


def test_the_hook_puts_its_config_over_the_one_that_holds(ask: Callable[..., Any]) -> None:
    gap = {"config": {"oscillationSpamBurstGap": 0.07}, "tightness": 0}
    first, second = ask("hook", [gap, {}], ["oscillationSpamCooldown"])
    assert first["gap"] == 0.07
    assert second["gap"] == pytest.approx(0.021)
    assert "cooldown" not in first


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (7, "expected a table"),
        ({"pong": 1}, "unknown field 'pong'; allowed: closeness, config, jitter, ping, severity, "
         "slack, speed, tightness"),
        ({"ping": -0.1}, "invalid value for 'ping'"),
        ({"speed": "fast"}, "invalid value for 'speed'"),
        ({"tightness": 1.1}, "invalid value for 'tightness'"),
        ({"config": 7}, "invalid value for 'config'"),
    ],
)  # fmt: skip
def test_the_hook_says_what_it_cannot_use(
    ask: Callable[..., Any], payload: Any, message: str
) -> None:
    (found,) = ask("hook", [payload])
    assert found == f"AutoParry._testEvaluateOscillationBurstTuning: {message}"


def test_a_wrong_option_is_refused_as_by_configure(ask: Callable[..., Any]) -> None:
    (found,) = ask("hook", [{"config": {"oscillationSpamMinGap": 0}}])
    assert found == "AutoParry.configure: invalid value for 'oscillationSpamMinGap'"
