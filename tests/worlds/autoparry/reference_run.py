"""The statistics of a run, worked out anew from the telemetry events that a listener heard."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .reference_telemetry import aggregate, quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FRAME_S = 1 / 240
ROUNDING_S = 1e-9
SAMPLES_KEPT = 512
ANSWER_LATEST_S = 5.0
CONFIGURED_BIAS_S = 0.02

Fields = dict[str, Any]

__all__ = ["Kept", "statistics"]


@dataclass
class Kept:
    """How a scheduled press kept to the last placing of its timer."""

    ball_id: str
    pressed_s: float
    actual_wait_s: float
    wait_delta_s: float
    achieved_lead_s: float
    lead_delta_s: float
    effective_s: float | None = field(default=None)

    @classmethod
    def of(cls, cleared: Fields, auto_bias_s: float) -> Kept:
        pressed_s, waited_s = cleared["time"], cleared["timeSinceUpdate"]
        placed_s = pressed_s - waited_s
        planned_wait_s = max(cleared["previousPressAt"] - placed_s, 0)
        is_on_time = abs(pressed_s - cleared["previousPressAt"]) <= FRAME_S + ROUNDING_S
        achieved_s = cleared["previousPredictedImpact"] - waited_s
        return cls(
            ball_id=cleared["ballId"],
            pressed_s=pressed_s,
            actual_wait_s=waited_s,
            wait_delta_s=0 if is_on_time else waited_s - planned_wait_s,
            achieved_lead_s=achieved_s,
            lead_delta_s=achieved_s - (cleared["previousLead"] - auto_bias_s),
        )

    @property
    def late_s(self) -> float:
        """How much later than the key the press took effect, as far as anybody said."""
        return 0 if self.effective_s is None else self.effective_s - self.pressed_s


def statistics(
    events: Sequence[Fields], pings_s: dict[int, float], configured_s: Sequence[float] = ()
) -> Fields:
    """Return the groups of the statistics that events tell all of.

    `events` is everything that was heard, in order; `pings_s` the ping when a success came, by the
    number of its event; `configured_s` when the options were set, and not to another bias.
    """
    resets = [place for place, event in enumerate(events) if event["type"] == "telemetry-reset"]
    since = list(events[resets[-1] + 1 :])
    kept = _kept(since, _bias_changes(events, configured_s), pings_s)
    return {
        "counters": {**_counters(since)},
        "schedule": _schedule(_of(since, "schedule")),
        "press": _press(_of(since, "press"), kept),
        "latency": _latency(_of(since, "latency-sample")),
        "success": {
            "latency": aggregate(event.get("latency") for event in _of(since, "success")),
            "acceptedCount": sum(event["accepted"] for event in _of(since, "success")),
        },
        "cancellations": _cancellations(_of(since, "schedule-cleared")),
        "timeline": {
            "scheduleLifetime": aggregate(_lifetimes(since)),
            "achievedLead": aggregate(one.achieved_lead_s - one.late_s for one in kept),
            "leadDelta": aggregate(one.lead_delta_s - one.late_s for one in kept),
        },
        "threat": {
            **_aggregates(_of(since, "threat"), "score confidence"),
            "statusCounts": _tally(event["status"] for event in _of(since, "threat")),
        },
        "quantiles": {
            "commitLatency": _quantile("p99", 0.99, since, "press", "decisionToPressTime"),
            "scheduleLookahead": _quantile("p10", 0.1, since, "schedule", "eta"),
        },
    }


def _of(events: Sequence[Fields], kind: str) -> list[Fields]:
    return [event for event in events if event["type"] == kind]


def _tally(texts: Iterable[str]) -> dict[str, int]:
    return dict(Counter(texts))


def _aggregates(events: Sequence[Fields], names: str) -> Fields:
    return {name: aggregate(event[name] for event in events) for name in names.split()}


def _quantile(name: str, q: float, events: Sequence[Fields], kind: str, key: str) -> Fields:
    found = quantile([event[key] for event in _of(events, kind)][-SAMPLES_KEPT:], q)
    return {} if found is None else {name: found}


def _bias_changes(
    events: Sequence[Fields], configured_s: Sequence[float]
) -> list[tuple[float, float]]:
    """Return what adjustments have added to the bias, each sum with the time since when."""
    told: list[tuple[float, Fields | None]] = [(at_s, None) for at_s in configured_s]
    told += [(event["time"], event) for event in events]
    changes, bias_s, added_s = [], CONFIGURED_BIAS_S, 0.0
    for at_s, event in sorted(told, key=lambda one: one[0]):
        if event is None:
            added_s = 0.0
        elif event.get("reason") == "config-reset":
            bias_s, added_s = CONFIGURED_BIAS_S, 0.0
        elif event.get("source") in {"manual", "auto"}:
            changed_s = event["updates"].get("pressReactionBias", bias_s)
            bias_s, added_s = changed_s, added_s + changed_s - bias_s
        else:
            continue
        changes.append((at_s, added_s))
    return changes


def _kept(
    since: Sequence[Fields],
    changes: Sequence[tuple[float, float]],
    pings_s: dict[int, float],
) -> list[Kept]:
    """Return the scheduled presses, each with when it took effect if it was answered."""
    made: list[Kept] = []
    # Every press waits for its answer, also one that had no schedule.
    waiting: list[tuple[str, float, Kept | None]] = []
    cleared: Fields = {}
    for event in since:
        if event["type"] == "schedule-cleared":
            cleared = event
        elif event["type"] == "press":
            one = None
            if not event["immediate"]:
                assert (cleared["ballId"], cleared["reason"]) == (event["ballId"], "pressed")
                placed_s = cleared["time"] - cleared["timeSinceUpdate"]
                # What a plan changes in a frame holds for what that frame places.
                before = [added_s for at_s, added_s in changes if at_s <= placed_s + ROUNDING_S]
                one = Kept.of(cleared, before[-1] if before else 0)
                made.append(one)
            waiting.append((event["ballId"], event["time"], one))
        elif event["type"] == "success":
            _answer(waiting, event, pings_s[event["sequence"]])
    return made


def _answer(waiting: list[tuple[str, float, Kept | None]], event: Fields, ping_s: float) -> None:
    """Give an answer to the newest press of its ball that is at least half a ping old."""
    for place in reversed(range(len(waiting))):
        ball_id, pressed_s, one = waiting[place]
        age_s = event["time"] - pressed_s
        if ball_id == event["ballId"] and ping_s / 2 - ROUNDING_S <= age_s <= ANSWER_LATEST_S:
            del waiting[place]
            if one:
                one.effective_s = event["time"] - ping_s / 2
            return


def _lifetimes(since: Sequence[Fields]) -> list[float]:
    """Return how long each schedule lasted, from its first event to its last."""
    began: dict[str, float] = {}
    found = []
    for event in since:
        if event["type"] == "schedule":
            assert event["ballId"] not in began
            began[event["ballId"]] = event["time"]
        elif event["type"] == "schedule-cleared":
            # One that was made before the statistics were reset says itself how old it is.
            start_s = began.pop(event["ballId"], event["time"] - event["lifetime"])
            found.append(event["time"] - start_s)
    return found


def _counters(since: Sequence[Fields]) -> dict[str, int]:
    samples = _of(since, "latency-sample")
    return {
        "schedule": len(_of(since, "schedule")),
        "scheduleCleared": len(_of(since, "schedule-cleared")),
        "press": len(_of(since, "press")),
        "success": len(_of(since, "success")),
        "threat": len(_of(since, "threat")),
        "latency": len(samples),
        "latencyAccepted": sum(sample["accepted"] for sample in samples),
        "latencyRejected": sum(not sample["accepted"] for sample in samples),
        "latencyLocal": sum(sample["source"] == "local" for sample in samples),
        "latencyRemote": sum(sample["source"] == "remote" for sample in samples),
    }


def _schedule(made: Sequence[Fields]) -> Fields:
    names = "lead slack eta predictedImpact activationLatency adaptiveBias"
    reasons = _tally(event["reason"] for event in made)
    return {**_aggregates(made, names), "reasonCounts": reasons}


def _press(presses: Sequence[Fields], kept: Sequence[Kept]) -> Fields:
    names = "activationLatency adaptiveBias reactionTime decisionTime decisionToPressTime"
    reasons = [press["scheduledReason"] for press in presses if "scheduledReason" in press]
    applied = [press["smartTuning"]["applied"] or {} for press in presses]
    return {
        **_aggregates(presses, names),
        "waitDelta": aggregate(one.wait_delta_s for one in kept),
        "actualWait": aggregate(one.actual_wait_s for one in kept),
        "immediateCount": sum(press["immediate"] for press in presses),
        "forcedCount": sum(press["forced"] for press in presses),
        "scheduledCount": len(reasons),
        "unscheduledCount": len(presses) - len(reasons),
        "scheduledReasons": _tally(reasons),
        "smart": {
            name: aggregate(values.get(name) for values in applied)
            for name in ("reactionBias", "scheduleSlack", "confidencePadding")
        },
    }


def _latency(samples: Sequence[Fields]) -> Fields:
    accepted = [sample for sample in samples if sample["accepted"]]

    def of(source: str) -> Fields:
        return aggregate(sample["value"] for sample in accepted if sample["source"] == source)

    return {
        "accepted": aggregate(sample["value"] for sample in accepted),
        "localAccepted": of("local"),
        "remoteAccepted": of("remote"),
    }


def _cancellations(cleared: Sequence[Fields]) -> Fields:
    reasons = [event["reason"] for event in cleared]
    called_off = [reason for reason in reasons if reason not in {"pressed", "ready-to-press"}]
    return {
        "total": len(called_off),
        "stale": called_off.count("schedule-stale"),
        "reasonCounts": _tally(called_off),
    }
