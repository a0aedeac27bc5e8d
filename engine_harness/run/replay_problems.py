"""What keeps the replays of a file from being played, all of it at once, with paths in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness._registry import suggestion
from engine_harness.errors import UsageError
from engine_harness.manifest.config_reading import read_config
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.document import Document
from engine_harness.manifest.envelope import RESERVED_WORLDS
from engine_harness.manifest.fields import Field, Table
from engine_harness.manifest.intelligence import read_intelligence
from engine_harness.manifest.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine_harness._types import Json
    from engine_harness.manifest.worlds import WorldCatalog, WorldInfo
    from engine_harness.run.replay import Replay

__all__ = ["ReplayProblems", "cut", "cut_problem", "shortened", "world_problems"]

PROBLEMS_SHOWN_MAX = 20
VALUE_LENGTH_MAX = 80
PATH_LENGTH_MAX = 200


class ReplayProblems:
    """What is wrong with one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(
        self, path: str, message: str, *, value: Json = None, allowed: str | None = None
    ) -> None:
        """Note a problem; a `value` of None is not shown."""
        path = cut(path, PATH_LENGTH_MAX).encode("utf-8", "backslashreplace").decode()
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


def cut_problem(replay: Replay, problems: ReplayProblems) -> None:
    """Note when a replay does not hold the whole log of its run: its plan may have been cut too."""
    logs = replay.payload.get("logs")
    log = logs.get("events") if isinstance(logs, dict) else None
    if not isinstance(log, dict):
        return
    kept, total = log.get("kept"), log.get("total")
    if isinstance(kept, int) and isinstance(total, int) and kept < total:
        problems.add(
            replay.path("events"),
            f"log events cut at {shortened(kept)} of {shortened(total)} rows: this cannot be"
            " replayed, for what was cut may have been of the timeline; with"
            f" config.engine.eventLogLimit of {shortened(total)} or more, where the world declares"
            " it, the file would hold them all",
        )


def world_problems(replay: Replay, worlds: WorldCatalog, problems: ReplayProblems) -> None:
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
    if info.failure is not None:
        return
    _declared_problems(replay, info, problems)
    for index, entry in enumerate(replay.setup.invariants):
        if entry.kind == "world" and entry.name not in info.invariants:
            hint = suggestion(entry.name, info.invariants)
            problems.add(
                replay.path(f"setup.invariants[{index}].name"),
                f"world '{name}' declares no invariant '{entry.name}'{hint}",
                allowed=", ".join(info.invariants) or "none is declared",
            )


def _declared_problems(replay: Replay, info: WorldInfo, problems: ReplayProblems) -> None:
    """Note options and config that the world does not declare, as a manifest is judged."""
    setup = replay.setup
    options, config = dict(setup.world_options), dict(setup.config)
    found = Problems("", Document({}), top="setup")
    words, field = Vocabulary(info), Field(found, (), {"config": config})
    read_config(Table(field), words)
    words.check_options(field.child("world_options", options), options)
    if setup.intelligence is not None:
        read_intelligence(field.child("intelligence", setup.intelligence.plain()), words)
    for problem in found.found:
        # A policy that is not there changed nothing, and does so again.
        if problem.severity != "error":
            continue
        message = problem.message
        message += "" if problem.value is None else f"; got {problem.value}"
        problems.add(replay.path(problem.path), message, allowed=problem.allowed)


def shortened(value: Json) -> str:
    """Return a value as messages show it."""
    return cut(canonical_json(value), VALUE_LENGTH_MAX)


def cut(text: str, length_max: int) -> str:
    """Return a text that has at most so many characters."""
    return text if len(text) <= length_max else text[: length_max - 1] + "…"
