"""The keys of `smartTuning`: what each does to the targets, and to what is applied."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .duel import Timing, ball, call, configure, hitch, network
from .effect import Effect, Options, Row, Setting, near
from .reference_options import DEFAULTS
from .reference_tuning import quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from .duel import Trace

CALM = Timing()
SPEED = 160
# What a ball that was seen once has: the floor of each channel.
SIGMA = math.sqrt(
    0.01**2
    + (1.5 * CALM.delta_s) ** 2
    + (10 * CALM.delta_s**2 / 2) ** 2
    + (80 * CALM.delta_s**3 / 6) ** 2
)
SPREAD_S = SIGMA / SPEED
LATENCY_S = CALM.delta_s / 2

BASE = {"reactionBias": 0.02, "scheduleSlack": 0.015, "confidencePadding": 0.08}

ONE = Setting((ball(0, "a", 82, SPEED),), {})
# Where the targets are beyond their limits, and where they are below the options.
HIGH: Options = {"sigmaLead": 50, "sigmaConfidence": 2, "reactionLatencyShare": 2}
LOW: Options = {"minSlack": 0, "sigmaConfidence": 0.01, "reactionLatencyShare": 0}
BELOW: Options = {"sigmaConfidence": 0.1, "reactionLatencyShare": 0.05}


def told(trace: Trace, kind: str) -> list[dict[str, Any]]:
    return [row for row in trace.section["autoparry"]["history"] if row["type"] == kind]


def last(trace: Trace) -> dict[str, Any]:
    """Return what smart tuning shows at the end of a play."""
    return dict(trace.section["autoparry"]["smartTuning"])


def lateness(trace: Trace) -> list[float]:
    return [press.at_s - press.planned_s for press in trace.presses]


def of_first(key: str, part: str, name: str, rows: tuple[Row, ...], **given: Any) -> Effect:
    """Return an effect on what is in force when the first press is planned, one update on."""

    def measure(trace: Trace) -> Any:
        return told(trace, "schedule")[0]["smartTuning"][part][name]

    nearly = tuple((value, near(wanted)) for value, wanted in rows)
    return Effect(f"smartTuning.{key}", ONE.under(smartTuning=given), measure, nearly)


def target(key: str, name: str, *rows: Row, **given: Any) -> Effect:
    return of_first(key, "target", name, rows, **given)


def applied(
    key: str,
    name: str,
    values: tuple[Any, Any],
    aim: float,
    shares: tuple[float, float],
    **given: Any,
) -> Effect:
    """Return an effect on a share of the way from the option to `aim`."""
    base = BASE[name]
    rows = tuple(
        (value, base + share * (aim - base)) for value, share in zip(values, shares, strict=True)
    )
    return of_first(key, "applied", name, rows, **given)


def share(
    key: str, setting: Setting, measure: Callable[[Trace], float], *values: Any, **given: Any
) -> Effect:
    """Return an effect whose measure is the key's value."""
    rows = tuple((value, near(value)) for value in values)
    return Effect(f"smartTuning.{key}", setting.under(smartTuning=given), measure, rows)


# Whether it is on, and the lead.


def tuned(trace: Trace) -> tuple[bool, float]:
    (press,) = told(trace, "press")
    return press["smartTuning"]["enabled"], press["decision"]["lead"]


FIXED_LEAD = (False, near(CALM.lead_s))


def tuned_lead(bias_s: float = LATENCY_S) -> tuple[bool, object]:
    return True, near(Timing(bias_s=bias_s).lead_s)


FORMS = Effect(
    "smartTuning",
    ONE,
    tuned,
    (
        (DEFAULTS["smartTuning"], tuned_lead()),
        (False, FIXED_LEAD),
        ({"enabled": False}, FIXED_LEAD),
        ({"minReactionBias": 0.1}, tuned_lead(0.1)),
        (True, tuned_lead()),
        (None, tuned_lead()),
    ),
)

# Filters: two updates after the latency, then the ping, has changed.
LOOK = """
function W:look()
    local tuning = self.api.getSmartTuningSnapshot()
    self:say(tuning.delta)
    self:say(tuning.ping)
end
"""
STEPS = Setting(
    (
        ball(0, "a", 170, SPEED),
        configure(0.3, activationLatency=0.2),
        call(0.3 + 1.5 / 240, "look"),
        network(0.4, "stats:ping", ms=195),
        call(0.4 + 1.5 / 240, "look"),
    ),
    {},
    LOOK,
)


def filtered_latency(trace: Trace) -> float:
    """Return the share of a filter that has come so far in two updates."""
    return 1 - math.sqrt((CALM.delta_s + 0.08 - float(trace.said[0])) / 0.08)


def filtered_ping(trace: Trace) -> float:
    return 1 - math.sqrt((0.195 - float(trace.said[3])) / 0.1)


# Lateness: a stall holds the second press back.
ONLY_LATE: Options = {"reactionLatencyShare": 0, "minReactionBias": 0}
TWO_LATE = Setting((ball(0, "a", 82, SPEED), ball(0.3, "b", 82, SPEED), hitch(0.455, 0.05)), {})


def overshoot_share(trace: Trace) -> float:
    (late_s,) = lateness(trace)
    return float(last(trace)["targetReactionBias"]) / late_s


def overshoot_alpha(trace: Trace) -> float:
    first_s, second_s = lateness(trace)
    assert second_s - first_s > 0.01
    return (float(last(trace)["overshoot"]) - first_s) / (second_s - first_s)


# Six presses, of which a stall makes one late.
SIX = Setting((*(ball(0.1 * n, f"b{n}", 82, SPEED) for n in range(6)), hitch(0.312, 0.03)), {})
COMMITS: Options = {
    **ONLY_LATE,
    "overshootShare": 0,
    "minSlack": 0,
    "maxSlack": 0.02,
    "sigmaLead": 1000,
}


def commit_p99(trace: Trace) -> float:
    late = lateness(trace)
    assert len(late) == 6
    assert quantile(late, 0.99) > 0.015
    return quantile(late, 0.99)


# Four balls that are seen a second before their press, which is planned half a second before it;
# 0.7 s before it for the last two.
FOUR = Setting(
    (
        *(ball(0, f"b{n}", 600 + 100 * n, 400) for n in range(4)),
        configure(0.95, pressMaxLookahead=0.7),
    ),
    {"pressMaxLookahead": 0.5, "pressLookaheadGoal": None},
)
NOTICES: Options = {
    **ONLY_LATE,
    "overshootShare": 0,
    "maxReactionBias": 1,
    "minSlack": 0,
    "maxSlack": 1,
    "sigmaLead": 0,
}


def notices(trace: Trace) -> list[float]:
    """Return how long ahead presses were planned, the shortest first."""
    found = sorted(row["eta"] for row in told(trace, "schedule"))
    assert len(found) == 4
    assert found[-1] - found[0] > 0.1
    return found


def closest_notice(trace: Trace) -> int:
    """Return which of the notices the deficit is counted from."""
    notice_s = 0.9 - last(trace)["targetReactionBias"] / 0.65
    return min(range(4), key=lambda index: abs(notices(trace)[index] - notice_s))


EFFECTS = (
    FORMS,
    Effect("smartTuning.enabled", ONE, tuned, ((True, tuned_lead()), (False, FIXED_LEAD))),
    target("minSlack", "scheduleSlack", (0.008, 0.008), (0.02, 0.02)),
    target("maxSlack", "scheduleSlack", (0.04, 0.04), (0.06, 0.06), **HIGH),
    target("sigmaLead", "scheduleSlack", (1.15, 1.15 * SPREAD_S), (3, 3 * SPREAD_S), **LOW),
    target("minConfidence", "confidencePadding", (0.025, 0.025), (0.1, 0.1), **LOW),
    target("maxConfidence", "confidencePadding", (0.26, 0.26), (0.4, 0.4), **HIGH),
    target("sigmaConfidence", "confidencePadding", (0.85, 0.85 * SIGMA), (0.5, 0.5 * SIGMA)),
    target(
        "sigmaFloor", "confidencePadding", (0.0025, 0.85 * SIGMA), (2, 0.85 * 2), maxConfidence=10
    ),
    target(
        "reactionLatencyShare",
        "reactionBias",
        (0.5, 0.5 * CALM.delta_s),
        (0.8, 0.8 * CALM.delta_s),
    ),
    target("minReactionBias", "reactionBias", (0.008, 0.008), (0.03, 0.03), **LOW),
    target("maxReactionBias", "reactionBias", (0.16, 0.16), (0.2, 0.2), **HIGH),
    applied("slackAlpha", "scheduleSlack", (0.5, 0.8), 0.04, (0.5, 0.8), **HIGH),
    applied("confidenceAlpha", "confidencePadding", (0.45, 0.8), 0.85 * SIGMA, (0.45, 0.8)),
    applied("reactionAlpha", "reactionBias", (0.45, 0.8), LATENCY_S, (0.45, 0.8)),
    applied("enforceBaseSlack", "scheduleSlack", (True, False), 0.008, (0, 0.5)),
    applied(
        "enforceBaseConfidence",
        "confidencePadding",
        (True, False),
        0.1 * SIGMA,
        (0, 0.45),
        **BELOW,
    ),
    applied(
        "enforceBaseReaction",
        "reactionBias",
        (True, False),
        0.05 * CALM.delta_s,
        (0, 0.45),
        **BELOW,
    ),
    share("deltaAlpha", STEPS, filtered_latency, 0.35, 0.6),
    share("pingAlpha", STEPS, filtered_ping, 0.45, 0.6),
    share("overshootShare", ONE, overshoot_share, 0.28, 0.6, **ONLY_LATE),
    share("overshootAlpha", TWO_LATE, overshoot_alpha, 0.4, 0.7),
    share(
        "commitP99Target",
        SIX,
        lambda trace: commit_p99(trace) - last(trace)["targetReactionBias"] / 1.35,
        *(0.01, 0.002),
        **COMMITS,
    ),
    share(
        "commitReactionGain",
        SIX,
        lambda trace: last(trace)["targetReactionBias"] / (commit_p99(trace) - 0.01),
        *(1.35, 2),
        **COMMITS,
    ),
    share(
        "commitSlackGain",
        SIX,
        lambda trace: (0.02 - last(trace)["targetScheduleSlack"]) / (commit_p99(trace) - 0.01),
        *(0.85, 0.5),
        **COMMITS,
    ),
    share(
        "lookaheadGoal",
        FOUR,
        lambda trace: notices(trace)[0] + last(trace)["targetReactionBias"] / 0.65,
        *(0.9, 1),
        **NOTICES,
    ),
    share(
        "lookaheadReactionGain",
        FOUR,
        lambda trace: last(trace)["targetReactionBias"] / (0.9 - notices(trace)[0]),
        *(0.65, 0.3),
        **NOTICES,
    ),
    share(
        "lookaheadSlackGain",
        FOUR,
        lambda trace: last(trace)["targetScheduleSlack"] / (0.9 - notices(trace)[0]),
        *(0.4, 0.8),
        **NOTICES,
    ),
    Effect(
        "smartTuning.lookaheadQuantile",
        FOUR.under(smartTuning=NOTICES),
        closest_notice,
        ((0.1, 0), (0.9, 3)),
    ),
)
