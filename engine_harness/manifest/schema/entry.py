"""What all timeline entries have in common: a time, a remark, the words for their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine_harness.manifest.schema.parts import TEXT, any_case, choose, closed, key, needs, ref
from engine_harness.manifest.timeline import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["KIND_WORDS", "entry_shape", "head_definitions", "head_shapes", "kind_name"]

KIND_WORDS: Final = {
    "action": ("Action", "Applies an action of the world."),
    "hitch": ("Hitch (s)", "A frame that takes so many seconds longer."),
    "checkpoint": ("Checkpoint", "Records metrics and state under a name, at the frame's end."),
    "expect": ("Expect", "Judges metrics as they are at the end of this frame."),
    "macro": ("Macro", "Stands for many events."),
    "threat": ("Threat", "Puts a moving object into the world."),
    "player": ("Player", "Something a player, or the person at the bench, does."),
    "network": ("Network", "Something the network does."),
    "rule": ("Rule", "Switches a rule of the world."),
}


def kind_name(kinds: Sequence[str]) -> JsonMap:
    """Return the shape of the kind of an entry; upper and lower case are the same."""
    names: list[Json] = list(kinds)
    spelt = "|".join(any_case(kind) for kind in kinds)
    return {"type": "string", "anyOf": [{"enum": names}, {"pattern": f"^(?:{spelt})$"}]}


def head_shapes(kinds: Sequence[str]) -> dict[str, JsonMap]:
    """Return the shapes of the keys that every entry may have; `kinds` are those it may be of."""
    words = "Kind of this entry, where no key says it."
    return {
        "at": ref("time"),
        "time": ref("time"),
        "notes": ref("notes"),
        "type": key("Kind", words, kind_name(kinds)),
        "kind": key("Kind", words, kind_name(kinds)),
    }


def head_definitions() -> dict[str, JsonMap]:
    """Return the definitions `time` and `notes`."""
    time: JsonMap = {
        "type": ["number", "string"],
        **choose([({"type": "string"}, {"pattern": f"^(?:{NUMERIC.pattern})$"})], {}),
    }
    words = (
        "Virtual seconds after the start, under at or time: a number, or a text that holds one. "
        "Entries with equal times keep the order of the file."
    )
    return {
        "time": key("Time (s)", words, time),
        "notes": key("Notes", "A remark that the event log carries.", TEXT),
    }


def entry_shape(
    head: Sequence[str],
    keys: Sequence[str],
    shapes: Mapping[str, JsonMap],
    required: Sequence[str],
    kind: str,
) -> JsonMap:
    """Return the shape of an entry with one time, and with `keys` beside its head."""
    words = {name: shape for name, shape in head_shapes([kind]).items() if name in head}
    table = closed((*head, *keys), {**words, **shapes}, required)
    table["oneOf"] = [needs("at"), needs("time")]
    return {**table, "not": needs("type", "kind")} if "type" in head else table
