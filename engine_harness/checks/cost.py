"""The cost of a run by function, and where it grew.

Work units are the same on every machine, so two costs are compared exactly. Functions are compared
by a name that survives what does not change them: lines that shift, a file `x.lua` that becomes
`x/init.lua` or `x.luau`, a checkout that becomes an installed package. Knows no file and no limit.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness.records.models import Cost

__all__ = [
    "LIBRARY_CALLS",
    "Growth",
    "growth",
    "growth_text",
    "normalised_functions",
]

LIBRARY_CALLS = "(library calls)"
"""What was charged for work of libraries, services and the record: it belongs to no function."""

_FUNCTION = re.compile(r"(?P<file>.*):\d+ (?P<name>.*)", re.DOTALL)
_MODULE_END = re.compile(r"(?:/init)?\.luau?\Z")
# The shipped Lua lies below `lua` in a checkout.
_INSTALLED, _CHECKOUT = "<shipped>/", "lua/"
_SMALLEST_PERCENT = 0.01


@dataclass(frozen=True)
class Growth:
    """One function that costs more than it did."""

    name: str
    before: int
    """Work units; 0: the function is new, or did nothing."""
    after: int

    @property
    def units(self) -> int:
        """How many work units were added."""
        return self.after - self.before


def normalised_functions(cost: Cost) -> dict[str, int]:
    """Return the work units by `<module>: <function>`, in the order of the names.

    Functions of one module that have one name are added up: a number of theirs would be another
    one as soon as a function is put before them. The values add up to all work units of the run.
    """
    found: Counter[str] = Counter()
    for row in cost.functions:
        found[_normalised(row.function)] += row.work_units
    charged = cost.work_units - found.total()
    if charged:
        found[LIBRARY_CALLS] += charged
    return dict(sorted(found.items()))


def growth(budget: Mapping[str, int], now: Mapping[str, int]) -> list[Growth]:
    """Return the functions that cost more now than in the budget, those that grew most first."""
    grown = [
        Growth(name, budget.get(name, 0), units)
        for name, units in now.items()
        if units > budget.get(name, 0)
    ]
    return sorted(grown, key=lambda item: (-item.units, item.name))


def growth_text(name: str, before: int, after: int) -> str:
    """Return a change in words: `lua/worlds/x: local decide 1,200 -> 2,400 (+100 %)`."""
    return f"{name} {before:,} -> {after:,} ({_change(before, after)})"


def _normalised(function: str) -> str:
    match = _FUNCTION.fullmatch(function)
    if match is None:
        return function
    module = _MODULE_END.sub("", match["file"])
    if module.startswith(_INSTALLED):
        module = _CHECKOUT + module.removeprefix(_INSTALLED)
    return f"{module}: {match['name']}"


def _change(before: int, after: int) -> str:
    if before == 0:
        return "new"
    if after == 0:
        return "gone"
    percent = 100 * (after - before) / before
    size, sign = abs(percent), "+" if percent > 0 else "-" if percent < 0 else ""
    if 0 < size < _SMALLEST_PERCENT:
        return f"less than {sign}{_SMALLEST_PERCENT} %"
    shown = f"{size:,.0f}" if size >= 100 else f"{size:.2f}".rstrip("0").rstrip(".")
    return f"{sign}{shown} %"
