"""Mutants of the shipped world: copies under a name of their own, wrong in exactly one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine_harness._canonical import sha256_hex
from engine_harness.vm.loader import shipped_lua

from .conftest import plain
from .reference_rows import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import Bench

    from .histories import History
    from .reference_rows import Row

SHIPPED = "autoparry"
PROBE = Path(__file__).with_name("formulas_probe.lua")

__all__ = ["PROBE", "Edit", "Mutation", "Play", "Press", "Run", "ball", "plant", "renamed", "rule"]


@dataclass(frozen=True)
class Edit:
    """One replacement in one file of the world."""

    name: str
    file: str
    """From the world's folder."""
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """An edit, and the claim that must not survive it."""

    edit: Edit
    breaks: Callable[[Play], None]


@dataclass(frozen=True)
class Press:
    """One press as the record tells of it."""

    id: str
    at_s: float
    planned_at_s: float
    lead_s: float
    reason: str


@dataclass(frozen=True)
class Run:
    """What a play left."""

    presses: tuple[Press, ...]
    outcomes: dict[str, str]
    gate_outs: dict[str, int]

    @property
    def only(self) -> Press:
        return self.exactly(1)[0]

    def exactly(self, count: int) -> tuple[Press, ...]:
        assert len(self.presses) == count, self.presses
        return self.presses


def renamed(text: str, world: str) -> str:
    """Return a text whose modules are those of `world`."""
    return text.replace(f"worlds.{SHIPPED}", f"worlds.{world}")


def plant(bench: Bench, edit: Edit | None) -> str:
    """Copy the shipped world into the project, with the edit; return the copy's name."""
    root = shipped_lua() / "worlds" / SHIPPED
    # The text is part of the name: a name says one text for as long as a child is warm.
    said = f"{edit.file}\n{edit.old}\n{edit.new}" if edit else "a plain copy"
    world = f"m{sha256_hex(said.encode())[:12]}"
    for path in sorted(root.rglob("*.lua")):
        file = path.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        if edit and edit.file == file:
            # A later edit of the world must not disarm an edit: then it has to be written anew.
            count = text.count(edit.old)
            if count != 1:
                msg = f"{edit.name}: {file} has {count} times {edit.old!r}"
                raise ValueError(msg)
            text = text.replace(edit.old, edit.new)
        bench.write(f"lua/worlds/{world}/{file}", renamed(text, world))
    return world


def rule(at_s: float, name: str, value: bool) -> dict[str, Any]:
    return {"time": at_s, "rule": name, "value": value}


def ball(
    at_s: float, name: str, distance: float, speed: float, **attributes: Any
) -> dict[str, Any]:
    """Return a threat that flies straight at the player."""
    motion = {"position": [0, 0, distance], "velocity": [0, 0, -speed]}
    spawn = {**motion, "attributes": attributes}
    return {"time": at_s, "threat": {"id": name, "spawn": spawn}}


class Play:
    """Plays small scenarios in one world, and asks its formulas."""

    def __init__(
        self,
        bench: Bench,
        world: str,
        flights: Sequence[History] = (),
        expected: Sequence[Sequence[Row]] = (),
    ) -> None:
        self._bench = bench
        self._world = world
        self._flights = flights
        self._expected = expected

    def __call__(
        self,
        *entries: dict[str, Any],
        engine: dict[str, Any] | None = None,
        world: dict[str, Any] | None = None,
        **autoparry: Any,
    ) -> Run:
        """Play these entries with AutoParry on; keywords are its options."""
        sections = {"engine": engine or {}, "autoparry": {"smartTuning": False, **autoparry}}
        record = self._bench.play(
            [rule(0, "autoparry-enabled", value=True), *entries],
            world=self._world,
            config={**sections, "world": world or {}},
        )
        if record.outcome.status != "completed" or record.metrics is None:
            # No claim is broken by a run that was not one.
            msg = f"the run has failed: {record.outcome}"
            raise RuntimeError(msg)
        section: Any = record.sections[SHIPPED if self._world == SHIPPED else self._world]
        events: Any = record.events
        reasons = [row["fields"]["reason"] for row in events if row["event"] == "press"]
        metrics: Any = record.metrics
        return Run(
            presses=tuple(
                Press(
                    row["threatId"],
                    row["timestamp"],
                    row["plannedAt"],
                    row["plannedLead"],
                    reason,
                )
                for row, reason in zip(section["parryLog"], reasons, strict=True)
            ),
            outcomes={row["id"]: row["outcome"] for row in section["threats"]},
            gate_outs=metrics["gateOuts"],
        )

    def differences(self, *fields: str) -> list[str]:
        """Return where these fields differ from the reference, reading by reading."""
        module = f"probe.{self._world}"
        if not (self._bench.folder / f"lua/probe/{self._world}.lua").exists():
            text = renamed(PROBE.read_text("utf-8"), self._world)
            self._bench.write(f"lua/probe/{self._world}.lua", text)
        flights = [plain(flight) for flight in self._flights]
        (found,) = self._bench.harness.call_lua(module, "follow", flights, list(fields))
        return [
            f"flight {number}, reading {reading}, {field}: expected {row[field]!r}, got {value!r}"
            for number, (rows, answer) in enumerate(zip(self._expected, found, strict=True))
            for reading, (row, values) in enumerate(zip(rows, answer, strict=True), 1)
            for field, value in zip(fields, values, strict=True)
            if not is_same(row[field], value)
        ]
