"""The statistics of the telemetry, worked out anew from the list of everything that happened."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .differences import Rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Fields = dict[str, Any]

WINDOW = 512
EPSILON = 2.0**-52
RELATIVE = 1e-9

__all__ = ["WINDOW", "aggregate", "groups_of", "quantile", "stats"]


def aggregate(samples: Iterable[float | None]) -> Fields:
    """Return count, extremes, mean and deviation, the last two rounded once from the exact ones."""
    exact = [Fraction(sample) for sample in samples if sample is not None]
    if not exact:
        return {"count": 0}
    count, least, most = len(exact), float(min(exact)), float(max(exact))
    mean = sum(exact) / count
    deviation = math.sqrt(sum((sample - mean) ** 2 for sample in exact) / count)
    # What a sum of such samples may lose.
    lost = EPSILON * 8 * max(abs(least), abs(most))

    def rounded(value: float) -> Rounded:
        return Rounded(value, max(lost, RELATIVE * abs(value)))

    return {
        "count": count,
        "min": least,
        "max": most,
        "mean": rounded(float(mean)),
        "stdDev": rounded(deviation),
    }


def quantile(samples: Sequence[float], q: float) -> float | None:
    """Return the sample at the 1-based place floor(q·(n - 1) + 1.5)."""
    ordered = sorted(samples)
    if not ordered:
        return None
    place = math.floor(q * (len(ordered) - 1) + 1.5)
    return ordered[min(max(place, 1), len(ordered)) - 1]


def groups_of(events: Sequence[Fields]) -> Fields:
    """Return what events alone tell, all of them since the last reset, each with its `type`."""
    of = _Events(events)
    quantiles = {
        "commitLatency": {"p99": quantile(of.window("press", "decisionToPressTime"), 0.99)},
        "scheduleLookahead": {"p10": quantile(of.window("schedule", "eta"), 0.1)},
    }
    return {
        "counters": _counters(of),
        "schedule": {
            **of.aggregates(
                "schedule",
                "lead slack eta predictedImpact activationLatency adaptiveBias",
            ),
            "reasonCounts": _tally(of.values("schedule", "reason")),
        },
        "press": _press(of),
        "latency": _latency(of),
        "success": {
            "latency": aggregate(of.values("success", "latency")),
            "acceptedCount": of.values("success", "accepted").count(True),
        },
        "cancellations": _cancellations(of),
        "threat": {
            **of.aggregates("threat", "score confidence"),
            "statusCounts": _tally(of.values("threat", "status")),
        },
        "quantiles": {
            name: {q: value for q, value in values.items() if value is not None}
            for name, values in quantiles.items()
        },
    }


def stats(steps: Sequence[Fields], now: Fields) -> Fields:
    """Return the statistics after steps as the probe plays them, looked at with what is so now."""
    resets = [index for index, step in enumerate(steps) if step["play"] == "reset"]
    since = steps[resets[-1] + 1 :] if resets else steps

    def played(play: str) -> list[Fields]:
        return [step for step in since if step["play"] == play]

    events = [{**step["fields"], "type": step["type"]} for step in played("emit")]
    groups = groups_of(events)
    counters = groups["counters"]
    selected, evaluated = played("selected"), played("evaluated")
    decisions = [event.get("decision") or {} for event in events if event["type"] == "press"]
    known = [step["facts"] for step in played("settled")] + now["open"]
    return {
        **groups,
        "counters": {**counters, "resets": len(resets)},
        "press": {
            **groups["press"],
            **{
                name: aggregate(decision.get(name) for decision in decisions)
                for name in ("waitDelta", "actualWait")
            },
        },
        "selection": {
            "candidates": sum(step["candidates"] for step in selected),
            "chosen": sum(step["candidates"] > 0 for step in selected),
            "switches": sum(step["switch"] for step in selected),
            "gatedWithinGrace": len(played("gated")),
        },
        "latency": {
            **groups["latency"],
            "activation": now["activation"],
            "counters": {name: counters[name] for name in counters if name.startswith("latency")},
        },
        "timeline": {
            "scheduleLifetime": aggregate(
                event.get("lifetime") for event in events if event["type"] == "schedule-cleared"
            ),
            "achievedLead": aggregate(facts.get("achieved_lead_s") for facts in known),
            "leadDelta": aggregate(facts.get("lead_delta_s") for facts in known),
        },
        "performance": {
            "evaluations": len(evaluated),
            "ballsEvaluated": sum(step["balls"] for step in evaluated),
        },
        "adaptiveState": now["adaptive_state"],
    }


class _Events:
    def __init__(self, events: Sequence[Fields]) -> None:
        self._events = events

    def of(self, kind: str) -> list[Fields]:
        return [event for event in self._events if event["type"] == kind]

    def values(self, kind: str, name: str) -> list[Any]:
        return [event.get(name) for event in self.of(kind)]

    def window(self, kind: str, name: str) -> list[float]:
        return [value for value in self.values(kind, name) if value is not None][-WINDOW:]

    def aggregates(self, kind: str, names: str) -> Fields:
        return {name: aggregate(self.values(kind, name)) for name in names.split()}


def _tally(texts: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(text for text in texts if text is not None))


def _counters(of: _Events) -> dict[str, int]:
    accepted, sources = (
        of.values("latency-sample", "accepted"),
        of.values("latency-sample", "source"),
    )
    return {
        "schedule": len(of.of("schedule")),
        "scheduleCleared": len(of.of("schedule-cleared")),
        "press": len(of.of("press")),
        "success": len(of.of("success")),
        "threat": len(of.of("threat")),
        "latency": len(accepted),
        "latencyAccepted": accepted.count(True),
        "latencyRejected": accepted.count(False),
        "latencyLocal": sources.count("local"),
        "latencyRemote": sources.count("remote"),
    }


def _press(of: _Events) -> Fields:
    presses = of.of("press")
    tuned = [press.get("smartTuning", {}).get("applied", {}) for press in presses]
    reasons = of.values("press", "scheduledReason")
    return {
        **of.aggregates(
            "press",
            "activationLatency adaptiveBias reactionTime decisionTime decisionToPressTime",
        ),
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


def _latency(of: _Events) -> Fields:
    accepted = [sample for sample in of.of("latency-sample") if sample["accepted"]]
    return {
        "accepted": aggregate(sample["value"] for sample in accepted),
        "localAccepted": aggregate(s["value"] for s in accepted if s["source"] == "local"),
        "remoteAccepted": aggregate(s["value"] for s in accepted if s["source"] == "remote"),
    }


def _cancellations(of: _Events) -> Fields:
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
