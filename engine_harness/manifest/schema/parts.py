"""The pieces that schemas are built of: closed tables, texts, numbers, choices.

They use only what editors know: no keyword is newer than draft 7 but `$defs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = [
    "ABOVE_ZERO",
    "FROM_ZERO",
    "MAP",
    "NUMBER",
    "TEXT",
    "TEXTS",
    "any_case",
    "choose",
    "closed",
    "has",
    "key",
    "listed",
    "needs",
    "ref",
    "undecided",
    "whole",
]

TEXT: Final[JsonMap] = {"type": "string", "minLength": 1}
TEXTS: Final[JsonMap] = {"type": "array", "items": TEXT}
MAP: Final[JsonMap] = {"type": "object"}
NUMBER: Final[JsonMap] = {"type": "number"}
FROM_ZERO: Final[JsonMap] = {"type": "number", "minimum": 0}
ABOVE_ZERO: Final[JsonMap] = {"type": "number", "exclusiveMinimum": 0}


def key(title: str, description: str, shape: JsonMap) -> JsonMap:
    """Return `shape` with what an editor shows of a key: a name, and a sentence with the unit."""
    return {**shape, "title": title, "description": description}


def ref(name: str) -> JsonMap:
    """Return a reference to a definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def whole(low: int, high: int) -> JsonMap:
    """Return the shape of a whole number from `low` to `high`."""
    return {"type": "integer", "minimum": low, "maximum": high}


def listed(items: JsonMap) -> JsonMap:
    """Return the shape of a list that is not empty."""
    return {"type": "array", "items": items, "minItems": 1}


def closed(
    keys: Sequence[str], shapes: Mapping[str, JsonMap], required: Sequence[str] = ()
) -> JsonMap:
    """Return the shape of a map with `keys` and no others.

    `keys` come from the reader and `shapes` from the schema: that they name the same is asserted,
    so a key that a reader learns cannot be forgotten here.
    """
    assert set(keys) == set(shapes), sorted(set(keys) ^ set(shapes))
    table: JsonMap = {
        "type": "object",
        "properties": {name: shapes[name] for name in keys},
        "additionalProperties": False,
    }
    if required:
        table["required"] = list(required)
    return table


def needs(*keys: str) -> JsonMap:
    """Return the shape of a map that has all of `keys`, or of anything that is no map."""
    return {"required": list(keys)}


def has(*keys: str) -> JsonMap:
    """Return the condition that something is a map and has all of `keys`."""
    return {"type": "object", **needs(*keys)}


def choose(cases: Sequence[tuple[JsonMap, JsonMap]], otherwise: JsonMap) -> JsonMap:
    """Return a shape that is the one of the first case whose condition holds.

    An editor then tells what is wrong with the form that was meant, not with all forms at once.
    """
    chosen = otherwise
    for condition, shape in reversed(cases):
        chosen = {"if": condition, "then": shape, "else": chosen}
    return chosen


def undecided(heads: Mapping[str, JsonMap], others: Mapping[str, JsonMap]) -> JsonMap:
    """Return the shape of a map that does not say yet what it is, which is always wrong.

    It offers the `heads`, one of which is needed, and knows the `others` that may stand beside
    them: a key that is neither is most likely a misspelt head.
    """
    needed: list[Json] = [needs(name) for name in heads]
    known = {**others, **heads}
    return {**closed(tuple(known), known), "anyOf": needed}


def any_case(word: str) -> str:
    """Return a regular expression for `word` in any mix of upper and lower case."""
    return "".join(f"[{c.upper()}{c}]" if c.isalpha() else re.escape(c) for c in word)
