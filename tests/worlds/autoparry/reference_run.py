"""The statistics of a run, worked out anew from the telemetry events that a listener heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .reference_telemetry import aggregate, groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME_S = 1 / 240
ROUNDING_S = 1e-9
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
    groups = groups_of(since)
    return {
        **groups,
        "press": {
            **groups["press"],
            "waitDelta": aggregate(one.wait_delta_s for one in kept),
            "actualWait": aggregate(one.actual_wait_s for one in kept),
        },
        "timeline": {
            "scheduleLifetime": aggregate(_lifetimes(since)),
            "achievedLead": aggregate(one.achieved_lead_s - one.late_s for one in kept),
            "leadDelta": aggregate(one.lead_delta_s - one.late_s for one in kept),
        },
    }


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
