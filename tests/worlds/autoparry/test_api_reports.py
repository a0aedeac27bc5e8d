"""The reports of AutoParry in a run: what each returns, and how they fit to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import REMOTE, Duel, Trace, ball, call, configure
from .listening import LISTENER, answers, asking, heard, of_type
from .timelines import eventful

if TYPE_CHECKING:
    from conftest import Bench

AGGREGATE = {"count", "min", "max", "mean", "stdDev"}
COUNTERS = {
    "schedule", "scheduleCleared", "press", "success", "latency", "latencyAccepted",
    "latencyRejected", "latencyLocal", "latencyRemote", "threat", "resets",
}  # fmt: skip
STATS = {
    "counters": COUNTERS,
    "schedule": {
        "lead", "slack", "eta", "predictedImpact", "activationLatency", "adaptiveBias",
        "reasonCounts",
    },
    "press": {
        "waitDelta", "actualWait", "activationLatency", "adaptiveBias", "reactionTime",
        "decisionTime", "decisionToPressTime", "immediateCount", "forcedCount", "scheduledCount",
        "unscheduledCount", "scheduledReasons", "smart",
    },
    "selection": {"candidates", "chosen", "switches", "gatedWithinGrace"},
    "latency": {"accepted", "localAccepted", "remoteAccepted", "activation", "counters"},
    "success": {"latency", "acceptedCount"},
    "cancellations": {"total", "stale", "reasonCounts"},
    "timeline": {"scheduleLifetime", "achievedLead", "leadDelta"},
    "threat": {"statusCounts", "score", "confidence"},
    "performance": {"evaluations", "ballsEvaluated"},
    "quantiles": {"commitLatency", "scheduleLookahead"},
    "adaptiveState": {"reactionBias", "lastUpdate"},
}  # fmt: skip
SUMMARY = {
    "averageLatency", "averageActivationLatency", "averageWaitDelta", "leadDeltaMean",
    "achievedLeadMean", "scheduleLifetimeMean", "adaptiveBias", "immediateRate",
    "cancellationCount", "cancellationRate", "successRate", "commitLatencyP99",
    "scheduleLookaheadP10", "scheduleLookaheadMin",
}  # fmt: skip
ADJUSTMENTS = {
    "updates", "deltas", "reasons", "status", "minSamples", "stats", "summary", "previousConfig",
    "options",
}  # fmt: skip
TUNED = {"reactionBias", "scheduleSlack", "confidencePadding"}
SMART = {
    "enabled", "lastUpdate", "baseReactionBias", "baseScheduleSlack", "baseConfidencePadding",
    "targetReactionBias", "targetScheduleSlack", "targetConfidencePadding", "sigma", "mu", "muPlus",
    "muMinus", "delta", "ping", "overshoot", "scheduleLead", "updateCount",
}  # fmt: skip
AUTO = {
    "enabled", "intervalSeconds", "minSamples", "allowWhenSmartTuning", "dryRun", "leadGain",
    "slackGain", "latencyGain", "leadTolerance", "waitTolerance", "maxReactionBias",
    "maxScheduleSlack", "maxActivationLatency", "minDelta", "maxAdjustmentsPerRun", "lastRun",
}  # fmt: skip
AUTO_RAN = {"lastStatus", "lastSummary", "lastAdjustments", "lastResult"}
STATUSES = {
    "dataset", "timing", "slack", "latency", "success", "cancellations", "immediates",
    "commit-latency", "lookahead",
}  # fmt: skip
# What the script asks for beside the getters, each under a name of its own.
SCRIPT = f"""
{LISTENER}
local GETTERS = {{
    "getTelemetryStats", "getTelemetrySnapshot", "getDiagnosticsReport", "getTelemetryInsights",
    "buildTelemetryAdjustments", "getAutoTuningState", "getSmartTuningSnapshot", "getConfig",
}}
function W:ask()
    for _, name in ipairs(GETTERS) do self:tell(name, self.api[name]()) end
end
function W:rehearse()
    self:tell("rehearsed", self.api.applyTelemetryAdjustments({{ dryRun = true, minSamples = 1 }}))
end
function W:adjust()
    self:tell("adjusted", self.api.applyTelemetryAdjustments({{ minSamples = 1 }}))
end
function W:run()
    local result, err = self.api.runAutoTuning({{ minSamples = 1, dryRun = true }})
    self:tell("ran", result or err)
end
function W:ask_off()
    local result, err = self.api.runAutoTuning(nil, false)
    self:say(result, err)
end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


@pytest.fixture(scope="module")
def trace(duel: Duel) -> Trace:
    return duel(
        *eventful(), call(0.01, "ask"), call(2.9, "run"), call(2.92, "ask"), call(2.94, "rehearse"),
        call(2.95, "adjust"), call(2.96, "ask_off"), script=SCRIPT, engine={"settleLimit": 0.25},
    )  # fmt: skip


def last(trace: Trace, name: str) -> Any:
    return answers(trace, name)[-1]


def test_the_statistics_have_their_groups(trace: Trace) -> None:
    stats = last(trace, "getTelemetryStats")
    assert {name: set(group) for name, group in stats.items()} == STATS
    assert set(stats["press"]["smart"]) == TUNED
    assert set(stats["latency"]["counters"]) < COUNTERS
    assert set(stats["quantiles"]["commitLatency"]) == {"p99"}
    assert set(stats["quantiles"]["scheduleLookahead"]) == {"p10"}
    for group in ("lead", "slack", "eta"):
        assert set(stats["schedule"][group]) == AGGREGATE
    first = answers(trace, "getTelemetryStats")[0]
    assert first["timeline"]["leadDelta"] == first["success"]["latency"] == {"count": 0}
    assert first["quantiles"]["commitLatency"] == {}


def test_the_snapshot_shows_the_telemetry_as_it_stands(trace: Trace) -> None:
    snapshot = last(trace, "getTelemetrySnapshot")
    assert set(snapshot) == {
        "sequence", "history", "activationLatency", "remoteLatencyActive", "lastEvent",
        "smartTuning", "targetingSafe", "stats", "adaptiveState", "summary", "adaptiveProfile",
    }  # fmt: skip
    assert snapshot["lastEvent"] == snapshot["history"][-1]
    assert snapshot["sequence"] == snapshot["lastEvent"]["sequence"]
    assert snapshot["stats"] == last(trace, "getTelemetryStats")
    assert snapshot["adaptiveState"] == snapshot["stats"]["adaptiveState"]
    assert snapshot["activationLatency"] == snapshot["stats"]["latency"]["activation"] != 0.12
    assert snapshot["remoteLatencyActive"] is True
    assert set(snapshot["summary"]) == SUMMARY
    assert snapshot["smartTuning"] == last(trace, "getSmartTuningSnapshot")
    heard_last = [e for e in heard(trace) if e["sequence"] == snapshot["sequence"]]
    assert heard_last == [snapshot["lastEvent"]]


def test_the_profile_says_how_far_the_metrics_were_from_their_targets(trace: Trace) -> None:
    profile = last(trace, "getTelemetrySnapshot")["adaptiveProfile"]
    named = {key for key in profile if key not in {"updatedAt", "pressCount", "scheduleCount"}}
    assert named <= {
        f"{name}{kind}"
        for name in ("wait", "lead", "commit", "latency", "lookahead")
        for kind in ("Debt", "Surplus", "Relief")
    }
    assert all(0 < profile[name] <= 1 for name in named)
    # The late input keeps the lead from what was planned, and balls come from too near.
    assert {"leadDebt", "lookaheadDebt"} <= named
    assert profile["updatedAt"] == max(event["time"] for event in of_type(trace, "success"))
    # Nothing is compared before a press is settled; the counts are those of now.
    first = answers(trace, "getTelemetrySnapshot")[0]
    counters = first["stats"]["counters"]
    assert first["adaptiveProfile"] == {
        "updatedAt": 0, "pressCount": counters["press"], "scheduleCount": counters["schedule"],
    }  # fmt: skip


def test_the_diagnostics_are_made_of_the_other_reports(trace: Trace) -> None:
    report, insights = last(trace, "getDiagnosticsReport"), last(trace, "getTelemetryInsights")
    assert set(report) == {
        "generatedAt", "counters", "stats", "summary", "smartTuningEnabled", "adaptiveState",
        "recommendations", "adjustments", "config", "insights",
    }  # fmt: skip
    assert report["generatedAt"] == pytest.approx(2.92, abs=0.005)
    assert report["insights"] == insights
    assert report["recommendations"] == insights["recommendations"] != []
    assert report["counters"] == report["stats"]["counters"]
    assert report["config"] == last(trace, "getConfig")
    assert report["smartTuningEnabled"] is False
    (first, *_) = answers(trace, "getDiagnosticsReport")
    assert first["recommendations"][0].startswith("pressCount 0 presses")


def test_the_insights_judge_every_metric(trace: Trace) -> None:
    insights = last(trace, "getTelemetryInsights")
    assert set(insights) == {
        "samples", "metrics", "statuses", "severity", "recommendations", "adjustments", "config",
        "smartTuningEnabled", "autoTuning", "summary", "stats",
    }  # fmt: skip
    stats = insights["stats"]
    assert insights["samples"] == {
        "press": stats["counters"]["press"], "schedule": stats["counters"]["schedule"],
        "latency": stats["latency"]["accepted"]["count"], "success": stats["counters"]["success"],
    }  # fmt: skip
    assert set(insights["statuses"]) == STATUSES
    assert {frozenset(row) for row in insights["statuses"].values()} == {
        frozenset({"level", "message", "payload"})
    }
    levels = [row["level"] for row in insights["statuses"].values()]
    assert insights["severity"] == max(levels, key=["info", "warning", "critical"].index)
    assert insights["metrics"] == insights["summary"]
    assert insights["autoTuning"] == last(trace, "getAutoTuningState")
    assert set(insights["adjustments"]) == {"status", "updates", "deltas", "reasons", "minSamples"}


def test_adjustments_change_something_when_they_are_applied_and_only_then(trace: Trace) -> None:
    built, rehearsed, adjusted = (
        last(trace, name) for name in ("buildTelemetryAdjustments", "rehearsed", "adjusted")
    )
    assert set(built) == set(rehearsed) == ADJUSTMENTS
    assert set(adjusted) == ADJUSTMENTS | {"appliedAt", "newConfig"}
    assert rehearsed["status"] == adjusted["status"] == "updates"
    assert rehearsed["updates"] == adjusted["updates"]
    before, after = adjusted["previousConfig"], adjusted["newConfig"]
    assert {key: after[key] for key in after if after[key] != before.get(key)} == adjusted[
        "updates"
    ]
    assert adjusted["deltas"] == pytest.approx(
        {key: value - before[key] for key, value in adjusted["updates"].items()}
    )
    (event,) = of_type(trace, "config-adjustment")
    assert event["updates"] == adjusted["updates"]


def test_auto_tuning_says_what_it_did_last(trace: Trace) -> None:
    first, state = answers(trace, "getAutoTuningState")
    assert (set(first), set(state)) == (AUTO, AUTO | AUTO_RAN)
    assert (first["lastRun"], state["lastRun"]) == (0, pytest.approx(2.9, abs=0.005))
    ran = last(trace, "ran")
    assert state["lastResult"] == {
        "status": ran["status"], "updates": ran["updates"], "deltas": ran["deltas"], "dryRun": True,
    }  # fmt: skip
    assert state["lastStatus"] == state["lastAdjustments"]["status"] == ran["status"] == "updates"
    assert state["lastSummary"] == ran["summary"]
    assert [row["text"] for _, row in trace.events("said") if "text" in row] == ["nil disabled"]


def test_smart_tuning_shows_targets_and_what_is_in_force(duel: Duel) -> None:
    script = asking("getSmartTuningSnapshot")
    found = duel(
        REMOTE, call(0.05, "ask"), ball(0.1, "a", 170, 160), call(0.5, "ask"),
        configure(1.5, smartTuning=False), call(1.6, "ask"), script=script,
        options={"smartTuning": True},
    )  # fmt: skip
    before, during, after = answers(found, "getSmartTuningSnapshot")
    assert (set(before), set(after)) == (SMART, SMART)
    assert set(during) == SMART | TUNED | {"lastBallId"}
    assert (before["enabled"], during["enabled"], after["enabled"]) == (True, True, False)
    assert (before["updateCount"], during["lastBallId"]) == (0, "a")
    # Once in each frame from the first sight on.
    assert during["updateCount"] == round((during["lastUpdate"] - 0.1) * 240) + 1
    assert during["ping"] == pytest.approx(0.095)
    assert during["delta"] == pytest.approx(0.095 / 2 + 0.12)
    assert during["targetReactionBias"] == pytest.approx(during["delta"] / 2)
    (press,) = of_type(found, "press")
    nested = press["smartTuning"]
    assert set(nested["base"]) == set(nested["target"]) == set(nested["applied"]) == TUNED
    assert nested["base"]["reactionBias"] == during["baseReactionBias"]
    assert nested["applied"]["reactionBias"] > nested["base"]["reactionBias"]
