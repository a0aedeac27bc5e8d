"""The plans of many scenarios: each is made once, and all problems are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.errors import PlanError
from engine_harness.plan.expand import Expansion, expand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.models import Scenario
    from engine_harness.plan.model import Plan

__all__ = ["Planner"]


class Planner:
    """Remembers the plan of each scenario; one that was read anew is another scenario."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Scenario, Expansion]] = {}

    def expand(self, scenario: Scenario) -> Expansion:
        """Return the plan of a scenario, with its warnings.

        Raises:
            PlanError: it cannot be expanded.
        """
        known = self._known.get(scenario.id)
        if known is None or known[0] is not scenario:
            known = self._known[scenario.id] = scenario, expand(scenario)
        return known[1]

    def plan_all(self, scenarios: Iterable[Scenario]) -> list[tuple[Scenario, Plan]]:
        """Plan all of `scenarios`.

        Raises:
            PlanError: with the problems of all of them.
        """
        planned: list[tuple[Scenario, Plan]] = []
        problems: list[Diagnostic] = []
        for scenario in scenarios:
            try:
                planned.append((scenario, self.expand(scenario).plan))
            except PlanError as error:
                problems += error.diagnostics
        if problems:
            raise PlanError.of(problems)
        return planned

    def problems(self, scenarios: Iterable[Scenario]) -> tuple[Diagnostic, ...]:
        """Return what is wrong with the plans of `scenarios`."""
        try:
            self.plan_all(scenarios)
        except PlanError as error:
            return error.diagnostics
        return ()

    def keep(self, ids: Collection[str]) -> None:
        """Forget the plans of all other scenarios."""
        self._known = {name: known for name, known in self._known.items() if name in ids}
