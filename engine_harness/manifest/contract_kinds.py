"""What a contract of a gate that ships may be, as data; which ones there are stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Contract",
    "CostContract",
    "CoverageContract",
    "Figure",
    "FigureContract",
    "FigureReport",
    "Limit",
    "Op",
    "Setting",
    "StormContract",
]

Op: TypeAlias = Literal["<", "<=", "==", ">="]

Limit: TypeAlias = "float | Mapping[str, float] | tuple[str, ...] | tuple[float, ...]"
"""A number; numbers by scenario, or by figure of one contract; ids of scenarios; frequencies."""


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
    limit: float | None = None
    """A limit that no envelope says otherwise; None: that of the contract."""
    policy: str | None = None
    """The hitch policy under which there is such a figure; None: any."""
    where: str | None = None
    """Path of a count: while it is 0, or there is none, nobody asks for this figure."""
    about: str | None = None
    """What it is a figure of, where the name of the contract does not say it."""
    absent: str | None = None
    """What it means that there is no such figure although there are `samples`."""


@dataclass(frozen=True, kw_only=True)
class FigureContract:
    """Figures within limits."""

    name: str
    figures: tuple[Figure, ...]
    default: float | Mapping[str, float]
    """By scenario, or by `limit_key` where several figures have one."""
    scenarios: tuple[str, ...] | None = None
    """Those it is tied to; None: each scenario of the suite."""
    demanded_by: tuple[str, ...] | None = None
    """Tied to scenarios: ids of which one has to be loaded; None: one of the workloads."""
    also_where: str | None = None
    """Tied to scenarios: any other that has this figure has to keep the contract too."""
    only_where: str | None = None
    """Of a contract for each: a world without this figure is not asked. Those that ship are."""
    excused: tuple[str, ...] = ()
    """Of a contract for each: ids of those that may have 0 at `only_where`. They are told."""
    excuse: str = ""
    """Why they may."""


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


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A number of a scenario's manifest, as a report shows it."""

    name: str
    path: str
    """Dotted, into the manifest."""
    per: float
    """How many of the manifest's units make one of the report's."""


@dataclass(frozen=True, kw_only=True)
class FigureReport:
    """A file of its own about the figures of one contract: run by run, and in all."""

    file_name: str
    contract: str
    """Its name; its limits are the thresholds of the report."""
    figures: str
    """Path of the map that holds its figures; a run without it is not in the report."""
    counts: tuple[str, ...]
    """Of these, that are added up."""
    ratios: Mapping[str, tuple[str, str]]
    """And how ratios follow from the sums: part and whole."""
    facts: Mapping[str, float]
    """What holds for all runs, unless one of them says otherwise in a setting of that name."""
    settings: tuple[Setting, ...]
