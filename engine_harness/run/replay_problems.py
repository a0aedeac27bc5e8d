"""What keeps the replays of a file from being played, all of it at once, with paths in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness._registry import suggestion
from engine_harness.errors import UsageError
from engine_harness.manifest.envelope import RESERVED_WORLDS

if TYPE_CHECKING:
    from engine_harness._types import Json
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.run.replay import Replay

__all__ = ["Problems", "cut_problem", "shortened", "world_problems"]

PROBLEMS_SHOWN_MAX = 20
VALUE_LENGTH_MAX = 80


class Problems:
    """What is wrong with one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(
        self, path: str, message: str, *, value: Json = None, allowed: str | None = None
    ) -> None:
        """Note a problem; a `value` of None is not shown."""
        line = f"{self._file}: {path}: {message}"
        if value is not None:
            line += f"; got {shortened(value)}"
        self._lines.append(line + (f"; allowed: {allowed}" if allowed else ""))

    def require_none(self) -> None:
        """Raise when there is a problem, with the first of them all."""
        if self._lines:
            lines = self._lines[:PROBLEMS_SHOWN_MAX]
            more = len(self._lines) - len(lines)
            if more:
                lines.append(f"{self._file}: and {counted(more, 'more problem')}")
            raise UsageError("\n".join(lines))


def cut_problem(replay: Replay, problems: Problems) -> None:
    """Note when a replay does not hold the whole log of its run: its plan may have been cut too."""
    logs = replay.payload.get("logs")
    log = logs.get("events") if isinstance(logs, dict) else None
    if not isinstance(log, dict):
        return
    kept, total = log.get("kept"), log.get("total")
    if isinstance(kept, int) and isinstance(total, int) and kept < total:
        problems.add(
            replay.path("events"),
            f"log events cut at {kept} of {total} rows: this cannot be replayed, for what was cut"
            f" may have been of the timeline; with config.engine.eventLogLimit of {total} or more,"
            " where the world declares it, the file would hold them all",
        )


def world_problems(replay: Replay, worlds: WorldCatalog, problems: Problems) -> None:
    """Note what the replay needs and this project does not have."""
    name, known = replay.setup.world, worlds.names()
    info = None if name in RESERVED_WORLDS else worlds.get(name)
    if info is None:
        problems.add(
            replay.path("setup.world"),
            f"no world is called '{name}'{suggestion(name, known)}",
            allowed=", ".join(known),
        )
        return
    # Of a world that cannot be loaded nothing is known: its run says why.
    for index, entry in enumerate(replay.setup.invariants if info.failure is None else ()):
        if entry.kind == "world" and entry.name not in info.invariants:
            hint = suggestion(entry.name, info.invariants)
            problems.add(
                replay.path(f"setup.invariants[{index}].name"),
                f"world '{name}' declares no invariant '{entry.name}'{hint}",
                allowed=", ".join(info.invariants) or "none is declared",
            )


def shortened(value: Json) -> str:
    """Return a value as messages show it."""
    text = canonical_json(value)
    return text if len(text) <= VALUE_LENGTH_MAX else text[: VALUE_LENGTH_MAX - 1] + "…"
