"""Where a scenario was written: the lines that findings and failure blocks point to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.models import Origin

if TYPE_CHECKING:
    from engine_harness._types import JsonMap
    from engine_harness.manifest.diagnostics import Problems

__all__ = ["origin_of"]

_MAPS = ("expect", "expect_target", "limits")
_LISTS = ("timeline", "expect_events", "invariants")


def origin_of(data: JsonMap, problems: Problems, base_id: str | None) -> Origin:
    """Return the origin of the scenario `data`, whose places `problems` knows."""
    first = problems.position(())
    return Origin(
        manifest=problems.file,
        label=problems.label,
        line=first.line if first else None,
        lines=_lines(data, problems) if first else {},
        base_id=base_id,
    )


def _lines(data: JsonMap, problems: Problems) -> dict[str, int]:
    """Return the line of everything that a finding may point to, by its data path."""
    lines: dict[str, int] = {}

    def note(name: str, *path: str | int) -> None:
        at = problems.position(path, of_key=True)
        if at is not None:
            lines[name] = at.line

    for key, value in data.items():
        name = "expect" if key == "expect_baseline" else key
        note(name, key)
        if name in _MAPS and isinstance(value, dict):
            for metric in value:
                note(f"{name}.{metric}", key, metric)
        if name not in _LISTS or not isinstance(value, list):
            continue
        for index, item in enumerate(value, 1):
            note(f"{key}[{index}]", key, index)
            if key == "timeline" and isinstance(item, dict) and "expect" in item:
                note(f"timeline[{index}].expect", key, index, "expect")
                inner = item["expect"]
                for metric in inner if isinstance(inner, dict) else ():
                    note(f"timeline[{index}].expect.{metric}", key, index, "expect", metric)
    return lines
