"""The rules of the policies, worked out a second time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GUARD, BUDGET, PANIC = IDS = (
    "cooldown-guard",
    "threat-budget-enforcement",
    "oscillation-panic-handler",
)
BIAS, SLACK, LOOKAHEAD = "pressReactionBias", "pressScheduleSlack", "pressMaxLookahead"
KEYS = {GUARD: BIAS, BUDGET: SLACK, PANIC: LOOKAHEAD}
EVENTS = {GUARD: ("press",), BUDGET: ("schedule",), PANIC: ("press", "schedule")}
DEFAULTS = {BIAS: 0.02, SLACK: 0.015, LOOKAHEAD: 1.2}
STEPS = {BIAS: 0.0025, SLACK: 0.0035, LOOKAHEAD: 0.06}
BOUNDS = {BIAS: (0.0, 0.4), SLACK: (0.0, 0.12), LOOKAHEAD: (0.25, 5.0)}


@dataclass(frozen=True)
class Facts:
    """What a policy looks at; None for what an event does not say."""

    reaction_s: float | None = None
    gap_s: float | None = None
    slack_s: float | None = None
    reason: str | None = None
    tempo: float | None = None
    volatility: float | None = None
    is_panicking: bool = False

    def plain(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if value is not None}


def value_of(values: dict[str, float], key: str) -> float:
    return values.get(key, DEFAULTS[key])


def _moved(values: dict[str, float], key: str, count: float) -> float:
    if count == 0:
        return value_of(values, key)
    low, high = BOUNDS[key]
    return min(max(value_of(values, key) + count * STEPS[key], low), high)


def _guard(facts: Facts, values: dict[str, float]) -> tuple[float, str]:
    note = "steady"
    if facts.gap_s is not None and not 0.03 <= facts.gap_s <= 0.18:
        note = "press-gap-tight" if facts.gap_s < 0.1 else "press-gap-wide"
    reaction_s = 0.05 if facts.reaction_s is None else facts.reaction_s
    return _moved(values, BIAS, (reaction_s < 0.03) - (reaction_s > 0.09)), note


def _budget(facts: Facts, values: dict[str, float]) -> tuple[float, str]:
    slack_s = 0.01 if facts.slack_s is None else facts.slack_s
    count = (slack_s < 0.006) - (slack_s > 0.04)
    return _moved(values, SLACK, count), ("steady", "slack-short", "slack-ample")[count]


def _panic(facts: Facts, values: dict[str, float]) -> tuple[float, str]:
    signs = (
        "oscillation" in (facts.reason or ""),
        (facts.tempo or 0) >= 28,
        (facts.volatility or 0) >= 0.5,
        facts.is_panicking,
    )
    if any(signs):
        return _moved(values, LOOKAHEAD, sum(signs)), f"severity-{sum(signs)}"
    if value_of(values, SLACK) > 0.05:
        return _moved(values, LOOKAHEAD, -0.5), "slack-ample"
    return value_of(values, LOOKAHEAD), "steady"


RULES = {GUARD: _guard, BUDGET: _budget, PANIC: _panic}


def step(policy: str, facts: Facts, values: dict[str, float]) -> tuple[float, str]:
    """Return what the policy makes of its option, and its note."""
    return RULES[policy](facts, values)


def chosen(
    default: str | None, enable: tuple[str, ...] = (), disable: tuple[str, ...] = ()
) -> list[str]:
    wanted = set() if default in ("none", "baseline") else set(IDS)
    return [name for name in IDS if name in (wanted | set(enable)) - set(disable)]
