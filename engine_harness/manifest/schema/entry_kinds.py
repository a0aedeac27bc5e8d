"""The shapes of the kinds threat, player, network and rule, flat and as a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.schema.entry import KIND_WORDS, entry_shape
from engine_harness.manifest.schema.parts import (
    FROM_ZERO,
    MAP,
    NUMBER,
    TEXT,
    TEXTS,
    choose,
    closed,
    has,
    key,
    needs,
    ref,
)
from engine_harness.manifest.timeline_kinds import (
    AXES,
    BLOCK_KEYS,
    CFRAME_LENGTH,
    HEAD,
    RULE_NAMES,
    SPAWN_KEYS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["block_kinds", "vector_definitions"]


def block_kinds() -> dict[str, JsonMap]:
    """Return the shape of an entry by kind, but of macros."""
    return {
        "threat": _threat(),
        "player": _both("player", _player(), ["action"]),
        "network": _both("network", _network(), ["event"]),
        "rule": _rule(),
    }


def _both(kind: str, shapes: Mapping[str, JsonMap], required: Sequence[str]) -> JsonMap:
    """Return the shape of an entry with its keys in a block or flat."""
    block = closed(BLOCK_KEYS[kind], shapes, required)
    flat = entry_shape(HEAD, BLOCK_KEYS[kind], shapes, required, kind)
    return choose([(has(kind), _block(kind, block))], flat)


def _block(kind: str, shape: JsonMap) -> JsonMap:
    words = key(*KIND_WORDS[kind], {**shape, "type": "object"})
    return entry_shape(HEAD, [kind], {kind: words}, [kind], kind)


def _threat() -> JsonMap:
    """Return the shape of a threat: a block or flat, either with its spawn in a block or inline."""
    nested, inline = _threat_forms()
    block = choose([(has("spawn"), closed(*nested))], closed(*inline))
    flat_nested = entry_shape(HEAD, *nested, "threat")
    flat_inline = entry_shape(HEAD, *inline, "threat")
    cases = [(has("threat"), _block("threat", block)), (has("spawn"), flat_nested)]
    return choose(cases, flat_inline)


def _threat_forms() -> list[tuple[Sequence[str], dict[str, JsonMap], list[str]]]:
    """Return keys, shapes and needs of a threat with its spawn in a block, and inline."""
    own = {
        "id": key("Id", "Unique in the scenario; threat-<position> by default.", TEXT),
        "tags": key("Tags", "Words that the event log carries.", TEXTS),
        "metadata": key("Metadata", "Anything; the event log carries it.", MAP),
    }
    spawn = {
        "position": key("Position (studs)", "Where it appears.", ref("vector")),
        "velocity": key("Velocity (studs/s)", "How it flies.", ref("vector")),
        "cframe": key("CFrame", f"Position and rotation, {CFRAME_LENGTH} numbers.", ref("cframe")),
        "attributes": key("Attributes", "Attributes of the object, by name.", MAP),
    }
    block = key(
        "Spawn",
        "Where and how the object appears.",
        closed(SPAWN_KEYS, spawn, ["position"]),
    )
    keys = BLOCK_KEYS["threat"]
    return [
        ((*keys, "spawn"), {**own, "spawn": block}, ["spawn"]),
        ((*keys, *SPAWN_KEYS), {**own, **spawn}, ["position"]),
    ]


def _duration(what: str) -> JsonMap:
    return key("Duration (s)", f"{what} in virtual seconds, >= 0.", FROM_ZERO)


def _player() -> dict[str, JsonMap]:
    return {
        "action": key(
            "Action",
            "What is done. inject-hitch and observe-telemetry work in every world.",
            TEXT,
        ),
        "value": key("Value", "Anything; the action gets it.", {}),
        "duration": _duration("How long it takes"),
        "parameters": key("Parameters", "Further values by name.", MAP),
    }


def _network() -> dict[str, JsonMap]:
    return {
        "event": key("Event", "What happens on the network.", TEXT),
        "channel": key("Channel", "Where it happens.", TEXT),
        "direction": key("Direction", "Which way it goes.", TEXT),
        "payload": key("Payload", "What it carries, by name.", MAP),
    }


def _rule() -> JsonMap:
    values: list[Json] = ["string", "number", "boolean", "object", "array"]
    shapes = {
        "value": key("Value", "What the rule is set to; false is a value, null is none.",
                     {"type": values}),
        "transition": key("Transition", "Recorded; it changes nothing.", TEXT),
        "duration": _duration("Recorded; it changes nothing. Length"),
    }  # fmt: skip
    name = key("Rule", "Name of the rule.", TEXT)
    keys = BLOCK_KEYS["rule"]
    names: list[Json] = [needs(spelling) for spelling in RULE_NAMES]
    block = closed((*RULE_NAMES, *keys), {**shapes, **dict.fromkeys(RULE_NAMES, name)}, ["value"])
    flat = entry_shape(HEAD, ("rule", *keys), {**shapes, "rule": name}, ["rule", "value"], "rule")
    is_block: JsonMap = {**has("rule"), "properties": {"rule": MAP}}
    return choose([(is_block, _block("rule", {**block, "oneOf": names}))], flat)


def vector_definitions() -> dict[str, JsonMap]:
    """Return the definitions `vector` and `cframe`."""
    numbers = {
        name: key(name, f"Component {name.lower()}.", NUMBER)
        for name in (*AXES, *map(str.upper, AXES))
    }
    each: list[Json] = [{"oneOf": [needs(axis), needs(axis.upper())]} for axis in AXES]
    components = {**closed(tuple(numbers), numbers), "allOf": each}
    return {
        "vector": {
            "type": ["array", "object"],
            **choose([(MAP, components)], _numbers(len(AXES))),
        },
        "cframe": {"type": "array", **_numbers(CFRAME_LENGTH)},
    }


def _numbers(count: int) -> JsonMap:
    return {"items": NUMBER, "minItems": count, "maxItems": count}
