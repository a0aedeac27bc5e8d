"""The contracts of the performance gate that ship, as data: which figure, of whom, within what.

A limit here is the default; an envelope file says others. What judges them knows paths and numbers
only, so everything that names a game's own figures stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BUILTIN_CONTRACTS",
    "COUNTS_SHOWN",
    "FIGURE_ROOTS",
    "GC_DRIFT",
    "SHIPPED",
    "SHIPPED_SUITE",
    "UTILISATION",
    "Contract",
    "CostContract",
    "CoverageContract",
    "Figure",
    "FigureContract",
    "Limit",
    "Op",
    "StormContract",
]

Op: TypeAlias = Literal["<", "<=", "==", ">="]

Limit: TypeAlias = "float | Mapping[str, float] | tuple[str, ...] | tuple[float, ...]"
"""A number; numbers by scenario, or by figure of one contract; ids of scenarios; frequencies."""

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

SHIPPED: Final = (MASS_PRESSURE, HITCH_RESILIENCE, FLICKER_WINDOW)
"""The workloads that ship. A scenario of a user never stands in for one of them."""

SHIPPED_SUITE: Final = "engine-perf"
"""The suite that they belong to: the gate of another one demands them only if it says so."""

COUNTS_SHOWN: Final = (("threats", "metrics.threats"), ("parries", "metrics.parries"))
"""Words of the line of a scenario that has passed, where its world counts such a thing."""

GC_DRIFT: Final = "host.gcDrift"
UTILISATION: Final = "host.utilisation"
"""The contracts of the machine; `tolerance` holds their limits."""

_FRAME_S: Final = 1 / 240


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a record, and which side of the limit it has to keep to."""

    path: str
    op: Op
    samples: str | None = None
    """Path of the count without which the figure says nothing; beside that, a figure whose
    neighbour `samples` is 0 says nothing either."""
    limit_key: str | None = None
    """Where a contract has several figures: the key of this one's limit."""
    policy: str | None = None
    """The hitch policy under which there is such a figure; None: any."""
    about: str | None = None
    """What it is a figure of, where the name of the contract does not say it."""


@dataclass(frozen=True, kw_only=True)
class FigureContract:
    """Figures within limits."""

    name: str
    figures: tuple[Figure, ...]
    default: float | Mapping[str, float]
    """By scenario, or by `limit_key` where there are several figures."""
    scenarios: tuple[str, ...] | None = None
    """Those it is tied to; None: each scenario of the suite."""
    only_where: str | None = None
    """Of a contract for each: a world without this figure is not asked. Those that ship are."""


@dataclass(frozen=True, kw_only=True)
class CoverageContract:
    """Scenarios that must be there, and come to their end; the limit is their ids."""

    name: str
    default: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StormContract:
    """Storms of these frequencies of which every toggle was dispatched."""

    name: str
    scenario: str
    default: tuple[float, ...]
    rule: str
    """That they toggle."""
    duration_s: float
    """How long each of them is, at least."""


@dataclass(frozen=True, kw_only=True)
class CostContract:
    """Work units against the budget in the baseline; the limit is the growth that fails."""

    name: str
    default: float


Contract: TypeAlias = "FigureContract | CoverageContract | StormContract | CostContract"


def _one(
    name: str,
    path: str,
    op: Op,
    default: float | Mapping[str, float],
    *scenarios: str,
    samples: str | None = None,
) -> FigureContract:
    figure = Figure(path=path, op=op, samples=samples)
    return FigureContract(name=name, figures=(figure,), default=default, scenarios=scenarios)


def _each(
    name: str, path: str, op: Op, default: float, only_where: str | None = None
) -> FigureContract:
    figure = Figure(path=path, op=op)
    return FigureContract(name=name, figures=(figure,), default=default, only_where=only_where)


BUILTIN_CONTRACTS: Final[tuple[Contract, ...]] = (
    CoverageContract(name="coverage.scenarios", default=SHIPPED),
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
        *SHIPPED,
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
        "presses.repeated", "metrics.presses.repeated", "<=", 0, *SHIPPED, samples="metrics.parries"
    ),
    _one(
        "flicker.gatedOutWithinGrace",
        "metrics.gateOuts.withinGrace",
        "<=",
        0,
        FLICKER_WINDOW,
        samples="metrics.highlightToggles",
    ),
    _each(
        "commitLatency.p99",
        "metrics.presses.commitLatency.p99",
        "<=",
        0.010,
        only_where="metrics.presses.commitLatency.samples",
    ),
    CostContract(name="cost.workUnits", default=0.01),
)
"""In the order in which they are judged and told."""
