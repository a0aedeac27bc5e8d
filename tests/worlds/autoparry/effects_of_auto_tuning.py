"""The keys of `autoTuning`: when it runs by itself, and what its changes are made of."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

from .duel import FIXED, FRAME_S, ball, hitch
from .effect import Effect, Options, Row, Setting, near
from .reference_options import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .duel import Trace

PING_S, SPEED = 0.095, 160
READY: Options = {"enabled": True, "minSamples": 3}
CHANGED = ["activationLatency", "pressReactionBias", "pressScheduleSlack"]


def lessons(count: int, delay_ms: float = 40, **options: Any) -> Setting:
    """Return the setting of balls whose presses work late; a stall holds back the first of them."""
    spawns = (ball(0.35 * n, f"b{n}", 98, SPEED) for n in range(count))
    timeline = (*spawns, hitch(0.29, 0.05))
    return Setting(timeline, {**FIXED, **options}, engine={"inputDelayMs": delay_ms})


THREE = lessons(3)


def state(trace: Trace) -> dict[str, Any]:
    return dict(trace.section["autoparry"]["autoTuningState"])


def answers(trace: Trace) -> list[float]:
    return [at_s for at_s, _ in trace.events("parry-success")]


def changes(trace: Trace) -> dict[str, float]:
    return dict(state(trace)["lastResult"]["deltas"])


def updates(trace: Trace) -> dict[str, float]:
    return dict(state(trace)["lastResult"]["updates"])


def runs(trace: Trace) -> tuple[bool, str | None]:
    """Tell whether it is enabled, and what came of its last run."""
    return state(trace)["enabled"], state(trace).get("lastStatus")


# What three presses say, by what the game shows of them.


def lead_delta(trace: Trace) -> float:
    pairs = zip(trace.presses, answers(trace), strict=True)
    return fmean(press.planned_s - (at_s - PING_S / 2) for press, at_s in pairs)


def wait_delta(trace: Trace) -> float:
    late = [press.at_s - press.planned_s for press in trace.presses]
    assert max(late) > 0.02
    return fmean(late_s if late_s > FRAME_S else 0 for late_s in late)


def latency(trace: Trace) -> float:
    pairs = zip(trace.presses, answers(trace), strict=True)
    return fmean(at_s - press.at_s for press, at_s in pairs)


def effect(
    key: str, measure: Callable[[Trace], Any], *rows: Row, setting: Setting = THREE, **given: Any
) -> Effect:
    own = {name: value for name, value in {**READY, **given}.items() if name != key}
    return Effect(f"autoTuning.{key}", setting.under(autoTuning=own), measure, rows)


def gain(key: str, measure: Callable[[Trace], float], *values: float) -> Effect:
    """Return an effect whose measure is the key's value."""
    return effect(key, measure, *((value, near(value)) for value in values))


def cap(key: str, option: str, setting: Setting, *values: float) -> Effect:
    """Return an effect on what an option is after a change that asks for more."""
    return effect(
        key,
        lambda trace: trace.section["autoparry"]["config"][option],
        *((value, near(value)) for value in values),
        setting=setting,
    )


def changed(trace: Trace) -> list[str]:
    return sorted(updates(trace))


def rehearsed(trace: Trace) -> tuple[bool, bool]:
    """Tell whether the last run was a rehearsal, and whether its updates are in force."""
    config = trace.section["autoparry"]["config"]
    in_force = [config[key] == value for key, value in updates(trace).items()]
    assert in_force
    assert any(in_force) == all(in_force)
    return state(trace)["lastResult"]["dryRun"], all(in_force)


def settled_presses(trace: Trace) -> int:
    """Return how many presses were answered before the last run."""
    return sum(at_s <= state(trace)["lastRun"] for at_s in answers(trace))


OFF = (False, None)

EFFECTS = (
    Effect(
        "autoTuning",
        THREE,
        runs,
        (
            (DEFAULTS["autoTuning"], OFF),
            (READY, (True, "updates")),
            ({"enabled": True}, (True, None)),
            (True, OFF),
            (False, OFF),
            (None, OFF),
        ),
    ),
    effect("enabled", runs, (False, OFF), (True, (True, "updates"))),
    effect("minSamples", runs, (9, (True, None)), (3, (True, "updates"))),
    effect("intervalSeconds", settled_presses, (30, 3), (0.2, 6), setting=lessons(6)),
    effect(
        "allowWhenSmartTuning",
        runs,
        (False, (True, "skipped")),
        (True, (True, "updates")),
        setting=lessons(3, smartTuning=True),
    ),
    effect("dryRun", rehearsed, (False, (False, True)), (True, (True, False))),
    gain(
        "leadGain",
        lambda trace: -changes(trace)["pressReactionBias"] / lead_delta(trace),
        0.75,
        0.4,
    ),
    gain(
        "slackGain",
        lambda trace: changes(trace)["pressScheduleSlack"] / wait_delta(trace),
        0.65,
        0.9,
    ),
    gain(
        "latencyGain",
        lambda trace: changes(trace)["activationLatency"] / (latency(trace) - 0.12),
        *(0.65, 0.2),
    ),
    effect(
        "leadTolerance",
        changed,
        (0.004, CHANGED),
        (0.2, ["activationLatency", "pressScheduleSlack"]),
    ),
    effect(
        "waitTolerance",
        changed,
        (0.0025, CHANGED),
        (0.1, ["activationLatency", "pressReactionBias"]),
    ),
    cap(
        "maxReactionBias",
        "pressReactionBias",
        lessons(3, pressReactionBias=0.22),
        *(0.24, 0.23),
    ),
    cap(
        "maxScheduleSlack",
        "pressScheduleSlack",
        lessons(3, pressScheduleSlack=0.078),
        *(0.08, 0.079),
    ),
    cap(
        "maxActivationLatency",
        "activationLatency",
        lessons(3, delay_ms=300, activationLatency=0.36),
        *(0.35, 0.3),
    ),
    effect("minDelta", changed, (0.0003, CHANGED), (0.03, ["pressReactionBias"])),
    effect(
        "maxAdjustmentsPerRun",
        changed,
        (3, CHANGED),
        (1, ["pressReactionBias"]),
    ),
)
