"""The shapes of timeline entries, in every spelling that `timeline` and `timeline_kinds` read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.schema.entry import (
    KIND_WORDS,
    entry_shape,
    head_definitions,
    head_shapes,
    kind_name,
)
from engine_harness.manifest.schema.entry_kinds import block_kinds, vector_definitions
from engine_harness.manifest.schema.macros import macro_kind
from engine_harness.manifest.schema.parts import (
    ABOVE_ZERO,
    FROM_ZERO,
    MAP,
    TEXT,
    choose,
    has,
    key,
    listed,
    ref,
    undecided,
)
from engine_harness.manifest.timeline import (
    BLOCK_KINDS,
    COMPANIONS,
    FREE_HEAD,
    FREE_KEYS,
    KINDS,
    RESERVED_CHECKPOINT,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["timeline_definitions"]


def timeline_definitions(macros: Mapping[str, Sequence[str]]) -> dict[str, JsonMap]:
    """Return the definitions `timeline` and `entry`, and those that they refer to.

    `macros` are the options of each macro by name. Refers to the definition `set`.
    """
    kinds = {**_free(), **block_kinds(), "macro": macro_kind(macros)}
    cases = [(_is_kind(kind), ref(_entry_name(kind))) for kind in KINDS]
    heads = {kind: key(*KIND_WORDS[kind], {}) for kind in KINDS}
    beside = head_shapes(BLOCK_KINDS)
    for name in COMPANIONS:
        beside.setdefault(name, key(name, "What it means depends on the kind of the entry.", {}))
    return {
        "timeline": listed(ref("entry")),
        "entry": key(
            "Timeline entry",
            "Something that happens at a virtual time.",
            {"type": "object", **choose(cases, undecided(heads, beside))},
        ),
        **{_entry_name(kind): key(*KIND_WORDS[kind], shape) for kind, shape in kinds.items()},
        **head_definitions(),
        **vector_definitions(),
    }


def _entry_name(kind: str) -> str:
    return f"{kind}_entry"


def _is_kind(kind: str) -> JsonMap:
    if kind not in BLOCK_KINDS:
        return has(kind)
    named: list[Json] = [
        {**has(word), "properties": {word: kind_name([kind])}} for word in ("type", "kind")
    ]
    return {"anyOf": [*named, has(kind)]}


def _free() -> dict[str, JsonMap]:
    """Return the shapes of the entries that any world may have."""
    reserved = f"^(?!{RESERVED_CHECKPOINT.pattern}(?![\\s\\S]))[^.]+$"
    shapes: dict[str, dict[str, JsonMap]] = {
        "action": {
            "action": key("Action", "Name of an action that the world knows.", TEXT),
            "args": key("Arguments", "Handed to the action by name.", MAP),
            "refused": key(
                "Refused",
                "true: the world must refuse it; a text: with this code.",
                {"type": ["boolean", "string"], "minLength": 1},
            ),
        },
        "hitch": {
            "hitch": key("Hitch (s)", "Length of the stall in seconds, > 0.", ABOVE_ZERO),
            "jitter": key(
                "Jitter (s)",
                "The stall is longer or shorter by up to so many seconds, drawn from the seed; "
                ">= 0 and below hitch.",
                FROM_ZERO,
            ),
        },
        "checkpoint": {
            "checkpoint": key(
                "Checkpoint",
                "A name without a dot, unique in the scenario; expect may then say name.metric.",
                {"type": "string", "pattern": reserved},
            )
        },
        "expect": {
            "expect": key("Expect", "Metrics as they must be at this frame's end.", ref("set"))
        },
    }
    return {
        kind: entry_shape(FREE_HEAD, FREE_KEYS[kind], shape, [kind], kind)
        for kind, shape in shapes.items()
    }
