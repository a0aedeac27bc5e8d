"""Smart tuning and the adaptive bias, written a second time: what they show after each step."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

from .reference_options import DEFAULTS, configured

__all__ = ["APPLIED", "Tuning", "adaptive_biases", "quantile"]

# Of each tuned value: the option where it begins, the key of its share, the key that keeps it up.
APPLIED = {
    "reactionBias": ("pressReactionBias", "reactionAlpha", "enforceBaseReaction"),
    "scheduleSlack": ("pressScheduleSlack", "slackAlpha", "enforceBaseSlack"),
    "confidencePadding": ("pressConfidencePadding", "confidenceAlpha", "enforceBaseConfidence"),
}
MEASURED = ("sigma", "mu", "muPlus", "muMinus", "delta", "ping", "overshoot", "scheduleLead")

# A sample, and the share with which it counts.
Samples = list[tuple[float, float]]


def clamp(value: float, low: float, high: float) -> float:
    """Return the number of the range that is closest to the value; `high` if there is no range."""
    return sorted((value, low, high))[1] if low <= high else high


def quantile(samples: list[float], q: float) -> float:
    place = math.floor(q * (len(samples) - 1) + 1.5)
    return sorted(samples)[min(max(place, 1), len(samples)) - 1]


def average(samples: Samples) -> float:
    """Return the moving average that begins with the first sample; 0 without any."""
    if not samples:
        return 0.0
    return reduce(
        lambda y, sample: y + min(sample[1], 1.0) * (sample[0] - y), samples[1:], samples[0][0]
    )


class Tuning:
    """One tuning and its configuration; `play` takes the steps that the probe takes."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = dict(DEFAULTS)
        self.commit: list[float] = []
        self.lookahead: list[float] = []
        self.restart()

    def restart(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.deltas: Samples = []
        self.pings: Samples = []
        self.lates: Samples = []
        self.applied: dict[str, float] = {}
        self.targets: dict[str, float] = {}

    @property
    def options(self) -> dict[str, Any] | None:
        given = self.config["smartTuning"]
        return given if given and given["enabled"] else None

    @property
    def base(self) -> dict[str, float]:
        return {name: self.config[option] for name, (option, _, _) in APPLIED.items()}

    def play(self, kind: str, what: Any) -> None:
        getattr(self, f"_{kind}")(what)

    def _configure(self, overrides: dict[str, Any]) -> None:
        after = configured(self.config, overrides)
        assert isinstance(after, dict)
        self.config = after

    def _commit(self, samples: list[float]) -> None:
        self.commit += samples

    def _lookahead(self, samples: list[float]) -> None:
        self.lookahead += samples

    def _reset(self, _: Any) -> None:
        self.restart()

    def _follow(self, _: Any) -> None:
        if self.options is None:
            self.restart()
        else:
            self.applied = self.kept_up()

    def _late(self, late_s: float) -> None:
        if self.options is not None:
            self.lates.append((max(late_s, 0.0), self.options["overshootAlpha"]))

    def _update(self, facts: dict[str, Any]) -> None:
        options = self.options
        if options is None:
            self.restart()
            return
        self.updates.append(facts)
        self.deltas.append((facts["delta_s"], options["deltaAlpha"]))
        self.pings.append((facts["ping_s"], options["pingAlpha"]))
        self.sigma = max(facts["sigma"], options["sigmaFloor"])
        self.targets = self.aims(facts, options)
        before = self.applied or self.base
        self.applied = {
            name: average([(before[name], 1.0), (self.targets[name], options[alpha])])
            for name, (_, alpha, _) in APPLIED.items()
        }
        self.applied = self.kept_up()

    def aims(self, facts: dict[str, Any], options: dict[str, Any]) -> dict[str, float]:
        over = deficit = 0.0
        if len(self.commit) >= 6:
            over = max(quantile(self.commit, 0.99) - options["commitP99Target"], 0.0)
        if len(self.lookahead) >= 4:
            ahead = quantile(self.lookahead, options["lookaheadQuantile"])
            deficit = max(options["lookaheadGoal"] - ahead, 0.0)
        slack_range = options["minSlack"], options["maxSlack"]
        slack = clamp(self.sigma / max(facts["vr"], 1.0) * options["sigmaLead"], *slack_range)
        slack -= options["commitSlackGain"] * over
        slack += options["lookaheadSlackGain"] * deficit
        reaction = (
            average(self.deltas) * options["reactionLatencyShare"]
            + average(self.lates) * options["overshootShare"]
            + over * options["commitReactionGain"]
            + deficit * options["lookaheadReactionGain"]
        )
        return {
            "reactionBias": clamp(reaction, options["minReactionBias"], options["maxReactionBias"]),
            "scheduleSlack": clamp(slack, *slack_range),
            "confidencePadding": clamp(
                self.sigma * options["sigmaConfidence"],
                options["minConfidence"],
                options["maxConfidence"],
            ),
        }

    def kept_up(self) -> dict[str, float]:
        """Return the applied values, none below an option that it may not be below."""
        options = self.options or {}
        return {
            name: max(value, self.base[name]) if options[APPLIED[name][2]] else value
            for name, value in self.applied.items()
        }

    def shown(self) -> dict[str, Any]:
        """Return what the probe shows."""
        is_on = self.options is not None
        nested: dict[str, Any] = {"enabled": is_on, "base": self.base}
        if is_on:
            nested["target"] = self.targets or self.base
            nested |= {"applied": self.kept_up()} if self.applied else {}
        return {
            "fields": self.applied,
            "is_enabled": is_on,
            "nested": nested,
            "snapshot": self.snapshot(),
        }

    def snapshot(self) -> dict[str, Any]:
        is_on = self.options is not None
        targets = self.targets if is_on and self.targets else self.base
        shown: dict[str, Any] = {
            "enabled": is_on,
            "lastUpdate": 0.0,
            "updateCount": 0,
            **{f"base{name[0].upper()}{name[1:]}": value for name, value in self.base.items()},
            **{f"target{name[0].upper()}{name[1:]}": value for name, value in targets.items()},
            **dict.fromkeys(MEASURED, 0.0),
        }
        if not is_on:
            return shown
        shown |= {"overshoot": average(self.lates), **self.kept_up()}
        if self.updates:
            last = self.updates[-1]
            shown |= {
                "lastUpdate": last["now"],
                "updateCount": len(self.updates),
                "lastBallId": last["ball_id"],
                "sigma": self.sigma,
                "mu": last["mu"],
                "muPlus": last["mu_plus"],
                "muMinus": last["mu_minus"],
                "delta": average(self.deltas),
                "ping": average(self.pings),
                "scheduleLead": last["lead_s"],
            }
        return shown


def adaptive_biases(settled: list[tuple[float, bool]]) -> list[float]:
    """Return the bias after each settled press: (lead delta, whether smart tuning was on)."""
    targets: Samples = [
        (0.0 if is_smart else clamp(-lead_delta_s, -0.03, 0.08), 0.45)
        for lead_delta_s, is_smart in settled
    ]
    return [average(targets[:count]) for count in range(1, len(targets) + 1)]
