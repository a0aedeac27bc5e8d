"""Judges what a run has cost against its budget, exactly; what grew is named."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from engine_harness._counted import counted
from engine_harness.checks.contract_results import ContractResult
from engine_harness.checks.cost import growth, growth_text, normalised_functions
from engine_harness.checks.figures import NO_SAMPLES

if TYPE_CHECKING:
    from engine_harness.manifest.gates import Budget
    from engine_harness.records.models import RunRecord

__all__ = ["another_setting", "hitch_policy_of", "judged_cost"]

GROWN_SHOWN_MAX = 5


def hitch_policy_of(record: RunRecord) -> str | None:
    """Return the hitch policy of a run; None: it left no word of it."""
    policy = record.sections.get("timeline", {}).get("hitch_policy")
    return policy if isinstance(policy, str) else None


def another_setting(record: RunRecord, budget: Budget) -> str | None:
    """Return what the budget was taken with, where that is not what this run had."""
    taken, has = (budget.seed, budget.hitch_policy), (record.scenario.seed, hitch_policy_of(record))
    # A run that failed early says nothing of its policy: what is wrong with it is something else.
    pairs = zip(taken, has, strict=True)
    if all(before is None or now is None or before == now for before, now in pairs):
        return None
    words = (("seed", budget.seed), ("hitch policy", budget.hitch_policy))
    return ", ".join(f"{word} {value}" for word, value in words if value is not None)


def judged_cost(
    name: str, record: RunRecord, budget: Budget, growth_failing: float
) -> ContractResult:
    """Return what the cost of a run is worth: a growth of `growth_failing` (0.01: 1 %) fails."""
    # Exact: a limit of 0.01 means one hundredth, not the double that is nearest to it.
    limit = budget.work_units * (1 + Fraction(str(growth_failing)))
    now = None if record.cost is None else record.cost.work_units
    # Without a growth at all there is none that could be too much, even where the limit is 0.
    passed = now is not None and (now <= budget.work_units or now < limit)
    detail = None if passed else NO_SAMPLES if now is None else _grown(budget, record)
    return ContractResult(
        name=name,
        scenario=record.scenario.id,
        figure=now,
        limit=float(limit),
        op="<",
        passed=passed,
        detail=detail,
    )


def _grown(budget: Budget, record: RunRecord) -> str:
    """Name the functions that cost more than in the budget, those that grew most first."""
    assert record.cost is not None
    grown = growth(budget.functions, normalised_functions(record.cost))
    lines = [growth_text("in all", budget.work_units, record.cost.work_units)]
    lines += [growth_text(item.name, item.before, item.after) for item in grown[:GROWN_SHOWN_MAX]]
    if len(grown) > GROWN_SHOWN_MAX:
        lines.append(f"and {counted(len(grown) - GROWN_SHOWN_MAX, 'more function')}")
    return "\n".join(lines)
