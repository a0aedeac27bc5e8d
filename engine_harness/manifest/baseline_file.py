"""Reads the figures that a gate compares with, and says them as the file does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine_harness.manifest.gates import Baseline, Budget, HostFigures

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from engine_harness._types import JsonMap
    from engine_harness.manifest.fields import Field

    T = TypeVar("T")

__all__ = ["baseline_data", "host_data", "read_baseline"]


def read_baseline(top: Field) -> Baseline:
    """Return what a file says; what has a problem, which was noted, is left out."""
    table = top.table(("machines", "cost"))
    if table is None:
        return Baseline()
    return Baseline(
        machines=_each(table.get("machines"), _machine), cost=_each(table.get("cost"), _budget)
    )


def baseline_data(baseline: Baseline) -> JsonMap:
    """Return the figures as the file says them."""
    machines: JsonMap = {
        fingerprint: {"scenarios": {name: host_data(item) for name, item in scenarios.items()}}
        for fingerprint, scenarios in baseline.machines.items()
    }
    cost: JsonMap = {name: _budget_data(budget) for name, budget in baseline.cost.items()}
    return {"machines": machines, "cost": cost}


def _budget_data(budget: Budget) -> JsonMap:
    data: JsonMap = {"work_units": budget.work_units, "functions": dict(budget.functions)}
    known: JsonMap = {"seed": budget.seed, "hitch_policy": budget.hitch_policy}
    return {**data, **{key: value for key, value in known.items() if value is not None}}


def host_data(figures: HostFigures) -> JsonMap:
    """Return what one scenario took on one machine; what was not measured is left out."""
    data = {"gcDeltaKb": figures.gc_delta_kb, "utilisation": figures.utilisation}
    return {key: value for key, value in data.items() if value is not None}


def _each(field: Field | None, read: Callable[[Field], T | None]) -> dict[str, T]:
    """Return what `read` makes of each member of a map."""
    data = None if field is None else field.map()
    if field is None or data is None:
        return {}
    made = {name: read(field.child(name, value)) for name, value in data.items()}
    return {name: item for name, item in made.items() if item is not None}


def _machine(field: Field) -> dict[str, HostFigures] | None:
    table = field.table(("scenarios",))
    return None if table is None else _each(table.require("scenarios"), _host_figures)


def _host_figures(field: Field) -> HostFigures | None:
    table = field.table(("gcDeltaKb", "utilisation"))
    if table is None:
        return None
    gc, speed = table.get("gcDeltaKb"), table.get("utilisation")
    return HostFigures(
        gc_delta_kb=None if gc is None else gc.number(),
        utilisation=None
        if speed is None
        else speed.number_within(0, math.inf, "> 0", open_low=True),
    )


def _budget(field: Field) -> Budget | None:
    table = field.table(("work_units", "functions", "seed", "hitch_policy"))
    if table is None:
        return None
    seed, policy = table.get("seed"), table.get("hitch_policy")
    total = table.require("work_units", "a whole number >= 0")
    work_units = None if total is None else _count(total)
    functions = _each(table.get("functions"), _count)
    if work_units is None:
        return None
    return Budget(
        work_units=work_units,
        functions=functions,
        seed=None if seed is None else _seed(seed),
        hitch_policy=None if policy is None else _policy(policy),
    )


def _policy(field: Field) -> str | None:
    if field.value in ("stall", "catch_up"):
        return str(field.value)
    field.error("is no hitch policy", allowed="stall, catch_up")
    return None


def _seed(field: Field) -> int | str | None:
    value = field.value
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    field.error("must be a seed", allowed="a whole number or a text")
    return None


def _count(field: Field) -> int | None:
    return field.integer_within(0, math.inf, "a whole number >= 0")
