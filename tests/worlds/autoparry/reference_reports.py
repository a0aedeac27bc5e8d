"""The reports, worked out a second time: summary, profile, adjustments, levels."""

from __future__ import annotations

from typing import Any

__all__ = [
    "BUILD_OPTIONS",
    "LEVEL_LIMITS",
    "METRICS",
    "adjusted",
    "kept_changes",
    "level_of",
    "profile_keys",
    "summary_of",
]

# A share of the profile that is smaller is rounding.
SHARE_MIN = 1e-9

METRICS = (
    "averageLatency",
    "averageActivationLatency",
    "averageWaitDelta",
    "leadDeltaMean",
    "achievedLeadMean",
    "scheduleLifetimeMean",
    "adaptiveBias",
    "immediateRate",
    "cancellationCount",
    "cancellationRate",
    "successRate",
    "commitLatencyP99",
    "scheduleLookaheadP10",
    "scheduleLookaheadMin",
)

BUILD_OPTIONS: dict[str, Any] = {
    "minSamples": 4,
    "leadGain": 0.6,
    "leadTolerance": 0.004,
    "slackGain": 0.5,
    "waitTolerance": 0.003,
    "latencyGain": 0.5,
    "commitTarget": 0.01,
    "allowWhenSmartTuning": False,
}


def summary_of(view: dict[str, Any], answerable: int) -> dict[str, float]:
    """Return the metrics of statistics; those without samples are absent."""
    counters = view["counters"]
    values: dict[str, float | None] = {
        "averageLatency": view["latency"]["accepted"].get("mean"),
        "averageActivationLatency": view["press"]["activationLatency"].get("mean"),
        "averageWaitDelta": view["press"]["waitDelta"].get("mean"),
        "leadDeltaMean": view["timeline"]["leadDelta"].get("mean"),
        "achievedLeadMean": view["timeline"]["achievedLead"].get("mean"),
        "scheduleLifetimeMean": view["timeline"]["scheduleLifetime"].get("mean"),
        "adaptiveBias": view["adaptiveState"]["reactionBias"],
        "cancellationCount": view["cancellations"]["total"],
        "commitLatencyP99": view["quantiles"]["commitLatency"].get("p99"),
        "scheduleLookaheadP10": view["quantiles"]["scheduleLookahead"].get("p10"),
        "scheduleLookaheadMin": view["schedule"]["eta"].get("min"),
    }
    if counters["press"]:
        values["immediateRate"] = view["press"]["immediateCount"] / counters["press"]
    if counters["schedule"]:
        values["cancellationRate"] = view["cancellations"]["total"] / counters["schedule"]
    # What was answered could be; of answers to presses of before a reset there may be more.
    if possible := min(max(answerable, counters["success"]), counters["press"]):
        values["successRate"] = min(counters["success"], possible) / possible
    return {name: value for name, value in values.items() if value is not None}


def profile_keys(
    before: dict[str, float], after: dict[str, float], goal_s: float | None
) -> dict[str, float]:
    """Return debts, surpluses and reliefs from the summaries of the last two updates."""
    targets = {
        "wait": ("averageWaitDelta", 0.003),
        "lead": ("leadDeltaMean", 0.004),
        "commit": ("commitLatencyP99", 0.01),
        "latency": ("averageLatency", 0.16),
        "lookahead": ("scheduleLookaheadP10", goal_s),
    }
    shares: dict[str, float] = {}
    for name, (metric, target) in targets.items():
        if metric not in after or not target:
            continue
        value = abs(after[metric])
        previous = abs(before[metric]) if metric in before else value
        over, under = max(value / target - 1, 0), max(1 - value / target, 0)
        if name == "lookahead":
            debt, surplus, relief = under, over, max(value - previous, 0) / target
        else:
            debt, surplus, relief = over, under, max(previous - value, 0) / target
        shares |= {f"{name}Debt": debt, f"{name}Surplus": surplus, f"{name}Relief": relief}
    return {key: min(share, 1) for key, share in shares.items() if share > SHARE_MIN}


def clamp(value: float, least: float, most: float) -> float:
    return max(least, min(value, most))


def wishes(s: dict[str, Any], config: dict[str, Any], o: dict[str, Any]) -> tuple[Any, bool]:
    """Return the sums of the changes that are asked for, and whether anything was judged."""
    changes: dict[str, float] = {}
    judged = False

    def add(key: str, change: float) -> None:
        changes[key] = changes.get(key, 0) + change

    if (lead := s.get("lead_delta_s")) is not None:
        judged = True
        if abs(lead) > o["leadTolerance"]:
            add("pressReactionBias", clamp(-o["leadGain"] * lead, -0.05, 0.05))
    if (wait := s.get("wait_delta_s")) is not None:
        judged = True
        if abs(wait) > o["waitTolerance"]:
            add("pressScheduleSlack", clamp(o["slackGain"] * wait, -0.03, 0.03))
    if s["commit_count"] >= 6:
        judged = True
        if s["commit_p99_s"] > o["commitTarget"]:
            over = s["commit_p99_s"] - o["commitTarget"]
            add("pressReactionBias", 1.35 * over)
            add("pressScheduleSlack", -0.85 * over)
    goal = config.get("pressLookaheadGoal")
    if s["lookahead_count"] >= 4 and goal is not None:
        judged = True
        if s["lookahead_p10_s"] < goal:
            add("pressMaxLookahead", min(0.5 * (goal - s["lookahead_p10_s"]), 0.75))
    if s["latency_count"]:
        judged = True
        difference = s["latency_s"] - config["activationLatency"]
        if abs(difference) >= 1e-4:
            add("activationLatency", o["latencyGain"] * difference)
    return changes, judged


def adjusted(
    samples: dict[str, Any],
    config: dict[str, Any],
    options: dict[str, Any],
    *,
    is_smart: bool,
) -> tuple[str, dict[str, float], dict[str, float]]:
    """Return status, updates and deltas."""
    if samples["presses"] < options["minSamples"]:
        return "insufficient", {}, {}
    if is_smart and not options["allowWhenSmartTuning"]:
        return "skipped", {}, {}
    changes, judged = wishes(samples, config, options)
    bounds = {
        "pressReactionBias": (0, options.get("maxReactionBias", 0.24)),
        "pressScheduleSlack": (0, options.get("maxScheduleSlack", 0.08)),
        "activationLatency": (0, options.get("maxActivationLatency", 0.35)),
        "pressMaxLookahead": (
            config["pressMaxLookahead"],
            max(config["pressMaxLookahead"], config.get("pressLookaheadGoal", 0) + 0.6),
        ),
    }
    updates = {key: clamp(config[key] + by, *bounds[key]) for key, by in changes.items()}
    deltas = {key: value - config[key] for key, value in updates.items()}
    deltas = {key: delta for key, delta in deltas.items() if abs(delta) >= 1e-4}
    updates = {key: updates[key] for key in deltas}
    if updates:
        return "updates", updates, deltas
    if changes:
        return "filtered", {}, {}
    return ("stable" if judged else "none"), {}, {}


def kept_changes(deltas: dict[str, float], smallest: float, most: float) -> dict[str, float]:
    """Return the changes that an automatic run makes."""
    large = [key for key in sorted(deltas) if abs(deltas[key]) >= smallest]
    large.sort(key=lambda key: -abs(deltas[key]))
    return {key: deltas[key] for key in large[: int(most)]}


# Metric, warning, critical; how each is broken.
LEVEL_LIMITS: dict[str, tuple[str, str, float, str, float | None]] = {
    "timing": ("leadDeltaMean", ">", 0.004, ">=", 0.015),
    "slack": ("averageWaitDelta", ">", 0.003, ">=", 0.012),
    "latency": ("averageLatency", ">=", 0.16, ">=", 0.22),
    "success": ("successRate", "<", 0.8, "<", 0.6),
    "cancellations": ("cancellationRate", ">", 0.15, ">", None),
    "immediates": ("immediateRate", ">", 0.25, ">", None),
    "commit-latency": ("commitLatencyP99", ">", 0.01, ">=", 0.018),
    "lookahead": ("scheduleLookaheadP10", "<", 0.9, "<=", 0.63),
}


def is_broken(value: float, how: str, limit: float) -> bool:
    return {
        ">": value > limit,
        ">=": value >= limit,
        "<": value < limit,
        "<=": value <= limit,
    }[how]


def level_of(name: str, value: float | None) -> str:
    """Return the level of a status with the default limits."""
    _, warns, warning, alarms, critical = LEVEL_LIMITS[name]
    if value is None or not is_broken(abs(value), warns, warning):
        return "info"
    if critical is not None and is_broken(abs(value), alarms, critical):
        return "critical"
    return "warning"
