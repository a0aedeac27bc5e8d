"""The kinds threat, player, network, rule and macro of a timeline, as authored.

They are a vocabulary for action games: each may be written flat or as a block under its own name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.manifest.drivers import (
    MacroEntry,
    NetworkEntry,
    PlayerEntry,
    RuleEntry,
    ThreatEntry,
)
from engine_harness.manifest.names import normal_name

if TYPE_CHECKING:
    from engine_harness.manifest.fields import Field, Table
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = [
    "AXES",
    "BLOCK_KEYS",
    "CFRAME_LENGTH",
    "HEAD",
    "RULE_NAMES",
    "SPAWN_KEYS",
    "Common",
    "read_macro",
    "read_network",
    "read_player",
    "read_rule",
    "read_threat",
]

HEAD = ("at", "time", "type", "kind", "notes")
SPAWN_KEYS = ("position", "velocity", "cframe", "attributes")
CFRAME_LENGTH = 12
AXES = ("x", "y", "z")

BLOCK_KEYS = {
    "threat": ("id", "tags", "metadata"),
    "player": ("action", "value", "duration", "parameters"),
    "network": ("event", "channel", "direction", "payload"),
    "rule": ("value", "transition", "duration"),
    "macro": ("macro", "options"),
}
"""Keys by kind; a threat has those of its spawn, a rule its name beside them."""

RULE_NAMES = ("rule", "name", "id")
"""The spellings of a rule's name in a block."""

_DRIVER_ACTIONS = ("inject-hitch", "observe-telemetry")
"""What takes effect in the driver, in every world."""

_MACRO_NEEDS = {"oscillation-storm": "rule"}
"""The kinds that the shipped macros expand to, where a world has to know them."""


@dataclass(frozen=True)
class Common:
    """What every entry has."""

    table: Table
    at_s: float
    index: int
    notes: str | None


def _block(common: Common, kind: str, fields: tuple[str, ...]) -> Table | None:
    """Return the table that holds the fields of `kind`: its block, or the entry itself."""
    block = common.table.get(kind)
    if block is None:
        common.table.close((*HEAD, *fields))
        return common.table
    common.table.close((*HEAD, kind))
    return block.table(fields)


def read_threat(common: Common) -> ThreatEntry | None:
    """Read an entry that puts an object into the world."""
    spawned = common.table.get("threat")
    source = spawned.value if spawned else common.table.field.value
    nested = isinstance(source, dict) and "spawn" in source
    own = (*BLOCK_KEYS["threat"], *(("spawn",) if nested else SPAWN_KEYS))
    table = _block(common, "threat", own)
    if table is None:
        return None
    threat_id = table.text("id") if "id" in table else f"threat-{common.index}"
    spawn: Table | None = table
    if nested:
        block = table.require("spawn")
        spawn = block.table(SPAWN_KEYS) if block else None
    tags, metadata = table.texts("tags"), table.map("metadata")
    if spawn is None:
        return None
    position = _vector(spawn.require("position", "[x, y, z] or {x, y, z}"))
    velocity = _vector(spawn.get("velocity"))
    cframe = _cframe(spawn.get("cframe"))
    attributes = spawn.map("attributes")
    if threat_id is None or position is None:
        return None
    return ThreatEntry(
        at_s=common.at_s,
        index=common.index,
        notes=common.notes,
        id=threat_id,
        position=position,
        velocity=velocity,
        cframe=cframe,
        attributes=attributes,
        tags=tags,
        metadata=metadata,
    )


def _vector(field: Field | None) -> tuple[float, float, float] | None:
    if field is None:
        return None
    allowed = "[x, y, z] or {x, y, z}"
    if isinstance(field.value, dict):
        return _vector_map(field)
    if not isinstance(field.value, list) or len(field.value) != 3:
        field.error("must be a vector", allowed)
        return None
    x, y, z = (item.number() for item in field.items() or ())
    return None if x is None or y is None or z is None else (x, y, z)


def _vector_map(field: Field) -> tuple[float, float, float] | None:
    table = field.table((*AXES, *map(str.upper, AXES)))
    if table is None:
        return None
    numbers: list[float] = []
    for axis in AXES:
        upper = axis.upper()
        if axis in table and upper in table:
            field.error(f"'{axis}' and '{upper}' are the same component; give one")
            return None
        item = table.get(upper) or table.require(axis)
        number = item.number() if item else None
        if number is not None:
            numbers.append(number)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _cframe(field: Field | None) -> tuple[float, ...] | None:
    if field is None:
        return None
    if not isinstance(field.value, list) or len(field.value) != CFRAME_LENGTH:
        field.error(f"must be a list of {CFRAME_LENGTH} numbers")
        return None
    numbers = [item.number() for item in field.items() or ()]
    return tuple(number for number in numbers if number is not None)


def read_player(common: Common, words: Vocabulary) -> PlayerEntry | None:
    """Read an entry that a player, or the person at the bench, causes."""
    table = _block(common, "player", BLOCK_KEYS["player"])
    if table is None:
        return None
    action = table.text("action", required=True)
    place = table.get("action")
    if action is not None and place is not None and action not in _DRIVER_ACTIONS:
        words.check_kind("player", place)
    duration_s, parameters = table.duration("duration"), table.map("parameters")
    if action is None:
        return None
    return PlayerEntry(
        at_s=common.at_s,
        index=common.index,
        notes=common.notes,
        action=action,
        value=table.data.get("value"),
        duration_s=duration_s,
        parameters=parameters,
    )


def read_network(common: Common) -> NetworkEntry | None:
    """Read an entry that the network causes."""
    table = _block(common, "network", BLOCK_KEYS["network"])
    if table is None:
        return None
    event = table.text("event", required=True)
    channel, direction = table.text("channel"), table.text("direction")
    payload = table.map("payload")
    if event is None:
        return None
    return NetworkEntry(
        at_s=common.at_s,
        index=common.index,
        notes=common.notes,
        event=event,
        channel=channel,
        direction=direction,
        payload=payload,
    )


def read_rule(common: Common) -> RuleEntry | None:
    """Read an entry that switches a rule: a block, or flat with the name under `rule`."""
    block = common.table.get("rule")
    fields = BLOCK_KEYS["rule"]
    table: Table | None
    if block is not None and isinstance(block.value, dict):
        common.table.close((*HEAD, "rule"))
        names = [key for key in RULE_NAMES if key in block.value]
        if len(names) != 1:
            block.error("needs the name of the rule exactly once", "rule, name or id")
            return None
        table, key = block.table((names[0], *fields)), names[0]
    else:
        common.table.close((*HEAD, "rule", *fields))
        table, key = common.table, "rule"
    if table is None:
        return None
    name = table.text(key, required=True)
    value = table.require("value")
    if value is not None and value.value is None:
        value.error("must not be null; false is a value", show=False)
    transition, duration_s = table.text("transition"), table.duration("duration")
    if name is None or value is None:
        return None
    return RuleEntry(
        at_s=common.at_s,
        index=common.index,
        notes=common.notes,
        rule=name,
        value=value.value,
        transition=transition,
        duration_s=duration_s,
    )


def read_macro(common: Common, words: Vocabulary) -> MacroEntry | None:
    """Read an entry that stands for several; what it expands to is the planner's matter."""
    common.table.close((*HEAD, *BLOCK_KEYS["macro"]))
    field = common.table.require("macro")
    text = field.text() if field else None
    options = common.table.map("options")
    if field is None or text is None:
        return None
    name = normal_name(text)
    if not name:
        field.error("holds no letter or digit")
        return None
    needed = _MACRO_NEEDS.get(name)
    if needed is not None:
        words.check_kind(needed, field)
    return MacroEntry(
        at_s=common.at_s, index=common.index, notes=common.notes, macro=name, options=options or {}
    )
