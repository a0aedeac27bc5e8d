"""Timeline entries as authored, read to the models of `drivers`: time, kind, the kind's fields.

The vocabulary of the kinds threat, player, network and rule stands in `timeline_kinds`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from engine_harness.manifest.diagnostics import one_of, shown
from engine_harness.manifest.drivers import (
    ActionEntry,
    CheckpointEntry,
    ExpectEntry,
    HitchEntry,
    TimelineEntry,
)
from engine_harness.manifest.fields import Table
from engine_harness.manifest.sets import read_set
from engine_harness.manifest.timeline_kinds import (
    Common,
    read_macro,
    read_network,
    read_player,
    read_rule,
    read_threat,
)

if TYPE_CHECKING:
    from engine_harness.manifest.fields import Field
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = [
    "BLOCK_KINDS",
    "COMPANIONS",
    "FREE_HEAD",
    "FREE_KEYS",
    "KINDS",
    "NUMERIC",
    "RESERVED_CHECKPOINT",
    "read_timeline",
]

BLOCK_KINDS = ("macro", "threat", "player", "network", "rule")
FREE_KEYS = {
    "action": ("action", "args", "refused"),
    "hitch": ("hitch", "jitter"),
    "checkpoint": ("checkpoint",),
    "expect": ("expect",),
}
"""Keys by kind, for the kinds that any world may have; each entry has a time and notes too."""
FREE_KINDS = tuple(FREE_KEYS)
FREE_HEAD = ("at", "time", "notes")
KINDS = (*BLOCK_KINDS, *FREE_KINDS)
COMPANIONS = ("at", "time", "notes", "args", "refused", "jitter", "options", "value")
"""Keys that say nothing about the kind."""
NUMERIC = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")
RESERVED_CHECKPOINT = re.compile(r"timeline\[[0-9]+\]")


def read_timeline(field: Field, words: Vocabulary) -> tuple[TimelineEntry, ...]:
    """Read the whole list; every entry with a problem is noted, the others are kept."""
    entries = field.items(empty=False)
    reader = _Reader(words)
    read = (reader.entry(entry, index) for index, entry in enumerate(entries or (), 1))
    return tuple(entry for entry in read if entry is not None)


class _Reader:
    """Remembers what must be unique in one timeline."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.ids: dict[str, int] = {}
        self.checkpoints: dict[str, int] = {}

    def entry(self, field: Field, index: int) -> TimelineEntry | None:
        if field.map("an entry with a time") is None:
            return None
        table = Table(field)
        at_s = _time(table)
        notes = table.text("notes")
        kind = _kind(table)
        if kind is None:
            return None
        common = Common(table, 0.0 if at_s is None else at_s, index, notes)
        entry = self._by_kind(kind, common)
        return entry if at_s is not None else None

    def _by_kind(self, kind: str, common: Common) -> TimelineEntry | None:
        if kind in FREE_KINDS:
            return self._free(kind, common)
        if kind == "macro":
            return read_macro(common, self.words)
        if kind == "player":
            return read_player(common, self.words)
        place = common.table.get(kind) or common.table.field
        self.words.check_kind(kind, place)
        if kind == "threat":
            return self._threat(common)
        return read_network(common) if kind == "network" else read_rule(common)

    def _free(self, kind: str, common: Common) -> TimelineEntry | None:
        if kind == "action":
            return _action(common, self.words)
        if kind == "hitch":
            return _hitch(common)
        return self._checkpoint(common) if kind == "checkpoint" else _expect(common, self.words)

    def _threat(self, common: Common) -> TimelineEntry | None:
        entry = read_threat(common)
        if entry is not None:
            first = self.ids.setdefault(entry.id, entry.index)
            if first != entry.index:
                common.table.field.error(
                    f"duplicate id '{entry.id}' (first at timeline[{first}])", show=False
                )
        return entry

    def _checkpoint(self, common: Common) -> TimelineEntry | None:
        table = common.table
        table.close((*FREE_HEAD, *FREE_KEYS["checkpoint"]))
        field = table.require("checkpoint")
        name = field.text() if field else None
        if field is None or name is None:
            return None
        if "." in name:
            field.error("the name of a checkpoint must not hold a dot")
        elif RESERVED_CHECKPOINT.fullmatch(name):
            field.error("is the name that the harness gives to an entry with 'expect'")
        first = self.checkpoints.setdefault(name, common.index)
        if first != common.index:
            field.error(f"duplicate checkpoint '{name}' (first at timeline[{first}])", show=False)
        self.words.checkpoints.add(name)
        return CheckpointEntry(at_s=common.at_s, index=common.index, notes=common.notes, name=name)


def _time(table: Table) -> float | None:
    """Return the virtual seconds of an entry; negative ones are odd but allowed."""
    if "at" in table and "time" in table:
        table.field.error("'at' and 'time' are the same key; give one", show=False)
    field = table.get("at") or table.get("time")
    if field is None:
        table.require("at", "seconds after the start")
        return None
    value = field.value
    if isinstance(value, str) and NUMERIC.fullmatch(value):
        time_s: float | None = float(value)
        if not math.isfinite(float(value)):
            field.error("must be finite")
            return None
    else:
        time_s = field.number("seconds, or a text that holds a number")
    if time_s is not None and time_s < 0:
        field.warning("is before the start; the entry runs at frame 0")
    return time_s


def _kind(table: Table) -> str | None:
    """Return what kind of entry this is; two that could be meant are a problem."""
    if "type" in table and "kind" in table:
        table.field.error("'type' and 'kind' are the same key; give one", show=False)
        return None
    present = [kind for kind in KINDS if kind in table]
    named = table.get("type") or table.get("kind")
    if named is None:
        if len(present) == 1:
            return present[0]
        if not present and table.misspelt(KINDS, COMPANIONS):
            return None
        between = " and ".join(f"'{kind}'" for kind in present)
        problem = f"is ambiguous between {between}" if present else "has no kind"
        table.field.error(problem, "one of " + one_of(KINDS))
        return None
    text = named.text()
    if text is None:
        return None
    kind = text.lower()
    if kind not in BLOCK_KINDS:
        named.unknown("kind", text, BLOCK_KINDS)
        return None
    # In the flat form `action` belongs to a player entry; any other kind's key is a second kind.
    own = (kind, "action") if kind == "player" and kind not in present else (kind,)
    others = [other for other in present if other not in own]
    if others:
        table.field.error(f"is of kind '{kind}' but has '{others[0]}'", show=False)
        return None
    return kind


def _action(common: Common, words: Vocabulary) -> TimelineEntry | None:
    table = common.table
    table.close((*FREE_HEAD, *FREE_KEYS["action"]))
    name = table.text("action", required=True)
    args_field = table.get("args")
    args = args_field.map() if args_field else None
    place = table.get("action")
    if name is not None and place is not None and (args is not None or args_field is None):
        words.check_action(name, place, args_field, args or {})
    refused = table.get("refused")
    code: bool | str | None = None
    if refused is not None:
        if isinstance(refused.value, bool) or (isinstance(refused.value, str) and refused.value):
            code = refused.value
        else:
            refused.error("must be true or the code of a refusal")
    if name is None:
        return None
    return ActionEntry(
        at_s=common.at_s, index=common.index, notes=common.notes, name=name, args=args, refused=code
    )


def _hitch(common: Common) -> TimelineEntry | None:
    table = common.table
    table.close((*FREE_HEAD, *FREE_KEYS["hitch"]))
    field, jitter = table.require("hitch"), table.get("jitter")
    duration_s = field.number_within(0, math.inf, "> 0, seconds", open_low=True) if field else None
    jitter_s = jitter.number() if jitter else None
    if jitter is not None and jitter_s is not None and duration_s is not None:
        allowed = f">= 0 and below hitch ({shown(duration_s)})"
        jitter.number_within(0, math.nextafter(duration_s, 0), allowed)
    if duration_s is None:
        return None
    return HitchEntry(
        at_s=common.at_s,
        index=common.index,
        notes=common.notes,
        duration_s=duration_s,
        jitter_s=jitter_s,
    )


def _expect(common: Common, words: Vocabulary) -> TimelineEntry | None:
    common.table.close((*FREE_HEAD, *FREE_KEYS["expect"]))
    field = common.table.require("expect")
    assert field is not None
    expect = read_set(field, words, at_end=False)
    return ExpectEntry(at_s=common.at_s, index=common.index, notes=common.notes, expect=expect)
