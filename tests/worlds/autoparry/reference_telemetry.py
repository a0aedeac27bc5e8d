"""The statistics of the telemetry, worked out anew from the list of everything that happened."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Fields = dict[str, Any]

WINDOW = 512
EPSILON = 2.0**-52

__all__ = ["WINDOW", "aggregate", "differences", "quantile", "stats"]


def aggregate(samples: Iterable[float | None]) -> Fields:
    """Return count, extremes, mean and deviation, the last two rounded once from the exact ones."""
    exact = [Fraction(sample) for sample in samples if sample is not None]
    if not exact:
        return {"count": 0}
    count = len(exact)
    mean = sum(exact) / count
    variance = sum((sample - mean) ** 2 for sample in exact) / count
    return {
        "count": count,
        "min": float(min(exact)),
        "max": float(max(exact)),
        "mean": float(mean),
        "stdDev": math.sqrt(variance),
    }


def quantile(samples: Sequence[float], q: float) -> float | None:
    """Return the sample at the 1-based place floor(q·(n - 1) + 1.5)."""
    ordered = sorted(samples)
    if not ordered:
        return None
    place = math.floor(q * (len(ordered) - 1) + 1.5)
    return ordered[min(max(place, 1), len(ordered)) - 1]


def stats(steps: Sequence[Fields], now: Fields) -> Fields:
    """Return the statistics after steps as the probe plays them, looked at with what is so now."""
    resets = [index for index, step in enumerate(steps) if step["play"] == "reset"]
    since = steps[resets[-1] + 1 :] if resets else steps
    of = _Steps(since)
    quantiles = {
        "commitLatency": {"p99": quantile(of.window("press", "decisionToPressTime"), 0.99)},
        "scheduleLookahead": {"p10": quantile(of.window("schedule", "eta"), 0.1)},
    }
    selected = of.played("selected")
    return {
        "counters": {**_counters(of), "resets": len(resets)},
        "schedule": {
            **of.aggregates(
                "schedule",
                "lead slack eta predictedImpact activationLatency adaptiveBias",
            ),
            "reasonCounts": _tally(of.values("schedule", "reason")),
        },
        "press": _press(of),
        "selection": {
            "candidates": sum(step["candidates"] for step in selected),
            "chosen": sum(step["candidates"] > 0 for step in selected),
            "switches": sum(step["switch"] for step in selected),
            "gatedWithinGrace": len(of.played("gated")),
        },
        "latency": _latency(of, now),
        "success": {
            "latency": aggregate(of.values("success", "latency")),
            "acceptedCount": of.values("success", "accepted").count(True),
        },
        "cancellations": _cancellations(of),
        "timeline": _timeline(of, now),
        "threat": {
            **of.aggregates("threat", "score confidence"),
            "statusCounts": _tally(of.values("threat", "status")),
        },
        "performance": {
            "evaluations": len(of.played("evaluated")),
            "ballsEvaluated": sum(step["balls"] for step in of.played("evaluated")),
        },
        "quantiles": {
            name: {q: value for q, value in values.items() if value is not None}
            for name, values in quantiles.items()
        },
        "adaptiveState": now["adaptive_state"],
    }


def differences(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Return where two values differ; numbers may by the rounding of what they are made of."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            return [f"{where}: {sorted(expected.keys() ^ actual.keys())} on one side only"]
        slack = EPSILON * 8 * max(abs(expected.get("min", 0)), abs(expected.get("max", 0)))
        return [
            line
            for key in expected
            if not (
                key in {"mean", "stdDev"}
                and math.isclose(expected[key], actual[key], abs_tol=slack)
            )
            for line in differences(expected[key], actual[key], f"{where}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            line
            for place, pair in enumerate(zip(expected, actual, strict=True))
            for line in differences(*pair, f"{where}[{place}]")
        ]
    if type(expected) is float and type(actual) in {int, float}:
        is_same = math.isclose(expected, actual, rel_tol=1e-12)
    else:
        is_same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return [] if is_same else [f"{where}: expected {expected!r}, got {actual!r}"]


class _Steps:
    def __init__(self, steps: Sequence[Fields]) -> None:
        self.steps = steps

    def played(self, play: str) -> list[Fields]:
        return [step for step in self.steps if step["play"] == play]

    def events(self, kind: str) -> list[Fields]:
        return [step["fields"] for step in self.played("emit") if step["type"] == kind]

    def values(self, kind: str, name: str) -> list[Any]:
        return [event.get(name) for event in self.events(kind)]

    def window(self, kind: str, name: str) -> list[float]:
        return [value for value in self.values(kind, name) if value is not None][-WINDOW:]

    def aggregates(self, kind: str, names: str) -> Fields:
        return {name: aggregate(self.values(kind, name)) for name in names.split()}


def _tally(texts: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(text for text in texts if text is not None))


def _counters(of: _Steps) -> dict[str, int]:
    accepted, sources = (
        of.values("latency-sample", "accepted"),
        of.values("latency-sample", "source"),
    )
    return {
        "schedule": len(of.events("schedule")),
        "scheduleCleared": len(of.events("schedule-cleared")),
        "press": len(of.events("press")),
        "success": len(of.events("success")),
        "threat": len(of.events("threat")),
        "latency": len(accepted),
        "latencyAccepted": accepted.count(True),
        "latencyRejected": accepted.count(False),
        "latencyLocal": sources.count("local"),
        "latencyRemote": sources.count("remote"),
    }


def _press(of: _Steps) -> Fields:
    presses = of.events("press")
    decisions = [press.get("decision") or {} for press in presses]
    tuned = [press["smartTuning"]["applied"] or {} for press in presses if press.get("smartTuning")]
    reasons = of.values("press", "scheduledReason")
    return {
        **of.aggregates(
            "press",
            "activationLatency adaptiveBias reactionTime decisionTime decisionToPressTime",
        ),
        **{
            name: aggregate(decision.get(name) for decision in decisions)
            for name in ("waitDelta", "actualWait")
        },
        "immediateCount": of.values("press", "immediate").count(True),
        "forcedCount": of.values("press", "forced").count(True),
        "scheduledCount": len(reasons) - reasons.count(None),
        "unscheduledCount": reasons.count(None),
        "scheduledReasons": _tally(reasons),
        "smart": {
            name: aggregate(applied.get(name) for applied in tuned)
            for name in ("reactionBias", "scheduleSlack", "confidencePadding")
        },
    }


def _latency(of: _Steps, now: Fields) -> Fields:
    accepted = [sample for sample in of.events("latency-sample") if sample["accepted"]]
    counters = _counters(of)
    return {
        "accepted": aggregate(sample["value"] for sample in accepted),
        "localAccepted": aggregate(s["value"] for s in accepted if s["source"] == "local"),
        "remoteAccepted": aggregate(s["value"] for s in accepted if s["source"] == "remote"),
        "activation": now["activation"],
        "counters": {name: counters[name] for name in counters if name.startswith("latency")},
    }


def _cancellations(of: _Steps) -> Fields:
    reasons = [
        reason
        for reason in of.values("schedule-cleared", "reason")
        if reason not in {"pressed", "ready-to-press"}
    ]
    return {
        "total": len(reasons),
        "stale": reasons.count("schedule-stale"),
        "reasonCounts": _tally(reasons),
    }


def _timeline(of: _Steps, now: Fields) -> Fields:
    known = [step["facts"] for step in of.played("settled")] + now["open"]
    return {
        "scheduleLifetime": aggregate(of.values("schedule-cleared", "lifetime")),
        "achievedLead": aggregate(facts.get("achieved_lead_s") for facts in known),
        "leadDelta": aggregate(facts.get("lead_delta_s") for facts in known),
    }
