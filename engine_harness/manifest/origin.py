"""Where a scenario was written: the lines that findings and failure blocks point to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.models import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.diagnostics import Problems

__all__ = ["origin_of"]

_MAPS = ("expect", "expect_target", "limits")
_LISTS = ("timeline", "expect_events", "invariants")
_FREE = {"config": 3, "world_options": 2}
"""Free maps, and how many levels of them are known: `config.engine.settleLimit` is the third key of
its path, what lies deeper is found at the nearest known one."""


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


def _note_free(note: Callable[..., None], value: Json, levels: int, path: tuple[str, ...]) -> None:
    for key, inner in value.items() if levels and isinstance(value, dict) else ():
        here = (*path, key)
        note(".".join(here), *here)
        _note_free(note, inner, levels - 1, here)


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
        if name in _FREE:
            _note_free(note, value, _FREE[name], (key,))
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
