"""What became of one contract: its figure, its limit, and whether it keeps to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.checks.figures import NO_SAMPLES, NoFigure, figure_of
from engine_harness.checks.metrics import equal, is_number
from engine_harness.checks.wording import value_text

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness._types import Json
    from engine_harness.manifest.contract_kinds import Op
    from engine_harness.records.models import RunRecord

__all__ = ["ContractResult", "judged_figure"]


@dataclass(frozen=True, kw_only=True)
class ContractResult:
    """One contract on one scenario."""

    name: str
    scenario: str | None
    """None: it is about none of them."""
    figure: Json = None
    """None: there is none, and `detail` says why."""
    limit: Json = None
    op: Op
    passed: bool | None
    """None: skipped, and `detail` says why."""
    detail: str | None = None
    part: str | None = None
    """Which of its figures, where a contract has several."""

    @property
    def title(self) -> str:
        """Its name, with that of the figure where there are several."""
        return self.name if self.part is None else f"{self.name}.{self.part}"


def judged_figure(
    name: str,
    scenario: str,
    record: RunRecord | None,
    path: str,
    *,
    op: Op,
    limit: Json,
    samples: str | None = None,
    about: str | None = None,
    absent: str | None = None,
    is_own: bool = False,
) -> ContractResult:
    """Return what the figure at `path` is worth; without a record, or samples, it fails.

    Args:
        name: of the contract.
        scenario: the id of whom it is about.
        record: of its run; None: it has not run.
        path: of the figure.
        op: how figure and limit have to compare.
        limit: what it is held against.
        samples: path of the count without which the figure says nothing.
        about: what it is a figure of.
        absent: what it means that there is none although there are samples.
        is_own: the path is a user's, who may have misspelt it.
    """
    figure: JsonValue | NoFigure
    if record is None:
        figure = NoFigure(f"{NO_SAMPLES}: the scenario has not run")
    else:
        figure = figure_of(record, path)
        count = None if samples is None else figure_of(record, samples)
        if samples is not None and (isinstance(count, NoFigure) or not count):
            figure = NoFigure(NO_SAMPLES)
        elif absent is not None and isinstance(figure, NoFigure):
            figure = NoFigure(absent)
    if isinstance(figure, NoFigure):
        detail = figure.reason
        if not is_own and detail != absent and not detail.startswith(NO_SAMPLES):
            detail = f"{NO_SAMPLES}: {detail}"
        if about is not None:
            detail += f" ({about})"
        return ContractResult(
            name=name, scenario=scenario, limit=limit, op=op, passed=False, detail=detail
        )
    passed = _holds(figure, op, limit)
    if passed is None:
        kind = f"{path} is no number but {value_text(figure)}"
        about = kind if about is None else f"{kind} ({about})"
    return ContractResult(
        name=name,
        scenario=scenario,
        figure=figure if isinstance(figure, str | int | float | bool) else None,
        limit=limit,
        op=op,
        passed=bool(passed),
        detail=about,
    )


def _holds(figure: JsonValue, op: Op, limit: Json) -> bool | None:
    """Tell whether a figure keeps its limit; None: the two cannot be compared."""
    if op == "==":
        return None if isinstance(figure, dict | list) else equal(limit, figure)
    if not is_number(figure):
        return None
    assert isinstance(figure, int | float)
    assert isinstance(limit, int | float)
    if op == ">=":
        return figure >= limit
    return figure <= limit if op == "<=" else figure < limit
