"""The contracts of the performance gate that ship, as data: which figure, of whom, within what.

A limit here is the default; an envelope file says others. What judges them knows paths and numbers
only, so everything that names a game's own figures stands here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine_harness.manifest.contract_kinds import (
    CostContract,
    CoverageContract,
    Figure,
    FigureContract,
    FigureReport,
    Setting,
    StormContract,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness.manifest.contract_kinds import Contract, Op

__all__ = [
    "ACCURACY",
    "ACCURACY_REPORT",
    "BUILTIN_CONTRACTS",
    "COUNTS_SHOWN",
    "FIGURE_ROOTS",
    "GC_DRIFT",
    "SHIPPED",
    "SHIPPED_SUITE",
    "UTILISATION",
    "WORKLOADS",
]

FIGURE_ROOTS: Final = (
    "metrics",
    "checkpoints",
    "lateness",
    "hitches",
    "outcome",
    "cost",
    "host",
)
"""What the path of a figure may begin with."""

MASS_PRESSURE: Final = "engine_perf_mass_pressure"
HITCH_RESILIENCE: Final = "engine_perf_hitch_resilience"
FLICKER_WINDOW: Final = "engine_perf_flicker_window"
LOOKAHEAD: Final = "engine_perf_lookahead"
AUTO_TUNER: Final = "engine_perf_auto_tuner"

WORKLOADS: Final = (MASS_PRESSURE, HITCH_RESILIENCE, FLICKER_WINDOW, LOOKAHEAD, AUTO_TUNER)
"""The workloads that ship. A scenario of a user never stands in for one of them."""

_WITH_PRESSES: Final = (
    "accuracy_direct_approach",
    "accuracy_safe_radius_snap",
    "accuracy_highlight_gate",
    "accuracy_cooldown_sequence",
    "accuracy_tti_priority",
    "accuracy_due_order",
    "accuracy_slack_first_sight",
    "accuracy_tti_gate",
    "accuracy_min_lead",
    "accuracy_lead_cap",
    "accuracy_swing_back",
    "accuracy_oscillation_burst",
)
_WITHOUT_PRESSES: Final = (
    "accuracy_non_target_ignore",
    "accuracy_slow_ball_ignore",
    "accuracy_fake_ball_ignore",
    "accuracy_oscillation_fake",
)
ACCURACY: Final = (*_WITH_PRESSES, *_WITHOUT_PRESSES)
"""The accuracy scenarios that ship beside them: each says which presses it wants, and when."""

SHIPPED: Final = (*WORKLOADS, *ACCURACY)
"""Everything of the suite that ships."""

SHIPPED_SUITE: Final = "engine-perf"
"""The suite that they belong to: the gate of another one demands them only if it says so."""

COUNTS_SHOWN: Final = (("threats", "metrics.threats"), ("parries", "metrics.parries"))
"""Words of the line of a scenario that has passed, where its world counts such a thing."""

GC_DRIFT: Final = "host.gcDrift"
UTILISATION: Final = "host.utilisation"
"""The contracts of the machine; `tolerance` holds their limits."""

_FRAME_S: Final = 1 / 240


def _one(
    name: str,
    path: str,
    op: Op,
    default: float | Mapping[str, float],
    *scenarios: str,
    samples: str | None = None,
    absent: str | None = None,
) -> FigureContract:
    figure = Figure(path=path, op=op, samples=samples, absent=absent)
    return FigureContract(name=name, figures=(figure,), default=default, scenarios=scenarios)


def _each(name: str, path: str, op: Op, default: float) -> FigureContract:
    return FigureContract(name=name, figures=(Figure(path=path, op=op),), default=default)


def _wanted(name: str, op: Op, about: str) -> Figure:
    # Without a threat nobody was asked to press, and to refrain.
    return Figure(
        path=f"metrics.accuracy.{name}",
        op=op,
        samples="metrics.threats",
        limit_key=name,
        about=about,
    )


_ACCURACY_CONTRACT: Final = FigureContract(
    name="accuracy",
    figures=(
        _wanted("accuracy", ">=", "wanted presses that were made, as a part of all wanted"),
        _wanted("falsePositives", "<=", "presses that nobody wanted"),
        _wanted("frameViolations", "<=", "wanted presses outside their frames"),
        _wanted("spacingViolations", "<=", "presses too soon after the one before"),
        _wanted("targetingViolations", "<=", "presses for no target, or for one that is not real"),
    ),
    default=MappingProxyType(
        {
            "accuracy": 1,
            "falsePositives": 0,
            "frameViolations": 0,
            "spacingViolations": 0,
            "targetingViolations": 0,
        }
    ),
    scenarios=ACCURACY,
    demanded_by=ACCURACY,
    also_where="metrics.accuracy.expected",
)

BUILTIN_CONTRACTS: Final[tuple[Contract, ...]] = (
    CoverageContract(name="coverage.scenarios", default=WORKLOADS),
    _one(
        "coverage.threats",
        "metrics.threats",
        ">=",
        MappingProxyType({MASS_PRESSURE: 5000, FLICKER_WINDOW: 5}),
        MASS_PRESSURE,
        FLICKER_WINDOW,
    ),
    _one("coverage.hitches", "hitches.count", ">=", 5, MASS_PRESSURE, HITCH_RESILIENCE),
    StormContract(
        name="coverage.storms",
        scenario=FLICKER_WINDOW,
        default=(15, 20, 25),
        rule="highlight-gate",
        duration_s=0.3,
    ),
    _one(
        "coverage.unresolved",
        "metrics.outcomes.unresolved",
        "<=",
        0,
        *WORKLOADS,
        samples="metrics.threats",
    ),
    _each("lateness.nominal.p99", "lateness.nominal.p99", "<=", 0.010),
    _each("lateness.nominal.max", "lateness.nominal.max", "<=", 0.010),
    _one("onTime", "metrics.onTime.ratio", ">=", 0.999, MASS_PRESSURE),
    _one(
        "hitch.misses",
        "metrics.outcomes.missed",
        "<=",
        0,
        HITCH_RESILIENCE,
        samples="metrics.onTime.reachable",
    ),
    FigureContract(
        name="hitch.leadDeviation",
        figures=(
            Figure(
                path="metrics.presses.leadDeviation.max",
                op="<=",
                limit_key="max",
                about="presses outside stalls",
            ),
            Figure(
                path="metrics.presses.leadDeviationInStall.maxExcess",
                op="<=",
                limit_key="stallExcess",
                # Under the other policy a press inside a stall is made on its frame, like any.
                policy="stall",
                about="presses planned inside a stall, beyond what remained of it",
            ),
        ),
        default=MappingProxyType({"max": 0.020, "stallExcess": _FRAME_S}),
        scenarios=(HITCH_RESILIENCE,),
    ),
    _one(
        "presses.repeated",
        "metrics.presses.repeated",
        "<=",
        0,
        MASS_PRESSURE,
        HITCH_RESILIENCE,
        FLICKER_WINDOW,
        LOOKAHEAD,
        samples="metrics.parries",
    ),
    _one(
        "flicker.gatedOutWithinGrace",
        "metrics.gateOuts.withinGrace",
        "<=",
        0,
        FLICKER_WINDOW,
        samples="metrics.highlightToggles",
    ),
    FigureContract(
        name="commitLatency.p99",
        figures=(Figure(path="metrics.presses.commitLatency.p99", op="<="),),
        default=0.010,
        only_where="metrics.presses.commitLatency.samples",
        excused=_WITHOUT_PRESSES,
        excuse="no press is wanted there, and there was none",
    ),
    FigureContract(
        name="lookahead.p10",
        figures=(
            Figure(
                path="metrics.presses.lookahead.p10",
                op=">=",
                about="threats that are there early enough",
            ),
            Figure(
                path="metrics.presses.lookahead.shortfall",
                op="<=",
                # They cannot reach the goal: what they can is no matter of taste.
                limit=2 * _FRAME_S,
                where="metrics.presses.lookahead.others",
                about="the others: what one of them lacked at most to all that it had",
            ),
        ),
        default=0.9,
        scenarios=(LOOKAHEAD,),
    ),
    _one(
        "autoTuner.presses",
        "metrics.presses.settling.presses",
        "<=",
        3,
        AUTO_TUNER,
        samples="metrics.presses.settling.samples",
        absent="the lead was never right again",
    ),
    _ACCURACY_CONTRACT,
    CostContract(name="cost.workUnits", default=0.01),
)
"""In the order in which they are judged and told."""

ACCURACY_REPORT: Final = FigureReport(
    file_name="engine_perf_accuracy.json",
    contract=_ACCURACY_CONTRACT.name,
    figures="metrics.accuracy",
    counts=(
        "expected",
        "actual",
        "trueParries",
        "missed",
        "falsePositives",
        "zeroExpectedFalsePositives",
        "frameViolations",
        "spacingViolations",
        "targetingViolations",
    ),
    ratios=MappingProxyType(
        {"accuracy": ("trueParries", "expected"), "precision": ("trueParries", "actual")}
    ),
    # In seconds, as every time that leaves; a frame of these scenarios is two of the engine's.
    facts=MappingProxyType({"frameDuration": 1 / 120, "warmupFrames": 6, "ping": 0.095}),
    settings=(Setting(name="ping", path="config.engine.pingMs", per=1000),),
)
"""How the accuracy of the rows is reported."""
