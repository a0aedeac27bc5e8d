"""Rows of figures, their table and their JSON. Knows nothing of what is measured."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["NotMeasuredError", "Row", "memory_row", "missed", "table", "write_json"]

MEMORY_MB_MAX = 300
NAME_WIDTH, WHAT_WIDTH, FIGURE_WIDTH, TARGET_WIDTH = 21, 49, 12, 7


class NotMeasuredError(Exception):
    """Something that a benchmark needs is not installed; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure; without a target it only informs."""

    name: str
    what: str
    figure: float
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "more"
    details: Mapping[str, float] = field(default_factory=dict)
    """What the figure was made of, with units in the names. Stands in the JSON alone."""

    @property
    def is_ok(self) -> bool:
        if self.target is None:
            return True
        is_more = self.figure >= self.target
        return is_more if self.better == "more" else self.figure <= self.target

    @property
    def target_text(self) -> str:
        if self.target is None:
            return "-"
        return f"{'>=' if self.better == 'more' else '<='} {self.target:g}"


def memory_row(name: str, *, parent_mb: float, child_mb: float) -> Row:
    """Return the row of the peak memory of the whole harness."""
    return Row(
        name=name,
        what=f"peak of parent {parent_mb:.0f} MB + child {child_mb:.0f} MB",
        figure=parent_mb + child_mb,
        unit="MB",
        target=MEMORY_MB_MAX,
        better="less",
        details={"parent_mb": parent_mb, "child_mb": child_mb},
    )


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    state = "" if row.target is None else "ok" if row.is_ok else "MISSED"
    return (row.name, row.what, f"{row.figure:.3g} {row.unit}", row.target_text, state)


def _line(name: str, what: str, figure: str, target: str, state: str) -> str:
    text = f"{name:<{NAME_WIDTH}} {what:<{WHAT_WIDTH}.{WHAT_WIDTH}} {figure:>{FIGURE_WIDTH}}"
    return f"{text} {target:>{TARGET_WIDTH}} {state}".rstrip()


def table(rows: list[Row]) -> str:
    """Return the rows as text of at most 100 columns."""
    head = _line("name", "what", "figure", "target", "")
    return "\n".join([head, "-" * len(head), *(_line(*_cells(row)) for row in rows)])


def missed(rows: list[Row]) -> list[str]:
    """Return one sentence for each target that was missed."""
    return [
        f"{row.name}: {row.what}: {row.figure:.4g} {row.unit}, target {row.target_text}"
        for row in rows
        if not row.is_ok
    ]


def write_json(path: Path, rows: list[Row]) -> None:
    """Write all rows and the machine they were measured on, whole or not at all."""
    data = {
        "host": {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "cpus": os.cpu_count(),
        },
        "rows": [{**asdict(row), "ok": row.is_ok} for row in rows],
    }
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    part.replace(path)
